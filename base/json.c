#include "base/json.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <yyjson.h>

#include "base/buf.h"
#include "base/limits.h"

#define FEW_NAMES 16u /* up to here comparing all pairs is faster than sorting */

/*
 * yyjson unescapes strings inside `copy`, where each still begins at its own offset:
 * that is how a value finds its place in the text, which the tree does not record.
 */
struct json_tree {
	yyjson_doc *doc;
	char *copy;
	uint32_t *offsets; /* of every node, when one was asked for; NULL before */
};

static yyjson_val *unwrap(const struct json_value *v)
{
	return (yyjson_val *)(uintptr_t)v;
}

static const struct json_value *wrap(const yyjson_val *v)
{
	return (const struct json_value *)(const void *)v;
}

/* Offset in the text of the first byte of a string or name, its quote. */
static size_t quote_offset(const struct json *j, const yyjson_val *s)
{
	return (size_t)(unsafe_yyjson_get_str((yyjson_val *)(uintptr_t)s) -
			j->tree->copy) -
	       1;
}

static size_t skip_space(struct str text, size_t at)
{
	while (at < text.n && strchr(" \t\r\n", text.p[at]) && text.p[at] != '\0')
		at++;
	return at;
}

/* One past the string whose opening quote is at `at`. */
static size_t skip_string(struct str text, size_t at)
{
	for (at++; at < text.n && text.p[at] != '"'; at++) {
		if (text.p[at] == '\\')
			at++;
	}
	return at + 1;
}

/* One past the value at `at` of a text that is valid JSON. */
static size_t skip_value(struct str text, size_t at)
{
	size_t depth = 0;

	while (at < text.n) {
		char c = text.p[at];

		if (c == '"') {
			at = skip_string(text, at);
		} else if (c == '{' || c == '[') {
			depth++;
			at++;
		} else if (c == '}' || c == ']') {
			depth--;
			at++;
		} else if (depth > 0) {
			at++;
		} else {
			while (at < text.n && !strchr(" \t\r\n,]}", text.p[at]))
				at++;
			return at;
		}
		if (depth == 0)
			return at;
	}
	return text.n;
}

/*
 * The tree lies in memory in the order of the text, names and values alike, so the n-th
 * token of the text is the n-th node. One pass finds the places of all; it is only made
 * when a value is asked for that has no string to find it by.
 */
static void find_offsets(const struct json *j)
{
	size_t count = yyjson_doc_get_val_count(j->tree->doc), at = 0, i = 0;
	struct buf offsets = { 0 };

	buf_reserve(&offsets, count * sizeof(uint32_t));
	while (i < count) {
		char c;

		at = skip_space(j->text, at);
		c = j->text.p[at];
		if (c == ',' || c == ':' || c == ']' || c == '}') {
			at++;
			continue;
		}
		VEC_ADD(&offsets, uint32_t, (uint32_t)at);
		i++;
		at = c == '{' || c == '[' ? at + 1 : skip_value(j->text, at);
	}
	j->tree->offsets = VEC_DATA(&offsets, uint32_t);
}

static size_t find_offset(const struct json *j, const struct json_value *v)
{
	if (!j->tree->offsets)
		find_offsets(j);
	return j->tree->offsets[unwrap(v) - unwrap(j->root)];
}

static size_t value_offset(const struct json *j, const struct json_value *v)
{
	yyjson_obj_iter it;
	yyjson_val *first;
	size_t at;

	if (json_type(v) == JSON_STRING)
		return quote_offset(j, unwrap(v));
	if (json_type(v) != JSON_OBJECT || json_size(v) == 0)
		return find_offset(j, v);
	yyjson_obj_iter_init(unwrap(v), &it);
	first = yyjson_obj_iter_next(&it);
	at = quote_offset(j, first);
	while (at > 0 && j->text.p[at] != '{')
		at--;
	return at;
}

/* The last child of a container that is not empty. */
static const struct json_value *last_child(const struct json_value *container)
{
	struct json_iter it = json_iterate(container);
	const struct json_value *child = NULL;
	struct str name;

	while (json_next(&it, &name, &child))
		continue;
	return child;
}

/*
 * One past the value at `at`. When its last leaf is a string, nothing but the brackets of
 * its containers follows, and what is before need not be looked at again.
 */
static size_t value_end(const struct json *j, const struct json_value *v, size_t at)
{
	size_t depth = 0;

	for (; yyjson_is_ctn(unwrap(v)) && json_size(v) > 0; depth++)
		v = last_child(v);
	if (json_type(v) != JSON_STRING)
		return skip_value(j->text, at);
	at = skip_string(j->text, quote_offset(j, unwrap(v)));
	for (; depth > 0; at++)
		depth -= j->text.p[at] == ']' || j->text.p[at] == '}';
	return at;
}

