#include "reachability/inherited.h"

expr inherited_combine(struct expr_pool *pool, const struct provider_parts *p)
{
	expr x = expr_or(pool, p->resource[MATCH_SELF], p->resource[MATCH_ANYONE]);

	if (p->strict) {
		x = expr_or(pool, x, p->resource[MATCH_PERHAPS]);
		x = expr_or(pool, x, p->unread_grants);
	}
	if (x == EXPR_FALSE || provider_bars(p))
		return EXPR_FALSE;
	x = expr_and(pool, x, p->place);
	x = expr_and(pool, x, expr_not(pool, p->unread_denies));
	return expr_and(pool, x, expr_not(pool, p->deny));
}

enum provider_policy inherited_policy(
	kind_id kind, action_id action, enum record_layer *layer)
{
	(void)kind;
	(void)action;
	*layer = LAYER_RESOURCE;
	return POLICY_OPTIONAL;
}

bool inherited_no_grants(kind_id kind)
{
	(void)kind;
	return false;
}

enum provider_custody inherited_no_custody(struct str key)
{
	(void)key;
	return CUSTODY_NONE;
}

enum provider_custody inherited_no_bars(kind_id kind, action_id action)
{
	(void)kind;
	(void)action;
	return CUSTODY_NONE;
}

void inherited_prepare(struct world *w, struct object *object)
{
	(void)w;
	(void)object;
}

struct str inherited_no_voids(const struct subject *subject, const struct object *object,
	enum record_layer layer, enum provider_match match)
{
	(void)subject;
	(void)object;
	(void)layer;
	(void)match;
	return (struct str){ 0 };
}

bool inherited_no_session(struct str key)
{
	(void)key;
	return false;
}

bool inherited_no_scps(const struct subject *subject)
{
	(void)subject;
	return false;
}

bool inherited_no_rcps(const struct subject *subject, const struct object *object)
{
	(void)subject;
	(void)object;
	return false;
}

bool inherited_no_rcp_action(action_id action)
{
	(void)action;
	return false;
}

bool inherited_may_call(const struct node *n, action_id action)
{
	(void)n;
	(void)action;
	return true;
}

bool inherited_no_endpoint(struct str service, action_id action)
{
	(void)service;
	(void)action;
	return false;
}

struct str inherited_new_key(struct str format, struct str account,
	struct str account_key, struct arena *arena)
{
	(void)account;
	(void)account_key;
	(void)arena;
	return format;
}

int inherited_principal_node(node_id *out, struct world *w, const struct document *d,
	const struct document_principal *p, struct err *e)
{
	*out = NODE_NONE;
	if (p->type == DOCUMENT_ANYONE)
		*out = world_node_virtual(
			w, NODE_PUBLIC, STR_LIT("public"), (struct str){ 0 });
	else if (p->type != DOCUMENT_SET)
		return world_node_of_key(out, w, document_str(d, p->text), e);
	return 0;
}
