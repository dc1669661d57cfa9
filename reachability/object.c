#include "reachability/object.h"

#include "base/mutant.h"
#include "reachability/ancestry.h"
#include "reachability/role_reference.h"
#include "reachability/subject.h"

static int object_layer(struct decide_object *o, struct world *w, enum record_layer layer,
	struct buf *statements, struct buf *layers, struct err *e)
{
	const struct world_document *docs;
	uint32_t count;
	enum record_layer as = layer == LAYER_TRUST ? LAYER_TRUST : LAYER_RESOURCE;

	if (world_documents(&docs, &count, w, o->o.node, layer, e) < 0)
		return e->code;
	if (layer == LAYER_GRANT)
		o->o.grants_known = count > 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct document *d = docs[i].compiled;

		if (!d || (d->flags & DOCUMENT_INVALID)) {
			if (layer == LAYER_GRANT)
				o->o.grants_known = false;
			else
				o->o.policy_state = SEGMENT_POLICY_REFUSED;
			o->o.policy_invalid |= layer != LAYER_GRANT && d != NULL;
			continue;
		}
		subject_add_statements(
			statements, d, SLOT_RESOURCE, 0, docs[i].doc, &docs[i]);
		while (VEC_COUNT(layers, enum record_layer) <
			VEC_COUNT(statements, struct decide_statement))
			VEC_ADD(layers, enum record_layer, as);
	}
	return 0;
}

static void object_rcps(struct decide_object *o, struct world *w, struct buf *statements,
	struct buf *layers)
{
	const struct world_organization *org = o->o.organization;

	if (org->named && !org->complete)
		o->unknown_rcp = subject_unknown_ceiling(w, org,
			STR_LIT("organization policies (RCP) were not collected"), true);
	for (uint32_t i = 0;
		i < org->level_count && !MUTANT(rcp_binds_management, org->exempt, false);
		i++) {
		for (uint32_t k = 0; k < org->rcps[i].document_count; k++) {
			const struct world_document *doc = &org->rcps[i].documents[k];

			if (doc->compiled && !(doc->compiled->flags & DOCUMENT_INVALID))
				subject_add_statements(
					statements, doc->compiled, SLOT_RCP, i, 0, doc);
			else
				o->unknown_rcp = expr_or(world_pool(w), o->unknown_rcp,
					subject_unknown_ceiling(w, org,
						arena_printf(world_arena(w),
							"RCP '%.*s' %s",
							STR_ARG(doc->name),
							doc->compiled
								? "is not valid"
								: "was not collected"),
						true));
		}
	}
	while (VEC_COUNT(layers, enum record_layer) <
		VEC_COUNT(statements, struct decide_statement))
		VEC_ADD(layers, enum record_layer, LAYER_RCP);
}

/* Containers beside those above it: their grants as its own. */
static int object_aside(struct decide_object *o, struct world *w, struct buf *statements,
	struct buf *layers, struct err *e)
{
	struct buf beside = { 0 };
	int rc = o->provider->aside(&beside, w, o->o.node, false, e);

	for (size_t i = 0; i < VEC_COUNT(&beside, node_id) && rc == 0; i++) {
		const struct world_document *docs;
		uint32_t count;

		rc = world_documents(&docs, &count, w,
			VEC_DATA(&beside, const node_id)[i], LAYER_RESOURCE, e);
		for (uint32_t k = 0; rc == 0 && k < count; k++) {
			const struct document *d = docs[k].compiled;

			if (d && !(d->flags & DOCUMENT_INVALID))
				subject_add_statements(statements, d, SLOT_RESOURCE, 0,
					docs[k].doc, &docs[k]);
		}
	}
	while (VEC_COUNT(layers, enum record_layer) <
		VEC_COUNT(statements, struct decide_statement))
		VEC_ADD(layers, enum record_layer, LAYER_RESOURCE);
	buf_release(&beside);
	if (rc == 0)
		rc = o->provider->aside_unread(
			&o->unread_grants, &o->unread_denies, w, o->o.node, e);
	return rc < 0 ? rc : 0;
}

/* The entity that governs it: its policies, and what calls granted on it. */
static int object_governor(struct decide_object *o, struct world *w,
	struct buf *statements, struct buf *layers, struct err *e)
{
	static const enum record_layer of[] = { LAYER_RESOURCE, LAYER_GRANT };
	node_id n = o->provider->governor(w, o->o.n);

	for (size_t i = 0; n != NODE_NONE && i < sizeof(of) / sizeof(of[0]); i++) {
		const struct world_document *docs;
		uint32_t count;

		if (world_documents(&docs, &count, w, n, of[i], e) < 0)
			return e->code;
		for (uint32_t k = 0; k < count; k++) {
			const struct document *d = docs[k].compiled;

			if (d && !(d->flags & DOCUMENT_INVALID))
				subject_add_statements(statements, d, SLOT_RESOURCE, 0,
					docs[k].doc, &docs[k]);
			else
				o->o.policy_state = SEGMENT_POLICY_REFUSED;
		}
	}
	while (VEC_COUNT(layers, enum record_layer) <
		VEC_COUNT(statements, struct decide_statement))
		VEC_ADD(layers, enum record_layer, LAYER_RESOURCE);
	return 0;
}

/* --- providers whose policies hold beneath their holders --- */

static expr object_unread(
	struct decide_object *o, struct world *w, const char *words, bool may_deny)
{
	struct str what = arena_printf(world_arena(w), "%s of '%.*s' were not collected",
		words, STR_ARG(o->o.n->key));

