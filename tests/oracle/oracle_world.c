#include "oracle_world.h"

#include "oracle_hop.h"

#include "base/limits.h"
#include "oracle_bucket.h"
#include "oracle_endpoint.h"

struct oracle_node *oracle_world_node(const struct oracle_world *w, uint32_t n)
{
	return &VEC_DATA(&w->nodes, struct oracle_node)[n];
}

uint32_t oracle_world_count(const struct oracle_world *w)
{
	return (uint32_t)VEC_COUNT(&w->nodes, struct oracle_node);
}

uint32_t oracle_world_find(const struct oracle_world *w, struct str key)
{
	for (uint32_t i = 0; i < oracle_world_count(w); i++) {
		if (str_eq(oracle_world_node(w, i)->key, key))
			return i;
	}
	return ORACLE_NONE;
}

struct str oracle_world_arn(struct str arn, unsigned field)
{
	for (unsigned i = 0; i < field; i++)
		arn = str_skip(arn, str_find_char(arn, ':', 0) + 1);
	return field < 5 ? str_head(arn, str_find_char(arn, ':', 0)) : arn;
}

bool oracle_world_tag(const struct oracle_node *n, struct str key, struct str *out)
{
	for (uint32_t i = 0; n->entity && i < n->entity->tag_count; i++) {
		if (!str_eq_fold(n->entity->tags[i].key, key))
			continue;
		*out = n->entity->tags[i].value;
		return true;
	}
	return false;
}

bool oracle_world_attribute(const struct oracle_node *n, struct str key, struct str *out)
{
	for (uint32_t i = 0; n->entity && i < n->entity->attribute_count; i++) {
		if (!str_eq(n->entity->attributes[i].key, key))
			continue;
		*out = n->entity->attributes[i].value;
		return true;
	}
	return false;
}

static uint32_t record_count(const struct oracle_world *w)
{
	return (uint32_t)VEC_COUNT(&w->records, struct record);
}

static const struct record *record_get(const struct oracle_world *w, uint32_t i)
{
	return &VEC_DATA(&w->records, struct record)[i];
}

static bool is_account(struct str s)
{
	return s.n == 12 && s.p[0] >= '0' && s.p[0] <= '9';
}

/* The account that a scope is, or, in an organization's scope, the one in the key. */
static struct str account_of(const struct record_entity *entity)
{
	struct str id = str_skip(entity->scope, str_find_char(entity->scope, ':', 0) + 1);

	return is_account(id) ? id : oracle_world_arn(entity->key, 4);
}

static void add_entity(struct oracle_world *w, const struct record_entity *entity)
{
	uint32_t found = oracle_world_find(w, entity->key);

	if (found != ORACLE_NONE) {
		oracle_world_node(w, found)->flags |= entity->flags;
		return;
	}
	VEC_ADD(&w->nodes, struct oracle_node,
		{ .type = ORACLE_ENTITY,
			.entity = entity,
			.key = entity->key,
			.account = account_of(entity),
			.flags = entity->flags });
}

static void add_named(struct oracle_world *w, enum oracle_node_type type, struct str key,
	struct str account)
{
	if (oracle_world_find(w, key) == ORACLE_NONE)
		VEC_ADD(&w->nodes, struct oracle_node,
			{ .type = type,
				.key = key,
				.account = account,
				.flags = ENTITY_IDENTITY });
}

static bool account_collected(const struct oracle_world *w, struct str account)
{
	for (uint32_t i = 0; i < oracle_world_count(w); i++) {
		const struct oracle_node *n = oracle_world_node(w, i);

		if (n->type == ORACLE_ENTITY && str_eq(n->account, account) &&
			(n->flags & ENTITY_ROOT))
			return true;
	}
	return false;
}

/* Whom a policy names: a service, or somebody in an account that nobody collected. */
static void add_principal(struct oracle_world *w, const struct oracle_principal *p)
{
	struct str account = oracle_world_arn(p->value, 4);

	if (str_eq(p->map, STR_LIT("Service")))
		add_named(w, ORACLE_SERVICE, p->value, (struct str){ 0 });
	if (str_eq(p->map, STR_LIT("Federated")))
		add_named(w, ORACLE_LOGIN, p->value, account);
	if (!str_eq(p->map, STR_LIT("AWS")) || str_eq(p->value, STR_LIT("*")))
		return;
	if (is_account(p->value))
		account = p->value;
	if (!is_account(account) || account_collected(w, account))
		return;
	if (is_account(p->value) || str_ends(p->value, STR_LIT(":root")))
		add_named(w, ORACLE_ACCOUNT,
			arena_printf(&w->arena, "arn:aws:account::%.*s:account",
				STR_ARG(account)),
			account);
	else
		add_named(w, ORACLE_FOREIGN, p->value, account);
}

