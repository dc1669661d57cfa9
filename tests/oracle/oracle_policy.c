#include "oracle_policy.h"

#include "base/buf.h"
#include "base/json.h"

static struct oracle_list read_list(const struct json_value *v, struct arena *arena)
{
	struct oracle_list list = { 0 };
	struct json_iter it = json_iterate(v);
	const struct json_value *item = v;
	struct str name;
	char number[JSON_NUMBER_MAX];

	if (!v)
		return list;
	bool many = json_type(v) == JSON_ARRAY;

	list.items = ARENA_NEW_ARRAY(arena, struct str, many ? json_size(v) : 1);
	while (!many || json_next(&it, &name, &item)) {
		struct str s = { 0 };

		if (json_type(item) == JSON_STRING)
			s = json_string(item);
		else if (json_type(item) == JSON_BOOL)
			s = str_from(json_bool(item) ? "true" : "false");
		else if (json_type(item) == JSON_NUMBER)
			s = json_number(item, number);
		list.items[list.count++] = arena_copy(arena, s);
		if (!many)
			break;
	}
	return list;
}

static void read_principals(
	struct oracle_statement *s, const struct json_value *v, struct arena *arena)
{
	struct buf found = { 0 };
	struct json_iter it = json_iterate(v);
	struct str map = STR_LIT("*");
	const struct json_value *values = v;

	if (json_type(v) != JSON_OBJECT) {
		VEC_ADD(&found, struct oracle_principal,
			{ map, arena_copy(arena, json_string(v)) });
	} else {
		while (json_next(&it, &map, &values)) {
			struct oracle_list list = read_list(values, arena);

			for (uint32_t i = 0; i < list.count; i++)
				VEC_ADD(&found, struct oracle_principal,
					{ arena_copy(arena, map), list.items[i] });
		}
	}
	s->principal_count = (uint32_t)VEC_COUNT(&found, struct oracle_principal);
	s->principals =
		ARENA_NEW_ARRAY(arena, struct oracle_principal, s->principal_count);
	if (found.n > 0)
		memcpy(s->principals, found.p, found.n);
	buf_release(&found);
}

static bool take_prefix(struct str *s, struct str prefix)
{
	if (s->n < prefix.n || !str_eq_fold(str_head(*s, prefix.n), prefix))
		return false;
	*s = str_skip(*s, prefix.n);
	return true;
}

static void read_tests(
	struct oracle_statement *s, const struct json_value *v, struct arena *arena)
{
	struct buf found = { 0 };
	struct json_iter operators = json_iterate(v);
	struct str name, key;
	const struct json_value *keys, *values;

	while (json_next(&operators, &name, &keys)) {
		struct json_iter it = json_iterate(keys);
		struct oracle_test t = { 0 };

		t.for_all = take_prefix(&name, STR_LIT("ForAllValues:"));
		t.for_any = take_prefix(&name, STR_LIT("ForAnyValue:"));
		t.if_exists = name.n > 8 && str_ends(name, STR_LIT("IfExists"));
		t.operator_ =
			arena_copy(arena, str_head(name, name.n - (t.if_exists ? 8 : 0)));
		while (json_next(&it, &key, &values)) {
			t.key = arena_copy(arena, key);
			t.values = read_list(values, arena);
			VEC_ADD(&found, struct oracle_test, t);
		}
	}
	s->test_count = (uint32_t)VEC_COUNT(&found, struct oracle_test);
	s->tests = ARENA_NEW_ARRAY(arena, struct oracle_test, s->test_count);
	if (found.n > 0)
		memcpy(s->tests, found.p, found.n);
	buf_release(&found);
}

static bool is_text(const struct json_value *v, const char *text)
{
	return v && json_type(v) == JSON_STRING && str_eq(json_string(v), str_from(text));
}

/*
 * The kinds of malformed statements that worlds have, from
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html and
 * the pages of its elements.
 */
static bool statement_refused(const struct json_value *v, bool trust, bool own)
{
	const struct json_value *condition = json_get(v, "Condition");

	if (!is_text(json_get(v, "Effect"), "Allow") &&
		!is_text(json_get(v, "Effect"), "Deny"))
		return true;
	if ((json_get(v, "Action") != NULL) == (json_get(v, "NotAction") != NULL))
		return true;
	if (!own && (json_get(v, "Principal") || json_get(v, "NotPrincipal")))
		return true;
	if (own && !json_get(v, "Principal") && !json_get(v, "NotPrincipal"))
		return true;
	if (trust && (json_get(v, "NotPrincipal") || json_get(v, "Resource") ||
			     json_get(v, "NotResource")))
		return true;
	if (json_get(condition, "StringEqual") || json_get(condition, "NullIfExists"))
		return true;
	return is_text(json_get(json_get(condition, "Bool"), "aws:SecureTransport"), "1");
}

static int read_statement(struct oracle_statement *s, const struct json_value *v,
	struct arena *arena, struct err *e)
{
	const struct json_value *effect = json_get(v, "Effect");
	const struct json_value *actions = json_get(v, "Action");
	const struct json_value *resources = json_get(v, "Resource");
	const struct json_value *principals = json_get(v, "Principal");

