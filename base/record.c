#include "base/record.h"

#include <assert.h>

#include "base/limits.h"
#include "base/pack.h"
#include "base/utf8.h"

/*
 * One table says how every record looks as bytes; encoder and decoder walk it. docs/
 * record-stream.md is the same table for people.
 */
enum field_type {
	FIELD_TEXT,
	FIELD_KEY,
	FIELD_NUMBER,
	FIELD_TIME,
	FIELD_BOOL,
	FIELD_PAIRS
};

struct field {
	struct str name; /* key in the map */
	enum field_type type;
	bool required;
	size_t offset; /* in struct record */
	size_t count;  /* FIELD_PAIRS: offset of the number of pairs */
	uint32_t end;  /* FIELD_NUMBER: values are below this; 0: any */
};

#define FIELD_COUNT_MAX 16u

#define FIELD(name, type, required, member)                                              \
	{                                                                                \
		{ (name), sizeof(name) - 1 }, type, required,                            \
			offsetof(struct record, member), 0, 0                            \
	}
#define FIELD_ENUM(name, member, end)                                                    \
	{                                                                                \
		{ (name), sizeof(name) - 1 }, FIELD_NUMBER, true,                        \
			offsetof(struct record, member), 0, end                          \
	}
#define FIELD_LIST(name, member, count_member)                                           \
	{                                                                                \
		{ (name), sizeof(name) - 1 }, FIELD_PAIRS, false,                        \
			offsetof(struct record, member),                                 \
			offsetof(struct record, count_member), 0                         \
	}
#define FIELD_SOURCE(member)                                                             \
	FIELD("f", FIELD_TEXT, false, member.source.file),                               \
		FIELD("o", FIELD_TIME, false, member.source.offset)

static const struct field header_fields[] = {
	FIELD("v", FIELD_NUMBER, true, version),
};

static const struct field scope_fields[] = {
	FIELD("s", FIELD_KEY, true, scope.id),
	FIELD("k", FIELD_KEY, false, scope.key),
	FIELD("p", FIELD_KEY, false, scope.parent),
	FIELD("fmt", FIELD_TEXT, false, scope.format),
	FIELD("at", FIELD_TIME, false, scope.collected_at),
	FIELD("pt", FIELD_KEY, false, part),
};

static const struct field entity_fields[] = {
	FIELD("s", FIELD_KEY, true, entity.scope),
	FIELD("k", FIELD_KEY, true, entity.key),
	FIELD("kind", FIELD_KEY, false, entity.kind),
	FIELD("n", FIELD_TEXT, false, entity.name),
	FIELD("p", FIELD_KEY, false, entity.parent),
	FIELD("fl", FIELD_NUMBER, false, entity.flags),
	FIELD("c", FIELD_TIME, false, entity.created),
	FIELD("u", FIELD_TIME, false, entity.last_used),
	FIELD_LIST("t", entity.tags, entity.tag_count),
	FIELD_LIST("a", entity.attributes, entity.attribute_count),
	FIELD("tk", FIELD_BOOL, false, entity.tags_known),
	FIELD("pt", FIELD_KEY, false, part),
	FIELD_SOURCE(entity),
};

static const struct field relation_fields[] = {
	FIELD("s", FIELD_KEY, true, relation.scope),
	FIELD("from", FIELD_KEY, true, relation.from),
	FIELD("to", FIELD_KEY, true, relation.to),
	FIELD_ENUM("r", relation.type, RELATION_TYPE_END),
	FIELD("pt", FIELD_KEY, false, part),
	FIELD_SOURCE(relation),
};

static const struct field document_fields[] = {
	FIELD("s", FIELD_KEY, true, document.scope),
	FIELD("h", FIELD_KEY, true, document.holder),
	FIELD("n", FIELD_TEXT, false, document.name),
	FIELD("d", FIELD_KEY, false, document.dialect),
	FIELD("b", FIELD_TEXT, false, document.body),
	FIELD_ENUM("l", document.layer, LAYER_END),
	FIELD("pt", FIELD_KEY, false, part),
	FIELD_SOURCE(document),
};

static const struct field coverage_fields[] = {
	FIELD("s", FIELD_KEY, true, coverage.scope),
	FIELD("w", FIELD_KEY, true, coverage.what),
	FIELD("k", FIELD_KEY, false, coverage.subject),
	FIELD("d", FIELD_TEXT, false, coverage.detail),
	FIELD_ENUM("st", coverage.state, COVERAGE_ABSENT + 1),
	FIELD("pt", FIELD_KEY, false, part),
	FIELD_SOURCE(coverage),
};

static const struct field alias_fields[] = {
	FIELD("s", FIELD_KEY, true, alias.scope),
	FIELD("k", FIELD_KEY, true, alias.key),
	FIELD("as", FIELD_KEY, true, alias.name),
	FIELD("os", FIELD_KEY, false, alias.other),
	FIELD_SOURCE(alias),
};

