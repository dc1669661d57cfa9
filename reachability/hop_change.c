#include "reachability/hop_change.h"

#include <stdlib.h>

#include "base/sparse.h"
#include "reachability/ancestry.h"
#include "reachability/hop_kin.h"
#include "reachability/imagined.h"

/* What changes make in one scope. */
struct account {
	bool known;
	struct buf nodes;  /* node_id: imagined, in the order found */
	struct buf steps;  /* struct hop_change_step */
	struct sparse has; /* bool, by node: is among `nodes` */
	/* the same steps by whom they are from, once somebody asked */
	const struct hop_change_step **sorted;
};

struct hop_change {
	struct world *world;
	struct hop *hop;
	struct buf accounts; /* struct account *, by scope; NULL: not yet */
	hop_change_source *source;
	void *source_ctx;
	uint32_t most; /* identities after which nobody goes on */
};

struct hop_change *hop_change_new(struct world *w, struct hop *h)
{
	struct hop_change *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->world = w;
	c->most = UINT32_MAX;
	c->hop = h;
	return c;
}

void hop_change_free(struct hop_change *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < VEC_COUNT(&c->accounts, struct account *); i++) {
		struct account *a = VEC_DATA(&c->accounts, struct account *)[i];

		if (a) {
			buf_release(&a->nodes);
			buf_release(&a->steps);
			sparse_release(&a->has);
		}
	}
	buf_release(&c->accounts);
	free(c);
}

/* The actions without one of which no change is made. */
static void actions_of(struct buf *out, const struct hop *h)
{
	for (uint32_t i = 0; i < hop_rule_count(h); i++) {
		const struct rule *rule = hop_rule(h, i);

		if (hop_is_change(rule) && rule->need_count > 0)
			VEC_ADD(out, action_id,
				catalog_action_find(rule->needs[0].action));
	}
}

static bool statement_has(const struct document *d, const struct document_statement *s,
	const struct buf *actions)
{
	for (size_t i = 0; i < VEC_COUNT(actions, action_id); i++) {
		if (document_has_action(d, s, VEC_DATA(actions, const action_id)[i]))
			return true;
	}
	return false;
}

static bool service_wanted(uint32_t service, const struct buf *actions)
{
	if (service == DOCUMENT_ANY_SERVICE)
		return true;
	for (size_t i = 0; i < VEC_COUNT(actions, action_id); i++) {
		struct catalog_action a =
			catalog_action_get(VEC_DATA(actions, const action_id)[i]);

		if (a.service_id == service)
			return true;
	}
	return false;
}

/* Mark the classes that are granted one of the actions on anything. */
static int classes_mark(
	bool *marks, struct segment *s, const struct buf *actions, struct err *e)
{
	const struct segment_info *info = segment_info(s);
	bool *services = calloc(catalog_service_count() + 1, sizeof(*services));
	int rc = 0;

	if (!services)
		abort();
	for (uint32_t i = 0; i < catalog_service_count(); i++)
		services[i] = service_wanted(i, actions);
	for (uint32_t i = 0; i < info->statement_count && rc == 0; i++) {
		const struct segment_statement *st = segment_statement(s, i);
		const struct document_statement *read;
		const struct document *d;
		uint32_t docs, classes;
		const uint32_t *doc, *class;

		if ((st->flags & DOCUMENT_DENY) ||
			(st->service != DOCUMENT_ANY_SERVICE &&
				st->service < catalog_service_count() &&
				!services[st->service]))
			continue;
		rc = segment_read_statement(&d, &read, s, i, e);
		if (rc < 0 || !statement_has(d, read, actions))
			continue;
		doc = segment_statement_docs(s, i, &docs);
		for (uint32_t k = 0; k < docs; k++) {
			class = segment_doc_classes(s, doc[k], &classes);
			for (uint32_t m = 0; m < classes; m++) {
				if (class[m] < info -> class_count)
					marks[class[m]] = true;
			}
		}
	}
	free(services);
	return rc;
}

/* Mark the classes of whose policies some was not read, which may grant anything. */
static void classes_unread(bool *marks, struct segment *s)
{
	uint32_t count;
	const uint32_t *gaps = segment_gaps(s, &count);

	for (uint32_t i = 0; i < count; i++)
		marks[gaps[i]] = true;
}

