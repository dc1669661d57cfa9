#include "reachability/aws_provider.h"
#include "base/mutant.h"
#include "reachability/aws_vocabulary.h"

#include "reachability/aws_bucket.h"
#include "reachability/aws_carried.h"
#include "reachability/aws_compute.h"
#include "reachability/aws_custody.h"
#include "reachability/aws_delegation.h"
#include "reachability/aws_key.h"
#include "reachability/aws_naming.h"
#include "reachability/subject.h"

bool aws_provider_is_stranger(const struct node *n)
{
	return provider_of_key(n->key) != &aws_provider;
}

bool aws_provider_is_federated(const struct node *n)
{
	return aws_provider_is_stranger(n) || n->type == NODE_FEDERATED ||
	       aws_naming_is_provider(n->key, "saml-provider/") ||
	       aws_naming_is_provider(n->key, "oidc-provider/");
}

static bool owns_key(struct str key)
{
	return str_starts(key, STR_LIT("arn:")) || str_eq(key, STR_LIT("public")) ||
	       aws_naming_is_login(key) || str_ends(key, STR_LIT(".amazonaws.com"));
}

static enum node_type read_key(struct str key, struct str *account)
{
	struct str rest = aws_naming_arn(key, 5), service = aws_naming_arn(key, 2);

	*account = aws_naming_arn(key, 4);
	if (str_eq(key, STR_LIT("public"))) {
		*account = (struct str){ 0 };
		return NODE_PUBLIC;
	}
	if (!str_starts(key, STR_LIT("arn:"))) {
		*account = (struct str){ 0 };
		if (aws_naming_is_login(key))
			return NODE_FEDERATED;
		return str_ends(key, STR_LIT(".amazonaws.com")) ? NODE_SERVICE
								: NODE_RESOURCE;
	}
	/* an origin access identity: CloudFront, as the user of an account of its own */
	if (str_eq(service, STR_LIT("iam")) && str_eq(*account, STR_LIT("cloudfront"))) {
		*account = (struct str){ 0 };
		return NODE_SERVICE;
	}
	if (str_eq(service, STR_LIT("iam")) &&
		(str_starts(rest, STR_LIT("user/")) ||
			str_starts(rest, STR_LIT("role/")) ||
			str_eq(rest, STR_LIT("root"))))
		return NODE_FOREIGN;
	if (aws_naming_is_provider(key, "saml-provider/") ||
		aws_naming_is_provider(key, "oidc-provider/"))
		return NODE_FEDERATED;
	if (str_eq(service, STR_LIT("account")))
		return NODE_ACCOUNT;
	return NODE_RESOURCE;
}

/*
 * Kinds that carry a resource policy. Source: the "resource-based policies" column of
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
 */
static const char *const policy_kinds[] = {
	"aws:s3:bucket",
	"aws:s3:accesspoint",
	"aws:s3:multiregionaccesspoint",
	"aws:s3-object-lambda:objectlambdaaccesspoint",
	"aws:sqs:queue",
	"aws:sns:topic",
	"aws:lambda:function",
	"aws:lambda:layer",
	"aws:secretsmanager:secret",
	"aws:dynamodb:table",
	"aws:ecr:repository",
	"aws:ecr-public:repository",
	"aws:elasticfilesystem:file-system",
	"aws:execute-api:api",
	"aws:events:event-bus",
	"aws:kinesis:stream",
	"aws:kafka:cluster",
	"aws:es:domain",
	"aws:backup:backupvault",
	"aws:glacier:vault",
	"aws:logs:log-group",
	"aws:glue:catalog",
	"aws:glue:rootcatalog",
	"aws:codebuild:project",
	"aws:codeartifact:repository",
	"aws:codeartifact:domain",
	"aws:acm-pca:certificate-authority",
	"aws:mediastore:container",
	"aws:ssm-incidents:response-plan",
	"aws:vpc-lattice:service",
	"aws:s3express:bucket",
	"aws:s3express:accesspoint",
	"aws:s3tables:tablebucket",
	"aws:s3-outposts:bucket",
	"aws:s3-outposts:accesspoint",
	"aws:ses:identity",
	"aws:ram:resource-share",
	"aws:organizations:organization",
	"aws:organizations:resourcepolicy",
	"aws:iam:role",
	"aws:kms:key",
	NULL,
};

