#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "reachability/rule.h"
#include "reachability/rule_syntax.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define HEAD   "provider aws\nrule x-1\n title T\n class carry\n"
#define TARGET HEAD " target iam:role\n"
#define WHOLE  TARGET " needs sts:AssumeRole on target\n yields target\n"

/* clang-format off */
/* What is wrong with a text, and where. */
static const struct {
	const char *text, *message;
} mistakes[] = {
	{ "rule x\n", "f:1:1: expected 'provider NAME' first, found 'rule'" },
	{ "provider awx\n", "f:1:10: unknown provider 'awx'" },
	{ "provider aws more\n", "f:1:14: expected the end of the line, found 'more'" },
	{ "provider aws\n title T\n", "f:2:2: expected 'rule ID' in the first column, found 'title'" },
	{ "provider aws\nrole x\n", "f:2:1: expected 'rule ID' in the first column, found 'role'; the lines of a rule are indented" },
	{ "provider aws\nrule X1\n", "f:2:6: expected a name of small letters, digits and '-', found 'X1'" },
	{ "provider aws\nrule\n", "f:2:5: expected a name of small letters, digits and '-', found ''" },
	{ HEAD " class carry\n", "f:5:2: the rule 'x-1' has a second line 'class'" },
	{ HEAD " tagret iam:role\n", "f:5:2: expected a line of a rule, found 'tagret'; did you mean 'target'?" },
	{ HEAD " xyzzy iam:role\n", "f:5:2: expected a line of a rule (title, class, actor, target, through, needs, when, unless, yields, assumes, attack, reference, remedy), found 'xyzzy'" },
	{ "provider aws\nrule x-1\n class cary\n", "f:3:8: expected a class, found 'cary'; did you mean 'carry'?" },
	{ "provider aws\nrule x-1\n title\n", "f:3:7: expected text, found the end of the line" },
	{ HEAD " target iam:rol\n", "f:5:9: unknown kind 'iam:rol'; did you mean 'iam:role'?" },
	{ HEAD " target iam:role|zzz\n", "f:5:18: unknown kind 'zzz'" },
	{ HEAD " target iam:role iam:user\n", "f:5:18: expected the end of the line, found 'iam:user'" },
	{ HEAD " target\n", "f:5:8: expected a kind, found the end of the line" },
	{ TARGET " needs iam:PasRole on target\n", "f:6:8: unknown action 'iam:PasRole'; did you mean 'iam:PassRole'?" },
	{ TARGET " needs iam:PassRole at target\n", "f:6:21: expected 'on', found 'at'" },
	{ TARGET " needs iam:PassRole on tagret\n", "f:6:24: expected a place, found 'tagret'; did you mean 'target'?" },
	{ TARGET " needs iam:PassRole on \"arn\n", "f:6:24: the string has no closing quote" },
	{ TARGET " needs iam:PassRole on target wiht a=b\n", "f:6:31: expected 'with' or the end of the line, found 'wiht'" },
	{ TARGET " needs iam:PassRole on target with a\n", "f:6:36: expected KEY=VALUE, found 'a'" },
	{ TARGET " needs iam:PassRole on target with a=b c=d\n", "f:6:40: expected a comma or the end of the line, found 'c=d'" },
	{ TARGET " needs iam:PassRole on new\n", "f:6:27: expected a kind, found the end of the line" },
	{ TARGET " when target trust x\n", "f:6:14: expected a claim, found 'trust'; did you mean 'trusts'?" },
	{ TARGET " when target trusts\n", "f:6:20: expected a service, found the end of the line" },
	{ TARGET " when through.a = b\n yields target\n", "f:6:7: the rule has no line 'through'" },
	{ TARGET " when account.a = b\n", "f:6:7: expected a place (actor, target, through), found 'account'" },
	{ TARGET " when target.a ~ b\n", "f:6:16: expected a comparison (=, <, >), found '~'" },
	{ TARGET " when target. = b\n", "f:6:7: expected an attribute behind the dot" },
	{ TARGET " when target matches arn:*\n", "f:6:22: expected a string in double quotes, found 'arn:*'" },
	{ TARGET " through ec2:instance caring target\n", "f:6:23: expected a bond, found 'caring'; did you mean 'carrying'?" },
	{ TARGET " through ec2:instance carrying\n", "f:6:31: expected 'target', found nothing more" },
	{ TARGET " yields target with any polcy\n", "f:6:9: expected what it yields, found 'target with any polcy'; did you mean 'target with any policy'?" },
	{ TARGET " yields with any policy\n", "f:6:9: expected what it yields (target, target with any policy, target without boundary, target without denies, membership, access, access without denies, end of denies, access to, access to without denies, grant of), found 'with any policy'" },
	{ TARGET " yields access to s3:GetObjec\n", "f:6:19: unknown action 's3:GetObjec'; did you mean 's3:GetObject'?" },
	{ TARGET " yields grant of\n", "f:6:17: expected an action, found the end of the line" },
	{ TARGET " yields membership, without boundary\n", "f:6:21: only 'target' has more to it" },
	/* whole rules */
	{ "provider aws\nrule x-1\n class carry\n", "f:2:6: the rule 'x-1' has no line 'title'" },
	{ HEAD " yields target\n", "f:2:6: the rule 'x-1' has no line 'target'" },
	{ TARGET " needs sts:AssumeRole on target\n", "f:2:6: the rule 'x-1' has no line 'yields'" },
	{ TARGET " yields target\n", "f:2:6: the rule 'x-1' has no line 'needs or when'" },
	{ TARGET " yields target\n needs iam:CreateAccessKey on target\n", "f:7:31: 'iam:CreateAccessKey' does not act on 'aws:iam:role', but on user" },
	{ TARGET " yields target\n needs iam:PassRole on new iam:user\n", "f:7:24: 'iam:PassRole' does not act on 'aws:iam:user', but on role" },
	{ TARGET " yields target\n needs iam:PassRole on account\n", "f:7:24: 'iam:PassRole' names a resource; 'account' is for actions that do not" },
	{ TARGET " yields target\n needs glue:CreateDevEndpoint on target\n", "f:7:34: 'glue:CreateDevEndpoint' does not act on 'aws:iam:role', but on no resource: it needs 'on account'" },
	{ TARGET " yields target\n needs iam:PassRole on through\n", "f:7:24: the rule has no line 'through'" },
	{ TARGET " yields target\n needs iam:PassRole on actor\n", "f:7:24: a need on the actor asks for a line 'actor'" },
	{ TARGET " yields target\n needs iam:PassRole on \"arn:aws:s3:::b\"\n", "f:7:24: 'iam:PassRole' does not act on 'arn:aws:s3:::b', but on role" },
	{ WHOLE " attack T1\n", "f:2:6: expected an ATT&CK technique such as T1078.004, found 'T1'" },
	{ "provider aws\n#\xff\n", "f:2:2: the text is not UTF-8" },
	{ "provider aws\n\x01", "f:2:1: a control character (0x01)" },
};
/* clang-format on */

