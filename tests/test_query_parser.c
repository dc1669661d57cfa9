#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "query/format.h"
#include "query/keyword.h"
#include "query/parser.h"
#include "query/reserved.h"
#include "query/script.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define FILE_MAX     (1u << 20)

struct parsed {
	struct arena arena;
	const struct ast_query *query;
	struct diagnostic d;
	struct err e;
	int rc;
};

static void parse(struct parsed *p, struct str text)
{
	*p = (struct parsed){ 0 };
	arena_init(&p->arena, ARENA_UNLIMITED);
	p->rc = parser_parse(&p->query, text, &p->arena, &p->d, &p->e);
}

static void release(struct parsed *p)
{
	arena_release(&p->arena);
}

/* clang-format off */
/* A query and its canonical form; NULL: it is canonical already. */
static const struct {
	const char *text, *canonical;
} good[] = {
	/* sentences */
	{ "what can user/alice access", NULL },
	{ "WHAT Can user/Alice ACCESS", "what can user/Alice ACCESS" },
	{ "what can user/alice access on bucket/payroll", NULL },
	{ "what can lambda/resize do on bucket/payroll", NULL },
	{ "what can user/eve become", NULL },
	{ "who can access bucket/payroll", NULL },
	{ "who can s3:GetObject|s3:PutObject s3://payroll/2026/*", NULL },
	{ "who can s3:GetObject | s3:PutObject \"a\" | b", "who can s3:GetObject|s3:PutObject \"a\"|b" },
	{ "who can read {type:s3-bucket tag.data:pii}", "who can read {kind:s3-bucket tag.data:pii}" },
	{ "can internet read {kind:s3-bucket}|bucket/x", NULL },
	{ "how can user/eve admin account/prod", NULL },
	{ "blast role/ci-deploy group by account,type", NULL },
	{ "find user , role where enabled:TRUE", "find user,role where enabled:true" },
	{ "show role/ci", NULL },
	{ "show role/ci show name,key", NULL },
	{ "explain can a:b c d", NULL },
	{ "explain kind:role", NULL },
	{ "what can access access", NULL },
	{ "what can do do on do", NULL },
	{ "what can \"on\" access on \"on\"", NULL },
	{ "who can access \"via\"", NULL },
	{ "can AZURE:kv/prod Microsoft.Storage/*/read /subscriptions/1/x", NULL },
	{ "can user/o'brien@example.com read x", "can \"user/o'brien@example.com\" read x" },
	{ "show user/\"Alice Smith\"@prod", "show \"user/Alice Smith@prod\"" },
	{ "show 'it is \\'here\\' \\x07'", "show \"it is 'here' \\x07\"" },
	{ "show \"tab\\there \\\\ \\\"q\\\"\"", NULL },
	{ "show \"\xc3\xa9t\xc3\xa9\"", "show \xc3\xa9t\xc3\xa9" },
	{ "show\xc2\xa0role/ci", "show role/ci" },
	{ "  show\trole/ci\r\n", "show role/ci" },
	/* tolerated forms */
	{ "who has access to bucket/payroll?", "who can access bucket/payroll" },
	{ "who has read access to the bucket/payroll ?", "who can read bucket/payroll" },
	{ "who has read|write access to x", "who can read|write x" },
	{ "who has access access to x", "who can access x" },
	{ "what does user/alice have access to?", "what can user/alice access" },
	{ "what does the user/alice have write access to", "what can user/alice write" },
	{ "does user/alice have access to x?", "can user/alice access x" },
	{ "how does a user/alice have access to x?", "how can user/alice access x" },
	{ "who can write to x", "who can write x" },
	{ "who can read from x", "who can read x" },
	{ "can user/alice read on x", "can user/alice read x" },
	{ "who can directly access x", "who can access x directly" },
	{ "what can alice indirectly read", "what can alice read indirectly" },
	{ "who can access \"x?\"", NULL },
	{ "who can access x? directly", "who can access \"x?\" directly" },
	{ "who can access x where name:y?", "who can access x where name:y" },
	{ "find user where name:ali?", "find user where name:\"ali?\"" },
	{ "find user where name:x ?", "find user where name:x" },
	/* the query bar */
	{ "kind:role account:prod deploy", NULL },
	{ "deploy", NULL },
	{ "shop", "\"shop\"" },
	{ "shop prod", "\"shop\" prod" },
	{ "deploy shop", NULL },
	{ "(shop OR x) y", NULL },
	{ "\"can\" x", NULL },
	{ "arn:aws:iam::111122223333:role/ci", NULL },
	{ "s3://payroll/2026/*", NULL },
	{ "\"kind:role\"", NULL },
	{ "-deploy --x", NULL },
	{ "\"-deploy\" \"a=b\"", NULL },
	{ "NOT deploy", "-deploy" },
	{ "kind:role limit 5", NULL },
	{ "kind:role where admin:true", "kind:role admin:true" },
	/* filters */
	{ "find x where e AND b OR c", "find x where e b OR c" },
	{ "find x where \"a\" (b OR c)", NULL },
	{ "find x where (b c) d", "find x where b c d" },
	{ "find x where (b OR c) OR d", "find x where b OR c OR d" },
	{ "find x where b c where d OR e", "find x where b c (d OR e)" },
	{ "find x where NOT (b c)", "find x where -(b c)" },
	{ "find x where -(b)", "find x where -b" },
	{ "find x where - b not NOT c", "find x where -b --c" },
	{ "find x where kind:(role OR user)", NULL },
	{ "find x where kind:role|user", "find x where kind:(role OR user)" },
	{ "find x where kind:(role)", "find x where kind:role" },
	{ "find x where kind: role", "find x where kind:role" },
	{ "find x where kind: ( role or user )", "find x where kind:(role OR user)" },
	{ "find x where kind:(aws:iam:role OR \"kind:x\")", NULL },
	{ "find x where name:\"a b\" name:'<3'", "find x where name:\"a b\" name:\"<3\"" },
	{ "find x where name:=b", "find x where name:b" },
	{ "find x where name:all name:(\"all\" OR b)", NULL },
	{ "can b read c with all=where", NULL },
	{ "find x where name:\"\"", NULL },
	{ "find x where tag.Team:a tag.\"Cost Center\":b tag.\"a:b\":c", NULL },
	{ "find x where TAG.Team=a", "find x where tag.Team:a" },
	{ "who can read x where hops:<=3", NULL },
	{ "who can read x where hops: <= 3", "who can read x where hops:<=3" },
	{ "who can read x where hops<=03", "who can read x where hops:<=3" },
	{ "who can read x where hops:(1 OR 2)", NULL },
	{ "who can read x where verdict:>=Conditional", "who can read x where verdict:>=conditional" },
	{ "who can read x where path:DIRECT hop:escalate level:permissions", "who can read x where path:direct hop:escalate level:permissions" },
	{ "find x where last_used:>90d created:<2026-01-31", NULL },
	{ "find x where last_used:Never", "find x where last_used:never" },
	{ "find x where created:2026-02-28T23:59:59Z", NULL },
	{ "who can read x where via:{kind:role admin:true}", NULL },
	{ "who can read x where account:{name:prod*} account:dev", NULL },
	/* clauses */
	{ "how can a:b access c max hops 3 all", NULL },
	{ "how can b access c top 5 avoiding d", "how can b access c avoiding d top 5" },
	{ "how can b access c via d , e|f via {kind:role}", "how can b access c via d,e|f,{kind:role}" },
	{ "can b read c with aws:x=y,k=\"a b\"", NULL },
	{ "can b read c with k = v, l= w with m =x", "can b read c with k=v,l=w,m=x" },
	{ "can b read c with k=a=b", NULL },
	{ "can b read c with k=\"\",\"l=m\"=n", NULL },
	{ "who can read x without policy/P,{kind:group}", NULL },
	{ "who can read x order by hops asc, name desc", "who can read x order by hops,name desc" },
	{ "who can read x offset 5 limit 0", "who can read x limit 0 offset 5" },
	{ "who can read x show name group by account", "who can read x group by account show name" },
	/* reserved for later: they parse */
	{ "snapshots", NULL },
	{ "when can b read c?", "when can b read c" },
	{ "diff 2026-01-01..2026-02-01 who can read x", NULL },
	{ "diff mon .. tue find user", "diff mon..tue find user" },
	{ "diff mon ..tue find user", "diff mon..tue find user" },
	{ "diff mon.. tue find user", "diff mon..tue find user" },
	{ "diff \"a b\"..\"c d\" diff e..f kind:role", NULL },
	{ "choke internet to {tag.data:pii}", NULL },
	{ "risks", NULL },
	{ "risks of the role/ci", "risks of role/ci" },
	{ "gap role/ci", NULL },
	{ "suggest role/ci as of 2026-01-01", NULL },
	{ "kind:role owner:me severity:high", NULL },
};

