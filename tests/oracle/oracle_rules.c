/*
 * The oracle on worlds so small that AWS's documents say the answer. Each row names its
 * rule; all are in https://docs.aws.amazon.com/IAM/latest/UserGuide/ unless a row says
 * otherwise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "oracle.h"
#include "recorder.h"

#define A     "111111111111"
#define B     "222222222222"
#define M     "333333333333"
#define U     "arn:aws:iam::" A ":user/u"
#define R     "arn:aws:iam::" A ":role/r"
#define LINK  "arn:aws:iam::" A ":role/aws-service-role/x.amazonaws.com/l"
#define KEPT  "arn:aws:iam::" A ":role/aws-reserved/sso.amazonaws.com/k"
#define ROOT  "arn:aws:iam::" A ":root"
#define V     "arn:aws:iam::" B ":user/v"
#define MU    "arn:aws:iam::" M ":user/m"
#define FN    "arn:aws:lambda:eu-west-1:" A ":function:f"
#define S     "s.amazonaws.com"
#define IDP   "arn:aws:iam::" A ":oidc-provider/idp.example"
#define CORP  "arn:aws:iam::" A ":saml-provider/corp"
#define FAR   "arn:aws:iam::444444444444:user/far"
#define BKT   "arn:aws:s3:::b"
#define QUEUE "arn:aws:sqs:eu-west-1:" A ":q"
#define KEY   "arn:aws:kms:eu-west-1:" A ":key/k"
#define ACCT  "arn:aws:account::" A ":account"
#define ALLOW(action, resource)                                                          \
	"{'Effect':'Allow','Action':'" action "','Resource':'" resource "'}"
#define DENY(action, resource)                                                           \
	"{'Effect':'Deny','Action':'" action "','Resource':'" resource "'}"
#define WHEN(effect, action, condition)                                                  \
	"{'Effect':'" effect "','Action':'" action                                       \
	"','Resource':'*','Condition':" condition "}"
#define GIVE(who, action)                                                                \
	"{'Effect':'Allow','Principal':" who ",'Action':'" action "','Resource':'*'}"
#define REFUSE(element, who)                                                             \
	"{'Effect':'Deny','" element "':" who ",'Action':'*','Resource':'*'}"
#define TRUST(who) "{'Effect':'Allow','Principal':" who ",'Action':'sts:AssumeRole'}"
#define LOGIN(call, who)                                                                 \
	"{'Effect':'Allow','Principal':{'Federated':'" who                               \
	"'},'Action':'sts:AssumeRoleWith" call "'}"
#define AWS(who) "{'AWS':'" who "'}"
#define ALL      ALLOW("*", "*")

struct world {
	/* Statements; NULL: no such policy. "missing": one that was not collected. */
	const char *identity, *group, *boundary, *resource, *trust, *root_scp,
		*account_scp, *rcp, *grant;
};

struct row {
	const char *rule;
	struct world world;
	const char *who, *action, *what;
	enum oracle_verdict expected;
};

