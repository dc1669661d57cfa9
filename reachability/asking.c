#include "reachability/asking.h"

#include <stdlib.h>

#include "reachability/tree_admin.h"

#include "reachability/hop_change.h"
#include "reachability/hop_open.h"

/* The actions that obtain an identity, of all providers. */
static struct decide *decide_assume(struct world *w)
{
	struct buf actions = { 0 };
	struct action_query query = { 0 };
	const struct provider *p;

	for (uint32_t i = 0; (p = provider_get(i)); i++) {
		for (uint32_t k = 0; k < p->assumption_count; k++)
			VEC_ADD(&actions, struct str, p->assumptions[k].action);
	}
	query.pattern_count = (uint32_t)VEC_COUNT(&actions, struct str);
	query.patterns = world_keep(w, &actions);
	return decide_new(w, &query);
}

static struct graph *graph_of(const struct asking *a)
{
	struct graph *g = graph_new(a->w);

	if (a->o->via_count > 0 || a->o->avoiding_count > 0)
		hop_set_every(graph_hop(g));
	return g;
}

void asking_init(struct asking *a, struct world *w, const struct action_query *query,
	const struct answer_options *o)
{
	*a = (struct asking){ .w = w, .query = query, .o = o, .noted = SEGMENT_NONE };
	a->d = decide_new(w, query);
	decide_want_exclusions(a->d, o->want_excluded);
	a->graph = graph_of(a);
	a->assume = decide_assume(w);
	a->admin = admin_new(w);
	a->notes = notes_new(w);
	a->rows = row_maker_new(w);
}

void asking_set_strict(struct asking *a)
{
	graph_free(a->graph);
	a->graph = graph_of(a);
	graph_set_strict(a->graph);
}

void asking_release(struct asking *a)
{
	decide_free(a->d);
	graph_free(a->graph);
	decide_free(a->assume);
	admin_free(a->admin);
	notes_free(a->notes);
	row_maker_free(a->rows);
	buf_release(&a->out);
}

bool asking_wants(const struct asking *a, const struct path *path)
{
	if (!path)
		return !a->o->indirect_only && a->o->via_count == 0;
	return !a->o->direct_only && path->step_count <= a->o->max_hops;
}

/* Every action that the question's plan has for the object, all of them. */
static int holds_everything(
	expr *out, struct asking *a, node_id n, node_id object, struct err *e)
{
	struct expr_pool *pool = world_pool(a->w);
	const struct decide_subject *s;
	const struct decide_object *o;
	const struct action_plan *plan;
	struct access access;
	uint32_t have = 0, all = 0;

	*out = EXPR_TRUE;
	if (decide_subject(&s, a->d, n, e) < 0 ||
		decide_object(&o, a->d, object, e) < 0 ||
		decide_entity(&access, a->d, s, o, (struct str){ 0 }, e) < 0)
		return e->code;
	plan = decide_plan(a->d, o);
	for (uint32_t i = 0; i < plan->count; i++)
		all += plan->lists[i]->count;
	for (uint32_t i = 0; i < access.part_count; i++) {
		for (uint32_t k = 0; k < access.parts[i].list->words; k++)
			have += (uint32_t)__builtin_popcountll(access.parts[i].bits[k]);
		*out = expr_and(pool, *out, access.parts[i].residual);
	}
	if (have < all || all == 0)
		*out = EXPR_FALSE;
	return 0;
}

int asking_holds(expr *out, struct asking *a, node_id n, node_id object, struct err *e)
{
	const struct node *subject = world_node(a->w, n),
			  *target = world_node(a->w, object);

	*out = EXPR_FALSE;
	if (a->query->become) {
		*out = n == object ? EXPR_TRUE : EXPR_FALSE;
		return 0;
	}
	if (!(target->flags & ENTITY_CONTAINER))
		return (subject->flags & ENTITY_COMPUTE)
			       ? 0
			       : holds_everything(out, a, n, object, e);
	if (provider_of_node(a->w, object)->inherits)
		return tree_admin(out, a->d, n, object, e);
	if (!str_eq(subject->account, target->account))
		return 0;
	return admin_residual(out, a->admin, n, e);
}