/* A wrong query, the bytes under the carets, the message, what was expected, the nearest word. */
static const struct {
	const char *text;
	uint32_t begin, end;
	const char *message, *expected, *nearest;
} bad[] = {
	{ "", 0, 0, "the query is empty", "what can", "" },
	{ "   ", 0, 0, "the query is empty", "what can", "" },
	{ "?", 0, 0, "the query is empty", "what can", "" },
	{ "explain", 7, 7, "the query is empty", "what can", "" },
	{ "waht can user/alice access", 0, 4, "unknown verb 'waht'", "what can", "what" },
	{ "whom can access x", 0, 4, "unknown verb 'whom'", "what can", "who" },
	{ "zzzz can access x", 0, 4, "unknown verb 'zzzz'", "what can", "" },
	{ "shwo role/ci", 0, 4, "unknown verb 'shwo'", "what can", "show" },
	{ "fidn user where admin:true", 0, 4, "unknown verb 'fidn'", "what can", "find" },
	{ "blats {kind:role}", 0, 5, "unknown verb 'blats'", "what can", "blast" },
	{ "where admin:true", 0, 5, "'where' is a keyword", "what can", "" },
	{ "what cna user/alice access", 5, 8, "unexpected 'cna'", "'can' after 'what'", "can" },
	{ "who", 3, 3, "unexpected end of query", "'can' after 'who'", "" },
	{ "what can", 8, 8, "unexpected end of query", "an identity", "" },
	{ "what can user/alice", 19, 19, "unexpected end of query", "an action", "" },
	{ "what can user/alice where admin:true", 20, 25, "'where' is a keyword", "an action", "" },
	{ "what can user/alice access bucket/x", 27, 35, "unexpected 'bucket/x'", "a clause", "" },
	{ "what can user/alice access on", 29, 29, "unexpected end of query", "an entity", "" },
	{ "what can a access", 17, 17, "unexpected end of query", "an action", "" },
	{ "what can a|b access", 9, 10, "'a' is a keyword", "an identity", "" },
	{ "what can user/a,user/b access", 15, 16, "unexpected ','", "an action", "" },
	{ "who can access", 14, 14, "unexpected end of query", "an entity", "" },
	{ "who can access where admin:true", 15, 20, "'where' is a keyword", "an entity", "" },
	{ "who can access via role/x", 15, 18, "'via' is a keyword", "an entity", "" },
	{ "who can access x|", 17, 17, "unexpected end of query", "an entity", "" },
	{ "who can |x y", 8, 9, "unexpected '|'", "an action", "" },
	{ "who has to x", 8, 10, "'to' is a keyword", "an action", "" },
	{ "who has read to x", 13, 15, "'to' is a keyword", "'access to'", "" },
	{ "who has read access x", 20, 21, "unexpected 'x'", "'to' after 'access'", "" },
	{ "what does x read", 12, 16, "unexpected 'read'", "'have access to'", "" },
	{ "who can access x wehre admin:true", 17, 22, "unexpected 'wehre'", "a clause", "where" },
	{ "who can access x y", 17, 18, "unexpected 'y'", "a clause", "" },
	{ "who can access x )", 17, 18, "unexpected ')'", "a clause", "" },
	{ "who can access \"\"", 15, 17, "empty quotes", "an entity", "" },
	{ "who can access \"abc", 15, 16, "quote is not closed", "", "" },
	{ "who can access 'abc\ndef'", 15, 16, "quote is not closed", "", "" },
	{ "who can access \"a\\qb\"", 17, 19, "unknown escape in quotes", "\\n", "" },
	{ "who can access \"a\\x00\"", 17, 19, "unknown escape in quotes", "\\n", "" },
	{ "who can access \"a\\xff\"", 17, 19, "unknown escape in quotes", "\\n", "" },
	{ "who can access a\x07" "b", 16, 17, "control character 0x07", "", "" },
	{ "who can access a\xff" "b", 16, 17, "byte 0xff is not UTF-8", "", "" },
	{ "who can access \"\xed\xa0\x80\"", 16, 17, "byte 0xed is not UTF-8", "", "" },
	{ "find", 4, 4, "unexpected end of query", "a kind", "" },
	{ "find where admin:true", 5, 10, "'where' is a keyword", "a kind", "" },
	{ "find role account:prod", 10, 22, "unexpected 'account:prod'", "a clause", "" },
	{ "find role,", 10, 10, "unexpected end of query", "a kind", "" },
	{ "find role where", 15, 15, "unexpected end of query", "a filter term", "" },
	{ "find role where knid:role", 16, 20, "unknown filter key 'knid'", "a filter key", "kind" },
	{ "find role where acount:prod", 16, 22, "unknown filter key 'acount'", "a filter key", "account" },
	{ "find role where tpye:a/b", 16, 20, "unknown filter key 'tpye'", "a filter key", "type" },
	{ "find role where zzz:x", 16, 19, "unknown filter key 'zzz'", "a filter key", "" },
	{ "find role where zzz=x", 16, 19, "unknown filter key 'zzz'", "a filter key", "" },
	{ "find role where tag:x", 16, 19, "no tag name after 'tag'", "tag.NAME:value", "" },
	{ "find role where tag.:x", 16, 20, "no tag name after 'tag'", "tag.NAME:value", "" },
	{ "find role where :x", 16, 17, "no filter key before ':'", "a filter key", "" },
	{ "find role where hops <= 3", 21, 22, "no filter key before '<'", "a filter key", "" },
	{ "find role where kind:", 21, 21, "no value after 'kind'", "a value", "" },
	{ "find role where kind: account:prod", 21, 21, "no value after 'kind'", "a value", "" },
	{ "find role where hops:<", 22, 22, "no value after 'hops'", "a value", "" },
	{ "find role where name:<x", 21, 22, "'name' has no order", "a value", "" },
	{ "find role where level:>=read", 22, 24, "'level' has no order", "a value", "" },
	{ "find role where hops:many", 21, 25, "'hops' cannot be 'many'", "a whole number", "" },
	{ "find role where hops:9999999999", 21, 31, "'hops' cannot be", "a whole number", "" },
	{ "find role where admin:ture", 22, 26, "'admin' cannot be 'ture'", "true or false", "" },
	{ "find role where level:wirte", 22, 27, "'level' cannot be 'wirte'", "list, read, write, tag or permissions", "write" },
	{ "find role where path:sideways", 21, 29, "'path' cannot be 'sideways'", "direct or indirect", "" },
	{ "find role where created:>soon", 25, 29, "'created' cannot be 'soon'", "an age", "" },
	{ "find role where created:2026-02-29", 24, 34, "'created' cannot be", "an age", "" },
	{ "find role where created:90d", 24, 27, "an age is never exact", "< <= > or >=", "" },
	{ "find role where created:>never", 25, 30, "'created' cannot be 'never'", "an age", "" },
	{ "find role where kind:(role user)", 27, 31, "unexpected 'user'", "OR or ')'", "" },
	{ "find role where kind:(role OR", 29, 29, "unexpected end of query", "a value", "" },
	{ "find role where kind:(role OR name:x)", 30, 36, "a filter term among alternatives", "plain values", "" },
	{ "find role where hops:(1 OR <3)", 27, 29, "a comparison among alternatives", "plain values", "" },
	{ "find role where hops:<(1 OR 2)", 22, 23, "unexpected '('", "one value", "" },
	{ "find role where name:{kind:x}", 21, 22, "'name' takes no {filter}", "a value", "" },
	{ "find role where (b OR c", 23, 23, "unexpected end of query", "')'", "" },
	{ "find role where (b OR c directly", 24, 32, "'directly' is a keyword", "')'", "" },
	{ "find role where b OR", 20, 20, "unexpected end of query", "a filter term", "" },
	{ "find role where AND b", 16, 19, "'and' is a keyword", "a filter term", "" },
	{ "find role where b who can", 18, 21, "'who' is a keyword", "a filter term", "" },
	{ "find role where -where", 17, 22, "'where' is a keyword", "a filter term", "" },
	{ "find role where {kind:x}", 16, 17, "unexpected '{'", "a filter term", "" },
	{ "who can read {}", 14, 15, "unexpected '}'", "a filter term", "" },
	{ "who can read {kind:x", 20, 20, "unexpected end of query", "'}'", "" },
	{ "who can read x directly directly", 24, 32, "a second 'directly' clause", "", "" },
	{ "who can read x directly indirectly", 24, 34, "'indirectly' contradicts 'directly'", "", "" },
	{ "who can directly read x indirectly", 24, 34, "'indirectly' contradicts 'directly'", "", "" },
	{ "who can read x limit 5 limit 6", 23, 28, "a second 'limit' clause", "", "" },
	{ "who can read x limit", 20, 20, "unexpected end of query", "a whole number", "" },
	{ "who can read x limit five", 21, 25, "unexpected 'five'", "a whole number", "" },
	{ "who can read x limit -5", 21, 23, "unexpected '-5'", "a whole number", "" },
	{ "who can read x limit 1234567890", 21, 31, "unexpected", "a whole number", "" },
	{ "how can b read x top 0", 21, 22, "unexpected '0'", "at least 1", "" },
	{ "how can b read x top 5 all", 23, 26, "'all' contradicts 'top'", "", "" },
	{ "how can b read x all top 5", 21, 24, "'top' contradicts 'all'", "", "" },
	{ "how can b read x max 5", 21, 22, "unexpected '5'", "'hops' after 'max'", "" },
	{ "who can read x group account", 21, 28, "unexpected 'account'", "'by' after 'group'", "" },
	{ "who can read x order by", 23, 23, "unexpected end of query", "a column", "" },
	{ "who can read x order by hops down", 29, 33, "unexpected 'down'", "a clause", "" },
	{ "who can read x group by y group by z", 26, 31, "a second 'group' clause", "", "" },
	{ "who can read x show name show key", 25, 29, "a second 'show' clause", "", "" },
	{ "who can read x as prod", 18, 22, "unexpected 'prod'", "'of' after 'as'", "" },
	{ "who can read x via", 18, 18, "unexpected end of query", "an entity", "" },
	{ "can b read c with k", 18, 19, "no '=' after 'k'", "key=value", "" },
	{ "can b read c with k=", 20, 20, "unexpected end of query", "a value after '='", "" },
	{ "can b read c with k= , l=m", 21, 22, "unexpected ','", "a value after '='", "" },
	{ "can b read c with =v", 18, 20, "unexpected '=v'", "key=value", "" },
	{ "can b read c with k<v", 19, 20, "unexpected '<'", "'='", "" },
	{ "diff mon who can read x", 9, 12, "'who' is a keyword", "two snapshots", "" },
	{ "diff mon tue find user", 9, 12, "no '..' between two snapshots", "two snapshots", "" },
	{ "diff mon.. find user", 11, 15, "'find' is a keyword", "two snapshots", "" },
	{ "diff ..tue find user", 5, 10, "no '..' between two snapshots", "two snapshots", "" },
	{ "diff mon..tue", 13, 13, "the query is empty", "what can", "" },
	{ "choke internet bucket/x", 15, 23, "unexpected 'bucket/x'", "'to' and", "" },
	{ "risks role/ci", 6, 13, "unexpected 'role/ci'", "a clause", "" },
};

