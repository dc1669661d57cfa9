#include "ingest/gcp_exchange.h"

#include "base/limits.h"
#include "ingest/gcp_condition.h"

/* "assertion.repository": one claim as it stands. */
static bool is_claim(const struct json_value *v)
{
	const struct str head = STR_LIT("assertion.");
	struct str s;

	if (!v || json_type(v) != JSON_STRING)
		return false;
	s = json_string(v);
	for (size_t i = head.n; i < s.n; i++) {
		char c = str_lower_char(s.p[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_')
			return false;
	}
	return str_starts(s, head) && s.n > head.n;
}

/* The claim that a key is mapped from; the key itself, where that is not plain. */
static struct str claim_of(const struct json_value *mapping, struct str key)
{
	struct json_iter it = json_iterate(mapping);
	const struct json_value *v;
	struct str name;

	while (json_next(&it, &name, &v)) {
		if (str_eq(name, key) && is_claim(v))
			return json_string(v);
	}
	return key;
}

int gcp_exchange_compile(struct document_builder *out, const struct json *provider,
	struct arena *arena, const char **problem, struct err *e)
{
	const struct json_value *mapping;
	struct gcp_condition condition;
	struct str text = { 0 };

	if (json_want_string(provider, provider->root, "attributeCondition", &text, e) <
			0 ||
		json_want_object(
			provider, provider->root, "attributeMapping", &mapping, e) < 0)
		return e->code;
	gcp_condition_read(&condition, text, arena);
	*problem = condition.problem;
	for (uint32_t i = 0; i < condition.count; i++) {
		const struct gcp_alternative *a = &condition.alternatives[i];
		struct document_statement *s = document_add_statement(out);
		struct gcp_test *tests =
			ARENA_NEW_ARRAY(arena, struct gcp_test, a->count + 1);

		for (uint32_t k = 0; k < a->count; k++) {
			tests[k] = a->tests[k];
			tests[k].key = claim_of(mapping, tests[k].key);
		}
		s->service = DOCUMENT_ANY_SERVICE;
		s->span_end = (uint32_t)provider->text.n;
		s->flags = gcp_condition_add_tests(
			out, &(struct gcp_alternative){ tests, a->count });
	}
	return 0;
}

struct str gcp_exchange_mapping(const struct json_value *provider, struct arena *arena)
{
	struct json_iter it = json_iterate(json_get(provider, "attributeMapping"));
	const struct json_value *v;
	struct buf out = { 0 };
	struct str name, kept;

	while (json_next(&it, &name, &v)) {
		if (is_claim(v))
			buf_printf(&out, "%s%.*s=%.*s", out.n > 0 ? "," : "",
				STR_ARG(name), STR_ARG(json_string(v)));
	}
	kept = arena_copy(arena, buf_str(&out));
	buf_release(&out);
	return kept;
}
