#include "oracle.h"

#include <assert.h>

#include "oracle_bucket.h"
#include "oracle_endpoint.h"
#include "oracle_naming.h"

#include "reachability/rule.h"

/* Endpoints of a world. */
#define ENDPOINTS_MAX 8u

/* One question: who, what, on which string. */
struct ask {
	const struct oracle *o;
	uint32_t subject;
	struct oracle_request request;
	const struct oracle_class *class;
	const struct oracle_string *string;
	struct arena *scratch;
	bool strict; /* one question: what nobody read may let in whoever asks */
	bool plain;  /* a condition that the request decides helps nobody */
};

static struct oracle_truth truth_or(struct oracle_truth a, struct oracle_truth b)
{
	return (struct oracle_truth){ a.sure | b.sure, a.maybe | b.maybe };
}

static struct oracle_truth truth_and(struct oracle_truth a, struct oracle_truth b)
{
	return (struct oracle_truth){ a.sure & b.sure, a.maybe & b.maybe };
}

static struct oracle_truth truth_without(struct oracle_truth a, struct oracle_truth deny)
{
	return (struct oracle_truth){ a.sure & ~deny.maybe, a.maybe & ~deny.sure };
}

static struct oracle_truth always(const struct ask *q)
{
	uint64_t all = oracle_condition_all(&q->o->opens);

	return (struct oracle_truth){ all, all };
}

static struct oracle_truth perhaps(const struct ask *q)
{
	return (struct oracle_truth){ 0, oracle_condition_all(&q->o->opens) };
}

static bool covers_action(const struct ask *q, const struct oracle_statement *s)
{
	bool hit = false;

	for (uint32_t i = 0; i < s->actions.count; i++)
		hit = hit || q->class->match[s->action_ids[i]];
	return hit != s->not_action;
}

static bool covers_resource(const struct ask *q, const struct oracle_statement *s)
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

static struct oracle_truth covers(const struct ask *q, const struct oracle_policy *p,
	const struct oracle_statement *s)
{
	if (!covers_action(q, s) || !covers_resource(q, s))
		return (struct oracle_truth){ 0, 0 };
	struct oracle_truth t = oracle_condition_holds(
		&q->o->opens, s, p->variables, &q->request, q->scratch);

	if (!q->plain || t.sure == always(q).sure)
		return t;
	return s->deny ? always(q) : (struct oracle_truth){ 0, 0 };
}

/* Either all that the documents allow, or all that they deny. */
static struct oracle_truth sum(
	const struct ask *q, const struct oracle_documents *documents, bool deny)
{
	struct oracle_truth truth = { 0, 0 };

	if (documents->missing)
		truth = perhaps(q);
	for (uint32_t i = 0; i < documents->count; i++) {
		const struct oracle_policy *p = &documents->items[i]->policy;

		for (uint32_t k = 0; k < p->count; k++) {
			if (p->statements[k].deny == deny)
				truth = truth_or(truth, covers(q, p, &p->statements[k]));
		}
	}
	return truth;
}

/*
 * A policy that could not be read may say anything. Lists, which would name everybody,
 * take it for one that leaves it to its own account.
 */
static void sum_unread(const struct ask *q, struct oracle_truth allow[NAMED_COUNT],
	struct oracle_truth *deny)
{
	const struct oracle_node *object = q->request.object;
	bool same = str_eq(q->request.subject->account, object->account);
	enum oracle_naming naming = q->strict ? NAMED_ANYONE : NAMED_ACCOUNT;

	if ((q->strict && !object->asked) || (object->refused && (q->strict || same)))
		allow[naming] = truth_or(allow[naming], perhaps(q));
	if (object->refused)
		*deny = truth_or(*deny, perhaps(q));
}

/* Whether the object's policy, or a grant beside it, was opened to who asks. */
static bool is_opened(const struct ask *q, bool grant)
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

/* What the object's own policy allows, by how it names who asks, and what it denies. */
static void sum_resource(const struct ask *q, const struct oracle_documents *documents,
	struct oracle_truth allow[NAMED_COUNT], struct oracle_truth *deny)
{
	const struct rule *opener = q->request.subject->opener;
	bool anew = opener && (opener->yields & RULE_REWRITTEN) && !q->class->trust &&
		    q->request.subject->opened == q->request.object;

	for (uint32_t i = 0; i < documents->count; i++) {
		const struct oracle_policy *p = &documents->items[i]->policy;

		for (uint32_t k = 0; k < p->count; k++) {
			const struct oracle_statement *s = &p->statements[k];
			enum oracle_naming naming =
				oracle_naming_of(q->request.subject, s);

			if (naming == NAMED_NOT || (anew && s->deny))
				continue;
			if (!s->deny && !anew &&
				oracle_bucket_voids(
					q->request.subject, q->request.object))
				continue;
			struct oracle_truth *into = s->deny ? deny : &allow[naming];

			*into = truth_or(*into, covers(q, p, s));
		}
	}
	if (!anew)
		sum_unread(q, allow, deny);
	if (is_opened(q, false))
		allow[NAMED_SELF] = always(q);
}

