#include "tests/acme.h"

/*
 * Filters, orders, groups and parts of lists, asked of the sample organization. A row
 * names what must be and what must not be among the names of the answer.
 */

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
static const struct {
	const char *query, *has, *not;
} filters[] = {
	{ "find user where name:alice",                    "alice", "bob" },
	{ "find user where name:?a*",                      "carol dana hank sam", "alice eve" },
	{ "find user where NAME:Alice",                    "alice", "bob" },
	{ "find user where -name:a*",                      "bob", "alice" },
	{ "find user where name:(alice OR bob)",           "alice bob", "carol" },
	{ "find user where name:alice OR name:bob",        "alice bob", "carol" },
	{ "find user where name:a* name:*e",               "alice", "bob eve" },
	{ "find user where NOT (name:a* OR name:b*)",      "carol", "alice bob" },
	{ "find user where key:arn:aws:iam::4444*",        "dana", "alice" },
	{ "find user where account:prod",                  "alice", "dana" },
	{ "find user where account:PROD",                  "alice", "dana" },
	{ "find user where account:111122223333",          "alice", "dana" },
	{ "find user where account:account/prod",          "alice", "dana" },
	{ "find user where account:(prod OR dev)",         "alice dana", "pat" },
	{ "find user where account:*-services",            "pat", "alice" },
	{ "find user where account:{name:prod}",           "alice", "dana" },
	{ "find account where name:prod",                  "prod", "dev" },
	{ "find user,group where name:(alice OR auditors)", "alice auditors", "bob" },
	{ "find group",                                    "auditors", "alice" },
	{ "kind:user alice",                               "alice", "bob" },
	{ "kind:iam:user alice",                           "alice", "bob" },
	{ "type:aws:iam:user alice",                       "alice", "bob" },
	{ "type:s3-bucket payr",                           "payroll", "acme-web" },
	{ "kind:s3 payr",                                  "payroll", "acme-web" },
	{ "kind:*:bucket payr",                            "payroll", "acme-web" },
	{ "kind:user 'platform'",                          "carol olga", "alice" },
	{ "kind:user arn:aws:iam::111122223333:user/a*",   "alice", "bob" },
	{ "provider:aws kind:user alice",                  "alice", "bob" },
	{ "find function where region:eu-west-1",          "resize", "" },
	{ "find function where region:us-*",               "", "resize" },
	{ "find user where tag.team:web",                  "dana sam", "alice" },
	{ "find user where tag.team:*",                    "alice dana", "svc-legacy" },
	{ "find user where -tag.team:*",                   "svc-legacy", "alice" },
	{ "find bucket where tag.data:(pii OR none)",      "payroll candidate-cvs", "acme-web" },
	{ "find user where created:<2021-01-01",           "svc-legacy", "olga alice" },
	{ "find user where created:>=2021-06-01 created:<2022-01-01", "olga", "svc-legacy alice" },
	{ "find user where created:2021-06-01",            "olga", "alice" },
	{ "find user where last_used:>90d",                "olga svc-legacy", "alice hank" },
	{ "find user where last_used:<90d",                "alice hank", "olga" },
	{ "find user where last_used:<2025-01-01",         "svc-legacy", "olga alice" },
	{ "find user where last_used:>1y",                 "olga", "alice" },
	{ "find user where admin:true",                    "carol olga svc-legacy", "alice gina" },
	{ "find user where admin:false account:prod",      "alice gina", "carol olga" },
	{ "find bucket where public:true",                 "candidate-cvs acme-assets", "payroll acme-web" },
	{ "find user where enabled:true name:alice",       "alice", "bob" },
	{ "find bucket where enabled:true",                "", "payroll" },
	{ "find bucket where enabled:false",               "", "payroll" },
	{ "find user where external:true",                 "", "alice" },
	{ "find policy where name:Admin*",                 "AdministratorAccess", "ReadOnlyAccess" },
	{ "find user without user/alice",                  "bob", "alice" },

	{ "who can access bucket/payroll where path:direct",           "alice finance", "bob dana" },
	{ "who can access bucket/payroll where path:indirect",         "bob dana", "finance" },
	{ "who can access bucket/payroll where hops:1 kind:user",      "bob", "dana alice" },
	{ "who can access bucket/payroll where hops:>=2 kind:user",    "dana eve", "bob alice" },
	{ "who can access bucket/payroll where hops:<1 kind:user",     "alice", "bob dana" },
	{ "who can access bucket/payroll where hop:carry",             "resize reports", "bob alice" },
	{ "who can access bucket/payroll where hop:>assume",           "resize reports", "bob" },
	{ "who can access bucket/payroll where verdict:conditional",   "alice bob", "gina" },
	{ "who can access bucket/payroll where verdict:>=conditional", "alice gina", "888877776666" },
	{ "who can access bucket/payroll where verdict:unknown",       "888877776666", "alice" },
	{ "who can access bucket/payroll where level:write directly",  "finance ci-deploy", "alice gina" },
	{ "who can access bucket/payroll where -level:write directly", "alice gina", "finance" },
	{ "who can access bucket/payroll where action:s3:put*",        "finance", "alice gina" },
	{ "who can access bucket/payroll where via:role/ci-deploy",    "ci dana", "alice finance ci-deploy" },
	{ "who can access bucket/payroll where via:(role/ci-deploy OR role/finance)", "ci dana", "alice" },
	{ "who can access bucket/payroll where via:{kind:role name:ci-*}", "ci dana", "alice" },
	{ "who can access bucket/payroll where external:true",         "888877776666", "alice bob" },
	{ "who can access bucket/payroll where admin:true directly",   "carol admin", "alice finance" },
	{ "who can access bucket/payroll directly",                    "alice", "bob" },
	{ "who can access bucket/payroll indirectly",                  "bob", "alice finance" },
	{ "who can access bucket/payroll avoiding role/ci",            "bob", "dana" },
	{ "who can access bucket/payroll max hops 1",                  "bob", "dana" },
	{ "who can access bucket/payroll without policy/ReadOnlyAccess", "alice finance", "gina" },
	{ "who can access bucket/payroll without role/ci",             "alice", "ci dana" },
	{ "what can role/ci write where type:s3-bucket directly",      "acme-artifacts", "payroll" },
	{ "what can role/ci-deploy read on bucket/payroll|bucket/acme-web", "payroll", "acme-assets" },
	{ "what can user/alice s3:GetObject on s3://payroll/2026/q1.csv", "payroll", "acme-web" },
	{ "what can user/alice s3:GetObject on s3://payroll/2025/q1.csv directly", "", "payroll" },
};

