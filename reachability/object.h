/*
 * object.h - what is asked about, made ready for decisions: its own policies and the
 * ceilings over it, flattened to statements. subject_object caches it per node and query.
 */
#ifndef REACHABILITY_OBJECT_H
#define REACHABILITY_OBJECT_H

#include "reachability/decide.h"

/* Everything lies in the world's arena. */
int object_load(struct decide_object *o, struct world *w, node_id n, struct err *e);

#endif
