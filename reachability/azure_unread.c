#include "reachability/azure_unread.h"

#include "reachability/azure_unit.h"
#include "reachability/missing.h"

/* One object of a directory that an input has. */
struct object_of {
	struct world *w;
	node_id n;
	struct segment *s;
	entity_id id;
	struct str kind;
};

static bool is_kind(const struct object_of *o, const char *kind)
{
	return str_eq(o->kind, str_from(kind));
}

static struct str attribute(const struct object_of *o, const char *name)
{
	return world_attribute(o->w, o->n, str_from(name));
}

/* Whether the input has it of this very object. */
static bool is_read_of(const struct object_of *o, const char *what, entity_id id)
{
	const struct segment_coverage *c = segment_coverages(o->s);
	bool got = false;

	for (uint32_t i = 0; i < segment_info(o->s)->coverage_count; i++) {
		if (!str_eq(segment_str(o->s, c[i].what), str_from(what)) ||
			!segment_coverage_has(o->s, i, id))
			continue;
		if (c[i].state != COVERAGE_GOT)
			return false;
		got = true;
	}
	return got;
}

/* The same, of an application by its application id too. */
static bool is_read(const struct object_of *o, const char *what)
{
	uint32_t count;
	const uint32_t *ids =
		segment_related(o->s, RELATION_CARRIES, false, o->id, &count);
	bool got = is_read_of(o, what, o->id);

	for (uint32_t i = 0; !got && is_kind(o, "azure:entra:application") && i < count;
		i++)
		got = is_read_of(o, what, ids[i]);
	return got;
}

static void add(expr *grants, const struct object_of *o, const char *format)
{
	struct world *w = o->w;
	struct str what =
		arena_printf(world_arena(w), format, STR_ARG(world_node_name(w, o->n)));

	*grants = expr_or(world_pool(w), *grants,
		world_unknown(w, world_node(w, o->n)->account, what, false));
}

/* Whether something that an input has holds the principal: compute, or an identity. */
static bool is_carried(const struct object_of *o)
{
	uint32_t count;
	const uint32_t *ids =
		segment_related(o->s, RELATION_CARRIES, true, o->id, &count);

	for (uint32_t i = 0; i < count; i++) {
		if (ids[i] >= segment_info(o->s)->entity_count ||
			!str_eq(segment_kind(o->s, segment_entity(o->s, ids[i])->kind),
				STR_LIT("azure:entra:application-id")))
			return true;
	}
	return false;
}

/* Whether the application that it is the service principal of was read. */
static bool has_application(const struct object_of *o)
{
	struct str app = attribute(o, "app_id"), key = world_node(o->w, o->n)->key;
	struct buf alias = { 0 };
	uint32_t count = 0;
	entity_id id;

	if (app.n == 0)
		return false;
	buf_printf(&alias, "%.*s/app-id/",
		STR_ARG(str_head(key, str_find_char(key, '/', 0))));
	for (size_t i = 0; i < app.n; i++)
		buf_add_char(&alias, str_lower_char(app.p[i]));
	id = segment_find(o->s, buf_str(&alias));
	if (id < segment_info(o->s)->entity_count)
		(void)segment_related(o->s, RELATION_CARRIES, true, id, &count);
	buf_release(&alias);
	return count > 0;
}

/* Managed identities belong to what carries them, all others to an application. */
static void principal_unread(expr *grants, const struct object_of *o)
{
	bool carried = is_carried(o);

	if (str_eq(attribute(o, "type"), STR_LIT("ManagedIdentity"))) {
		if (!carried)
			add(grants, o,
				"what carries the managed identity '%.*s' was not collected");
		return;
	}
	if (carried)
		return;
	if (!is_read(o, "owners"))
		add(grants, o, "owners of '%.*s' were not collected");
	/* that of another tenant is changed there */
	if (attribute(o, "external").n == 0 && !has_application(o))
		add(grants, o, "the application of '%.*s' was not collected");
}

/* An application to which users sign in may act in their name, with their consent. */
struct str azure_unread_users(struct world *w, node_id n, struct str kind)
{
	struct object_of o = { .w = w,
		.n = n,
		.s = world_node_segment(w, n),
		.id = world_node(w, n)->id,
		.kind = world_node_kind(w, n) };
	const char *format;

	if (!o.s || !is_kind(&o, "azure:entra:service-principal") ||
		!str_eq(kind, STR_LIT("azure:entra:user")))
		return (struct str){ 0 };
	if (attribute(&o, "acts_as_users").n > 0)
		format = "'%.*s' acts as every user who signs in to it";
	else if (str_eq(attribute(&o, "type"), STR_LIT("ManagedIdentity")) ||
		 is_carried(&o) ||
		 missing_covered(o.s, COVERAGE_GOT, STR_LIT("delegated-permissions")) ||
		 is_read_of(&o, "delegated-permissions", o.id))
		return (struct str){ 0 };
	else
		format = "whom users let '%.*s' act for was not collected";
	return arena_printf(world_arena(w), format, STR_ARG(world_node_name(w, n)));
}

int azure_unread(expr *grants, expr *denies, struct world *w, node_id n, struct err *e)
{
	const struct node *node = world_node(w, n);
	struct object_of o = { .w = w,
		.n = n,
		.s = world_node_segment(w, n),
		.id = node->id,
		.kind = world_node_kind(w, n) };

	if (!o.s || !str_starts(o.kind, STR_LIT("azure:entra:")))
		return 0;
	if (is_kind(&o, "azure:entra:service-principal"))
		principal_unread(grants, &o);
	else if ((is_kind(&o, "azure:entra:application") ||
			 is_kind(&o, "azure:entra:group")) &&
		 !is_read(&o, "owners"))
		add(grants, &o, "owners of '%.*s' were not collected");
	if (!missing_covered(o.s, COVERAGE_GOT, STR_LIT("directory-roles")))
		*grants = expr_or(world_pool(w), *grants,
			world_unknown(w, node->account,
				STR_LIT("role assignments of the directory were not "
					"collected"),
				false));
	return azure_unit_unread(grants, denies, w, n, e);
}
