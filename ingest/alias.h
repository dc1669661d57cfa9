/*
 * alias.h - other names of entities and scopes, gathered over a run.
 *
 * Filled by several threads under the caller's lock; after alias_finish it is read only.
 *
 * Invariant: what a name stands for does not depend on the order in which threads came:
 * of two that disagree the one that stands first in the inputs counts.
 */
#ifndef INGEST_ALIAS_H
#define INGEST_ALIAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/intern.h"
#include "base/record.h"

/* Where one was told: the input, the batch of it. */
struct alias_place {
	uint32_t input, batch;
};

/* Zero to start, then alias_init. */
struct alias_table {
	struct arena arena;
	struct buf told;     /* struct alias_entry */
	struct intern names; /* scope and name of each that counts */
	struct buf keys;     /* struct str: what it stands for */
};

void alias_init(struct alias_table *t);
void alias_release(struct alias_table *t);

/* Copies. */
void alias_add(
	struct alias_table *t, const struct record_alias *a, struct alias_place place);

/* Forget what an input said. Before alias_finish. */
void alias_drop(struct alias_table *t, uint32_t input);

void alias_finish(struct alias_table *t);

/* The scope that a scope id stands for: itself, mostly. */
struct str alias_scope(const struct alias_table *t, struct str id);

/* The key that a name stands for in a scope: itself, mostly. */
struct str alias_key(const struct alias_table *t, struct str scope, struct str name);

/* Put keys in the place of other names, and `scope` in the place of its other ids. */
void alias_apply(const struct alias_table *t, struct str scope, struct record *r);

#endif