	return world_unknown(
		w, o->o.n->account.n > 0 ? o->o.n->account : o->o.n->key, what, may_deny);
}

/* What is above it, and what of its own policies nobody read. */
static int object_above(struct decide_object *o, struct world *w, struct err *e)
{
	struct expr_pool *pool = world_pool(w);
	const struct ancestry *chain;

	if (ancestry_of(&chain, world_ancestry(w), o->o.node, e) < 0)
		return e->code;
	if (o->o.policy_state == SEGMENT_POLICY_NOT_ASKED ||
		o->o.policy_state == SEGMENT_POLICY_REFUSED)
		o->beneath_grants = expr_or(
			pool, o->beneath_grants, object_unread(o, w, "policies", false));
	if (ancestry_coverage(w, o->o.node, STR_LIT("denies")) != COVERAGE_ABSENT &&
		ancestry_coverage(w, o->o.node, STR_LIT("denies")) != COVERAGE_GOT)
		o->beneath_denies = expr_or(
			pool, o->beneath_denies, object_unread(o, w, "denies", true));
	if (chain->loose)
		o->beneath_grants = expr_or(pool, o->beneath_grants,
			object_unread(o, w, "policies above", false));
	if (chain->count > 0) {
		if (subject_object(&o->above, world_subjects(w), chain->nodes[0], e) < 0)
			return e->code;
		o->beneath_grants =
			expr_or(pool, o->beneath_grants, o->above->beneath_grants);
		o->beneath_denies =
			expr_or(pool, o->beneath_denies, o->above->beneath_denies);
	}
	o->unread_grants = expr_or(pool, o->unread_grants, o->beneath_grants);
	o->unread_denies = expr_or(pool, o->unread_denies, o->beneath_denies);
	return 0;
}

static int object_denies(
	struct decide_object *o, struct world *w, struct buf *statements, struct err *e)
{
	const struct world_document *docs;
	uint32_t count;

	if (world_documents(&docs, &count, w, o->o.node, LAYER_DENY, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		const struct document *d = docs[i].compiled;

		if (d && !(d->flags & DOCUMENT_INVALID))
			subject_add_statements(
				statements, d, SLOT_RESOURCE, 0, docs[i].doc, &docs[i]);
		else
			o->beneath_denies = expr_or(world_pool(w), o->beneath_denies,
				object_unread(o, w, "denies", true));
	}
	return 0;
}

/* Behind its grants its denies; roles taken apart; and what is above it. */
static int object_tree(struct decide_object *o, struct world *w, struct buf *statements,
	struct buf *layers, struct err *e)
{
	struct buf all = { 0 };
	int rc = object_denies(o, w, statements, e);

	for (size_t i = 0; i < VEC_COUNT(statements, struct decide_statement) && rc == 0;
		i++)
		rc = role_reference_add(&all, world_roles(w),
			&VEC_DATA(statements, const struct decide_statement)[i], e);
	buf_clear(statements);
	buf_clear(layers);
	if (all.n > 0)
		buf_add(statements, all.p, all.n);
	while (VEC_COUNT(layers, enum record_layer) <
		VEC_COUNT(statements, struct decide_statement))
		VEC_ADD(layers, enum record_layer, LAYER_RESOURCE);
	buf_release(&all);
	return rc == 0 ? object_above(o, w, e) : rc;
}

int object_load(struct decide_object *o, struct world *w, node_id n, struct err *e)
{
	const struct segment_entity *entity = world_entity(w, n);
	struct buf statements = { 0 }, layers = { 0 };
	enum record_layer *l;
	struct decide_statement *st;
	int rc;

	o->o = (struct object){ .node = n,
		.n = world_node(w, n),
		.kind = world_node_kind_id(w, n),
		.policy_state = entity ? (enum segment_policy_state)entity->policy_state
				: world_node(w, n)->type == NODE_NEW
					? SEGMENT_POLICY_NONE
					: SEGMENT_POLICY_NOT_ASKED };
	o->o.resource = o->o.n->key;
	o->provider = provider_of_node(w, n);
	o->o.custody = provider_of_node(w, n)->custody_of(o->o.n->key);
	provider_of_node(w, n)->prepare_object(w, &o->o);
	if (world_organization(&o->o.organization, w, o->o.n->account, e) < 0)
		return e->code;
	rc = object_layer(o, w, LAYER_RESOURCE, &statements, &layers, e);
	if (rc == 0 && o->provider->governor)
		rc = object_governor(o, w, &statements, &layers, e);
	if (rc == 0 && o->provider->aside)
		rc = object_aside(o, w, &statements, &layers, e);
	if (rc == 0)
		rc = object_layer(o, w, LAYER_ACL, &statements, &layers, e);
	if (rc == 0 && o->provider->inherits)
		rc = object_tree(o, w, &statements, &layers, e);
	if (rc == 0)
		rc = object_layer(o, w, LAYER_GRANT, &statements, &layers, e);
	if (rc == 0)
		rc = object_layer(o, w, LAYER_TRUST, &statements, &layers, e);
	object_rcps(o, w, &statements, &layers);
	o->statement_count = (uint32_t)VEC_COUNT(&statements, struct decide_statement);
	st = arena_alloc(world_arena(w), statements.n + 1);
	l = arena_alloc(world_arena(w), layers.n + 1);
	if (statements.n > 0) {
		memcpy(st, statements.p, statements.n);
		memcpy(l, layers.p, layers.n);
	}
	o->statements = st;
	o->layers = l;
	buf_release(&statements);
	buf_release(&layers);
	return rc;
}
