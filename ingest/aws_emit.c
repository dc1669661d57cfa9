#include "ingest/aws_emit.h"

#include <assert.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "catalog/catalog.h"
#include "ingest/aws_arn.h"
#include "ingest/timestamp.h"

/* The account that a directory is named after, the innermost one. */
static void find_path_account(struct str path, struct str *partition, struct str *account)
{
	size_t at = 0;

	while (at < path.n) {
		size_t end = str_find_char(path, '/', at);
		struct str part = str_head(str_skip(path, at), end - at);

		if (str_eq(part, STR_LIT("aws-cn")) ||
			str_eq(part, STR_LIT("aws-us-gov")))
			*partition = part;
		if (aws_arn_is_account(part))
			*account = part;
		at = end + 1;
	}
}

void aws_emit_init(struct aws_emit *em, const struct decoder_batch *batch,
	struct buf *out, struct arena *arena)
{
	struct str hint = batch->context.hint;
	size_t colon = str_find_char(hint, ':', 0);

	*em = (struct aws_emit){ .out = out,
		.arena = arena,
		.batch = batch,
		.context = &batch->context,
		.format = batch->format->name,
		.home_partition = STR_LIT("aws") };
	if (aws_arn_is_account(str_skip(hint, colon + 1))) {
		em->home_partition = str_head(hint, colon);
		em->home = str_skip(hint, colon + 1);
	} else {
		find_path_account(batch->context.path, &em->home_partition, &em->home);
	}
}

static int visit_piece(struct aws_emit *em, const struct decoder_piece *piece,
	aws_emit_visit *visit, struct err *e)
{
	struct json_origin origin = { .offset = piece->offset,
		.member = piece->member,
		.index = piece->index,
		.indexed = piece->type == JSON_ELEMENT };
	struct json j;
	int rc;

	em->offset = piece->offset;
	if (piece->type == JSON_LIST)
		return 0;
	if (piece->type == JSON_END)
		return visit(em, piece, NULL, e);
	rc = json_parse(&j, piece->text, origin, e);
	if (rc < 0)
		return rc;
	em->json = &j;
	rc = visit(em, piece, j.root, e);
	em->json = NULL;
	json_release(&j);
	return rc;
}

int aws_emit_pieces(const struct decoder_batch *batch, struct buf *out,
	aws_emit_visit *visit, struct err *e)
{
	const struct decoder_piece *pieces =
		VEC_DATA(&batch->pieces, struct decoder_piece);
	size_t count = VEC_COUNT(&batch->pieces, struct decoder_piece);
	struct arena arena;
	struct aws_emit em;
	int rc = 0;

	arena_init(&arena, ARENA_UNLIMITED);
	aws_emit_init(&em, batch, out, &arena);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = visit_piece(&em, &pieces[i], visit, e);
	arena_release(&arena);
	return rc;
}

static struct record_source source_of(const struct aws_emit *em)
{
	return (struct record_source){ em->context->path, em->offset };
}

static void write_scope(struct aws_emit *em, struct str key, struct str parent)
{
	struct record r = { .type = RECORD_SCOPE,
		.scope = { .id = em->scope,
			.key = key,
			.parent = parent,
			.format = str_from(em->format) } };

	record_encode(em->out, &r);
}

struct str aws_emit_account_key(
	struct aws_emit *em, struct str partition, struct str account)
{
	return arena_printf(em->arena, "arn:%.*s:account::%.*s:account",
		STR_ARG(partition), STR_ARG(account));
}

static void write_entity(struct aws_emit *em, struct record_entity entity)
{
	struct record r = { .type = RECORD_ENTITY, .entity = entity };

	r.entity.scope = em->scope;
	r.entity.source = source_of(em);
	if (r.entity.kind.n == 0)
		r.entity.kind = aws_emit_kind(em, entity.key);
	record_encode(em->out, &r);
}

void aws_emit_open_account(struct aws_emit *em, struct str partition, struct str account)
{
	struct record_pair id = { STR_LIT("id"), account };
	struct str key;

	if (str_eq(em->account, account) && str_eq(em->partition, partition))
		return;
	em->partition = arena_copy(em->arena, partition);
	em->account = arena_copy(em->arena, account);
	em->scope = arena_printf(em->arena, "aws:%.*s", STR_ARG(account));
	key = aws_emit_account_key(em, partition, account);
	write_scope(em, key, (struct str){ 0 });
	write_entity(em, (struct record_entity){ .key = key,
				 .kind = STR_LIT("aws:account:account"),
				 .flags = ENTITY_CONTAINER,
				 .attributes = &id,
				 .attribute_count = 1 });
	write_entity(em, (struct record_entity){
				 .key = arena_printf(em->arena, "arn:%.*s:iam::%.*s:root",
					 STR_ARG(partition), STR_ARG(account)),
				 .kind = STR_LIT("aws:iam:root"),
				 .name = STR_LIT("root"),
				 .flags = ENTITY_IDENTITY | ENTITY_ROOT });
}

