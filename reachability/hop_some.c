#include "reachability/hop_some.h"

#include "reachability/ancestry.h"
#include "reachability/hop_bond.h"
#include "reachability/hop_list.h"
#include "reachability/imagined.h"
#include "reachability/tree_sweep.h"

bool hop_some_is(struct hop *h, const struct rule_need *need, node_id actor)
{
	return need->on == RULE_SOME ||
	       (need->on == RULE_NEW && provider_of_node(h->world, actor)->inherits);
}

/* --- the things that come into question --- */

/* The part of the path that begins at segment `count`, with its slash. */
static struct str behind_segments(struct str path, uint32_t count)
{
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '/' && count-- == 0)
			return str_skip(path, i);
	}
	return (struct str){ 0 };
}

static uint32_t segments(struct str path)
{
	uint32_t count = 0;

	for (size_t i = 0; i < path.n; i++)
		count += path.p[i] == '/';
	return count;
}

/* Whether the path is a beginning of keys of the format. */
static bool begins(struct str path, struct str format)
{
	while (path.n > 0 && format.n > 0) {
		size_t a = str_find_char(path, '/', 1), b = str_find_char(format, '/', 1);
		struct str name = str_head(format, b);

		if (!str_eq(name, STR_LIT("/*")) && !str_eq_fold(str_head(path, a), name))
			return false;
		path = str_skip(path, a);
		format = str_skip(format, b);
	}
	return path.n == 0 && format.n > 0;
}

/* A thing of the kind in the container, by a name that nothing has. */
static node_id new_in(struct hop *h, node_id container, struct str format)
{
	const struct node *n = world_node(h->world, container);
	struct str rest = behind_segments(format, segments(n->key));
	struct buf key = { 0 };
	node_id out;

	buf_add_str(&key, n->key);
	for (size_t i = 0; i < rest.n; i++)
		buf_add_char(&key, rest.p[i] == '*' ? '-' : str_lower_char(rest.p[i]));
	out = imagined_thing(
		h->world, arena_copy(world_arena(h->world), buf_str(&key)), n->account);
	buf_release(&key);
	return out;
}

/* All scopes that lie in the container and may have things of the format. */
static int add_beneath(struct buf *out, struct hop *h, node_id container,
	struct str format, struct err *e)
{
	struct world *w = h->world;

	for (scope_number n = 0; n < world_scope_count(w); n++) {
		const struct ancestry *above;
		struct segment *s;
		node_id here;

		if (world_segment(&s, w, n, e) < 0)
			return e->code;
		if (!begins(segment_info(s)->key, format))
			continue;
		if (world_node_of_key(&here, w, segment_info(s)->key, e) < 0 ||
			ancestry_of(&above, world_ancestry(w), here, e) < 0)
			return e->code;
		for (uint32_t i = 0; i < above->count; i++) {
			if (above->nodes[i] == container)
				VEC_ADD(out, node_id, here);
		}
	}
	return 0;
}

/* Containers in which the actor, or a group of it, has something. */
static int containers(struct buf *out, struct hop *h, const struct rule_need *need,
	node_id actor, struct err *e)
{
	struct str format = catalog_kind_format(catalog_kind_find(need->kind));
	struct buf holders = { 0 };
	int rc = tree_sweep_holders(
		&holders, hop_needs_get(h->needs, need)->decide, actor, e);

	for (size_t i = 0; i < VEC_COUNT(&holders, node_id) && rc == 0; i++) {
		node_id holder = VEC_DATA(&holders, const node_id)[i];

		if (!(world_node(h->world, holder)->flags & ENTITY_CONTAINER))
			continue;
		if (begins(world_node(h->world, holder)->key, format))
			VEC_ADD(out, node_id, holder);
		else
			rc = add_beneath(out, h, holder, format, e);
	}
	buf_release(&holders);
	return rc;
}

