/*
 * aws_context.c - the condition keys that AWS sets from what we know of caller and
 * resource.
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
#include "reachability/aws_provider.h"

#include "base/mutant.h"
#include "reachability/aws_naming.h"
#include "reachability/token.h"

static void fact_one(struct condition_fact *out, struct str value, struct arena *arena)
{
	struct str *v = ARENA_NEW(arena, struct str);

	*v = value;
	out->knowledge = CONDITION_KNOWN;
	out->values = v;
	out->value_count = 1;
}

static void fact_uncollected(
	struct condition_fact *out, struct str scope, struct str what)
{
	out->knowledge = CONDITION_UNCOLLECTED;
	out->scope = scope;
	out->what = what;
}

/* Somebody of another cloud shows a token for a role, and nothing for all else. */
static bool is_anonymous(const struct subject *s, const struct object *o)
{
	return aws_provider_is_stranger(s->n) &&
	       !str_starts(aws_naming_arn(o->n->key, 5), STR_LIT("role/"));
}

static struct str kind_of_principal(const struct subject *s)
{
	struct str key = s->n->key;

	if (aws_provider_is_federated(s->n))
		return STR_LIT("FederatedUser");
	switch (s->n->type) {
	case NODE_PUBLIC:
		return STR_LIT("Anonymous");
	case NODE_SERVICE:
		return STR_LIT("Service");
	default:
		break;
	}
	if (str_ends(key, STR_LIT(":root")))
		return STR_LIT("Account");
	if (str_contains_fold(key, STR_LIT(":federated-user/")))
		return STR_LIT("FederatedUser");
	return str_contains_fold(key, STR_LIT(":role/")) ||
			       str_contains_fold(key, STR_LIT(":assumed-role/"))
		       ? STR_LIT("AssumedRole")
		       : STR_LIT("User");
}

/*
 * The key without its service: "ResourceTag/k" of "aws:ResourceTag/k" and
 * "ec2:ResourceTag/k".
 */
static struct str behind_colon(struct str key)
{
	return str_skip(key, str_find_char(key, ':', 0) + 1);
}

/* A macro, so that most of the many names are told apart by their lengths in place. */
#define key_is(key, name) str_eq_fold(key, STR_LIT(name))

static bool key_begins(struct str key, const char *head, struct str *rest)
{
	struct str h = str_from(head);

	if (key.n <= h.n || !str_eq_fold(str_head(key, h.n), h))
		return false;
	*rest = str_skip(key, h.n);
	return true;
}

static bool tag_value(struct world *w, node_id n, struct str tag, struct str *out)
{
	struct segment *s = world_node_segment(w, n);
	const struct segment_pair *tags;
	uint32_t count;

	if (!s)
		return false;
	tags = segment_tags(s, world_node(w, n)->id, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (MUTANT(tag_keys_have_case,
			    !str_eq_fold(segment_str(s, tags[i].key), tag),
			    !str_eq(segment_str(s, tags[i].key), tag)))
			continue;
		*out = segment_str(s, tags[i].value);
		return true;
	}
	return false;
}

static void fact_tag(struct world *w, node_id n, struct str tag,
	struct condition_fact *out, struct arena *arena)
{
	const struct segment_entity *entity = world_entity(w, n);
	struct str value;

	if (!entity && world_node(w, n)->type == NODE_NEW)
		return; /* the request says */
	if (!entity) {
		fact_uncollected(out, world_node(w, n)->account,
			STR_LIT("tags were not collected"));
		return;
	}
	if (tag_value(w, n, tag, &value)) {
		fact_one(out, value, arena);
		return;
	}
	if (entity->tags_known) {
		out->knowledge = CONDITION_MISSING;
		return;
	}
	fact_uncollected(out, segment_info(world_node_segment(w, n))->scope,
		arena_printf(arena, "tags of '%.*s' were not collected",
			STR_ARG(world_node(w, n)->key)));
}

