#include "reachability/object.h"

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
	for (uint32_t i = 0; i < org->level_count && !org->exempt; i++) {
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
	o->o.custody = provider_of_node(w, n)->custody_of(o->o.n->key);
	provider_of_node(w, n)->prepare_object(w, &o->o);
	if (world_organization(&o->o.organization, w, o->o.n->account, e) < 0)
		return e->code;
	rc = object_layer(o, w, LAYER_RESOURCE, &statements, &layers, e);
	if (rc == 0)
		rc = object_layer(o, w, LAYER_ACL, &statements, &layers, e);
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
