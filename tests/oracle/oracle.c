#include "oracle.h"

#include <assert.h>

#include "oracle_ask.h"
#include "oracle_bucket.h"
#include "oracle_endpoint.h"
#include "oracle_naming.h"

#include "reachability/rule.h"

/* Endpoints of a world. */
#define ENDPOINTS_MAX 8u

static bool covers_action(const struct oracle_ask *q, const struct oracle_statement *s)
{
	bool hit = false;

	for (uint32_t i = 0; i < s->actions.count; i++)
		hit = hit || q->class->match[s->action_ids[i]];
	return hit != s->not_action;
}

static bool covers_resource(const struct oracle_ask *q, const struct oracle_statement *s)
{
	const struct oracle_patterns *p = &q->o->patterns;
	bool hit = false;

	for (uint32_t i = 0; i < s->resources.count; i++) {
		uint32_t id = s->resource_ids[i];

		if (id & ORACLE_VARIABLE)
			id = p->expanded[(id & ~ORACLE_VARIABLE) * p->subject_count +
					 q->subject];
		hit = hit || (id != ORACLE_NONE && q->string->match[id]);
	}
	return s->any_resource || hit != s->not_resource;
}

static struct oracle_truth covers(const struct oracle_ask *q,
	const struct oracle_policy *p, const struct oracle_statement *s)
{
	if (!covers_action(q, s) || !covers_resource(q, s))
		return (struct oracle_truth){ 0, 0 };
	struct oracle_truth t = oracle_condition_holds(
		&q->o->opens, s, p->variables, &q->request, q->scratch);

	if (!q->plain || t.sure == oracle_ask_always(q).sure)
		return t;
	return s->deny ? oracle_ask_always(q) : (struct oracle_truth){ 0, 0 };
}

/* Either all that the documents allow, or all that they deny. */
static struct oracle_truth sum(
	const struct oracle_ask *q, const struct oracle_documents *documents, bool deny)
{
	struct oracle_truth truth = { 0, 0 };

	if (documents->missing)
		truth = oracle_ask_perhaps(q);
	for (uint32_t i = 0; i < documents->count; i++) {
		const struct oracle_policy *p = &documents->items[i]->policy;

		for (uint32_t k = 0; k < p->count; k++) {
			if (p->statements[k].deny == deny)
				truth = oracle_truth_or(
					truth, covers(q, p, &p->statements[k]));
		}
	}
	return truth;
}

/*
 * A policy that could not be read may say anything. Lists, which would name everybody,
 * take it for one that leaves it to its own account.
 */
static void sum_unread(const struct oracle_ask *q, struct oracle_truth allow[NAMED_COUNT],
	struct oracle_truth *deny)
{
	const struct oracle_node *object = q->request.object;
	bool same = str_eq(q->request.subject->account, object->account);
	enum oracle_naming naming = q->strict ? NAMED_ANYONE : NAMED_ACCOUNT;

	if ((q->strict && !object->asked) || (object->refused && (q->strict || same)))
		allow[naming] = oracle_truth_or(allow[naming], oracle_ask_perhaps(q));
	if (object->refused)
		*deny = oracle_truth_or(*deny, oracle_ask_perhaps(q));
}

/* Whether the object's policy, or a grant beside it, was opened to who asks. */
static bool is_opened(const struct oracle_ask *q, bool grant)
{
	const struct rule *rule = q->request.subject->opener;
	struct str name;

	if (!rule || q->request.subject->opened != q->request.object ||
		((rule->yields & RULE_GRANTED) != 0) != grant || q->class->trust ||
		str_eq(q->string->text, STR_LIT("*")))
		return false;
	name = catalog_action_get(VEC_DATA(&q->class->actions, const action_id)[0]).name;
	for (uint32_t i = 0; i < rule->access_count; i++) {
		if (str_eq(rule->accesses[i], name))
			return true;
	}
	return rule->access_count == 0;
}

/* One statement for who it names, and in which sessions of a role. */
static void sum_named(const struct oracle_ask *q, const struct oracle_policy *p,
	const struct oracle_statement *s, struct oracle_truth allow[NAMED_COUNT],
	struct oracle_truth *deny)
{
	const struct oracle_node *n = q->request.subject;
	enum oracle_naming naming = oracle_naming_of(n, s);
	uint64_t in = oracle_naming_sessions(&q->o->opens, n, s);
	struct oracle_truth truth, session = { in, in };