static bool carries_policy(struct str kind)
{
	for (size_t i = 0; policy_kinds[i]; i++) {
		/* most differ in their last letters */
		if (strncmp(policy_kinds[i], kind.p, kind.n) == 0 &&
			policy_kinds[i][kind.n] == '\0')
			return true;
	}
	return false;
}

static bool assume_action(struct str name)
{
	return str_starts(name, STR_LIT("sts:AssumeRole")) ||
	       str_eq(name, STR_LIT("sts:TagSession")) ||
	       str_eq(name, STR_LIT("sts:SetSourceIdentity")) ||
	       str_eq(name, STR_LIT("sts:SetContext"));
}

static enum provider_policy policy(
	kind_id kind, action_id action, enum record_layer *layer)
{
	struct str name =
		kind != CATALOG_NONE ? catalog_kind_name(kind) : (struct str){ 0 };

	*layer = LAYER_RESOURCE;
	if (str_eq(name, STR_LIT("aws:iam:role"))) {
		if (!assume_action(catalog_action_get(action).name))
			return POLICY_NEVER;
		*layer = LAYER_TRUST;
		return POLICY_REQUIRED;
	}
	if (str_eq(name, STR_LIT("aws:kms:key")))
		return POLICY_REQUIRED;
	/* Organizations has one policy, that of the organization, about all of it */
	if (aws_delegation_governs(kind))
		return aws_delegation_caller(action) == CALLER_DELEGATE ? POLICY_OPTIONAL
									: POLICY_NEVER;
	return carries_policy(name) ? POLICY_OPTIONAL : POLICY_NEVER;
}

/* The format with partition and account in their places, where it leaves them open. */
static struct str new_key(struct str format, struct str account, struct str account_key,
	struct arena *arena)
{
	struct str partition = aws_naming_arn(format, 1), own = aws_naming_arn(format, 4);
	struct str home = aws_naming_arn(account_key, 1), middle;
	size_t head;

	if (!str_starts(format, STR_LIT("arn:")) || !own.p)
		return format;
	head = (size_t)(partition.p - format.p) + partition.n;
	middle = str_head(str_skip(format, head), (size_t)(own.p - format.p) - head);
	if (!str_eq(partition, STR_LIT("*")) || home.n == 0)
		home = partition;
	if (!str_eq(own, STR_LIT("*")))
		account = own;
	return arena_printf(arena, "arn:%.*s%.*s%.*s:%.*s", STR_ARG(home),
		STR_ARG(middle), STR_ARG(account), STR_ARG(aws_naming_arn(format, 5)));
}

/*
 * A federated user has nothing of its own user without a policy of its session.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
 */
static bool session_needs_policy(struct str key)
{
	return str_starts(aws_naming_arn(key, 5), STR_LIT("federated-user/"));
}

static void prepare_object(struct world *w, struct object *object)
{
	aws_bucket_prepare(w, object);
	aws_key_prepare(w, object);
	aws_delegation_prepare(w, object);
}

/* --- ceilings --- */

/*
 * SCPs do not bind the management account, service-linked roles, services and anonymous
 * callers.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
 */
static bool scps_bind(const struct subject *s)
{
	return (s->n->type == NODE_ENTITY || s->n->type == NODE_FOREIGN) &&
	       !aws_provider_is_federated(s->n) &&
	       !MUTANT(scp_binds_service_roles, s->linked, false) &&
	       !MUTANT(scp_binds_management, s->organization->exempt, false);
}

/*
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
 */
static bool rcps_bind(const struct subject *subject, const struct object *object)
{
	return !subject->linked && !object->unceiled &&
	       !MUTANT(rcp_binds_management, object->organization->exempt, false);
}