struct str json_text(const struct json *j, const struct json_value *v)
{
	size_t at = value_offset(j, v);

	return (struct str){ j->text.p + at, value_end(j, v, at) - at };
}

uint64_t json_offset(const struct json *j, const struct json_value *v)
{
	return j->origin.offset + value_offset(j, v);
}

/* The child of a container that is v or holds v, and its place among the children. */
static const struct json_value *child_towards(const struct json_value *container,
	const struct json_value *v, size_t *index, struct str *name)
{
	struct json_iter it = json_iterate(container);
	const struct json_value *child, *found = NULL;
	struct str child_name;

	for (size_t i = 0; json_next(&it, &child_name, &child); i++) {
		if ((uintptr_t)child > (uintptr_t)v)
			break;
		found = child;
		*index = i;
		*name = child_name;
	}
	return found;
}

static void write_path(struct buf *out, const struct json *j, const struct json_value *v)
{
	const struct json_value *at = j->root;

	buf_add_str(out, j->origin.member);
	if (j->origin.indexed)
		buf_printf(out, "[%llu]", (unsigned long long)j->origin.index);
	while (at && at != v) {
		struct str name = { 0 };
		size_t index = 0;
		bool object = json_type(at) == JSON_OBJECT;

		at = child_towards(at, v, &index, &name);
		if (at && object)
			buf_printf(out, "%s%.*s", out->n > 0 ? "." : "", STR_ARG(name));
		else if (at)
			buf_printf(out, "[%zu]", index);
	}
	if (out->n == 0)
		buf_add_str(out, STR_LIT("top level"));
}

int json_fail(const struct json *j, const struct json_value *v, struct err *e,
	const char *fmt, ...)
{
	struct buf path = { 0 };
	char what[ERR_TEXT_MAX];
	va_list ap;
	int rc;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	write_path(&path, j, v);
	rc = err_set(e, ERR_FORMAT, "byte %llu: %.*s%s: %s",
		(unsigned long long)json_offset(j, v), (int)(path.n < 256 ? path.n : 256),
		path.p, path.n < 256 ? "" : "...", what);
	buf_release(&path);
	return rc;
}

const char *json_type_name(enum json_type type)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",
		[JSON_BOOL] = "true or false",
		[JSON_NUMBER] = "a number",
		[JSON_STRING] = "a string",
		[JSON_ARRAY] = "an array",
		[JSON_OBJECT] = "an object",
	};

	return names[type];
}

static int compare_names(const void *a, const void *b)
{
	yyjson_val *const *x = a, *const *y = b;
	struct str p = { unsafe_yyjson_get_str(*x), unsafe_yyjson_get_len(*x) };
	struct str q = { unsafe_yyjson_get_str(*y), unsafe_yyjson_get_len(*y) };
	int rc = str_cmp(p, q);

	return rc != 0 ? rc : (*x > *y) - (*x < *y);
}

static bool same_name(yyjson_val *a, yyjson_val *b)
{
	return unsafe_yyjson_get_len(a) == unsafe_yyjson_get_len(b) &&
	       memcmp(unsafe_yyjson_get_str(a), unsafe_yyjson_get_str(b),
		       unsafe_yyjson_get_len(a)) == 0;
}

/* The later of two equal names, or NULL. */
static yyjson_val *find_twin(yyjson_val **names, size_t n)
{
	if (n > FEW_NAMES) {
		qsort(names, n, sizeof(*names), compare_names);
		for (size_t i = 1; i < n; i++) {
			if (same_name(names[i - 1], names[i]))
				return names[i];
		}
		return NULL;
	}
	for (size_t i = 1; i < n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (same_name(names[k], names[i]))
				return names[i];
		}
	}
	return NULL;
}

static int check_names(const struct json *j, yyjson_val *object, struct err *e)
{
	yyjson_val *few[FEW_NAMES], **names = few, *name, *twin;
	size_t n = unsafe_yyjson_get_len(object), i = 0;
	struct buf many = { 0 };
	yyjson_obj_iter it;

	if (n > FEW_NAMES)
		names = (yyjson_val **)(void *)buf_reserve(
			&many, n * sizeof(yyjson_val *));
	yyjson_obj_iter_init(object, &it);
	while ((name = yyjson_obj_iter_next(&it)))
		names[i++] = name;
	twin = find_twin(names, i);
	buf_release(&many);
	if (!twin)
		return 0;
	return err_set(e, ERR_FORMAT, "byte %llu: name '%.*s' is in its object twice",
		(unsigned long long)(j->origin.offset + quote_offset(j, twin)),
		(int)(unsafe_yyjson_get_len(twin) < 128 ? unsafe_yyjson_get_len(twin)
							: 128),
		unsafe_yyjson_get_str(twin));
}

