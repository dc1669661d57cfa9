/*
 * beneath.h - a way to another entity (an access point to its bucket): what goes through
 * it needs the consent of both.
 *
 * An answer about a pattern says that some string of it is granted on each side; about
 * one key it is exact.
 */
#ifndef REACHABILITY_BENEATH_H
#define REACHABILITY_BENEATH_H

#include "reachability/decide.h"

/* The key or pattern of what is beneath that `resource` of the way stands for. */
struct str beneath_resource(
	struct world *w, const struct object *way, struct str resource);

/* The entity beneath, as it is when one comes by that way. */
int beneath_object(struct decide_object *out, struct decide *d, const struct object *way,
	struct err *e);

/* Cut what the way grants to what is granted beneath, too. */
int beneath_apply(struct access *access, struct decide *d, const struct decide_subject *s,
	const struct object *way, struct str resource, struct err *e);

#endif