static bool rcps_cover(action_id action)
{
	uint32_t service = catalog_action_service(action);

	return MUTANT(rcp_covers_all, catalog_service_has_rcp(service), true) &&
	       !str_eq(catalog_action_get(action).name, STR_LIT("kms:RetireGrant"));
}

/* --- the decision --- */

/* What a resource's policy that we do not have might say. */
static expr policy_unread(
	struct expr_pool *pool, const struct provider_parts *p, bool may_deny)
{
	const struct object *o = p->object;
	struct buf what = { 0 };
	expr x;

	if (p->policy == POLICY_NEVER || MUTANT(refused_policy_as_none, false, true) ||
		!(o->policy_state == SEGMENT_POLICY_REFUSED ||
			(o->policy_state == SEGMENT_POLICY_NOT_ASKED && p->strict)))
		return EXPR_FALSE;
	if (p->caller != CALLER_ANY)
		return aws_delegation_unread(pool, p, may_deny);
	buf_printf(&what, "%s policy of '%.*s' %s%s",
		p->policy_layer == LAYER_TRUST ? "trust" : "resource", STR_ARG(o->n->key),
		o->policy_invalid ? "is not valid" : "was not collected",
		may_deny ? WORLD_MAY_DENY : "");
	x = expr_unknown(
		pool, o->n->account.n > 0 ? o->n->account : o->n->key, buf_str(&what));
	buf_release(&what);
	return x;
}

/*
 * Calls that carry no signature but the word of an identity provider: web identities and
 * SAML assertions have an action of their own each, which nobody else can use. Somebody
 * from another cloud may come with a token, or as everybody may.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
static bool may_call(const struct node *n, action_id action)
{
	struct str name = catalog_action_get(action).name;
	bool web = str_eq(name, STR_LIT("sts:AssumeRoleWithWebIdentity"));
	bool saml = str_eq(name, STR_LIT("sts:AssumeRoleWithSAML"));

	if (MUTANT(anybody_calls_by_token, false, true))
		return true;
	if (aws_provider_is_stranger(n))
		return true;
	if (!aws_provider_is_federated(n))
		return !(web || saml) || n->type == NODE_PUBLIC;
	if (aws_naming_is_provider(n->key, "saml-provider/") ? web : saml)
		return false;
	return web || saml || str_eq(name, STR_LIT("sts:TagSession")) ||
	       str_eq(name, STR_LIT("sts:SetSourceIdentity"));
}

/* Whether the call is one that an identity provider of the kind vouches for. */
static bool is_by_token(action_id action)
{
	struct str name = catalog_action_get(action).name;

	return str_eq(name, STR_LIT("sts:AssumeRoleWithWebIdentity")) ||
	       str_eq(name, STR_LIT("sts:TagSession")) ||
	       str_eq(name, STR_LIT("sts:SetSourceIdentity"));
}

/* Somebody of another cloud: whatever everybody may, and what a token lets in to. */
static expr stranger_grant(
	struct expr_pool *pool, const struct provider_parts *p, expr unread)
{
	bool vouched = p->policy_layer == LAYER_TRUST && is_by_token(p->action);
	expr x = expr_or(pool, p->resource[MATCH_ANYONE], unread);

	return vouched ? expr_or(pool, x, p->resource[MATCH_SELF]) : x;
}

/*
 * `unread`: what a policy that we do not have may grant. It lets in anybody, which a
 * question about one pair tells; a list would name everybody. There it counts where the
 * account's own policies give what the resource's policy has to consent to.
 */