static void fact_organization(const struct world_organization *o, bool path,
	struct str account, struct condition_fact *out, struct arena *arena)
{
	if (o->known) {
		out->knowledge = CONDITION_MISSING;
		if (o->id.n > 0)
			fact_one(out, path ? o->path : o->id, arena);
		return;
	}
	if (o->id.n > 0 && !path) {
		fact_one(out, o->id, arena);
		return;
	}
	fact_uncollected(out, account,
		STR_LIT("the account's place in an organization was not collected"));
}

static bool caller_is_iam(const struct subject *s)
{
	return (s->n->type == NODE_ENTITY || s->n->type == NODE_FOREIGN) &&
	       !aws_provider_is_federated(s->n);
}

/* A session of a user that was federated, which bears its own name everywhere. */
static bool session_of_user(const struct subject *s)
{
	return str_eq(kind_of_principal(s), STR_LIT("FederatedUser"));
}

/* A session's id ends in its name, which the request chooses. */
static void fact_of_userid(struct world *w, const struct subject *s,
	struct condition_fact *out, struct arena *arena)
{
	struct str id = world_attribute(w, s->holder, STR_LIT("id"));
	struct str name = world_node_name(w, s->node);
	bool iam = caller_is_iam(s);

	if (iam && s->h != s->n && session_of_user(s))
		id = s->n->account;
	if (iam && s->h != s->n && id.n > 0) {
		fact_one(out,
			arena_printf(arena, "%.*s:%.*s", STR_ARG(id), STR_ARG(name)),
			arena);
		return;
	}

	if (iam && str_eq(kind_of_principal(s), STR_LIT("User")) && id.n > 0)
		fact_one(out, id, arena);
	else if (iam && str_ends(s->n->key, STR_LIT(":root")))
		fact_one(out, s->n->account, arena);
	else if (iam || s->n->type == NODE_ACCOUNT)
		out->knowledge = CONDITION_PRESENT;
}

/* Whether a service calls, or somebody whom an identity provider vouches for. */
static bool fact_of_service(const struct subject *s, struct str key,
	struct condition_fact *out, struct arena *arena)
{
	bool service = s->n->type == NODE_SERVICE;
	bool federated = aws_provider_is_federated(s->n);

	if (key_is(key, "aws:PrincipalIsAWSService")) {
		/* only signed requests carry it */
		if (s->n->type != NODE_PUBLIC && !federated)
			fact_one(
				out, service ? STR_LIT("true") : STR_LIT("false"), arena);
		return true;
	}
	if (key_is(key, "aws:PrincipalServiceName")) {
		if (service)
			fact_one(out, s->n->key, arena);
		return true;
	}
	/* its name, and those that it has in each region */
	if (key_is(key, "aws:PrincipalServiceNamesList")) {
		if (service)
			out->knowledge = CONDITION_PRESENT;
		return true;
	}
	if (key_is(key, "aws:FederatedProvider") && federated) {
		out->knowledge = CONDITION_OPEN;
		if (!aws_provider_is_stranger(s->n))
			fact_one(out, s->n->key, arena);
		return true;
	}
	return false;
}

/* Of a session the role's; a federated user has its own. */
static void fact_of_arn(
	const struct subject *s, struct condition_fact *out, struct arena *arena)
{
	if (caller_is_iam(s))
		fact_one(out, session_of_user(s) ? s->n->key : s->h->key, arena);
	else if (s->n->type == NODE_ACCOUNT)
		out->knowledge = CONDITION_PRESENT;
}

/*
 * Whether somebody may give tags to sessions of the role, which come before its own.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 */
