#include "ingest/gcp_condition.h"

#include <stdlib.h>

#include "base/buf.h"
#include "ingest/gcp_expression.h"

#define BUCKETS "projects/_/buckets/"

/* Alternatives while they are made: each a buf of struct gcp_test. */
struct sum {
	struct buf terms; /* struct buf */
};

struct reader {
	struct arena *arena;
	const char *problem;
};

static void sum_release(struct sum *s)
{
	for (size_t i = 0; i < VEC_COUNT(&s->terms, struct buf); i++)
		buf_release(&VEC_DATA(&s->terms, struct buf)[i]);
	buf_release(&s->terms);
}

static void sum_add(struct sum *s, const struct buf *a, const struct buf *b)
{
	struct buf term = { 0 };

	buf_add_str(&term, buf_str(a));
	if (b)
		buf_add_str(&term, buf_str(b));
	buf_add(&s->terms, &term, sizeof(term));
}

static void sum_constant(struct sum *s, bool value)
{
	struct buf empty = { 0 };

	if (value)
		sum_add(s, &empty, NULL);
}

/* One alternative of one test. */
static void sum_test(struct sum *s, const struct gcp_test *t)
{
	struct buf term = { 0 };

	buf_add(&term, t, sizeof(*t));
	buf_add(&s->terms, &term, sizeof(term));
}

/* --- tests --- */

static const struct str *one_value(struct reader *r, struct str value)
{
	struct str *v = ARENA_NEW(r->arena, struct str);

	*v = value;
	return v;
}

static struct gcp_test test_of(
	struct reader *r, struct str key, enum document_operator op, struct str value)
{
	return (struct gcp_test){
		.key = key, .op = op, .values = one_value(r, value), .value_count = 1
	};
}

/* The operator that says the opposite. */
static enum document_operator opposite(enum document_operator op)
{
	switch (op) {
	case DOCUMENT_STRING_EQUALS:
		return DOCUMENT_STRING_NOT_EQUALS;
	case DOCUMENT_STRING_NOT_EQUALS:
		return DOCUMENT_STRING_EQUALS;
	case DOCUMENT_STRING_LIKE:
		return DOCUMENT_STRING_NOT_LIKE;
	case DOCUMENT_NUMERIC_EQUALS:
		return DOCUMENT_NUMERIC_NOT_EQUALS;
	case DOCUMENT_NUMERIC_NOT_EQUALS:
		return DOCUMENT_NUMERIC_EQUALS;
	case DOCUMENT_NUMERIC_LESS:
		return DOCUMENT_NUMERIC_GREATER_EQUALS;
	case DOCUMENT_NUMERIC_LESS_EQUALS:
		return DOCUMENT_NUMERIC_GREATER;
	case DOCUMENT_NUMERIC_GREATER:
		return DOCUMENT_NUMERIC_LESS_EQUALS;
	case DOCUMENT_NUMERIC_GREATER_EQUALS:
		return DOCUMENT_NUMERIC_LESS;
	case DOCUMENT_DATE_EQUALS:
		return DOCUMENT_DATE_NOT_EQUALS;
	case DOCUMENT_DATE_NOT_EQUALS:
		return DOCUMENT_DATE_EQUALS;
	case DOCUMENT_DATE_LESS:
		return DOCUMENT_DATE_GREATER_EQUALS;
	case DOCUMENT_DATE_LESS_EQUALS:
		return DOCUMENT_DATE_GREATER;
	case DOCUMENT_DATE_GREATER:
		return DOCUMENT_DATE_LESS_EQUALS;
	case DOCUMENT_DATE_GREATER_EQUALS:
		return DOCUMENT_DATE_LESS;
	default:
		return op;
	}
}

/* What the request decides: whether this text holds. */
static void add_open(struct reader *r, struct sum *s, struct str text, bool negated)
{
	struct gcp_test t = test_of(r, arena_copy(r->arena, text), DOCUMENT_BOOL,
		negated ? STR_LIT("false") : STR_LIT("true"));

	sum_test(s, &t);
}

static bool has_wildcard(struct str s)
{
	return str_find_char(s, '*', 0) < s.n || str_find_char(s, '?', 0) < s.n ||
	       str_find_char(s, '$', 0) < s.n;
}

/* The names of things that have the type, where a bucket's objects are concerned. */
static bool is_object_type(struct str type)
{
	return str_eq(type, STR_LIT("storage.googleapis.com/Object"));
}

