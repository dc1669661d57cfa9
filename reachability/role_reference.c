#include "reachability/role_reference.h"

#include <stdlib.h>

struct role {
	const struct world_document *documents;
	uint32_t count;
	expr gap[2]; /* what of it nobody read, as it may grant and as it may deny */
	bool known;
};

struct role_references {
	struct world *world;
	struct intern keys;
	struct buf roles; /* struct role, by key */
};

struct role_references *role_reference_new(struct world *w)
{
	struct role_references *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->world = w;
	intern_init(&c->keys);
	return c;
}

void role_reference_free(struct role_references *c)
{
	if (!c)
		return;
	intern_release(&c->keys);
	buf_release(&c->roles);
	free(c);
}

static void role_gap(
	struct role *role, struct world *w, struct str key, const char *words)
{
	struct str what =
		arena_printf(world_arena(w), "role '%.*s' %s", STR_ARG(key), words);

	for (int k = 0; k < 2; k++)
		role->gap[k] = expr_or(
			world_pool(w), role->gap[k], world_unknown(w, key, what, k == 1));
}

static int role_load(struct role *role, struct world *w, struct str key, struct err *e)
{
	node_id n;

	*role = (struct role){ .known = true };
	if (world_removed(w, key))
		return 0;
	if (world_node_of_key(&n, w, key, e) < 0 ||
		world_documents(&role->documents, &role->count, w, n, LAYER_ROLE, e) < 0)
		return e->code;
	if (role->count == 0)
		role_gap(role, w, key, "was not collected");
	for (uint32_t i = 0; i < role->count; i++) {
		const struct document *d = role->documents[i].compiled;

		if (!d || (d->flags & DOCUMENT_INVALID))
			role_gap(role, w, key, d ? "is not valid" : "was not collected");
	}
	return 0;
}

static int role_of(
	const struct role **out, struct role_references *c, struct str key, struct err *e)
{
	uint32_t n = intern_add(&c->keys, key);
	struct role role;

	while (VEC_COUNT(&c->roles, struct role) <= n)
		VEC_ADD(&c->roles, struct role, { 0 });
	if (!VEC_DATA(&c->roles, struct role)[n].known) {
		if (role_load(&role, c->world, key, e) < 0)
			return e->code;
		VEC_DATA(&c->roles, struct role)[n] = role;
	}
	*out = &VEC_DATA(&c->roles, struct role)[n];
	return 0;
}

int role_reference_add(struct buf *out, struct role_references *c,
	const struct decide_statement *st, struct err *e)
{
	struct decide_statement one = *st;
	const struct role *role;

	if (st->statement->role.size == 0) {
		buf_add(out, &one, sizeof(one));
		return 0;
	}
	if (role_of(&role, c, document_str(st->document, st->statement->role), e) < 0)
		return e->code;
	for (uint32_t i = 0; i < role->count; i++) {
		const struct document *d = role->documents[i].compiled;

		one.role = &role->documents[i];
		for (uint32_t k = 0; d && k < d->statement_count; k++) {
			one.block = &d->statements[k];
			buf_add(out, &one, sizeof(one));
		}
	}
	one.role = NULL;
	one.block = NULL;
	one.gap = role->gap[st->slot == SLOT_PLACE ||
			    (st->statement->flags & DOCUMENT_DENY) != 0];
	if (one.gap != EXPR_FALSE)
		buf_add(out, &one, sizeof(one));
	return 0;
}