/* clang-format off */
static const struct row rows[] = {
	{ "evaluation-logic: nothing allows, so it is denied implicitly", { 0 },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "evaluation-logic: an identity policy allows", { .identity = ALLOW("sqs:SendMessage", QUEUE) },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "evaluation-logic: an explicit deny ends it", { .identity = ALL "," DENY("sqs:*", "*") },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "id_groups: a user has what its group has", { .group = ALL },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "elements_action: names compare without case, * and ? are wildcards", { .identity = ALLOW("SQS:send?essag*", "*") },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "elements_notaction: all but these", { .identity = "{'Effect':'Allow','NotAction':'iam:*','Resource':'*'}" },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "elements_notaction: these not", { .identity = "{'Effect':'Allow','NotAction':'sqs:*','Resource':'*'}" },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "elements_notresource: all but these", { .identity = "{'Effect':'Allow','Action':'*','NotResource':'" QUEUE "'}" },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "elements_resource: keys have case", { .identity = ALLOW("*", "arn:aws:sqs:eu-west-1:" A ":Q") },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "elements_resource: a star crosses colons", { .identity = ALLOW("*", "arn:aws:sqs:*:q") },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "service authorization reference: no resource type, so only * will do", { .identity = ALLOW("sqs:ListQueues", "arn:aws:sqs:*") },
		U, "sqs:ListQueues", ACCT, ORACLE_DENIED },
	{ "service authorization reference: * will do", { .identity = ALLOW("sqs:ListQueues", "*") },
		U, "sqs:ListQueues", ACCT, ORACLE_ALLOWED },
	{ "s3 actions on objects: some object", { .identity = ALLOW("s3:GetObject", BKT "/a*") "," DENY("s3:GetObject", BKT "/*a") },
		U, "s3:GetObject", BKT, ORACLE_ALLOWED },
	{ "s3 actions on objects: the denies cover every allowed one", { .identity = ALLOW("s3:GetObject", BKT "/a*b") "," DENY("s3:GetObject", BKT "/a*") },
		U, "s3:GetObject", BKT, ORACLE_DENIED },
	{ "s3 actions on objects: a bucket's key grants no object", { .identity = ALLOW("s3:*", BKT) },
		U, "s3:GetObject", BKT, ORACLE_DENIED },
	{ "access_policies_boundaries: both must allow", { .identity = ALL, .boundary = ALLOW("s3:*", "*") },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "access_policies_boundaries: a boundary grants nothing", { .boundary = ALL },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "evaluation-logic: a resource policy alone suffices in the account", { .resource = GIVE(AWS(U), "sqs:*") },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "access_policies_boundaries: a policy that names the user is not cut", { .resource = GIVE(AWS(U), "sqs:*"), .boundary = ALLOW("s3:*", "*") },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "access_policies_boundaries: one that names the role is", { .resource = GIVE(AWS(R), "sqs:*"), .boundary = ALLOW("s3:*", "*") },
		R, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "evaluation-logic: one that names everybody is not", { .resource = GIVE("'*'", "sqs:*"), .boundary = ALLOW("s3:*", "*") },
		R, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "access_policies_boundaries: but an explicit deny cuts", { .resource = GIVE(AWS(U), "sqs:*"), .boundary = DENY("sqs:*", "*") },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "elements_principal: the account delegates, which grants nothing", { .resource = GIVE(AWS(A), "sqs:*") },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "elements_principal: a unique id is its user", { .resource = GIVE(AWS("AIDA" A "U0000"), "sqs:*") },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "cross-account: the resource's side alone does not suffice", { .resource = GIVE(AWS(V), "sqs:*") },
		V, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "cross-account: nor does the identity's", { .identity = ALL },
		V, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "cross-account: both do, though it is the account that is named", { .identity = ALL, .resource = GIVE(AWS(B), "sqs:*") },
		V, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "cross-account: kinds without policies are never reached", { .identity = ALL },
		V, "iam:GetUser", U, ORACLE_DENIED },
	{ "elements_principal: anonymous needs *", { .resource = GIVE(AWS(A), "sqs:*") },
		"public", "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "elements_principal: and * lets anonymous in", { .resource = GIVE("'*'", "sqs:*") },
		"public", "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "elements_principal: a service is let in by its name", { .resource = GIVE("{'Service':'" S "'}", "sqs:*") },
		S, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "condition-keys: for whom a service acts is open", { .resource = "{'Effect':'Allow','Principal':{'Service':'" S "'},'Action':'sqs:*','Resource':'*','Condition':{'StringEquals':{'aws:SourceAccount':'" A "'}}}" },
		S, "sqs:SendMessage", QUEUE, ORACLE_CONDITIONAL },
	{ "condition-keys: a user acts for no account", { .identity = WHEN("Allow", "sqs:*", "{'StringEquals':{'aws:SourceAccount':'" A "'}}") },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "elements_notprincipal: who is listed is excluded", { .identity = ALL, .resource = REFUSE("NotPrincipal", AWS(U)) },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "elements_notprincipal: others are not", { .identity = ALL, .resource = REFUSE("NotPrincipal", AWS(U)) },
		R, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "access_policies_boundaries: NotPrincipal denies whoever has one", { .identity = ALL, .boundary = ALL, .resource = REFUSE("NotPrincipal", AWS(U)) },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "id_root-user: everything in its account", { 0 },
		ROOT, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "id_root-user: but a resource's deny", { .resource = REFUSE("Principal", "'*'") },
		ROOT, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "API_AssumeRole: not by a root user", { .trust = TRUST(AWS(ROOT)) },
		ROOT, "sts:AssumeRole", R, ORACLE_DENIED },
	{ "API_AssumeRole: without trust nobody", { .identity = ALL },
		U, "sts:AssumeRole", R, ORACLE_DENIED },
	{ "id_roles_terms: trust in the user suffices", { .trust = TRUST(AWS(U)) },
		U, "sts:AssumeRole", R, ORACLE_ALLOWED },
	{ "id_roles_terms: trust in the account does not", { .trust = TRUST(AWS(ROOT)) },
		U, "sts:AssumeRole", R, ORACLE_DENIED },
	{ "id_roles_terms: with an identity policy it does", { .trust = TRUST(AWS(ROOT)), .identity = ALLOW("sts:AssumeRole", R) },
		U, "sts:AssumeRole", R, ORACLE_ALLOWED },
	{ "cross-account: trust and identity policy", { .trust = TRUST(AWS(V)) },
		V, "sts:AssumeRole", R, ORACLE_DENIED },
	{ "API_AssumeRoleWithWebIdentity: by the trust policy alone", { .trust = LOGIN("WebIdentity", IDP), .root_scp = DENY("*", "*"), .account_scp = ALL },
		IDP, "sts:AssumeRoleWithWebIdentity", R, ORACLE_ALLOWED },
	{ "API_AssumeRoleWithSAML: a web identity is no assertion", { .trust = LOGIN("SAML", IDP) },
		IDP, "sts:AssumeRoleWithSAML", R, ORACLE_DENIED },
	{ "API_AssumeRoleWithSAML: by the trust policy alone", { .trust = LOGIN("SAML", CORP) },
		CORP, "sts:AssumeRoleWithSAML", R, ORACLE_ALLOWED },
	{ "API_AssumeRoleWithWebIdentity: not with credentials", { .trust = LOGIN("*", IDP) "," TRUST(AWS(ROOT)), .identity = ALL },
		U, "sts:AssumeRoleWithWebIdentity", R, ORACLE_DENIED },
	{ "API_AssumeRoleWithWebIdentity: which is all that it can do", { .trust = LOGIN("*", IDP), .resource = GIVE("'*'", "sqs:*") },
		IDP, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "orgs RCP: binds federated logins", { .trust = LOGIN("WebIdentity", IDP), .rcp = REFUSE("Principal", "'*'") },
		IDP, "sts:AssumeRoleWithWebIdentity", R, ORACLE_DENIED },
	{ "reference_policies_iam-condition-keys: the token's claims are open", { .trust = "{'Effect':'Allow','Principal':{'Federated':'" IDP "'},'Action':'sts:AssumeRoleWithWebIdentity','Condition':{'StringLike':{'idp.example:sub':'repo:*'}}}" },
		IDP, "sts:AssumeRoleWithWebIdentity", R, ORACLE_CONDITIONAL },
	{ "kms key-policy-default: identity policies do not count by themselves", { .identity = ALL, .resource = GIVE(AWS(R), "kms:*") },
		U, "kms:Decrypt", KEY, ORACLE_DENIED },
	{ "kms key-policy-default: nor is a root user let in", { .resource = GIVE(AWS(R), "kms:*") },
		ROOT, "kms:Decrypt", KEY, ORACLE_DENIED },
	{ "kms key-policy-default: they do when the account is named", { .identity = ALL, .resource = GIVE(AWS(ROOT), "kms:*") },
		U, "kms:Decrypt", KEY, ORACLE_ALLOWED },
	{ "orgs SCP: every level must allow", { .identity = ALL, .root_scp = ALL, .account_scp = ALLOW("s3:*", "*") },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "orgs SCP: they do", { .identity = ALL, .root_scp = ALL, .account_scp = ALLOW("sqs:*", "*") },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "orgs SCP: they bind root users", { .root_scp = ALL, .account_scp = ALL "," DENY("sqs:*", "*") },
		ROOT, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "orgs SCP: not roles that are linked to a service", { .identity = ALL, .root_scp = DENY("*", "*"), .account_scp = ALL },
		LINK, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "UnmodifiableEntity: nobody reshapes a role of a service", { .identity = ALL },
		U, "iam:UpdateAssumeRolePolicy", LINK, ORACLE_DENIED },
	{ "UnmodifiableEntity: it can be read", { .identity = ALL },
		U, "iam:GetRole", LINK, ORACLE_ALLOWED },
	{ "UnmodifiableEntity: and passed", { .identity = ALL },
		U, "iam:PassRole", LINK, ORACLE_ALLOWED },
	{ "aws-reserved: nobody changes or passes a role of Identity Center", { .identity = ALL },
		U, "iam:PassRole", KEPT, ORACLE_DENIED },
	{ "aws-reserved: which can be read", { .identity = ALL },
		U, "iam:GetRole", KEPT, ORACLE_ALLOWED },
	{ "orgs SCP: not the management account", { .identity = ALL, .root_scp = DENY("*", "*"), .account_scp = ALL, .resource = GIVE(AWS(M), "sqs:*") },
		MU, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "orgs SCP: not anonymous", { .resource = GIVE("'*'", "sqs:*"), .root_scp = DENY("*", "*"), .account_scp = ALL },
		"public", "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "orgs RCP: binds everybody on the account's resources", { .resource = GIVE("'*'", "sqs:*"), .rcp = REFUSE("Principal", "'*'") },
		"public", "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "orgs RCP: for services that have them", { .identity = ALL, .rcp = REFUSE("Principal", "'*'") },
		U, "iam:GetUser", U, ORACLE_ALLOWED },
	{ "condition operators: an open key", { .identity = WHEN("Allow", "*", "{'Bool':{'aws:MultiFactorAuthPresent':'true'}}") },
		U, "sqs:SendMessage", QUEUE, ORACLE_CONDITIONAL },
	{ "condition operators: two keys that cannot both be", { .identity = WHEN("Allow", "*", "{'StringEquals':{'aws:SourceVpce':'a'},'StringLike':{'aws:SourceVpce':'b*'}}") },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "condition operators: not equal holds for an absent key", { .identity = WHEN("Allow", "*", "{'StringNotEquals':{'aws:PrincipalTag/t':'x'}}") },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "condition operators: equal does not", { .identity = WHEN("Allow", "*", "{'StringEquals':{'aws:PrincipalTag/t':'x'}}") },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "condition operators: IfExists does", { .identity = WHEN("Allow", "*", "{'StringEqualsIfExists':{'aws:PrincipalTag/t':'x'}}") },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "condition operators: ForAllValues holds for an absent key", { .identity = WHEN("Allow", "*", "{'ForAllValues:StringEquals':{'aws:PrincipalTag/t':'x'}}") },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "condition operators: ForAnyValue does not", { .identity = WHEN("Allow", "*", "{'ForAnyValue:StringNotEquals':{'aws:PrincipalTag/t':'x'}}") },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "condition operators: Null", { .identity = WHEN("Allow", "*", "{'Null':{'aws:PrincipalTag/t':'true'}}") },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "condition operators: the fields of an ARN are apart", { .identity = WHEN("Allow", "*", "{'ArnLike':{'aws:PrincipalArn':'arn:aws:*:user/u'}}") },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "condition operators: no value of a negated one may match", { .identity = WHEN("Allow", "*", "{'StringNotEquals':{'aws:username':['u','v']}}") },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "condition keys: the region is in the ARN", { .identity = WHEN("Allow", "*", "{'StringEquals':{'aws:RequestedRegion':'eu-west-1'}}") },
		U, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "condition keys: the organization of who asks", { .identity = ALL, .resource = "{'Effect':'Allow','Principal':'*','Action':'*','Resource':'*','Condition':{'StringEquals':{'aws:PrincipalOrgID':'o-abcdefghij'}}}" },
		V, "sqs:SendMessage", QUEUE, ORACLE_ALLOWED },
	{ "condition keys: anonymous has none", { .resource = "{'Effect':'Allow','Principal':'*','Action':'*','Resource':'*','Condition':{'StringEquals':{'aws:PrincipalOrgID':'o-abcdefghij'}}}" },
		"public", "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "policy variables: the user's own name", { .identity = ALLOW("s3:*", BKT "/${aws:username}/*") },
		U, "s3:GetObject", BKT, ORACLE_ALLOWED },
	{ "policy variables: without a value nothing matches", { .identity = ALLOW("s3:*", BKT "/${aws:username}/*") },
		R, "s3:GetObject", BKT, ORACLE_DENIED },
	{ "policy variables: a default stands in", { .identity = ALLOW("s3:*", BKT "/${aws:username, 'x'}/*") },
		R, "s3:GetObject", BKT, ORACLE_ALLOWED },
	{ "ec2 and lambda act with their roles only", { .identity = ALL },
		FN, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "not collected: an attached policy may say anything", { .identity = "missing" },
		U, "sqs:SendMessage", QUEUE, ORACLE_UNKNOWN },
	{ "not collected: but nothing against a deny", { .identity = "missing", .resource = REFUSE("Principal", "'*'") },
		U, "sqs:SendMessage", QUEUE, ORACLE_DENIED },
	{ "not collected: a boundary", { .identity = ALL, .boundary = "missing" },
		U, "sqs:SendMessage", QUEUE, ORACLE_UNKNOWN },
	{ "not collected: the resource's policy", { .identity = ALL, .resource = "missing" },
		U, "sqs:SendMessage", QUEUE, ORACLE_UNKNOWN },
	{ "not collected: who is in another account", { .resource = GIVE(AWS(FAR), "sqs:*") },
		FAR, "sqs:SendMessage", QUEUE, ORACLE_UNKNOWN },
	{ "kms grants: the grantee needs no policy at all", { .grant = GIVE(AWS(U), "kms:Decrypt") },
		U, "kms:Decrypt", KEY, ORACLE_ALLOWED },
	{ "kms grants: only the operations of the grant", { .grant = GIVE(AWS(U), "kms:Decrypt") },
		U, "kms:Encrypt", KEY, ORACLE_DENIED },
	{ "kms grants: another is no grantee", { .grant = GIVE(AWS(R), "kms:Decrypt") },
		U, "kms:Decrypt", KEY, ORACLE_DENIED },
	{ "kms grants: a grantee of another account", { .grant = GIVE(AWS(V), "kms:Decrypt") },
		V, "kms:Decrypt", KEY, ORACLE_ALLOWED },
	{ "kms grants: an explicit deny ends it", { .identity = DENY("kms:*", "*"), .grant = GIVE(AWS(U), "kms:Decrypt") },
		U, "kms:Decrypt", KEY, ORACLE_DENIED },
};
/* clang-format on */