static void node_once(struct account *a, node_id n)
{
	bool *has = sparse_at(&a->has, n);

	if (!*has)
		VEC_ADD(&a->nodes, node_id, n);
	*has = true;
}

static bool has_node(const struct buf *nodes, node_id n)
{
	for (size_t i = 0; i < VEC_COUNT(nodes, node_id); i++) {
		if (VEC_DATA(nodes, const node_id)[i] == n)
			return true;
	}
	return false;
}

/*
 * What those who have everything gain by others is no node of the account: whom it makes
 * is known from what tells these apart (hop_change_near).
 */
static int follow(struct account *a, struct hop_change *c, node_id actor, struct err *e)
{
	struct buf hubs = { 0 };
	enum hop_reach reach;
	int rc = 0;

	if (VEC_COUNT(&a->nodes, node_id) > c->most)
		return 0;
	if (world_stop(c->world, e) < 0)
		return e->code;
	rc = hop_reach(&reach, c->hop, actor, e);

	if (rc == 0 && reach >= HOP_REACH_FIRST)
		rc = hop_from_changes(&hubs, c->hop, actor, e);

	for (size_t i = 0; i < VEC_COUNT(&hubs, const struct hub *) && rc == 0; i++) {
		const struct hub *hub = VEC_DATA(&hubs, const struct hub *)[i];

		for (uint32_t k = 0; k < hub->count; k++) {
			/* who changes others is found from them */
			if (rule_keeps_actor(hub->rule))
				VEC_ADD(&a->steps, struct hop_change_step,
					{ actor, hub->rule, hub->ends[k] });
			node_once(a, hub->ends[k].node);
		}
	}
	buf_release(&hubs);
	return rc;
}

static int account_fill(
	struct account *a, struct hop_change *c, scope_number scope, struct err *e)
{
	struct buf actions = { 0 };
	struct segment *s;
	size_t action_count;
	bool *marks;
	int rc;

	actions_of(&actions, c->hop);
	if (world_segment(&s, c->world, scope, e) < 0) {
		buf_release(&actions);
		return e->code;
	}
	marks = ARENA_NEW_ARRAY(
		world_arena(c->world), bool, segment_info(s)->class_count + 1);
	action_count = VEC_COUNT(&actions, action_id);
	rc = actions.n > 0 ? classes_mark(marks, s, &actions, e) : 0;
	if (actions.n > 0)
		classes_unread(marks, s);
	/* where grants are on containers, the identities' own policies tell nothing */
	if (actions.n > 0 && provider_of_scope(segment_info(s)->scope)->inherits)
		memset(marks, true, segment_info(s)->class_count * sizeof(*marks));
	buf_release(&actions);
	for (uint32_t class = 0; class < segment_info(s)->class_count && rc == 0;
		class ++) {
		uint32_t count;
		const uint32_t *members = segment_class_members(s, class, &count);

		for (uint32_t i = 0; i < count && marks[class] && rc == 0; i++) {
			if (segment_entity(s, members[i])->flags & ENTITY_DISABLED)
				continue;
			rc = follow(
				a, c, world_node_entity(c->world, scope, members[i]), e);
		}
	}
	for (entity_id id = 0; id < segment_info(s)->entity_count && rc == 0; id++) {
		/* it is in no class */
		if (action_count > 0 && (segment_entity(s, id)->flags & ENTITY_ROOT))
			rc = follow(a, c, world_node_entity(c->world, scope, id), e);
	}
	for (size_t i = 0; i < VEC_COUNT(&a->nodes, node_id) && rc == 0; i++)
		rc = follow(a, c, VEC_DATA(&a->nodes, node_id)[i], e);
	return rc;
}

static int account_load(
	struct account *a, struct hop_change *c, scope_number scope, struct err *e)
{
	int rc = c->source ? c->source(c->source_ctx, &a->nodes, &a->steps, scope, e) : 0;

	return rc != 0 ? rc : account_fill(a, c, scope, e);
}

static int account_get(
	struct account **out, struct hop_change *c, scope_number scope, struct err *e)
{
	struct account *a;

	while (VEC_COUNT(&c->accounts, struct account *) <= scope)
		VEC_ADD(&c->accounts, struct account *, NULL);
	a = VEC_DATA(&c->accounts, struct account *)[scope];
	if (!a) {
		a = ARENA_NEW(world_arena(c->world), struct account);
		sparse_init(&a->has, sizeof(bool));
		VEC_DATA(&c->accounts, struct account *)[scope] = a;
		if (account_load(a, c, scope, e) < 0)
			return e->code;
	}
	*out = a;
	return 0;
}

