/*
 * pattern.c - matching, intersection and containment by one greedy walk.
 *
 * A pattern is cut at its stars. The part before the first star is anchored at
 * the start of the text, the part after the last at its end; each part between
 * is placed as far left as it goes, which leaves the most text for the rest, so
 * nothing is ever taken back. A part is leading '?'s, a core that begins and
 * ends with a literal, and trailing '?'s:
 *
 *     arn:*:??x?y?:*z        head "arn:"   middle "??" core "x?y?:"   tail "z"
 *
 * The same walk answers three questions; only the reading of the text differs:
 *
 *  literal  every byte of the text is itself.
 *  meets    '?' in the text may become any byte. The text has no star. Each of its
 *           bytes meets at most one byte of the pattern, so all choices are free.
 *  within   '?' stands for a byte that the pattern has nowhere as a literal, the
 *           hardest one for the pattern ('?' itself is such a byte). A star is a run
 *           of such bytes; the pattern must hold for all lengths. It is enough to
 *           look at the empty run and at an endless one, and of these
 *           one is always the harder: a core cannot reach across an endless run, since
 *           its last literal would have to lie in it; '?'s outside a core are not
 *           helped by an empty run. So a star ends every core and counts as
 *           no byte at all for the other '?'s.
 */
#include "reachability/pattern.h"

#include "base/mutant.h"
#include "reachability/pattern_priv.h"

struct walk {
	struct str pattern;
	struct str text;
	enum pattern_reading reading;
	size_t at;  /* text before this is spoken for by the pattern's beginning */
	size_t end; /* text from here on is spoken for by the pattern's tail */
	uint64_t steps;
};

static bool byte_fits(enum pattern_reading reading, char p, char t)
{
	switch (reading) {
	case PATTERN_READ_LITERAL:
		return p == '?' || p == t;
	case PATTERN_READ_FOLDED:
		return p == '?' || str_lower_char(p) == str_lower_char(t);
	case PATTERN_READ_MEETS:
		return MUTANT(question_mark_is_literal, p == '?', false) || t == '?' ||
		       p == t;
	case PATTERN_READ_WITHIN:
		return t != '*' && (p == '?' || p == t);
	}
	return false;
}

/* Whether a starless part of the pattern fits the text at `at`; there is room for it. */
static bool part_fits(struct walk *w, struct str part, size_t at)
{
	const char *text = w->text.p + at;
	size_t i = 0;

	while (i < part.n &&
		(part.p[i] == text[i] || byte_fits(w->reading, part.p[i], text[i])))
		i++;
	w->steps += i < part.n ? i + 1 : i;
	return i == part.n;
}

/* The same where equal bytes are the usual case: a starless part fits itself. */
static bool anchored_part_fits(struct walk *w, struct str part, size_t at)
{
	if (part.n == 0)
		return true;
	if (memcmp(part.p, w->text.p + at, part.n) == 0) {
		w->steps += part.n;
		return true;
	}
	return part_fits(w, part, at);
}

/* Cores up to here are tried place by place: to prepare a search costs more. */
#define CORE_SHORT 8u

/* Move past the first place where the core fits. */
static bool pass_core(struct walk *w, struct str core)
{
	size_t room = w->end - w->at;

	if (core.n > room)
		return false;
	bool plain =
		w->reading == PATTERN_READ_LITERAL || w->reading == PATTERN_READ_WITHIN;
	if (plain && str_find_char(core, '?', 0) == core.n) {
		const char *from = w->text.p + w->at;
		const char *hit = (const char *)memmem(from, room, core.p, core.n);
		size_t skipped = hit ? (size_t)(hit - from) : room;

		w->steps += skipped + core.n;
		w->at += skipped + core.n;
		return hit != NULL;
	}
	for (size_t last = w->end - core.n; core.n <= CORE_SHORT && w->at <= last;
		w->at++) {
		if (part_fits(w, core, w->at)) {
			w->at += core.n;
			return true;
		}
	}
	if (core.n <= CORE_SHORT)
		return false;
	size_t found = pattern_search(
		core, (struct str){ w->text.p + w->at, room }, w->reading, &w->steps);

	if (found == SIZE_MAX)
		return false;
	w->at += found + core.n;
	return true;
}

/* Move past one byte, for a '?' outside a core. */
static bool pass_byte(struct walk *w)
{
	if (w->reading == PATTERN_READ_WITHIN)
		while (w->at < w->end && w->text.p[w->at] == '*') {
			w->steps++;
			w->at++;
		}
	if (w->at == w->end)
		return false;
	w->steps++;
	w->at++;
	return true;
}

/* The core that begins at i: up to the last literal before the next star. */
static struct str core_at(struct str pattern, size_t i)
{
	size_t end = str_find_char(pattern, '*', i);

	while (pattern.p[end - 1] == '?')
		end--;
	return (struct str){ pattern.p + i, end - i };
}

/* The parts between head and tail, from left to right. */
static bool pass_middle(struct walk *w, size_t from, size_t to)
{
	size_t i = from;

	while (i < to) {
		char c = w->pattern.p[i];

		if (c == '*') {
			i++;
		} else if (c == '?') {
			if (!pass_byte(w))
				return false;
			i++;
		} else {
			struct str core = core_at(w->pattern, i);

			if (!pass_core(w, core))
				return false;
			i += core.n;
		}
	}
	return true;
}

