/*
 * proof.h - a decision in citable pieces: who granted, who denied, which ceiling, what is
 * not known.
 */
#ifndef REACHABILITY_PROOF_H
#define REACHABILITY_PROOF_H

#include "reachability/decide.h"

/* The proof of one action on one resource (n == 0: the object's own key or target). */
int proof_make(struct proof *out, struct decide *d, node_id subject, node_id object,
	action_id action, struct str resource, struct err *e);

/* A proof that is words only: of questions that are no single decision. */
void proof_words(struct proof *out, struct world *w, expr residual, struct str reason);

#endif