static void test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		struct buf out = { 0 };
		struct arena arena;
		struct err e = { 0 };
		int rc;

		arena_init(&arena, ARENA_UNLIMITED);
		rc = rule_syntax_read(
			&out, &arena, STR_LIT("f"), str_from(mistakes[i].text), &e);
		if (rc != ERR_FORMAT || strcmp(e.text, mistakes[i].message) != 0)
			fail_msg("%s\n%s\nexpected: %s", mistakes[i].text, e.text,
				mistakes[i].message);
		arena_release(&arena);
		buf_release(&out);
	}
}

static const char whole_text[] =
	"# a file\n"
	"provider aws\r\n"
	"\n"
	"rule first\n"
	"\ttitle  Two \\\n"
	"\t\tlines\n"
	"\tclass escalate\n"
	"  # a comment\n"
	"\tactor iam:user|iam:role\n"
	"\ttarget iam:user\n"
	"\tthrough iam:policy attached to target\n"
	"\tneeds iam:createpolicyversion on through \\\n"
	"\t\twith a:b=c,d=e=f\n"
	"\tneeds iam:PassRole on \"arn:*:iam::${account}:role/x y\"\n"
	"\tneeds lambda:CreateFunction on new lambda:function\n"
	"\tunless actor matches \"a*\"\n"
	"\twhen target.access_keys < 2\n"
	"\tyields target with any policy, without boundary, without denies\n"
	"\tassumes nothing\n"
	"\tattack T1098.003\n"
	"rule second\n"
	"\ttitle S\n\tclass assume\n\ttarget actor\n\tactor iam:user\n"
	"\twhen actor carries target\n\tyields target";

