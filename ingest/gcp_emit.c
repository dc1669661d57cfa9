#include "ingest/gcp_emit.h"

#include <assert.h>

#include "base/limits.h"
#include "ingest/gcp_member.h"
#include "ingest/gcp_name.h"
#include "ingest/gcp_workload.h"
#include "ingest/timestamp.h"

/* "projects/p/", "organizations/34/" in a path of directories: the innermost ones. */
static struct str path_part(struct str path, struct str collection)
{
	struct str found = { 0 };
	size_t at = 0;

	while (at < path.n) {
		size_t end = str_find_char(path, '/', at);
		struct str rest = str_skip(path, end + 1);

		if (str_eq(str_head(str_skip(path, at), end - at), collection) &&
			str_find_char(rest, '/', 0) < rest.n)
			found = str_head(rest, str_find_char(rest, '/', 0));
		at = end + 1;
	}
	return found;
}

static void emit_init(struct gcp_emit *em, const struct decoder_batch *batch,
	struct buf *out, struct arena *arena)
{
	struct str hint = batch->context.hint, path = batch->context.path;
	const struct str own = STR_LIT("gcp:");

	*em = (struct gcp_emit){ .out = out,
		.arena = arena,
		.batch = batch,
		.context = &batch->context,
		.format = batch->format->name,
		.project = path_part(path, STR_LIT("projects")),
		.organization = path_part(path, STR_LIT("organizations")) };
	if (!str_starts(hint, own))
		return;
	hint = str_skip(hint, own.n);
	if (str_starts(hint, STR_LIT("organizations/"))) {
		if (em->organization.n == 0)
			em->organization = gcp_name_last(hint);
	} else if (em->project.n == 0) {
		em->project = hint;
	}
}

static int visit_piece(struct gcp_emit *em, const struct decoder_piece *piece,
	gcp_emit_visit *visit, struct err *e)
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

int gcp_emit_pieces(const struct decoder_batch *batch, struct buf *out,
	gcp_emit_visit *visit, struct err *e)
{
	const struct decoder_piece *pieces =
		VEC_DATA(&batch->pieces, struct decoder_piece);
	size_t count = VEC_COUNT(&batch->pieces, struct decoder_piece);
	struct arena arena;
	struct gcp_emit em;
	int rc = 0;

	arena_init(&arena, ARENA_UNLIMITED);
	emit_init(&em, batch, out, &arena);
	intern_init(&em.told);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = visit_piece(&em, &pieces[i], visit, e);
	intern_release(&em.told);
	arena_release(&arena);
	return rc;
}

bool gcp_emit_first(struct gcp_emit *em, struct str text)
{
	uint32_t count = intern_count(&em->told);

	return intern_add(&em->told, text) == count;
}

bool gcp_emit_first_here(struct gcp_emit *em, struct str text)
{
	return gcp_emit_first(
		em, arena_printf(em->arena, "%.*s\n%.*s\n%.*s", STR_ARG(em->scope),
			    STR_ARG(em->part), STR_ARG(text)));
}

/* --- scopes --- */

static struct record_source source_of(const struct gcp_emit *em)
{
	return (struct record_source){ em->context->path, em->offset };
}

static void write_scope(struct gcp_emit *em, struct str parent)
{
	struct record r = { .type = RECORD_SCOPE,
		.part = em->part,
		.scope = { .id = em->scope,
			.key = em->container,
			.parent = parent,
			.format = str_from(em->format) } };

	record_encode(em->out, &r);
}

static void write_entity(struct gcp_emit *em, struct record_entity entity)
{
	struct record r = { .type = RECORD_ENTITY, .part = em->part, .entity = entity };

	r.entity.scope = em->scope;
	r.entity.source = source_of(em);
	if (r.entity.kind.n == 0)
		r.entity.kind = gcp_name_kind(entity.key, em->arena);
	if (r.entity.parent.n == 0 && !str_eq(entity.key, em->container))
		r.entity.parent = em->container;
	record_encode(em->out, &r);
}

struct str gcp_emit_container(struct gcp_emit *em, struct str path)
{
	return arena_printf(em->arena, GCP_NAME_CONTAINERS "%.*s", STR_ARG(path));
}

