#include "base/intern.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/hash.h"

#define INTERN_SLOTS_MIN 64u
#define INTERN_FEW       8u /* so many are compared one by one, without a table */

static uint32_t *slots_new(uint32_t count)
{
	uint32_t *slots = calloc(count, sizeof(*slots));

	if (!slots) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	return slots;
}

void intern_init(struct intern *in)
{
	*in = (struct intern){ 0 };
	arena_init(&in->text, ARENA_UNLIMITED);
}

void intern_release(struct intern *in)
{
	arena_release(&in->text);
	buf_release(&in->strings);
	buf_release(&in->hashes);
	free(in->slots);
	*in = (struct intern){ 0 };
}

static uint32_t intern_slot(const struct intern *in, struct str s, uint64_t hash)
{
	uint32_t mask = in->slot_count - 1, i = (uint32_t)hash & mask;

	while (in->slots[i] != 0) {
		uint32_t id = in->slots[i] - 1;

		if (VEC_DATA(&in->hashes, uint64_t)[id] == hash &&
			str_eq(VEC_DATA(&in->strings, struct str)[id], s))
			break;
		i = (i + 1) & mask;
	}
	return i;
}

static void intern_grow(struct intern *in, uint32_t slot_count)
{
	uint32_t count = intern_count(in), mask = slot_count - 1;

	free(in->slots);
	in->slot_count = slot_count;
	in->slots = slots_new(in->slot_count);
	for (uint32_t id = 0; id < count; id++) {
		uint32_t i = (uint32_t)VEC_DATA(&in->hashes, uint64_t)[id] & mask;

		while (in->slots[i] != 0)
			i = (i + 1) & mask;
		in->slots[i] = id + 1;
	}
}

static uint32_t find_few(const struct intern *in, struct str s)
{
	uint32_t count = intern_count(in);

	for (uint32_t id = 0; id < count; id++) {
		if (str_eq(VEC_DATA(&in->strings, struct str)[id], s))
			return id;
	}
	return INTERN_NONE;
}

/* They have become many: a table from now on. */
static void begin_table(struct intern *in)
{
	uint32_t count = intern_count(in);

	if (getrandom(&in->seed, sizeof(in->seed), GRND_NONBLOCK) != sizeof(in->seed))
		in->seed = (uint64_t)(uintptr_t)in->strings.p;
	for (uint32_t id = 0; id < count; id++)
		VEC_ADD(&in->hashes, uint64_t,
			hash64_seeded(intern_get(in, id), in->seed));
	intern_grow(in, INTERN_SLOTS_MIN);
}

static uint32_t add_few(struct intern *in, struct str s)
{
	uint32_t id = find_few(in, s);

	if (id != INTERN_NONE)
		return id;
	id = intern_count(in);
	VEC_ADD(&in->strings, struct str, arena_copy(&in->text, s));
	if (id + 1 == INTERN_FEW)
		begin_table(in);
	return id;
}

uint32_t intern_add(struct intern *in, struct str s)
{
	uint64_t hash;
	uint32_t i, id;

	if (!in->slots)
		return add_few(in, s);
	hash = hash64_seeded(s, in->seed);
	i = intern_slot(in, s, hash);
	if (in->slots[i] != 0)
		return in->slots[i] - 1;

	id = intern_count(in);
	assert(id < INTERN_NONE - 1);
	VEC_ADD(&in->strings, struct str, arena_copy(&in->text, s));
	VEC_ADD(&in->hashes, uint64_t, hash);
	in->slots[i] = id + 1;
	if ((id + 1) > in->slot_count / 2)
		intern_grow(in, in->slot_count * 2);
	return id;
}

uint32_t intern_find(const struct intern *in, struct str s)
{
	uint32_t i;

	if (!in->slots)
		return find_few(in, s);
	i = intern_slot(in, s, hash64_seeded(s, in->seed));
	return in->slots[i] != 0 ? in->slots[i] - 1 : INTERN_NONE;
}

struct str intern_get(const struct intern *in, uint32_t id)
{
	assert(id < intern_count(in));
	return VEC_DATA(&in->strings, struct str)[id];
}

uint32_t intern_count(const struct intern *in)
{
	return (uint32_t)VEC_COUNT(&in->strings, struct str);
}
