/*
 * resource.h - what resources of a made-up account have beside their names: a policy, the
 * role that they run as.
 */
#ifndef BENCHMARKS_RESOURCE_H
#define BENCHMARKS_RESOURCE_H

#include "benchmarks/estate.h"

/* Its policy as text; empty: it has none. */
struct str resource_policy(struct estate *s, enum estate_thing t, uint32_t i);

/* Whether its type has resource policies at all. */
bool resource_is_governed(enum estate_thing t);

/* The role of a function, an instance or a state machine; `purpose` is for whom it is. */
uint32_t resource_role(const struct estate *s, enum estate_thing t, uint32_t i,
	enum estate_purpose purpose);

#endif
