/*
 * pattern_product.c - all patterns of a family and the target read one string at once.
 *
 * The canonical patterns lie end to end in one line of places, the target
 * first; each has one place more than it has bytes, where it has matched:
 *
 *     b / *  .  b / x *  .  b / ? y  .        '.' accepts
 *     0 1 2  3  4 5 6 7  8  9 ...
 *
 * A state is the set of places where the string read so far may stand, as an
 * ascending array, because it holds few of them. From a star a string stays and
 * also stands behind it. In one pattern the last star that was reached makes
 * every place before it superfluous, which is what keeps states few and small.
 * A state without a place of the target is dead.
 *
 * From one state all bytes that stand at none of its places do the same, so one
 * of them is tried for all. There is one: '?' and '*' are never literals.
 */
#include "reachability/pattern.h"

#include "base/hash.h"
#include "base/limits.h"
#include "reachability/pattern_priv.h"

#define FIRST_CAPACITY 64u
#define BYTE_VALUES    256u

enum place_kind { PLACE_LITERAL, PLACE_ANY, PLACE_STAR, PLACE_END };

struct place {
	uint32_t begin; /* where its pattern begins */
	uint8_t kind;
	char byte; /* of a literal */
};

struct machine {
	const struct place *line;
	uint32_t target_end; /* the target's last place */
	const struct pattern_family *family;
	const uint32_t *ends; /* of each pattern of the family, its last place */
	uint32_t *next;       /* the set being built */
	uint32_t next_count;
	struct pattern_state *
		*table;    /* open addressing over the states, half full at most */
	uint32_t capacity; /* of states; the table has twice as many slots */
	const uint64_t *want;
	struct arena *arena;
	struct pattern_product *out;
};

/* Bytes for the "any other" of a witness, the most readable first. */
static const char other_bytes[] = "xyzabcdefghijklmnopqrstuvw0123456789-_./XYZ?";

static void add(struct machine *m, uint32_t i)
{
	for (uint32_t k = m->next_count; k > 0 && m->next[k - 1] >= i; k--)
		if (m->next[k - 1] == i)
			return;
	m->next[m->next_count++] = i;
}

/* Stand at place i, and behind it if it is a star. Places come in ascending order. */
static void stand_at(struct machine *m, uint32_t i)
{
	if (m->line[i].kind == PLACE_STAR) {
		uint32_t begin = m->line[i].begin;

		while (m->next_count > 0 && m->next[m->next_count - 1] >= begin &&
			m->next[m->next_count - 1] < i)
			m->next_count--;
		add(m, i);
		add(m, i + 1);
	} else {
		add(m, i);
	}
}

static void lay_pattern(struct place *line, uint32_t *at, struct str pattern)
{
	uint32_t begin = *at;

	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];
		enum place_kind kind = c == '*'   ? PLACE_STAR
				       : c == '?' ? PLACE_ANY
						  : PLACE_LITERAL;

		line[(*at)++] = (struct place){ begin, (uint8_t)kind, c };
	}
	line[(*at)++] = (struct place){ begin, PLACE_END, 0 };
}

static void lay_out(struct machine *m)
{
	const struct pattern_family *family = m->family;
	struct str canonical[PATTERN_MAX_COUNT + 1];
	size_t size = 0;

	for (uint32_t k = 0; k <= family->count; k++) {
		struct str pattern = k == 0 ? family->target : family->patterns[k - 1];

		canonical[k] = pattern_canonical(pattern, m->arena);
		size += canonical[k].n + 1;
	}
	struct place *line = ARENA_NEW_ARRAY(m->arena, struct place, size);
	uint32_t *ends = ARENA_NEW_ARRAY(m->arena, uint32_t, PATTERN_MAX_COUNT);
	uint32_t at = 0;
	lay_pattern(line, &at, canonical[0]);
	m->target_end = at - 1;
	for (uint32_t k = 0; k < family->count; k++) {
		lay_pattern(line, &at, canonical[k + 1]);
		ends[k] = at - 1;
	}
	m->line = line;
	m->ends = ends;
	m->next = ARENA_NEW_ARRAY(m->arena, uint32_t, size);
}

static bool next_has(const struct machine *m, uint32_t place)
{
	uint32_t low = 0, high = m->next_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (m->next[middle] < place)
			low = middle + 1;
		else
			high = middle;
	}
	return low < m->next_count && m->next[low] == place;
}

static void grow(struct machine *m)
{
	uint32_t capacity = m->capacity == 0 ? FIRST_CAPACITY : m->capacity * 2;
	struct pattern_state **states =
		ARENA_NEW_ARRAY(m->arena, struct pattern_state *, capacity);
	struct pattern_state **table =
		ARENA_NEW_ARRAY(m->arena, struct pattern_state *, (size_t)capacity * 2);

	for (uint32_t i = 0; i < m->out->count; i++) {
		struct pattern_state *state = m->out->states[i];
		uint32_t slot = (uint32_t)state->hash & (capacity * 2 - 1);

		states[i] = state;
		while (table[slot])
			slot = (slot + 1) & (capacity * 2 - 1);
		table[slot] = state;
	}
	m->out->states = states;
	m->table = table;
	m->capacity = capacity;
}