/* What is refused as not available yet, and the bytes under the carets. */
static const struct {
	const char *text;
	uint32_t begin, end;
	const char *message;
} later[] = {
	{ "snapshots", 0, 9, "'snapshots' is not available yet" },
	{ "when can b read c", 0, 8, "'when can' is not available yet" },
	{ "diff x..y find user", 0, 4, "'diff' is not available yet" },
	{ "choke b to c", 0, 5, "'choke' is not available yet" },
	{ "risks", 0, 5, "'risks' is not available yet" },
	{ "gap b", 0, 3, "'gap' is not available yet" },
	{ "explain suggest b", 8, 15, "'suggest' is not available yet" },
	{ "who can read x as of mon", 21, 24, "'as of' is not available yet" },
	{ "find x where b (c OR -Owner:me)", 22, 27, "'owner' is not available yet" },
	{ "who can read {kind:x team:red}", 21, 25, "'team' is not available yet" },
	{ "who can read x where via:{severity:high}", 26, 34, "'severity' is not available yet" },
	{ "who can read x avoiding b|{risk:y}", 27, 31, "'risk' is not available yet" },
};
/* clang-format on */

static void check_good(const char *text, const char *canonical)
{
	struct buf first = { 0 }, second = { 0 };
	struct parsed p, again;

	parse(&p, str_from(text));
	if (p.rc != 0)
		fail_msg("'%s': %s", text, p.e.text);
	format_query(p.query, &first);
	if (canonical && !str_eq(buf_str(&first), str_from(canonical)))
		fail_msg("'%s' prints '%.*s', not '%s'", text, STR_ARG(buf_str(&first)),
			canonical);
	parse(&again, buf_str(&first));
	if (again.rc != 0)
		fail_msg("'%.*s' from '%s': %s", STR_ARG(buf_str(&first)), text,
			again.e.text);
	if (!ast_equal(p.query, again.query))
		fail_msg("'%.*s' is another query than '%s'", STR_ARG(buf_str(&first)),
			text);
	format_query(again.query, &second);
	assert_true(str_eq(buf_str(&first), buf_str(&second)));
	buf_release(&first);
	buf_release(&second);
	release(&p);
	release(&again);
}

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		check_good(good[i].text,
			good[i].canonical ? good[i].canonical : good[i].text);
}