	if (!effect || json_type(effect) != JSON_STRING)
		return err_set(e, ERR_FORMAT, "oracle: a statement without an effect");
	s->deny = str_eq(json_string(effect), STR_LIT("Deny"));
	s->not_action = !actions;
	s->actions = read_list(actions ? actions : json_get(v, "NotAction"), arena);
	s->not_resource = !resources && json_get(v, "NotResource");
	s->any_resource = !resources && !s->not_resource;
	s->resources =
		read_list(resources ? resources : json_get(v, "NotResource"), arena);
	s->not_principal = !principals && json_get(v, "NotPrincipal");
	if (s->not_principal)
		principals = json_get(v, "NotPrincipal");
	if (principals)
		read_principals(s, principals, arena);
	read_tests(s, json_get(v, "Condition"), arena);
	return 0;
}

/* Sids are told apart within IAM's and the organization's policies. */
static bool policy_refused(const struct json_value *list, bool trust, bool own)
{
	struct json_iter it = json_iterate(list);
	const struct json_value *item, *other;
	struct str name;

	if (json_type(list) != JSON_ARRAY)
		return statement_refused(list, trust, own);
	while (json_next(&it, &name, &item)) {
		const struct json_value *sid = json_get(item, "Sid");
		struct json_iter rest = it;

		if (statement_refused(item, trust, own))
			return true;
		while (sid && (trust || !own) && json_next(&rest, &name, &other)) {
			const struct json_value *second = json_get(other, "Sid");

			if (second && str_eq(json_string(second), json_string(sid)))
				return true;
		}
	}
	return false;
}

int oracle_policy_parse(struct oracle_policy *out, struct str text, bool trust, bool own,
	struct arena *arena, struct err *e)
{
	struct json j;
	int rc = json_parse(&j, text, (struct json_origin){ 0 }, e);

	if (rc < 0)
		return rc;
	const struct json_value *version = json_get(j.root, "Version");
	const struct json_value *list = json_get(j.root, "Statement");
	bool many = list && json_type(list) == JSON_ARRAY;
	struct json_iter it = json_iterate(list);
	const struct json_value *item = list;
	struct str name;

	*out = (struct oracle_policy){ 0 };
	out->refused = !list || policy_refused(list, trust, own) ||
		       (version && !is_text(version, "2012-10-17") &&
			       !is_text(version, "2008-10-17"));
	if (out->refused) {
		json_release(&j);
		return 0;
	}
	out->variables = version && str_eq(json_string(version), STR_LIT("2012-10-17"));
	out->statements = ARENA_NEW_ARRAY(
		arena, struct oracle_statement, many ? json_size(list) : 1);
	while (rc == 0 && list && (!many || json_next(&it, &name, &item))) {
		rc = read_statement(&out->statements[out->count++], item, arena, e);
		if (!many)
			break;
	}
	json_release(&j);
	return rc;
}

static bool same_char(char pattern, char c, bool fold)
{
	return pattern == ORACLE_ONE || pattern == c ||
	       (fold && str_lower_char(pattern) == str_lower_char(c));
}

bool oracle_policy_glob(struct str pattern, struct str s, bool fold)
{
	size_t p = 0, i = 0, star = SIZE_MAX, resume = 0;

	while (i < s.n) {
		if (p < pattern.n && pattern.p[p] == ORACLE_STAR) {
			star = p++;
			resume = i;
		} else if (p < pattern.n && same_char(pattern.p[p], s.p[i], fold)) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == ORACLE_STAR)
		p++;
	return p == pattern.n;
}

/*
 * "${key}" or "${key, 'default'}" without its braces; "*", "?" and "$" mean themselves.
 */
static bool variable_value(
	struct str *out, struct str inside, oracle_policy_value *value, void *ctx)
{
	size_t comma = str_find_char(inside, ',', 0);
	struct str key = str_head(inside, comma);

	if (inside.n == 1 && strchr("*?$", inside.p[0])) {
		*out = inside;
		return true;
	}
	while (key.n > 0 && key.p[key.n - 1] == ' ')
		key.n--;
	if (value(ctx, key, out))
		return true;
	size_t quote = str_find_char(inside, '\'', comma);

	*out = str_skip(inside, quote + 1);
	out->n = str_find_char(*out, '\'', 0);
	return quote < inside.n;
}

bool oracle_policy_pattern(struct str *out, struct str text, bool variables,
	oracle_policy_value *value, void *ctx, struct arena *arena)
{
	struct buf b = { 0 };
	bool known = true;

	for (size_t i = 0; i < text.n && known; i++) {
		bool opens = variables && text.p[i] == '$' && i + 1 < text.n &&
			     text.p[i + 1] == '{';
		size_t close = opens ? str_find_char(text, '}', i) : text.n;
		struct str inside;

		if (opens && close < text.n) {
			known = variable_value(&inside,
				(struct str){ text.p + i + 2, close - i - 2 }, value,
				ctx);
			if (known)
				buf_add_str(&b, inside);
			i = close;
		} else {
			char c = text.p[i];

			buf_add_char(&b, c == '*'   ? ORACLE_STAR
					 : c == '?' ? ORACLE_ONE
						    : c);
		}
	}
	*out = arena_copy(arena, buf_str(&b));
	buf_release(&b);
	return known;
}