static bool takes_tags(struct world *w, const struct subject *s)
{
	action_id tagging = catalog_action_find(STR_LIT("sts:TagSession"));
	const struct segment_entity *entity = world_entity(w, s->node);
	const struct world_document *docs;
	uint32_t count;
	struct err e;

	if (s->h != s->n || !str_contains_fold(s->n->key, STR_LIT(":role/")) ||
		tagging == CATALOG_NONE)
		return false;
	/* a trust policy that nobody read may let somebody */
	if (entity && (entity->policy_state == SEGMENT_POLICY_REFUSED ||
			      entity->policy_state == SEGMENT_POLICY_NOT_ASKED))
		return true;
	if (world_documents(&docs, &count, w, s->node, LAYER_TRUST, &e) < 0)
		return true;
	for (uint32_t i = 0; i < count; i++) {
		const struct document *d = docs[i].compiled;

		if (!d || (d->flags & DOCUMENT_INVALID))
			return true;
		for (uint32_t k = 0; k < d->statement_count; k++) {
			if (!(d->statements[k].flags & DOCUMENT_DENY) &&
				document_has_action(d, &d->statements[k], tagging))
				return true;
		}
	}
	return false;
}

/* Tags of a session come before those of its role. */
static void fact_of_tag(struct world *w, const struct subject *s, struct str tag,
	struct condition_fact *out, struct arena *arena)
{
	struct str value;

	if (s->h != s->n && tag_value(w, s->node, tag, &value))
		fact_one(out, value, arena);
	else if (takes_tags(w, s))
		out->knowledge = CONDITION_OPEN;
	else
		fact_tag(w, s->holder, tag, out, arena);
}

/* Keys of temporary credentials: how somebody came by them. */
static bool is_of_credentials(struct str key)
{
	return key_is(key, "aws:TokenIssueTime") ||
	       key_is(key, "aws:MultiFactorAuthPresent") ||
	       key_is(key, "aws:MultiFactorAuthAge");
}

/* Keys that only come with a role that was assumed, by somebody or by an instance. */
static bool is_of_assumed_role(struct str key)
{
	return key_is(key, "aws:SourceIdentity") ||
	       key_is(key, "aws:FederatedProvider") ||
	       key_is(key, "ec2:SourceInstanceARN") || key_is(key, "ec2:RoleDelivery") ||
	       key_is(key, "aws:Ec2InstanceSourceVpc") ||
	       key_is(key, "aws:Ec2InstanceSourcePrivateIPv4") ||
	       key_is(key, "lambda:SourceFunctionArn") ||
	       key_is(key, "glue:RoleAssumedBy") ||
	       key_is(key, "glue:CredentialIssuingService");
}

/*
 * Who has no credentials has none of their keys. Those of a role are always temporary;
 * of a user they may be, so that its keys are open.
 */
static bool fact_of_credentials(
	const struct subject *s, struct str key, struct condition_fact *out)
{
	struct str type = kind_of_principal(s);
	bool nobody = s->n->type == NODE_PUBLIC || aws_provider_is_federated(s->n);
	bool person = str_eq(type, STR_LIT("User")) || str_eq(type, STR_LIT("Account"));

	if (is_of_credentials(key)) {
		if (nobody)
			return true;
		out->knowledge = CONDITION_OPEN;
		if (str_eq(type, STR_LIT("AssumedRole")) &&
			key_is(key, "aws:TokenIssueTime"))
			out->knowledge = CONDITION_PRESENT;
		return true;
	}
	/* who is in an account that nobody collected may be a role */
	return is_of_assumed_role(key) &&
	       (nobody || (person && s->n->type == NODE_ENTITY));
}

static bool fact_of_principal(struct world *w, const struct subject *s, struct str key,
	struct condition_fact *out, struct arena *arena)
{
	struct str tag;
	bool iam = caller_is_iam(s);
	/* a call with the word of an identity provider alone is nobody's yet */
	struct str account =
		iam || s->n->type == NODE_ACCOUNT ? s->n->account : (struct str){ 0 };

