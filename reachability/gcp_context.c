/*
 * gcp_context.c - the condition keys of Google Cloud that follow from what we know of
 * caller and resource.
 *
 * Source: https://cloud.google.com/iam/docs/conditions-attribute-reference and
 * https://cloud.google.com/iam/docs/conditions-resource-attributes
 */
#include "reachability/gcp_provider.h"

#include "base/date.h"
#include "reachability/gcp_naming.h"

static void fact_one(struct condition_fact *out, struct str value, struct arena *arena)
{
	struct str *v = ARENA_NEW(arena, struct str);

	*v = value;
	out->knowledge = CONDITION_KNOWN;
	out->values = v;
	out->value_count = 1;
}

static bool is_bucket(struct str key)
{
	return str_starts(key, STR_LIT("//storage.googleapis.com/"));
}

/* What follows the service: "projects/p/secrets/s". */
static struct str relative_name(struct str key)
{
	return str_skip(key, str_find_char(key, '/', 2) + 1);
}

static struct str service_of(struct str key)
{
	return str_head(str_skip(key, 2), str_find_char(key, '/', 2) - 2);
}

/*
 * Services whose resources have a name and a type in conditions. Of others a condition
 * that reads these does not hold.
 */
static const struct {
	const char *kind, *type;
} types[] = {
	{ "gcp:storage:bucket", "storage.googleapis.com/Bucket" },
	{ "gcp:compute:instance", "compute.googleapis.com/Instance" },
	{ "gcp:compute:disk", "compute.googleapis.com/Disk" },
	{ "gcp:compute:image", "compute.googleapis.com/Image" },
	{ "gcp:compute:snapshot", "compute.googleapis.com/Snapshot" },
	{ "gcp:compute:instance-template", "compute.googleapis.com/InstanceTemplate" },
	{ "gcp:secretmanager:secret", "secretmanager.googleapis.com/Secret" },
	{ "gcp:cloudkms:key-ring", "cloudkms.googleapis.com/KeyRing" },
	{ "gcp:cloudkms:crypto-key", "cloudkms.googleapis.com/CryptoKey" },
	{ "gcp:bigquery:dataset", "bigquery.googleapis.com/Dataset" },
	{ "gcp:bigquery:table", "bigquery.googleapis.com/Table" },
	{ "gcp:bigquery:routine", "bigquery.googleapis.com/Routine" },
	{ "gcp:bigquery:model", "bigquery.googleapis.com/Model" },
	{ "gcp:spanner:instance", "spanner.googleapis.com/Instance" },
	{ "gcp:spanner:database", "spanner.googleapis.com/Database" },
	{ "gcp:bigtableadmin:instance", "bigtableadmin.googleapis.com/Instance" },
	{ "gcp:bigtableadmin:table", "bigtableadmin.googleapis.com/Table" },
	{ "gcp:sqladmin:instance", "sqladmin.googleapis.com/Instance" },
	{ "gcp:container:cluster", "container.googleapis.com/Cluster" },
	{ "gcp:cloudresourcemanager:project",
		"cloudresourcemanager.googleapis.com/Project" },
	{ "gcp:logging:log-bucket", "logging.googleapis.com/LogBucket" },
	{ "gcp:dataform:repository", "dataform.googleapis.com/Repository" },
};

static struct str type_of(const struct object *o)
{
	struct str kind =
		o->kind != CATALOG_NONE ? catalog_kind_name(o->kind) : (struct str){ 0 };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (str_eq(kind, str_from(types[i].kind)))
			return str_from(types[i].type);
	}
	return (struct str){ 0 };
}

/* Of what is in a bucket, or the bucket itself; of many things, none is known. */
static void fact_in_bucket(const struct object *o, struct str key,
	struct condition_fact *out, struct arena *arena)
{
	const struct str head = STR_LIT("//storage.googleapis.com/");
	struct str name = o->resource;

	if (!is_bucket(o->n->key))
		return;
	out->knowledge = CONDITION_PRESENT;
	if (str_find_char(name, '*', 0) < name.n || !str_starts(name, head))
		return;
	if (str_eq(key, STR_LIT("storage:resource.name")))
		name = arena_printf(arena, "projects/_/buckets/%.*s",
			STR_ARG(str_skip(name, head.n)));
	fact_one(out, name, arena);
}

/*
 * "resource.name" asks about names outside buckets, "storage:resource.name" and
 * "storage:key" about what is in them: conditions are made so (ingest).
 */
static bool fact_of_resource(const struct object *o, struct str key,
	struct condition_fact *out, struct arena *arena)
{
	struct str object = o->n->key, type = type_of(o);

