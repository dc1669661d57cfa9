/*
 * subject_change.h - what hops have changed of a subject: policies that it wrote, groups
 * that it joined, ceilings that are gone, a resource that it opened to itself. Used by
 * subject.c only.
 */
#ifndef REACHABILITY_SUBJECT_CHANGE_H
#define REACHABILITY_SUBJECT_CHANGE_H

#include "reachability/decide.h"

/* The statements of a grant class, which its members share, or of one identity. */
struct subject_statements {
	const struct decide_statement *statements;
	uint32_t count, identity_count;
	expr unknown_identity, unknown_boundary, unknown_deny;
	bool bounded, reads_principal;
};

/* Of one node whose policies are not those of its class (`without`, groups). */
int subject_policies_load(
	struct subject_statements *c, struct world *w, node_id n, struct err *e);

struct subject_change;

struct subject_change *subject_change_new(struct world *w);
void subject_change_free(struct subject_change *c);

/* To the statements of the identity as it is; and the opened resource to the subject. */
int subject_change_apply(struct decide_subject *s, struct subject_statements *own,
	struct subject_change *c, const struct imagined *im, struct err *e);

#endif
