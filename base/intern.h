/*
 * intern.h - each distinct byte string once, with a dense number.
 *
 * Ids count up from 0 in order of first appearance. Strings are copied into
 * the interner and stay valid, at the same address, until intern_release.
 * Lookup is a seeded open-addressing table, so that names chosen by an
 * opponent cannot make it slow; a handful of strings needs none. Not for use
 * by two threads at once.
 */
#ifndef BASE_INTERN_H
#define BASE_INTERN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

#define INTERN_NONE UINT32_MAX

struct intern {
	struct arena text;
	struct buf strings; /* struct str per id */
	struct buf hashes;  /* uint64_t per id */
	uint32_t *slots;    /* id + 1, or 0; NULL while they are few */
	uint32_t slot_count;
	uint64_t seed;
};

void intern_init(struct intern *in);
void intern_release(struct intern *in);

/* The id of s, new or old. */
uint32_t intern_add(struct intern *in, struct str s);

/* The id of s, or INTERN_NONE. */
uint32_t intern_find(const struct intern *in, struct str s);

struct str intern_get(const struct intern *in, uint32_t id);
uint32_t intern_count(const struct intern *in);

#endif