static struct str policy(struct arena *a, const char *statements)
{
	struct str text = arena_printf(
		a, "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}", statements);
	char *bytes = arena_alloc(a, text.n + 1);
	bool inside = false;

	/* Rows quote with ' but for the default of a variable. */
	for (size_t i = 0; i < text.n; i++) {
		inside = text.p[i] == '{' && i > 0 && text.p[i - 1] == '$' ? true
			 : text.p[i] == '}'                                ? false
									   : inside;
		bytes[i] = text.p[i] == '\'' && !inside ? '"' : text.p[i];
	}
	return (struct str){ bytes, text.n };
}

static bool is_missing(const char *statements)
{
	return strcmp(statements, "missing") == 0;
}

static void attach(struct recorder *r, struct arena *a, const char *holder,
	enum record_relation_type type, enum record_layer layer, const char *kind,
	const char *name, const char *statements)
{
	if (!statements)
		return;
	struct str key = arena_printf(a, "arn:aws:%s::" A ":policy/%s", kind, name);

	recorder_entity(r,
		layer == LAYER_IDENTITY ? "aws:iam:policy" : "aws:organizations:policy",
		key, str_from(name), ENTITY_POLICY, NULL, 0);
	recorder_relation(r, str_from(holder), type, key);
	if (!is_missing(statements))
		recorder_document(r, layer, key, str_from(name), policy(a, statements));
}