/* The slot of the state equal to m->next, or the free one where it belongs. */
static struct pattern_state **find_slot(const struct machine *m, uint64_t hash)
{
	uint32_t mask = m->capacity * 2 - 1;
	uint32_t slot = (uint32_t)hash & mask;
	size_t size = m->next_count * sizeof(*m->next);

	for (; m->table[slot]; slot = (slot + 1) & mask) {
		const struct pattern_state *state = m->table[slot];

		if (state->hash == hash && state->count == m->next_count &&
			memcmp(state->places, m->next, size) == 0)
			break;
	}
	return &m->table[slot];
}

static struct pattern_state *new_state(
	struct machine *m, const struct pattern_state *parent, unsigned char byte)
{
	size_t size = m->next_count * sizeof(*m->next);
	struct pattern_state *state =
		(struct pattern_state *)arena_alloc(m->arena, sizeof(*state) + size);

	memcpy(state->places, m->next, size);
	state->count = m->next_count;
	state->parent = parent;
	state->depth = parent ? parent->depth + 1 : 0;
	state->byte = byte;
	state->accepts = next_has(m, m->target_end);
	if (!state->accepts)
		return state;
	state->atom = m->family->always;
	for (uint32_t k = 0; k < m->family->count; k++)
		if (next_has(m, m->ends[k]))
			state->atom |= m->family->bits[k];
	return state;
}

/* Enter the state that m->next describes, unless it is dead or known. */
static int enter(struct machine *m, const struct pattern_state *parent,
	unsigned char byte, struct err *e)
{
	struct str set = { (const char *)m->next, m->next_count * sizeof(*m->next) };

	if (m->next_count == 0 || m->next[0] > m->target_end)
		return 0;
	if (m->out->count == m->capacity)
		grow(m);
	uint64_t hash = hash64(set);
	struct pattern_state **slot = find_slot(m, hash);
	if (*slot)
		return 0;
	if (m->out->count == LIMIT_ATOM_STATES)
		return err_set(e, ERR_LIMIT,
			"patterns within '%.*s' need more than LIMIT_ATOM_STATES = %u states",
			STR_ARG(m->family->target), LIMIT_ATOM_STATES);
	if (m->arena->used > LIMIT_PATTERN_MEMORY)
		return err_set(e, ERR_LIMIT,
			"patterns within '%.*s' need more than LIMIT_PATTERN_MEMORY = %u bytes",
			STR_ARG(m->family->target), LIMIT_PATTERN_MEMORY);
	*slot = new_state(m, parent, byte);
	(*slot)->hash = hash;
	m->out->states[m->out->count++] = *slot;
	if (m->want && (*slot)->accepts && (*slot)->atom == *m->want)
		m->out->found = *slot;
	return 0;
}

static int step(struct machine *m, const struct pattern_state *state, unsigned char byte,
	struct err *e)
{
	m->next_count = 0;
	for (uint32_t k = 0; k < state->count; k++) {
		uint32_t i = state->places[k];
		const struct place *place = &m->line[i];

		if (place->kind == PLACE_STAR)
			stand_at(m, i);
		else if (place->kind == PLACE_ANY ||
			 (place->kind == PLACE_LITERAL &&
				 (unsigned char)place->byte == byte))
			stand_at(m, i + 1);
	}
	return enter(m, state, byte, e);
}

/* Every literal that the state stands at, then one byte for all others. */
static int step_all(struct machine *m, const struct pattern_state *state, struct err *e)
{
	bool used[BYTE_VALUES] = { false };
	const char *other = other_bytes;

	for (uint32_t k = 0; k < state->count; k++) {
		const struct place *place = &m->line[state->places[k]];
		unsigned char byte = (unsigned char)place->byte;

		if (place->kind != PLACE_LITERAL || used[byte])
			continue;
		used[byte] = true;
		int rc = step(m, state, byte, e);
		if (rc != 0)
			return rc;
	}
	while (used[(unsigned char)*other])
		other++;
	return step(m, state, (unsigned char)*other, e);
}

int pattern_product_explore(struct pattern_product *out,
	const struct pattern_family *family, const uint64_t *want, struct arena *arena,
	struct err *e)
{
	struct machine m = { .family = family, .want = want, .arena = arena, .out = out };

	*out = (struct pattern_product){ 0 };
	lay_out(&m);
	stand_at(&m, 0);
	for (uint32_t k = 0; k < family->count; k++)
		stand_at(&m, m.line[m.ends[k]].begin);
	int rc = enter(&m, NULL, 0, e);
	for (uint32_t i = 0; rc == 0 && !out->found && i < out->count; i++)
		rc = step_all(&m, out->states[i], e);
	return out->found ? 0 : rc;
}
