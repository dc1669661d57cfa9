#include "ingest/aws_grant.h"

#include "base/out.h"

/* One grant as it is answered. */
struct grant {
	struct str id, name, grantee, service, retirer, retiring_service, source;
	const struct json_value *operations, *subset, *equals;
};

/* What an operation of a grant asks of a request. */
enum sort {
	SORT_CONTEXT, /* carries an encryption context, which constraints compare */
	SORT_FREE,    /* has none */
	SORT_CREATE,  /* makes a grant, which must not be wider than this one */
	SORT_COUNT
};

static enum sort sort_of(struct str operation)
{
	static const char *const free_ones[] = { "DescribeKey", "RetireGrant",
		"GetPublicKey", "Sign", "Verify", "GenerateMac", "VerifyMac",
		"DeriveSharedSecret" };

	if (str_eq(operation, STR_LIT("CreateGrant")))
		return SORT_CREATE;
	for (size_t i = 0; i < sizeof(free_ones) / sizeof(free_ones[0]); i++) {
		if (str_eq(operation, str_from(free_ones[i])))
			return SORT_FREE;
	}
	return SORT_CONTEXT;
}

static void add_statement(
	struct buf *b, struct str id, struct str principal, bool is_service)
{
	if (str_ends(buf_str(b), STR_LIT("}")))
		buf_add_char(b, ',');
	buf_printf(b, "{\"Sid\":");
	out_json(b, id);
	buf_printf(b, ",\"Effect\":\"Allow\",\"Principal\":{\"%s\":",
		is_service ? "Service" : "AWS");
	out_json(b, principal);
	buf_printf(b, "},\"Resource\":\"*\",\"Action\":");
}

static void add_condition(struct buf *b, bool *any, const char *operator_)
{
	buf_printf(b, "%s\"%s\":{", *any ? "," : ",\"Condition\":{", operator_);
	*any = true;
}

/* "kms:EncryptionContext:k":"v" of each pair. */
static void add_pairs(struct buf *b, const struct json_value *pairs, bool *more)
{
	struct json_iter it = json_iterate(pairs);
	const struct json_value *v;
	struct buf key = { 0 };
	struct str name;

	while (json_next(&it, &name, &v)) {
		buf_clear(&key);
		buf_printf(&key, "kms:EncryptionContext:%.*s", STR_ARG(name));
		if (*more)
			buf_add_char(b, ',');
		*more = true;
		out_json(b, buf_str(&key));
		buf_add_char(b, ':');
		out_json(b, json_string(v));
	}
	buf_release(&key);
}

/* The names of the pairs, or the strings of a list. */
static void add_list(struct buf *b, const struct json_value *list)
{
	struct json_iter it = json_iterate(list);
	const struct json_value *v;
	struct str name;
	bool more = false;

	buf_add_char(b, '[');
	while (json_next(&it, &name, &v)) {
		if (more)
			buf_add_char(b, ',');
		more = true;
		out_json(b, json_type(list) == JSON_OBJECT ? name : json_string(v));
	}
	buf_add_char(b, ']');
}

static void add_conditions(struct buf *b, const struct grant *g, enum sort sort)
{
	bool any = false, more = false;

	if (sort == SORT_CONTEXT && (g->subset || g->equals)) {
		add_condition(b, &any, "StringEquals");
		add_pairs(b, g->subset, &more);
		add_pairs(b, g->equals, &more);
		buf_add_char(b, '}');
	}
	if (sort == SORT_CONTEXT && g->equals) {
		add_condition(b, &any, "ForAllValues:StringEquals");
		buf_printf(b, "\"kms:EncryptionContextKeys\":");
		add_list(b, g->equals);
		buf_add_char(b, '}');
	}
	if (sort == SORT_CREATE) {
		add_condition(b, &any, "ForAllValues:StringEquals");
		buf_printf(b, "\"kms:GrantOperations\":");
		add_list(b, g->operations);
		buf_add_char(b, '}');
	}
	if (sort == SORT_CREATE && (g->subset || g->equals)) {
		add_condition(b, &any, "Null");
		buf_printf(b, "\"kms:GrantConstraintType\":\"false\"}");
	}
	if (g->source.n > 0) {
		add_condition(b, &any, "ArnLike");
		buf_printf(b, "\"aws:SourceArn\":");
		out_json(b, g->source);
		buf_add_char(b, '}');
	}
	if (any)
		buf_add_char(b, '}');
}

/* The statement for the operations of one sort; none without any. */
static void add_sort(struct buf *b, const struct grant *g, enum sort sort)
{
	struct json_iter it = json_iterate(g->operations);
	const struct json_value *v;
	struct buf name = { 0 };
	struct str none;
	bool more = false;

	while (json_next(&it, &none, &v)) {
		if (sort_of(json_string(v)) != sort)
			continue;
		if (!more)
			add_statement(b, g->id,
				g->grantee.n > 0 ? g->grantee : g->service,
				g->grantee.n == 0);
		buf_add_char(b, more ? ',' : '[');
		more = true;
		buf_clear(&name);
		buf_printf(&name, "kms:%.*s", STR_ARG(json_string(v)));
		out_json(b, buf_str(&name));
	}
	buf_release(&name);
	if (!more)
		return;
	buf_add_char(b, ']');
	add_conditions(b, g, sort);
	buf_add_char(b, '}');
}