static void add_identity(struct recorder *r, struct arena *a, const struct world *w,
	const char *key, const char *kind, uint32_t flags)
{
	struct str name = str_from(strrchr(key, '/') + 1);

	recorder_entity(r, kind, str_from(key), name, ENTITY_IDENTITY | flags, NULL, 0);
	attach(r, a, key, RELATION_ATTACHED, LAYER_IDENTITY, "iam", name.p, w->identity);
	attach(r, a, key, RELATION_BOUNDARY, LAYER_IDENTITY, "iam", "boundary",
		w->boundary);
}

static void add_resource(struct recorder *r, struct arena *a, const char *key,
	const char *kind, enum record_layer layer, const char *statements)
{
	struct str what = arena_printf(a, "resource-policy:%s", kind);

	if (layer == LAYER_RESOURCE)
		recorder_entity(r, kind, str_from(key), str_from(strrchr(key, ':') + 1),
			0, NULL, 0);
	if (statements && is_missing(statements)) {
		recorder_coverage(r, what, str_from(key), COVERAGE_REFUSED);
		return;
	}
	recorder_coverage(r, what, str_from(key), COVERAGE_GOT);
	recorder_document(r, layer, str_from(key), STR_LIT("policy"),
		statements ? policy(a, statements) : (struct str){ 0 });
}