static void test_bad(void **state)
{
	struct parsed p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		parse(&p, str_from(bad[i].text));
		if (p.rc != ERR_SYNTAX || p.e.code != ERR_SYNTAX || p.query)
			fail_msg("'%s' parses", bad[i].text);
		if (p.d.span.begin != bad[i].begin || p.d.span.end != bad[i].end)
			fail_msg("'%s': carets at %u to %u: %s", bad[i].text,
				p.d.span.begin, p.d.span.end, p.e.text);
		if (!str_starts(str_from(p.d.message), str_from(bad[i].message)) ||
			!strstr(p.d.expected, bad[i].expected) ||
			strcmp(p.d.nearest, bad[i].nearest) != 0)
			fail_msg("'%s': %s", bad[i].text, p.e.text);
		release(&p);
	}
}

static void test_reserved(void **state)
{
	struct parsed p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(later); i++) {
		parse(&p, str_from(later[i].text));
		if (p.rc != 0)
			fail_msg("'%s': %s", later[i].text, p.e.text);
		assert_int_equal(reserved_check(p.query, &p.d, &p.e), ERR_SYNTAX);
		if (p.d.span.begin != later[i].begin || p.d.span.end != later[i].end ||
			strcmp(p.d.message, later[i].message) != 0)
			fail_msg("'%s': %u to %u: %s", later[i].text, p.d.span.begin,
				p.d.span.end, p.d.message);
		release(&p);
	}
}

