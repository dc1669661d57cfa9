/*
 * Policies that AWS does not save: what is wrong with each is told, and answers about
 * its holder are unknown, never "allowed" or "denied": who knows what was meant.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/little_world.h"

#define V(body) "{'Version':'2012-10-17','Statement':[" body "]}"
#define ALLOW   "{'Effect':'Allow','Action':'*','Resource':'*'}"
#define IF(tests)                                                                        \
	V("{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':" tests "}")
#define ONE(text)   V("{" text ",'Action':'s3:*','Resource':'*'}")
#define WHO(text)   V("{'Effect':'Allow','Action':'s3:*','Resource':'*'," text "}")
#define TRUST(text) V("{'Effect':'Allow','Action':'sts:AssumeRole'," text "}")

/* clang-format off */
static const struct {
	enum record_layer layer;
	const char *text, *problem;
} rows[] = {
	{ LAYER_IDENTITY, "no policy", "byte 0: " },
	{ LAYER_IDENTITY, "[]", "expected an object, found an array" },
	{ LAYER_IDENTITY, "{'Version':'2012-10-17'}", "has no Statement" },
	{ LAYER_IDENTITY, "{'Version':'2012-10-17','Statement':[]}", "Statement: empty list" },
	{ LAYER_IDENTITY, "{'Version':'2020-01-01','Statement':[" ALLOW "]}", "Version: expected 2012-10-17 or 2008-10-17" },
	{ LAYER_IDENTITY, "{'Statement':[" ALLOW "],'Owner':'x'}", "unknown element 'Owner'" },
	{ LAYER_IDENTITY, "{'Statement':[" ALLOW "],'Statement':[" ALLOW "]}", "byte 62: name 'Statement' is in its object twice" },
	{ LAYER_IDENTITY, V(ALLOW ",{'Effect':'Allow','Action':'s3:*','Resource':'*','Actions':'*'}"), "statement 1: unknown element 'Actions'" },
	{ LAYER_IDENTITY, ONE("'Effect':'allow'"), "statement 0: Effect: expected 'Allow' or 'Deny'" },
	{ LAYER_IDENTITY, ONE("'Sid':'x'"), "statement 0: has no Effect" },
	{ LAYER_IDENTITY, ONE("'Effect':'Deny','NotAction':'iam:*'"), "statement 0: has both Action and NotAction" },
	{ LAYER_IDENTITY, ONE("'Effect':'Deny','NotResource':'*'"), "statement 0: has both Resource and NotResource" },
	{ LAYER_IDENTITY, V("{'Effect':'Deny','Resource':'*'}"), "statement 0: has no Action" },
	{ LAYER_IDENTITY, V("{'Effect':'Deny','Action':[],'Resource':'*'}"), "statement 0: Action: empty list" },
	{ LAYER_IDENTITY, V("{'Effect':'Deny','Action':'GetObject','Resource':'*'}"), "statement 0: Action: expected service:Name" },
	{ LAYER_IDENTITY, V("{'Effect':'Deny','Action':'s*:Get*','Resource':'*'}"), "statement 0: Action: 's*:Get*' does not begin with a service" },
	{ LAYER_IDENTITY, V("{'Effect':'Deny','Action':{'s3':'*'},'Resource':'*'}"), "statement 0: Action: expected a string or a list" },
	{ LAYER_IDENTITY, V("{'Effect':'Deny','Action':'s3:*'}"), "statement 0: has no Resource" },
	{ LAYER_IDENTITY, V("{'Effect':'Deny','Action':'s3:*','Resource':[]}"), "statement 0: Resource: empty list" },
	{ LAYER_IDENTITY, V("{'Effect':'Deny','Action':'s3:*','Resource':'bucket/x'}"), "statement 0: Resource: expected an ARN or '*'" },
	{ LAYER_IDENTITY, ONE("'Effect':'Allow','Principal':'*'"), "statement 0: Principal: not allowed in this policy type" },
	{ LAYER_IDENTITY, ONE("'Effect':'Allow','NotPrincipal':'*'"), "statement 0: NotPrincipal: not allowed in this policy type" },
	{ LAYER_IDENTITY, ONE("'Effect':'Allow','Sid':7"), "statement 0: Sid: expected a string" },
	{ LAYER_IDENTITY, V("{'Sid':'s','Effect':'Allow','Action':'s3:*','Resource':'*'},{'Sid':'s','Effect':'Allow','Action':'sqs:*','Resource':'*'}"), "statement 1: Sid: 's' is there twice" },
	{ LAYER_IDENTITY, ONE("'Effect':'Allow','Sid':'two words'"), "statement 0: Sid: 'two words' has more than letters and digits" },
	{ LAYER_SESSION, ONE("'Effect':'Allow','Sid':'a-b'"), "statement 0: Sid: 'a-b' has more than letters and digits" },
	{ LAYER_IDENTITY, V("{'Effect':'Allow','Action':'s3:*','Resource':'arn:${AWS::Partition}:s3:::b'}"), "statement 0: Resource: '${AWS' is no partition" },
	{ LAYER_IDENTITY, V("{'Effect':'Allow','Action':'s3:*','Resource':['*','arn::s3:::b']}"), "statement 0: Resource: '' is no partition" },
	{ LAYER_TRUST, V("{'Effect':'Allow','Action':['sts:AssumeRole','s3:GetObject'],'Principal':'*'}"), "statement 0: Action: 's3:GetObject' is no action of a trust policy" },
	{ LAYER_IDENTITY, IF("[]"), "statement 0: Condition: expected an object" },
	{ LAYER_IDENTITY, IF("{'StringEqual':{'aws:SourceVpc':'v'}}"), "statement 0: Condition: StringEqual: not a condition operator" },
	{ LAYER_IDENTITY, IF("{'NullIfExists':{'aws:SourceVpc':'true'}}"), "statement 0: Condition: NullIfExists: Null takes no IfExists" },
	{ LAYER_IDENTITY, IF("{'Bool':{'mfa':'true'}}"), "statement 0: Condition: Bool: 'mfa' is not a condition key" },
	{ LAYER_IDENTITY, IF("{'Bool':{'aws:SecureTransport':'yes'}}"), "statement 0: Condition: Bool: expected true or false" },
	{ LAYER_IDENTITY, IF("{'Bool':{'aws:SecureTransport':{}}}"), "statement 0: Condition: Bool: expected a value or a list" },
	{ LAYER_IDENTITY, IF("{'NumericLessThan':{'s3:max-keys':'ten'}}"), "statement 0: Condition: NumericLessThan: expected a number" },
	{ LAYER_IDENTITY, IF("{'DateLessThan':{'aws:CurrentTime':'soon'}}"), "statement 0: Condition: DateLessThan: expected a date" },
	{ LAYER_IDENTITY, IF("{'IpAddress':{'aws:SourceIp':'10.0.0.0/33'}}"), "statement 0: Condition: IpAddress: expected an address or a block" },
	{ LAYER_IDENTITY, IF("{'StringEquals':{'aws:SourceVpc':'a','aws:sourcevpc':'b'}}"), "statement 0: Condition: StringEquals: 'aws:sourcevpc' is there twice" },
	{ LAYER_IDENTITY, IF("{'StringEquals':{'aws:PrincipalTag/':'a'}}"), "statement 0: Condition: StringEquals: 'aws:PrincipalTag/' names no tag" },
	{ LAYER_RESOURCE, V(ALLOW), "statement 0: has no Principal" },
	{ LAYER_RESOURCE, WHO("'Principal':{}"), "statement 0: Principal: names nobody" },
	{ LAYER_RESOURCE, WHO("'Principal':'111111111111'"), "statement 0: Principal: expected '*' or an object" },
	{ LAYER_RESOURCE, WHO("'Principal':{'aws':'*'}"), "statement 0: Principal: expected AWS, Service, Federated or CanonicalUser" },
	{ LAYER_RESOURCE, WHO("'Principal':{'AWS':'arn:aws:iam::111111111111:user/*'}"), "statement 0: Principal: AWS: 'arn:aws:iam::111111111111:user/*' has a wildcard inside a principal" },
	{ LAYER_RESOURCE, WHO("'Principal':{'AWS':'arn:aws:iam::111111111111:group/devs'}"), "statement 0: Principal: AWS: expected an account" },
	{ LAYER_RESOURCE, WHO("'Principal':'*','NotPrincipal':{'AWS':'111111111111'}"), "statement 0: has both Principal and NotPrincipal" },
	{ LAYER_TRUST, TRUST("'Resource':'*','Principal':'*'"), "statement 0: Resource: not allowed in this policy type" },
	{ LAYER_TRUST, TRUST("'Sid':'x'"), "statement 0: has no Principal" },
	{ LAYER_TRUST, TRUST("'NotPrincipal':{'AWS':'111111111111'}"), "statement 0: NotPrincipal: not allowed in this policy type" },
	{ LAYER_TRUST, TRUST("'Principal':{'AWS':'arn:aws:iam::111111111111:role/d*'}"), "statement 0: Principal: AWS: 'arn:aws:iam::111111111111:role/d*' has a wildcard" },
	{ LAYER_SCP, V("{'Effect':'Allow','Action':'s3:*'}"), "statement 0: has no Resource" },
	{ LAYER_SCP, V("{'Sid':'s','Effect':'Deny','Action':'s3:*','Resource':'*'},{'Sid':'s','Effect':'Deny','Action':'sqs:*','Resource':'*'}"), "statement 1: Sid: 's' is there twice" },
	{ LAYER_SCP, WHO("'Principal':'*'"), "statement 0: Principal: not allowed in this policy type" },
	{ LAYER_SCP, V("{'Effect':'Deny','Action':'s3:*','Resource':'arn:aws:s3'}"), "statement 0: Resource: 'arn:aws:s3' has fewer than six parts" },
	{ LAYER_RCP, V("{'Effect':'Deny','Action':'s3:*','Principal':{'AWS':'111111111111'},'Resource':'*'}"), "statement 0: Principal: expected '*'" },
	{ LAYER_RCP, V("{'Effect':'Allow','Action':'s3:*','Principal':'*','Resource':'*'}"), "statement 0: Effect: expected 'Deny'" },
	{ LAYER_RCP, V("{'Effect':'Allow','Action':'*','Principal':'*','Resource':'arn:aws:s3:::b'}"), "statement 0: Effect: expected 'Deny'" },
	{ LAYER_RCP, V("{'Effect':'Allow','Action':'*','Principal':'*','Resource':'*','Condition':{'Bool':{'aws:SecureTransport':'true'}}}"), "statement 0: Effect: expected 'Deny'" },
	{ LAYER_RCP, V("{'Effect':'Deny','NotAction':'s3:*','Principal':'*','Resource':'*'}"), "statement 0: NotAction: not allowed in this policy type" },
	{ LAYER_RCP, V("{'Effect':'Deny','Action':'s3:*','NotPrincipal':'*','Resource':'*'}"), "statement 0: NotPrincipal: not allowed in this policy type" },
	{ LAYER_RCP, V("{'Effect':'Deny','Action':'s3:*','Principal':'*'}"), "statement 0: has no Resource" },
	{ LAYER_RCP, V("{'Effect':'Deny','Action':'s3:*','Resource':'*'}"), "statement 0: has no Principal" },
	{ LAYER_RCP, V("{'Effect':'Deny','Action':'s3:*','Principal':'*','Resource':'arn:aws:s3:*'}"), "statement 0: Resource: 'arn:aws:s3:*' has fewer than six parts" },
};
/* clang-format on */

