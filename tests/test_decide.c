/*
 * Decisions of the AWS recipe, one world a row. Each row is a sentence of the evaluation
 * logic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "reachability/provider.h"
#include "tests/little_world.h"

#define V(body)     "{'Version':'2012-10-17','Statement':[" body "]}"
#define ALLOW(a, r) "{'Effect':'Allow','Action':'" a "','Resource':'" r "'}"
#define DENY(a, r)  "{'Effect':'Deny','Action':'" a "','Resource':'" r "'}"
#define GRANT(p, a, r)                                                                   \
	"{'Effect':'Allow','Principal':{'AWS':'" p "'},'Action':'" a "','Resource':'" r  \
	"'}"
#define REFUSE(p, a, r)                                                                  \
	"{'Effect':'Deny','Principal':{'AWS':'" p "'},'Action':'" a "','Resource':'" r   \
	"'}"
#define RESTRICT "bpa:RestrictPublicBuckets"
#define VIA(key, value)                                                                  \
	"{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'StringEquals':{" \
	"'" key "':'" value "'}}}"
#define WHEN(effect, a, op, key, value)                                                  \
	"{'Effect':'" effect "','Action':'" a "','Resource':'*','Condition':{'" op       \
	"':{'" key "':'" value "'}}}"
#define TRUST(p)                                                                         \
	"{'Effect':'Allow','Principal':{'AWS':'" p "'},'Action':'sts:AssumeRole'}"

#define LOGIN(p, how)                                                                    \
	"{'Effect':'Allow','Principal':{'Federated':'" p                                 \
	"'},'Action':'sts:AssumeRoleWith" how "'}"
#define CLAIM(key, value)                                                                \
	"{'Effect':'Allow','Principal':{'Federated':'" OIDC                              \
	"'},'Action':'sts:AssumeRoleWithWebIdentity','Condition':{'StringLike':{'" key   \
	"':'" value "'}}}"

#define ALICE LITTLE_USER(LITTLE_A, "alice")
#define EVE   LITTLE_USER(LITTLE_A, "eve")
#define DEV   LITTLE_ROLE(LITTLE_A, "dev")
#define BOB   LITTLE_USER(LITTLE_B, "bob")
#define FAR   LITTLE_ROLE(LITTLE_B, "far")
#define BOSS  LITTLE_USER(LITTLE_C, "boss")
#define ONE   "arn:aws:sts::" LITTLE_A ":assumed-role/dev/one"
#define AL    "arn:aws:sts::" LITTLE_A ":federated-user/al"
#define AP    "arn:aws:s3:eu-west-1:" LITTLE_A ":accesspoint/ap"
#define ROOT  "arn:aws:iam::" LITTLE_A ":root"
#define PIT   LITTLE_ROLE(LITTLE_B, "deep/pit")
#define OAI   "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"
#define OIDC  "arn:aws:iam::" LITTLE_A ":oidc-provider/idp.example"
#define SAML  "arn:aws:iam::" LITTLE_A ":saml-provider/corp"
#define B     "arn:aws:s3:::b"
#define Q     "arn:aws:sqs:eu-west-1:" LITTLE_A ":q"
#define K     "arn:aws:kms:eu-west-1:" LITTLE_A ":key/k"
#define F     "arn:aws:lambda:eu-west-1:" LITTLE_A ":function:f"
#define SLR   LITTLE_ROLE(LITTLE_A, "aws-service-role/x.amazonaws.com/l")
#define SSO   LITTLE_ROLE(LITTLE_A, "aws-reserved/sso.amazonaws.com/s")

/* CAN: lists leave out what only the question about one pair calls unknown. */
enum { DIRECT = 1, CAN = 2 };

