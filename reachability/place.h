/*
 * place.h - ceilings over principals by place: where those whom a policy names may have
 * access at all.
 *
 * A statement of LAYER_PLACE names identities (also by sets, such as everything beneath a
 * container), the actions that it is about, and as resources the keys of containers. It
 * binds whom it names, under its conditions. Of several that bind one identity any may
 * let through: by having the resource in one of its places, or by not being about the
 * action.
 *
 * Lifetime: until world_close; what names a text is looked up once.
 */
#ifndef REACHABILITY_PLACE_H
#define REACHABILITY_PLACE_H

#include "reachability/decide.h"

struct place_cache;

struct place_cache *place_cache_new(struct world *w);
void place_cache_free(struct place_cache *c);

/* Fill the subject's places. Not for providers without inherited policies. */
int place_load(struct decide_subject *s, struct place_cache *c, struct err *e);

#endif
