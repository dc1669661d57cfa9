#include "ingest/aws_credentials.h"

#include "ingest/aws_arn.h"
#include "ingest/aws_authorization.h"
#include "ingest/aws_emit.h"
#include "ingest/aws_subject.h"
#include "ingest/timestamp.h"

#define COLUMN_MAX 64u /* of a report; there are 22 */

/* --- the report --- */

/* The columns that are read; the order in the text is what its first line says. */
enum column {
	COLUMN_ARN,
	COLUMN_CREATED,
	COLUMN_PASSWORD,
	COLUMN_MFA,
	COLUMN_KEY_1,
	COLUMN_KEY_2,
	COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT] = {
	[COLUMN_ARN] = "arn",
	[COLUMN_CREATED] = "user_creation_time",
	[COLUMN_PASSWORD] = "password_enabled",
	[COLUMN_MFA] = "mfa_active",
	[COLUMN_KEY_1] = "access_key_1_last_rotated",
	[COLUMN_KEY_2] = "access_key_2_last_rotated",
};

struct report {
	struct aws_emit *em;
	struct str text;
	size_t at;
	uint64_t offset;                /* of the text in the file */
	uint32_t columns[COLUMN_COUNT]; /* position of each + 1 */
};

/*
 * Cut one line into fields; a quoted field may hold commas, two quotes in it are one.
 * How many fields there are, at most COLUMN_MAX.
 */
static uint32_t next_line(struct report *r, struct str fields[COLUMN_MAX])
{
	size_t end = str_find_char(r->text, '\n', r->at), at = r->at;
	uint32_t count = 0;

	r->at = end + 1;
	if (end > at && r->text.p[end - 1] == '\r')
		end--;
	while (at <= end && count < COLUMN_MAX) {
		bool quoted = at < end && r->text.p[at] == '"';
		size_t stop = at;

		if (quoted)
			stop = str_find_char(str_head(r->text, end), '"', at + 1);
		stop = str_find_char(str_head(r->text, end), ',', stop);
		fields[count] = str_head(str_skip(r->text, at), stop - at);
		if (quoted && fields[count].n >= 2)
			fields[count] =
				str_head(str_skip(fields[count], 1), fields[count].n - 2);
		count++;
		at = stop + 1;
	}
	return count;
}

static int report_fail(const struct report *r, size_t at, const char *what, struct err *e)
{
	return err_set(e, ERR_FORMAT, "byte %llu: %s",
		(unsigned long long)(r->offset + at), what);
}

static int read_head(struct report *r, struct err *e)
{
	struct str fields[COLUMN_MAX];
	uint32_t count = next_line(r, fields);

	for (uint32_t k = 0; k < COLUMN_COUNT; k++) {
		for (uint32_t i = 0; i < count; i++) {
			if (str_eq(fields[i], str_from(column_names[k])))
				r->columns[k] = i + 1;
		}
		if (r->columns[k] == 0)
			return err_set(e, ERR_FORMAT,
				"byte %llu: the credential report has no column '%s'",
				(unsigned long long)r->offset, column_names[k]);
	}
	return 0;
}

static bool is_known(struct str field)
{
	return field.n > 0 && !str_eq(field, STR_LIT("not_supported")) &&
	       !str_eq(field, STR_LIT("no_information"));
}

static bool is_key(struct str rotated)
{
	return is_known(rotated) && !str_eq(rotated, STR_LIT("N/A"));
}