static void note_parts(struct asking *a, const struct answer_row *row)
{
	for (uint32_t i = 0; i < row->part_count; i++)
		notes_residual(a->notes, row->parts[i].residual);
}

int asking_add(struct asking *a, struct answer_row *row, node_id node, node_id other,
	bool who, struct err *e)
{
	const struct node *n = world_node(a->w, node);

	row->node = node;
	row->other = other;
	row->who = who;
	if (admin_is_ruler(&row->admin, a->admin, node, e) < 0)
		return e->code;
	if (who)
		row->public = n->type == NODE_PUBLIC;
	else if (admin_is_public(&row->public, a->admin, node, e) < 0)
		return e->code;
	row->external = (n->flags & (ENTITY_EXTERNAL | ENTITY_GUEST)) != 0 &&
			n->type != NODE_SERVICE && n->type != NODE_PUBLIC;
	if (who && notes_subject(a->notes, node, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < row->path.step_count; i++) {
		if (notes_subject(a->notes, row->path.steps[i].to, e) < 0)
			return e->code;
	}
	notes_residual(a->notes, row->path.residual);
	note_parts(a, row);
	buf_add(&a->out, row, sizeof(*row));
	return 0;
}

/*
 * A row about an entity that belongs to its scope, written in place: its node need not be
 * looked at.
 */
static int add_own(struct asking *a, const struct answer_row *made, struct segment *s,
	const struct search_found *f, node_id other, struct err *e)
{
	struct answer_row *row = (void *)buf_reserve(&a->out, sizeof(*row));
	const struct segment_entity *entity = segment_entity(s, f->id);

	*row = *made;
	row->node = world_node_entity(a->w, f->scope, f->id);
	row->other = other;
	row->who = a->who;
	row->external = (entity->flags & ENTITY_GUEST) != 0;
	a->out.n += sizeof(*row);
	if (admin_may_rule(a->admin, s, entity) &&
		admin_is_ruler(&row->admin, a->admin, row->node, e) < 0)
		return e->code;
	if (!a->who && admin_may_be_public(a->admin, f->scope, s, f->id) &&
		admin_is_public(&row->public, a->admin, row->node, e) < 0)
		return e->code;
	if (a->who && a->noted != f->scope) {
		a->noted = f->scope;
		return notes_subject(a->notes, row->node, e);
	}
	return 0;
}

int asking_add_found(
	struct asking *a, const struct buf *found, node_id other, struct err *e)
{
	const struct search_found *f = VEC_DATA(found, const struct search_found);
	size_t count = VEC_COUNT(found, struct search_found);
	const struct access *last = NULL;
	const struct answer_row *made = NULL;
	struct segment *s = NULL;

	buf_reserve(&a->out, count * sizeof(struct answer_row));
	for (size_t i = 0; i < count; i++) {
		struct answer_row row;
		bool first = false;
		int rc;

		if (f[i].access != last)
			made = row_direct(&first, a->rows, f[i].access);
		last = f[i].access;
		if (!made)
			continue;
		if (first)
			note_parts(a, made);
		if (f[i].scope == SEGMENT_NONE)
			s = NULL;
		else if ((i == 0 || f[i].scope != f[i - 1].scope || !s) &&
			 world_segment(&s, a->w, f[i].scope, e) < 0)
			return e->code;
		if (s && world_is_own(segment_entity(s, f[i].id)->flags)) {
			rc = add_own(a, made, s, &f[i], other, e);
		} else {
			row = *made;
			rc = asking_add(
				a, &row, search_node(a->w, &f[i]), other, a->who, e);
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}

int asking_add_access(struct asking *a, const struct access *access, node_id node,
	node_id other, struct err *e)
{
	struct node_glance g = world_glance(a->w, node);
	struct search_found f = { g.scope, g.scope == SEGMENT_NONE ? node : g.id,
		access };
	struct buf found = { (char *)&f, sizeof(f), sizeof(f) };

	return asking_add_found(a, &found, other, e);
}

static struct answer_row plain_row(
	struct asking *a, const struct path *path, expr residual)
{
	struct expr_pool *pool = world_pool(a->w);
	struct answer_row row = { .indirect = path != NULL };
	struct row_part *part;

	row.verdict = expr_verdict(pool, residual);
	if (path) {
		row.path = *path;
		residual = expr_and(pool, residual, path->residual);
		if (path->verdict < row.verdict)
			row.verdict = path->verdict;
	}
	if (row.verdict != VERDICT_ALLOWED) {
		part = ARENA_NEW(world_arena(a->w), struct row_part);
		*part = (struct row_part){ .residual = residual, .verdict = row.verdict };
		row.parts = part;
		row.part_count = 1;
	}
	return row;
}

int asking_add_plain(struct asking *a, const struct asking_plain *pair,
	const struct path *path, expr residual, enum expr_verdict *best, struct err *e)
{
	struct answer_row row = plain_row(a, path, residual);

	if (row.verdict <= *best)
		return 0;
	*best = row.verdict;
	if (!asking_wants(a, path))
		return 0;
	return asking_add(a, &row, pair->node, pair->other, pair->who, e);
}

uint32_t asking_best(struct asking *a, const struct path *const *paths,
	const expr *residuals, uint32_t count)
{
	enum expr_verdict best = VERDICT_DENIED;
	uint32_t found = UINT32_MAX;

	for (uint32_t i = 0; i < count; i++) {
		enum expr_verdict v = expr_verdict(world_pool(a->w), residuals[i]);
		bool better;

		if (paths[i]->verdict < v)
			v = paths[i]->verdict;
		better = v > best;
		if (v == best && found != UINT32_MAX)
			better = row_compare_lengths(paths[i], paths[found]) < 0;
		if (v == VERDICT_DENIED || !better)
			continue;
		best = v;
		found = i;
	}
	return found;
}

static struct str layer_words(const struct decide_statement *s)
{
	switch (s->slot) {
	case SLOT_IDENTITY:
		return STR_LIT("identity policy");
	case SLOT_BOUNDARY:
		return STR_LIT("permissions boundary");
	case SLOT_SESSION:
		return STR_LIT("session policy");
	case SLOT_SCP:
		return STR_LIT("SCP");
	case SLOT_RCP:
		return STR_LIT("RCP");
	default:
		return STR_LIT("resource policy");
	}
}

/* The subject's policies of its own slots that `wanted` says, by name: "a, b". */
static struct str policy_names(
	struct asking *a, node_id subject, const struct document *wanted, bool boundary)
{
	const struct subject_policy *p;
	struct buf names = { 0 };
	uint32_t count;
	struct str out;
	struct err e;

	if (subject_policies(&p, &count, a->w, subject, &e) < 0)
		return STR_LIT("?");
	for (uint32_t i = 0; i < count; i++) {
		if (wanted ? p[i].document.compiled != wanted
			   : p[i].is_boundary != boundary)
			continue;
		buf_printf(&names, "%s%.*s", names.n > 0 ? ", " : "",
			STR_ARG(p[i].document.name));
		if (wanted)
			break;
	}
	out = arena_copy(world_arena(a->w), buf_str(&names));
	buf_release(&names);
	return out.n > 0 ? out : STR_LIT("?");
}

/* Where a ceiling of an organization is attached: ", at 'arn:...'", or nothing. */
static struct str level_words(struct asking *a, const struct decide_exclusion *x)
{
	const struct world_organization *o = NULL;
	const struct decide_statement *s = x->denier;
	bool scp = s->slot == SLOT_SCP;
	struct err e;

	if ((!scp && s->slot != SLOT_RCP) ||
		world_organization(&o, a->w,
			world_node(a->w, scp ? x->subject : x->object)->account,
			&e) < 0 ||
		s->level >= o->level_count)
		return STR_LIT("");
	return arena_printf(world_arena(a->w), ", at '%.*s'",
		STR_ARG((scp ? o->scps : o->rcps)[s->level].level));
}

static struct str statement_words(struct asking *a, const struct decide_exclusion *x)
{
	const struct decide_statement *s = x->denier;
	struct str sid = document_str(s->document, s->statement->sid);
	struct str name = s->origin ? s->origin->name
				    : policy_names(a, x->subject, s->document, false);

	return arena_printf(world_arena(a->w), "%.*s '%.*s' statement %u%s%.*s%s%.*s",
		STR_ARG(layer_words(s)), STR_ARG(name),
		(unsigned)s->statement->source_index, sid.n > 0 ? " (" : "", STR_ARG(sid),
		sid.n > 0 ? ")" : "", STR_ARG(level_words(a, x)));
}

static struct str exclusion_words(struct asking *a, const struct decide_exclusion *x)
{
	struct arena *arena = world_arena(a->w);

	if (x->denier && x->sure)
		return arena_printf(
			arena, "denied by %.*s", STR_ARG(statement_words(a, x)));
	if (x->denier)
		return arena_printf(arena,
			"what grants cannot hold beside the deny of %.*s",
			STR_ARG(statement_words(a, x)));
	if (x->slot == SLOT_BOUNDARY)
		return arena_printf(arena,
			"the permissions boundary '%.*s' does not allow it",
			STR_ARG(policy_names(a, x->subject, NULL, true)));
	if (x->slot == SLOT_SESSION)
		return STR_LIT("the policy of the session does not allow it");
	return x->ceiling.n > 0 ? x->ceiling
				: STR_LIT("its conditions cannot hold together");
}

static void exclusions_take(struct answer *out, struct asking *a)
{
	struct arena *arena = world_arena(a->w);
	const struct decide_exclusion *x = decide_exclusions(a->d, &out->excluded_count);
	struct answer_exclusion *list =
		ARENA_NEW_ARRAY(arena, struct answer_exclusion, out->excluded_count + 1);

	for (uint32_t i = 0; i < out->excluded_count; i++)
		list[i] = (struct answer_exclusion){ .node = a->who ? x[i].subject
								    : x[i].object,
			.other = a->who ? x[i].object : x[i].subject,
			.reason = exclusion_words(a, &x[i]) };
	out->excluded = list;
}

int asking_list_notes(struct asking *a, bool all, struct err *e)
{
	if (all && notes_policies(a->notes, a->d, e) < 0)
		return e->code;
	if (notes_policies(a->notes, a->assume, e) < 0)
		return e->code;
	return notes_scopes(a->notes, e);
}

static int openers_of(
	struct buf *out, struct asking *a, node_id resource, bool all, struct err *e)
{
	const struct hop_opening *who;
	uint32_t count;

	if (!all)
		return hop_open_best(out, hop_open_of(graph_hop(a->graph)), resource, e);
	if (hop_open_who(&who, &count, hop_open_of(graph_hop(a->graph)), resource, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		if (i == 0 || who[i].node != who[i - 1].node)
			VEC_ADD(out, node_id, who[i].node);
	}
	return 0;
}

int asking_imagined(
	struct buf *out, struct asking *a, node_id object, bool all, struct err *e)
{
	struct hop_change *change = hop_change_of(graph_hop(a->graph));
	const struct decide_object *o;
	const node_id *nodes;
	uint32_t count;

	if (hop_change_near(&nodes, &count, change, object, e) < 0 ||
		decide_object(&o, a->d, object, e) < 0)
		return e->code;
	buf_add(out, nodes, count * sizeof(*nodes));
	for (const struct decide_object *at = o; at; at = at->above) {
		if (openers_of(out, a, at->o.node, all, e) < 0)
			return e->code;
	}
	return o->o.is_way ? openers_of(out, a, o->o.beneath, all, e) : 0;
}

int asking_finish(struct answer *out, struct asking *a, struct err *e)
{
	*out = (struct answer){ 0 };
	(void)e;
	out->row_count = (uint32_t)VEC_COUNT(&a->out, struct answer_row);
	out->rows = world_keep(a->w, &a->out);
	exclusions_take(out, a);
	notes_take(&out->unknown, &out->unknown_count, a->notes);
	return 0;
}
