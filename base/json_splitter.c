#include "base/json_splitter.h"

#include <assert.h>

#include "base/json.h"
#include "base/limits.h"

#define STEP_AGAIN 2 /* a step moved on without a piece */

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* Non-zero when a byte of `word` is `c`. */
static uint64_t has_byte(uint64_t word, unsigned char c)
{
	uint64_t x = word ^ (ONES * c);

	return (x - ONES) & ~x & HIGHS;
}

/* First byte at or after `at` that ends or escapes in a string. */
static size_t find_string_end(const char *p, size_t at, size_t n)
{
	uint64_t word;

	for (; at + sizeof(word) <= n; at += sizeof(word)) {
		memcpy(&word, p + at, sizeof(word));
		if (has_byte(word, '"') | has_byte(word, '\\'))
			break;
	}
	while (at < n && p[at] != '"' && p[at] != '\\')
		at++;
	return at;
}

/*
 * Brackets and braces all have the bits 0x59, and few other bytes do: Y, _, y and 0x7f.
 */
static bool is_structure(char c)
{
	return ((unsigned char)c & 0xd9) == 0x59 || c == '"';
}

static size_t find_structure(const char *p, size_t at, size_t n)
{
	uint64_t word;

	for (; at + sizeof(word) <= n; at += sizeof(word)) {
		memcpy(&word, p + at, sizeof(word));
		if (has_byte(word, '"') | has_byte(word & (ONES * 0xd9), 0x59))
			break;
	}
	while (at < n && !is_structure(p[at]))
		at++;
	return at;
}

/* Move through a string; true behind its closing quote. */
static bool scan_string(struct json_scan *scan, const char *p, size_t n)
{
	while (scan->at < n) {
		if (scan->escaped) {
			scan->escaped = false;
			scan->at++;
			continue;
		}
		scan->at = find_string_end(p, scan->at, n);
		if (scan->at >= n)
			break;
		if (p[scan->at++] == '"') {
			scan->string = false;
			return true;
		}
		scan->escaped = true;
	}
	return false;
}

static bool is_scalar_end(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ']' ||
	       c == '}';
}

/* One structural byte outside of strings; false when it nests too deep. */
static bool scan_structure(struct json_scan *scan, char c, unsigned depth_max)
{
	switch (c) {
	case '"':
		scan->string = true;
		return true;
	case '{':
	case '[':
		return ++scan->depth <= depth_max;
	case '}':
	case ']':
		scan->depth--;
		return true;
	default:
		return true;
	}
}

/*
 * Scan the value that begins at p[0], from where the last call stopped. 1 when scan->at
 * is its end, 0 at the end of the bytes, ERR_LIMIT at the bracket that nests too deep.
 */
static int scan_value(
	struct json_scan *scan, const char *p, size_t n, unsigned depth_max, bool last)
{
	if (n > 0 && p[0] != '"' && p[0] != '{' && p[0] != '[') {
		while (scan->at < n && !is_scalar_end(p[scan->at]))
			scan->at++;
		return scan->at < n || last;
	}
	while (scan->at < n) {
		if (scan->string) {
			if (!scan_string(scan, p, n))
				return 0;
		} else {
			scan->at = find_structure(p, scan->at, n);
			if (scan->at >= n)
				return 0;
			if (!scan_structure(scan, p[scan->at], depth_max))
				return ERR_LIMIT;
			scan->at++;
		}
		if (scan->depth == 0 && !scan->string)
			return 1;
	}
	return 0;
}

static size_t skip_space(struct str text, size_t at)
{
	while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\n' ||
				      text.p[at] == '\r' || text.p[at] == '\t'))
		at++;
	return at;
}

void json_splitter_init(struct json_splitter *s)
{
	*s = (struct json_splitter){ 0 };
	arena_init(&s->names, ARENA_UNLIMITED);
}

void json_splitter_release(struct json_splitter *s)
{
	buf_release(&s->data);
	buf_release(&s->members);
	arena_release(&s->names);
	*s = (struct json_splitter){ 0 };
}

