/*
 * What AWS says of caller and resource whoever asks how: values that are known, keys that
 * are always, sometimes or never there.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/little_world.h"

#define ALICE "arn:aws:iam::111111111111:user/alice"
#define DEV   "arn:aws:iam::111111111111:role/dev"
#define APP   "arn:aws:iam::111111111111:role/app"
#define B     "arn:aws:s3:::b"
#define Q     "arn:aws:sqs:eu-west-1:111111111111:q"
#define K     "arn:aws:kms:eu-west-1:111111111111:key/k"
#define TAGS                                                                             \
	"{'Version':'2012-10-17','Statement':{'Effect':'Allow','Principal':{'AWS':"      \
	"'111111111111'},'Action':['sts:AssumeRole','sts:TagSession']}}"

/* clang-format off */
static const struct {
	const char *subject, *action, *object;
	const char *condition; /* of a grant to the subject */
	enum expr_verdict verdict;
} rows[] = {
	/* the caller */
	{ ALICE, "sqs:SendMessage", Q, "'StringEquals':{'aws:PrincipalType':'User'}", VERDICT_ALLOWED },
	{ DEV, "sqs:SendMessage", Q, "'StringEquals':{'aws:PrincipalType':'AssumedRole'}", VERDICT_ALLOWED },
	{ ALICE, "sqs:SendMessage", Q, "'ArnLike':{'AWS:principalarn':'arn:aws:iam::*:user/a*'}", VERDICT_ALLOWED },
	{ ALICE, "sqs:SendMessage", Q, "'StringEquals':{'aws:PrincipalAccount':'222222222222'}", VERDICT_DENIED },
	{ ALICE, "sqs:SendMessage", Q, "'StringEquals':{'aws:username':'alice'}", VERDICT_ALLOWED },
	{ DEV, "sqs:SendMessage", Q, "'Null':{'aws:username':'true'}", VERDICT_ALLOWED },
	{ DEV, "sqs:SendMessage", Q, "'StringNotEquals':{'aws:username':'alice'}", VERDICT_ALLOWED },
	{ ALICE, "sqs:SendMessage", Q, "'StringEquals':{'aws:PrincipalOrgID':'o-org'}", VERDICT_ALLOWED },
	{ ALICE, "sqs:SendMessage", Q, "'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':'o-org/r-root/ou-a/*'}", VERDICT_ALLOWED },
	{ ALICE, "sqs:SendMessage", Q, "'StringLike':{'aws:PrincipalOrgPaths':'o-org/r-root/ou-a/*'}", VERDICT_DENIED },
	{ ALICE, "sqs:SendMessage", Q, "'Bool':{'aws:PrincipalIsAWSService':'false'}", VERDICT_ALLOWED },
	{ ALICE, "sqs:SendMessage", Q, "'Null':{'aws:PrincipalServiceName':'true'}", VERDICT_ALLOWED },
	{ ALICE, "sqs:SendMessage", Q, "'Null':{'aws:PrincipalServiceNamesList':'false'}", VERDICT_DENIED },
	{ ALICE, "sqs:SendMessage", Q, "'StringEquals':{'aws:PrincipalTag/team':'x'}", VERDICT_DENIED },
	{ DEV, "sqs:SendMessage", Q, "'StringEquals':{'aws:PrincipalTag/team':'x'}", VERDICT_CONDITIONAL },
	/* credentials */
	{ ALICE, "sqs:SendMessage", Q, "'Null':{'aws:TokenIssueTime':'true'}", VERDICT_CONDITIONAL },
	{ DEV, "sqs:SendMessage", Q, "'Null':{'aws:TokenIssueTime':'true'}", VERDICT_DENIED },
	{ DEV, "sqs:SendMessage", Q, "'DateGreaterThan':{'aws:TokenIssueTime':'2026-01-01'}", VERDICT_CONDITIONAL },
	{ ALICE, "sqs:SendMessage", Q, "'Bool':{'aws:MultiFactorAuthPresent':'false'}", VERDICT_CONDITIONAL },
	{ ALICE, "sqs:SendMessage", Q, "'BoolIfExists':{'aws:MultiFactorAuthPresent':['true','false']}", VERDICT_ALLOWED },
	{ ALICE, "sqs:SendMessage", Q, "'StringLike':{'aws:SourceIdentity':'*'}", VERDICT_DENIED },
	{ DEV, "sqs:SendMessage", Q, "'StringLike':{'aws:SourceIdentity':'*'}", VERDICT_CONDITIONAL },
	{ ALICE, "sqs:SendMessage", Q, "'Null':{'aws:FederatedProvider':'true'}", VERDICT_ALLOWED },
	{ ALICE, "sqs:SendMessage", Q, "'ArnLike':{'ec2:SourceInstanceARN':'*'}", VERDICT_DENIED },
	/* always and sometimes there */
	{ ALICE, "sqs:SendMessage", Q, "'Null':{'aws:SecureTransport':'true'}", VERDICT_DENIED },
	{ ALICE, "sqs:SendMessage", Q, "'Bool':{'aws:SecureTransport':['true','false']}", VERDICT_ALLOWED },
	{ ALICE, "sqs:SendMessage", Q, "'BoolIfExists':{'aws:SecureTransport':'true'},'Bool':{'aws:ViaAWSService':'false'}", VERDICT_CONDITIONAL },
	{ ALICE, "sqs:SendMessage", Q, "'Null':{'aws:SourceVpc':'true'},'StringEquals':{'aws:SourceVpc':'v'}", VERDICT_DENIED },
	{ ALICE, "sqs:SendMessage", Q, "'StringEquals':{'aws:SourceVpc':'v'}", VERDICT_CONDITIONAL },
	{ ALICE, "sqs:SendMessage", Q, "'StringEquals':{'aws:SourceAccount':'111111111111'}", VERDICT_DENIED },
	{ ALICE, "sqs:SendMessage", Q, "'StringEqualsIfExists':{'aws:SourceAccount':'111111111111'}", VERDICT_ALLOWED },
	{ "public", "sqs:SendMessage", Q, "'Null':{'aws:MultiFactorAuthPresent':'true'}", VERDICT_ALLOWED },
	{ "public", "sqs:SendMessage", Q, "'Bool':{'aws:MultiFactorAuthPresent':'false'}", VERDICT_DENIED },
	{ "public", "sqs:SendMessage", Q, "'Null':{'aws:PrincipalArn':'true'}", VERDICT_ALLOWED },
	/* the resource */
	{ ALICE, "sqs:SendMessage", Q, "'StringEquals':{'aws:RequestedRegion':'eu-west-1'}", VERDICT_ALLOWED },
	{ ALICE, "iam:GetUser", ALICE, "'StringEquals':{'aws:RequestedRegion':'us-east-1'}", VERDICT_ALLOWED },
	{ ALICE, "iam:GetRole", APP, "'StringEquals':{'aws:RequestedRegion':'us-east-1'}", VERDICT_CONDITIONAL },
	{ ALICE, "s3:GetObject", B, "'StringEquals':{'aws:RequestedRegion':'us-east-1'}", VERDICT_CONDITIONAL },
	{ ALICE, "s3:GetObject", B, "'StringEquals':{'s3:ResourceAccount':'111111111111'}", VERDICT_ALLOWED },
	{ ALICE, "s3:GetObject", B, "'StringEquals':{'aws:ResourceAccount':'${aws:PrincipalAccount}'}", VERDICT_ALLOWED },
	{ ALICE, "s3:GetObject", B, "'StringEquals':{'aws:ResourceOrgID':'${aws:PrincipalOrgID}'}", VERDICT_ALLOWED },
	{ ALICE, "kms:Decrypt", K, "'StringEquals':{'kms:CallerAccount':'111111111111'}", VERDICT_ALLOWED },
	{ ALICE, "sqs:SendMessage", Q, "'StringEquals':{'kms:CallerAccount':'111111111111'}", VERDICT_DENIED },
	{ ALICE, "iam:GetUser", ALICE, "'StringEquals':{'iam:ResourceTag/team':'x'}", VERDICT_DENIED },
	{ ALICE, "iam:GetUser", ALICE, "'Null':{'iam:ResourceTag/team':'true'}", VERDICT_ALLOWED },
	{ ALICE, "kms:Decrypt", K, "'Null':{'aws:ResourceTag/team':'true'}", VERDICT_ALLOWED },
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

static void check_row(size_t i)
{
	struct little_policies p = { .trust = TAGS };
	struct str action = str_from(rows[i].action);
	struct action_query q = { .patterns = &action, .pattern_count = 1 };
	struct answer_options o = { .max_hops = UINT32_MAX, .direct_only = true };
	bool public = strcmp(rows[i].subject, "public") == 0;
	char grant[1024];
	struct answer_decision d;
	struct little_world l;
	struct err e = { 0 };

	snprintf(grant, sizeof(grant),
		"{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'*',"
		"'Resource':'*',%s'Condition':{%s}}}",
		public ? "'Principal':'*'," : "", rows[i].condition);
	if (public)
		p.queue = grant;
	else if (strcmp(rows[i].subject, ALICE) == 0)
		p.alice = grant;
	else if (strcmp(rows[i].subject, DEV) == 0)
		p.dev = grant;
	little_open(&l, &p);
	struct answer_object object = { .node = node_of(l.world, rows[i].object) };

	if (answer_can(&d, l.world, node_of(l.world, rows[i].subject), &q, &object, &o,
		    &e) < 0)
		fail_msg("%s: %s", rows[i].condition, e.text);
	if (d.verdict != rows[i].verdict)
		fail_msg("%s: %s: %.*s, because %.*s", rows[i].subject, rows[i].condition,
			STR_ARG(expr_verdict_name(d.verdict)), STR_ARG(d.proof.reason));
	little_close(&l);
}

static void keys_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(keys_are_known) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