static void add_pattern(
	struct reader *r, struct sum *s, const char *pattern, bool negated)
{
	struct gcp_test t = { .pattern = str_from(pattern), .negated = negated };

	(void)r;
	sum_test(s, &t);
}

/*
 * resource.type: known of whatever has a key. Of what is in a bucket the key tells: one
 * with "/objects/" is an object.
 */
static void add_type(struct reader *r, struct sum *s, struct str value, bool negated)
{
	struct gcp_test t = test_of(r, STR_LIT("resource.type"),
		negated ? DOCUMENT_STRING_NOT_EQUALS : DOCUMENT_STRING_EQUALS, value);
	struct gcp_test outside = { .pattern = STR_LIT(
					    "//storage.googleapis.com/*/objects/*"),
		.negated = true };
	struct buf term = { 0 };

	if (is_object_type(value)) {
		add_pattern(r, s, "//storage.googleapis.com/*/objects/*", negated);
		return;
	}
	if (negated && str_eq(value, STR_LIT("storage.googleapis.com/Bucket")))
		add_pattern(r, s, "//storage.googleapis.com/*/objects/*", false);
	buf_add(&term, &t, sizeof(t));
	/* the key of a bucket stands for its objects too, which are no buckets */
	if (!negated && str_eq(value, STR_LIT("storage.googleapis.com/Bucket")))
		buf_add(&term, &outside, sizeof(outside));
	buf_add(&s->terms, &term, sizeof(term));
}

/* The keys in buckets that such a name stands for; empty: nothing tells. */
static struct str bucket_keys(struct reader *r, struct str value)
{
	const struct str buckets = STR_LIT(BUCKETS);
	struct str head = str_head(value, value.n - str_ends(value, STR_LIT("*")));

	if (str_starts(value, buckets))
		return arena_printf(r->arena, "//storage.googleapis.com/%.*s",
			STR_ARG(str_skip(value, buckets.n)));
	if (str_starts(value, STR_LIT("*")) &&
		!str_contains_fold(value, STR_LIT("buckets")))
		return arena_printf(
			r->arena, "//storage.googleapis.com/%.*s", STR_ARG(value));
	if (head.n < value.n && str_starts(buckets, head))
		return STR_LIT("//storage.googleapis.com/*");
	return (struct str){ 0 };
}

/*
 * resource.name: ==, startsWith ("x*"), endsWith ("*x"). Of things in buckets, patterns of
 * keys say it; of all others the name is known.
 */
static void add_name(struct reader *r, struct sum *s, struct str value,
	enum document_operator op, bool negated)
{
	struct gcp_test t =
		test_of(r, STR_LIT("resource.name"), negated ? opposite(op) : op, value);
	struct gcp_test inside = t;
	struct buf term = { 0 };

	inside.key = STR_LIT("storage:resource.name");
	inside.pattern = bucket_keys(r, value);
	inside.negated = negated;
	if (inside.pattern.n == 0) {
		sum_test(s, &t);
		return;
	}
	if (str_starts(value, STR_LIT(BUCKETS))) {
		sum_test(s, &inside);
		return;
	}
	if (!negated) {
		sum_test(s, &inside);
		sum_test(s, &t);
		return;
	}
	buf_add(&term, &inside, sizeof(inside));
	buf_add(&term, &t, sizeof(t));
	buf_add(&s->terms, &term, sizeof(term));
}

static void add_string(struct reader *r, struct sum *s, struct str key, struct str value,
	enum document_operator op, bool negated)
{
	struct gcp_test t;

	if (str_eq(key, STR_LIT("resource.name"))) {
		add_name(r, s, value, op, negated);
		return;
	}
	if (str_eq(key, STR_LIT("resource.type")) && op == DOCUMENT_STRING_EQUALS) {
		add_type(r, s, value, negated);
		return;
	}
	t = test_of(r, key, negated ? opposite(op) : op, value);
	sum_test(s, &t);
}

/* --- what an expression is --- */

static bool is_call(const struct gcp_expression *x, const char *name, uint32_t arguments)
{
	return x->type == GCP_CALL && str_eq(x->name, str_from(name)) &&
	       x->kid_count == arguments + 1;
}

static bool is_text(const struct gcp_expression *x)
{
	return x->type == GCP_STRING && !has_wildcard(x->name);
}

/*
 * The key that a value is read from: a name, an attribute of the call, or a call that
 * makes a text or a number of one. Empty: none that we know.
 */
