#include "reachability/hop_bond.h"

#include "reachability/ancestry.h"
#include "reachability/pattern.h"
#include "reachability/provider.h"
#include "reachability/token.h"

/* An identity provider that nobody collected is of its key's kind, whoever it lets in. */
struct str hop_bond_kind(struct world *w, node_id n)
{
	const struct node *node = world_node(w, n);
	size_t size;
	kind_id kind = CATALOG_NONE;

	if (node->type == NODE_FEDERATED)
		kind = catalog_kind_of_key(node->key, &size);
	return kind != CATALOG_NONE ? catalog_kind_name(kind) : world_node_kind(w, n);
}

bool hop_bond_is_kind(
	struct world *w, node_id n, const struct str *kinds, uint32_t kind_count)
{
	return kind_count == 0 ||
	       hop_bond_has_kind(hop_bond_kind(w, n), kinds, kind_count);
}

bool hop_bond_has_kind(struct str kind, const struct str *kinds, uint32_t kind_count)
{
	for (uint32_t i = 0; i < kind_count; i++) {
		if (str_eq(kind, kinds[i]))
			return true;
	}
	return kind_count == 0;
}

static void node_once(struct buf *out, size_t first, node_id n)
{
	for (size_t i = first; i < VEC_COUNT(out, node_id); i++) {
		if (VEC_DATA(out, node_id)[i] == n)
			return;
	}
	VEC_ADD(out, node_id, n);
}

struct matching {
	struct world *world;
	scope_number scope;
	struct str pattern;
	struct buf *out;
};

static void matching_key(void *ctx, entity_id id, struct str key)
{
	struct matching *m = ctx;

	if (pattern_match(m->pattern, key))
		VEC_ADD(m->out, node_id, world_node_entity(m->world, m->scope, id));
}

/* Whom a pattern means: entities of the account that it names. */
static int matching_add(
	struct buf *out, struct world *w, struct str pattern, struct err *e)
{
	struct matching m = { .world = w, .pattern = pattern, .out = out };
	struct str account, literal = str_head(pattern, pattern_literal_size(pattern));
	struct segment *s;
	entity_id begin, end;

	provider_of_key(pattern)->read_key(pattern, &account);
	m.scope = world_account_scope(w, account);
	if (m.scope == SEGMENT_NONE)
		return 0;
	if (world_segment(&s, w, m.scope, e) < 0)
		return e->code;
	segment_range(s, literal, &begin, &end);
	segment_each_key(s, begin, end, matching_key, &m);
	return 0;
}

/* What one scope says of an entity's relations. */
static int related_in(struct buf *out, struct world *w, enum record_relation_type type,
	bool reverse, scope_number scope, entity_id id, struct err *e)
{
	struct segment *s;
	const uint32_t *ids;
	uint32_t count;

	if (world_segment(&s, w, scope, e) < 0)
		return e->code;
	ids = segment_related(s, type, reverse, id, &count);
	for (uint32_t i = 0; i < count; i++) {
		struct str key = { 0 };
		node_id other;

		if (ids[i] >= segment_info(s)->entity_count)
			key = segment_key(s, ids[i], world_arena(w));
		if (pattern_literal_size(key) < key.n) {
			if (matching_add(out, w, key, e) < 0)
				return e->code;
			continue;
		}
		if (key.n == 0)
			other = world_node_entity(w, scope, ids[i]);
		else if (world_node_of_key(&other, w, key, e) < 0)
			return e->code;
		if (token_is(world_node(w, other)->key) &&
			token_node(&other, w, world_node(w, other)->key, e) < 0)
			return e->code;
		if (!world_removed(w, world_node(w, other)->key))
			VEC_ADD(out, node_id, other);
	}
	return 0;
}

static void add_place(void *ctx, scope_number scope)
{
	VEC_ADD((struct buf *)ctx, scope_number, scope);
}

/* What a token stands for, in all scopes that have it. */
static int carried_by_token(
	struct buf *out, struct world *w, struct str token, struct err *e)
{
	struct buf scopes = { 0 };
	int rc = snapshot_each_place(world_snapshot(w), token, add_place, &scopes, e);

	for (size_t i = 0; i < VEC_COUNT(&scopes, scope_number) && rc >= 0; i++) {
		scope_number scope = VEC_DATA(&scopes, const scope_number)[i];
		struct segment *s;
		entity_id id;

		rc = world_segment(&s, w, scope, e);
		id = rc < 0 ? SEGMENT_NONE : segment_find(s, token);
		if (id != SEGMENT_NONE && id < segment_info(s)->entity_count)
			rc = related_in(out, w, RELATION_CARRIES, false, scope, id, e);
	}
	buf_release(&scopes);
	return rc < 0 ? rc : 0;
}

/* The nodes at the other end of a relation, those of other scopes too. */
static int related(struct buf *out, struct world *w, enum record_relation_type type,
	bool reverse, node_id n, struct err *e)
{
	struct str tokens[TOKEN_MAX];
	const struct node *node = world_node(w, n);
	uint32_t count =
		type == RELATION_CARRIES && !reverse ? token_list(tokens, w, n) : 0;

	for (uint32_t i = 0; i < count; i++) {
		if (carried_by_token(out, w, tokens[i], e) < 0)
			return e->code;
	}
	if (node->type != NODE_ENTITY || (count > 0 && token_is(node->key)))
		return 0;
	return related_in(out, w, type, reverse, node->scope, node->id, e);
}

