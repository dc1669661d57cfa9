/*
 * hop_list.h - who meets a need on a node, and on what an actor meets it: lists that are
 * found once and shared.
 *
 * Objects that are alike (likeness.h) have one list of actors.
 */
#ifndef REACHABILITY_HOP_LIST_H
#define REACHABILITY_HOP_LIST_H

#include "reachability/hop_candidates.h"
#include "reachability/hop_need.h"

struct hop_list {
	uint32_t number; /* equal lists of one need have equal numbers */
	const struct hub_end *ends;
	uint32_t count;
};

struct hop_lists;

struct hop_lists *hop_lists_new(struct world *w, struct hop_needs *needs);
void hop_lists_free(struct hop_lists *l);

/* Identities that may do it to the object; on what the actor may do it. */
int hop_lists_who(const struct hop_list **out, struct hop_lists *l,
	const struct hop_need *need, node_id object, struct err *e);
int hop_lists_what(const struct hop_list **out, struct hop_lists *l,
	const struct hop_need *need, node_id actor, struct err *e);

/* The same without what the ruler, if any, may do as well (search_what_beside). */
int hop_lists_beside(const struct hop_list **out, struct hop_lists *l,
	const struct hop_need *need, node_id actor, node_id ruler, struct err *e);

/* The candidates as a list of that number. */
const struct hop_list *hop_lists_keep(
	struct hop_lists *l, struct hop_candidates *c, uint32_t number);

#endif
