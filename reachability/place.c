#include "reachability/place.h"

#include <stdlib.h>

#include "reachability/ancestry.h"
#include "reachability/membership.h"
#include "reachability/role_reference.h"
#include "reachability/subject.h"

struct place_cache {
	struct world *world;
	struct intern texts;
	struct buf lists;      /* struct buf of const struct world_document *, by text */
	struct intern holders; /* nodes that were read */
	struct buf documents;  /* struct holder, by number in holders */
};

struct holder {
	const struct world_document *documents;
	uint32_t count;
};

struct place_cache *place_cache_new(struct world *w)
{
	struct place_cache *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->world = w;
	intern_init(&c->texts);
	intern_init(&c->holders);
	return c;
}

void place_cache_free(struct place_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < VEC_COUNT(&c->lists, struct buf); i++)
		buf_release(&VEC_DATA(&c->lists, struct buf)[i]);
	buf_release(&c->lists);
	buf_release(&c->documents);
	intern_release(&c->texts);
	intern_release(&c->holders);
	free(c);
}

/* The ceilings that a container holds, read once so that equal ones are one. */
static int holder_read(
	struct holder *out, struct place_cache *c, node_id n, struct err *e)
{
	uint32_t before = intern_count(&c->holders);
	uint32_t number =
		intern_add(&c->holders, (struct str){ (const char *)&n, sizeof(n) });
	struct holder read = { 0 };

	if (number == before) {
		if (world_documents(&read.documents, &read.count, c->world, n,
			    LAYER_PLACE, e) < 0)
			return e->code;
		buf_add(&c->documents, &read, sizeof(read));
	}
	*out = VEC_DATA(&c->documents, struct holder)[number];
	return 0;
}

static void list_add(struct buf *list, const struct world_document *d)
{
	for (size_t i = 0; i < VEC_COUNT(list, const struct world_document *); i++) {
		if (VEC_DATA(list, const struct world_document *)[i] == d)
			return;
	}
	VEC_ADD(list, const struct world_document *, d);
}

static bool scope_add(void *ctx, scope_number scope)
{
	VEC_ADD((struct buf *)ctx, scope_number, scope);
	return true;
}

/* The ceilings of one scope that name the text. */
static int list_scope(struct buf *list, struct place_cache *c, scope_number scope,
	struct str text, struct err *e)
{
	struct segment *s;
	uint32_t begin, end;

	if (world_segment(&s, c->world, scope, e) < 0)
		return e->code;
	segment_principal_range(s, text, &begin, &end);
	for (uint32_t i = begin; i < end; i++) {
		const struct segment_principal *p = &segment_principals(s)[i];
		struct holder read = { 0 };

		if (p->type == 0 || p->entity >= segment_info(s)->entity_count)
			continue;
		if (holder_read(&read, c, world_node_entity(c->world, scope, p->entity),
			    e) < 0)
			return e->code;
		for (uint32_t k = 0; k < read.count; k++) {
			if (read.documents[k].segment == s &&
				read.documents[k].doc == p->doc)
				list_add(list, &read.documents[k]);
		}
	}
	return 0;
}

static int list_of(
	const struct buf **out, struct place_cache *c, struct str text, struct err *e)
{
	uint32_t before = intern_count(&c->texts), number = intern_add(&c->texts, text);
	struct buf scopes = { 0 }, list = { 0 };
	int rc = 0;

	if (number == before) {
		rc = snapshot_links(
			world_snapshot(c->world), text, scope_add, &scopes, e);
		for (size_t i = 0; i < VEC_COUNT(&scopes, scope_number) && rc == 0; i++)
			rc = list_scope(
				&list, c, VEC_DATA(&scopes, scope_number)[i], text, e);
		VEC_ADD(&c->lists, struct buf, list);
		buf_release(&scopes);
	}
	*out = &VEC_DATA(&c->lists, const struct buf)[number];
	return rc;
}

/* Ceilings that somebody asked for and was refused, on what the node lies in. */
static int unread_places(struct decide_subject *s, struct world *w, struct err *e)
{
	const struct ancestry *chain;

	if (ancestry_of(&chain, world_ancestry(w), s->s.node, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < chain->count; i++) {
		struct str key = world_node(w, chain->nodes[i])->key;
		enum coverage_state state =
			ancestry_coverage(w, chain->nodes[i], STR_LIT("places"));

		if (state != COVERAGE_REFUSED && state != COVERAGE_PARTIAL)
			continue;
		s->unknown_place = expr_or(world_pool(w), s->unknown_place,
			world_unknown(w, key,
				arena_printf(world_arena(w),
					"ceilings by place of '%.*s' were not collected",
					STR_ARG(key)),
				true));
	}
	return 0;
}

/* The statements of a ceiling; the places may be in a document that they name. */
static int add_ceiling(
	struct buf *out, struct world *w, const struct world_document *d, struct err *e)
{
	struct buf statements = { 0 };
	int rc = 0;

	if (!d->compiled || (d->compiled->flags & DOCUMENT_INVALID))
		return 0;
	subject_add_statements(&statements, d->compiled, SLOT_PLACE, 0, d->doc, d);
	for (size_t i = 0; rc == 0 && i < VEC_COUNT(&statements, struct decide_statement);
		i++)
		rc = role_reference_add(out, world_roles(w),
			&VEC_DATA(&statements, const struct decide_statement)[i], e);
	buf_release(&statements);
	return rc;
}

int place_load(struct decide_subject *s, struct place_cache *c, struct err *e)
{
	struct world *w = c->world;
	const struct membership *m;
	struct buf documents = { 0 }, statements = { 0 };
	const struct buf *list;
	void *copy;
	int rc = membership_of(&m, world_membership(w), s->provider, s->s.node, e);

	for (uint32_t i = 0; rc == 0 && i < m->count; i++) {
		rc = list_of(&list, c, m->names[i].text, e);
		for (size_t k = 0;
			rc == 0 && k < VEC_COUNT(list, const struct world_document *);
			k++)
			list_add(&documents,
				VEC_DATA(list, const struct world_document *)[k]);
	}
	for (size_t i = 0;
		rc == 0 && i < VEC_COUNT(&documents, const struct world_document *); i++)
		rc = add_ceiling(&statements, w,
			VEC_DATA(&documents, const struct world_document *)[i], e);
	s->place_count = (uint32_t)VEC_COUNT(&statements, struct decide_statement);
	copy = arena_alloc(world_arena(w), statements.n + 1);
	if (statements.n > 0)
		memcpy(copy, statements.p, statements.n);
	s->places = copy;
	buf_release(&documents);
	buf_release(&statements);
	return rc == 0 ? unread_places(s, w, e) : rc;
}