/* All that a chain of one relation reaches; `past` says what it goes on from. */
static int chain(struct buf *out, struct world *w, enum record_relation_type type,
	bool reverse, node_id n, bool (*past)(uint32_t flags), struct err *e)
{
	size_t first = VEC_COUNT(out, node_id);
	struct buf step = { 0 };
	int rc = related(&step, w, type, reverse, n, e);

	for (size_t i = 0; i < VEC_COUNT(&step, node_id) && rc == 0; i++) {
		node_id here = VEC_DATA(&step, node_id)[i];
		size_t before = VEC_COUNT(out, node_id);

		node_once(out, first, here);
		if (VEC_COUNT(out, node_id) > before && past(world_node(w, here)->flags))
			rc = related(&step, w, type, reverse, here, e);
	}
	buf_release(&step);
	return rc;
}

/* Through what is no identity itself: a profile. */
static bool past_things(uint32_t flags)
{
	return !(flags & ENTITY_IDENTITY);
}

static bool past_all(uint32_t flags)
{
	(void)flags;
	return true;
}

int hop_bond_carried(
	struct buf *out, struct world *w, node_id n, bool backward, struct err *e)
{
	struct buf all = { 0 };
	int rc = chain(&all, w, RELATION_CARRIES, backward, n, past_things, e);

	for (size_t i = 0; i < VEC_COUNT(&all, node_id) && rc == 0; i++) {
		node_id other = VEC_DATA(&all, node_id)[i];

		if (world_node(w, other)->flags & ENTITY_IDENTITY)
			VEC_ADD(out, node_id, other);
	}
	buf_release(&all);
	return rc;
}

int hop_bond_unread(struct buf *out, struct world *w, node_id n, const struct rule *rule,
	struct err *e)
{
	const struct provider *p = provider_of_node(w, n);
	struct buf all = { 0 };
	int rc = chain(&all, w, RELATION_CARRIES, false, n, past_things, e);

	for (size_t i = 0; i < VEC_COUNT(&all, node_id) && rc == 0; i++) {
		const struct node *other = world_node(w, VEC_DATA(&all, node_id)[i]);

		if (other->type == NODE_RESOURCE)
			VEC_ADD(out, struct str,
				arena_printf(world_arena(w), "'%.*s' was not collected",
					STR_ARG(other->key)));
	}
	for (uint32_t i = 0; p->any_carried && i < rule->target_kind_count; i++) {
		struct str why = p->any_carried(w, n, rule->target_kinds[i]);

		if (why.n > 0)
			VEC_ADD(out, struct str, why);
	}
	buf_release(&all);
	return rc;
}

/* The identity and its groups. */
static int with_groups(struct buf *out, struct world *w, node_id n, struct err *e)
{
	VEC_ADD(out, node_id, n);
	return chain(out, w, RELATION_MEMBER_OF, false, n, past_all, e);
}

static int attached(struct buf *out, struct world *w, node_id target, struct err *e)
{
	struct buf holders = { 0 };
	int rc = with_groups(&holders, w, target, e);

	for (size_t i = 0; i < VEC_COUNT(&holders, node_id) && rc == 0; i++)
		rc = related(out, w, RELATION_ATTACHED, false,
			VEC_DATA(&holders, node_id)[i], e);
	buf_release(&holders);
	return rc;
}