static bool walk_run(struct walk *w)
{
	struct str pattern = w->pattern;
	size_t head = str_find_char(pattern, '*', 0);

	if (head == pattern.n)
		return pattern.n == w->text.n && anchored_part_fits(w, pattern, 0);
	while (head > 0 && pattern.p[head - 1] == '?')
		head--;
	if (head > w->text.n || !anchored_part_fits(w, str_head(pattern, head), 0))
		return false;

	size_t tail = pattern.n;
	while (pattern.p[tail - 1] != '*')
		tail--;
	while (tail < pattern.n && pattern.p[tail] == '?')
		tail++;
	size_t tail_size = pattern.n - tail;
	if (tail_size > w->text.n - head ||
		!anchored_part_fits(w, str_skip(pattern, tail), w->text.n - tail_size))
		return false;

	w->at = head;
	w->end = w->text.n - tail_size;
	return pass_middle(w, head, tail);
}

static bool walk_counted(struct str pattern, struct str text,
	enum pattern_reading reading, uint64_t *steps)
{
	struct walk w = { .pattern = pattern, .text = text, .reading = reading };
	bool fits = walk_run(&w);

	*steps += w.steps;
	return fits;
}

bool pattern_match_counted(struct str pattern, struct str text, uint64_t *steps)
{
	return walk_counted(pattern, text, PATTERN_READ_LITERAL, steps);
}

bool pattern_contains_counted(struct str outer, struct str inner, uint64_t *steps)
{
	return walk_counted(outer, inner, PATTERN_READ_WITHIN, steps);
}

/* Bytes after the last star; there is one. */
static size_t tail_size(struct str pattern)
{
	size_t n = 0;

	while (pattern.p[pattern.n - n - 1] != '*')
		n++;
	return n;
}

static bool heads_meet(struct str a, struct str b, size_t n, uint64_t *steps)
{
	for (size_t i = 0; i < n; i++) {
		*steps += 1;
		if (!byte_fits(PATTERN_READ_MEETS, a.p[i], b.p[i]))
			return false;
	}
	return true;
}

/*
 * When both have a star only the ends can conflict: the longer head, all that
 * lies between a's stars, the same of b, and the longer tail make a common
 * string, because the outer stars of each swallow what belongs to the other.
 */
bool pattern_intersects_counted(struct str a, struct str b, uint64_t *steps)
{
	size_t a_head = str_find_char(a, '*', 0);
	size_t b_head = str_find_char(b, '*', 0);

	if (b_head == b.n)
		return walk_counted(a, b, PATTERN_READ_MEETS, steps);
	if (a_head == a.n)
		return walk_counted(b, a, PATTERN_READ_MEETS, steps);
	if (!heads_meet(a, b, a_head < b_head ? a_head : b_head, steps))
		return false;

	size_t a_tail = tail_size(a);
	size_t b_tail = tail_size(b);
	size_t n = a_tail < b_tail ? a_tail : b_tail;
	return heads_meet(str_skip(a, a.n - n), str_skip(b, b.n - n), n, steps);
}

static bool is_canonical(struct str pattern)
{
	for (size_t i = 1; i < pattern.n; i++)
		if (pattern.p[i - 1] == '*' &&
			(pattern.p[i] == '*' || pattern.p[i] == '?'))
			return false;
	return true;
}

struct str pattern_canonical(struct str pattern, struct arena *arena)
{
	if (is_canonical(pattern))
		return pattern;

	char *p = (char *)arena_alloc(arena, pattern.n);
	size_t n = 0;
	bool star = false;
	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];

		if (star && c != '*' && c != '?') {
			p[n++] = '*';
			star = false;
		}
		if (c == '*')
			star = true;
		else
			p[n++] = c;
	}
	if (star)
		p[n++] = '*';
	return (struct str){ p, n };
}

bool pattern_match(struct str pattern, struct str text)
{
	uint64_t steps = 0;

	return pattern_match_counted(pattern, text, &steps);
}

bool pattern_match_fold(struct str pattern, struct str text)
{
	uint64_t steps = 0;

	return walk_counted(pattern, text, PATTERN_READ_FOLDED, &steps);
}

size_t pattern_literal_size(struct str pattern)
{
	return str_find_char(str_head(pattern, str_find_char(pattern, '*', 0)), '?', 0);
}

bool pattern_intersects(struct str a, struct str b)
{
	uint64_t steps = 0;

	return pattern_intersects_counted(a, b, &steps);
}

bool pattern_contains(struct str outer, struct str inner)
{
	uint64_t steps = 0;

	return pattern_contains_counted(outer, inner, &steps);
}

enum pattern_cover pattern_cover(struct str pattern, struct str target)
{
	if (MUTANT(star_stops_at_colon, false, str_ends(pattern, STR_LIT(":*:*:*"))))
		return PATTERN_NONE;
	if (pattern_contains(pattern, target))
		return PATTERN_ALL;
	return pattern_intersects(pattern, target) ? PATTERN_SOME : PATTERN_NONE;
}