void json_splitter_feed(struct json_splitter *s, struct str bytes, bool last)
{
	if (s->at > 0) {
		memmove(s->data.p, s->data.p + s->at, s->data.n - s->at);
		s->data.n -= s->at;
		s->base += s->at;
		s->at = 0;
	}
	buf_add_str(&s->data, bytes);
	s->last = last;
}

static struct str rest_of(const struct json_splitter *s)
{
	return str_skip(buf_str(&s->data), s->at);
}

static unsigned long long offset_of(const struct json_splitter *s)
{
	return (unsigned long long)(s->base + s->at);
}

/* The bytes end here: fine while more come, else the document is cut off. */
static int want_more(const struct json_splitter *s, struct err *e)
{
	if (!s->last)
		return 0;
	return err_set(e, ERR_FORMAT,
		"byte %llu: input ends inside the document that begins at byte %llu",
		(unsigned long long)(s->base + s->data.n), (unsigned long long)s->begun);
}

static int unexpected(const struct json_splitter *s, const char *expected, struct err *e)
{
	unsigned char c = (unsigned char)s->data.p[s->at];

	if (c >= 0x20 && c < 0x7f)
		return err_set(e, ERR_FORMAT, "byte %llu: expected %s, found '%c'",
			offset_of(s), expected, c);
	return err_set(e, ERR_FORMAT, "byte %llu: expected %s, found byte 0x%02x",
		offset_of(s), expected, c);
}

/* To the next byte that is no white space; false when the bytes end first. */
static bool at_byte(struct json_splitter *s)
{
	s->at += skip_space(rest_of(s), 0);
	return s->at < s->data.n;
}

/* The value that begins at s->at, at `depth` open brackets. */
static int take_value(
	struct json_splitter *s, unsigned depth, struct str *out, struct err *e)
{
	struct str rest = rest_of(s);
	int rc = scan_value(&s->scan, rest.p, rest.n, LIMIT_JSON_DEPTH - depth, s->last);

	if (rc < 0)
		return err_set(e, ERR_FORMAT,
			"byte %llu: nested deeper than LIMIT_JSON_DEPTH (%u)",
			offset_of(s) + s->scan.at, LIMIT_JSON_DEPTH);
	if (s->scan.at > LIMIT_DOCUMENT_BYTES)
		return err_set(e, ERR_LIMIT,
			"byte %llu: value is longer than LIMIT_DOCUMENT_BYTES (%u)",
			offset_of(s), LIMIT_DOCUMENT_BYTES);
	if (rc == 0)
		return want_more(s, e);
	if (s->scan.at == 0)
		return unexpected(s, "a value", e);
	*out = str_head(rest, s->scan.at);
	s->at += s->scan.at;
	s->scan = (struct json_scan){ 0 };
	return 1;
}

static int check_mark(struct json_splitter *s, struct err *e)
{
	struct str head = buf_str(&s->data);

	if (s->base + s->at > 0)
		return 0;
	if (str_starts(head, STR_LIT("\xef\xbb\xbf")))
		return err_set(
			e, ERR_FORMAT, "byte 0: expected JSON, found a byte order mark");
	if (str_starts(head, STR_LIT("\xff\xfe")) ||
		str_starts(head, STR_LIT("\xfe\xff")))
		return err_set(e, ERR_FORMAT,
			"byte 0: expected JSON in UTF-8, found UTF-16 text");
	return 0;
}