static uint32_t find_named(
	const struct oracle_world *w, struct str scope, struct str kind, struct str name)
{
	for (uint32_t i = 0; i < oracle_world_count(w); i++) {
		const struct record_entity *entity = oracle_world_node(w, i)->entity;

		if (entity && str_eq(entity->scope, scope) &&
			str_eq(entity->kind, kind) && str_eq(entity->name, name))
			return i;
	}
	return ORACLE_NONE;
}

uint32_t oracle_world_resolve(
	const struct oracle_world *w, struct str scope, struct str key)
{
	struct str kind, name;

	if (record_key_reference(key, &kind, &name))
		return find_named(w, scope, kind, name);
	return oracle_world_find(w, key);
}

static int read_documents(struct oracle_world *w, struct err *e)
{
	for (uint32_t i = 0; i < record_count(w); i++) {
		const struct record *r = record_get(w, i);

		if (r->type != RECORD_DOCUMENT)
			continue;
		struct oracle_document d = { .record = &r->document,
			.holder = oracle_world_resolve(
				w, r->document.scope, r->document.holder) };

		bool trust = r->document.layer == LAYER_TRUST;
		bool own = r->document.layer != LAYER_IDENTITY &&
			   r->document.layer != LAYER_SCP &&
			   r->document.layer != LAYER_SESSION;
		int rc = r->document.body.n == 0
				 ? 0
				 : oracle_policy_parse(&d.policy, r->document.body, trust,
					   own, &w->arena, e);

		if (rc < 0)
			return rc;
		VEC_ADD(&w->documents, struct oracle_document, d);
	}
	return 0;
}

static void add_all_principals(struct oracle_world *w)
{
	add_named(w, ORACLE_PUBLIC, STR_LIT("public"), (struct str){ 0 });
	for (size_t i = 0; i < VEC_COUNT(&w->documents, struct oracle_document); i++) {
		const struct oracle_policy *p =
			&VEC_DATA(&w->documents, struct oracle_document)[i].policy;

		for (uint32_t k = 0; k < p->count; k++) {
			const struct oracle_statement *s = &p->statements[k];

			for (uint32_t j = 0; j < s->principal_count; j++)
				add_principal(w, &s->principals[j]);
		}
	}
}

static void push(struct oracle_world *w, struct oracle_documents *list,
	const struct oracle_document *d)
{
	struct oracle_documents old = *list;

	list->items = ARENA_NEW_ARRAY(
		&w->arena, const struct oracle_document *, (size_t)old.count + 1);
	for (uint32_t i = 0; i < old.count; i++)
		list->items[i] = old.items[i];
	list->items[list->count++] = d;
}

/*
 * Add the holder's own documents of a layer. With a scope: those that were collected
 * with it, and whether there is one of any layer (a resource control policy is no
 * missing service control policy).
 */
static bool push_held(struct oracle_world *w, struct oracle_documents *list,
	uint32_t holder, enum record_layer layer, struct str scope)
{
	bool any = false;

	for (size_t i = 0; i < VEC_COUNT(&w->documents, struct oracle_document); i++) {
		const struct oracle_document *d =
			&VEC_DATA(&w->documents, struct oracle_document)[i];

		if (d->holder != holder ||
			(scope.n > 0 && !str_eq(d->record->scope, scope)))
			continue;
		if (d->record->layer == layer && d->policy.refused)
			list->missing = true;
		else if (d->record->body.n > 0 && d->record->layer == layer)
			push(w, list, d);
		any = any || scope.n > 0 || d->record->layer == layer;
	}
	return any;
}

/*
 * Add the documents of the policies that `node` relates to; those without one are
 * missing.
 */
static bool push_related(struct oracle_world *w, struct oracle_documents *list,
	uint32_t node, enum record_relation_type type, enum record_layer layer)
{
	bool any = false;

	for (uint32_t i = 0; i < record_count(w); i++) {
		const struct record_relation *r = &record_get(w, i)->relation;

		if (record_get(w, i)->type != RECORD_RELATION || r->type != type ||
			oracle_world_resolve(w, r->scope, r->from) != node)
			continue;
		uint32_t policy = oracle_world_resolve(w, r->scope, r->to);

		if (policy == ORACLE_NONE || !push_held(w, list, policy, layer, r->scope))
			list->missing = true;
		any = true;
	}
	return any;
}

