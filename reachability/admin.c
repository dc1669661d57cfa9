#include "reachability/admin.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/sorted.h"
#include "base/sparse.h"
#include "reachability/ancestry.h"
#include "reachability/tree_admin.h"

/* Bits of actions: given for sure, given perhaps. */
struct given {
	uint64_t *sure, *perhaps;
};

struct known {
	expr residual;
	bool set;
};

struct admin {
	uint32_t words;
	struct world *world;
	struct decide *all;            /* NULL: see decide_of */
	const struct segment *counted; /* of which the next two are known */
	uint32_t everything;
	bool inherits;
	struct sparse known;        /* struct known, by node */
	struct sparse publics;      /* struct known, by node */
	struct intern powers;       /* see power_key */
	struct buf power_residuals; /* struct known, by number in powers */
	struct buf open;            /* const bool *, by scope: see open_to_all */
	struct given allow, boundary, session, deny; /* of the identity in hand */
};

struct admin *admin_new(struct world *w)
{
	struct admin *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	a->world = w;
	a->words = (catalog_action_count() + 63) / 64;
	sparse_init(&a->known, sizeof(struct known));
	sparse_init(&a->publics, sizeof(struct known));
	intern_init(&a->powers);
	return a;
}

/* Of all actions; made for the first identity that may rule. */
static struct decide *decide_of(struct admin *a)
{
	struct action_query query = { .everything = true };

	if (!a->all)
		a->all = decide_new(a->world, &query);
	return a->all;
}

void admin_free(struct admin *a)
{
	if (!a)
		return;
	decide_free(a->all);
	sparse_release(&a->known);
	sparse_release(&a->publics);
	buf_release(&a->open);
	buf_release(&a->power_residuals);
	intern_release(&a->powers);
	free(a);
}

static void given_clear(struct admin *a, struct given *g)
{
	size_t n = a->words * sizeof(uint64_t);

	if (!g->sure) {
		g->sure = arena_alloc(world_arena(a->world), n);
		g->perhaps = arena_alloc(world_arena(a->world), n);
	}
	memset(g->sure, 0, n);
	memset(g->perhaps, 0, n);
}

/* Set bits [begin, end). */
static void bits_fill(uint64_t *bits, uint32_t begin, uint32_t end)
{
	while (begin < end) {
		uint32_t i = begin / 64, next = (i + 1) * 64,
			 stop = end < next ? end : next;
		uint64_t mask =
			stop - begin == 64 ? ~0ull : ((1ull << (stop - begin)) - 1);

		bits[i] |= mask << (begin % 64);
		begin = stop;
	}
}

static void given_add(struct given *g, const struct decide_statement *st, expr condition)
{
	const struct document_statement *s = st->statement;

	for (uint32_t i = 0; i < s->action_count; i++) {
		const struct document_interval *v =
			&st->document->intervals[s->action_first + i];

		bits_fill(g->perhaps, v->begin, v->end);
		if (condition == EXPR_TRUE)
			bits_fill(g->sure, v->begin, v->end);
	}
}

static void scope_count(struct admin *a, const struct segment *s)
{
	const struct provider *p;
	action_id begin, end;

	if (a->counted == s)
		return;
	p = provider_of_scope(segment_info(s)->scope);
	catalog_admin_actions(p->name, &begin, &end);
	a->counted = s;
	a->everything = end - begin;
	a->inherits = p->inherits;
}

/* How many actions whoever has everything of the scope's provider holds. */
static uint32_t everything_count(struct admin *a, const struct segment *s)
{
	scope_count(a, s);
	return a->everything;
}

/*
 * Whether the grants of the class on any resource have as many actions as there are: what
 * may_be_admin asks for, without a look at the documents.
 */
static bool class_may_be_admin(
	struct admin *a, const struct segment *s, const struct segment_entity *entity)
{
	return (entity->flags & (ENTITY_ROOT | ENTITY_SESSION)) ||
	       entity->class == SEGMENT_NONE ||
	       segment_class(s, entity->class)->wide_actions >= everything_count(a, s);
}

bool admin_may_rule(
	struct admin *a, const struct segment *s, const struct segment_entity *entity)
{
	if (!(entity->flags & (ENTITY_IDENTITY | ENTITY_GROUP)) ||
		(entity->flags & ENTITY_COMPUTE))
		return false;
	scope_count(a, s);
	return a->inherits || class_may_be_admin(a, s, entity);
}