	if (naming == NAMED_NOT && (in == 0 || s->not_principal))
		return;
	truth = covers(q, p, s);
	session = oracle_truth_and(session, truth);
	/* who is listed is spared, but for a Deny that hits who has a boundary */
	if (s->not_principal && !(s->deny && n->bounded))
		truth = oracle_truth_without(truth, (struct oracle_truth){ in, in });
	if (naming != NAMED_NOT) {
		struct oracle_truth *into = s->deny ? deny : &allow[naming];

		*into = oracle_truth_or(*into, truth);
	}
	if (!s->not_principal) {
		struct oracle_truth *into = s->deny ? deny : &allow[NAMED_SELF];

		*into = oracle_truth_or(*into, session);
	}
}

/* What the object's own policy allows, by how it names who asks, and what it denies. */
static void sum_resource(const struct oracle_ask *q,
	const struct oracle_documents *documents, struct oracle_truth allow[NAMED_COUNT],
	struct oracle_truth *deny)
{
	const struct rule *opener = q->request.subject->opener;
	bool anew = opener && (opener->yields & RULE_REWRITTEN) && !q->class->trust &&
		    q->request.subject->opened == q->request.object;

	for (uint32_t i = 0; i < documents->count; i++) {
		const struct oracle_policy *p = &documents->items[i]->policy;

		for (uint32_t k = 0; k < p->count; k++) {
			const struct oracle_statement *s = &p->statements[k];

			if (anew && s->deny)
				continue;
			if (!s->deny && !anew &&
				oracle_bucket_voids(
					q->request.subject, q->request.object))
				continue;
			sum_named(q, p, s, allow, deny);
		}
	}
	if (!anew)
		sum_unread(q, allow, deny);
	if (is_opened(q, false))
		allow[NAMED_SELF] = oracle_ask_always(q);
}

/*
 * What a bucket's list of access control gives, beside its policy.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
 */
static void sum_list(const struct oracle_ask *q, struct oracle_truth allow[NAMED_COUNT])
{
	const struct oracle_node *object = q->request.object;
	const struct oracle_documents *lists = &object->acl;

	for (uint32_t i = 0; i < lists->count && !object->bucket.without_list; i++) {
		const struct oracle_policy *p = &lists->items[i]->policy;

		for (uint32_t k = 0; k < p->count; k++) {
			const struct oracle_statement *s = &p->statements[k];
			enum oracle_naming naming =
				oracle_naming_of(q->request.subject, s);

			if (naming == NAMED_NOT ||
				(naming == NAMED_ANYONE && object->bucket.not_public))
				continue;
			allow[naming] = oracle_truth_or(allow[naming], covers(q, p, s));
		}
	}
}

/*
 * Every level must allow, when there is a service control policy at any: then there is
 * one at every level (the last one cannot be detached), and a level without one was not
 * collected.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
 */
static struct oracle_truth ceilings(const struct oracle_ask *q, struct oracle_truth *deny)
{
	const struct oracle_place *place = q->request.subject_place;
	const struct oracle_node *n = q->request.subject;
	struct oracle_truth allow = oracle_ask_always(q);
	bool used = false;

	if (n->type != ORACLE_ENTITY || (n->flags & ENTITY_LINKED) || place->exempt)
		return allow;
	if (place->unknown) {
		*deny = oracle_truth_or(*deny, oracle_ask_perhaps(q));
		return allow;
	}
	for (uint32_t i = 0; i < place->level_count; i++) {
		const struct oracle_documents *d = &place->levels[i].scps;

		used = used || d->count > 0 || d->missing;
	}
	for (uint32_t i = 0; used && i < place->level_count; i++) {
		struct oracle_documents scps = place->levels[i].scps;

		scps.missing = scps.missing || scps.count == 0;
		allow = oracle_truth_and(allow, sum(q, &scps, false));
		*deny = oracle_truth_or(*deny, sum(q, &scps, true));
	}
	return allow;
}

/*
 * What the object's organization denies. That a policy allows all is attached at every
 * level.
 */
static struct oracle_truth resource_ceilings(const struct oracle_ask *q)
{
	const struct oracle_place *place = q->request.object_place;
	struct oracle_truth deny = { 0, 0 };