/* Mark all groups that the node is in, however deep. */
static void mark_groups(const struct oracle_world *w, bool *in)
{
	bool grew = true;

	while (grew) {
		grew = false;
		for (uint32_t i = 0; i < record_count(w); i++) {
			const struct record_relation *r = &record_get(w, i)->relation;

			if (record_get(w, i)->type != RECORD_RELATION ||
				r->type != RELATION_MEMBER_OF)
				continue;
			uint32_t from = oracle_world_resolve(w, r->scope, r->from);
			uint32_t to = oracle_world_resolve(w, r->scope, r->to);

			if (from == ORACLE_NONE || to == ORACLE_NONE || !in[from] ||
				in[to])
				continue;
			in[to] = true;
			grew = true;
		}
	}
}

/* The identity that a session is of. */
static uint32_t acts_as(const struct oracle_world *w, uint32_t n)
{
	for (uint32_t i = 0; i < record_count(w); i++) {
		const struct record_relation *r = &record_get(w, i)->relation;

		if (record_get(w, i)->type == RECORD_RELATION &&
			r->type == RELATION_SESSION_OF &&
			oracle_world_resolve(w, r->scope, r->from) == n)
			return oracle_world_resolve(w, r->scope, r->to);
	}
	return n;
}

static void gather_identity(struct oracle_world *w, uint32_t n)
{
	struct oracle_node *node = oracle_world_node(w, n);

	push_held(w, &node->session, n, LAYER_SESSION, (struct str){ 0 });
	n = acts_as(w, n);
	node->acts = oracle_world_node(w, n);

	bool *in = ARENA_NEW_ARRAY(&w->arena, bool, oracle_world_count(w));

	in[n] = true;
	mark_groups(w, in);
	for (uint32_t i = 0; i < oracle_world_count(w); i++) {
		if (!in[i])
			continue;
		push_held(w, &node->identity, i, LAYER_IDENTITY, (struct str){ 0 });
		push_related(w, &node->identity, i, RELATION_ATTACHED, LAYER_IDENTITY);
	}
	node->bounded =
		push_related(w, &node->boundary, n, RELATION_BOUNDARY, LAYER_IDENTITY);
}

static bool is_kind(const struct oracle_node *n, const char *kind)
{
	return n->entity && str_eq(n->entity->kind, str_from(kind));
}

/*
 * Of the provider's keys nobody changes the policy.
 * https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
 */
static bool may_change(const struct oracle_documents *policies)
{
	for (uint32_t i = 0; i < policies->count; i++) {
		const struct oracle_policy *p = &policies->items[i]->policy;

		for (uint32_t k = 0; k < p->count; k++) {
			const struct oracle_statement *s = &p->statements[k];
			bool hit = false;

			for (uint32_t a = 0; a < s->actions.count; a++) {
				struct str pattern = s->actions.items[a];

				hit |= str_eq(pattern, STR_LIT("*")) ||
				       str_eq_fold(pattern, STR_LIT("kms:*"));
			}
			if (!s->deny && hit != s->not_action)
				return true;
		}
	}
	return false;
}

static void gather_resource(struct oracle_world *w, uint32_t n)
{
	struct oracle_node *node = oracle_world_node(w, n);
	bool own = push_held(w, &node->resource, n, LAYER_RESOURCE, (struct str){ 0 });

	own = push_held(w, &node->trust, n, LAYER_TRUST, (struct str){ 0 }) || own;
	node->listed = push_held(w, &node->grants, n, LAYER_GRANT, (struct str){ 0 });
	push_held(w, &node->acl, n, LAYER_ACL, (struct str){ 0 });
	/* one without a policy was not collected: each has one, if only the default */
	if (!push_held(w, &node->endpoint, n, LAYER_ENDPOINT, (struct str){ 0 }))
		node->endpoint.missing = true;
	node->asked = own;
	if (is_kind(node, "aws:kms:key")) {
		struct str manager = { 0 };
		bool said = oracle_world_attribute(node, STR_LIT("manager"), &manager);

		node->managed = said && str_eq(manager, STR_LIT("AWS"));
		node->managed_maybe = !said && !may_change(&node->resource);
	}
	for (uint32_t i = 0; i < record_count(w); i++) {
		const struct record_coverage *c = &record_get(w, i)->coverage;

		if (record_get(w, i)->type == RECORD_COVERAGE &&
			(str_starts(c->what, STR_LIT("resource-policy:")) ||
				str_eq(c->what, STR_LIT("trust-policy"))) &&
			str_eq(c->subject, node->key)) {
			node->asked = true;
			node->refused = !own && c->state != COVERAGE_GOT;
		}
	}
	/* What was read but cannot be a policy says as little as what was not read. */
	node->refused |= node->resource.missing || node->trust.missing;
}