static int fail_depth(const struct json *j, struct err *e)
{
	size_t at = 0, depth = 0;

	while (at < j->text.n) {
		char c = j->text.p[at];

		if (c == '"') {
			at = skip_string(j->text, at);
			continue;
		}
		if ((c == '{' || c == '[') && ++depth > LIMIT_JSON_DEPTH)
			break;
		if (c == '}' || c == ']')
			depth--;
		at++;
	}
	return err_set(e, ERR_FORMAT,
		"byte %llu: nested deeper than LIMIT_JSON_DEPTH (%u)",
		(unsigned long long)(j->origin.offset + at), LIMIT_JSON_DEPTH);
}

/* Recursion ends at LIMIT_JSON_DEPTH. */
static int check_value(
	const struct json *j, const struct json_value *v, unsigned depth, struct err *e)
{
	struct json_iter it = json_iterate(v);
	const struct json_value *child;
	struct str name;
	int rc = 0;

	if (depth > LIMIT_JSON_DEPTH)
		return fail_depth(j, e);
	if (it.object)
		rc = check_names(j, unwrap(v), e);
	while (rc == 0 && json_next(&it, &name, &child)) {
		if (yyjson_is_ctn(unwrap(child)))
			rc = check_value(j, child, depth + 1, e);
	}
	return rc;
}

int json_parse(
	struct json *out, struct str text, struct json_origin origin, struct err *e)
{
	yyjson_read_err failure;
	struct buf copy = { 0 };
	int rc;

	*out = (struct json){ .text = text, .origin = origin };
	if (text.n > LIMIT_DOCUMENT_BYTES)
		return err_set(e, ERR_LIMIT,
			"byte %llu: value of %zu bytes is longer than LIMIT_DOCUMENT_BYTES (%u)",
			(unsigned long long)origin.offset, text.n, LIMIT_DOCUMENT_BYTES);
	buf_reserve(&copy, text.n + YYJSON_PADDING_SIZE);
	buf_add_str(&copy, text);
	memset(copy.p + text.n, 0, YYJSON_PADDING_SIZE);
	out->tree = calloc(1, sizeof(*out->tree));
	if (!out->tree)
		abort();
	out->tree->copy = copy.p;
	out->tree->doc =
		yyjson_read_opts(copy.p, text.n, YYJSON_READ_INSITU, NULL, &failure);
	if (!out->tree->doc && failure.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
		abort();
	if (!out->tree->doc) {
		json_release(out);
		if (text.n == 0)
			return err_set(e, ERR_FORMAT,
				"byte %llu: expected a value, found nothing",
				(unsigned long long)origin.offset);
		return err_set(e, ERR_FORMAT, "byte %llu: %s",
			(unsigned long long)(origin.offset + failure.pos), failure.msg);
	}
	out->root = wrap(yyjson_doc_get_root(out->tree->doc));
	rc = check_value(out, out->root, yyjson_is_ctn(unwrap(out->root)), e);
	if (rc < 0)
		json_release(out);
	return rc;
}

void json_release(struct json *j)
{
	if (j->tree) {
		yyjson_doc_free(j->tree->doc);
		free(j->tree->copy);
		free(j->tree->offsets);
		free(j->tree);
	}
	*j = (struct json){ 0 };
}

enum json_type json_type(const struct json_value *v)
{
	switch (yyjson_get_type(unwrap(v))) {
	case YYJSON_TYPE_BOOL:
		return JSON_BOOL;
	case YYJSON_TYPE_NUM:
		return JSON_NUMBER;
	case YYJSON_TYPE_STR:
		return JSON_STRING;
	case YYJSON_TYPE_ARR:
		return JSON_ARRAY;
	case YYJSON_TYPE_OBJ:
		return JSON_OBJECT;
	default:
		return JSON_NULL;
	}
}

const struct json_value *json_get(const struct json_value *v, const char *name)
{
	yyjson_val *found = v ? yyjson_obj_get(unwrap(v), name) : NULL;

	return yyjson_is_null(found) ? NULL : wrap(found);
}

struct str json_string(const struct json_value *v)
{
	assert(json_type(v) == JSON_STRING);
	return (struct str){ unsafe_yyjson_get_str(unwrap(v)),
		unsafe_yyjson_get_len(unwrap(v)) };
}

bool json_bool(const struct json_value *v)
{
	assert(json_type(v) == JSON_BOOL);
	return yyjson_is_true(unwrap(v));
}

int64_t json_integer(const struct json_value *v)
{
	yyjson_val *n = unwrap(v);
	double real;

	assert(json_type(v) == JSON_NUMBER);
	if (yyjson_is_sint(n))
		return yyjson_get_sint(n);
	if (yyjson_is_uint(n))
		return yyjson_get_uint(n) > INT64_MAX ? INT64_MAX
						      : (int64_t)yyjson_get_uint(n);
	real = yyjson_get_real(n);
	if (real >= 9223372036854775807.0)
		return INT64_MAX;
	return real <= -9223372036854775808.0 ? INT64_MIN : (int64_t)real;
}

struct str json_number(const struct json_value *v, char buffer[JSON_NUMBER_MAX])
{
	yyjson_val *n = unwrap(v);
	int digits = 15;