int aws_emit_open_home(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	if (em->home.n == 0)
		return json_fail(em->json, v, e,
			"which account this belongs to is not said: expected an ARN "
			"that names it, an answer of "
			"'sts get-caller-identity' in this directory or above, "
			"or a directory named after it");
	aws_emit_open_account(em, em->home_partition, em->home);
	return 0;
}

int aws_emit_open_arn(
	struct aws_emit *em, struct str text, const struct json_value *v, struct err *e)
{
	struct aws_arn arn;

	if (!aws_arn_parse(&arn, text))
		return json_fail(em->json, v, e, "expected an ARN, found '%.*s'",
			(int)(text.n < 100 ? text.n : 100), text.p);
	if (!aws_arn_is_account(arn.account))
		return aws_emit_open_home(em, v, e);
	aws_emit_open_account(em, arn.partition, arn.account);
	return 0;
}

void aws_emit_open_organization(struct aws_emit *em, struct str partition, struct str id)
{
	em->partition = arena_copy(em->arena, partition);
	em->account = (struct str){ 0 };
	em->scope = arena_printf(em->arena, "aws:%.*s", STR_ARG(id));
}

void aws_emit_parent(struct aws_emit *em, struct str organization)
{
	struct str parent = { 0 };

	if (organization.n > 0)
		parent = arena_printf(em->arena, "aws:%.*s", STR_ARG(organization));
	write_scope(em, aws_emit_account_key(em, em->partition, em->account), parent);
	aws_emit_coverage(em, STR_LIT("organization"), (struct str){ 0 },
		organization.n > 0 ? COVERAGE_GOT : COVERAGE_ABSENT, (struct str){ 0 });
}

struct str aws_emit_kind(struct aws_emit *em, struct str key)
{
	size_t size = 0, end = 0;
	kind_id kind = catalog_kind_of_key(key, &size);
	struct aws_arn arn;

	if (kind != CATALOG_NONE && size == key.n)
		return catalog_kind_name(kind);
	if (!aws_arn_parse(&arn, key))
		return (struct str){ 0 };
	while (end < arn.resource.n && arn.resource.p[end] != '/' &&
		arn.resource.p[end] != ':')
		end++;
	if (end == arn.resource.n)
		return arena_printf(em->arena, "aws:%.*s:resource", STR_ARG(arn.service));
	return arena_printf(em->arena, "aws:%.*s:%.*s", STR_ARG(arn.service), (int)end,
		arn.resource.p);
}

static int check_key(struct aws_emit *em, struct str key, struct err *e)
{
	if (key.n > 0 && key.n <= LIMIT_KEY_BYTES)
		return 0;
	if (key.n == 0)
		return err_set(e, ERR_FORMAT, "byte %llu: expected an ARN, found ''",
			(unsigned long long)em->offset);
	return err_set(e, ERR_LIMIT,
		"byte %llu: ARN of %zu bytes is longer than LIMIT_KEY_BYTES (%u)",
		(unsigned long long)em->offset, key.n, LIMIT_KEY_BYTES);
}

int aws_emit_entity(struct aws_emit *em, struct record_entity entity, struct err *e)
{
	int rc = check_key(em, entity.key, e);

	if (rc == 0)
		write_entity(em, entity);
	return rc;
}

int aws_emit_relation(struct aws_emit *em, struct str from,
	enum record_relation_type type, struct str to, struct err *e)
{
	struct record r = { .type = RECORD_RELATION,
		.relation = { .scope = em->scope,
			.from = from,
			.to = to,
			.type = type,
			.source = source_of(em) } };
	int rc = check_key(em, from, e);

	if (rc == 0)
		rc = check_key(em, to, e);
	if (rc == 0)
		record_encode(em->out, &r);
	return rc;
}

int aws_emit_document(struct aws_emit *em, enum record_layer layer, struct str holder,
	struct str name, struct str body, struct err *e)
{
	struct record r = { .type = RECORD_DOCUMENT,
		.document = { .scope = em->scope,
			.holder = holder,
			.name = name,
			.dialect = STR_LIT("aws"),
			.body = body,
			.layer = layer,
			.source = source_of(em) } };
	int rc = check_key(em, holder, e);

	if (rc == 0 && body.n + name.n > LIMIT_RECORD_BYTES - (1u << 16))
		return err_set(e, ERR_LIMIT,
			"byte %llu: policy of %zu bytes does not fit LIMIT_RECORD_BYTES (%u)",
			(unsigned long long)em->offset, body.n, LIMIT_RECORD_BYTES);
	if (rc == 0)
		record_encode(em->out, &r);
	return rc;
}

void aws_emit_coverage(struct aws_emit *em, struct str what, struct str subject,
	enum coverage_state state, struct str detail)
{
	struct record r = { .type = RECORD_COVERAGE,
		.coverage = { .scope = em->scope,
			.what = what,
			.subject = subject,
			.detail = detail,
			.state = state,
			.source = source_of(em) } };

	record_encode(em->out, &r);
}

int aws_emit_resource_policy(
	struct aws_emit *em, struct str holder, struct str body, struct err *e)
{
	int rc = aws_emit_document(
		em, LAYER_RESOURCE, holder, STR_LIT("resource policy"), body, e);