/* A grant on every resource that is as wide as a service's worth of actions. */
static bool may_be_admin(const struct decide_subject *s)
{
	if (s->s.n->flags & ENTITY_ROOT)
		return true;
	for (uint32_t i = 0; i < s->identity_count; i++) {
		const struct document_statement *st = s->statements[i].statement;

		if (!(st->flags & DOCUMENT_DENY) && (st->flags & DOCUMENT_ANY_RESOURCE) &&
			st->service == DOCUMENT_ANY_SERVICE)
			return true;
	}
	return false;
}

/* The bits of a word whose actions are in [begin, end). */
static uint64_t bits_between(action_id begin, action_id end, uint32_t word)
{
	uint64_t all = ~0ull;

	if (begin > word * 64)
		all &= ~0ull << (begin % 64);
	if (end < (word + 1) * 64)
		all &= (1ull << (end % 64)) - 1;
	return all;
}

/* What is allowed, within the ceilings that there are, less what is denied. */
static bool covers_everything(
	struct admin *a, const struct decide_subject *s, bool perhaps)
{
	const uint64_t *allow = perhaps ? a->allow.perhaps : a->allow.sure;
	const uint64_t *boundary = perhaps ? a->boundary.perhaps : a->boundary.sure;
	const uint64_t *session = perhaps ? a->session.perhaps : a->session.sure;
	const uint64_t *deny = perhaps ? a->deny.sure : a->deny.perhaps;
	action_id begin, end;

	catalog_admin_actions(s->provider->name, &begin, &end);
	for (uint32_t i = begin / 64; i < (end + 63) / 64; i++) {
		uint64_t all = bits_between(begin, end, i);
		uint64_t left = allow[i] & ~deny[i];

		if (s->s.bounded)
			left &= boundary[i];
		if (s->s.sessioned)
			left &= session[i];
		if ((left & all) != all)
			return false;
	}
	return true;
}

static struct given *given_of(struct admin *a, enum decide_slot slot)
{
	switch (slot) {
	case SLOT_IDENTITY:
		return &a->allow;
	case SLOT_BOUNDARY:
		return &a->boundary;
	case SLOT_SESSION:
		return &a->session;
	default:
		return NULL;
	}
}

static int power_left(expr *out, struct admin *a, const struct decide_subject *s,
	const struct decide_object *o, struct err *e)
{
	struct expr_pool *pool = world_pool(a->world);

	(void)o;
	(void)e;
	*out = EXPR_FALSE;
	for (const char *const *name = s->provider->power_actions; *name; name++) {
		action_id action = catalog_action_find(str_from(*name));
		expr left = EXPR_TRUE;

		for (uint32_t level = 0; level < s->scp_levels && action != CATALOG_NONE;
			level++) {
			expr lets = s->scp_level_unknown[level],
			     stops = s->scp_level_deny[level];

			for (uint32_t i = 0; i < s->statement_count; i++) {
				const struct decide_statement *st = &s->statements[i];

				if (st->slot != SLOT_SCP || st->level != level ||
					!document_has_action(
						st->document, st->statement, action))
					continue;
				if (!(st->statement->flags & DOCUMENT_DENY))
					lets = expr_or(pool, lets,
						decide_condition(decide_of(a), s, o, st));
				else if (st->statement->flags & DOCUMENT_ANY_RESOURCE)
					stops = expr_or(pool, stops,
						decide_condition(decide_of(a), s, o, st));
			}
			left = expr_and(
				pool, left, expr_and(pool, lets, expr_not(pool, stops)));
		}
		*out = expr_or(pool, *out, left);
	}
	return 0;
}

static expr own_power(
	struct admin *a, const struct decide_subject *s, const struct decide_object *o)
{
	struct expr_pool *pool = world_pool(a->world);
	struct given *allow = &a->allow, *deny = &a->deny;
	expr conditions = EXPR_TRUE;