	if (str_starts(key, STR_LIT("storage:"))) {
		fact_in_bucket(o, key, out, arena);
		return true;
	}
	if (str_eq(key, STR_LIT("resource.service"))) {
		if (type.n > 0)
			fact_one(out, service_of(object), arena);
		return true;
	}
	if (str_eq(key, STR_LIT("resource.type"))) {
		if (type.n > 0)
			fact_one(out, type, arena);
		return true;
	}
	if (str_eq(key, STR_LIT("resource.name"))) {
		if (!is_bucket(object) && type.n > 0)
			fact_one(out, relative_name(object), arena);
		return true;
	}
	return false;
}

/*
 * Tags hang on resources and are inherited from containers; labels are none. They are in
 * no input that is read.
 */
static bool fact_of_tag(const struct object *o, struct str key,
	struct condition_fact *out, struct arena *arena)
{
	if (!str_starts(key, STR_LIT("resource.tag")))
		return false;
	out->knowledge = CONDITION_UNCOLLECTED;
	out->scope = o->n->account;
	out->what = arena_printf(
		arena, "tags of '%.*s' were not collected", STR_ARG(o->n->key));
	return true;
}

/* https://cloud.google.com/iam/docs/principal-access-boundary-policies#conditions */
static bool fact_of_principal(const struct subject *s, struct str key,
	struct condition_fact *out, struct arena *arena)
{
	struct str h = s->h->key;

	if (str_eq(key, STR_LIT("principal.type"))) {
		if (gcp_naming_is_account(h))
			fact_one(
				out, STR_LIT("iam.googleapis.com/ServiceAccount"), arena);
		else if (gcp_naming_is_user(h))
			fact_one(out, STR_LIT("iam.googleapis.com/WorkspaceIdentity"),
				arena);
		else if (str_starts(
				 h, STR_LIT("principal://iam.googleapis.com/locations/")))
			fact_one(out, STR_LIT("iam.googleapis.com/WorkforcePoolIdentity"),
				arena);
		else if (gcp_naming_is_subject(h))
			fact_one(out, STR_LIT("iam.googleapis.com/WorkloadPoolIdentity"),
				arena);
		return true;
	}
	if (str_eq(key, STR_LIT("principal.subject"))) {
		if (gcp_naming_is_account(h))
			fact_one(out, gcp_naming_part(h, "serviceAccounts"), arena);
		else if (gcp_naming_is_user(h))
			fact_one(out, str_skip(h, STR_LIT("gcp:user:").n), arena);
		return true;
	}
	return false;
}

void gcp_provider_look_up(struct world *w, const struct subject *subject,
	const struct object *object, struct str key, struct condition_fact *out,
	struct arena *arena)
{
	const struct world_context *c = world_context(w);
	struct str *values;
	uint32_t count = 0;

	*out = (struct condition_fact){ .knowledge = CONDITION_MISSING };
	values = ARENA_NEW_ARRAY(arena, struct str, c->count + 1u);
	for (uint32_t i = 0; i < c->count; i++) {
		if (str_eq(c->keys[i], key))
			values[count++] = c->values[i];
	}
	if (count > 0) {
		out->knowledge = CONDITION_KNOWN;
		out->values = values;
		out->value_count = count;
		return;
	}
	if (fact_of_resource(object, key, out, arena) ||
		fact_of_tag(object, key, out, arena) ||
		fact_of_principal(subject, key, out, arena))
		return;
	out->knowledge = str_starts(key, STR_LIT("request.time")) ? CONDITION_PRESENT
								  : CONDITION_OPEN;
}

/* Attributes of a request, or of an API: "iam.googleapis.com/modifiedGrantsByRole". */
static bool is_attribute(struct str key)
{
	static const char *const heads[] = { "request.", "resource.", "principal.",
		"destination.", "storage:", "assertion.", "attribute.", "google." };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (str_starts(key, str_from(heads[i])))
			return true;
	}
	return str_contains_fold(key, STR_LIT(".googleapis.com/"));
}

struct str gcp_provider_check_key(struct str key, struct str value, struct arena *arena)
{
	struct date date;

	if (!is_attribute(key))
		return arena_printf(
			arena, "there is no condition key '%.*s'", STR_ARG(key));
	if (str_eq(key, STR_LIT("request.time")) && !date_parse(&date, value))
		return arena_printf(arena, "'%.*s': expected a date, found '%.*s'",
			STR_ARG(key), STR_ARG(str_head(value, 128)));
	return (struct str){ 0 };
}
