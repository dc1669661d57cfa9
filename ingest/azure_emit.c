#include "ingest/azure_emit.h"

#include <assert.h>

#include "base/limits.h"
#include "ingest/timestamp.h"

static bool is_home(struct str hint)
{
	return str_starts(hint, STR_LIT("azure:")) && azure_id_is_guid(str_skip(hint, 6));
}

/* The tenant that a directory is named after, the innermost one. */
static struct str path_tenant(struct str path)
{
	struct str found = { 0 };
	size_t at = 0;

	while (at < path.n) {
		size_t end = str_find_char(path, '/', at);
		struct str part = str_head(str_skip(path, at), end - at);

		if (end < path.n && azure_id_is_guid(part))
			found = part;
		at = end + 1;
	}
	return found;
}

static void emit_init(struct azure_emit *em, const struct decoder_batch *batch,
	struct buf *out, struct arena *arena)
{
	*em = (struct azure_emit){ .out = out,
		.arena = arena,
		.batch = batch,
		.context = &batch->context,
		.format = batch->format->name };
	em->home = is_home(batch->context.hint) ? str_skip(batch->context.hint, 6)
						: path_tenant(batch->context.path);
	em->home = azure_id_lower(arena, em->home);
	em->tenant = em->home;
}

static int visit_piece(struct azure_emit *em, const struct decoder_piece *piece,
	azure_emit_visit *visit, struct err *e)
{
	struct json_origin origin = { .offset = piece->offset,
		.member = piece->member,
		.index = piece->index,
		.indexed = piece->type == JSON_ELEMENT };
	struct json j;
	int rc;

	em->offset = piece->offset;
	em->tenant = em->home;
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

int azure_emit_pieces(const struct decoder_batch *batch, struct buf *out,
	azure_emit_visit *visit, struct err *e)
{
	const struct decoder_piece *pieces =
		VEC_DATA(&batch->pieces, struct decoder_piece);
	size_t count = VEC_COUNT(&batch->pieces, struct decoder_piece);
	struct arena arena;
	struct azure_emit em;
	int rc = 0;

	arena_init(&arena, ARENA_UNLIMITED);
	emit_init(&em, batch, out, &arena);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = visit_piece(&em, &pieces[i], visit, e);
	buf_release(&em.opened);
	arena_release(&arena);
	return rc;
}

static struct record_source source_of(const struct azure_emit *em)
{
	return (struct record_source){ em->context->path, em->offset };
}

void azure_emit_set_tenant(struct azure_emit *em, struct str tenant)
{
	if (azure_id_is_guid(tenant))
		em->tenant = azure_id_lower(em->arena, tenant);
}

/* Whether the scope was written before by this emitter; else it is now. */
static bool is_opened(struct azure_emit *em)
{
	const struct str *opened = VEC_DATA(&em->opened, struct str);

	for (size_t i = 0; i < VEC_COUNT(&em->opened, struct str); i++) {
		if (str_eq(opened[i], em->scope))
			return true;
	}
	VEC_ADD(&em->opened, struct str, em->scope);
	return false;
}

void azure_emit_coverage(struct azure_emit *em, const char *what, struct str subject,
	enum coverage_state state, struct str detail)
{
	struct record r = { .type = RECORD_COVERAGE,
		.coverage = { .scope = em->scope,
			.what = str_from(what),
			.subject = subject,
			.detail = detail,
			.state = state,
			.source = source_of(em) } };

	record_encode(em->out, &r);
}

void azure_emit_read(struct azure_emit *em, const char *what, struct str subject)
{
	if (em->batch->more)
		azure_emit_coverage(em, what, subject, COVERAGE_PARTIAL,
			STR_LIT("the page says that another follows"));
	else
		azure_emit_coverage(em, what, subject, COVERAGE_GOT, (struct str){ 0 });
}

bool azure_emit_is_list(const struct azure_emit *em)
{
	return !str_eq(str_from(em->format), STR_LIT("az-show"));
}

static int write_scope(struct azure_emit *em, struct str key, struct str id,
	const char *kind, struct err *e)
{
	struct record r = { .type = RECORD_SCOPE,
		.scope = {
			.id = em->scope, .key = key, .format = str_from(em->format) } };
	struct record_pair pair = { STR_LIT("id"), id };

	record_encode(em->out, &r);
	azure_emit_coverage(em, "organization", (struct str){ 0 }, COVERAGE_ABSENT,
		(struct str){ 0 });
	if (str_starts(key, STR_LIT("/"))) /* identities are the tenant's */
		azure_emit_coverage(em, "identities", (struct str){ 0 }, COVERAGE_GOT,
			(struct str){ 0 });
	return azure_emit_entity(em,
		(struct record_entity){ .key = key,
			.kind = str_from(kind),
			.flags = ENTITY_CONTAINER,
			.attributes = &pair,
			.attribute_count = 1 },
		(struct str){ 0 }, e);
}

static int want_tenant(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	if (em->tenant.n > 0)
		return 0;
	return json_fail(em->json, v, e,
		"which tenant this belongs to is not said: expected a member 'tenantId', "
		"an answer of 'az account show' in this directory or above, or a "
		"directory named after the tenant");
}

int azure_emit_open_tenant(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	if (want_tenant(em, v, e) < 0)
		return e->code;
	em->scope = azure_id_tenant(em->arena, em->tenant);
	return is_opened(em)
		       ? 0
		       : write_scope(em, em->scope, em->tenant, "azure:entra:tenant", e);
}

int azure_emit_open_subscription(struct azure_emit *em, struct str subscription,
	const struct json_value *v, struct err *e)
{
	struct str id = azure_id_lower(em->arena, subscription);

	if (!azure_id_is_guid(id))
		return json_fail(em->json, v, e,
			"expected the id of a subscription, found '%.*s'",
			STR_ARG(str_head(subscription, 64)));
	em->scope = arena_printf(em->arena, "azure:%.*s", STR_ARG(id));
	if (is_opened(em))
		return 0;
	return write_scope(em,
		arena_printf(em->arena, "/subscriptions/%.*s", STR_ARG(id)), id,
		"azure:resources:subscription", e);
}

int azure_emit_open_id(
	struct azure_emit *em, struct str id, const struct json_value *v, struct err *e)
{
	struct str subscription = azure_id_subscription(id);

	return subscription.n > 0 ? azure_emit_open_subscription(em, subscription, v, e)
				  : azure_emit_open_tenant(em, v, e);
}

int azure_emit_key(struct str *out, struct azure_emit *em, struct str id,
	const struct json_value *v, struct err *e)
{
	if (!azure_id_is_resource(id))
		return json_fail(em->json, v, e, "expected a resource id, found '%.*s'",
			STR_ARG(str_head(id, 100)));
	if (id.n == 1) {
		if (want_tenant(em, v, e) < 0)
			return e->code;
		*out = azure_id_tenant(em->arena, em->tenant);
		return 0;
	}
	*out = azure_id_key(em->arena, id);
	if (azure_id_management(em->arena, em->tenant, *out).n == 0)
		return 0;
	if (want_tenant(em, v, e) < 0)
		return e->code;
	*out = azure_id_management(em->arena, em->tenant, *out);
	return 0;
}

int azure_emit_object(struct str *out, struct azure_emit *em, struct str object,
	const struct json_value *v, struct err *e)
{
	if (want_tenant(em, v, e) < 0)
		return e->code;
	if (!azure_id_is_guid(object))
		return json_fail(em->json, v, e, "expected an object id, found '%.*s'",
			STR_ARG(str_head(object, 64)));
	*out = azure_id_object(em->arena, em->tenant, object);
	return 0;
}

static int check_key(struct azure_emit *em, struct str key, struct err *e)
{
	if (key.n > 0 && key.n <= LIMIT_KEY_BYTES)
		return 0;
	if (key.n == 0)
		return err_set(e, ERR_FORMAT, "byte %llu: expected an id, found ''",
			(unsigned long long)em->offset);
	return err_set(e, ERR_LIMIT,
		"byte %llu: id of %zu bytes is longer than LIMIT_KEY_BYTES (%u)",
		(unsigned long long)em->offset, key.n, LIMIT_KEY_BYTES);
}

int azure_emit_entity(
	struct azure_emit *em, struct record_entity entity, struct str id, struct err *e)
{
	struct record r = { .type = RECORD_ENTITY, .entity = entity };
	struct record_pair *pairs = ARENA_NEW_ARRAY(
		em->arena, struct record_pair, entity.attribute_count + 1);

	if (check_key(em, entity.key, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < entity.attribute_count; i++)
		pairs[i] = entity.attributes[i];
	if (id.n > 1 && !str_eq(id, entity.key))
		pairs[r.entity.attribute_count++] =
			(struct record_pair){ STR_LIT("spelled"), id };
	r.entity.attributes = pairs;
	r.entity.scope = em->scope;
	r.entity.source = source_of(em);
	if (r.entity.kind.n == 0)
		r.entity.kind = azure_id_kind(em->arena, entity.key);
	if (r.entity.parent.n == 0)
		r.entity.parent = azure_id_above(entity.key);
	record_encode(em->out, &r);
	return 0;
}

static bool is_container(struct str kind)
{
	return str_eq(kind, STR_LIT("azure:resources:subscription")) ||
	       str_eq(kind, STR_LIT("azure:resources:resource-group")) ||
	       str_eq(kind, STR_LIT("azure:management:management-group"));
}

int azure_emit_place(struct str *key, struct azure_emit *em, struct str id,
	const struct json_value *v, struct err *e)
{
	struct record_entity entity = { 0 };

	if (azure_emit_key(key, em, id, v, e) < 0 || azure_emit_open_id(em, id, v, e) < 0)
		return e->code;
	if (id.n == 1 || (azure_id_subscription(id).n > 0 && azure_id_group(id).n == 0 &&
				 azure_id_type(em->arena, id).n == 0))
		return 0; /* the scope's own container */
	entity.key = *key;
	entity.kind = azure_id_kind(em->arena, *key);
	entity.name = azure_id_last(id);
	entity.flags = is_container(entity.kind) ? ENTITY_CONTAINER : 0;
	return azure_emit_entity(em, entity, id, e);
}

int azure_emit_relation(struct azure_emit *em, struct str from,
	enum record_relation_type type, struct str to, struct err *e)
{
	struct record r = { .type = RECORD_RELATION,
		.relation = { .scope = em->scope,
			.from = from,
			.to = to,
			.type = type,
			.source = source_of(em) } };

	if (check_key(em, from, e) < 0 || check_key(em, to, e) < 0)
		return e->code;
	record_encode(em->out, &r);
	return 0;
}

int azure_emit_text(struct azure_emit *em, enum record_layer layer, struct str holder,
	struct str name, struct str body, struct err *e)
{
	struct record r = { .type = RECORD_DOCUMENT,
		.document = { .scope = em->scope,
			.holder = holder,
			.name = name,
			.dialect = STR_LIT("azure"),
			.body = body,
			.layer = layer,
			.source = source_of(em) } };

	if (check_key(em, holder, e) < 0)
		return e->code;
	if (body.n + name.n > LIMIT_RECORD_BYTES - (1u << 16))
		return err_set(e, ERR_LIMIT,
			"byte %llu: policy of %zu bytes does not fit LIMIT_RECORD_BYTES (%u)",
			(unsigned long long)em->offset, body.n, LIMIT_RECORD_BYTES);
	record_encode(em->out, &r);
	return 0;
}

int azure_emit_document(struct azure_emit *em, enum record_layer layer, struct str holder,
	struct str name, const char *member, const struct json_value *v, struct err *e)
{
	return azure_emit_text(em, layer, holder, name,
		arena_printf(em->arena, "{\"tenantId\":\"%.*s\",\"%s\":%.*s}",
			STR_ARG(em->tenant), member, STR_ARG(json_text(em->json, v))),
		e);
}

int azure_emit_tags(struct azure_emit *em, const struct json_value *v,
	struct record_entity *entity, struct err *e)
{
	struct json_iter it = json_iterate(v);
	const struct json_value *child;
	struct record_pair *pairs;
	struct str name;

	entity->tags_known = true;
	if (!v || json_type(v) != JSON_OBJECT)
		return 0;
	if (it.left > LIMIT_RECORD_PAIRS)
		return err_set(e, ERR_LIMIT,
			"byte %llu: %zu tags are more than LIMIT_RECORD_PAIRS (%u)",
			(unsigned long long)json_offset(em->json, v), it.left,
			LIMIT_RECORD_PAIRS);
	pairs = ARENA_NEW_ARRAY(em->arena, struct record_pair, it.left + 1);
	while (json_next(&it, &name, &child)) {
		struct str value = json_type(child) == JSON_STRING
					   ? json_string(child)
					   : json_text(em->json, child);

		pairs[entity->tag_count++] = (struct record_pair){ name, value };
	}
	entity->tags = pairs;
	return 0;
}

const struct json_value *azure_emit_property(const struct json_value *v, const char *name)
{
	const struct json_value *below = json_get(json_get(v, "properties"), name);

	return below ? below : json_get(v, name);
}

struct str azure_emit_string(const struct json_value *v, const char *name)
{
	const struct json_value *value = azure_emit_property(v, name);

	return value && json_type(value) == JSON_STRING ? json_string(value)
							: (struct str){ 0 };
}

int64_t azure_emit_date(const struct json_value *v, const char *name)
{
	int64_t out = 0;

	return timestamp_parse(azure_emit_string(v, name), &out) ? out : 0;
}

void azure_emit_attribute(
	struct azure_emit_attributes *a, const char *name, struct str value)
{
	assert(a->count < AZURE_EMIT_ATTRIBUTES);
	if (value.n > 0)
		a->pairs[a->count++] = (struct record_pair){ str_from(name), value };
}