	if (rc == 0)
		aws_emit_coverage(em,
			arena_printf(em->arena, "resource-policy:%.*s",
				STR_ARG(aws_emit_kind(em, holder))),
			holder, COVERAGE_GOT, (struct str){ 0 });
	return rc;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = str_lower_char(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool aws_emit_decode_url(struct arena *arena, struct str text, struct str *out)
{
	char *p = arena_alloc(arena, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		int high, low;

		if (text.p[i] != '%') {
			p[n++] = text.p[i];
			continue;
		}
		high = i + 2 < text.n ? hex_digit(text.p[i + 1]) : -1;
		low = i + 2 < text.n ? hex_digit(text.p[i + 2]) : -1;
		if (high < 0 || low < 0)
			return false;
		p[n++] = (char)(high * 16 + low);
		i += 2;
	}
	*out = (struct str){ p, n };
	return utf8_valid_size(*out) == n;
}

static struct str trim(struct str s)
{
	while (s.n > 0 && s.p[0] != '\0' && strchr(" \t\r\n", s.p[0]))
		s = str_skip(s, 1);
	return s;
}

int aws_emit_body(
	struct aws_emit *em, const struct json_value *v, struct str *out, struct err *e)
{
	struct str text;

	*out = (struct str){ 0 };
	if (!v)
		return 0;
	em->offset = json_offset(em->json, v);
	if (json_type(v) == JSON_OBJECT) {
		*out = json_text(em->json, v);
		return 0;
	}
	if (json_type(v) != JSON_STRING)
		return json_fail(em->json, v, e,
			"expected a policy document (an object or a string), found %s",
			json_type_name(json_type(v)));
	text = json_string(v);
	if (trim(text).n == 0)
		return 0;
	if (trim(text).p[0] == '%' && !aws_emit_decode_url(em->arena, trim(text), &text))
		return json_fail(
			em->json, v, e, "policy document is not URL-encoded UTF-8");
	if (trim(text).n == 0 || trim(text).p[0] != '{')
		return json_fail(em->json, v, e,
			"expected a policy document, found text that "
			"does not begin with '{'");
	*out = text;
	return 0;
}

static int take_tag(struct aws_emit *em, const struct json_value *v,
	struct record_pair *out, struct err *e)
{
	const char *key = json_get(v, "Key") ? "Key" : "key";
	const char *value = json_get(v, "Key") ? "Value" : "value";
	int rc = json_want_type(em->json, v, JSON_OBJECT, e);

	if (rc == 0 && json_get(v, "TagKey")) {
		key = "TagKey";
		value = "TagValue";
	}
	if (rc == 0)
		rc = json_need_string(em->json, v, key, &out->key, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, value, &out->value, e);
	return rc;
}

int aws_emit_tags(struct aws_emit *em, const struct json_value *v,
	struct record_entity *entity, struct err *e)
{
	struct json_iter it = json_iterate(v);
	const struct json_value *child;
	struct record_pair *pairs;
	struct str name;
	int rc = 0;

	entity->tags_known = true;
	if (!v)
		return 0;
	if (json_type(v) != JSON_ARRAY && json_type(v) != JSON_OBJECT)
		return json_fail(em->json, v, e, "expected a list of tags, found %s",
			json_type_name(json_type(v)));
	if (it.left > LIMIT_RECORD_PAIRS)
		return err_set(e, ERR_LIMIT,
			"byte %llu: %zu tags are more than LIMIT_RECORD_PAIRS (%u)",
			(unsigned long long)json_offset(em->json, v), it.left,
			LIMIT_RECORD_PAIRS);
	pairs = ARENA_NEW_ARRAY(em->arena, struct record_pair, it.left + 1);
	while (rc == 0 && json_next(&it, &name, &child)) {
		struct record_pair *pair = &pairs[entity->tag_count++];

		if (json_type(v) == JSON_ARRAY) {
			rc = take_tag(em, child, pair, e);
			continue;
		}
		rc = json_want_type(em->json, child, JSON_STRING, e);
		if (rc == 0)
			*pair = (struct record_pair){ name, json_string(child) };
	}
	entity->tags = pairs;
	return rc;
}

int aws_emit_date(struct aws_emit *em, const struct json_value *object, const char *name,
	int64_t *out, struct err *e)
{
	const struct json_value *v = json_get(object, name);

	*out = 0;
	if (!v)
		return 0;
	if (json_type(v) == JSON_NUMBER) {
		*out = json_integer(v);
		return 0;
	}
	if (json_type(v) != JSON_STRING)
		return json_fail(em->json, v, e, "expected a date, found %s",
			json_type_name(json_type(v)));
	if (!timestamp_parse(json_string(v), out))
		return json_fail(em->json, v, e, "expected a date, found '%.*s'",
			(int)(json_string(v).n < 60 ? json_string(v).n : 60),
			json_string(v).p);
	return 0;
}

void aws_emit_attribute(struct aws_emit_attributes *a, const char *name, struct str value)
{
	assert(a->count < AWS_EMIT_ATTRIBUTES);
	if (value.n > 0)
		a->pairs[a->count++] = (struct record_pair){ str_from(name), value };
}