static void open_scope(
	struct gcp_emit *em, struct str id, struct str container, struct str part)
{
	struct str scope = arena_printf(em->arena, "gcp:%.*s", STR_ARG(id));

	if (str_eq(em->scope, scope) && str_eq(em->part, part))
		return;
	em->scope = scope;
	em->container = container;
	em->part = part;
	if (!gcp_emit_first_here(em, scope))
		return;
	write_scope(em, (struct str){ 0 });
	write_entity(em, (struct record_entity){
				 .key = em->container, .flags = ENTITY_CONTAINER });
}

void gcp_emit_open_project(struct gcp_emit *em, struct str project)
{
	struct str path = arena_printf(em->arena, "projects/%.*s", STR_ARG(project));

	open_scope(em, arena_copy(em->arena, project), gcp_emit_container(em, path),
		(struct str){ 0 });
}

static void open_part(struct gcp_emit *em, struct str number, struct str part)
{
	struct str path = arena_printf(em->arena, "organizations/%.*s", STR_ARG(number));

	open_scope(em, path, gcp_emit_container(em, path), part);
	/* it has no ceilings but boundaries and denies, which are told apart */
	if (gcp_emit_first_here(em, STR_LIT("ceilings")))
		gcp_emit_coverage(em, STR_LIT("organization-policies"), (struct str){ 0 },
			COVERAGE_GOT, (struct str){ 0 });
}

void gcp_emit_open_part_of(struct gcp_emit *em, struct str project)
{
	struct str path = arena_printf(em->arena, "projects/%.*s", STR_ARG(project));
	struct str id = arena_printf(em->arena, "gcp:%.*s", STR_ARG(project));

	if (!str_eq(em->scope, id))
		open_scope(em, arena_copy(em->arena, project),
			gcp_emit_container(em, path),
			em->part.n > 0 ? em->part : em->scope);
}

void gcp_emit_open_organization(struct gcp_emit *em, struct str number)
{
	open_part(em, number, (struct str){ 0 });
}

void gcp_emit_open_above(struct gcp_emit *em, struct str number)
{
	open_part(em, number, em->part.n > 0 ? em->part : em->scope);
}

int gcp_emit_open_folder(struct gcp_emit *em, struct str folder, struct str number,
	const struct json_value *v, struct err *e)
{
	struct str part = arena_printf(em->arena, "gcp:folders/%.*s", STR_ARG(folder));

	if (number.n == 0)
		return gcp_emit_open_directory(em, part, v, e);
	open_part(em, number, part);
	return 0;
}

void gcp_emit_open_role(struct gcp_emit *em, struct str name)
{
	open_scope(em, STR_LIT("roles"), STR_LIT("//iam.googleapis.com/roles"),
		arena_copy(em->arena, name));
	if (!gcp_emit_first(em, STR_LIT("identities of roles")))
		return;
	/* nobody is in it, and nothing in it has a policy of its own */
	gcp_emit_coverage(em, STR_LIT("identities"), (struct str){ 0 }, COVERAGE_GOT,
		(struct str){ 0 });
	gcp_emit_coverage(em, STR_LIT("policies"), (struct str){ 0 }, COVERAGE_GOT,
		(struct str){ 0 });
}

void gcp_emit_parent(struct gcp_emit *em, struct str organization)
{
	struct str parent =
		arena_printf(em->arena, "gcp:organizations/%.*s", STR_ARG(organization));

	if (!gcp_emit_first_here(em, parent))
		return;
	write_scope(em, parent);
	gcp_emit_coverage(em, STR_LIT("organization"), (struct str){ 0 }, COVERAGE_GOT,
		(struct str){ 0 });
}

int gcp_emit_open_home(struct gcp_emit *em, const struct json_value *v, struct err *e)
{
	if (em->project.n > 0)
		gcp_emit_open_project(em, em->project);
	else if (em->organization.n > 0)
		gcp_emit_open_organization(em, em->organization);
	else
		return json_fail(em->json, v, e,
			"which project this belongs to is not said: expected a name that "
			"says it, an answer of 'gcloud projects describe' in this "
			"directory or above, or a directory 'projects/ID'");
	return 0;
}