/* The members of the object at `at` that are in sight. */
static void read_members(struct json_shape *out, struct str text, size_t at)
{
	at = skip_space(text, at + 1);
	while (at < text.n && text.p[at] == '"' &&
		out->member_count < JSON_SHAPE_MEMBERS) {
		struct json_scan scan = { 0 };
		size_t i = out->member_count;

		if (scan_value(&scan, text.p + at, text.n - at, LIMIT_JSON_DEPTH,
			    false) <= 0)
			return;
		out->members[i].name = (struct str){ text.p + at + 1, scan.at - 2 };
		out->members[i].first = '\0';
		out->members[i].value = (struct str){ 0 };
		at = skip_space(text, at + scan.at);
		if (at >= text.n || text.p[at] != ':')
			return;
		out->member_count++;
		at = skip_space(text, at + 1);
		if (at >= text.n)
			return;
		out->members[i].first = text.p[at];
		out->members[i].value = str_skip(text, at);
		scan = (struct json_scan){ 0 };
		if (scan_value(&scan, text.p + at, text.n - at, LIMIT_JSON_DEPTH,
			    false) <= 0)
			return;
		out->members[i].value = (struct str){ text.p + at, scan.at };
		at = skip_space(text, at + scan.at);
		if (at >= text.n || text.p[at] != ',')
			return;
		at = skip_space(text, at + 1);
	}
}

int json_splitter_begin(struct json_splitter *s, struct json_shape *out, struct err *e)
{
	struct json_scan scan = { 0 };
	struct str rest;
	int rc;

	assert(s->state == JSON_BETWEEN);
	rc = check_mark(s, e);
	if (rc < 0 || !at_byte(s))
		return rc;
	rest = rest_of(s);
	if (rest.n < JSON_WINDOW_BYTES && !s->last &&
		scan_value(&scan, rest.p, rest.n, LIMIT_JSON_DEPTH, false) == 0)
		return 0;
	rest = str_head(rest, JSON_WINDOW_BYTES);
	s->begun = s->base + s->at;
	out->top = rest.p[0];
	out->offset = s->begun;
	out->member_count = 0;
	if (out->top == '{')
		read_members(out, rest, 0);
	if (out->top == '[') {
		size_t at = skip_space(rest, 1);

		if (at < rest.n && rest.p[at] == '{')
			read_members(out, rest, at);
	}
	return 1;
}

int json_splitter_whole(struct json_splitter *s, struct json_piece *out, struct err *e)
{
	int rc;

	assert(s->state == JSON_BETWEEN);
	*out = (struct json_piece){ .type = JSON_VALUE, .offset = s->base + s->at };
	rc = take_value(s, 0, &out->text, e);
	return rc;
}

static int take_name(struct json_splitter *s, struct err *e)
{
	const struct str *members;
	uint64_t offset = s->base + s->at;
	struct str text, name;
	struct json j;
	int rc;

	if (s->data.p[s->at] != '"')
		return unexpected(
			s, s->state == JSON_OPENED ? "a name or '}'" : "a name", e);
	rc = take_value(s, 1, &text, e);
	if (rc <= 0)
		return rc;
	if (VEC_COUNT(&s->members, struct str) == LIMIT_JSON_MEMBERS)
		return err_set(e, ERR_LIMIT,
			"byte %llu: object has more members than LIMIT_JSON_MEMBERS (%u)",
			(unsigned long long)offset, LIMIT_JSON_MEMBERS);
	rc = json_parse(&j, text, (struct json_origin){ .offset = offset }, e);
	if (rc < 0)
		return rc;
	name = arena_copy(&s->names, json_string(j.root));
	json_release(&j);
	members = VEC_DATA(&s->members, struct str);
	for (size_t i = 0; i < VEC_COUNT(&s->members, struct str); i++) {
		if (str_eq(members[i], name))
			return err_set(e, ERR_FORMAT,
				"byte %llu: name '%.*s' is in its object twice",
				(unsigned long long)offset,
				(int)(name.n < 128 ? name.n : 128), name.p);
	}
	VEC_ADD(&s->members, struct str, name);
	s->state = JSON_MEMBER;
	return STEP_AGAIN;
}

static struct str current_member(const struct json_splitter *s)
{
	size_t n = VEC_COUNT(&s->members, struct str);

	return s->top_list || n == 0 ? (struct str){ 0 }
				     : VEC_DATA(&s->members, struct str)[n - 1];
}