	assert(json_type(v) == JSON_NUMBER);
	if (yyjson_is_sint(n)) {
		snprintf(buffer, JSON_NUMBER_MAX, "%lld", (long long)yyjson_get_sint(n));
	} else if (yyjson_is_uint(n)) {
		snprintf(buffer, JSON_NUMBER_MAX, "%llu",
			(unsigned long long)yyjson_get_uint(n));
	} else {
		do
			snprintf(buffer, JSON_NUMBER_MAX, "%.*g", digits,
				yyjson_get_real(n));
		while (digits++ < 17 && strtod(buffer, NULL) != yyjson_get_real(n));
	}
	return str_from(buffer);
}

size_t json_size(const struct json_value *v)
{
	assert(yyjson_is_ctn(unwrap(v)));
	return unsafe_yyjson_get_len(unwrap(v));
}

struct json_iter json_iterate(const struct json_value *v)
{
	struct json_iter it = { 0 };

	if (!v || !yyjson_is_ctn(unwrap(v)))
		return it;
	it.object = yyjson_is_obj(unwrap(v));
	it.left = unsafe_yyjson_get_len(unwrap(v));
	it.at = it.left > 0 ? wrap(unsafe_yyjson_get_first(unwrap(v))) : NULL;
	return it;
}

bool json_next(struct json_iter *it, struct str *name, const struct json_value **v)
{
	yyjson_val *at = unwrap(it->at);

	if (it->left == 0)
		return false;
	it->left--;
	*name = (struct str){ 0 };
	if (it->object) {
		*name = (struct str){ unsafe_yyjson_get_str(at),
			unsafe_yyjson_get_len(at) };
		at++;
	}
	*v = wrap(at);
	it->at = wrap(unsafe_yyjson_get_next(at));
	return true;
}

int json_want_type(const struct json *j, const struct json_value *v, enum json_type type,
	struct err *e)
{
	if (json_type(v) == type)
		return 0;
	return json_fail(j, v, e, "expected %s, found %s", json_type_name(type),
		json_type_name(json_type(v)));
}

static int want(const struct json *j, const struct json_value *object, const char *name,
	enum json_type type, const struct json_value **out, struct err *e)
{
	*out = json_get(object, name);
	return *out ? json_want_type(j, *out, type, e) : 0;
}

int json_want_string(const struct json *j, const struct json_value *object,
	const char *name, struct str *out, struct err *e)
{
	const struct json_value *v;
	int rc = want(j, object, name, JSON_STRING, &v, e);

	*out = rc == 0 && v ? json_string(v) : (struct str){ 0 };
	return rc;
}

int json_need_string(const struct json *j, const struct json_value *object,
	const char *name, struct str *out, struct err *e)
{
	int rc = json_want_string(j, object, name, out, e);

	if (rc == 0 && !json_get(object, name))
		return json_fail(j, object, e, "expected a member '%s'", name);
	return rc;
}

int json_want_bool(const struct json *j, const struct json_value *object,
	const char *name, bool *out, struct err *e)
{
	const struct json_value *v;
	int rc = want(j, object, name, JSON_BOOL, &v, e);

	*out = rc == 0 && v && json_bool(v);
	return rc;
}

int json_want_array(const struct json *j, const struct json_value *object,
	const char *name, const struct json_value **out, struct err *e)
{
	return want(j, object, name, JSON_ARRAY, out, e);
}

int json_want_object(const struct json *j, const struct json_value *object,
	const char *name, const struct json_value **out, struct err *e)
{
	return want(j, object, name, JSON_OBJECT, out, e);
}