static struct str key_of(struct reader *r, const struct gcp_expression *x)
{
	static const char *const names[] = { "resource.name", "resource.type",
		"resource.service", "request.path", "request.host", "destination.ip",
		"destination.port", "principal.type", "principal.subject",
		"request.auth.access_levels" };
	static const char *const calls[] = { "extract", "getFullYear", "getMonth",
		"getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours",
		"getMinutes", "getSeconds" };
	const struct gcp_expression *target = x->type == GCP_CALL ? x->kids[0] : NULL;

	/* of tokens that a pool takes */
	if (x->type == GCP_NAME && (str_starts(x->name, STR_LIT("assertion.")) ||
					   str_starts(x->name, STR_LIT("attribute.")) ||
					   str_starts(x->name, STR_LIT("google."))))
		return x->name;
	for (size_t i = 0; x->type == GCP_NAME && i < sizeof(names) / sizeof(names[0]);
		i++) {
		if (str_eq(x->name, str_from(names[i])))
			return x->name;
	}
	if (!target || target->type != GCP_NAME)
		return (struct str){ 0 };
	if (str_eq(target->name, STR_LIT("api")) && is_call(x, "getAttribute", 2) &&
		x->kids[1]->type == GCP_STRING)
		return x->kids[1]->name;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (str_eq(x->name, str_from(calls[i])))
			return arena_copy(r->arena, x->text);
	}
	return (struct str){ 0 };
}

static bool is_time(const struct gcp_expression *x)
{
	return x->type == GCP_NAME && str_eq(x->name, STR_LIT("request.time"));
}

/* timestamp("2027-01-01T00:00:00Z"), or the text alone. */
static bool time_value(const struct gcp_expression *x, struct str *out)
{
	if (x->type == GCP_CALL && !x->kids[0] && x->kid_count == 2 &&
		str_eq(x->name, STR_LIT("timestamp")))
		x = x->kids[1];
	*out = x->name;
	return x->type == GCP_STRING;
}

static bool compared(struct str name, enum document_operator equals,
	enum document_operator less, enum document_operator *op)
{
	static const char *const names[] = { "==", "!=", "<", "<=", ">", ">=" };

	for (uint32_t i = 0; i < 6; i++) {
		if (!str_eq(name, str_from(names[i])))
			continue;
		*op = (enum document_operator)(i < 2 ? equals + i : less + i - 2);
		return true;
	}
	return false;
}

static bool swap_sides(struct str *name)
{
	static const char *const from[] = { "==", "!=", "<", "<=", ">", ">=" };
	static const char *const to[] = { "==", "!=", ">", ">=", "<", "<=" };

	for (uint32_t i = 0; i < 6; i++) {
		if (str_eq(*name, str_from(from[i]))) {
			*name = str_from(to[i]);
			return true;
		}
	}
	return false;
}

/* "KEY in ['a', 'b']": any of them. */
static bool add_in_list(struct reader *r, struct sum *s, struct str key,
	const struct gcp_expression *list, bool negated)
{
	struct sum all = { { 0 } };
	struct buf term = { 0 };

	for (uint32_t i = 0; i < list->kid_count; i++) {
		if (!is_text(list->kids[i]))
			return false;
	}
	if (!negated || str_eq(key, STR_LIT("resource.type"))) {
		if (negated && list->kid_count > 1)
			return false;
		for (uint32_t i = 0; i < list->kid_count; i++)
			add_string(r, s, key, list->kids[i]->name, DOCUMENT_STRING_EQUALS,
				negated);
		return true;
	}
	for (uint32_t i = 0; i < list->kid_count; i++)
		add_string(
			r, &all, key, list->kids[i]->name, DOCUMENT_STRING_EQUALS, true);
	for (size_t i = 0; i < VEC_COUNT(&all.terms, struct buf); i++)
		buf_add_str(&term, buf_str(&VEC_DATA(&all.terms, struct buf)[i]));
	buf_add(&s->terms, &term, sizeof(term));
	sum_release(&all);
	return true;
}

static bool add_compare(
	struct reader *r, struct sum *s, const struct gcp_expression *x, bool negated)
{
	const struct gcp_expression *left = x->kids[0], *right = x->kids[1];
	struct str name = x->name, key = key_of(r, left), value;
	enum document_operator op = DOCUMENT_OPERATOR_UNKNOWN;
	struct gcp_test t;