static int end_document(struct json_splitter *s, struct json_piece *out)
{
	*out = (struct json_piece){ .type = JSON_END, .offset = s->base + s->at };
	s->state = JSON_BETWEEN;
	return 1;
}

static int step_open(struct json_splitter *s, struct err *e)
{
	char c = s->data.p[s->at];

	if (c != '{' && c != '[')
		return unexpected(s, "'{' or '['", e);
	buf_clear(&s->members);
	arena_reset(&s->names);
	s->top_list = c == '[';
	s->state = c == '[' ? JSON_LIST_OPENED : JSON_OPENED;
	s->index = 0;
	s->at++;
	return STEP_AGAIN;
}

/* Behind a name: the colon is still to come while scan is untouched and index is 0. */
static int step_member(struct json_splitter *s, struct json_piece *out, struct err *e)
{
	int rc;

	if (s->index == 0) {
		if (s->data.p[s->at] != ':')
			return unexpected(s, "':'", e);
		s->at++;
		s->index = 1;
		return STEP_AGAIN;
	}
	*out = (struct json_piece){ .member = current_member(s),
		.offset = s->base + s->at };
	if (s->data.p[s->at] == '[') {
		s->at++;
		s->index = 0;
		s->state = JSON_LIST_OPENED;
		out->type = JSON_LIST;
		return 1;
	}
	out->type = JSON_VALUE;
	rc = take_value(s, 1, &out->text, e);
	if (rc > 0) {
		s->index = 0;
		s->state = JSON_AFTER;
	}
	return rc;
}

static int step_element(struct json_splitter *s, struct json_piece *out, struct err *e)
{
	int rc;

	*out = (struct json_piece){ .type = JSON_ELEMENT,
		.member = current_member(s),
		.index = s->index,
		.offset = s->base + s->at };
	rc = take_value(s, s->top_list ? 1 : 2, &out->text, e);
	if (rc > 0) {
		s->index++;
		s->state = JSON_LIST_AFTER;
	}
	return rc;
}

static int end_list(struct json_splitter *s, struct json_piece *out)
{
	s->at++;
	s->index = 0;
	if (s->top_list)
		return end_document(s, out);
	s->state = JSON_AFTER;
	return STEP_AGAIN;
}

/* A comma leads to `next`, the closing bracket ends what is open. */
static int step_after(struct json_splitter *s, struct json_piece *out, struct err *e)
{
	bool list = s->state == JSON_LIST_AFTER;
	char c = s->data.p[s->at];

	if (c == ',') {
		s->at++;
		s->state = list ? JSON_LIST_ITEM : JSON_NAME;
		return STEP_AGAIN;
	}
	if (list && c == ']')
		return end_list(s, out);
	if (!list && c == '}') {
		s->at++;
		return end_document(s, out);
	}
	return unexpected(s, list ? "',' or ']'" : "',' or '}'", e);
}

static int step(struct json_splitter *s, struct json_piece *out, struct err *e)
{
	char c = s->data.p[s->at];

	switch (s->state) {
	case JSON_BETWEEN:
		return step_open(s, e);
	case JSON_OPENED:
		if (c == '}') {
			s->at++;
			return end_document(s, out);
		}
		return take_name(s, e);
	case JSON_NAME:
		return take_name(s, e);
	case JSON_MEMBER:
		return step_member(s, out, e);
	case JSON_LIST_OPENED:
		if (c == ']')
			return end_list(s, out);
		return step_element(s, out, e);
	case JSON_LIST_ITEM:
		return step_element(s, out, e);
	case JSON_LIST_AFTER:
	case JSON_AFTER:
		return step_after(s, out, e);
	}
	return 0;
}

int json_splitter_next(struct json_splitter *s, struct json_piece *out, struct err *e)
{
	int rc = STEP_AGAIN;

	while (rc == STEP_AGAIN) {
		if (s->scan.at == 0 && !at_byte(s))
			return s->state == JSON_BETWEEN ? 0 : want_more(s, e);
		rc = step(s, out, e);
	}
	return rc;
}
