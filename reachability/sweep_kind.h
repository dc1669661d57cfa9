/*
 * sweep_kind.h - what a question about one subject asks of the kinds of one scope, found
 * out kind by kind.
 *
 * Lifetime: all lies in the world's arena.
 */
#ifndef REACHABILITY_SWEEP_KIND_H
#define REACHABILITY_SWEEP_KIND_H

#include "reachability/decide.h"
#include "reachability/grant_reach.h"

/* Of containers of a kind, or of its others. */
struct sweep_kind {
	bool known;
	bool asked; /* some action of it is asked about */
	/*
	 * its own policy need not consent to each of them: not only those that name the
	 * subject matter
	 */
	bool matters;
	bool lets_in; /* calls on it grant access beside all policies */
	/* what the subject grants of it: all, and what its own policy must consent to */
	struct grant_reach grants, consents;
};

struct sweep_kinds {
	struct decide *d;
	const struct decide_subject *subject;
	scope_number scope;
	struct segment *segment;
	struct sweep_kind (*items)[2];
	struct segment_cursor *cursor; /* for keys, ascending */
};

void sweep_kind_init(struct sweep_kinds *k, struct decide *d,
	const struct decide_subject *s, scope_number scope, struct segment *segment);

/* By the kind's number in the segment; of `flags` ENTITY_CONTAINER counts. */
const struct action_plan *sweep_kind_plan(
	struct sweep_kinds *k, uint32_t kind, uint32_t flags);
const struct sweep_kind *sweep_kind_of(
	struct sweep_kinds *k, uint32_t kind, uint32_t flags);

/* That of an entity. */
const struct sweep_kind *sweep_kind_at(struct sweep_kinds *k, entity_id id);

/* An entity's key; valid until the next call of these two. */
struct str sweep_kind_key(struct sweep_kinds *k, entity_id id);

/* Whether grants may reach the entity, as far as its key tells. */
bool sweep_kind_reached(struct sweep_kinds *k, const struct grant_reach *g, entity_id id);

#endif