	if (str_eq(name, STR_LIT("in"))) {
		if (key.n > 0 && right->type == GCP_LIST)
			return add_in_list(r, s, key, right, negated);
		key = key_of(r, right);
		if (key.n == 0 || !is_text(left))
			return false;
		t = test_of(r, key,
			negated ? DOCUMENT_STRING_NOT_EQUALS : DOCUMENT_STRING_EQUALS,
			left->name);
		t.qualifier = negated ? DOCUMENT_FOR_ALL : DOCUMENT_FOR_ANY;
		sum_test(s, &t);
		return true;
	}
	if (key.n == 0 && !is_time(left)) {
		if (!swap_sides(&name))
			return false;
		right = x->kids[0];
		left = x->kids[1];
		key = key_of(r, left);
	}
	if (is_time(left) && time_value(right, &value) &&
		compared(name, DOCUMENT_DATE_EQUALS, DOCUMENT_DATE_LESS, &op)) {
		t = test_of(
			r, STR_LIT("request.time"), negated ? opposite(op) : op, value);
		sum_test(s, &t);
		return true;
	}
	if (key.n > 0 && right->type == GCP_NUMBER &&
		compared(name, DOCUMENT_NUMERIC_EQUALS, DOCUMENT_NUMERIC_LESS, &op)) {
		t = test_of(r, key, negated ? opposite(op) : op, right->name);
		sum_test(s, &t);
		return true;
	}
	if (key.n == 0 || !is_text(right) ||
		!(str_eq(name, STR_LIT("==")) || str_eq(name, STR_LIT("!="))))
		return false;
	add_string(r, s, key, right->name, DOCUMENT_STRING_EQUALS,
		negated != str_eq(name, STR_LIT("!=")));
	return true;
}

/* resource.matchTag("ORG/key", "value") and its fellows. */
static bool add_tag(
	struct reader *r, struct sum *s, const struct gcp_expression *x, bool negated)
{
	bool id = str_ends(x->name, STR_LIT("Id"));
	struct gcp_test t;
	struct str key;

	if (x->kid_count < 2 || x->kids[1]->type != GCP_STRING || !x->kids[0] ||
		!str_eq(x->kids[0]->name, STR_LIT("resource")))
		return false;
	key = arena_printf(r->arena, "resource.%s/%.*s", id ? "tagId" : "tag",
		STR_ARG(x->kids[1]->name));
	if (is_call(x, "hasTagKey", 1) || is_call(x, "hasTagKeyId", 1))
		t = test_of(r, key, DOCUMENT_NULL,
			negated ? STR_LIT("true") : STR_LIT("false"));
	else if ((is_call(x, "matchTag", 2) || is_call(x, "matchTagId", 2)) &&
		 x->kids[2]->type == GCP_STRING)
		t = test_of(r, key,
			negated ? DOCUMENT_STRING_NOT_EQUALS : DOCUMENT_STRING_EQUALS,
			x->kids[2]->name);
	else
		return false;
	sum_test(s, &t);
	return true;
}

/* api.getAttribute(K, []).hasOnly(['a', 'b']): every value that there is is one. */
static bool add_only(
	struct reader *r, struct sum *s, const struct gcp_expression *x, bool negated)
{
	const struct gcp_expression *list = x->kids[1];
	struct gcp_test t = { .key = key_of(r, x->kids[0]),
		.op = negated ? DOCUMENT_STRING_NOT_EQUALS : DOCUMENT_STRING_EQUALS,
		.qualifier = negated ? DOCUMENT_FOR_ANY : DOCUMENT_FOR_ALL };
	struct str *values;

	if (t.key.n == 0 || list->type != GCP_LIST)
		return false;
	values = ARENA_NEW_ARRAY(r->arena, struct str, list->kid_count + 1u);
	for (uint32_t i = 0; i < list->kid_count; i++) {
		if (list->kids[i]->type != GCP_STRING)
			return false;
		values[t.value_count++] = list->kids[i]->name;
	}
	t.values = values;
	sum_test(s, &t);
	return true;
}

static bool add_call(
	struct reader *r, struct sum *s, const struct gcp_expression *x, bool negated)
{
	struct str key, value;

	if (!x->kids[0])
		return false;
	if (str_starts(x->name, STR_LIT("matchTag")) ||
		str_starts(x->name, STR_LIT("hasTagKey")))
		return add_tag(r, s, x, negated);
	if (is_call(x, "hasOnly", 1))
		return add_only(r, s, x, negated);
	key = key_of(r, x->kids[0]);
	if (key.n == 0 || x->kid_count != 2 || !is_text(x->kids[1]))
		return false;
	value = x->kids[1]->name;
	if (str_eq(x->name, STR_LIT("startsWith")))
		value = arena_printf(r->arena, "%.*s*", STR_ARG(value));
	else if (str_eq(x->name, STR_LIT("endsWith")))
		value = arena_printf(r->arena, "*%.*s", STR_ARG(value));
	else if (str_eq(x->name, STR_LIT("contains")))
		value = arena_printf(r->arena, "*%.*s*", STR_ARG(value));
	else
		return false;
	add_string(r, s, key, value, DOCUMENT_STRING_LIKE, negated);
	return true;
}