static struct str read_manual(void)
{
	static char text[FILE_MAX];
	FILE *f = fopen(SOURCE_DIR "/docs/query-language.md", "rb");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, sizeof(text), f);
	assert_true(n > 0 && n < sizeof(text));
	fclose(f);
	return (struct str){ text, n };
}

/* The next block between ```latchkey and ``` at or after *at, or 0. */
static int next_block(struct str *out, struct str text, size_t *at)
{
	const char *open = "```latchkey\n", *close = "\n```\n";
	const char *begin = memmem(text.p + *at, text.n - *at, open, strlen(open)), *end;

	if (!begin)
		return 0;
	begin += strlen(open);
	end = memmem(begin, text.n - (size_t)(begin - text.p), close, strlen(close));
	assert_non_null(end);
	*out = (struct str){ begin, (size_t)(end - begin) };
	*at = (size_t)(end - text.p) + strlen(close);
	return 1;
}

/* Every example of the manual parses, survives printing, and needs nothing reserved. */
static void test_manual(void **state)
{
	struct str text = read_manual(), block, query;
	struct script s;
	size_t at = 0, count = 0;
	uint32_t line;

	(void)state;
	while (next_block(&block, text, &at)) {
		script_init(&s, block);
		while (script_next(&s, &query, &line)) {
			char copy[1024];
			struct parsed p;

			snprintf(copy, sizeof(copy), "%.*s", STR_ARG(query));
			check_good(copy, NULL);
			parse(&p, query);
			if (reserved_check(p.query, &p.d, &p.e) < 0)
				fail_msg("'%s': %s", copy, p.e.text);
			release(&p);
			count++;
		}
	}
	assert_true(count >= 50);
}