	given_clear(a, allow);
	given_clear(a, &a->boundary);
	given_clear(a, &a->session);
	given_clear(a, deny);
	for (uint32_t i = 0; i < s->statement_count; i++) {
		const struct decide_statement *st = &s->statements[i];
		expr c;

		if (!given_of(a, st->slot))
			continue;
		if (!(st->statement->flags & DOCUMENT_ANY_RESOURCE))
			continue;
		c = decide_condition(decide_of(a), s, o, st);
		if (c == EXPR_FALSE)
			continue;
		if (st->statement->flags & DOCUMENT_DENY) {
			given_add(deny, st, c);
			conditions = expr_and(pool, conditions, expr_not(pool, c));
		} else {
			given_add(given_of(a, st->slot), st, c);
			if (st->statement->service == DOCUMENT_ANY_SERVICE)
				conditions = expr_and(pool, conditions, c);
		}
	}
	if (s->s.n->flags & ENTITY_ROOT) {
		memset(allow->sure, 0xff, a->words * sizeof(uint64_t));
		memset(allow->perhaps, 0xff, a->words * sizeof(uint64_t));
	}
	if (covers_everything(a, s, false))
		return EXPR_TRUE;
	if (covers_everything(a, s, true))
		return conditions;
	return EXPR_FALSE;
}

/* What can be told without the policies of the identity. */
static bool may_rule(struct admin *a, node_id identity)
{
	const struct node *n = world_node(a->world, identity);
	struct segment *segment = world_node_segment(a->world, identity);

	return segment && (n->flags & (ENTITY_IDENTITY | ENTITY_GROUP)) &&
	       !(n->flags & ENTITY_COMPUTE) &&
	       (n->imagined ||
		       class_may_be_admin(a, segment, world_entity(a->world, identity)));
}

/* A plain grant of everything: no other grant that is as narrow as a service counts. */
static bool is_everything(const struct segment_statement *st, uint32_t all)
{
	return st->action_total == all && st->condition_count == 0 &&
	       !(st->flags & (DOCUMENT_DENY | DOCUMENT_NOT_RESOURCE));
}

static bool class_has_everything(const struct segment *s,
	const struct segment_class_doc *docs, uint32_t count, uint32_t all)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t n;
		const uint32_t *list = segment_doc_statements(s, docs[i].doc, &n);

		for (uint32_t k = 0; k < n && !docs[i].is_boundary; k++) {
			const struct segment_statement *st =
				segment_statement(s, list[k]);

			if (is_everything(st, all) && (st->flags & DOCUMENT_ANY_RESOURCE))
				return true;
		}
	}
	return false;
}

/*
 * What own_power looks at, by number: identities with equal keys have equal power. false:
 * this one's is its own.
 */
static bool power_key(struct buf *key, struct admin *a, node_id identity)
{
	const struct node *node = world_node(a->world, identity);
	const struct segment *s = world_node_segment(a->world, identity);
	uint32_t class = world_entity(a->world, identity)->class, count, n;
	const struct segment_class_doc *docs = segment_class_docs(s, class, &count);
	const uint32_t head[] = { node->scope, node->flags & ENTITY_LINKED,
		class_has_everything(s, docs, count, everything_count(a, s)),
		segment_class(s, class)->flags };

	if (class == SEGMENT_NONE || world_any_removed(a->world) ||
		(node->flags & (ENTITY_ROOT | ENTITY_SESSION)) ||
		(segment_class(s, class)->flags & SEGMENT_CLASS_GAP))
		return false;
	buf_add(key, head, sizeof(head));
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t *list = segment_doc_statements(s, docs[i].doc, &n);

		for (uint32_t k = 0; k < n; k++) {
			const struct segment_statement *st =
				segment_statement(s, list[k]);
			bool counts = docs[i].is_boundary ||
				      (st->flags & DOCUMENT_DENY) || !head[2] ||
				      (st->service == DOCUMENT_ANY_SERVICE &&
					      st->condition_count > 0);

			if (!(st->flags & DOCUMENT_ANY_RESOURCE) || !counts)
				continue;
			if (st->flags & DOCUMENT_STATEMENT_READS_PRINCIPAL)
				return false;
			sorted_add(key, sizeof(head) / sizeof(head[0]),
				list[k] << 1 | (docs[i].is_boundary != 0));
		}
	}
	return true;
}