	out->knowledge = CONDITION_MISSING;
	if (key_is(key, "aws:PrincipalType")) {
		fact_one(out, kind_of_principal(s), arena);
		return true;
	}
	if (key_is(key, "aws:PrincipalArn")) {
		fact_of_arn(s, out, arena);
		return true;
	}
	/* aws:SourceOwner: what default policies of topics ask for */
	if (key_is(key, "aws:PrincipalAccount") || key_is(key, "kms:CallerAccount") ||
		(key_is(key, "aws:SourceOwner") && s->n->type != NODE_SERVICE)) {
		if (account.n > 0)
			fact_one(out, account, arena);
		return true;
	}
	if (key_is(key, "aws:PrincipalOrgID") || key_is(key, "aws:PrincipalOrgPaths")) {
		if (account.n > 0)
			fact_organization(
				s->organization, out->multivalued, account, out, arena);
		return true;
	}
	if (key_begins(key, "aws:PrincipalTag/", &tag)) {
		if (iam)
			fact_of_tag(w, s, tag, out, arena);
		return true;
	}
	if (key_is(key, "aws:username")) {
		if (s->n->type == NODE_ACCOUNT)
			out->knowledge = CONDITION_OPEN;
		else if (iam && str_eq(kind_of_principal(s), STR_LIT("User")))
			fact_one(out, world_node_name(w, s->node), arena);
		return true;
	}
	if (key_is(key, "aws:userid")) {
		fact_of_userid(w, s, out, arena);
		return true;
	}
	return fact_of_service(s, key, out, arena) || fact_of_credentials(s, key, out);
}

/* The region of the key ("arn:p:s:REGION:a:r"), or empty. */
static struct str region_of(struct str key)
{
	size_t from = 0;

	for (int k = 0; k < 3; k++)
		from = str_find_char(key, ':', from) + 1;
	if (from > key.n)
		return (struct str){ 0 };
	return (struct str){ key.p + from, str_find_char(key, ':', from) - from };
}

/* Whether the key is an ARN of the service. */
static bool of_service(struct str key, const char *service)
{
	size_t from = str_find_char(key, ':', 0) + 1;

	from = str_find_char(key, ':', from) + 1;
	if (from > key.n)
		return false;
	key = str_skip(key, from);
	return str_eq(str_head(key, str_find_char(key, ':', 0)), str_from(service));
}

/*
 * Requests for what has no region go where the service is: IAM to one region per
 * partition. A role is asked for by STS too, which is everywhere.
 * https://docs.aws.amazon.com/general/latest/gr/iam-service.html
 */
static struct str region_of_request(struct world *w, const struct object *o)
{
	struct str key = o->n->key, region = region_of(key);

	if (region.n > 0)
		return region;
	if (of_service(key, "iam")) {
		if (str_contains_fold(key, STR_LIT(":role/")))
			return region;
	} else if (of_service(key, "s3")) {
		return world_attribute(w, o->node, STR_LIT("region"));
	} else {
		return region;
	}
	if (str_starts(key, STR_LIT("arn:aws:")))
		return STR_LIT("us-east-1");
	if (str_starts(key, STR_LIT("arn:aws-cn:")))
		return STR_LIT("cn-north-1");
	return str_starts(key, STR_LIT("arn:aws-us-gov:")) ? STR_LIT("us-gov-west-1")
							   : region;
}

/*
 * The tag that a key asks for: "aws:ResourceTag/k", "ec2:ResourceTag/k",
 * "s3:BucketTag/k", "rds:db-tag/k".
 */
static bool tag_of_resource(struct str key, const struct object *o, struct str *tag)
{
	struct str bare = behind_colon(key);

	if (key_begins(bare, "ResourceTag/", tag))
		return true;
	if (of_service(o->n->key, "s3"))
		return key_begins(key, "s3:BucketTag/", tag);
	return (key_begins(key, "rds:db-tag/", tag) &&
		       str_contains_fold(o->n->key, STR_LIT(":db:"))) ||
	       (key_begins(key, "rds:cluster-tag/", tag) &&
		       str_contains_fold(o->n->key, STR_LIT(":cluster:")));
}

/* Keys that only what comes through an access point carries. */
static bool fact_of_way(struct world *w, const struct object *o, struct str key,
	struct condition_fact *out, struct arena *arena)
{
	struct str origin;
	node_id way;
	struct err e;