/* The manual's list of keywords and keys is the program's. */
static void test_manual_is_complete(void **state)
{
	struct str text = read_manual();
	char name[64];

	(void)state;
	for (int k = KEYWORD_NONE + 1; k < KEYWORD_COUNT; k++) {
		snprintf(name, sizeof(name), "`%.*s`",
			STR_ARG(keyword_name((enum keyword)k)));
		if (!memmem(text.p, text.n, name, strlen(name)))
			fail_msg("keyword %s is not in the manual", name);
	}
	for (int k = 0; k < FILTERKEY_COUNT; k++) {
		const struct filterkey_info *info = filterkey_info((enum filterkey)k);
		const char *const *choices = info->choices;

		snprintf(name, sizeof(name), "`%s", info->name);
		if (!memmem(text.p, text.n, name, strlen(name)))
			fail_msg("filter key %s is not in the manual", name);
		for (int i = 0; choices && choices[i]; i++) {
			snprintf(name, sizeof(name), "`%s`", choices[i]);
			if (!memmem(text.p, text.n, name, strlen(name)))
				fail_msg("%s of %s is not in the manual", name,
					info->name);
		}
	}
}

static void test_tree(void **state)
{
	const char *text =
		"how can user/bob read|write {kind:bucket}|x where hops:<=3 -admin:true "
		"with k=v top 5";
	const struct ast_filter *where;
	struct parsed p;

	(void)state;
	parse(&p, str_from(text));
	assert_int_equal(p.rc, 0);
	assert_int_equal(p.query->verb, AST_HOW);
	assert_int_equal(p.query->subject.count, 1);
	assert_int_equal(p.query->action.count, 2);
	assert_true(str_eq(p.query->action.items[1].text, STR_LIT("write")));
	assert_int_equal(p.query->object.count, 2);
	assert_int_equal(p.query->object.items[0].filter->key, FILTERKEY_KIND);
	assert_int_equal(p.query->object.items[1].span.begin, 42);
	where = p.query->clauses.where;
	assert_int_equal(where->kind, AST_AND);
	assert_int_equal(where->child_count, 2);
	assert_int_equal(where->children[0]->op, AST_LE);
	assert_int_equal(where->children[0]->values[0].number, 3);
	assert_int_equal(where->children[1]->kind, AST_NOT);
	assert_int_equal(where->children[1]->children[0]->values[0].form, AST_FORM_BOOL);
	assert_true(p.query->clauses.top.given && p.query->clauses.top.value == 5);
	assert_true(str_eq(p.query->clauses.with.items[0].value.text, STR_LIT("v")));
	release(&p);
}