#define FIELDS(a)                                                                        \
	{                                                                                \
		(a), sizeof(a) / sizeof((a)[0])                                          \
	}
static const struct {
	const struct field *fields;
	uint32_t count;
} layouts[RECORD_TYPE_END] = {
	[RECORD_HEADER] = FIELDS(header_fields),
	[RECORD_SCOPE] = FIELDS(scope_fields),
	[RECORD_ENTITY] = FIELDS(entity_fields),
	[RECORD_RELATION] = FIELDS(relation_fields),
	[RECORD_DOCUMENT] = FIELDS(document_fields),
	[RECORD_COVERAGE] = FIELDS(coverage_fields),
	[RECORD_ALIAS] = FIELDS(alias_fields),
};

static struct str load_str(const struct record *r, size_t offset)
{
	struct str s;

	memcpy(&s, (const char *)r + offset, sizeof(s));
	return s;
}

static uint32_t load_u32(const struct record *r, size_t offset)
{
	uint32_t v;

	memcpy(&v, (const char *)r + offset, sizeof(v));
	return v;
}

static int64_t load_i64(const struct record *r, size_t offset)
{
	int64_t v;

	memcpy(&v, (const char *)r + offset, sizeof(v));
	return v;
}

static bool load_bool(const struct record *r, size_t offset)
{
	bool v;

	memcpy(&v, (const char *)r + offset, sizeof(v));
	return v;
}

static bool field_is_set(const struct record *r, const struct field *f)
{
	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_KEY:
		return load_str(r, f->offset).n > 0;
	case FIELD_NUMBER:
		return load_u32(r, f->offset) != 0;
	case FIELD_TIME:
		return load_i64(r, f->offset) != 0;
	case FIELD_BOOL:
		return load_bool(r, f->offset);
	case FIELD_PAIRS:
		return load_u32(r, f->count) != 0;
	}
	return false;
}

static void put_pairs(struct buf *out, const struct record *r, const struct field *f)
{
	const struct record_pair *pairs;
	uint32_t count = load_u32(r, f->count);

	memcpy(&pairs, (const char *)r + f->offset, sizeof(pairs));
	pack_put_map(out, count);
	for (uint32_t i = 0; i < count; i++) {
		pack_put_text(out, pairs[i].key);
		pack_put_text(out, pairs[i].value);
	}
}

static void put_field(struct buf *out, const struct record *r, const struct field *f)
{
	pack_put_text(out, f->name);
	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_KEY:
		pack_put_text(out, load_str(r, f->offset));
		break;
	case FIELD_NUMBER:
		pack_put_uint(out, load_u32(r, f->offset));
		break;
	case FIELD_TIME:
		pack_put_int(out, load_i64(r, f->offset));
		break;
	case FIELD_BOOL:
		pack_put_true(out);
		break;
	case FIELD_PAIRS:
		put_pairs(out, r, f);
		break;
	}
}

void record_encode(struct buf *out, const struct record *r)
{
	const struct field *set[FIELD_COUNT_MAX];
	uint32_t count = 0;

	assert(r->type >= RECORD_HEADER && r->type < RECORD_TYPE_END);
	assert(layouts[r->type].count <= FIELD_COUNT_MAX);
	for (uint32_t i = 0; i < layouts[r->type].count; i++) {
		if (field_is_set(r, &layouts[r->type].fields[i]))
			set[count++] = &layouts[r->type].fields[i];
	}
	pack_put_array(out, 2);
	pack_put_uint(out, r->type);
	pack_put_map(out, count);
	for (uint32_t i = 0; i < count; i++)
		put_field(out, r, set[i]);
}

static int take_text(struct pack_cursor *c, struct str *out)
{
	struct pack_token t;
	int rc = pack_take(c, &t);
	size_t valid;

	if (rc <= 0)
		return rc;
	if (t.type != PACK_TEXT)
		return pack_fail(c, "expected a string");
	valid = c->known ? t.text.n : utf8_valid_size(t.text);
	if (valid != t.text.n) {
		c->at -= t.text.n - valid;
		return pack_fail(c, "string is not UTF-8");
	}
	*out = t.text;
	return 1;
}