void hop_change_set_source(struct hop_change *c, hop_change_source *source, void *ctx)
{
	c->source = source;
	c->source_ctx = ctx;
}

int hop_change_of_scope(const struct buf **nodes, const struct buf **steps,
	struct hop_change *c, scope_number scope, uint32_t most, struct err *e)
{
	struct account *a;

	c->most = most;
	if (account_get(&a, c, scope, e) < 0)
		return e->code;
	c->most = UINT32_MAX;
	*nodes = &a->nodes;
	*steps = &a->steps;
	return VEC_COUNT(&a->nodes, node_id) <= most;
}

int hop_change_into(const struct hop_change_step **out, uint32_t *count,
	struct hop_change *c, node_id imagined, struct err *e)
{
	struct buf all = { 0 };
	struct hop_change_step *copy;
	struct account *a = NULL;
	int rc;

	rc = account_get(&a, c, world_node(c->world, imagined)->scope, e);
	for (size_t i = 0; rc == 0 && i < VEC_COUNT(&a->steps, struct hop_change_step);
		i++) {
		const struct hop_change_step *step =
			&VEC_DATA(&a->steps, const struct hop_change_step)[i];

		if (step->end.node == imagined)
			buf_add(&all, step, sizeof(*step));
	}
	copy = arena_alloc(world_arena(c->world), all.n + 1);
	if (all.n > 0)
		memcpy(copy, all.p, all.n);
	*out = copy;
	*count = (uint32_t)VEC_COUNT(&all, struct hop_change_step);
	buf_release(&all);
	return rc;
}

static int compare_from(const void *a, const void *b)
{
	const struct hop_change_step *x = *(const struct hop_change_step *const *)a;
	const struct hop_change_step *y = *(const struct hop_change_step *const *)b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x > y) - (x < y);
}

static void sort_steps(struct account *a, struct hop_change *c)
{
	size_t count = VEC_COUNT(&a->steps, struct hop_change_step);

	a->sorted = ARENA_NEW_ARRAY(
		world_arena(c->world), const struct hop_change_step *, count + 1);
	for (size_t i = 0; i < count; i++)
		a->sorted[i] = &VEC_DATA(&a->steps, const struct hop_change_step)[i];
	if (count > 0)
		qsort(a->sorted, count, sizeof(*a->sorted), compare_from);
}

int hop_change_from(const struct hop_change_step *const **out, uint32_t *count,
	struct hop_change *c, node_id n, struct err *e)
{
	struct account *a = NULL;
	size_t low = 0, high, end;

	if (account_get(&a, c, world_node(c->world, n)->scope, e) < 0)
		return e->code;
	if (!a->sorted)
		sort_steps(a, c);
	end = high = VEC_COUNT(&a->steps, struct hop_change_step);
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (a->sorted[mid]->from < n)
			low = mid + 1;
		else
			high = mid;
	}
	*out = a->sorted + low;
	for (*count = 0; low < end && a->sorted[low]->from == n; low++)
		++*count;
	return 0;
}

/* --- whose changes may matter to an object --- */

static void scope_once(struct buf *scopes, scope_number n)
{
	for (size_t i = 0; i < VEC_COUNT(scopes, scope_number); i++) {
		if (VEC_DATA(scopes, scope_number)[i] == n)
			return;
	}
	if (n != SEGMENT_NONE)
		VEC_ADD(scopes, scope_number, n);
}

/* The scopes that a statement of the object's own policies names; false: any. */
static bool scopes_named(struct buf *scopes, struct hop_change *c, node_id object,
	const struct document *d, const struct document_statement *s)
{
	const struct provider *p = provider_of_node(c->world, object);
	struct err e;

	if (s->flags & DOCUMENT_DENY)
		return true;
	if (s->flags & DOCUMENT_NOT_PRINCIPAL)
		return false;
	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct document_principal *who =
			&d->principals[s->principal_first + i];
		node_id n;

		if (who->type == DOCUMENT_ANYONE || who->type == DOCUMENT_UNIQUE_ID ||
			who->type == DOCUMENT_CANONICAL)
			return false;
		if (who->type == DOCUMENT_ACCOUNT)
			scope_once(scopes, world_account_scope(
						   c->world, document_str(d, who->text)));
		else if (p->principal_node(&n, c->world, d, who, &e) == 0 &&
			 n != NODE_NONE)
			scope_once(scopes, world_node(c->world, n)->scope);
	}
	return true;
}