	if (!q->class->rcp || (q->request.subject->flags & ENTITY_LINKED) ||
		place->exempt || q->request.object->managed)
		return deny;
	if (place->unknown)
		return oracle_ask_perhaps(q);
	for (uint32_t i = 0; i < place->level_count; i++)
		deny = oracle_truth_or(deny, sum(q, &place->levels[i].rcps, true));
	if (q->request.object->managed_maybe)
		deny.sure = 0;
	return deny;
}

enum consent { CONSENT_NONE, CONSENT_OPTIONAL, CONSENT_REQUIRED };

/*
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
 */
static bool may_have_policy(struct str kind)
{
	static const char *const kinds[] = { "aws:s3:bucket", "aws:sqs:queue",
		"aws:sns:topic", "aws:secretsmanager:secret", "aws:lambda:function",
		"aws:dynamodb:table", "aws:ecr:repository", "aws:s3:accesspoint" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_eq(kind, str_from(kinds[i])))
			return true;
	}
	return false;
}

static enum consent consent_of(const struct oracle_ask *q)
{
	const struct record_entity *entity = q->request.object->entity;
	bool role = str_eq(entity->kind, STR_LIT("aws:iam:role"));

	if ((role && q->class->trust) || str_eq(entity->kind, STR_LIT("aws:kms:key")))
		return CONSENT_REQUIRED;
	return may_have_policy(entity->kind) ? CONSENT_OPTIONAL : CONSENT_NONE;
}

/*
 * A session policy limits like a boundary does. A federated user without one has
 * nothing of its user.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
 */
static bool session_limits(const struct oracle_node *n)
{
	return n->session.count > 0 ||
	       str_starts(oracle_world_arn(n->key, 5), STR_LIT("federated-user/"));
}

/* What its own policies deny: those that it took off deny nothing. */
static struct oracle_truth sum_denied(const struct oracle_ask *q)
{
	const struct oracle_documents *own = &q->request.subject->identity;

	if (!q->request.subject->pardoned)
		return sum(q, own, true);
	return own->missing ? oracle_ask_perhaps(q) : (struct oracle_truth){ 0, 0 };
}

/*
 * Its own policies within its boundary: of a root user everything, of a stranger who
 * knows.
 */
static void sum_identity(const struct oracle_ask *q, struct oracle_truth *identity,
	struct oracle_truth *boundary, struct oracle_truth *deny)
{
	const struct oracle_node *n = q->request.subject;

	*identity = sum(q, &n->identity, false);
	*boundary = n->bounded ? sum(q, &n->boundary, false) : oracle_ask_always(q);
	if (session_limits(n))
		*boundary = oracle_truth_and(*boundary, sum(q, &n->session, false));
	if (n->writes)
		*identity = oracle_ask_always(q);
	*deny = oracle_truth_or(sum_denied(q), sum(q, &n->boundary, true));
	*deny = oracle_truth_or(*deny, sum(q, &n->session, true));
	if (n->flags & ENTITY_ROOT)
		*identity = oracle_ask_always(q);
	if (n->type == ORACLE_FOREIGN || n->type == ORACLE_ACCOUNT)
		*identity = *deny = oracle_ask_perhaps(q);
}

/*
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
static struct oracle_truth combine(const struct oracle_ask *q, enum consent consent,
	struct oracle_truth own, struct oracle_truth boundary,
	const struct oracle_truth named[NAMED_COUNT])
{
	const struct oracle_node *n = q->request.subject;
	struct oracle_truth account = named[NAMED_ACCOUNT];
	struct oracle_truth free =
		oracle_truth_or(named[NAMED_SELF], named[NAMED_ANYONE]);
	struct oracle_truth role = oracle_truth_and(named[NAMED_ROLE], boundary);
	struct oracle_truth inside = oracle_truth_or(free, role);
	struct oracle_truth any =
		oracle_truth_or(oracle_truth_or(free, named[NAMED_ROLE]), account);

	if (n->type == ORACLE_PUBLIC || n->type == ORACLE_SERVICE ||
		n->type == ORACLE_LOGIN)
		return free;
	if (n->type != ORACLE_ENTITY || !str_eq(n->account, q->request.object->account))
		return oracle_truth_and(own, any);
	if (consent == CONSENT_REQUIRED)
		return oracle_truth_or(inside, oracle_truth_and(own, any));
	return oracle_truth_or(inside, own);
}

/*
 * With the word of an identity provider nobody can do more than to ask for a role, each
 * sort of provider by its own call; with credentials nobody makes those calls. Anybody
 * at all can bring some token.
 */