	if (!o->through)
		return false;
	if (key_is(key, "s3:DataAccessPointArn")) {
		fact_one(out, o->through->key, arena);
		return true;
	}
	if (key_is(key, "s3:DataAccessPointAccount")) {
		fact_one(out, o->through->account, arena);
		return true;
	}
	if (!key_is(key, "s3:AccessPointNetworkOrigin") ||
		world_node_of_key(&way, w, o->through->key, &e) < 0)
		return false;
	origin = world_attribute(w, way, STR_LIT("network-origin"));
	if (origin.n > 0)
		fact_one(out, origin, arena);
	return origin.n > 0;
}

static bool fact_of_resource(struct world *w, const struct object *o, struct str key,
	struct condition_fact *out, struct arena *arena)
{
	struct str tag, region;

	out->knowledge = CONDITION_OPEN;
	if (key_is(key, "aws:ResourceAccount") || key_is(key, "s3:ResourceAccount")) {
		if (o->n->account.n > 0)
			fact_one(out, o->n->account, arena);
		else
			fact_uncollected(out, o->n->key,
				STR_LIT("the account of the resource is not known"));
		return true;
	}
	if (key_is(key, "aws:ResourceOrgID") || key_is(key, "aws:ResourceOrgPaths")) {
		fact_organization(
			o->organization, out->multivalued, o->n->account, out, arena);
		return true;
	}
	if (tag_of_resource(key, o, &tag)) {
		/*
		 * Buckets take part only where attribute-based control was switched on.
		 */
		if (!of_service(o->n->key, "s3") || region_of(o->n->key).n > 0 ||
			key_is(world_attribute(w, o->node, STR_LIT("abac")), "enabled"))
			fact_tag(w, o->node, tag, out, arena);
		return true;
	}
	if (key_is(key, "aws:RequestedRegion")) {
		region = region_of_request(w, o);
		out->knowledge = CONDITION_PRESENT;
		if (region.n > 0 && !str_eq(region, STR_LIT("*")))
			fact_one(out, region, arena);
		return true;
	}
	return false;
}

static bool fact_of_context(
	struct world *w, struct str key, struct condition_fact *out, struct arena *arena)
{
	const struct world_context *c = world_context(w);
	struct str *values;
	uint32_t count = 0;

	if (c->count == 0)
		return false;
	values = ARENA_NEW_ARRAY(arena, struct str, c->count);
	for (uint32_t i = 0; i < c->count; i++) {
		if (str_eq_fold(c->keys[i], key))
			values[count++] = c->values[i];
	}
	if (count == 0)
		return false;
	out->knowledge = CONDITION_KNOWN;
	out->values = values;
	out->value_count = count;
	return true;
}

/*
 * The claims of a token have the name of who issued it in front: those of another issuer
 * are in no call of this one. "oidc.example.com/id/1:sub", "saml:aud".
 */
static bool claim_of_another(const struct node *n, struct str key)
{
	struct str issuer = n->key, head;
	size_t colon = key.n;

	if (!aws_provider_is_federated(n))
		return false;
	while (colon > 0 && key.p[colon - 1] != ':')
		colon--;
	head = str_head(key, colon > 0 ? colon - 1 : 0);
	if (str_starts(issuer, STR_LIT("arn:")))
		issuer = str_skip(issuer, str_find_char(issuer, '/', 0) + 1);
	if (str_eq_fold(head, STR_LIT("saml")))
		return !str_contains_fold(n->key, STR_LIT(":saml-provider/"));
	return str_find_char(head, '.', 0) < head.n && !str_eq_fold(head, issuer);
}

/*
 * Claims of a token that a caller from elsewhere shows: the subject is in its name, the
 * others the request says. Those of issuers of which it has no token are in no call.
 */
static bool fact_of_token(struct world *w, const struct subject *s, struct str key,
	struct condition_fact *out, struct arena *arena)
{
	struct str tokens[TOKEN_MAX], subject;
	uint32_t count;
	size_t colon = key.n;