/* clang-format off */
static const struct {
	const char *text, *picture;
	uint32_t width;
} pictures[] = {
	{ "find role where knid:role",
	  "error: unknown filter key 'knid'\n"
	  "  find role where knid:role\n"
	  "                  ^^^^\n"
	  "  expected a filter key such as kind or tag.NAME (quote a text to search for it); did you mean 'kind'?\n", 0 },
	{ "who can access",
	  "error: unexpected end of query\n"
	  "  who can access\n"
	  "                ^\n"
	  "  expected an entity such as bucket/payroll, or {filter}\n", 0 },
	{ "find \xe5\xad\x97\xc3\xa9 where admin:\xe5\xad\x97",
	  "error: 'admin' cannot be '\xe5\xad\x97'\n"
	  "  find \xe5\xad\x97\xc3\xa9 where admin:\xe5\xad\x97\n"
	  "                       ^^\n"
	  "  expected true or false\n", 0 },
	{ "find role\n\twhere limit 5\n  group by x",
	  "error: 'limit' is a keyword here; put it in quotes if it is a name\n"
	  "   where limit 5\n"
	  "         ^^^^^\n"
	  "  expected a filter term such as kind:role, or a word to search for\n", 0 },
	{ "find role where aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa admin:no bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
	  "error: 'admin' cannot be 'no'\n"
	  "  ...aaaaaaaaaa admin:no bbbbbbbbbbbbbb...\n"
	  "                      ^^\n"
	  "  expected true or false\n", 40 },
	{ "",
	  "error: the query is empty\n"
	  "  expected what can, who can, can, how can, blast, find, show, or a filter\n", 0 },
};
/* clang-format on */