/* The names of the answer, in order, with a space behind each. */
static const struct {
	const char *query, *names;
} orders[] = {
	{ "find user where account:dev order by name desc limit 2", "svc-terraform erin " },
	{ "find user where account:dev limit 2",                    "dana dave " },
	{ "find user where account:dev limit 2 offset 2",           "erin svc-terraform " },
	{ "find user where account:dev offset 9",                   "" },
	{ "find user where account:prod order by created limit 2",  "svc-legacy olga " },
	{ "find user where account:(dev OR sandbox) tag.team:web order by account", "dana sam " },
	{ "who can access bucket/payroll where kind:user admin:false order by hops desc, name limit 2",
	  "svc-terraform dana " },
	{ "who can access bucket/payroll where kind:user directly limit 2", "alice carol " },
};

/* The groups, each "value=count ", several values joined with '/'. */
static const struct {
	const char *query, *groups;
	uint64_t total;
} groups[] = {
	{ "find user where account:(prod OR dev) group by account",
	  "111122223333=10 444455556666=4 ", 14 },
	{ "find user where account:(prod OR dev) group by account order by count",
	  "444455556666=4 111122223333=10 ", 14 },
	{ "find user where account:(prod OR dev) group by account limit 1", "111122223333=10 ", 14 },
	{ "find user where account:dev group by account,kind", "444455556666/aws:iam:user=4 ", 4 },
	{ "who can access bucket/payroll where name:(alice OR gina) group by level", "list=2 read=2 ", 2 },
	{ "who can access bucket/payroll where name:(alice OR bob) group by path order by path",
	  "direct=1 indirect=1 ", 2 },
};
/* clang-format on */