static int take_pairs(struct pack_cursor *c, const struct record_pair **out,
	uint32_t *count, struct arena *arena)
{
	struct record_pair *pairs;
	struct pack_token t;
	int rc = pack_take(c, &t);

	if (rc <= 0)
		return rc;
	if (t.type != PACK_MAP)
		return pack_fail(c, "expected a map");
	if (t.value > LIMIT_RECORD_PAIRS)
		return err_set(c->e, ERR_LIMIT,
			"byte %zu: %llu pairs are more than LIMIT_RECORD_PAIRS (%u)",
			c->at, (unsigned long long)t.value, LIMIT_RECORD_PAIRS);
	if (t.value > (c->bytes.n - c->at) / 2)
		return 0;
	pairs = ARENA_NEW_ARRAY(arena, struct record_pair, (size_t)t.value);
	for (uint64_t i = 0; i < t.value; i++) {
		rc = take_text(c, &pairs[i].key);
		if (rc > 0)
			rc = take_text(c, &pairs[i].value);
		if (rc <= 0)
			return rc;
	}
	*out = pairs;
	*count = (uint32_t)t.value;
	return 1;
}

static int take_key(struct pack_cursor *c, struct str *out)
{
	int rc = take_text(c, out);

	if (rc > 0 && out->n > LIMIT_KEY_BYTES)
		return err_set(c->e, ERR_LIMIT,
			"byte %zu: key of %zu bytes is longer than LIMIT_KEY_BYTES (%u)",
			c->at, out->n, LIMIT_KEY_BYTES);
	return rc;
}

static int take_number(struct pack_cursor *c, const struct field *f, struct record *out)
{
	struct pack_token t;
	uint32_t small;
	int rc = pack_take(c, &t);

	if (rc <= 0)
		return rc;
	if (f->type == FIELD_BOOL) {
		bool v = t.value != 0;

		if (t.type != PACK_BOOL)
			return pack_fail(c, "expected true or false");
		memcpy((char *)out + f->offset, &v, sizeof(v));
		return 1;
	}
	if (t.type != PACK_INT)
		return pack_fail(c, "expected a whole number");
	if (f->type == FIELD_TIME) {
		if (!t.negative && t.value > INT64_MAX)
			return pack_fail(c, "number is out of range");
		memcpy((char *)out + f->offset, &t.value, sizeof(t.value));
		return 1;
	}
	if (t.negative || t.value > UINT32_MAX || (f->end > 0 && t.value >= f->end))
		return pack_fail(c, "number is out of range");
	small = (uint32_t)t.value;
	memcpy((char *)out + f->offset, &small, sizeof(small));
	return 1;
}

static int take_field(struct pack_cursor *c, const struct field *f, struct record *out,
	struct arena *arena)
{
	const struct record_pair *pairs = NULL;
	struct str s = { 0 };
	uint32_t count = 0;
	int rc;

	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_KEY:
		rc = f->type == FIELD_KEY ? take_key(c, &s) : take_text(c, &s);
		if (rc > 0)
			memcpy((char *)out + f->offset, &s, sizeof(s));
		return rc;
	case FIELD_PAIRS:
		rc = take_pairs(c, &pairs, &count, arena);
		if (rc > 0) {
			memcpy((char *)out + f->offset, &pairs, sizeof(pairs));
			memcpy((char *)out + f->count, &count, sizeof(count));
		}
		return rc;
	default:
		return take_number(c, f, out);
	}
}

/* Names are short, most of one letter. */
static bool is_named(const struct field *f, struct str name)
{
	if (f->name.n != name.n || name.n == 0 || f->name.p[0] != name.p[0])
		return false;
	for (size_t i = 1; i < name.n; i++) {
		if (f->name.p[i] != name.p[i])
			return false;
	}
	return true;
}

/* Most records have their fields in this order: begin behind the last one. */
static const struct field *find_field(
	enum record_type type, const struct field *last, struct str name)
{
	const struct field *fields = layouts[type].fields;
	const struct field *end = fields + layouts[type].count;
	const struct field *from = last ? last + 1 : fields;

	for (const struct field *f = from; f < end; f++) {
		if (is_named(f, name))
			return f;
	}
	for (const struct field *f = fields; f < from; f++) {
		if (is_named(f, name))
			return f;
	}
	return NULL;
}

static int check_required(struct pack_cursor *c, const struct record *r)
{
	for (uint32_t i = 0; i < layouts[r->type].count; i++) {
		const struct field *f = &layouts[r->type].fields[i];

		if (f->required && !field_is_set(r, f))
			return err_set(c->e, ERR_FORMAT,
				"byte %zu: record of type %d has no '%.*s'", c->start,
				(int)r->type, STR_ARG(f->name));
	}
	if (r->type == RECORD_HEADER && r->version != RECORD_VERSION)
		return err_set(c->e, ERR_FORMAT,
			"byte %zu: record stream of version %u, expected version %u",
			c->start, r->version, RECORD_VERSION);
	return 1;
}