static bool ceilings_read_principal(const struct decide_subject *s)
{
	for (uint32_t i = 0; i < s->statement_count; i++) {
		const struct decide_statement *st = &s->statements[i];

		if (st->slot == SLOT_SCP &&
			(st->statement->flags & DOCUMENT_STATEMENT_READS_PRINCIPAL))
			return true;
	}
	return false;
}

static int residual_of(expr *out, struct admin *a, node_id identity, struct err *e)
{
	struct expr_pool *pool = world_pool(a->world);
	const struct decide_subject *s;
	const struct decide_object *o;
	struct segment *segment = world_node_segment(a->world, identity);
	expr power;
	node_id account;

	*out = EXPR_FALSE;
	if (!may_rule(a, identity))
		return 0;
	if (decide_subject(&s, decide_of(a), identity, e) < 0)
		return e->code;
	if (!may_be_admin(s))
		return 0;
	if (world_node_of_key(&account, a->world, segment_info(segment)->key, e) < 0 ||
		decide_object(&o, decide_of(a), account, e) < 0 ||
		power_left(&power, a, s, o, e) < 0)
		return e->code;
	if (s->scp_levels == 0)
		power = EXPR_TRUE;
	*out = expr_and(pool, own_power(a, s, o), power);
	if (*out == EXPR_FALSE)
		return 0;
	*out = expr_and(pool, *out, expr_not(pool, s->unknown_deny));
	*out = expr_and(pool, *out, expr_not(pool, s->unknown_scp));
	return 0;
}

/* The residual of all that share the key, known or found out for this identity. */
static int shared_residual(
	expr *out, struct admin *a, node_id identity, struct str key, struct err *e)
{
	uint32_t before = intern_count(&a->powers), number = intern_add(&a->powers, key);
	const struct decide_subject *s;
	struct known *slot;

	if (number == before)
		VEC_ADD(&a->power_residuals, struct known, { 0 });
	slot = &VEC_DATA(&a->power_residuals, struct known)[number];
	if (!slot->set) {
		if (residual_of(out, a, identity, e) < 0 ||
			decide_subject(&s, decide_of(a), identity, e) < 0)
			return e->code;
		*slot = (struct known){ *out, !ceilings_read_principal(s) };
	}
	*out = slot->residual;
	return 0;
}

int admin_residual(expr *out, struct admin *a, node_id identity, struct err *e)
{
	struct buf key = { 0 };
	struct known *slot;
	int rc;

	*out = EXPR_FALSE;
	if (!may_rule(a, identity))
		return 0;
	slot = sparse_at(&a->known, identity);
	if (slot->set) {
		*out = slot->residual;
		return 0;
	}
	if (provider_of_node(a->world, identity)->inherits)
		rc = tree_admin_any(out, decide_of(a), identity, e);
	else if (power_key(&key, a, identity))
		rc = shared_residual(out, a, identity, buf_str(&key), e);
	else
		rc = residual_of(out, a, identity, e);
	buf_release(&key);
	if (rc == 0)
		*slot = (struct known){ *out, true };
	return rc;
}

/* Whether some grant on the object's own side may hold for who has no name. */
static bool opens(
	struct admin *a, const struct decide_subject *s, const struct decide_object *o)
{
	for (uint32_t i = 0; i < o->statement_count; i++) {
		const struct decide_statement *st = &o->statements[i];
		expr condition = EXPR_TRUE;

		if (st->slot == SLOT_RESOURCE &&
			!(st->statement->flags & DOCUMENT_DENY) &&
			o->provider->match(a->world, st->document, st->statement, &s->s,
				&o->o, &condition) != MATCH_NONE &&
			!decide_never_holds(decide_of(a), s, o, st))
			return true;
	}
	return o->provider->inherits;
}