static int some_things(struct buf *out, struct hop *h, const struct rule_need *need,
	node_id actor, struct err *e)
{
	const struct hop_list *list;

	if (hop_lists_what(&list, h->lists, hop_needs_get(h->needs, need), actor, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < list->count; i++) {
		if (hop_bond_is_kind(h->world, list->ends[i].node, &need->kind, 1))
			VEC_ADD(out, node_id, list->ends[i].node);
	}
	return 0;
}

/* --- what is left --- */

/* New things are made in one container, existing ones of a kind are one. */
static bool is_fellow(const struct rule_need *a, const struct rule_need *b)
{
	return a->on == b->on && (a->on == RULE_NEW || str_eq(a->kind, b->kind));
}

/* What the need is about: the existing thing, or a new one in the container. */
static node_id object_of(struct hop *h, const struct rule_need *need, node_id thing)
{
	return need->on == RULE_NEW
		       ? new_in(h, thing,
				 catalog_kind_format(catalog_kind_find(need->kind)))
		       : thing;
}

static int thing_decide(expr *out, struct hop *h, const struct rule *rule,
	const struct rule_need *first, node_id actor, node_id thing, struct err *e)
{
	*out = EXPR_TRUE;
	for (uint32_t i = 0; i < rule->need_count && *out != EXPR_FALSE; i++) {
		expr one;

		if (!is_fellow(&rule->needs[i], first))
			continue;
		if (hop_needs_decide(&one, h->needs,
			    hop_needs_get(h->needs, &rule->needs[i]), actor,
			    object_of(h, &rule->needs[i], thing), e) < 0)
			return e->code;
		*out = expr_and(world_pool(h->world), *out, one);
	}
	return 0;
}

/* Over all things of the need's kind; *best: where least is left. */
static int kind_decide(expr *out, node_id *best, struct hop *h, const struct rule *rule,
	const struct rule_need *need, node_id actor, struct err *e)
{
	struct expr_pool *pool = world_pool(h->world);
	struct buf things = { 0 };
	enum expr_verdict found = VERDICT_DENIED;
	int rc = need->on == RULE_SOME ? some_things(&things, h, need, actor, e)
				       : containers(&things, h, need, actor, e);

	*out = EXPR_FALSE;
	*best = NODE_NONE;
	for (size_t i = 0;
		i < VEC_COUNT(&things, node_id) && rc == 0 && *out != EXPR_TRUE; i++) {
		node_id thing = VEC_DATA(&things, const node_id)[i];
		expr one;

		rc = thing_decide(&one, h, rule, need, actor, thing, e);
		if (rc < 0)
			break;
		*out = expr_or(pool, *out, one);
		if (expr_verdict(pool, one) > found) {
			found = expr_verdict(pool, one);
			*best = thing;
		}
	}
	buf_release(&things);
	return rc;
}

int hop_some_decide(
	expr *out, struct hop *h, const struct rule *rule, node_id actor, struct err *e)
{
	*out = EXPR_TRUE;
	for (uint32_t i = 0; i < rule->need_count && *out != EXPR_FALSE; i++) {
		bool seen = !hop_some_is(h, &rule->needs[i], actor);
		node_id best;
		expr one;

		for (uint32_t k = 0; k < i && !seen; k++)
			seen = is_fellow(&rule->needs[k], &rule->needs[i]);
		if (seen)
			continue;
		if (kind_decide(&one, &best, h, rule, &rule->needs[i], actor, e) < 0)
			return e->code;
		*out = expr_and(world_pool(h->world), *out, one);
	}
	return 0;
}

int hop_some_object(node_id *out, struct hop *h, const struct rule *rule,
	const struct rule_need *need, node_id actor, struct err *e)
{
	expr ignored;

	if (kind_decide(&ignored, out, h, rule, need, actor, e) < 0)
		return e->code;
	if (*out != NODE_NONE)
		*out = object_of(h, need, *out);
	return 0;
}