static void add_account(struct buf *out, struct arena *a, const struct world *w,
	const char *account, const char *user)
{
	struct recorder r = { .scope = arena_printf(a, "aws:%s", account) };

	recorder_account(&r, str_from(account), STR_LIT("aws:o-abcdefghij"));
	add_identity(&r, a, w, user, "aws:iam:user", 0);
	if (strcmp(account, A) == 0) {
		add_identity(&r, a, w, R, "aws:iam:role", 0);
		add_identity(&r, a, w, LINK, "aws:iam:role", ENTITY_LINKED);
		add_identity(&r, a, w, KEPT, "aws:iam:role", 0);
		recorder_entity(&r, "aws:lambda:function", STR_LIT(FN), STR_LIT("f"),
			ENTITY_IDENTITY | ENTITY_COMPUTE, NULL, 0);
		attach(&r, a, FN, RELATION_ATTACHED, LAYER_IDENTITY, "iam", "f",
			w->identity);
		recorder_entity(&r, "aws:iam:group",
			STR_LIT("arn:aws:iam::" A ":group/g"), STR_LIT("g"), ENTITY_GROUP,
			NULL, 0);
		recorder_relation(&r, STR_LIT(U), RELATION_MEMBER_OF,
			STR_LIT("name:aws:iam:group:g"));
		attach(&r, a, "arn:aws:iam::" A ":group/g", RELATION_ATTACHED,
			LAYER_IDENTITY, "iam", "group", w->group);
		add_resource(&r, a, R, "aws:iam:role", LAYER_TRUST, w->trust);
		add_resource(&r, a, LINK, "aws:iam:role", LAYER_TRUST, NULL);
		add_resource(&r, a, KEPT, "aws:iam:role", LAYER_TRUST, NULL);
		add_resource(&r, a, BKT, "aws:s3:bucket", LAYER_RESOURCE, w->resource);
		add_resource(&r, a, QUEUE, "aws:sqs:queue", LAYER_RESOURCE, w->resource);
		add_resource(&r, a, KEY, "aws:kms:key", LAYER_RESOURCE, w->resource);
		if (w->grant)
			recorder_document(&r, LAYER_GRANT, STR_LIT(KEY), STR_LIT("grant"),
				policy(a, w->grant));
	}
	buf_add_str(out, buf_str(&r.out));
	buf_release(&r.out);
}