static void add_names(struct buf *out, struct acme_answer *a)
{
	const struct result *r = &a->result;

	for (uint32_t i = 0; i < r->count; i++) {
		node_id n = r->type == RESULT_ENTITIES ? r->entities[i] : r->rows[i].node;

		buf_add_str(out, world_node_name(a->w, n));
		buf_add_char(out, ' ');
	}
}

/* Whether the list " a b c " has all of the words, or (want false) none. */
static bool check_words(struct str list, const char *words, bool want)
{
	struct str rest = str_from(words);

	while (rest.n > 0) {
		char word[80];
		size_t n = str_find_char(rest, ' ', 0);

		snprintf(word, sizeof(word), " %.*s ", (int)n, rest.p);
		if (str_contains_fold(list, str_from(word)) != want)
			return false;
		rest = str_skip(rest, n + 1);
	}
	return true;
}

static void test_filters(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		struct acme_answer a;
		struct buf names = { 0 };

		acme_ask(&a, str_from(filters[i].query));
		if (a.rc < 0)
			fail_msg("%s: %s", filters[i].query, a.e.text);
		buf_add_char(&names, ' ');
		add_names(&names, &a);
		if (!check_words(buf_str(&names), filters[i].has, true) ||
			!check_words(buf_str(&names), filters[i].not, false))
			fail_msg(
				"%s: is%.*s", filters[i].query, STR_ARG(buf_str(&names)));
		buf_release(&names);
		acme_release(&a);
	}
}

static void test_orders(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		struct acme_answer a;
		struct buf names = { 0 };

		acme_ask(&a, str_from(orders[i].query));
		if (a.rc < 0)
			fail_msg("%s: %s", orders[i].query, a.e.text);
		add_names(&names, &a);
		if (!str_eq(buf_str(&names), str_from(orders[i].names)))
			fail_msg("%s: is '%.*s'", orders[i].query,
				STR_ARG(buf_str(&names)));
		buf_release(&names);
		acme_release(&a);
	}
}

static void test_groups(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		struct acme_answer a;
		struct buf text = { 0 };

		acme_ask(&a, str_from(groups[i].query));
		if (a.rc < 0)
			fail_msg("%s: %s", groups[i].query, a.e.text);
		for (uint32_t g = 0; g < a.result.count; g++) {
			const struct result_group *group = &a.result.groups[g];

			for (uint32_t v = 0; v < a.result.group_by_count; v++)
				buf_printf(&text, "%s%.*s", v > 0 ? "/" : "",
					STR_ARG(group->values[v]));
			buf_printf(&text, "=%llu ", (unsigned long long)group->count);
		}
		if (!str_eq(buf_str(&text), str_from(groups[i].groups)) ||
			a.result.total != groups[i].total)
			fail_msg("%s: is %.*s, total %llu", groups[i].query,
				STR_ARG(buf_str(&text)),
				(unsigned long long)a.result.total);
		buf_release(&text);
		acme_release(&a);
	}
}

/* Blast counts what can access lists, and shares lie in (0, 1]. */
static void test_blast(void **state)
{
	struct acme_answer blast, all;
	uint64_t sum = 0;

	(void)state;
	acme_ask(&blast, STR_LIT("blast role/ci-deploy"));
	acme_ask(&all, STR_LIT("what can role/ci-deploy access group by key"));
	assert_int_equal(blast.rc, 0);
	assert_int_equal(all.rc, 0);
	assert_int_equal(blast.result.type, RESULT_BLAST);
	assert_true(blast.result.total == all.result.count);
	for (uint32_t i = 0; i < blast.result.count; i++) {
		sum += blast.result.groups[i].count;
		assert_true(blast.result.groups[i].share > 0 &&
			    blast.result.groups[i].share <= 1);
	}
	assert_true(sum == blast.result.total);
	acme_release(&blast);
	acme_release(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_blast),
	};

	return cmocka_run_group_tests(tests, acme_setup, acme_teardown);
}