/*
 * What a bucket's list of access control gives, beside its policy.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
 */
static void sum_list(const struct ask *q, struct oracle_truth allow[NAMED_COUNT])
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
			allow[naming] = truth_or(allow[naming], covers(q, p, s));
		}
	}
}

/*
 * Every level must allow, when there is a service control policy at any: then there is
 * one at every level (the last one cannot be detached), and a level without one was not
 * collected.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
 */
static struct oracle_truth ceilings(const struct ask *q, struct oracle_truth *deny)
{
	const struct oracle_place *place = q->request.subject_place;
	const struct oracle_node *n = q->request.subject;
	struct oracle_truth allow = always(q);
	bool used = false;

	if (n->type != ORACLE_ENTITY || (n->flags & ENTITY_LINKED) || place->exempt)
		return allow;
	if (place->unknown) {
		*deny = truth_or(*deny, perhaps(q));
		return allow;
	}
	for (uint32_t i = 0; i < place->level_count; i++) {
		const struct oracle_documents *d = &place->levels[i].scps;

		used = used || d->count > 0 || d->missing;
	}
	for (uint32_t i = 0; used && i < place->level_count; i++) {
		struct oracle_documents scps = place->levels[i].scps;

		scps.missing = scps.missing || scps.count == 0;
		allow = truth_and(allow, sum(q, &scps, false));
		*deny = truth_or(*deny, sum(q, &scps, true));
	}
	return allow;
}

/*
 * What the object's organization denies. That a policy allows all is attached at every
 * level.
 */
static struct oracle_truth resource_ceilings(const struct ask *q)
{
	const struct oracle_place *place = q->request.object_place;
	struct oracle_truth deny = { 0, 0 };

	if (!q->class->rcp || (q->request.subject->flags & ENTITY_LINKED) ||
		place->exempt)
		return deny;
	if (place->unknown)
		return perhaps(q);
	for (uint32_t i = 0; i < place->level_count; i++)
		deny = truth_or(deny, sum(q, &place->levels[i].rcps, true));
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
		"aws:dynamodb:table", "aws:ecr:repository" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_eq(kind, str_from(kinds[i])))
			return true;
	}
	return false;
}

static enum consent consent_of(const struct ask *q)
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
static struct oracle_truth sum_denied(const struct ask *q)
{
	const struct oracle_documents *own = &q->request.subject->identity;

	if (!q->request.subject->pardoned)
		return sum(q, own, true);
	return own->missing ? perhaps(q) : (struct oracle_truth){ 0, 0 };
}

/*
 * Its own policies within its boundary: of a root user everything, of a stranger who
 * knows.
 */
static void sum_identity(const struct ask *q, struct oracle_truth *identity,
	struct oracle_truth *boundary, struct oracle_truth *deny)
{
	const struct oracle_node *n = q->request.subject;

	*identity = sum(q, &n->identity, false);
	*boundary = n->bounded ? sum(q, &n->boundary, false) : always(q);
	if (session_limits(n))
		*boundary = truth_and(*boundary, sum(q, &n->session, false));
	if (n->writes)
		*identity = always(q);
	*deny = truth_or(sum_denied(q), sum(q, &n->boundary, true));
	*deny = truth_or(*deny, sum(q, &n->session, true));
	if (n->flags & ENTITY_ROOT)
		*identity = always(q);
	if (n->type == ORACLE_FOREIGN || n->type == ORACLE_ACCOUNT)
		*identity = *deny = perhaps(q);
}

/*
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
static struct oracle_truth combine(const struct ask *q, enum consent consent,
	struct oracle_truth own, struct oracle_truth boundary,
	const struct oracle_truth named[NAMED_COUNT])
{
	const struct oracle_node *n = q->request.subject;
	struct oracle_truth account = named[NAMED_ACCOUNT];
	struct oracle_truth free = truth_or(named[NAMED_SELF], named[NAMED_ANYONE]);
	struct oracle_truth role = truth_and(named[NAMED_ROLE], boundary);
	struct oracle_truth inside = truth_or(free, role);
	struct oracle_truth any = truth_or(truth_or(free, named[NAMED_ROLE]), account);

	if (n->type == ORACLE_PUBLIC || n->type == ORACLE_SERVICE ||
		n->type == ORACLE_LOGIN)
		return free;
	if (n->type != ORACLE_ENTITY || !str_eq(n->account, q->request.object->account))
		return truth_and(own, any);
	if (consent == CONSENT_REQUIRED)
		return truth_or(inside, truth_and(own, any));
	return truth_or(inside, own);
}

/*
 * With the word of an identity provider nobody can do more than to ask for a role, each
 * sort of provider by its own call; with credentials nobody makes those calls. Anybody
 * at all can bring some token.
 */