static uint32_t container_of(const struct oracle_world *w, uint32_t n)
{
	for (uint32_t i = 0; i < record_count(w); i++) {
		const struct record_relation *r = &record_get(w, i)->relation;

		if (record_get(w, i)->type == RECORD_RELATION &&
			r->type == RELATION_CONTAINS &&
			str_eq(r->to, oracle_world_node(w, n)->key))
			return oracle_world_find(w, r->from);
	}
	return ORACLE_NONE;
}

/* From the account upwards; the organization itself is no level: its root is. */
static void gather_place(struct oracle_world *w, struct oracle_place *place, uint32_t n)
{
	struct buf levels = { 0 };

	for (; n != ORACLE_NONE; n = container_of(w, n)) {
		const struct oracle_node *node = oracle_world_node(w, n);
		struct oracle_level level = { 0 };

		if (node->entity && str_starts(node->entity->scope, STR_LIT("aws:o-")))
			place->organization = str_skip(node->entity->scope, 4);
		place->exempt = place->exempt || (node->flags & ENTITY_EXEMPT);
		if (is_kind(node, "aws:organizations:organization")) {
			break;
		}
		push_related(w, &level.scps, n, RELATION_ATTACHED, LAYER_SCP);
		push_related(w, &level.rcps, n, RELATION_ATTACHED, LAYER_RCP);
		VEC_ADD(&levels, struct oracle_level, level);
	}
	if (place->organization.n > 0) {
		place->level_count = (uint32_t)VEC_COUNT(&levels, struct oracle_level);
		place->levels = ARENA_NEW_ARRAY(
			&w->arena, struct oracle_level, place->level_count);
		if (levels.n > 0)
			memcpy(place->levels, levels.p, levels.n);
	}
	buf_release(&levels);
}

/* The organization that the account's own scope names, when that was not collected. */
static void name_organization(
	const struct oracle_world *w, struct oracle_place *place, struct str account)
{
	for (uint32_t i = 0; i < record_count(w); i++) {
		const struct record_scope *scope = &record_get(w, i)->scope;

		if (record_get(w, i)->type != RECORD_SCOPE || scope->parent.n == 0 ||
			!str_eq(str_skip(scope->id, 4), account))
			continue;
		place->unknown = place->organization.n == 0;
		place->organization = str_skip(scope->parent, 4);
	}
}

static void gather_places(struct oracle_world *w)
{
	uint32_t count = oracle_world_count(w);

	w->places = ARENA_NEW_ARRAY(&w->arena, struct oracle_place, count);
	for (uint32_t i = 0; i < count; i++) {
		struct str account = oracle_world_node(w, i)->account;
		uint32_t first = 0;

		while (!str_eq(oracle_world_node(w, first)->account, account))
			first++;
		if (first < i) {
			w->places[i] = w->places[first];
			continue;
		}
		struct str key = arena_printf(
			&w->arena, "arn:aws:account::%.*s:account", STR_ARG(account));
		gather_place(w, &w->places[i], oracle_world_find(w, key));
		name_organization(w, &w->places[i], account);
	}
}

static int decode_all(struct oracle_world *w, struct str stream, struct err *e)
{
	size_t offset = 0;
	struct record r;
	int rc;

	while ((rc = record_decode(&r, stream, &offset, false, &w->arena, e)) == 1)
		VEC_ADD(&w->records, struct record, r);
	return rc;
}

int oracle_world_read(struct oracle_world *out, const struct rules *rules,
	struct str stream, struct err *e)
{
	*out = (struct oracle_world){ 0 };
	arena_init(&out->arena, ARENA_UNLIMITED);
	int rc = decode_all(out, stream, e);

	for (uint32_t i = 0; rc == 0 && i < record_count(out); i++) {
		if (record_get(out, i)->type == RECORD_ENTITY)
			add_entity(out, &record_get(out, i)->entity);
	}
	if (rc == 0)
		rc = read_documents(out, e);
	if (rc < 0) {
		oracle_world_release(out);
		return rc;
	}
	add_all_principals(out);
	if (rules)
		oracle_hop_nodes(out, rules);
	for (uint32_t i = 0; i < oracle_world_count(out); i++) {
		gather_identity(out, i);
		gather_resource(out, i);
	}
	gather_places(out);
	oracle_bucket_gather(out);
	oracle_endpoint_gather(out);
	return 0;
}

void oracle_world_release(struct oracle_world *w)
{
	buf_release(&w->records);
	buf_release(&w->nodes);
	buf_release(&w->documents);
	buf_release(&w->endpoints);
	arena_release(&w->arena);
}
