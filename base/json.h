/*
 * json.h - one JSON text as a tree that can say where each of its values was.
 *
 * A wrapper over yyjson, which no other file sees. Parsing is strict (RFC 8259) and
 * stricter: text must be UTF-8, nesting is at most LIMIT_JSON_DEPTH, and an object that
 * has one name twice, however it is spelt, is refused, because readers disagree about
 * which of the two counts and a policy must not mean two things.
 *
 * Owns: a copy of the text and the tree. Lends: values and strings, until json_release.
 * The text given to json_parse is borrowed for as long, so that json_text can return a
 * value's own bytes.
 *
 * Invariants:
 *  (1) an error message begins with "byte N: ", N counted from the start of the input
 *  (2) a value is never NULL but where a function says so
 *
 * Cost: linear; names of an object are sorted when they are many. json_get is linear in
 * the object.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* Where a text came from; zeroed is fine. For messages only. */
struct json_origin {
	uint64_t offset;   /* of the text in its file */
	struct str member; /* of the file's top object that holds it; borrowed */
	uint64_t index;    /* of it in the array that holds it */
	bool indexed;
};

struct json_value;
struct json_tree;

struct json {
	struct str text;
	struct json_origin origin;
	struct json_tree *tree;
	const struct json_value *root;
};

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/*
 * ERR_FORMAT or ERR_LIMIT with the byte and what was wrong; *out is then released
 * already.
 */
int json_parse(
	struct json *out, struct str text, struct json_origin origin, struct err *e);
void json_release(struct json *j);

enum json_type json_type(const struct json_value *v);

/* "a string", "an object", ...: for messages. */
const char *json_type_name(enum json_type type);

/*
 * The member's value, or NULL when there is none, it is null, or v is NULL or no
 * object.
 */
const struct json_value *json_get(const struct json_value *v, const char *name);

/* v must have the type. A number outside the range of int64_t gives its nearest end. */
struct str json_string(const struct json_value *v);
bool json_bool(const struct json_value *v);
int64_t json_integer(const struct json_value *v);
/*
 * A number as text, written into the buffer: the shortest that reads back as the same
 * number.
 */
#define JSON_NUMBER_MAX 40
struct str json_number(const struct json_value *v, char buffer[JSON_NUMBER_MAX]);
size_t json_size(const struct json_value *v); /* of an array or object */

/* Walk an array or an object in order; v NULL or of another type has nothing. */
struct json_iter {
	const struct json_value *at;
	size_t left;
	bool object;
};
struct json_iter json_iterate(const struct json_value *v);
bool json_next(struct json_iter *it, struct str *name, const struct json_value **v);

/*
 * Members with a type. need: must be there. want: absent or null gives empty, NULL or
 * `false`. Both fail with the path on another type. `object` must be an object:
 * json_want_type on an element, or a parsed root, says so.
 */
int json_need_string(const struct json *j, const struct json_value *object,
	const char *name, struct str *out, struct err *e);
int json_want_string(const struct json *j, const struct json_value *object,
	const char *name, struct str *out, struct err *e);
int json_want_bool(const struct json *j, const struct json_value *object,
	const char *name, bool *out, struct err *e);
int json_want_array(const struct json *j, const struct json_value *object,
	const char *name, const struct json_value **out, struct err *e);
int json_want_object(const struct json *j, const struct json_value *object,
	const char *name, const struct json_value **out, struct err *e);

/* "PATH: expected a string, found a number" unless v has the type. */
int json_want_type(const struct json *j, const struct json_value *v, enum json_type type,
	struct err *e);

/* ERR_FORMAT at v: "byte N: PATH: " and the text. */
int json_fail(const struct json *j, const struct json_value *v, struct err *e,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The bytes of the value in the text that was parsed, borrowed. */
struct str json_text(const struct json *j, const struct json_value *v);

/* Where the value begins in the file. */
uint64_t json_offset(const struct json *j, const struct json_value *v);

#endif