static int trusted(struct buf *out, struct world *w, node_id target, struct err *e)
{
	const struct world_document *docs;
	uint32_t count;

	if (world_documents(&docs, &count, w, target, LAYER_TRUST, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		const struct document *d = docs[i].compiled;

		for (uint32_t k = 0; d && k < d->statement_count; k++) {
			const struct document_statement *s = &d->statements[k];

			for (uint32_t p = 0; p < s->principal_count; p++) {
				const struct document_principal *who =
					&d->principals[s->principal_first + p];
				node_id n;

				if (who->type != DOCUMENT_FEDERATED ||
					(s->flags & DOCUMENT_DENY))
					continue;
				if (provider_of_node(w, target)->principal_node(
					    &n, w, d, who, e) < 0)
					return e->code;
				/* A provider speaks for roles of its own account. */
				if (n != NODE_NONE &&
					str_eq(world_node(w, n)->account,
						world_node(w, target)->account))
					node_once(out, 0, n);
			}
		}
	}
	return 0;
}

/* The groups that it is in, and what it lies in where policies are inherited. */
static int containing(struct buf *out, struct world *w, node_id target, struct err *e)
{
	const struct ancestry *above;

	if (chain(out, w, RELATION_MEMBER_OF, false, target, past_all, e) < 0 ||
		ancestry_of(&above, world_ancestry(w), target, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < above->count; i++)
		VEC_ADD(out, node_id, above->nodes[i]);
	return 0;
}

int hop_bond_throughs(struct buf *out, struct world *w, enum rule_bond bond,
	node_id target, const struct str *kinds, uint32_t kind_count, struct err *e)
{
	struct buf all = { 0 };
	int rc = 0;

	if (bond == RULE_CARRYING)
		rc = chain(&all, w, RELATION_CARRIES, true, target, past_all, e);
	else if (bond == RULE_ATTACHED)
		rc = attached(&all, w, target, e);
	else if (bond == RULE_CONTAINING)
		rc = containing(&all, w, target, e);
	else if (bond == RULE_TRUSTED)
		rc = trusted(&all, w, target, e);
	for (size_t i = 0; i < VEC_COUNT(&all, node_id) && rc == 0; i++) {
		node_id n = VEC_DATA(&all, node_id)[i];

		if (hop_bond_is_kind(w, n, kinds, kind_count))
			node_once(out, 0, n);
	}
	buf_release(&all);
	return rc;
}

static bool add_scope(void *ctx, scope_number scope)
{
	VEC_ADD((struct buf *)ctx, scope_number, scope);
	return true;
}

/* Roles of any scope whose trust policy names the provider. */
static int trusting(struct buf *out, struct world *w, node_id provider, struct err *e)
{
	struct str text = world_node(w, provider)->key;
	struct buf scopes = { 0 };
	int rc = snapshot_links(world_snapshot(w), text, add_scope, &scopes, e);

	for (size_t i = 0; i < VEC_COUNT(&scopes, scope_number) && rc == 0; i++) {
		scope_number scope = VEC_DATA(&scopes, scope_number)[i];
		struct segment *s;
		uint32_t begin, end;

		rc = world_segment(&s, w, scope, e);
		if (rc < 0)
			break;
		segment_principal_range(s, text, &begin, &end);
		for (uint32_t k = begin; k < end; k++) {
			const struct segment_principal *p = &segment_principals(s)[k];

			if (!p->is_deny && p->entity < segment_info(s)->entity_count &&
				str_eq(world_scope_account(w, scope),
					world_node(w, provider)->account))
				node_once(out, 0, world_node_entity(w, scope, p->entity));
		}
	}
	buf_release(&scopes);
	return rc < 0 ? rc : 0;
}

int hop_bond_providers(
	struct buf *out, struct world *w, struct str account, struct err *e)
{
	scope_number scope = world_account_scope(w, account);
	struct segment *s;
	int rc = 0;

	if (scope == SEGMENT_NONE)
		return 0;
	if (world_segment(&s, w, scope, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < segment_info(s)->principal_count && rc == 0; i++) {
		const struct segment_principal *p = &segment_principals(s)[i];
		node_id n;

		if (p->type != DOCUMENT_FEDERATED || p->is_deny)
			continue;
		rc = world_node_of_key(&n, w, segment_str(s, p->text), e);
		if (rc == 0 && world_node(w, n)->type == NODE_FEDERATED)
			node_once(out, 0, n);
	}
	return rc;
}

static int holders(struct buf *out, struct world *w, node_id policy, struct err *e)
{
	struct buf direct = { 0 };
	int rc = related(&direct, w, RELATION_ATTACHED, true, policy, e);

	for (size_t i = 0; i < VEC_COUNT(&direct, node_id) && rc == 0; i++) {
		node_id n = VEC_DATA(&direct, node_id)[i];

		node_once(out, 0, n);
		rc = chain(out, w, RELATION_MEMBER_OF, true, n, past_all, e);
	}
	buf_release(&direct);
	return rc;
}

/* The identities that lie in a container, at any depth. */
static int beneath(struct buf *out, struct world *w, node_id container, struct err *e)
{
	struct str key = world_node(w, container)->key;

	for (scope_number scope = 0; scope < world_scope_count(w); scope++) {
		struct segment *s;
		const struct ancestry *above;
		bool inside;

		if (world_segment(&s, w, scope, e) < 0)
			return e->code;
		inside = str_eq(segment_info(s)->key, key);
		for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
			node_id n;

			if (!(segment_entity(s, id)->flags & ENTITY_IDENTITY))
				continue;
			n = world_node_entity(w, scope, id);
			if (ancestry_of(&above, world_ancestry(w), n, e) < 0)
				return e->code;
			for (uint32_t i = 0; !inside && i < above->count; i++)
				inside = above->nodes[i] == container;
			if (inside)
				node_once(out, 0, n);
			inside = str_eq(segment_info(s)->key, key);
		}
	}
	return 0;
}

int hop_bond_targets(struct buf *out, struct world *w, enum rule_bond bond,
	node_id through, struct err *e)
{
	switch (bond) {
	case RULE_CARRYING:
		return chain(out, w, RELATION_CARRIES, false, through, past_all, e);
	case RULE_ATTACHED:
		return holders(out, w, through, e);
	case RULE_CONTAINING:
		if ((world_node(w, through)->flags & ENTITY_CONTAINER) &&
			provider_of_node(w, through)->inherits)
			return beneath(out, w, through, e);
		return chain(out, w, RELATION_MEMBER_OF, true, through, past_all, e);
	case RULE_TRUSTED:
		return trusting(out, w, through, e);
	default:
		return 0;
	}
}