static int take_frame(struct pack_cursor *c, struct record *out, uint64_t *pair_count)
{
	struct pack_token t;
	int rc = pack_take(c, &t);

	if (rc <= 0)
		return rc;
	if (t.type != PACK_ARRAY || t.value != 2)
		return pack_fail(c, "expected an array of a type and a map");
	rc = pack_take(c, &t);
	if (rc <= 0)
		return rc;
	if (t.type != PACK_INT || t.negative || t.value < RECORD_HEADER ||
		t.value >= RECORD_TYPE_END)
		return pack_fail(c, "unknown record type");
	*out = (struct record){ .type = (enum record_type)t.value };
	rc = pack_take(c, &t);
	if (rc <= 0)
		return rc;
	if (t.type != PACK_MAP)
		return pack_fail(c, "expected a map");
	*pair_count = t.value;
	return 1;
}

static int take_record(struct pack_cursor *c, struct record *out, struct arena *arena)
{
	const struct field *f = NULL;
	uint64_t pair_count = 0;
	int rc = take_frame(c, out, &pair_count);

	for (uint64_t i = 0; rc > 0 && i < pair_count; i++) {
		struct str name;

		rc = take_text(c, &name);
		if (rc <= 0)
			break;
		f = find_field(out->type, f, name);
		rc = f ? take_field(c, f, out, arena) : pack_skip(c);
	}
	return rc > 0 ? check_required(c, out) : rc;
}

/* The record at the cursor; it moves *offset on. */
static int decode(struct pack_cursor *c, struct record *out, size_t *offset, bool more,
	struct arena *arena)
{
	struct str bytes = c->bytes;
	struct err *e = c->e;
	int rc;

	c->at = c->start = *offset;
	if (*offset >= bytes.n)
		return 0;
	rc = take_record(c, out, arena);
	if (rc < 0)
		return rc;
	if ((rc > 0 ? c->at : bytes.n) - c->start > LIMIT_RECORD_BYTES)
		return err_set(e, ERR_LIMIT,
			"byte %zu: record is longer than LIMIT_RECORD_BYTES (%u)",
			c->start, LIMIT_RECORD_BYTES);
	if (rc == 0 && !more)
		return err_set(e, ERR_FORMAT,
			"byte %zu: bytes end inside the record at byte %zu", bytes.n,
			c->start);
	if (rc > 0)
		*offset = c->at;
	return rc;
}

int record_decode(struct record *out, struct str bytes, size_t *offset, bool more,
	struct arena *arena, struct err *e)
{
	struct pack_cursor c = { .bytes = bytes, .e = e };

	return decode(&c, out, offset, more, arena);
}

int record_decode_again(struct record *out, struct str bytes, size_t *offset,
	struct arena *arena, struct err *e)
{
	struct pack_cursor c = { .bytes = bytes, .e = e, .known = true };

	return decode(&c, out, offset, false, arena);
}

bool record_key_reference(struct str key, struct str *kind, struct str *name)
{
	static const struct str prefix = { "name:", 5 };
	struct str rest = str_skip(key, prefix.n);
	size_t colon = 0;

	if (!str_starts(key, prefix))
		return false;
	for (int part = 0; part < 3; part++) {
		size_t next = str_find_char(rest, ':', colon);

		if (next == rest.n || next == colon)
			return false;
		colon = next + 1;
	}
	*kind = str_head(rest, colon - 1);
	*name = str_skip(rest, colon);
	return name->n > 0;
}

struct str record_layer_name(enum record_layer layer)
{
	switch (layer) {
	case LAYER_IDENTITY:
		return STR_LIT("identity");
	case LAYER_RESOURCE:
		return STR_LIT("resource");
	case LAYER_TRUST:
		return STR_LIT("trust");
	case LAYER_SCP:
		return STR_LIT("scp");
	case LAYER_RCP:
		return STR_LIT("rcp");
	case LAYER_ENDPOINT:
		return STR_LIT("endpoint");
	case LAYER_ACL:
		return STR_LIT("acl");
	case LAYER_GRANT:
		return STR_LIT("grant");
	case LAYER_SESSION:
		return STR_LIT("session");
	case LAYER_DENY:
		return STR_LIT("deny");
	case LAYER_ROLE:
		return STR_LIT("role");
	case LAYER_PLACE:
		return STR_LIT("place");
	case LAYER_END:
		break;
	}
	return STR_LIT("unknown");
}

struct str record_relation_name(enum record_relation_type type)
{
	switch (type) {
	case RELATION_MEMBER_OF:
		return STR_LIT("member_of");
	case RELATION_ATTACHED:
		return STR_LIT("attached");
	case RELATION_BOUNDARY:
		return STR_LIT("boundary");
	case RELATION_CONTAINS:
		return STR_LIT("contains");
	case RELATION_CARRIES:
		return STR_LIT("carries");
	case RELATION_OWNS:
		return STR_LIT("owns");
	case RELATION_FEDERATES:
		return STR_LIT("federates");
	case RELATION_SESSION_OF:
		return STR_LIT("session_of");
	case RELATION_TYPE_END:
		break;
	}
	return STR_LIT("unknown");
}