	if (!aws_provider_is_stranger(s->n))
		return false;
	while (colon > 0 && key.p[colon - 1] != ':')
		colon--;
	if (colon == 0 || str_find_char(key, '.', 0) >= colon - 1)
		return false;
	out->knowledge = CONDITION_MISSING;
	count = token_list(tokens, w, s->node);
	for (uint32_t i = 0; i < count; i++) {
		if (!token_subject(&subject, tokens[i], str_head(key, colon - 1)))
			continue;
		out->knowledge = CONDITION_OPEN;
		if (str_eq_fold(str_skip(key, colon), STR_LIT("sub")))
			fact_one(out, subject, arena);
	}
	return true;
}

/* What the caller's kind tells, where it is nobody whom AWS knows. */
static bool fact_of_anonymous(const struct subject *s, const struct object *o,
	struct str key, struct condition_fact *out, struct arena *arena)
{
	if (!is_anonymous(s, o))
		return false;
	if (key_is(key, "aws:PrincipalType"))
		fact_one(out, STR_LIT("Anonymous"), arena);
	else if (key_is(key, "aws:FederatedProvider"))
		out->knowledge = CONDITION_MISSING;
	else
		return false;
	return true;
}

static bool always_present(struct str key)
{
	return key_is(key, "aws:CurrentTime") || key_is(key, "aws:EpochTime") ||
	       key_is(key, "aws:SecureTransport") || key_is(key, "aws:UserAgent") ||
	       key_is(key, "aws:ViaAWSService");
}

/* Keys that only calls made by a service on its own behalf carry. */
static bool only_from_services(struct str key)
{
	return key_is(key, "aws:SourceArn") || key_is(key, "aws:SourceAccount") ||
	       key_is(key, "aws:SourceOrgID") || key_is(key, "aws:SourceOrgPaths");
}

static bool multivalued(struct str key)
{
	return key_is(key, "aws:TagKeys") || key_is(key, "aws:CalledVia") ||
	       key_is(key, "aws:PrincipalOrgPaths") ||
	       key_is(key, "aws:ResourceOrgPaths") || key_is(key, "aws:SourceOrgPaths") ||
	       key_is(key, "aws:VpceOrgPaths") ||
	       key_is(key, "aws:PrincipalServiceNamesList");
}

static void fact_of_request(
	const struct subject *subject, struct str key, struct condition_fact *out)
{
	if (always_present(key))
		out->knowledge = CONDITION_PRESENT;
	else if ((only_from_services(key) && subject->n->type != NODE_SERVICE) ||
		 claim_of_another(subject->n, key))
		out->knowledge = CONDITION_MISSING;
	else
		out->knowledge = CONDITION_OPEN;
}

void aws_provider_look_up(struct world *w, const struct subject *subject,
	const struct object *object, struct str key, struct condition_fact *out,
	struct arena *arena)
{
	struct str name;

	*out = (struct condition_fact){ .knowledge = CONDITION_OPEN };
	out->multivalued = multivalued(key);
	out->single = !out->multivalued && key_begins(key, "aws:", &name);
	if (fact_of_context(w, key, out, arena))
		return;
	if (key_is(key, "kms:CallerAccount") && !of_service(object->n->key, "kms") &&
		!of_service(object->n->key, "account")) {
		out->knowledge = CONDITION_MISSING;
		return;
	}
	if (fact_of_token(w, subject, key, out, arena) ||
		fact_of_anonymous(subject, object, key, out, arena))
		return;
	/* a list may ask this of each resource: first what tells one from another */
	if (!fact_of_way(w, object, key, out, arena) &&
		!fact_of_resource(w, object, key, out, arena) &&
		!fact_of_principal(w, subject, key, out, arena))
		fact_of_request(subject, key, out);
	if (world_context(w)->complete &&
		(out->knowledge == CONDITION_OPEN || out->knowledge == CONDITION_PRESENT))
		out->knowledge = CONDITION_MISSING;
}