static void test_pictures(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pictures); i++) {
		struct str text = str_from(pictures[i].text);
		struct buf out = { 0 };
		struct parsed p;

		parse(&p, text);
		assert_int_equal(p.rc, ERR_SYNTAX);
		diagnostic_render(&p.d, text, pictures[i].width, &out);
		if (!str_eq(buf_str(&out), str_from(pictures[i].picture)))
			fail_msg("shows\n%.*sinstead of\n%s", STR_ARG(buf_str(&out)),
				pictures[i].picture);
		buf_release(&out);
		release(&p);
	}
}

static void test_error_line(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, STR_LIT("find role where knid:role"));
	assert_non_null(
		strstr(p.e.text, "column 17: unknown filter key 'knid', expected "));
	assert_non_null(strstr(p.e.text, "; did you mean 'kind'?"));
	release(&p);
	parse(&p, STR_LIT("find role\n  where \xc3\xa9 knid:role"));
	assert_non_null(strstr(p.e.text, "line 2: column 11: unknown filter key 'knid'"));
	release(&p);
}

static void check_limit(struct str text, const char *message)
{
	struct parsed p;

	parse(&p, text);
	assert_int_equal(p.rc, ERR_LIMIT);
	if (!strstr(p.e.text, message))
		fail_msg("%s", p.e.text);
	release(&p);
}

static void test_limits(void **state)
{
	static char text[LIMIT_QUERY_BYTES + 1];
	char deep[512] = "find x where ";
	size_t n = strlen(deep);
	struct parsed p;

	(void)state;
	memset(text, 'x', sizeof(text));
	check_limit((struct str){ text, sizeof(text) }, "LIMIT_QUERY_BYTES");
	parse(&p, (struct str){ text, sizeof(text) - 1 });
	assert_int_equal(p.rc, 0);
	release(&p);

	memset(text, '(', sizeof(text));
	check_limit((struct str){ text, LIMIT_QUERY_BYTES }, "LIMIT_QUERY_DEPTH");
	memset(text, '-', sizeof(text));
	check_limit((struct str){ text, LIMIT_QUERY_BYTES }, "LIMIT_QUERY_DEPTH");

	memset(deep + n, '-', LIMIT_QUERY_DEPTH + 1);
	deep[n + LIMIT_QUERY_DEPTH] = 'y';
	check_good(deep, NULL);
	deep[n + LIMIT_QUERY_DEPTH] = '-';
	deep[n + LIMIT_QUERY_DEPTH + 1] = 'y';
	check_limit(str_from(deep), "LIMIT_QUERY_DEPTH");
}

/*
 * Any sequence of the language's pieces parses to what it prints, or fails with a place
 * in it.
 */
static void test_random(void **state)
{
	static const char *const pieces[] = { "what", "can", "who", "has", "access", "to",
		"on", "the", "user/alice", "bucket/x", "{", "}", "(", ")", "|", ",",
		"where", "kind:role", "kind:", "hops:<=", "3", "last_used:>90d", "OR",
		"AND", "NOT", "-", "-name:x", "\"a b\"", "?", "via", "with", "k=v", "=",
		"top", "all", "group", "by", "order", "desc", "find", "show", "explain",
		"diff", "a..b", "tag.\"x y\":", "path:(direct", "account:{", "directly",
		"does", "have", "how", "x?", "'", "\"", "\\", "shop", "arn:a:b",
		"k\"=\"<v", ".." };
	uint64_t seed = 12345;
	uint32_t parsed = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[512] = "";
		size_t n = 0;
		struct parsed p;

		for (uint64_t left = 1 + (uint64_t)i % 12; left > 0; left--) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
				pieces[(seed >> 33) % ARRAY_LEN(pieces)],
				seed >> 62 ? " " : "");
		}
		parse(&p, str_from(text));
		parsed += p.rc == 0;
		if (p.rc == 0)
			check_good(text, NULL);
		else if (p.d.span.end < p.d.span.begin || p.d.span.end > n ||
			 !p.d.message[0])
			fail_msg("'%s': %u to %u", text, p.d.span.begin, p.d.span.end);
		release(&p);
	}
	assert_true(parsed > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_manual_is_complete),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_pictures),
		cmocka_unit_test(test_error_line),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("query_parser", tests, NULL, NULL);
}