static void check_first(const struct rule *r)
{
	assert_true(str_eq(r->id, STR_LIT("first")) && r->line == 4);
	assert_true(str_eq(r->title, STR_LIT("Two lines")));
	assert_int_equal(r->class, HOP_ESCALATE);
	assert_true(r->actor_kind_count == 2 && r->target_kind_count == 1 && !r->self);
	assert_true(str_eq(r->actor_kinds[1], STR_LIT("aws:iam:role")));
	assert_int_equal(r->bond, RULE_ATTACHED);
	assert_true(str_eq(r->through_kinds[0], STR_LIT("aws:iam:policy")));
	assert_int_equal(r->need_count, 3);
	assert_true(str_eq(r->needs[0].action, STR_LIT("iam:CreatePolicyVersion")));
	assert_true(r->needs[0].on == RULE_THROUGH && r->needs[0].context_count == 2);
	assert_true(str_eq(r->needs[0].keys[0], STR_LIT("a:b")));
	assert_true(str_eq(r->needs[0].values[1], STR_LIT("e=f")));
	assert_true(
		r->needs[1].on == RULE_PATTERN &&
		str_eq(r->needs[1].pattern, STR_LIT("arn:*:iam::${account}:role/x y")));
	assert_true(r->needs[2].on == RULE_NEW &&
		    str_eq(r->needs[2].kind, STR_LIT("aws:lambda:function")));
	assert_int_equal(r->test_count, 2);
	assert_true(r->tests[0].unless && r->tests[0].type == RULE_MATCHES &&
		    r->tests[0].of == RULE_ACTOR);
	assert_true(!r->tests[1].unless && r->tests[1].type == RULE_ATTRIBUTE &&
		    r->tests[1].comparison == RULE_LESS &&
		    str_eq(r->tests[1].attribute, STR_LIT("access_keys")) &&
		    str_eq(r->tests[1].text, STR_LIT("2")));
	assert_int_equal(r->yields,
		RULE_AS_TARGET | RULE_ANY_POLICY | RULE_NO_BOUNDARY | RULE_NO_DENY);
	assert_true(str_eq(r->assumes, STR_LIT("nothing")));
}

static void test_reads(void **state)
{
	struct buf out = { 0 };
	struct arena arena;
	struct err e = { 0 };
	const struct rule *rules;

	(void)state;
	arena_init(&arena, ARENA_UNLIMITED);
	if (rule_syntax_read(&out, &arena, STR_LIT("f"), STR_LIT(whole_text), &e) < 0)
		fail_msg("%s", e.text);
	rules = VEC_DATA(&out, struct rule);
	assert_int_equal(VEC_COUNT(&out, struct rule), 2);
	check_first(&rules[0]);
	assert_true(rules[1].self && rules[1].tests[0].type == RULE_CARRIES);
	arena_release(&arena);
	buf_release(&out);
}

static void write_text(const char *directory, const char *name, const char *text)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void remove_text(const char *directory, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	assert_int_equal(remove(path), 0);
}

/* Every built-in rule reads, and says all that a report needs. */
static void test_built_in(void **state)
{
	struct rules *rules = NULL;
	struct err e = { 0 };

	(void)state;
	if (rules_load(&rules, NULL, 0, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(rules_count(rules) > 0);
	for (uint32_t i = 0; i < rules_count(rules); i++) {
		const struct rule *r = rules_get(rules, i);

		if (r->remedy.n == 0 || r->reference.n == 0)
			fail_msg("%.*s has no remedy or reference", STR_ARG(r->id));
		assert_ptr_equal(rules_find(rules, r->id), r);
		assert_true(i == 0 || str_cmp(rules_get(rules, i - 1)->id, r->id) < 0);
	}
	assert_non_null(rules_find(rules, STR_LIT("sts-001")));
	assert_null(rules_find(rules, STR_LIT("sts-00")));
	rules_free(rules);
}

static void test_directories(void **state)
{
	char directory[] = "/tmp/latchkey-rules-XXXXXX";
	struct str path;
	struct rules *rules = NULL;
	struct err e = { 0 };
	uint32_t count;

	(void)state;
	assert_non_null(mkdtemp(directory));
	path = str_from(directory);
	write_text(directory, "one.rules", WHOLE);
	write_text(directory, "note.txt", "no rules");
	assert_int_equal(rules_load(&rules, &path, 1, &e), 0);
	assert_non_null(rules_find(rules, STR_LIT("x-1")));
	count = rules_count(rules);
	rules_free(rules);
	assert_int_equal(rules_load(&rules, NULL, 0, &e), 0);
	assert_int_equal(rules_count(rules), count - 1);
	rules_free(rules);
	write_text(directory, "two.rules", WHOLE);
	assert_int_equal(rules_load(&rules, &path, 1, &e), ERR_FORMAT);
	assert_non_null(strstr(e.text, "the id 'x-1' is taken: "));
	assert_non_null(strstr(e.text, "two.rules:2"));
	remove_text(directory, "one.rules");
	remove_text(directory, "two.rules");
	remove_text(directory, "note.txt");
	assert_int_equal(rmdir(directory), 0);
	assert_int_equal(rules_load(&rules, &path, 1, &e), ERR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_built_in),
		cmocka_unit_test(test_directories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