static bool can_call(const struct ask *q)
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
	const struct ask *q, struct oracle_truth own, struct oracle_truth boundary)
{
	const struct oracle_documents *grants = &q->request.object->grants;
	bool key = str_eq(q->request.object->entity->kind, STR_LIT("aws:kms:key"));
	bool unread = q->strict && key && q->class->operation &&
		      !q->request.object->listed &&
		      q->request.subject->type != ORACLE_PUBLIC;
	struct oracle_truth truth = unread ? perhaps(q) : (struct oracle_truth){ 0, 0 };

	if (is_opened(q, true))
		truth = always(q);
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
				one = truth_and(one, own);
			if (naming == NAMED_ROLE)
				one = truth_and(one, boundary);
			truth = truth_or(truth, one);
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
static bool is_kept(const struct ask *q)
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
	const struct ask *q, const struct oracle_documents *documents)
{
	struct oracle_truth sides[2] = { { 0, 0 }, { 0, 0 } }; /* allow, deny */

	if (documents->missing)
		return perhaps(q);
	for (uint32_t i = 0; i < documents->count; i++) {
		const struct oracle_policy *p = &documents->items[i]->policy;

		for (uint32_t k = 0; k < p->count; k++) {
			const struct oracle_statement *s = &p->statements[k];

			if (oracle_naming_of(q->request.subject, s) != NAMED_NOT)
				sides[s->deny] =
					truth_or(sides[s->deny], covers(q, p, s));
		}
	}
	return truth_or(sides[1], truth_without(always(q), sides[0]));
}

static struct oracle_truth cut_by_endpoints(
	const struct ask *q, struct oracle_truth truth)
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

static struct oracle_truth decide(const struct ask *q)
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

	deny = truth_or(deny, resource_ceilings(q));
	if (consent != CONSENT_NONE)
		sum_resource(q,
			q->class->trust ? &q->request.object->trust
					: &q->request.object->resource,
			named, &deny);
	sum_list(q, named);
	struct oracle_truth core =
		combine(q, consent, truth_and(identity, boundary), boundary, named);

	core = truth_or(core, sum_grants(q, truth_and(identity, boundary), boundary));
	return cut_by_endpoints(q, truth_without(truth_and(core, scps), deny));
}

static enum oracle_verdict verdict_of(const struct ask *q, struct oracle_truth t)
{
	if (t.sure == oracle_condition_all(&q->o->opens))
		return ORACLE_ALLOWED;
	if (t.maybe == 0)
		return ORACLE_DENIED;
	return t.sure ? ORACLE_CONDITIONAL : ORACLE_UNKNOWN;
}

static struct ask ask_of(const struct oracle *o, const struct oracle_node *as,
	const uint32_t at[3], const struct oracle_object *target, bool strict)
{
	const struct oracle_class *class = &target->classes[at[2]];

	return (struct ask){ .o = o,
		.subject = at[0],
		.request = { .subject = as,
			.object = oracle_world_node(&o->world, at[1]),
			.subject_place = &o->world.places[at[0]],
			.object_place = &o->world.places[at[1]],
			.service = class->service,
			.prefix = class->prefix },
		.class = class,
		.strict = strict,
		.scratch = o->scratch };
}

/* On one string; `least` grows to what it gives by itself. */
static struct oracle_truth decide_string(
	struct ask *q, const struct oracle_string *string, enum oracle_verdict *least)
{
	q->string = string;
	q->request.resource = string->text;
	struct oracle_truth truth = decide(q);
	enum oracle_verdict one = verdict_of(q, truth);

	/* Some request fits one statement, the others another. */
	q->plain = true;
	if (one == ORACLE_ALLOWED && verdict_of(q, decide(q)) != ORACLE_ALLOWED)
		one = ORACLE_CONDITIONAL;
	q->plain = false;
	*least = one > *least ? one : *least;
	return truth;
}

struct oracle_range oracle_decide_as(const struct oracle *o, const struct oracle_node *as,
	const uint32_t at[3], const struct oracle_object *target, bool strict)
{
	struct ask q = ask_of(o, as, at, target, strict);
	struct oracle_range range = { ORACLE_DENIED, ORACLE_DENIED };

	for (uint32_t t = 0; t < ORACLE_TARGETS; t++) {
		const struct buf *strings = &target->strings[t];
		struct oracle_truth any = { 0, 0 };

		if (!(q.class->targets >> t & 1))
			continue;
		for (size_t i = 0; i < VEC_COUNT(strings, struct oracle_string); i++)
			any = truth_or(
				any, decide_string(&q,
					     &VEC_DATA(strings, struct oracle_string)[i],
					     &range.least));
		enum oracle_verdict most = verdict_of(&q, any);

		range.most = most > range.most ? most : range.most;
	}
	return range;
}

struct oracle_range oracle_on_string(const struct oracle *o, const uint32_t at[3],
	const struct oracle_string *string, bool strict)
{
	struct ask q = ask_of(o, oracle_world_node(&o->world, at[0]), at,
		oracle_object(o, at[1]), strict);
	struct oracle_range range = { ORACLE_DENIED, ORACLE_DENIED };
	struct oracle_truth truth = decide_string(&q, string, &range.least);

	range.most = verdict_of(&q, truth);
	return range;
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