#define ALICE  LITTLE_USER(LITTLE_A, "alice")
#define EVE    LITTLE_USER(LITTLE_A, "eve")
#define DEV    LITTLE_ROLE(LITTLE_A, "dev")
#define BUCKET "arn:aws:s3:::b"

struct question {
	const char *subject, *action, *object;
};

static node_id node_of(struct world *w, const char *key)
{
	struct err e = { 0 };
	node_id n = NODE_NONE;

	if (world_node_of_key(&n, w, str_from(key), &e) < 0)
		fail_msg("%s: %s", key, e.text);
	return n;
}

static void check_unknown(
	size_t row, const struct little_policies *p, const struct question *q)
{
	struct str action = str_from(q->action);
	struct action_query actions = { .patterns = &action, .pattern_count = 1 };
	struct answer_options o = { .max_hops = UINT32_MAX, .direct_only = true };
	struct answer_decision d;
	struct little_world l;
	struct err e = { 0 };

	little_open(&l, p);
	struct answer_object object = { .node = node_of(l.world, q->object) };

	if (answer_can(&d, l.world, node_of(l.world, q->subject), &actions, &object, &o,
		    &e) < 0)
		fail_msg("%s: %s", rows[row].text, e.text);
	if (d.verdict != VERDICT_UNKNOWN)
		fail_msg("%s: %s %s: %.*s, because %.*s", rows[row].text, q->subject,
			q->action, STR_ARG(expr_verdict_name(d.verdict)),
			STR_ARG(d.proof.reason));
	if (d.unknown_count == 0)
		fail_msg("%s: does not say what is not known", rows[row].text);
	little_close(&l);
}