#define ORG_ROOT "arn:aws:organizations::" M ":root/o-abcdefghij/r-1"

static void add_organization(struct buf *out, struct arena *a, const struct world *w)
{
	struct recorder r = { .scope = STR_LIT("aws:o-abcdefghij") };
	const char *const accounts[] = { A, B, M };

	recorder_organization(&r, STR_LIT("o-abcdefghij"), STR_LIT(M));
	recorder_entity(&r, "aws:organizations:root", STR_LIT(ORG_ROOT), STR_LIT("Root"),
		ENTITY_CONTAINER, NULL, 0);
	recorder_relation(&r,
		STR_LIT("arn:aws:organizations::" M ":organization/o-abcdefghij"),
		RELATION_CONTAINS, STR_LIT(ORG_ROOT));
	for (size_t i = 0; i < 3; i++) {
		struct str key =
			arena_printf(a, "arn:aws:account::%s:account", accounts[i]);

		recorder_entity(&r, "aws:account:account", key, str_from(accounts[i]),
			ENTITY_CONTAINER | (i == 2 ? ENTITY_EXEMPT : 0), NULL, 0);
		recorder_relation(&r, STR_LIT(ORG_ROOT), RELATION_CONTAINS, key);
	}
	attach(&r, a, ORG_ROOT, RELATION_ATTACHED, LAYER_SCP, "organizations", "p-1",
		w->root_scp);
	attach(&r, a, ACCT, RELATION_ATTACHED, LAYER_SCP, "organizations", "p-2",
		w->account_scp);
	attach(&r, a, ORG_ROOT, RELATION_ATTACHED, LAYER_RCP, "organizations", "p-3",
		w->rcp);
	buf_add_str(out, buf_str(&r.out));
	buf_release(&r.out);
}