static int emit_row(struct report *r, size_t at, const struct str *fields, struct err *e)
{
	struct aws_emit_attributes attributes = { .count = 0 };
	struct record_entity entity = { .key = fields[r->columns[COLUMN_ARN] - 1] };
	struct str password = fields[r->columns[COLUMN_PASSWORD] - 1];
	struct str mfa = fields[r->columns[COLUMN_MFA] - 1];
	bool root = str_ends(entity.key, STR_LIT(":root"));
	struct aws_arn arn;
	int keys = is_key(fields[r->columns[COLUMN_KEY_1] - 1]) +
		   is_key(fields[r->columns[COLUMN_KEY_2] - 1]);

	r->em->offset = r->offset + at;
	if (!aws_arn_parse(&arn, entity.key) || !aws_arn_is_account(arn.account))
		return report_fail(
			r, at, "a line of the credential report has no ARN", e);
	aws_emit_open_account(r->em, arn.partition, arn.account);
	timestamp_parse(fields[r->columns[COLUMN_CREATED] - 1], &entity.created);
	aws_emit_attribute(
		&attributes, "access_keys", arena_printf(r->em->arena, "%d", keys));
	if (is_known(password))
		aws_emit_attribute(&attributes, "login_profile", password);
	if (is_known(mfa))
		aws_emit_attribute(&attributes, "mfa", mfa);
	entity.kind = root ? STR_LIT("aws:iam:root") : STR_LIT("aws:iam:user");
	entity.flags = ENTITY_IDENTITY | (root ? ENTITY_ROOT : 0);
	entity.name = aws_authorization_name(entity.key);
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	return aws_emit_entity(r->em, entity, e);
}

static int read_report(
	struct aws_emit *em, struct str text, uint64_t offset, struct err *e)
{
	struct report r = { .em = em, .text = text, .offset = offset };
	struct str fields[COLUMN_MAX];
	uint32_t last = 0;
	int rc = read_head(&r, e);

	for (uint32_t k = 0; k < COLUMN_COUNT; k++)
		last = r.columns[k] > last ? r.columns[k] : last;
	while (rc == 0 && r.at < text.n) {
		size_t at = r.at;
		uint32_t count = next_line(&r, fields);

		if (count == 1 && fields[0].n == 0)
			continue;
		rc = count < last
			     ? report_fail(&r, at,
				       "a line of the credential report is too short", e)
			     : emit_row(&r, at, fields, e);
	}
	if (rc == 0 && em->account.n > 0)
		aws_emit_coverage(em, STR_LIT("credentials"), (struct str){ 0 },
			COVERAGE_GOT, (struct str){ 0 });
	return rc;
}

static int run_report(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	struct aws_emit em;
	struct arena arena;
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	aws_emit_init(&em, batch, out, &arena);
	rc = read_report(&em, buf_str(&batch->text), batch->offset, e);
	arena_release(&arena);
	return rc;
}

const struct decoder_format aws_credentials_report = { "credential-report", true,
	run_report };

/* --- answers --- */

static int digit_of(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *hit = c == '\0' ? NULL : strchr(digits, c);

	return hit ? (int)(hit - digits) : -1;
}

/* Base64; false when it is none. */
static bool decode(struct arena *arena, struct str text, struct str *out)
{
	char *p = arena_alloc(arena, text.n / 4 * 3 + 3);
	uint32_t bits = 0, held = 0;
	size_t n = 0;

	while (text.n > 0 && text.p[text.n - 1] == '=')
		text.n--;
	for (size_t i = 0; i < text.n; i++) {
		int digit = digit_of(text.p[i]);

		if (digit < 0)
			return false;
		bits = (bits << 6 | (uint32_t)digit) & 0xffffu;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		p[n++] = (char)(bits >> held & 0xffu);
	}
	*out = (struct str){ p, n };
	return true;
}

/* {"Content", "ReportFormat", "GeneratedTime"} */
static int read_content(struct aws_emit *em, const struct json_value *root, struct err *e)
{
	const struct json_value *v = json_get(root, "Content");
	struct str content, text;
	int rc = json_need_string(em->json, root, "Content", &content, e);

	if (rc < 0)
		return rc;
	if (str_starts(content, STR_LIT(AWS_CREDENTIALS_HEAD)))
		text = content;
	else if (!decode(em->arena, content, &text))
		return json_fail(
			em->json, v, e, "expected a credential report in base64");
	return read_report(em, text, json_offset(em->json, v), e);
}