static void read_node(
	struct reader *r, struct sum *s, const struct gcp_expression *x, bool negated);

/* Every alternative of the one with every one of the other. */
static void read_product(
	struct reader *r, struct sum *s, const struct gcp_expression *x, bool negated)
{
	struct sum left = { { 0 } }, right = { { 0 } };
	const struct buf *a, *b;

	read_node(r, &left, x->kids[0], negated);
	read_node(r, &right, x->kids[1], negated);
	for (size_t i = 0; i < VEC_COUNT(&left.terms, struct buf); i++) {
		for (size_t k = 0; k < VEC_COUNT(&right.terms, struct buf); k++) {
			a = &VEC_DATA(&left.terms, struct buf)[i];
			b = &VEC_DATA(&right.terms, struct buf)[k];
			if (VEC_COUNT(&s->terms, struct buf) >=
					GCP_CONDITION_ALTERNATIVES ||
				(a->n + b->n) / sizeof(struct gcp_test) >
					GCP_CONDITION_TESTS)
				r->problem = "has too many alternatives";
			else
				sum_add(s, a, b);
		}
	}
	sum_release(&left);
	sum_release(&right);
}

static void read_node(
	struct reader *r, struct sum *s, const struct gcp_expression *x, bool negated)
{
	bool known = false;

	if (r->problem)
		return;
	switch (x->type) {
	case GCP_NOT:
		read_node(r, s, x->kids[0], !negated);
		return;
	case GCP_AND:
	case GCP_OR:
		if ((x->type == GCP_AND) != negated) {
			read_product(r, s, x, negated);
			return;
		}
		read_node(r, s, x->kids[0], negated);
		read_node(r, s, x->kids[1], negated);
		if (VEC_COUNT(&s->terms, struct buf) > GCP_CONDITION_ALTERNATIVES)
			r->problem = "has too many alternatives";
		return;
	case GCP_BOOL:
		sum_constant(s, str_eq(x->name, STR_LIT("true")) != negated);
		return;
	case GCP_COMPARE:
		known = add_compare(r, s, x, negated);
		break;
	case GCP_CALL:
		known = add_call(r, s, x, negated);
		break;
	default:
		break;
	}
	if (!known)
		add_open(r, s, x->text, negated);
}

static void finish(struct gcp_condition *out, const struct sum *s, struct arena *arena)
{
	struct gcp_alternative *all;

	out->count = (uint32_t)VEC_COUNT(&s->terms, struct buf);
	all = ARENA_NEW_ARRAY(arena, struct gcp_alternative, out->count + 1u);
	for (uint32_t i = 0; i < out->count; i++) {
		const struct buf *term = &VEC_DATA(&s->terms, struct buf)[i];
		void *copy = arena_alloc(arena, term->n + 1);

		if (term->n > 0)
			memcpy(copy, term->p, term->n);
		all[i] = (struct gcp_alternative){ copy,
			(uint32_t)VEC_COUNT(term, struct gcp_test) };
	}
	out->alternatives = all;
}

void gcp_condition_read(struct gcp_condition *out, struct str text, struct arena *arena)
{
	struct reader r = { .arena = arena };
	struct gcp_expression *x = NULL;
	struct sum s = { { 0 } };
	struct err e = { 0 };

	*out = (struct gcp_condition){ .count = 0 };
	if (text.n > GCP_CONDITION_BYTES)
		r.problem = "is longer than GCP_CONDITION_BYTES";
	else if (text.n > 0 && gcp_expression_parse(&x, text, arena, &e) < 0)
		r.problem = "is not in the part of CEL that is read";
	if (text.n == 0)
		sum_constant(&s, true);
	else if (!r.problem)
		read_node(&r, &s, x, false);
	if (r.problem) {
		sum_release(&s);
		s = (struct sum){ { 0 } };
		add_open(&r, &s, str_head(text, 4096), false);
	}
	out->problem = r.problem;
	finish(out, &s, arena);
	sum_release(&s);
}