static bool can_call(const struct oracle_ask *q)
{
	const struct oracle_node *n = q->request.subject;
	bool saml = str_starts(oracle_world_arn(n->key, 5), STR_LIT("saml-provider/"));

	if (n->type != ORACLE_LOGIN)
		return q->class->login == ORACLE_SIGNED || n->type == ORACLE_PUBLIC;
	if (!str_eq(q->request.object->entity->kind, STR_LIT("aws:iam:role")))
		return false;
	return q->class->session || q->class->login == (saml ? ORACLE_SAML : ORACLE_WEB);
}

/*
 * A grant on a key lets its grantee in by itself, whatever the key's policy and the
 * grantee's own say, unless something denies. What cuts a role that is named cuts here.
 * https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
 */
static struct oracle_truth sum_grants(
	const struct oracle_ask *q, struct oracle_truth own, struct oracle_truth boundary)
{
	const struct oracle_documents *grants = &q->request.object->grants;
	bool key = str_eq(q->request.object->entity->kind, STR_LIT("aws:kms:key"));
	bool unread = q->strict && key && q->class->operation &&
		      !q->request.object->listed &&
		      q->request.subject->type != ORACLE_PUBLIC;
	struct oracle_truth truth =
		unread ? oracle_ask_perhaps(q) : (struct oracle_truth){ 0, 0 };

	if (is_opened(q, true))
		truth = oracle_ask_always(q);
	for (uint32_t i = 0; i < grants->count; i++) {
		const struct oracle_policy *p = &grants->items[i]->policy;

		for (uint32_t k = 0; k < p->count; k++) {
			const struct oracle_statement *s = &p->statements[k];
			enum oracle_naming naming =
				oracle_naming_of(q->request.subject, s);
			struct oracle_truth one = covers(q, p, s);

			if (naming == NAMED_NOT)
				continue;
			if (naming == NAMED_ACCOUNT)
				one = oracle_truth_and(one, own);
			if (naming == NAMED_ROLE)
				one = oracle_truth_and(one, boundary);
			truth = oracle_truth_or(truth, one);
		}
	}
	return truth;
}

static bool has_piece(struct str text, struct str piece)
{
	for (size_t i = 0; i + piece.n <= text.n; i++) {
		if (memcmp(text.p + i, piece.p, piece.n) == 0)
			return true;
	}
	return false;
}

/* Whether only the provider itself does such a thing to the object. */
static bool is_kept(const struct oracle_ask *q)
{
	struct str key = q->request.object->key;
	enum oracle_keeping keeping = ORACLE_OPEN;

	if (has_piece(key, STR_LIT(":role/aws-service-role/")))
		keeping = ORACLE_SHAPED;
	if (has_piece(key, STR_LIT(":role/aws-reserved/")) ||
		str_starts(key, STR_LIT("arn:aws:iam::aws:policy/")))
		keeping = ORACLE_KEPT;
	return q->class->kept != ORACLE_OPEN && keeping >= q->class->kept;
}

/* What the policy of one does not let through. */
static struct oracle_truth endpoint_stops(
	const struct oracle_ask *q, const struct oracle_documents *documents)
{
	struct oracle_truth sides[2] = { { 0, 0 }, { 0, 0 } }; /* allow, deny */

	if (documents->missing)
		return oracle_ask_perhaps(q);
	for (uint32_t i = 0; i < documents->count; i++) {
		const struct oracle_policy *p = &documents->items[i]->policy;

		for (uint32_t k = 0; k < p->count; k++) {
			const struct oracle_statement *s = &p->statements[k];

			if (oracle_naming_of(q->request.subject, s) != NAMED_NOT)
				sides[s->deny] =
					oracle_truth_or(sides[s->deny], covers(q, p, s));
		}
	}
	return oracle_truth_or(
		sides[1], oracle_truth_without(oracle_ask_always(q), sides[0]));
}

