#include "reachability/hop_need.h"

#include <stdlib.h>

#include "reachability/imagined.h"

struct hop_needs {
	struct world *world;
	bool strict;
	struct intern keys;  /* action and context -> number */
	struct buf items;    /* struct hop_need * */
	struct intern asked; /* need, actor, object -> number */
	struct buf answers;  /* expr, by that number */
};

struct hop_needs *hop_needs_new(struct world *w)
{
	struct hop_needs *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	n->world = w;
	intern_init(&n->keys);
	intern_init(&n->asked);
	return n;
}

void hop_needs_free(struct hop_needs *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < VEC_COUNT(&n->items, struct hop_need *); i++) {
		struct hop_need *need = VEC_DATA(&n->items, struct hop_need *)[i];

		likeness_free(need->likeness);
		decide_free(need->decide);
	}
	intern_release(&n->keys);
	intern_release(&n->asked);
	buf_release(&n->items);
	buf_release(&n->answers);
	free(n);
}

void hop_needs_set_strict(struct hop_needs *n)
{
	n->strict = true;
}

bool hop_needs_is_strict(const struct hop_needs *n)
{
	return n->strict;
}

const struct hop_need *hop_needs_get(struct hop_needs *n, const struct rule_need *need)
{
	struct action_query query = { .patterns = &need->action, .pattern_count = 1 };
	uint32_t before = intern_count(&n->keys), number;
	struct hop_need *made;
	struct buf key = { 0 };

	buf_add_str(&key, need->action);
	for (uint32_t i = 0; i < need->context_count; i++) {
		buf_add_char(&key, '\n');
		buf_add_str(&key, need->keys[i]);
		buf_add_char(&key, '=');
		buf_add_str(&key, need->values[i]);
	}
	number = intern_add(&n->keys, buf_str(&key));
	buf_release(&key);
	if (number < before)
		return VEC_DATA(&n->items, struct hop_need *)[number];
	made = ARENA_NEW(world_arena(n->world), struct hop_need);
	made->number = number;
	made->action = catalog_action_find(need->action);
	made->context = (struct world_context){
		.keys = need->keys, .values = need->values, .count = need->context_count
	};
	made->decide = decide_new(n->world, &query);
	decide_set_strict(made->decide, n->strict);
	if (need->context_count > 0)
		decide_set_context(made->decide, &made->context);
	made->likeness = likeness_new(made->decide);
	VEC_ADD(&n->items, struct hop_need *, made);
	return made;
}

/* The rule's pattern with the actor's account in it. */
static struct str pattern_of(
	struct hop_needs *n, const struct rule_need *need, struct str account)
{
	struct str variable = STR_LIT("${account}"), rest = need->pattern;
	struct buf text = { 0 };
	struct str out;

	while (rest.n > 0) {
		if (str_starts(rest, variable)) {
			buf_add_str(&text, account);
			rest = str_skip(rest, variable.n);
			continue;
		}
		buf_add_char(&text, rest.p[0]);
		rest = str_skip(rest, 1);
	}
	out = arena_copy(world_arena(n->world), buf_str(&text));
	buf_release(&text);
	return out;
}

/* A format or pattern as keys of the account; one that was not collected has no key. */
static node_id object_new(
	struct hop_needs *n, struct str format, struct str account, node_id actor)
{
	scope_number scope = world_account_scope(n->world, account);
	struct str key = { 0 };
	struct segment *s;
	struct err ignored;

	if (scope != SEGMENT_NONE && world_segment(&s, n->world, scope, &ignored) == 0)
		key = segment_info(s)->key;
	return imagined_thing(n->world,
		provider_of_node(n->world, actor)
			->new_key(format, account, key, world_arena(n->world)),
		account);
}

node_id hop_needs_object(struct hop_needs *n, const struct rule_need *need, node_id actor)
{
	struct world *w = n->world;
	struct str account = world_node(w, actor)->account;
	kind_id kind;

	switch (need->on) {
	case RULE_ACTOR:
		return actor;
	case RULE_ACCOUNT:
		return imagined_thing(w, (struct str){ 0 }, account);
	case RULE_NEW:
		kind = catalog_kind_find(need->kind);
		/* where policies hold beneath containers: hop_some.h */
		if (kind == CATALOG_NONE || provider_of_node(w, actor)->inherits)
			return NODE_NONE;
		return object_new(n, catalog_kind_format(kind), account, actor);
	case RULE_PATTERN:
		return object_new(n, pattern_of(n, need, account), account, actor);
	default:
		return NODE_NONE;
	}
}

expr hop_needs_residual(struct hop_needs *n, const struct access *access)
{
	expr x = EXPR_FALSE;

	for (uint32_t i = 0; i < access->part_count; i++)
		x = expr_or(world_pool(n->world), x, access->parts[i].residual);
	return x;
}

int hop_needs_decide(expr *out, struct hop_needs *n, const struct hop_need *need,
	node_id actor, node_id object, struct err *e)
{
	const uint32_t key[3] = { need->number, actor, object };
	uint32_t before = intern_count(&n->asked), number;
	const struct decide_subject *s;
	const struct decide_object *o;
	struct access access;

	number = intern_add(&n->asked, (struct str){ (const char *)key, sizeof(key) });
	if (number == before) {
		VEC_ADD(&n->answers, expr, EXPR_FALSE);
		if (decide_subject(&s, need->decide, actor, e) < 0 ||
			decide_object(&o, need->decide, object, e) < 0 ||
			decide_entity(&access, need->decide, s, o, (struct str){ 0 }, e) <
				0)
			return e->code;
		VEC_DATA(&n->answers, expr)[number] = hop_needs_residual(n, &access);
	}
	*out = VEC_DATA(&n->answers, expr)[number];
	return 0;
}