static void add_retirer(
	struct buf *b, const struct grant *g, struct str principal, bool is_service)
{
	if (principal.n == 0)
		return;
	add_statement(b, g->id, principal, is_service);
	buf_printf(b, "\"kms:RetireGrant\"}");
}

static int want_strings(struct aws_emit *em, const struct json_value *list, struct err *e)
{
	struct json_iter it = json_iterate(list);
	const struct json_value *v;
	struct str name;

	while (json_next(&it, &name, &v)) {
		if (json_want_type(em->json, v, JSON_STRING, e) < 0)
			return e->code;
	}
	return 0;
}

/* Some services are grantees by their name where a principal stands otherwise. */
static void tell_service(struct str *principal, struct str *service)
{
	if (str_starts(*principal, STR_LIT("arn:")) ||
		!str_ends(*principal, STR_LIT(".amazonaws.com")))
		return;
	*service = *principal;
	*principal = (struct str){ 0 };
}

static int read_grant(
	struct aws_emit *em, const struct json_value *v, struct grant *g, struct err *e)
{
	const struct json_value *constraints = NULL;
	const struct {
		const char *name;
		struct str *out;
	} texts[] = {
		{ "Name", &g->name },
		{ "GranteePrincipal", &g->grantee },
		{ "GranteeServicePrincipal", &g->service },
		{ "RetiringPrincipal", &g->retirer },
		{ "RetiringServicePrincipal", &g->retiring_service },
	};
	int rc = json_want_type(em->json, v, JSON_OBJECT, e);

	if (rc == 0)
		rc = json_need_string(em->json, v, "GrantId", &g->id, e);
	for (size_t i = 0; rc == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
		rc = json_want_string(em->json, v, texts[i].name, texts[i].out, e);
	if (rc == 0)
		rc = json_want_array(em->json, v, "Operations", &g->operations, e);
	if (rc == 0)
		rc = json_want_object(em->json, v, "Constraints", &constraints, e);
	if (rc == 0 && constraints)
		rc = json_want_object(
			em->json, constraints, "EncryptionContextSubset", &g->subset, e);
	if (rc == 0 && constraints)
		rc = json_want_object(
			em->json, constraints, "EncryptionContextEquals", &g->equals, e);
	if (rc == 0 && constraints)
		rc = json_want_string(em->json, constraints, "SourceArn", &g->source, e);
	if (rc == 0)
		rc = want_strings(em, g->operations, e);
	if (rc == 0)
		rc = want_strings(em, g->subset, e);
	if (rc == 0)
		rc = want_strings(em, g->equals, e);
	tell_service(&g->grantee, &g->service);
	tell_service(&g->retirer, &g->retiring_service);
	return rc;
}

static int emit_grant(
	struct aws_emit *em, struct str key, const struct json_value *v, struct err *e)
{
	struct grant g = { .operations = NULL };
	struct buf b = { 0 };
	struct str body;
	int rc = read_grant(em, v, &g, e);

	if (rc < 0)
		return rc;
	em->offset = json_offset(em->json, v);
	/* names and contexts are plain text: the version without variables */
	buf_printf(&b, "{\"Version\":\"2008-10-17\",\"Statement\":[");
	for (enum sort sort = 0; sort < SORT_COUNT; sort++)
		add_sort(&b, &g, sort);
	add_retirer(&b, &g, g.retirer, false);
	add_retirer(&b, &g, g.retiring_service, true);
	buf_printf(&b, "]}");
	body = arena_copy(em->arena, buf_str(&b));
	buf_release(&b);
	return aws_emit_document(
		em, LAYER_GRANT, key, g.name.n > 0 ? g.name : g.id, body, e);
}

struct str aws_grant_key(const struct json_value *grants)
{
	struct json_iter it = json_iterate(grants);
	const struct json_value *v, *id;
	struct str name;

	if (!json_next(&it, &name, &v))
		return (struct str){ 0 };
	id = json_get(v, "KeyId");
	return id && json_type(id) == JSON_STRING &&
			       str_starts(json_string(id), STR_LIT("arn:"))
		       ? json_string(id)
		       : (struct str){ 0 };
}

int aws_grant_list(struct aws_emit *em, struct str key, const struct json_value *grants,
	struct err *e)
{
	struct json_iter it = json_iterate(grants);
	const struct json_value *v;
	struct str none;
	int rc = 0;

	if (json_size(grants) == 0)
		return aws_emit_document(em, LAYER_GRANT, key, STR_LIT("no grants"),
			STR_LIT("{\"Statement\":[]}"), e);
	while (rc == 0 && json_next(&it, &none, &v))
		rc = emit_grant(em, key, v, e);
	return rc;
}