static void holders_are_unknown(void **state)
{
	static const struct question of_alice = { ALICE, "s3:GetObject", BUCKET };
	static const struct question of_eve = { EVE, "s3:GetObject", BUCKET };
	static const struct question assume = { ALICE, "sts:AssumeRole", DEV };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text = rows[i].text, *all = V(ALLOW);
		struct little_policies p = { .alice = text };

		switch (rows[i].layer) {
		case LAYER_IDENTITY:
			check_unknown(i, &p, &of_alice);
			p = (struct little_policies){ .alice = all, .devs = text };
			check_unknown(i, &p, &of_alice);
			p = (struct little_policies){ .alice = all, .boundary = text };
			check_unknown(i, &p, &of_alice);
			break;
		case LAYER_RESOURCE:
			p = (struct little_policies){ .alice = all, .bucket = text };
			check_unknown(i, &p, &of_alice);
			check_unknown(i, &p, &of_eve);
			break;
		case LAYER_TRUST:
			p = (struct little_policies){ .alice = all, .trust = text };
			check_unknown(i, &p, &assume);
			break;
		case LAYER_SCP:
			p = (struct little_policies){ .alice = all, .scp_root = text };
			check_unknown(i, &p, &of_alice);
			break;
		default:
			p = (struct little_policies){ .alice = all, .rcp = text };
			check_unknown(i, &p, &of_alice);
			break;
		}
	}
}

static void problems_are_told(void **state)
{
	const struct policy_dialect *aws = policy_find(STR_LIT("aws"));

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct document_builder b = { 0 };
		struct buf bytes = { 0 };
		struct document d;
		struct err e = { 0 };
		char text[2048];

		aws->compile(&b, little_quotes(text, sizeof(text), rows[i].text),
			rows[i].layer, NULL);
		document_finish(&b, &bytes);
		assert_int_equal(document_open(&d, buf_str(&bytes), &e), 0);
		if (!(d.flags & DOCUMENT_INVALID) ||
			!str_starts(d.problem, str_from(rows[i].problem)))
			fail_msg("%s: '%.*s', not '%s'", rows[i].text, STR_ARG(d.problem),
				rows[i].problem);
		document_builder_release(&b);
		buf_release(&bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(problems_are_told),
		cmocka_unit_test(holders_are_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