int gcp_emit_open_directory(
	struct gcp_emit *em, struct str part, const struct json_value *v, struct err *e)
{
	if (em->organization.n == 0) {
		if (gcp_emit_open_home(em, v, e) < 0)
			return e->code;
		open_scope(
			em, str_skip(em->scope, STR_LIT("gcp:").n), em->container, part);
		return 0;
	}
	open_part(em, em->organization, part);
	return 0;
}

int gcp_emit_open_name(
	struct gcp_emit *em, struct str name, const struct json_value *v, struct err *e)
{
	struct gcp_name full;
	struct str path = name, part;

	if (gcp_name_parse(&full, name))
		path = full.path;
	part = gcp_name_part(path, STR_LIT("projects"));
	if (part.n > 0 && !str_eq(part, STR_LIT("_")) && !str_eq(part, STR_LIT("-"))) {
		gcp_emit_open_project(em, part);
		return 0;
	}
	part = gcp_name_part(path, STR_LIT("organizations"));
	if (part.n > 0) {
		gcp_emit_open_organization(em, part);
		return 0;
	}
	part = gcp_name_part(path, STR_LIT("folders"));
	if (part.n > 0)
		return gcp_emit_open_folder(em, part, (struct str){ 0 }, v, e);
	return gcp_emit_open_home(em, v, e);
}

static void write_alias(struct gcp_emit *em, struct record_alias alias)
{
	struct record r = { .type = RECORD_ALIAS, .alias = alias };

	r.alias.source = source_of(em);
	record_encode(em->out, &r);
}

void gcp_emit_number(struct gcp_emit *em, struct str project, struct str number)
{
	static const char *const groups[] = { GCP_MEMBER_OWNER, GCP_MEMBER_EDITOR,
		GCP_MEMBER_VIEWER };

	if (!gcp_emit_first(em, arena_printf(em->arena, "%.*s is %.*s", STR_ARG(project),
					STR_ARG(number))))
		return;
	write_alias(em,
		(struct record_alias){
			.scope = arena_printf(em->arena, "gcp:%.*s", STR_ARG(project)),
			.key = arena_printf(em->arena,
				GCP_NAME_CONTAINERS "projects/%.*s", STR_ARG(project)),
			.name = arena_printf(em->arena,
				GCP_NAME_CONTAINERS "projects/%.*s", STR_ARG(number)),
			.other = arena_printf(em->arena, "gcp:%.*s", STR_ARG(number)) });
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		write_alias(
			em, (struct record_alias){ .scope = arena_printf(em->arena,
							   "gcp:%.*s", STR_ARG(project)),
				    .key = arena_printf(em->arena, "gcp:%s%.*s",
					    groups[i], STR_ARG(project)),
				    .name = arena_printf(em->arena, "gcp:%s%.*s",
					    groups[i], STR_ARG(number)) });
}

void gcp_emit_alias(struct gcp_emit *em, struct str name, struct str key)
{
	write_alias(em,
		(struct record_alias){ .scope = em->scope, .key = key, .name = name });
}

/* --- facts --- */

static int check_key(struct gcp_emit *em, struct str key, struct err *e)
{
	if (key.n > 0 && key.n <= LIMIT_KEY_BYTES)
		return 0;
	if (key.n == 0)
		return err_set(e, ERR_FORMAT, "byte %llu: expected a name, found ''",
			(unsigned long long)em->offset);
	return err_set(e, ERR_LIMIT,
		"byte %llu: name of %zu bytes is longer than LIMIT_KEY_BYTES (%u)",
		(unsigned long long)em->offset, key.n, LIMIT_KEY_BYTES);
}

int gcp_emit_entity(struct gcp_emit *em, struct record_entity entity, struct err *e)
{
	int rc = check_key(em, entity.key, e);

	if (rc == 0)
		write_entity(em, entity);
	return rc;
}