/* The user by its name: in the list's first element, else in the path. */
static int emit_user(struct aws_emit *em, const struct json_value *root, struct str name,
	const char *attribute, struct str value, struct err *e)
{
	struct record_pair pair = { str_from(attribute), value };

	if (name.n == 0)
		name = aws_subject_of_path(em, "users");
	if (name.n == 0)
		return json_fail(em->json, root, e,
			"which user this is about is not said: expected a directory "
			"that is named after it, as in 'users/NAME/FILE'");
	if (aws_emit_open_home(em, root, e) < 0)
		return e->code;
	return aws_emit_entity(em,
		(struct record_entity){ .key = arena_printf(em->arena,
						"name:aws:iam:user:%.*s", STR_ARG(name)),
			.kind = STR_LIT("aws:iam:user"),
			.attributes = &pair,
			.attribute_count = 1 },
		e);
}

static int read_list(struct aws_emit *em, const struct json_value *root,
	const char *member, struct str *name, size_t *count, struct err *e)
{
	const struct json_value *list, *first;
	struct json_iter it;
	struct str none;

	*name = (struct str){ 0 };
	if (json_want_array(em->json, root, member, &list, e) < 0)
		return e->code;
	*count = json_size(list);
	it = json_iterate(list);
	if (!json_next(&it, &none, &first))
		return 0;
	if (json_want_type(em->json, first, JSON_OBJECT, e) < 0)
		return e->code;
	return json_want_string(em->json, first, "UserName", name, e);
}

static int read_keys(struct aws_emit *em, const struct json_value *root, struct err *e)
{
	struct str name;
	size_t count;

	if (read_list(em, root, "AccessKeyMetadata", &name, &count, e) < 0)
		return e->code;
	return emit_user(
		em, root, name, "access_keys", arena_printf(em->arena, "%zu", count), e);
}

static int read_devices(struct aws_emit *em, const struct json_value *root, struct err *e)
{
	struct str name;
	size_t count;

	if (read_list(em, root, "MFADevices", &name, &count, e) < 0)
		return e->code;
	return emit_user(
		em, root, name, "mfa", count > 0 ? STR_LIT("true") : STR_LIT("false"), e);
}

static int read_profile(struct aws_emit *em, const struct json_value *root, struct err *e)
{
	struct str name;

	if (json_need_string(
		    em->json, json_get(root, "LoginProfile"), "UserName", &name, e) < 0)
		return e->code;
	return emit_user(em, root, name, "login_profile", STR_LIT("true"), e);
}

static const struct {
	const char *member;
	char first;
	int (*read)(struct aws_emit *em, const struct json_value *root, struct err *e);
} objects[] = {
	{ "ReportFormat", '"', read_content },
	{ "AccessKeyMetadata", '[', read_keys },
	{ "MFADevices", '[', read_devices },
	{ "LoginProfile", '{', read_profile },
};
#define OBJECT_COUNT (sizeof(objects) / sizeof(objects[0]))

static int visit_object(struct aws_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	(void)piece;
	for (size_t i = 0; i < OBJECT_COUNT; i++) {
		if (json_get(root, objects[i].member))
			return objects[i].read(em, root, e);
	}
	return json_fail(em->json, root, e, "unknown answer");
}

static int run_object(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return aws_emit_pieces(batch, out, visit_object, e);
}

static const struct decoder_format object_format = { "aws-answer", true, run_object };

const struct decoder_format *aws_credentials_detect(const struct json_shape *shape)
{
	for (uint32_t k = 0; shape->top == '{' && k < shape->member_count; k++) {
		for (size_t i = 0; i < OBJECT_COUNT; i++) {
			if (str_eq(shape->members[k].name, str_from(objects[i].member)) &&
				shape->members[k].first == objects[i].first)
				return &object_format;
		}
	}
	return NULL;
}