/* clang-format off */
static const struct {
	const char *claim;
	struct little_policies p;
	const char *subject, *action, *object, *resource;
	enum expr_verdict verdict;
	int direct;
} rows[] = {
	{ "nothing grants", { 0 }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "an identity policy grants", { .alice = V(ALLOW("s3:GetObject", B "/*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "not another's", { .alice = V(ALLOW("s3:GetObject", B "/*")) }, EVE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "actions fold", { .alice = V(ALLOW("S3:getOBJECT", B "/*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "resources do not", { .alice = V(ALLOW("s3:GetObject", B "/X")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "a group grants", { .devs = V(ALLOW("s3:*", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a group denies", { .alice = V(ALLOW("s3:*", "*")), .devs = V(DENY("s3:GetObject", B "/x")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "a group that nobody read may deny", { .alice = V(ALLOW("s3:*", "*")), .group_unread = true }, ALICE, "s3:GetObject", B, B "/x", VERDICT_UNKNOWN, 0 },
	{ "and may grant", { .group_unread = true }, ALICE, "s3:GetObject", B, B "/x", VERDICT_UNKNOWN, 0 },
	{ "to its members only", { .group_unread = true }, EVE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "a listing carries its prefix", { .alice = V(WHEN("Allow", "s3:*", "StringEquals", "s3:prefix", "a")) }, ALICE, "s3:ListBucket", B, "", VERDICT_CONDITIONAL, 0 },
	{ "reading an object never does", { .alice = V(WHEN("Allow", "s3:*", "StringEquals", "s3:prefix", "a")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "which IfExists forgives", { .alice = V(WHEN("Allow", "s3:*", "StringEqualsIfExists", "s3:prefix", "a")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "and a Null asks for", { .alice = V(WHEN("Allow", "s3:*", "Null", "S3:Prefix", "true")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "what no prefix equals is denied", { .alice = V(ALLOW("s3:*", "*") "," WHEN("Deny", "s3:*", "StringNotEquals", "s3:prefix", "a")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "another service has no prefixes", { .alice = V(WHEN("Allow", "*", "StringEquals", "s3:prefix", "a")) }, ALICE, "sqs:SendMessage", Q, "", VERDICT_DENIED, 0 },
	{ "a key that all requests may have stays open", { .alice = V(WHEN("Allow", "*", "StringEquals", "ec2:SourceInstanceARN", "a")), .trust = V(TRUST(ROOT)), .dev = V(WHEN("Allow", "*", "StringEquals", "ec2:SourceInstanceARN", "a")) }, DEV, "sqs:SendMessage", Q, "", VERDICT_CONDITIONAL, 0 },
	{ "so does one where the reference may have a gap", { .alice = V(WHEN("Allow", "lambda:*", "StringEquals", "lambda:FunctionArn", "a")) }, ALICE, "lambda:GetFunction", F, "", VERDICT_CONDITIONAL, 0 },
	{ "and one that the reference does not know", { .alice = V(WHEN("Allow", "s3:*", "StringEquals", "s3:new-key", "a")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_CONDITIONAL, 0 },
	{ "a deny covers only what it covers", { .alice = V(ALLOW("s3:*", "*") "," DENY("s3:GetObject", B "/x")) }, ALICE, "s3:GetObject", B, B "/y", VERDICT_ALLOWED, 0 },
	{ "some object is left", { .alice = V(ALLOW("s3:GetObject", B "/*") "," DENY("s3:GetObject", B "/x*")) }, ALICE, "s3:GetObject", B, "", VERDICT_ALLOWED, 0 },
	{ "no object is left", { .alice = V(ALLOW("s3:GetObject", B "/x*") "," DENY("s3:GetObject", B "/*")) }, ALICE, "s3:GetObject", B, "", VERDICT_DENIED, 0 },
	{ "two denies cover it together", { .alice = V(ALLOW("s3:GetObject", B "/?") "," DENY("s3:GetObject", B "/??*") "," DENY("s3:GetObject", B "/?")) }, ALICE, "s3:GetObject", B, "", VERDICT_DENIED, 0 },
	{ "NotAction grants the rest", { .alice = V("{'Effect':'Allow','NotAction':'iam:*','Resource':'*'}") }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "NotResource denies the rest", { .alice = V(ALLOW("s3:*", "*") ",{'Effect':'Deny','Action':'s3:*','NotResource':'" B "/x'}") }, ALICE, "s3:GetObject", B, B "/y", VERDICT_DENIED, 0 },
	{ "NotResource spares what it names", { .alice = V(ALLOW("s3:*", "*") ",{'Effect':'Deny','Action':'s3:*','NotResource':'" B "/x'}") }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a variable is the caller's name", { .alice = V(ALLOW("s3:GetObject", B "/${aws:username}/*")) }, ALICE, "s3:GetObject", B, B "/alice/x", VERDICT_ALLOWED, 0 },
	{ "and no other's", { .alice = V(ALLOW("s3:GetObject", B "/${aws:username}/*")) }, ALICE, "s3:GetObject", B, B "/eve/x", VERDICT_DENIED, 0 },
	{ "old versions know no variables", { .alice = "{'Version':'2008-10-17','Statement':[" ALLOW("s3:GetObject", B "/${aws:username}/*") "]}" }, ALICE, "s3:GetObject", B, B "/alice/x", VERDICT_DENIED, 0 },
	{ "a boundary that lacks it cuts", { .alice = V(ALLOW("s3:*", "*")), .boundary = V(ALLOW("sqs:*", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "a boundary grants nothing", { .boundary = V(ALLOW("s3:*", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "both grant", { .alice = V(ALLOW("s3:*", "*")), .boundary = V(ALLOW("s3:Get*", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a bucket policy grants a user of the account", { .bucket = V(GRANT(EVE, "s3:GetObject", B "/*")) }, EVE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a named user is not cut by its boundary", { .bucket = V(GRANT(ALICE, "s3:GetObject", B "/*")), .boundary = V(ALLOW("sqs:*", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a named role is", { .bucket = V(GRANT(DEV, "s3:GetObject", B "/*")), .boundary = V(ALLOW("sqs:*", "*")) }, DEV, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "everybody is not", { .bucket = V(GRANT("*", "s3:GetObject", B "/*")), .boundary = V(ALLOW("sqs:*", "*")) }, DEV, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "an explicit deny of a boundary cuts all", { .bucket = V(GRANT(ALICE, "s3:GetObject", B "/*")), .boundary = V(DENY("s3:*", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "the account delegates, no more", { .bucket = V(GRANT(ROOT, "s3:GetObject", B "/*")) }, EVE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "a resource's deny beats an administrator", { .alice = V(ALLOW("*", "*")), .bucket = V(REFUSE("*", "s3:GetObject", B "/*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "across accounts one side is not enough (identity)", { .bob = V(ALLOW("s3:*", "*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "across accounts one side is not enough (resource)", { .bucket = V(GRANT(BOB, "s3:GetObject", B "/*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "both sides are", { .bob = V(ALLOW("s3:*", "*")), .bucket = V(GRANT(BOB, "s3:GetObject", B "/*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "the other account may be named", { .bob = V(ALLOW("s3:*", "*")), .bucket = V(GRANT(LITTLE_B, "s3:GetObject", B "/*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "NotPrincipal spares whom it names", { .alice = V(ALLOW("s3:*", "*")), .bucket = V("{'Effect':'Deny','NotPrincipal':{'AWS':['" ALICE "','" ROOT "']},'Action':'s3:*','Resource':'" B "/*'}") }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "and hits the rest", { .bob = V(ALLOW("s3:*", "*")), .bucket = V(GRANT(BOB, "s3:*", B "/*") ",{'Effect':'Deny','NotPrincipal':{'AWS':['" ALICE "','" ROOT "']},'Action':'s3:*','Resource':'" B "/*'}") }, BOB, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "the root user needs no policy", { 0 }, ROOT, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "but a deny stops it", { .bucket = V(REFUSE("*", "s3:GetObject", B "/*")) }, ROOT, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "the root user assumes no role", { 0 }, ROOT, "sts:AssumeRole", DEV, "", VERDICT_DENIED, 0 },
	{ "a trust of the account needs the identity too", { 0 }, EVE, "sts:AssumeRole", DEV, "", VERDICT_DENIED, DIRECT },
	{ "and is enough with it", { .alice = V(ALLOW("sts:AssumeRole", DEV)) }, ALICE, "sts:AssumeRole", DEV, "", VERDICT_ALLOWED, DIRECT },
	{ "a trust of the user itself is enough", { .trust = V(TRUST(EVE)) }, EVE, "sts:AssumeRole", DEV, "", VERDICT_ALLOWED, DIRECT },
	{ "a role does not trust by itself", { .alice = V(ALLOW("*", "*")), .trust = V(TRUST(EVE)) }, ALICE, "sts:AssumeRole", DEV, "", VERDICT_DENIED, DIRECT },
	{ "a key needs its policy", { .alice = V(ALLOW("kms:*", "*")), .key = V(GRANT(EVE, "kms:*", "*")) }, ALICE, "kms:Decrypt", K, "", VERDICT_DENIED, 0 },
	{ "a key delegates to the account", { .alice = V(ALLOW("kms:Decrypt", "*")) }, ALICE, "kms:Decrypt", K, "", VERDICT_ALLOWED, 0 },
	{ "a key names one", { .key = V(GRANT(EVE, "kms:Decrypt", "*")) }, EVE, "kms:Decrypt", K, "", VERDICT_ALLOWED, 0 },
	{ "a grant lets its grantee in, whatever the key's policy says", { .key = V(GRANT(ALICE, "kms:*", "*")), .grant = V(GRANT(EVE, "kms:Decrypt", "*")) }, EVE, "kms:Decrypt", K, "", VERDICT_ALLOWED, 0 },
	{ "for what it is of", { .grant = V(GRANT(EVE, "kms:Decrypt", "*")) }, EVE, "kms:Encrypt", K, "", VERDICT_DENIED, 0 },
	{ "nobody else", { .grant = V(GRANT(EVE, "kms:Decrypt", "*")) }, ALICE, "kms:Decrypt", K, "", VERDICT_DENIED, 0 },
	{ "across accounts without a policy there", { .grant = V(GRANT(FAR, "kms:Decrypt", "*")) }, FAR, "kms:Decrypt", K, "", VERDICT_ALLOWED, 0 },
	{ "but a deny stops it", { .grant = V(GRANT(EVE, "kms:Decrypt", "*")), .key = V(REFUSE(EVE, "kms:*", "*")) }, EVE, "kms:Decrypt", K, "", VERDICT_DENIED, 0 },
	{ "and an SCP", { .grant = V(GRANT(EVE, "kms:Decrypt", "*")), .scp_root = V(ALLOW("s3:*", "*")) }, EVE, "kms:Decrypt", K, "", VERDICT_DENIED, 0 },
	{ "a boundary cuts the grant of a role", { .grant = V(GRANT(DEV, "kms:Decrypt", "*")), .boundary = V(ALLOW("s3:*", "*")) }, DEV, "kms:Decrypt", K, "", VERDICT_DENIED, 0 },
	{ "under the encryption context that it asks for", { .grant = V("{'Effect':'Allow','Principal':{'AWS':'" EVE "'},'Action':'kms:Decrypt','Resource':'*','Condition':{'StringEquals':{'kms:EncryptionContext:app':'pay'}}}") }, EVE, "kms:Decrypt", K, "", VERDICT_CONDITIONAL, 0 },
	{ "grants that cannot be read may let anybody in", { .grant = "{'Statement':[{'Effect':'Maybe'}]}" }, EVE, "kms:Decrypt", K, "", VERDICT_UNKNOWN, CAN },
	{ "but for what no grant is of", { .grant = "{'Statement':[{'Effect':'Maybe'}]}" }, EVE, "kms:ScheduleKeyDeletion", K, "", VERDICT_DENIED, 0 },
	{ "a session has what its role has", { .dev = V(ALLOW("s3:*", "*")) }, ONE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a session policy that lacks it cuts", { .dev = V(ALLOW("s3:*", "*")), .session = V(ALLOW("sqs:*", "*")) }, ONE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "only the session", { .dev = V(ALLOW("s3:*", "*")), .session = V(ALLOW("sqs:*", "*")) }, DEV, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a session policy grants nothing", { .session = V(ALLOW("s3:*", "*")) }, ONE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "both grant to the session", { .dev = V(ALLOW("s3:*", "*")), .session = V(ALLOW("s3:Get*", "*")) }, ONE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a session policy cuts what names the role", { .bucket = V(GRANT(DEV, "s3:GetObject", B "/*")), .session = V(ALLOW("sqs:*", "*")) }, ONE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "not what names the session", { .bucket = V(GRANT(ONE, "s3:GetObject", B "/*")), .session = V(ALLOW("sqs:*", "*")) }, ONE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "nor what names everybody", { .bucket = V(GRANT("*", "s3:GetObject", B "/*")), .session = V(ALLOW("sqs:*", "*")) }, ONE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "its deny cuts all", { .bucket = V(GRANT(ONE, "s3:GetObject", B "/*")), .session = V(DENY("s3:*", "*")) }, ONE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "across accounts it cuts too", { .dev = V(ALLOW("sts:AssumeRole", "*")), .far_trust = V(TRUST(DEV)), .session = V(ALLOW("s3:*", "*")) }, ONE, "sts:AssumeRole", FAR, "", VERDICT_DENIED, DIRECT },
	{ "and without it the session may", { .dev = V(ALLOW("sts:AssumeRole", "*")), .far_trust = V(TRUST(DEV)) }, ONE, "sts:AssumeRole", FAR, "", VERDICT_ALLOWED, DIRECT },
	{ "the ARN of a session's caller is the role's", { .dev = V("{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'ArnEquals':{'aws:PrincipalArn':'" DEV "'}}}") }, ONE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a federated user has nothing without a policy", { .alice = V(ALLOW("s3:*", "*")) }, AL, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "and with one what both allow", { .alice = V(ALLOW("s3:*", "*")), .session = V(ALLOW("s3:Get*", "*")) }, AL, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a policy that names its user is cut", { .bucket = V(GRANT(ALICE, "s3:GetObject", B "/*")) }, AL, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "one that names the federated user is not", { .bucket = V(GRANT(AL, "s3:GetObject", B "/*")) }, AL, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "an endpoint's policy binds nobody who may come another way", { .alice = V(ALLOW("s3:*", "*")), .endpoint = V(GRANT("*", "s3:PutObject", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "it does who must come that way", { .alice = V(VIA("aws:SourceVpce", "vpce-1")), .endpoint = V(GRANT("*", "s3:PutObject", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "where it lets through, the way is the condition", { .alice = V(VIA("aws:SourceVpce", "vpce-1")), .endpoint = V(GRANT("*", "s3:Get*", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_CONDITIONAL, 0 },
	{ "its deny cuts", { .alice = V(VIA("aws:SourceVpce", "vpce-1")), .endpoint = V(GRANT("*", "*", "*") "," REFUSE("*", "s3:GetObject", B "/x")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "only what it covers", { .alice = V(VIA("aws:SourceVpce", "vpce-1")), .endpoint = V(GRANT("*", "*", "*") "," REFUSE("*", "s3:GetObject", B "/x")) }, ALICE, "s3:GetObject", B, B "/y", VERDICT_CONDITIONAL, 0 },
	{ "the network is behind its endpoints", { .alice = V(VIA("aws:SourceVpc", "vpc-1")), .endpoint = V(GRANT("*", "s3:PutObject", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "another network is not", { .alice = V(VIA("aws:SourceVpc", "vpc-2")), .endpoint = V(GRANT("*", "s3:PutObject", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_CONDITIONAL, 0 },
	{ "a deny to all others asks for the way", { .alice = V(ALLOW("s3:*", "*")), .bucket = V("{'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*','Condition':{'StringNotEquals':{'aws:SourceVpce':'vpce-1'}}}"), .endpoint = V(GRANT("*", "s3:PutObject", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "another service does not come through it", { .alice = V("{'Effect':'Allow','Action':'sqs:*','Resource':'*','Condition':{'StringEquals':{'aws:SourceVpce':'vpce-1'}}}"), .endpoint = V(GRANT("*", "s3:PutObject", "*")) }, ALICE, "sqs:SendMessage", Q, "", VERDICT_CONDITIONAL, 0 },
	{ "a public policy is void for strangers behind the block", { .bucket = V(GRANT("*", "s3:GetObject", B "/*")), .block = RESTRICT }, "public", "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "and for other accounts", { .bob = V(ALLOW("s3:*", "*")), .bucket = V(GRANT("*", "s3:GetObject", B "/*")), .block = RESTRICT }, BOB, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "also those that it names beside", { .bob = V(ALLOW("s3:*", "*")), .bucket = V(GRANT(BOB, "s3:GetObject", B "/*") "," GRANT("*", "s3:ListBucket", B)), .block = RESTRICT }, BOB, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "not for its own account", { .bucket = V(GRANT("*", "s3:GetObject", B "/*")), .block = RESTRICT }, EVE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a policy that names accounts is not public", { .bob = V(ALLOW("s3:*", "*")), .bucket = V(GRANT(LITTLE_B, "s3:GetObject", B "/*")), .block = RESTRICT }, BOB, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "nor is one for an organization", { .bob = V(ALLOW("s3:*", "*")), .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'" B "/*','Condition':{'StringEquals':{'aws:PrincipalOrgID':'o-org'}}}"), .block = RESTRICT }, BOB, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "one for any organization is", { .bob = V(ALLOW("s3:*", "*")), .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'" B "/*','Condition':{'StringLike':{'aws:PrincipalOrgID':'o-*'}}}"), .block = RESTRICT }, BOB, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "and one if the key is there", { .bob = V(ALLOW("s3:*", "*")), .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'" B "/*','Condition':{'StringEqualsIfExists':{'aws:PrincipalOrgID':'o-org'}}}"), .block = RESTRICT }, BOB, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "and one for half of all addresses", { .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'" B "/*','Condition':{'IpAddress':{'aws:SourceIp':'0.0.0.0/1'}}}"), .block = RESTRICT }, "public", "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "one for an office is not", { .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'" B "/*','Condition':{'IpAddress':{'aws:SourceIp':'192.0.2.0/24'}}}"), .block = RESTRICT }, "public", "s3:GetObject", B, B "/x", VERDICT_CONDITIONAL, 0 },
	{ "a list lets everybody list", { .acl = V(GRANT("*", "s3:ListBucket", B)) }, "public", "s3:ListBucket", B, "", VERDICT_ALLOWED, 0 },
	{ "unless lists are off", { .acl = V(GRANT("*", "s3:ListBucket", B)), .ownership = "BucketOwnerEnforced" }, "public", "s3:ListBucket", B, "", VERDICT_DENIED, 0 },
	{ "or what they give everybody is ignored", { .acl = V(GRANT("*", "s3:ListBucket", B)), .block = "bpa:IgnorePublicAcls" }, "public", "s3:ListBucket", B, "", VERDICT_DENIED, 0 },
	{ "the block of policies is none of lists", { .acl = V(GRANT("*", "s3:ListBucket", B)), .block = RESTRICT }, "public", "s3:ListBucket", B, "", VERDICT_ALLOWED, 0 },
	{ "a list that names the other account", { .bob = V(ALLOW("s3:*", "*")), .acl = V("{'Effect':'Allow','Principal':{'CanonicalUser':'c2'},'Action':'s3:ListBucket','Resource':'" B "'}") }, BOB, "s3:ListBucket", B, "", VERDICT_ALLOWED, 0 },
	{ "leaves it to that account's policies", { .acl = V("{'Effect':'Allow','Principal':{'CanonicalUser':'c2'},'Action':'s3:ListBucket','Resource':'" B "'}") }, BOB, "s3:ListBucket", B, "", VERDICT_DENIED, 0 },
	{ "an access point and its bucket must both grant", { .alice = V(ALLOW("s3:GetObject", AP "/object/*")) }, ALICE, "s3:GetObject", AP, AP "/object/x", VERDICT_DENIED, 0 },
	{ "both do", { .alice = V(ALLOW("s3:GetObject", AP "/object/*") "," ALLOW("s3:GetObject", B "/*")) }, ALICE, "s3:GetObject", AP, AP "/object/x", VERDICT_ALLOWED, 0 },
	{ "the bucket's grant alone is not enough", { .alice = V(ALLOW("s3:GetObject", B "/*")) }, ALICE, "s3:GetObject", AP, AP "/object/x", VERDICT_DENIED, 0 },
	{ "a bucket leaves it to its access points", { .point = V(GRANT(EVE, "s3:GetObject", AP "/object/*")), .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'" B "/*','Condition':{'StringEquals':{'s3:DataAccessPointAccount':'" LITTLE_A "'}}}") }, EVE, "s3:GetObject", AP, AP "/object/x", VERDICT_ALLOWED, 0 },
	{ "to another account's not", { .point = V(GRANT(EVE, "s3:GetObject", AP "/object/*")), .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'" B "/*','Condition':{'StringEquals':{'s3:DataAccessPointAccount':'" LITTLE_B "'}}}") }, EVE, "s3:GetObject", AP, AP "/object/x", VERDICT_DENIED, 0 },
	{ "a deny of the bucket cuts what comes through", { .alice = V(ALLOW("s3:*", "*")), .bucket = V(REFUSE("*", "s3:GetObject", B "/x")) }, ALICE, "s3:GetObject", AP, AP "/object/x", VERDICT_DENIED, 0 },
	{ "only what it covers", { .alice = V(ALLOW("s3:*", "*")), .bucket = V(REFUSE("*", "s3:GetObject", B "/x")) }, ALICE, "s3:GetObject", AP, AP "/object/y", VERDICT_ALLOWED, 0 },
	{ "an SCP that lacks it cuts", { .alice = V(ALLOW("s3:*", "*")), .scp_ou = V(ALLOW("sqs:*", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "every level must allow", { .alice = V(ALLOW("s3:*", "*")), .scp_root = V(ALLOW("s3:*", "*")), .scp_ou = V(ALLOW("*", "*")), .scp_account = V(ALLOW("s3:Get*", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "an SCP denies the root user", { .scp_root = V(ALLOW("*", "*") "," DENY("s3:*", "*")) }, ROOT, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "an SCP does not bind the organization's own account", { .boss = V(ALLOW("s3:*", "*")), .bucket = V(GRANT(LITTLE_C, "s3:*", B "/*")), .scp_root = V(DENY("s3:*", "*")) }, BOSS, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "an SCP of the caller's account, not the resource's", { .bob = V(ALLOW("s3:*", "*")), .bucket = V(GRANT(BOB, "s3:*", B "/*")), .scp_account = V(DENY("s3:*", "*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "an RCP of the resource's account", { .boss = V(ALLOW("s3:*", "*")), .bucket = V(GRANT(LITTLE_C, "s3:*", B "/*")), .rcp = V(REFUSE("*", "s3:*", "*")) }, BOSS, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "an open condition", { .alice = V("{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':{'aws:MultiFactorAuthPresent':'true'}}}") }, ALICE, "s3:GetObject", B, B "/x", VERDICT_CONDITIONAL, 0 },
	{ "a deny under a condition", { .alice = V(ALLOW("s3:*", "*") ",{'Effect':'Deny','Action':'s3:*','Resource':'*','Condition':{'IpAddress':{'aws:SourceIp':'10.0.0.0/8'}}}") }, ALICE, "s3:GetObject", B, B "/x", VERDICT_CONDITIONAL, 0 },
	{ "a condition that we know holds", { .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'" B "/*','Condition':{'StringEquals':{'aws:PrincipalOrgID':'o-org'}}}"), .bob = V(ALLOW("s3:*", "*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "and one that we know does not", { .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:*','Resource':'" B "/*','Condition':{'StringEquals':{'aws:PrincipalOrgID':'o-other'}}}") }, EVE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "everybody of the caller's account", { .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'" B "/*','Condition':{'StringEquals':{'aws:PrincipalAccount':'" LITTLE_B "'}}}"), .bob = V(ALLOW("s3:*", "*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "everybody of another account", { .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'" B "/*','Condition':{'StringEquals':{'aws:PrincipalAccount':'" LITTLE_A "'}}}"), .bob = V(ALLOW("s3:*", "*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "everybody of its own account", { .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'" B "/*','Condition':{'StringEquals':{'aws:PrincipalAccount':'" LITTLE_A "'}}}") }, EVE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "everybody of two accounts", { .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'" B "/*','Condition':{'StringEquals':{'aws:PrincipalAccount':['" LITTLE_A "','" LITTLE_B "']}}}"), .bob = V(ALLOW("s3:*", "*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "whoever the owner is of", { .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'" B "/*','Condition':{'StringEquals':{'AWS:SourceOwner':'" LITTLE_A "'}}}") }, EVE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "and nobody else", { .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'" B "/*','Condition':{'StringEquals':{'AWS:SourceOwner':'" LITTLE_A "'}}}"), .bob = V(ALLOW("s3:*", "*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "everybody by one of several services", { .bucket = V("{'Effect':'Allow','Principal':'*','Action':['s3:GetObject','sqs:SendMessage'],'Resource':'" B "/*'}"), .bob = V(ALLOW("s3:GetObject", "*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "everybody, and a grant on the one bucket", { .bucket = V(GRANT("*", "s3:GetObject", B "/*")), .bob = V(ALLOW("s3:GetObject", B "/*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "everybody, and a grant on buckets so named", { .bucket = V(GRANT("*", "s3:GetObject", B "/*")), .bob = V(ALLOW("s3:GetObject", "arn:aws:s3:::*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "everybody, and a grant on another bucket", { .bucket = V(GRANT("*", "s3:GetObject", B "/*")), .bob = V(ALLOW("s3:GetObject", B "x/*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "a deny of everybody lets nobody in", { .bucket = V(REFUSE("*", "s3:PutObject", B "/*")), .bob = V(ALLOW("s3:*", "*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "the public meets everybody", { .bucket = V(GRANT("*", "s3:GetObject", B "/*")) }, "public", "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "the public is no account", { .bucket = V(GRANT(LITTLE_A, "s3:GetObject", B "/*")) }, "public", "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "a policy that nobody collected", { .attached = "arn:aws:iam::aws:policy/Gone" }, ALICE, "s3:GetObject", B, B "/x", VERDICT_UNKNOWN, 0 },
	{ "could deny as well", { .alice = V(ALLOW("s3:*", "*")), .attached = "arn:aws:iam::aws:policy/Gone" }, ALICE, "s3:GetObject", B, B "/x", VERDICT_UNKNOWN, 0 },
	{ "an identity of an account that nobody collected", { .bucket = V(GRANT("arn:aws:iam::999999999999:user/x", "s3:*", B "/*")) }, "arn:aws:iam::999999999999:user/x", "s3:GetObject", B, B "/x", VERDICT_UNKNOWN, 0 },
	{ "a hop by a role", { .alice = V(ALLOW("sts:AssumeRole", DEV)), .dev = V(ALLOW("s3:*", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "which is not direct", { .alice = V(ALLOW("sts:AssumeRole", DEV)), .dev = V(ALLOW("s3:*", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, DIRECT },
	{ "a hop across accounts", { .bob = V(ALLOW("sts:AssumeRole", "*")), .trust = V(TRUST(LITTLE_B)), .dev = V(ALLOW("s3:*", "*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "two hops across accounts", { .alice = V(ALLOW("sts:AssumeRole", "*")), .far_trust = V(TRUST(ALICE)), .far = V(ALLOW("sts:AssumeRole", "*")), .trust = V(TRUST(FAR)), .dev = V(ALLOW("s3:*", "*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "compute acts as what it carries", { 0 }, F, "s3:GetObject", B, B "/app/x", VERDICT_ALLOWED, 0 },
	{ "and as nothing else", { 0 }, F, "s3:GetObject", B, B "/other", VERDICT_DENIED, 0 },
	{ "a conditional hop", { .trust = V("{'Effect':'Allow','Principal':{'AWS':'" EVE "'},'Action':'sts:AssumeRole','Condition':{'Bool':{'aws:MultiFactorAuthPresent':'true'}}}"), .dev = V(ALLOW("s3:*", "*")) }, EVE, "s3:GetObject", B, B "/x", VERDICT_CONDITIONAL, 0 },
	{ "a session of a role may be named", { .bucket = V(GRANT("arn:aws:sts::" LITTLE_A ":assumed-role/dev/ses", "s3:*", B "/*")) }, DEV, "s3:GetObject", B, B "/x", VERDICT_CONDITIONAL, 0 },
	{ "a web identity by trust alone", { .trust = V(LOGIN(OIDC, "WebIdentity")), .scp_root = V(DENY("*", "*")) }, OIDC, "sts:AssumeRoleWithWebIdentity", DEV, "", VERDICT_ALLOWED, DIRECT },
	{ "and by nobody's else", { .trust = V(LOGIN("arn:aws:iam::" LITTLE_A ":oidc-provider/other.example", "WebIdentity")) }, OIDC, "sts:AssumeRoleWithWebIdentity", DEV, "", VERDICT_DENIED, DIRECT },
	{ "a web identity whose claims are open", { .trust = V(CLAIM("idp.example:sub", "repo:acme/app:*")) }, OIDC, "sts:AssumeRoleWithWebIdentity", DEV, "", VERDICT_CONDITIONAL, DIRECT },
	{ "a claim of another issuer is in no token of this one", { .trust = V(CLAIM("other.example:sub", "repo:acme/app:*")) }, OIDC, "sts:AssumeRoleWithWebIdentity", DEV, "", VERDICT_DENIED, DIRECT },
	{ "the account behind a web identity is no account", { .trust = V(CLAIM("aws:PrincipalAccount", LITTLE_A)) }, OIDC, "sts:AssumeRoleWithWebIdentity", DEV, "", VERDICT_DENIED, DIRECT },
	{ "a web identity signs nothing", { .trust = V(LOGIN(OIDC, "*") "," TRUST("*")) }, OIDC, "sts:AssumeRole", DEV, "", VERDICT_DENIED, DIRECT },
	{ "a web identity is no assertion", { .trust = V(LOGIN(OIDC, "SAML")) }, OIDC, "sts:AssumeRoleWithSAML", DEV, "", VERDICT_DENIED, DIRECT },
	{ "an assertion by trust alone", { .trust = V(LOGIN(SAML, "SAML")) }, SAML, "sts:AssumeRoleWithSAML", DEV, "", VERDICT_ALLOWED, DIRECT },
	{ "an assertion is no web identity", { .trust = V(LOGIN(SAML, "WebIdentity")) }, SAML, "sts:AssumeRoleWithWebIdentity", DEV, "", VERDICT_DENIED, DIRECT },
	{ "who signs brings no token", { .alice = V(ALLOW("*", "*")), .trust = V(LOGIN(OIDC, "*") ",{'Effect':'Allow','Principal':{'AWS':'" ALICE "'},'Action':'sts:*'}") }, ALICE, "sts:AssumeRoleWithWebIdentity", DEV, "", VERDICT_DENIED, DIRECT },
	{ "an RCP binds keys", { .alice = V(ALLOW("kms:*", "*")), .rcp = V(REFUSE("*", "kms:*", "*")) }, ALICE, "kms:Decrypt", K, "", VERDICT_DENIED, 0 },
	{ "where one may change its policy it is a customer's", { .alice = V(ALLOW("kms:*", "*")), .rcp = V(REFUSE("*", "kms:*", "*")), .key_listed = true }, ALICE, "kms:Decrypt", K, "", VERDICT_DENIED, 0 },
	{ "perhaps those of which nobody said it", { .alice = V(ALLOW("kms:*", "*")), .rcp = V(REFUSE("*", "kms:*", "*")), .key = V(GRANT("arn:aws:iam::" LITTLE_A ":root", "kms:Decrypt", "*")), .key_listed = true }, ALICE, "kms:Decrypt", K, "", VERDICT_UNKNOWN, 0 },
	{ "but not those that the provider manages", { .alice = V(ALLOW("kms:*", "*")), .rcp = V(REFUSE("*", "kms:*", "*")), .managed_key = true }, ALICE, "kms:Decrypt", K, "", VERDICT_ALLOWED, 0 },
	{ "an RCP binds web identities", { .trust = V(LOGIN(OIDC, "WebIdentity")), .rcp = V(REFUSE("*", "sts:*", "*")) }, OIDC, "sts:AssumeRoleWithWebIdentity", DEV, "", VERDICT_DENIED, DIRECT },
	{ "a web identity has nothing but roles", { .bucket = V(GRANT("*", "s3:*", B "/*")) }, OIDC, "s3:GetObject", B, B "/x", VERDICT_DENIED, DIRECT },
	{ "and what they have", { .trust = V(LOGIN(OIDC, "WebIdentity")), .dev = V(ALLOW("s3:*", "*")) }, OIDC, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a provider that every account knows", { .trust = V(LOGIN("cognito-identity.amazonaws.com", "WebIdentity")), .dev = V(ALLOW("s3:*", "*")) }, "cognito-identity.amazonaws.com", "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a key of one value has no two", { .alice = V("{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'ForAnyValue:StringEquals':{'aws:SourceVpce':'a'},'ForAnyValue:StringLike':{'aws:SourceVpce':'b*'}}}") }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "a key of many values may", { .alice = V("{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'ForAnyValue:StringEquals':{'aws:CalledVia':'a'},'ForAnyValue:StringLike':{'aws:CalledVia':'b*'}}}") }, ALICE, "s3:GetObject", B, B "/x", VERDICT_CONDITIONAL, 0 },
	{ "everybody who is the role: not cut by its boundary", { .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'" B "/*','Condition':{'ArnEquals':{'aws:PrincipalArn':'" DEV "'}}}"), .boundary = V(ALLOW("sqs:*", "*")) }, DEV, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "and is nobody else", { .bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'" B "/*','Condition':{'ArnEquals':{'aws:PrincipalArn':'" DEV "'}}}") }, EVE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "a session that is named is not cut by its role's boundary", { .bucket = V(GRANT("arn:aws:sts::" LITTLE_A ":assumed-role/dev/ses", "s3:*", B "/*")), .boundary = V(ALLOW("sqs:*", "*")) }, DEV, "s3:GetObject", B, B "/x", VERDICT_CONDITIONAL, 0 },
	{ "nor where the role is named beside it", { .bucket = V("{'Effect':'Allow','Principal':{'AWS':['" DEV "','arn:aws:sts::" LITTLE_A ":assumed-role/dev/ses']},'Action':'s3:*','Resource':'" B "/*'}"), .boundary = V(ALLOW("sqs:*", "*")) }, DEV, "s3:GetObject", B, B "/x", VERDICT_CONDITIONAL, 0 },
	{ "nor where its account is", { .queue = V("{'Effect':'Allow','Principal':{'AWS':['" LITTLE_A "','arn:aws:sts::" LITTLE_A ":assumed-role/dev/ses']},'Action':'sqs:*','Resource':'*'}") }, DEV, "sqs:SendMessage", Q, "", VERDICT_CONDITIONAL, 0 },
	{ "what the account gets, a boundary cuts", { .alice = V(ALLOW("kms:*", "*")), .boundary = V(ALLOW("sqs:*", "*")) }, ALICE, "kms:Decrypt", K, "", VERDICT_DENIED, 0 },
	{ "an explicit deny of the boundary beats a session that is named", { .bucket = V(GRANT("arn:aws:sts::" LITTLE_A ":assumed-role/dev/ses", "s3:*", B "/*")), .boundary = V(DENY("s3:*", "*")) }, DEV, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "across accounts a boundary cuts a named user", { .alice = V(ALLOW("sts:*", "*")), .boundary = V(ALLOW("s3:*", "*")), .far_trust = V(TRUST(ALICE)) }, ALICE, "sts:AssumeRole", FAR, "", VERDICT_DENIED, DIRECT },
	{ "an unique id is its user", { .bucket = V(GRANT(LITTLE_ID_ALICE, "s3:GetObject", B "/*")) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "and nobody else", { .bucket = V(GRANT(LITTLE_ID_ALICE, "s3:GetObject", B "/*")) }, EVE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "a role's unique id is cut by its boundary", { .bucket = V(GRANT(LITTLE_ID_DEV, "s3:GetObject", B "/*")), .boundary = V(ALLOW("sqs:*", "*")) }, DEV, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "an unique id of another account", { .bob = V(ALLOW("s3:*", "*")), .bucket = V(GRANT(LITTLE_ID_BOB, "s3:GetObject", B "/*")) }, BOB, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "an unique id of another account, on the whole", { .bob = V(ALLOW("sqs:*", "*")), .queue = V(GRANT(LITTLE_ID_BOB, "sqs:SendMessage", "*")) }, BOB, "sqs:SendMessage", Q, "", VERDICT_ALLOWED, 0 },
	{ "a session of another account's role under a path", { .far = V(ALLOW("sqs:*", "*")), .queue = V(GRANT("arn:aws:sts::" LITTLE_B ":assumed-role/pit/ses", "sqs:SendMessage", "*")) }, PIT, "sqs:SendMessage", Q, "", VERDICT_CONDITIONAL, 0 },
	{ "an id that nobody has lets nobody in", { .alice = V(ALLOW("sts:*", "*")), .trust = V(TRUST("AROAGONEGONEGONEGONE0")) }, ALICE, "sts:AssumeRole", DEV, "", VERDICT_DENIED, DIRECT },
	{ "a name in another partition is another", { .bucket = V(GRANT("arn:aws-cn:iam::" LITTLE_A ":user/eve", "s3:*", B "/*")) }, EVE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
	{ "an origin access identity", { .bucket = V(GRANT(OAI, "s3:GetObject", B "/*")) }, OAI, "s3:GetObject", B, B "/x", VERDICT_ALLOWED, 0 },
	{ "a service by its name, for an account that is open", { .bucket = V("{'Effect':'Allow','Principal':{'Service':'logs.amazonaws.com'},'Action':'s3:PutObject','Resource':'" B "/*','Condition':{'StringEquals':{'aws:SourceAccount':'" LITTLE_A "'}}}"), .scp_root = V(DENY("*", "*")) }, "logs.amazonaws.com", "s3:PutObject", B, B "/x", VERDICT_CONDITIONAL, 0 },
	{ "nobody reshapes a role of a service", { .alice = V(ALLOW("*", "*")), .kept = SLR }, ALICE, "iam:UpdateAssumeRolePolicy", SLR, "", VERDICT_DENIED, DIRECT },
	{ "not its account's root user either", { .kept = SLR }, ROOT, "iam:PutRolePolicy", SLR, "", VERDICT_DENIED, DIRECT },
	{ "who may may pass it", { .alice = V(ALLOW("*", "*")), .kept = SLR }, ALICE, "iam:PassRole", SLR, "", VERDICT_ALLOWED, DIRECT },
	{ "nobody passes a role of Identity Center", { .alice = V(ALLOW("*", "*")), .kept = SSO }, ALICE, "iam:PassRole", SSO, "", VERDICT_DENIED, DIRECT },
	{ "but reads it", { .alice = V(ALLOW("*", "*")), .kept = SSO }, ALICE, "iam:GetRole", SSO, "", VERDICT_ALLOWED, DIRECT },
	{ "a role of that name elsewhere is as any", { .alice = V(ALLOW("*", "*")) }, ALICE, "iam:PassRole", DEV, "", VERDICT_ALLOWED, DIRECT },
	{ "an action on another kind of resource grants nothing", { .alice = V(ALLOW("s3:GetObject", B)) }, ALICE, "s3:GetObject", B, B "/x", VERDICT_DENIED, 0 },
};
/* clang-format on */

static node_id node_of(struct world *w, const char *key)
{
	struct err e = { 0 };
	node_id n = NODE_NONE;

	if (world_node_of_key(&n, w, str_from(key), &e) < 0)
		fail_msg("%s: %s", key, e.text);
	return n;
}

static bool listed(const struct answer *a, node_id n)
{
	for (uint32_t i = 0; i < a->row_count; i++) {
		if (a->rows[i].node == n)
			return true;
	}
	return false;
}

static int failures;

/* Report and go on, so that one run shows all rows that are wrong. */
#define WRONG(...)                                                                       \
	do {                                                                             \
		print_error(__VA_ARGS__);                                                \
		failures++;                                                              \
		return;                                                                  \
	} while (0)

/* What the row says, asked in all three ways. */
static void check_row(size_t i, struct world *w)
{
	struct str action = str_from(rows[i].action);
	struct action_query q = { .patterns = &action, .pattern_count = 1 };
	struct answer_options o = { .max_hops = UINT32_MAX,
		.direct_only = rows[i].direct == DIRECT };
	struct answer_object object = { node_of(w, rows[i].object),
		str_from(rows[i].resource) };
	node_id subject = node_of(w, rows[i].subject);
	struct answer_decision decision;
	struct answer who, what;
	struct err e = { 0 };

	if (answer_can(&decision, w, subject, &q, &object, &o, &e) < 0)
		WRONG("row %zu (%s): %s\n", i, rows[i].claim, e.text);
	if (decision.verdict != rows[i].verdict)
		WRONG("row %zu (%s): %.*s, because %.*s\n", i, rows[i].claim,
			STR_ARG(expr_verdict_name(decision.verdict)),
			STR_ARG(decision.proof.reason));
	assert_true(decision.proof.reason.n > 0);
	if (rows[i].direct == CAN)
		return;
	if (answer_who(&who, w, &object, 1, &q, &o, &e) < 0)
		WRONG("row %zu (%s): who: %s\n", i, rows[i].claim, e.text);
	if (listed(&who, subject) != (rows[i].verdict != VERDICT_DENIED))
		WRONG("row %zu (%s): who can %s\n", i, rows[i].claim,
			listed(&who, subject) ? "has the subject" : "lacks the subject");
	if (rows[i].resource[0])
		return; /* "what can" asks about the whole entity */
	if (answer_what(&what, w, &subject, 1, &q, NULL, 0, &o, &e) < 0)
		WRONG("row %zu (%s): what: %s\n", i, rows[i].claim, e.text);
	if (listed(&what, object.node) != (rows[i].verdict != VERDICT_DENIED))
		WRONG("row %zu (%s): what can %s\n", i, rows[i].claim,
			listed(&what, object.node) ? "has the object"
						   : "lacks the object");
}

static void test_decisions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct little_world l;

		little_open(&l, &rows[i].p);
		check_row(i, l.world);
		little_close(&l);
	}
	assert_int_equal(failures, 0);
}

static enum expr_verdict verdict_in(
	struct little_world *l, const struct world_context *context, const char *subject)
{
	struct str action = STR_LIT("s3:GetObject");
	struct action_query q = { .patterns = &action, .pattern_count = 1 };
	struct answer_options o = { .direct_only = true };
	struct answer_object object = { node_of(l->world, B), STR_LIT(B "/x") };
	struct answer_decision d;
	struct err e = { 0 };

	world_set_context(l->world, context);
	assert_int_equal(
		answer_can(&d, l->world, node_of(l->world, subject), &q, &object, &o, &e),
		0);
	return d.verdict;
}

/* What a context leaves open, a complete one leaves out. */
static void test_complete_context(void **state)
{
	struct str key = STR_LIT("aws:MultiFactorAuthPresent"), value = STR_LIT("true");
	struct world_context context = { &key, &value, 0, false };
	struct little_world l;

	(void)state;
	little_open(&l,
		&(struct little_policies){
			.alice = V("{'Effect':'Allow','Action':'s3:*','Resource':'*',"
				   "'Condition':{'Bool':{'aws:MultiFactorAuthPresent':"
				   "'true'}}}") });
	assert_int_equal(verdict_in(&l, &context, ALICE), VERDICT_CONDITIONAL);
	context.complete = true;
	assert_int_equal(verdict_in(&l, &context, ALICE), VERDICT_DENIED);
	context.count = 1;
	assert_int_equal(verdict_in(&l, &context, ALICE), VERDICT_ALLOWED);
	little_close(&l);
}

/* A key that carries a list does so when the query gives its only value, too. */
static void test_given_list(void **state)
{
	struct str key = STR_LIT("aws:ResourceOrgPaths"), value = STR_LIT("o-x/r-root/");
	struct world_context context = { &key, &value, 1, false };
	struct little_world l;

	(void)state;
	little_open(&l,
		&(struct little_policies){
			.alice = V("{'Effect':'Allow','Action':'s3:*','Resource':'*',"
				   "'Condition':{'StringLike':{'aws:ResourceOrgPaths':"
				   "'o-x/*'}}}"),
			.bucket = V("{'Effect':'Allow','Principal':'*','Action':'s3:*',"
				    "'Resource':'" B "/*','Condition':{"
				    "'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':"
				    "'o-x/*'}}}") });
	assert_int_equal(verdict_in(&l, &context, ALICE), VERDICT_DENIED);
	key = STR_LIT("aws:PrincipalOrgPaths");
	assert_int_equal(verdict_in(&l, &context, ALICE), VERDICT_ALLOWED);
	little_close(&l);
}

/* One action takes no permission, and no deny stops it: asked for by its name only. */
static void test_free_action(void **state)
{
	struct str names[] = { STR_LIT("STS:getCallerIdentity"), STR_LIT("sts:*") };
	enum expr_verdict verdicts[] = { VERDICT_ALLOWED, VERDICT_DENIED };
	struct answer_options o = { .direct_only = true };
	struct answer_decision d;
	struct little_world l;
	struct err e = { 0 };

	(void)state;
	little_open(&l, &(struct little_policies){ .alice = V(DENY("*", "*")) });
	for (int i = 0; i < 2; i++) {
		struct action_query q = { .patterns = &names[i], .pattern_count = 1 };
		struct answer_object object = {
			node_of(l.world, LITTLE_ACCOUNT(LITTLE_A)), { 0 }
		};

		assert_int_equal(answer_can(&d, l.world, node_of(l.world, ALICE), &q,
					 &object, &o, &e),
			0);
		assert_int_equal(d.verdict, verdicts[i]);
		assert_true(d.proof.reason.n > 0);
	}
	little_close(&l);
}

/* The session's name decides whether a policy that names a session means the caller. */
static void test_session_name(void **state)
{
	struct str key = STR_LIT("sts:RoleSessionName"), value = STR_LIT("ses");
	struct world_context context = { &key, &value, 1, false };
	struct little_world l;

	(void)state;
	little_open(
		&l, &(struct little_policies){ .bucket = V(GRANT("arn:aws:sts::" LITTLE_A
								 ":assumed-role/dev/ses",
						       "s3:*", B "/*")) });
	assert_int_equal(verdict_in(&l, &context, DEV), VERDICT_ALLOWED);
	value = STR_LIT("other");
	assert_int_equal(verdict_in(&l, &context, DEV), VERDICT_DENIED);
	little_close(&l);
}

/*
 * A context that names the way: its policy binds; one that nobody collected is unknown.
 */
static void test_endpoint_of_context(void **state)
{
	const struct {
		const char *endpoint;
		enum expr_verdict verdict;
	} ways[] = { { "vpce-1", VERDICT_DENIED }, { "vpce-2", VERDICT_UNKNOWN } };
	struct little_policies p = { .alice = V(ALLOW("s3:*", "*")),
		.endpoint = V(GRANT("*", "s3:PutObject", "*")) };
	struct str key = STR_LIT("aws:SourceVpce");
	struct little_world l;

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct str value = str_from(ways[i].endpoint);
		struct world_context context = { &key, &value, 1, false };

		little_open(&l, &p);
		assert_int_equal(verdict_in(&l, &context, ALICE), ways[i].verdict);
		little_close(&l);
	}
}

static bool row_has(const struct answer_row *row, const char *name)
{
	action_id id = catalog_action_find(str_from(name));

	for (uint32_t i = 0; i < row->action_count; i++) {
		if (row->actions[i] == id)
			return true;
	}
	return false;
}

/* Actions of several services that one statement grants: an endpoint binds its own. */
static void test_endpoint_in_lists(void **state)
{
	const struct little_policies p = { .alice = V(WHEN("Allow", "*", "StringEquals",
						   "aws:SourceVpce", "vpce-1")),
		.endpoint = V(GRANT("*", "s3:PutObject", "*")) };
	const struct action_query all = { .everything = true };
	const struct answer_options o = { .direct_only = true };
	struct little_world l;
	struct answer a;
	struct err e = { 0 };
	uint32_t seen = 0;

	(void)state;
	little_open(&l, &p);
	node_id alice = node_of(l.world, ALICE);

	assert_int_equal(answer_what(&a, l.world, &alice, 1, &all, NULL, 0, &o, &e), 0);
	for (uint32_t i = 0; i < a.row_count; i++) {
		struct str key = world_node(l.world, a.rows[i].node)->key;

		if (str_eq(key, STR_LIT(B))) {
			assert_true(row_has(&a.rows[i], "s3:PutObject"));
			assert_false(row_has(&a.rows[i], "s3:GetObject"));
			assert_true(row_has(&a.rows[i], "ssm:SendCommand"));
			seen |= 1;
		} else if (str_eq(key,
				   STR_LIT("arn:aws:account::" LITTLE_A ":account"))) {
			assert_false(row_has(&a.rows[i], "s3:ListAllMyBuckets"));
			assert_true(row_has(&a.rows[i], "iam:ListUsers"));
			seen |= 2;
		}
	}
	assert_int_equal(seen, 3);
	little_close(&l);
}

/* Resources of all services whose policies are collected, by a key of each. */
static void test_kinds_with_policies(void **state)
{
	static const char *const keys[] = { "arn:aws:s3:::b",
		"arn:aws:s3:eu-west-1:" LITTLE_A ":accesspoint/a",
		"arn:aws:s3::" LITTLE_A ":accesspoint/a.mrap",
		"arn:aws:s3-object-lambda:eu-west-1:" LITTLE_A ":accesspoint/a",
		"arn:aws:s3express:eu-west-1:" LITTLE_A ":bucket/b",
		"arn:aws:s3express:eu-west-1:" LITTLE_A ":accesspoint/a",
		"arn:aws:s3-outposts:eu-west-1:" LITTLE_A ":outpost/o/bucket/b",
		"arn:aws:s3-outposts:eu-west-1:" LITTLE_A ":outpost/o/accesspoint/a",
		"arn:aws:s3tables:eu-west-1:" LITTLE_A ":bucket/b", Q,
		"arn:aws:sns:eu-west-1:" LITTLE_A ":t", K, F,
		"arn:aws:lambda:eu-west-1:" LITTLE_A ":layer:l:1",
		"arn:aws:secretsmanager:eu-west-1:" LITTLE_A ":secret:s",
		"arn:aws:dynamodb:eu-west-1:" LITTLE_A ":table/t",
		"arn:aws:ecr:eu-west-1:" LITTLE_A ":repository/r",
		"arn:aws:elasticfilesystem:eu-west-1:" LITTLE_A ":file-system/f",
		"arn:aws:execute-api:eu-west-1:" LITTLE_A ":abc123",
		"arn:aws:events:eu-west-1:" LITTLE_A ":event-bus/b",
		"arn:aws:kinesis:eu-west-1:" LITTLE_A ":stream/s",
		"arn:aws:kafka:eu-west-1:" LITTLE_A ":cluster/c/u",
		"arn:aws:es:eu-west-1:" LITTLE_A ":domain/d",
		"arn:aws:backup:eu-west-1:" LITTLE_A ":backup-vault:v",
		"arn:aws:glacier:eu-west-1:" LITTLE_A ":vaults/v",
		"arn:aws:glue:eu-west-1:" LITTLE_A ":catalog",
		"arn:aws:acm-pca:eu-west-1:" LITTLE_A ":certificate-authority/c",
		"arn:aws:codeartifact:eu-west-1:" LITTLE_A ":domain/d",
		"arn:aws:codeartifact:eu-west-1:" LITTLE_A ":repository/d/r",
		"arn:aws:codebuild:eu-west-1:" LITTLE_A ":project/p",
		"arn:aws:ses:eu-west-1:" LITTLE_A ":identity/i",
		"arn:aws:logs:eu-west-1:" LITTLE_A ":log-group:g",
		"arn:aws:ram:eu-west-1:" LITTLE_A ":resource-share/s" };
	const struct provider *p = provider_get(0);

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t size;
		kind_id kind = catalog_kind_of_key(str_from(keys[i]), &size);
		enum record_layer layer;

		if (kind == CATALOG_NONE || p->policy(kind, 0, &layer) == POLICY_NEVER)
			fail_msg("no policy counts on %s", keys[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decisions),
		cmocka_unit_test(test_complete_context),
		cmocka_unit_test(test_endpoint_of_context),
		cmocka_unit_test(test_endpoint_in_lists),
		cmocka_unit_test(test_kinds_with_policies),
		cmocka_unit_test(test_given_list),
		cmocka_unit_test(test_free_action),
		cmocka_unit_test(test_session_name),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
