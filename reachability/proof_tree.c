#include "reachability/proof_tree.h"

#include "reachability/membership.h"

/* The group among the principals by which the subject is meant; empty: by itself. */
static struct str via_group(struct world *w, const struct provider *provider,
	node_id subject, const struct decide_statement *st)
{
	const struct document_statement *s = st->statement;
	struct str via = { 0 };

	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct document_principal *p =
			&st->document->principals[s->principal_first + i];
		struct str text = document_str(st->document, p->text);
		uint32_t found;
		struct err e;

		if ((p->flags & DOCUMENT_EXCEPTED) ||
			membership_find(&found, world_membership(w), provider, subject,
				text, &e) < 0 ||
			found == MEMBERSHIP_NONE)
			continue;
		if (p->type != DOCUMENT_GROUP ||
			str_eq(text, world_node(w, subject)->key))
			return (struct str){ 0 };
		via = text;
	}
	return via;
}

void proof_tree_item(struct proof_item *item, struct world *w,
	const struct decide_object *object, const struct decide_subject *subject,
	const struct decide_statement *st)
{
	item->via = via_group(w, object->provider, subject->s.node, st);
	if (st->statement->role.size == 0)
		return;
	item->role = document_str(st->document, st->statement->role);
	if (st->block)
		item->block = st->block->source_index;
}