static uint32_t class_of(const struct oracle *o, uint32_t object, const char *action)
{
	const struct oracle_object *target = oracle_object(o, object);
	action_id id = catalog_action_find(str_from(action));

	for (uint32_t c = 0; c < target->class_count; c++) {
		const struct buf *actions = &target->classes[c].actions;

		for (size_t i = 0; i < VEC_COUNT(actions, action_id); i++) {
			if (VEC_DATA(actions, action_id)[i] == id)
				return c;
		}
	}
	fail_msg("no action %s on node %u", action, object);
	return 0;
}

static void check_row(const struct row *row)
{
	struct buf stream = { 0 };
	struct arena a;
	struct oracle o;
	struct err e = { 0 };

	arena_init(&a, ARENA_UNLIMITED);
	add_account(&stream, &a, &row->world, A, U);
	add_account(&stream, &a, &row->world, B, V);
	add_account(&stream, &a, &row->world, M, MU);
	add_organization(&stream, &a, &row->world);
	if (oracle_open(&o, NULL, buf_str(&stream), &e) < 0)
		fail_msg("%s: %s", row->rule, e.text);
	uint32_t who = oracle_world_find(&o.world, str_from(row->who));
	uint32_t what = oracle_world_find(&o.world, str_from(row->what));

	if (who == ORACLE_NONE || what == ORACLE_NONE)
		fail_msg("%s: no such node", row->rule);
	struct oracle_range got =
		oracle_direct(&o, who, what, class_of(&o, what, row->action));

	if (got.least != row->expected || got.most != row->expected)
		fail_msg("%s: expected %s, got %s", row->rule,
			oracle_verdict_name(row->expected),
			oracle_verdict_name(got.least));
	oracle_release(&o);
	arena_release(&a);
	buf_release(&stream);
}

static void answers_as_documented(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(answers_as_documented) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
