/*
 * fuzz_pattern.c - the answers of pattern.h about one input must agree with each other.
 *
 * The first line is the target, each further line (seven at most) a pattern. The
 * product automaton and the greedy walk share no code, so each checks the other.
 */
#include "reachability/pattern.h"

#include "tests/fuzz/fuzz.h"

#define MOST_PATTERNS  7u
#define MOST_PARTS     64u
#define MOST_WITNESSES 8

/*
 * Inputs are cut where they have more: atoms of many long patterns take up to a tenth
 * of a second each, and show nothing that short ones do not.
 */
#define MOST_BYTES          80u
#define MOST_QUESTION_MARKS 10u

struct question {
	struct str target;
	struct str patterns[MOST_PATTERNS];
	uint32_t count;
	enum pattern_cover covers[MOST_PATTERNS];
	struct arena arena;
};

static void split(struct question *q, struct str input)
{
	size_t end = str_find_char(input, '\n', 0);

	q->target = str_head(input, end);
	while (end < input.n && q->count < MOST_PATTERNS) {
		size_t begin = end + 1;

		end = str_find_char(input, '\n', begin);
		q->patterns[q->count++] = (struct str){ input.p + begin, end - begin };
	}
}

static struct str cut(struct str input)
{
	size_t end = 0;

	for (uint32_t marks = 0; end < input.n && end < MOST_BYTES; end++) {
		marks += input.p[end] == '?';
		if (marks > MOST_QUESTION_MARKS)
			break;
	}
	return str_head(input, end);
}

static bool is_literal(struct str s)
{
	return pattern_literal_size(s) == s.n;
}

static void check_cover(struct question *q, uint32_t i)
{
	struct str pattern = q->patterns[i];
	struct str target = q->target;
	enum pattern_cover cover = pattern_cover(pattern, target);
	struct str inside = pattern_witness(&pattern, 1, 1, target, &q->arena);
	struct str outside = pattern_witness(&pattern, 1, 0, target, &q->arena);

	q->covers[i] = cover;
	FUZZ_REQUIRE(pattern_contains(pattern, pattern) &&
		     pattern_intersects(pattern, pattern));
	FUZZ_REQUIRE(pattern_intersects(pattern, target) == (cover != PATTERN_NONE));
	FUZZ_REQUIRE(pattern_intersects(target, pattern) == (cover != PATTERN_NONE));
	FUZZ_REQUIRE(pattern_contains(pattern, target) == (cover == PATTERN_ALL));
	FUZZ_REQUIRE(!inside.p || cover != PATTERN_NONE);
	FUZZ_REQUIRE(!outside.p || cover != PATTERN_ALL);
	if (is_literal(target))
		FUZZ_REQUIRE(pattern_match(pattern, target) == (cover == PATTERN_ALL));
	if (is_literal(pattern))
		FUZZ_REQUIRE(pattern_match(target, pattern) == (cover != PATTERN_NONE));
	if (pattern_match(pattern, target))
		FUZZ_REQUIRE(pattern_match_fold(pattern, target));
}

static void check_parts(struct question *q, uint32_t i)
{
	struct str parts[MOST_PARTS];
	struct str pattern = q->patterns[i];
	struct str inside = pattern_witness(&pattern, 1, 1, q->target, &q->arena);
	uint32_t n =
		pattern_intersection(parts, MOST_PARTS, pattern, q->target, &q->arena);
	bool found = false;

	FUZZ_REQUIRE((n == 0) == (q->covers[i] == PATTERN_NONE));
	if (n > MOST_PARTS)
		return;
	for (uint32_t k = 0; k < n; k++) {
		FUZZ_REQUIRE(pattern_contains(pattern, parts[k]));
		FUZZ_REQUIRE(pattern_contains(q->target, parts[k]));
		FUZZ_REQUIRE(k == 0 || str_cmp(parts[k - 1], parts[k]) < 0);
		found = found || (inside.p && pattern_match(parts[k], inside));
	}
	FUZZ_REQUIRE(found || !inside.p);
}

static void check_witness(struct question *q, uint64_t atom)
{
	struct str text =
		pattern_witness(q->patterns, q->count, atom, q->target, &q->arena);

	/* None only where atoms were decided without the automaton, which gave up. */
	if (!text.p)
		return;
	FUZZ_REQUIRE(pattern_match(q->target, text));
	for (uint32_t i = 0; i < q->count; i++)
		FUZZ_REQUIRE(pattern_match(q->patterns[i], text) == ((atom >> i) & 1));
}

static void check_atoms(struct question *q)
{
	const uint64_t *atoms;
	struct err e = { 0 };
	uint64_t any = 0, all = UINT64_MAX;
	int n = pattern_atoms(&atoms, q->patterns, q->count, q->target, &q->arena, &e);

	if (n < 0) {
		FUZZ_REQUIRE(n == ERR_LIMIT && e.code == ERR_LIMIT);
		return;
	}
	FUZZ_REQUIRE(n >= 1);
	for (int i = 0; i < n; i++) {
		FUZZ_REQUIRE(i == 0 || atoms[i - 1] < atoms[i]);
		any |= atoms[i];
		all &= atoms[i];
		if (i < MOST_WITNESSES)
			check_witness(q, atoms[i]);
	}
	for (uint32_t i = 0; i < q->count; i++) {
		FUZZ_REQUIRE(((any >> i) & 1) == (q->covers[i] != PATTERN_NONE));
		FUZZ_REQUIRE(((all >> i) & 1) == (q->covers[i] == PATTERN_ALL));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct question q = { .count = 0 };

	arena_init(&q.arena, ARENA_UNLIMITED);
	split(&q, cut((struct str){ (const char *)data, size }));
	for (uint32_t i = 0; i < q.count; i++) {
		check_cover(&q, i);
		check_parts(&q, i);
	}
	check_atoms(&q);
	arena_release(&q.arena);
	return 0;
}