static expr grant(struct expr_pool *pool, const struct provider_parts *p, expr unread)
{
	const struct subject *s = p->subject;
	bool root = (s->n->flags & ENTITY_ROOT) != 0;
	bool trust = p->policy_layer == LAYER_TRUST;
	expr identity = MUTANT(boundary_grants, expr_and(pool, p->identity, p->boundary),
		s->bounded ? expr_or(pool, p->identity, p->boundary) : p->identity);
	expr named = expr_or(pool, p->resource[MATCH_ANYONE],
		expr_or(pool, p->resource[MATCH_SELF], p->resource[MATCH_ROLE]));
	expr whoever = p->strict ? unread : EXPR_FALSE;

	if (trust && !may_call(s->n, p->action))
		return EXPR_FALSE;
	if (aws_provider_is_stranger(s->n))
		return stranger_grant(pool, p, whoever);
	if (aws_provider_is_federated(s->n))
		return !trust ? EXPR_FALSE
			      : expr_or(pool,
					expr_or(pool, p->resource[MATCH_SELF],
						p->resource[MATCH_ANYONE]),
					whoever);
	switch (s->n->type) {
	case NODE_PUBLIC:
		return expr_or(pool, p->resource[MATCH_ANYONE], whoever);
	case NODE_SERVICE:
		return expr_or(pool,
			expr_or(pool, p->resource[MATCH_SELF], p->resource[MATCH_ANYONE]),
			whoever);
	default:
		break;
	}
	/* A root user cannot assume roles; its own side of all else it has. */
	if (root && trust)
		return MUTANT(root_assumes_roles, EXPR_FALSE, named);
	if (MUTANT(root_needs_policies, root, false))
		identity = EXPR_TRUE;
	if (!p->same_account || aws_delegation_asks(p)) {
		expr consent = expr_or(pool,
			expr_or(pool, named,
				MUTANT(account_named_is_nobody,
					p->resource[MATCH_ACCOUNT], EXPR_FALSE)),
			whoever);

		return MUTANT(accounts_or, expr_and(pool, identity, consent),
			expr_or(pool, identity, consent));
	}
	named = expr_or(pool, p->resource[MATCH_SELF],
		expr_or(pool, p->resource[MATCH_ANYONE],
			expr_and(pool, p->resource[MATCH_ROLE], p->boundary)));
	named = expr_or(pool, named, whoever);
	named = MUTANT(trust_of_account_suffices, named,
		trust ? expr_or(pool, named, p->resource[MATCH_ACCOUNT]) : named);
	if (MUTANT(key_without_key_policy, p->policy == POLICY_REQUIRED, trust))
		identity = expr_and(pool, identity,
			expr_or(pool, p->resource[MATCH_ACCOUNT], unread));
	return MUTANT(one_account_and, expr_or(pool, identity, named),
		expr_and(pool, identity, named));
}

/*
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
static expr combine(struct expr_pool *pool, const struct provider_parts *p)
{
	expr unread = policy_unread(pool, p, false);
	expr x = grant(pool, p, unread);
	expr deny = p->deny;

	x = expr_or(pool, x, aws_key_grants(pool, p));
	if (x == EXPR_FALSE || provider_bars(p))
		return EXPR_FALSE;
	if (p->object->policy_state == SEGMENT_POLICY_REFUSED)
		deny = expr_or(pool, deny, policy_unread(pool, p, true));
	x = expr_and(pool, x, aws_delegation_limit(pool, p));
	x = expr_and(pool, x, expr_and(pool, p->scps, p->rcps));
	return expr_and(pool, x, expr_not(pool, deny));
}

/* "com.amazonaws.eu-west-1.s3": what is behind the region, where actions say it else. */
static bool endpoint_serves(struct str service, action_id action)
{
	static const char *const named[][2] = { { "ecr.api", "ecr" },
		{ "ecr.dkr", "ecr" }, { "monitoring", "cloudwatch" },
		{ "kinesis-streams", "kinesis" }, { "kinesis-firehose", "firehose" },
		{ "git-codecommit", "codecommit" }, { "sagemaker.api", "sagemaker" },
		{ "sagemaker.runtime", "sagemaker" }, { "sync-states", "states" },
		{ "dynamodb-streams", "dynamodb" }, { "s3-global.accesspoint", "s3" },
		{ "email-smtp", "ses" }, { "email", "ses" } };
	struct str rest = service, of = catalog_action_get(action).service;

	/* it is of some service, which nobody said */
	if (service.n == 0)
		return true;
	for (int i = 0; i < 3; i++)
		rest = str_skip(rest, str_find_char(rest, '.', 0) + 1);
	if (str_ends(rest, STR_LIT("-fips")))
		rest.n -= 5;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (str_eq(rest, str_from(named[i][0])))
			return str_eq(of, str_from(named[i][1]));
	}
	return str_eq(of, rest);
}