static int scopes_at(struct buf *scopes, bool *some, struct hop_change *c, node_id object,
	struct err *e)
{
	static const enum record_layer layers[] = { LAYER_RESOURCE, LAYER_TRUST,
		LAYER_GRANT, LAYER_ACL };
	const struct node *n = world_node(c->world, object);

	scope_once(scopes, n->scope != SEGMENT_NONE
				   ? n->scope
				   : world_account_scope(c->world, n->account));
	for (size_t l = 0; l < sizeof(layers) / sizeof(layers[0]); l++) {
		const struct world_document *docs;
		uint32_t count;

		if (world_documents(&docs, &count, c->world, object, layers[l], e) < 0)
			return e->code;
		for (uint32_t i = 0; i < count; i++) {
			const struct document *d = docs[i].compiled;

			for (uint32_t k = 0; d && k < d->statement_count; k++)
				*some &= scopes_named(
					scopes, c, object, d, &d->statements[k]);
		}
	}
	return 0;
}

/* Of the object's own policies and of those that hold for it from above. */
static int scopes_near(
	struct buf *scopes, struct hop_change *c, node_id object, struct err *e)
{
	const struct ancestry *chain;
	bool some = true;

	if (ancestry_of(&chain, world_ancestry(c->world), object, e) < 0 ||
		scopes_at(scopes, &some, c, object, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < chain->count; i++) {
		if (scopes_at(scopes, &some, c, chain->nodes[i], e) < 0)
			return e->code;
	}
	for (scope_number k = 0; !some && k < world_scope_count(c->world); k++)
		scope_once(scopes, k);
	return 0;
}

/* Identities of the list as rules about others change them. */
static void changed_add(
	struct buf *out, struct hop_change *c, const node_id *v, size_t count)
{
	struct buf made = { 0 };

	for (size_t i = 0; i < count; i++)
		hop_changed(&made, c->hop, v[i]);
	for (size_t i = 0; i < VEC_COUNT(&made, node_id); i++) {
		if (!has_node(out, VEC_DATA(&made, node_id)[i]))
			VEC_ADD(out, node_id, VEC_DATA(&made, node_id)[i]);
	}
	buf_release(&made);
}

/* Whom those change who have everything, as far as that may matter to the object. */
static int near_apart(struct buf *out, struct hop_change *c, const struct buf *scopes,
	node_id object, struct err *e)
{
	struct buf named = { 0 };
	int rc;

	if (!hop_changes_others(c->hop))
		return 0;
	rc = hop_kin_named(&named, hop_kin_of(c->hop), object, e);

	for (size_t i = 0; i < VEC_COUNT(scopes, scope_number) && rc == 0; i++) {
		const node_id *sorts;
		uint32_t count;

		rc = hop_kin_sorts(&sorts, &count, hop_kin_of(c->hop),
			VEC_DATA(scopes, const scope_number)[i], RULE_ANY_POLICY, e);
		if (rc == 0)
			changed_add(out, c, sorts, count);
	}
	if (rc == 0)
		changed_add(out, c, VEC_DATA(&named, const node_id),
			VEC_COUNT(&named, node_id));
	buf_release(&named);
	return rc;
}

int hop_change_near(const node_id **out, uint32_t *count, struct hop_change *c,
	node_id object, struct err *e)
{
	struct buf scopes = { 0 }, all = { 0 };
	int rc = scopes_near(&scopes, c, object, e);
	void *copy;

	for (size_t i = 0; i < VEC_COUNT(&scopes, scope_number) && rc == 0; i++) {
		struct account *a = NULL;

		rc = account_get(&a, c, VEC_DATA(&scopes, scope_number)[i], e);
		if (rc == 0)
			buf_add(&all, a->nodes.p, a->nodes.n);
	}
	if (rc == 0)
		rc = near_apart(&all, c, &scopes, object, e);
	copy = arena_alloc(world_arena(c->world), all.n + 1);
	if (all.n > 0)
		memcpy(copy, all.p, all.n);
	*out = copy;
	*count = (uint32_t)VEC_COUNT(&all, node_id);
	buf_release(&scopes);
	buf_release(&all);
	return rc;
}
