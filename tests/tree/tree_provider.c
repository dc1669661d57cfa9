#include "tests/tree/tree_provider.h"

#include "reachability/ancestry.h"
#include "reachability/inherited.h"
#include "reachability/membership.h"
#include "reachability/provider_list.h"

static bool is_user(struct str key)
{
	return str_starts(key, STR_LIT("tree:u:"));
}

static bool is_group(struct str key)
{
	return str_starts(key, STR_LIT("tree:g:"));
}

static bool is_set(struct str key)
{
	return str_starts(key, STR_LIT("tree:d:")) ||
	       str_starts(key, STR_LIT("tree:in:")) || str_eq(key, STR_LIT("tree:all"));
}

static bool owns_key(struct str key)
{
	return str_starts(key, STR_LIT("tree:")) || str_eq(key, STR_LIT("public"));
}

static enum node_type read_key(struct str key, struct str *account)
{
	*account = (struct str){ 0 };
	if (str_eq(key, STR_LIT("public")))
		return NODE_PUBLIC;
	return is_user(key) || is_group(key) ? NODE_FOREIGN : NODE_RESOURCE;
}

static void look_up(struct world *w, const struct subject *subject,
	const struct object *object, struct str key, struct condition_fact *out,
	struct arena *arena)
{
	(void)w;
	(void)subject;
	(void)object;
	(void)key;
	(void)arena;
	*out = (struct condition_fact){ .knowledge = CONDITION_OPEN, .single = true };
}

static struct str check_key(struct str key, struct str value, struct arena *arena)
{
	(void)key;
	(void)value;
	(void)arena;
	return (struct str){ 0 };
}

static uint32_t texts(struct str *out, uint32_t max, struct world *w, node_id subject)
{
	struct arena *arena = world_arena(w);
	const struct node *n = world_node(w, subject);
	const struct ancestry *chain;
	uint32_t count = 0;
	struct err e;

	if (is_user(n->key)) {
		char last = n->key.p[n->key.n - 1];

		out[count++] = n->key;
		out[count++] = arena_printf(arena, "tree:d:%d", (last - '0') % 3);
		out[count++] = STR_LIT("tree:all");
		if (ancestry_of(&chain, world_ancestry(w), subject, &e) == 0) {
			for (uint32_t i = 0; i < chain->count && count + 1 < max; i++)
				out[count++] = arena_printf(arena, "tree:in:%.*s",
					STR_ARG(world_node(w, chain->nodes[i])->key));
		}
	} else if (is_group(n->key)) {
		out[count++] = n->key;
	}
	out[count++] = STR_LIT("*");
	return count;
}

static struct str any_identity(struct str account, struct arena *arena)
{
	(void)account;
	(void)arena;
	return STR_LIT("tree:u:*");
}

static bool is_federated(const struct node *n)
{
	(void)n;
	return false;
}

static struct str above(struct str key, struct arena *arena)
{
	(void)key;
	(void)arena;
	return (struct str){ 0 };
}

static bool is_top(const struct node *n)
{
	return str_eq(n->key, STR_LIT("tree:top"));
}

static bool may_join(struct world *w, node_id n, struct str group)
{
	(void)group;
	return world_node(w, n)->type != NODE_PUBLIC;
}

static const char *const no_names[] = { NULL };

const struct provider tree_provider = {
	.name = { "tree", 4 },
	.owns_key = owns_key,
	.read_key = read_key,
	.policy = inherited_policy,
	.has_grants = inherited_no_grants,
	.custody_of = inherited_no_custody,
	.custody_bars = inherited_no_bars,
	.policy_kinds = no_names,
	.prepare_object = inherited_prepare,
	.match = membership_match,
	.look_up = look_up,
	.check_key = check_key,
	.voids = inherited_no_voids,
	.session_needs_policy = inherited_no_session,
	.scps_bind = inherited_no_scps,
	.rcps_bind = inherited_no_rcps,
	.rcps_cover = inherited_no_rcp_action,
	.combine = inherited_combine,
	.principal_texts = texts,
	.any_identity = any_identity,
	.principal_node = inherited_principal_node,
	.is_federated = is_federated,
	.may_call = inherited_may_call,
	.new_key = inherited_new_key,
	.assumptions = &(const struct provider_assumption){ { "sts:AssumeRole", 14 },
		{ "none", 4 }, false },
	.assumption_count = 1,
	.endpoint_serves = inherited_no_endpoint,
	.power_actions = no_names,
	.inherits = true,
	.above = above,
	.is_top = is_top,
	.may_join = may_join,
	.is_group = is_group,
	.is_set = is_set,
};

const struct provider *const provider_list[] = { &tree_provider, NULL };
