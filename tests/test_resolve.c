#include "query/resolve.h"
#include "tests/acme.h"

/*
 * What words of a query mean in the sample organization, and what is said about words
 * that mean nothing or too much.
 */

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define PROD         "arn:aws:iam::111122223333:"
#define SHARED       "arn:aws:iam::222233334444:"

/* clang-format off */
static const struct {
	const char *word, *key;
} names[] = {
	{ "arn:aws:iam::222233334444:role/ci",   SHARED "role/ci" },
	{ "arn:aws:iam::111122223333:root",      PROD "root" },
	{ "role/ci",                             SHARED "role/ci" },
	{ "ROLE/CI",                             SHARED "role/ci" },
	{ "iam:role/ci",                         SHARED "role/ci" },
	{ "aws:iam:role/ci",                     SHARED "role/ci" },
	{ "aws:role/ci",                         SHARED "role/ci" },
	{ "iam-role/ci",                         SHARED "role/ci" },
	{ "role/ci@shared-services",             SHARED "role/ci" },
	{ "role/ci@222233334444",                SHARED "role/ci" },
	{ "alice",                               PROD "user/alice" },
	{ "alice@prod",                          PROD "user/alice" },
	{ "root@prod",                           PROD "root" },
	{ "payroll",                             "arn:aws:s3:::payroll" },
	{ "bucket/payroll",                      "arn:aws:s3:::payroll" },
	{ "s3-bucket/payroll",                   "arn:aws:s3:::payroll" },
	{ "s3/payroll",                          "arn:aws:s3:::payroll" },
	{ "s3://payroll",                        "arn:aws:s3:::payroll" },
	{ "s3://payroll/",                       "arn:aws:s3:::payroll" },
	{ "arn:aws:s3:::payroll",                "arn:aws:s3:::payroll" },
	{ "lambda/resize",                       "arn:aws:lambda:eu-west-1:111122223333:function:resize" },
	{ "function/resize",                     "arn:aws:lambda:eu-west-1:111122223333:function:resize" },
	{ "ec2/i-09d847f81ac64f5de",             "arn:aws:ec2:eu-west-1:111122223333:instance/i-09d847f81ac64f5de" },
	{ "account/prod",                        "arn:aws:account::111122223333:account" },
	{ "account/111122223333",                "arn:aws:account::111122223333:account" },
	{ "account/888877776666",                "arn:aws:account::888877776666:account" },
	{ "secret/prod/db-password",             "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-password-PTkiy5" },
	{ "prod/db-password",                    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-password-PTkiy5" },
	{ "policy/ReadOnlyAccess",               "arn:aws:iam::aws:policy/ReadOnlyAccess" },
	{ "role/OrganizationAccountAccessRole@dev", "arn:aws:iam::444455556666:role/OrganizationAccountAccessRole" },
	{ "role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_AdministratorAccess_4b2dab4c9f14d05e",
	  PROD "role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_AdministratorAccess_4b2dab4c9f14d05e" },
	{ "internet",                            "public" },
	{ "Anyone",                              "public" },
};

/* Objects with a part, of a question with several objects the n'th. */
static const struct {
	const char *query;
	uint32_t count, index;
	const char *object;
} objects[] = {
	{ "can alice s3:GetObject s3://payroll/2026/*", 1, 0, "arn:aws:s3:::payroll/2026/*" },
	{ "can alice s3:GetObject arn:aws:s3:::payroll/x", 1, 0, "arn:aws:s3:::payroll/x" },
	{ "can alice s3:GetObject s3://not-collected/x", 1, 0, "arn:aws:s3:::not-collected/x" },
	{ "can alice dynamodb:Query arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/i", 1, 0,
	  "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/i" },
	{ "can alice read bucket/payroll|bucket/acme-web", 2, 0, "arn:aws:s3:::acme-web" },
	{ "can alice read bucket/payroll|bucket/payroll|payroll", 1, 0, "arn:aws:s3:::payroll" },
	{ "can alice|bob read {name:payroll}", 2, 1, "arn:aws:s3:::payroll" },
	{ "can alice read {name:none}", 0, 0, NULL },
	{ "can user/bo* read bucket/payroll", 1, 0, "arn:aws:s3:::payroll" },
	{ "can alice read arn:aws:s3:::acme-sandbox-*", 2, 0, "arn:aws:s3:::acme-sandbox-datasets" },
};

/* Wrong queries: parts of the message, and the bytes that the carets are under. */
static const struct {
	const char *query, *message, *hint, *marked;
} wrongs[] = {
	{ "show role/cii", "no role named 'cii'", "did you mean 'role/ci'?", "role/cii" },
	{ "show bucket/payrol", "no bucket named 'payrol'", "'bucket/payroll'", "bucket/payrol" },
	{ "show rol/ci", "nothing is named 'rol/ci'", "'role/ci'", "rol/ci" },
	{ "show role/admn@prod", "no role named", "'role/admin'", "role/admn@prod" },
	{ "show role/admin@prd", "no account named 'prd'", "'prod'", "role/admin@prd" },
	{ "show zzzzzzzzzz", "nothing is named 'zzzzzzzzzz'", "", "zzzzzzzzzz" },
	{ "show arn:aws:iam::111122223333:user/alicf", "nothing is named", "'user/alice'",
	  "arn:aws:iam::111122223333:user/alicf" },
	{ "show root", "'root' fits 5 entities", "'root/root@prod'", "root" },
	{ "show role/OrganizationAccountAccessRole", "fits 4 entities",
	  "'role/OrganizationAccountAccessRole@dev'", "role/OrganizationAccountAccessRole" },
	{ "show role/ci*", "'show' needs one entity, and this is 2", "", "role/ci*" },
	{ "how can alice|bob read bucket/payroll", "needs one subject", "", "alice|bob" },
	{ "what can s3://payroll/x access", "nobody who could act", "", "s3://payroll/x" },
	{ "find rol", "unknown kind 'rol'", "'role'", "rol" },
	{ "find user where kind:bukcet", "unknown kind 'bukcet'", "'bucket'", "bukcet" },
	{ "find user where account:prd", "no account named 'prd'", "'prod'", "prd" },
	{ "find user where hops:1", "'hops' is about an access", "", "hops" },
	{ "who can access bucket/payroll where via:role/finanse", "no role named", "'role/finance'",
	  "role/finanse" },
	{ "who can s3:GetObjct bucket/payroll", "no action is named", "'s3:GetObject'", "s3:GetObjct" },
	{ "who can getobject bucket/payroll", "no action is named", "'s3:GetObject'", "getobject" },
	{ "who can wriet bucket/payroll", "no action is named 'wriet'", "'write'", "wriet" },
	{ "what can alice become|read", "does not go with other", "", "become" },
	{ "what can alice do", "'do' needs 'on'", "", "do" },
	{ "find user show nme", "unknown column 'nme'", "'name'", "nme" },
	{ "find user order by nam", "unknown column 'nam'", "'name'", "nam" },
	{ "find user group by account order by name", "groups have no column 'name'", "", "name" },
	{ "what can alice access top 3", "no 'top' clause", "", "top 3" },
	{ "find user where name:x directly", "no 'directly' clause", "", "directly" },
	{ "when can alice read bucket/payroll", "'when can' is not available yet", "", "when can" },
	{ "who can read bucket/payroll via role/finance|role/admin", "not available yet", "",
	  "role/finance|role/admin" },
	{ "who can read bucket/payroll without policy/none", "no policy named 'none'", "", "policy/none" },
};
/* clang-format on */

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct acme_answer a;
		char query[256];

		snprintf(query, sizeof(query), "show %s", names[i].word);
		acme_ask(&a, str_from(query));
		if (a.rc < 0)
			fail_msg("%s: %s", names[i].word, a.e.text);
		if (!str_eq(world_node(a.w, a.result.shown)->key, str_from(names[i].key)))
			fail_msg("%s: is %.*s", names[i].word,
				STR_ARG(world_node(a.w, a.result.shown)->key));
		acme_release(&a);
	}
}