static struct oracle_truth cut_by_endpoints(
	const struct oracle_ask *q, struct oracle_truth truth)
{
	const struct oracle_world *w = &q->o->world;
	struct oracle_truth stopped[ENDPOINTS_MAX] = { 0 };
	size_t count = VEC_COUNT(&w->endpoints, struct oracle_endpoint);

	assert(count <= ENDPOINTS_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct oracle_endpoint *end =
			&VEC_DATA(&w->endpoints, const struct oracle_endpoint)[i];

		if (oracle_endpoint_serves(end, q->class->service))
			stopped[i] = endpoint_stops(q, &end->policy);
	}
	return oracle_endpoint_cut(w, &q->o->opens, q->class->service, stopped, truth);
}

/* What account it is may say more than policies do. */
static struct oracle_truth account_may(const struct oracle_ask *q)
{
	switch (oracle_caller_may(q->class->caller, q->request.object_place, q->strict)) {
	case ORACLE_MAY:
		return oracle_ask_always(q);
	case ORACLE_MAY_PERHAPS:
		return oracle_ask_perhaps(q);
	default:
		return (struct oracle_truth){ 0, 0 };
	}
}

struct oracle_truth oracle_ask_decide(const struct oracle_ask *q)
{
	const struct oracle_node *n = q->request.subject;
	enum consent consent = consent_of(q);
	struct oracle_truth named[NAMED_COUNT] = { 0 };
	struct oracle_truth identity, boundary, deny;

	/* Compute has no credentials of its own; a root user cannot assume a role. */
	if ((n->flags & ENTITY_COMPUTE) || !can_call(q) || is_kept(q) ||
		(q->class->trust && (n->flags & ENTITY_ROOT)))
		return (struct oracle_truth){ 0, 0 };
	sum_identity(q, &identity, &boundary, &deny);
	struct oracle_truth scps = ceilings(q, &deny);

	deny = oracle_truth_or(deny, resource_ceilings(q));
	if (consent != CONSENT_NONE)
		sum_resource(q,
			q->class->trust ? &q->request.object->trust
					: &q->request.object->resource,
			named, &deny);
	sum_list(q, named);
	struct oracle_truth core = combine(
		q, consent, oracle_truth_and(identity, boundary), boundary, named);

	core = oracle_truth_or(
		core, sum_grants(q, oracle_truth_and(identity, boundary), boundary));
	core = oracle_truth_and(core, account_may(q));
	return cut_by_endpoints(
		q, oracle_truth_without(oracle_truth_and(core, scps), deny));
}

static struct oracle_range decide_object(const struct oracle *o, uint32_t subject,
	uint32_t object, uint32_t class, bool strict)
{
	const uint32_t at[3] = { subject, object, class };

	return oracle_decide_as(o, oracle_world_node(&o->world, subject), at,
		oracle_object(o, object), strict);
}

uint32_t oracle_count(const struct oracle *o)
{
	return oracle_world_count(&o->world);
}

bool oracle_is_subject(const struct oracle *o, uint32_t n)
{
	const struct oracle_node *node = oracle_world_node(&o->world, n);

	return (node->flags & ENTITY_IDENTITY) && !(node->flags & ENTITY_GROUP);
}

bool oracle_is_object(const struct oracle *o, uint32_t n)
{
	const struct oracle_node *node = oracle_world_node(&o->world, n);

	/* Whose the entities of an organization are is left open. */
	return node->entity && node->type == ORACLE_ENTITY &&
	       !(node->flags & ENTITY_SHARED) &&
	       !str_starts(node->entity->scope, STR_LIT("aws:o-"));
}

const struct oracle_object *oracle_object(const struct oracle *o, uint32_t n)
{
	return &VEC_DATA(&o->objects, struct oracle_object)[n];
}

struct oracle_range oracle_direct(
	const struct oracle *o, uint32_t subject, uint32_t object, uint32_t class)
{
	return VEC_DATA(&o->direct[object],
		struct oracle_range)[subject * oracle_object(o, object)->class_count +
				     class];
}

struct oracle_range oracle_alone(
	const struct oracle *o, uint32_t subject, uint32_t object, uint32_t class)
{
	return decide_object(o, subject, object, class, true);
}

const char *oracle_verdict_name(enum oracle_verdict v)
{
	static const char *const names[] = { "denied", "unknown", "conditional",
		"allowed" };

	return names[v];
}
