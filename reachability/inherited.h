/*
 * inherited.h - what providers share whose policies hold for a container and all that is
 * beneath it: the recipe, and hooks for what such a provider does not have.
 *
 * The recipe: a grant (LAYER_RESOURCE, on the resource or above it) that names the
 * subject, within the ceilings by place, unless a deny (LAYER_DENY or LAYER_RESOURCE)
 * does. Policies that the subject holds (LAYER_IDENTITY) grant nothing.
 */
#ifndef REACHABILITY_INHERITED_H
#define REACHABILITY_INHERITED_H

#include "reachability/provider.h"

/* provider.combine */
expr inherited_combine(struct expr_pool *pool, const struct provider_parts *parts);

/* provider.policy: every kind may have a policy, and none must consent. */
enum provider_policy inherited_policy(
	kind_id kind, action_id action, enum record_layer *layer);

/* Hooks of what there is not. */
bool inherited_no_grants(kind_id kind);
enum provider_custody inherited_no_custody(struct str key);
enum provider_custody inherited_no_bars(kind_id kind, action_id action);
void inherited_prepare(struct world *w, struct object *object);
struct str inherited_no_voids(const struct subject *subject, const struct object *object,
	enum record_layer layer, enum provider_match match);
bool inherited_no_session(struct str key);
bool inherited_no_scps(const struct subject *subject);
bool inherited_no_rcps(const struct subject *subject, const struct object *object);
bool inherited_no_rcp_action(action_id action);
bool inherited_may_call(const struct node *n, action_id action);
bool inherited_no_endpoint(struct str service, action_id action);
struct str inherited_new_key(struct str format, struct str account,
	struct str account_key, struct arena *arena);

/*
 * provider.principal_node: keys, groups and services are nodes by their text, everybody
 * and sets are none.
 */
int inherited_principal_node(node_id *out, struct world *w, const struct document *d,
	const struct document_principal *p, struct err *e);

#endif
