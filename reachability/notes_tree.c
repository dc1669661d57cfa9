#include "reachability/notes_tree.h"

#include "reachability/ancestry.h"
#include "reachability/membership.h"
#include "reachability/tree_open.h"

/* Places and groups that are told one by one; of more the last note says so. */
#define NOTES_TREE_MAX 8u

static struct str scope_of(struct world *w, node_id n)
{
	struct segment *s = world_node_segment(w, n);

	return s ? segment_info(s)->scope : world_node(w, n)->key;
}

static void note(struct notes *n, struct world *w, node_id about, const char *format,
	struct str key)
{
	struct str what = arena_printf(world_arena(w), format, STR_ARG(key));

	notes_add(n, scope_of(w, about), what);
}

/* What nobody asked for of a container, or was refused. */
static int note_container(struct notes *n, struct world *w, node_id at, struct err *e)
{
	const struct segment_entity *entity = world_entity(w, at);
	const struct ancestry *chain;

	if (ancestry_of(&chain, world_ancestry(w), at, e) < 0)
		return e->code;
	if (!entity || (entity->policy_state != SEGMENT_POLICY_GOT &&
			       entity->policy_state != SEGMENT_POLICY_NONE))
		note(n, w, at, "policies of '%.*s' were not collected",
			world_node(w, at)->key);
	if (chain->loose)
		note(n, w, at, "policies above '%.*s' were not collected",
			world_node(w, at)->key);
	if (ancestry_coverage(w, at, STR_LIT("denies")) != COVERAGE_GOT)
		note(n, w, at, "denies of '%.*s' were not collected",
			world_node(w, at)->key);
	return 0;
}

static int note_groups(struct notes *n, struct world *w, node_id at,
	const struct decide_statement *st, struct err *e)
{
	for (uint32_t i = 0; i < st->statement->principal_count; i++) {
		const struct document_principal *p =
			&st->document->principals[st->statement->principal_first + i];
		struct str group = document_str(st->document, p->text);
		expr gap;

		if (p->type != DOCUMENT_GROUP)
			continue;
		if (membership_gap(&gap, world_membership(w), group, false, e) < 0)
			return e->code;
		if (gap != EXPR_FALSE)
			note(n, w, at, "members of '%.*s' were not collected", group);
	}
	return 0;
}

/* What beside its policies may grant something on a thing, and nobody read. */
static int note_aside(
	bool *told, struct notes *n, struct world *w, node_id at, struct err *e)
{
	const struct provider *p = provider_of_node(w, at);
	expr grants = EXPR_FALSE, denies = EXPR_FALSE;

	if (p->aside_unread && p->aside_unread(&grants, &denies, w, at, e) < 0)
		return e->code;
	*told = grants != EXPR_FALSE;
	notes_residual(n, grants);
	return 0;
}

int notes_tree_object(struct notes *n, struct decide *d, node_id object, struct err *e)
{
	struct world *w = decide_world(d);
	const struct decide_object *first;
	bool told;

	if (!provider_of_node(w, object)->inherits)
		return 0;
	if (decide_object(&first, d, object, e) < 0)
		return e->code;
	if (note_aside(&told, n, w, object, e) < 0)
		return e->code;
	for (const struct decide_object *o = first; o; o = o->above) {
		if (o != first && note_container(n, w, o->o.node, e) < 0)
			return e->code;
		for (uint32_t i = 0; i < o->statement_count; i++) {
			if (decide_reaches(first, o, i) &&
				decide_concerns_statement(d, first, &o->statements[i]) &&
				note_groups(n, w, o->o.node, &o->statements[i], e) < 0)
				return e->code;
		}
	}
	return 0;
}

int notes_tree_subject(struct notes *n, node_id subject, struct err *e)
{
	struct world *w = notes_world(n);
	const struct provider *p = provider_of_node(w, subject);
	struct buf holders = { 0 };
	size_t count;
	int rc;

	if (!p->inherits)
		return 0;
	rc = tree_open_holders(&holders, world_openings(w), p, subject, e);
	count = VEC_COUNT(&holders, node_id);
	for (size_t i = 0; i < count && rc == 0; i++) {
		node_id at = VEC_DATA(&holders, const node_id)[i];
		bool told;

		if (i == NOTES_TREE_MAX) {
			notes_add(n, scope_of(w, subject),
				arena_printf(world_arena(w),
					"policies or members of groups of %zu more were not collected",
					count - i));
			break;
		}
		rc = note_aside(&told, n, w, at, e);
		if (rc == 0 && !told)
			note(n, w, at,
				"policies of '%.*s', or members of groups that they name, were not collected",
				world_node(w, at)->key);
	}
	buf_release(&holders);
	return rc;
}