int gcp_emit_relation(struct gcp_emit *em, struct str from,
	enum record_relation_type type, struct str to, struct err *e)
{
	struct record r = { .type = RECORD_RELATION,
		.part = em->part,
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

int gcp_emit_document(struct gcp_emit *em, enum record_layer layer, struct str holder,
	struct str name, struct str body, struct err *e)
{
	struct record r = { .type = RECORD_DOCUMENT,
		.part = em->part,
		.document = { .scope = em->scope,
			.holder = holder,
			.name = name,
			.dialect = STR_LIT("gcp"),
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

void gcp_emit_coverage(struct gcp_emit *em, struct str what, struct str subject,
	enum coverage_state state, struct str detail)
{
	struct record r = { .type = RECORD_COVERAGE,
		.part = em->part,
		.coverage = { .scope = em->scope,
			.what = what,
			.subject = subject,
			.detail = detail,
			.state = state,
			.source = source_of(em) } };

	record_encode(em->out, &r);
}

int gcp_emit_allow_policy(struct gcp_emit *em, struct str holder,
	const struct json_value *policy, struct err *e)
{
	int rc = gcp_emit_document(em, LAYER_RESOURCE, holder, STR_LIT("allow policy"),
		json_text(em->json, policy), e);

	if (rc == 0)
		rc = gcp_workload_named(em, holder, policy, e);
	if (rc == 0)
		gcp_emit_coverage(em,
			arena_printf(em->arena, "resource-policy:%.*s",
				STR_ARG(gcp_name_kind(holder, em->arena))),
			holder, COVERAGE_GOT, (struct str){ 0 });
	return rc;
}

int gcp_emit_labels(struct gcp_emit *em, const struct json_value *v,
	struct record_entity *entity, struct err *e)
{
	struct json_iter it = json_iterate(v);
	const struct json_value *child;
	struct record_pair *pairs;
	struct str name;
	int rc = 0;

	if (!v)
		return 0;
	if (json_type(v) != JSON_OBJECT)
		return json_fail(em->json, v, e, "expected labels (an object), found %s",
			json_type_name(json_type(v)));
	if (it.left > LIMIT_RECORD_PAIRS)
		return err_set(e, ERR_LIMIT,
			"byte %llu: %zu labels are more than LIMIT_RECORD_PAIRS (%u)",
			(unsigned long long)json_offset(em->json, v), it.left,
			LIMIT_RECORD_PAIRS);
	pairs = ARENA_NEW_ARRAY(em->arena, struct record_pair, it.left + 1);
	while (rc == 0 && json_next(&it, &name, &child)) {
		rc = json_want_type(em->json, child, JSON_STRING, e);
		if (rc == 0)
			pairs[entity->tag_count++] =
				(struct record_pair){ name, json_string(child) };
	}
	entity->tags = pairs;
	return rc;
}

int gcp_emit_date(struct gcp_emit *em, const struct json_value *object, const char *name,
	int64_t *out, struct err *e)
{
	const struct json_value *v = json_get(object, name);

	*out = 0;
	if (!v)
		return 0;
	if (json_type(v) != JSON_STRING || !timestamp_parse(json_string(v), out))
		return json_fail(em->json, v, e, "expected a date, found %s",
			json_type_name(json_type(v)));
	return 0;
}

const struct json_value *gcp_emit_either(
	const struct json_value *v, const char *camel, const char *snake)
{
	const struct json_value *found = json_get(v, camel);

	return found ? found : json_get(v, snake);
}

int gcp_emit_want_either(struct gcp_emit *em, const struct json_value *v,
	const char *camel, const char *snake, struct str *out, struct err *e)
{
	return json_want_string(em->json, v, json_get(v, camel) ? camel : snake, out, e);
}

struct str gcp_emit_at(const struct json_value *v, const char *path)
{
	struct str rest = str_from(path);
	char name[64];

	while (v && rest.n > 0) {
		size_t dot = str_find_char(rest, '.', 0);

		assert(dot < sizeof(name));
		memcpy(name, rest.p, dot);
		name[dot] = '\0';
		v = json_get(v, name);
		rest = str_skip(rest, dot + 1);
	}
	return v && json_type(v) == JSON_STRING ? json_string(v) : (struct str){ 0 };
}

void gcp_emit_attribute(struct gcp_emit_attributes *a, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	assert(a->count < GCP_EMIT_ATTRIBUTES);
	a->pairs[a->count++] = (struct record_pair){ str_from(name), value };
}