/*
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
static bool needs_own(const struct node *n)
{
	return n->type == NODE_ENTITY && !(n->flags & ENTITY_ROOT) &&
	       !aws_provider_is_federated(n);
}

static const char *const power_actions[] = { "iam:PutRolePolicy", "iam:AttachRolePolicy",
	"iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:CreatePolicyVersion", NULL };

static const struct provider_assumption assumptions[] = {
	{ { "sts:AssumeRole", 14 }, { "sts-001", 7 }, false },
	{ { "sts:AssumeRoleWithWebIdentity", 29 }, { "sts-web-identity", 16 }, true },
	{ { "sts:AssumeRoleWithSAML", 22 }, { "sts-saml", 8 }, true },
};

static struct str any_identity(struct str account, struct arena *arena)
{
	return arena_printf(arena, "arn:aws:iam::%.*s:role/*", STR_ARG(account));
}

/* Keys of the caller that all of an account share. */
static bool tells_apart(struct str key)
{
	static const char *const shared[] = { "aws:PrincipalOrgID",
		"aws:PrincipalOrgPaths", "aws:PrincipalAccount", "kms:CallerAccount",
		"aws:PrincipalIsAWSService", "aws:PrincipalServiceName",
		"aws:PrincipalServiceNamesList" };

	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		if (str_eq_fold(key, str_from(shared[i])))
			return false;
	}
	return true;
}

const struct provider aws_provider = {
	.name = { "aws", 3 },
	.owns_key = owns_key,
	.read_key = read_key,
	.policy = policy,
	.policy_kinds = policy_kinds,
	.has_grants = aws_key_has_grants,
	/* https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
	.free_action = { "sts:GetCallerIdentity", 21 },
	.custody_of = aws_custody_of,
	.custody_bars = aws_custody_bars,
	.caller = aws_delegation_caller,
	.refusal = aws_delegation_refusal,
	.account_of = aws_delegation_account,
	.takes_unbound = aws_delegation_takes_unbound,
	.governor = aws_delegation_governor,
	.prepare_object = prepare_object,
	.prepares = aws_bucket_prepares,
	.match = aws_naming_match,
	.sessions = aws_naming_sessions,
	.look_up = aws_provider_look_up,
	.key_tells = aws_carried_tells,
	.may_carry = aws_carried_may,
	.check_key = aws_vocabulary_check,
	.tells_apart = tells_apart,
	.voids = aws_bucket_voids,
	.group_kind = { "aws:iam:group", 13 },
	.session_needs_policy = session_needs_policy,
	.scps_bind = scps_bind,
	.rcps_bind = rcps_bind,
	.rcps_cover = rcps_cover,
	.combine = combine,
	.principal_texts = aws_naming_texts,
	.needs_own = needs_own,
	.any_identity = any_identity,
	.principal_node = aws_naming_node,
	.is_federated = aws_provider_is_federated,
	.may_call = may_call,
	.works_as = aws_compute_works_as,
	.new_key = new_key,
	.assumptions = assumptions,
	.assigned = { "arn:*:identitystore:*", 21 },
	.assigned_rule = { "sso-assignment", 14 },
	.assumption_count = sizeof(assumptions) / sizeof(assumptions[0]),
	.endpoint_kind = { "aws:ec2:vpc-endpoint", 20 },
	.endpoint_key = { "aws:SourceVpce", 14 },
	.network_key = { "aws:SourceVpc", 13 },
	.endpoint_serves = endpoint_serves,
	.power_actions = power_actions,
};