static void test_objects(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		struct acme_answer a;

		acme_ask(&a, str_from(objects[i].query));
		if (a.rc < 0)
			fail_msg("%s: %s", objects[i].query, a.e.text);
		if (a.result.count != objects[i].count)
			fail_msg("%s: %u questions", objects[i].query, a.result.count);
		if (objects[i].object &&
			!str_eq(a.result.questions[objects[i].index].object,
				str_from(objects[i].object)))
			fail_msg("%s: is %.*s", objects[i].query,
				STR_ARG(a.result.questions[objects[i].index].object));
		acme_release(&a);
	}
}

/* How many carets are in the picture, and that they stand under the text. */
static bool is_marked(struct str picture, const char *query, const char *marked)
{
	const char *at = strstr(query, marked);
	size_t caret = str_find_char(picture, '^', 0), size = 0, begin = caret;

	while (caret + size < picture.n && picture.p[caret + size] == '^')
		size++;
	while (begin > 0 && picture.p[begin - 1] != '\n')
		begin--;
	return at && size == strlen(marked) && caret - begin == (size_t)(at - query) + 2;
}

static void test_wrongs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrongs); i++) {
		struct acme_answer a;

		acme_ask(&a, str_from(wrongs[i].query));
		if (a.rc != ERR_SYNTAX)
			fail_msg("%s: is no error: %d", wrongs[i].query, a.rc);
		if (!strstr(a.e.text, wrongs[i].message) ||
			!strstr(a.e.text, wrongs[i].hint))
			fail_msg("%s: says %s", wrongs[i].query, a.e.text);
		if (!is_marked(buf_str(&a.diagnostic), wrongs[i].query, wrongs[i].marked))
			fail_msg("%s: shows\n%.*s", wrongs[i].query,
				STR_ARG(buf_str(&a.diagnostic)));
		acme_release(&a);
	}
}

/* Every name that is printed means the entity that it was printed for. */
static void test_pasted(void **state)
{
	struct acme_answer all;
	uint32_t pasted = 0;

	(void)state;
	acme_ask(&all, STR_LIT("kind:*"));
	assert_int_equal(all.rc, 0);
	for (uint32_t i = 0; i < all.result.count; i += 7) {
		node_id n = all.result.entities[i];
		struct acme_answer a;
		struct buf query = { 0 };
		struct str name;

		assert_int_equal(resolve_name(&name, all.w, n, &all.e), 0);
		buf_printf(&query, "show %.*s", STR_ARG(name));
		acme_ask(&a, buf_str(&query));
		if (a.rc < 0)
			fail_msg("%.*s: %s", STR_ARG(name), a.e.text);
		assert_true(str_eq(
			world_node(a.w, a.result.shown)->key, world_node(all.w, n)->key));
		pasted++;
		acme_release(&a);
		buf_release(&query);
	}
	assert_true(pasted > 30);
	acme_release(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_wrongs),
		cmocka_unit_test(test_pasted),
	};

	return cmocka_run_group_tests(tests, acme_setup, acme_teardown);
}