int admin_public(expr *out, struct admin *a, node_id entity, struct err *e)
{
	struct known *slot = sparse_at(&a->publics, entity);
	const struct segment_entity *data = world_entity(a->world, entity);
	const struct decide_subject *s;
	const struct decide_object *o;
	struct access access = { .part_count = 0 };
	node_id anonymous;

	if (!slot->set && data &&
		(data->policy_state == SEGMENT_POLICY_GOT ||
			provider_of_node(a->world, entity)->inherits)) {
		expr any = EXPR_FALSE;

		anonymous = world_node_virtual(
			a->world, NODE_PUBLIC, STR_LIT("public"), (struct str){ 0 });
		if (decide_subject(&s, decide_of(a), anonymous, e) < 0 ||
			decide_object(&o, decide_of(a), entity, e) < 0 ||
			(opens(a, s, o) && decide_entity(&access, decide_of(a), s, o,
						   (struct str){ 0 }, e) < 0))
			return e->code;
		for (uint32_t i = 0; i < access.part_count; i++)
			any = expr_or(
				world_pool(a->world), any, access.parts[i].residual);
		slot->residual = any;
	}
	slot->set = true;
	*out = slot->residual;
	return 0;
}

int admin_is_ruler(bool *out, struct admin *a, node_id identity, struct err *e)
{
	expr residual;

	*out = false;
	if (!may_rule(a, identity))
		return 0;
	if (admin_residual(&residual, a, identity, e) < 0)
		return e->code;
	*out = expr_verdict(world_pool(a->world), residual) >= VERDICT_CONDITIONAL;
	return 0;
}

/* Whether what an entity lies in, in another scope, is open to everybody. */
static bool open_above(struct admin *a, scope_number scope, entity_id id)
{
	node_id up;
	bool open;
	struct err e;

	/* what cannot be read is looked at by itself */
	if (ancestry_parent(&up, world_ancestry(a->world),
		    world_node_entity(a->world, scope, id), &e) < 0)
		return true;
	if (up == NODE_NONE)
		return false;
	return tree_admin_open(&open, decide_of(a), up, &e) < 0 || open;
}

/* What lies in open containers is open, too. */
static void open_beneath(
	struct admin *a, scope_number scope, struct segment *s, bool *open)
{
	uint32_t count = segment_info(s)->entity_count;
	bool *known = ARENA_NEW_ARRAY(world_arena(a->world), bool, count + 1);

	for (entity_id id = 0; id < count; id++) {
		entity_id chain[LIMIT_CONTAINERS], at = id;
		uint32_t n = 0;
		bool above = false;

		while (!known[at] && n < LIMIT_CONTAINERS) {
			entity_id parent = segment_entity(s, at)->parent;

			chain[n++] = at;
			if (parent >= count) {
				above = open_above(a, scope, at);
				break;
			}
			at = parent;
		}
		if (known[at])
			above = open[at];
		while (n > 0) {
			above |= open[chain[--n]];
			open[chain[n]] = above;
			known[chain[n]] = true;
		}
	}
}

/* The entities of a scope whose own policies grant something to everybody. */
static const bool *open_to_all(struct admin *a, scope_number scope, struct segment *s)
{
	const struct segment_principal *p = segment_principals(s);
	uint32_t begin, end, count = segment_info(s)->entity_count;
	bool *open;

	while (VEC_COUNT(&a->open, const bool *) <= scope)
		VEC_ADD(&a->open, const bool *, NULL);
	if (VEC_DATA(&a->open, const bool *)[scope])
		return VEC_DATA(&a->open, const bool *)[scope];
	open = ARENA_NEW_ARRAY(world_arena(a->world), bool, count + 1);
	VEC_DATA(&a->open, const bool *)[scope] = open;
	segment_principal_range(s, STR_LIT("*"), &begin, &end);
	for (uint32_t i = begin; i < end; i++) {
		if (!p[i].is_deny && p[i].entity < count)
			open[p[i].entity] = true;
	}
	if (provider_of_scope(segment_info(s)->scope)->inherits)
		open_beneath(a, scope, s, open);
	return open;
}

bool admin_may_be_public(
	struct admin *a, scope_number scope, struct segment *s, entity_id id)
{
	return open_to_all(a, scope, s)[id];
}

int admin_is_public(bool *out, struct admin *a, node_id entity, struct err *e)
{
	const struct node *n = world_node(a->world, entity);
	expr residual;

	*out = false;
	if (n->type != NODE_ENTITY ||
		!open_to_all(a, n->scope, world_node_segment(a->world, entity))[n->id])
		return 0;
	if (admin_public(&residual, a, entity, e) < 0)
		return e->code;
	*out = expr_verdict(world_pool(a->world), residual) >= VERDICT_CONDITIONAL;
	return 0;
}
