#include "ingest/gcp_workload.h"

#include "ingest/gcp_member.h"
#include "ingest/gcp_name.h"

#define POOLS "iam.googleapis.com/projects/"

static const struct str cluster_domain = { ".svc.id.goog", 12 };

/* --- pools --- */

/* "iam.googleapis.com/projects/N/.../POOL" of a member's name; empty: it is of none. */
static struct str pool_of(struct str rest)
{
	struct str name = gcp_name_part(str_skip(rest, str_find_char(rest, '/', 0) + 1),
		STR_LIT("workloadIdentityPools"));

	if (!str_starts(rest, STR_LIT(POOLS)) || name.n == 0)
		return (struct str){ 0 };
	return str_head(rest, (size_t)(name.p + name.n - rest.p));
}

/* The pool itself, by the policies of its own project. */
static int emit_pool(struct gcp_emit *em, struct str pool, struct err *e)
{
	struct str number = str_skip(pool, STR_LIT(POOLS).n);
	struct record_entity entity = { .flags = ENTITY_IDENTITY };

	number = str_head(number, str_find_char(number, '/', 0));
	if (!str_eq(number, em->number) && !str_eq(number, str_skip(em->scope, 4)))
		return 0;
	entity.key = arena_printf(em->arena, "//%.*s", STR_ARG(pool));
	entity.name = gcp_name_last(pool);
	if (!gcp_emit_first_here(em, entity.key))
		return 0;
	return gcp_emit_entity(em, entity, e);
}

/* The subject, so that others find it by the pool. */
static int emit_subject(struct gcp_emit *em, struct str member, struct str pool,
	struct str rest, struct err *e)
{
	if (!str_starts(str_skip(rest, pool.n), STR_LIT("/subject/")))
		return 0;
	return gcp_emit_relation(em, member, RELATION_MEMBER_OF,
		arena_printf(em->arena, "principalSet://%.*s/*", STR_ARG(pool)), e);
}

/* A set that is named is in the pool as its subjects are. */
static int emit_set(
	struct gcp_emit *em, struct str member, struct str pool, struct err *e)
{
	struct str all = arena_printf(em->arena, "principalSet://%.*s/*", STR_ARG(pool));

	if (str_eq(member, all))
		return 0;
	return gcp_emit_relation(em, member, RELATION_MEMBER_OF, all, e);
}

/* --- accounts of clusters --- */

static struct str cluster_pool(struct gcp_emit *em, struct str pool)
{
	return arena_printf(em->arena,
		"//container.googleapis.com/projects/%.*s/workloadPools/%.*s",
		STR_ARG(str_head(pool, pool.n - cluster_domain.n)), STR_ARG(pool));
}

/* The pool of clusters, in the scope that is open. */
static int emit_cluster_pool(
	struct gcp_emit *em, struct str *key, struct str pool, struct err *e)
{
	*key = cluster_pool(em, pool);
	if (!gcp_emit_first_here(em, *key))
		return 0;
	return gcp_emit_entity(em,
		(struct record_entity){
			.key = *key, .name = arena_copy(em->arena, pool) },
		e);
}

/* "principal://.../POOL/subject/ns/NAMESPACE/sa/NAME", as gcp_member.h has it. */
static int emit_account(struct gcp_emit *em, struct str key, struct err *e)
{
	struct record_entity entity = { .key = key,
		.kind = STR_LIT("gcp:container:kubernetes-account"),
		.name = gcp_name_last(key),
		.flags = ENTITY_IDENTITY };
	struct str rest = str_skip(key, STR_LIT(GCP_MEMBER_POOLS).n), pool, from;
	int rc;

	pool = str_head(rest, str_find_char(rest, '/', 0));
	if (!str_ends(pool, cluster_domain) ||
		!gcp_name_is_project(str_head(pool, pool.n - cluster_domain.n)) ||
		!str_starts(str_skip(rest, pool.n), STR_LIT("/subject/ns/")))
		return 0;
	gcp_emit_open_part_of(em, str_head(pool, pool.n - cluster_domain.n));
	rc = emit_cluster_pool(em, &from, pool, e);
	if (rc < 0 || !gcp_emit_first_here(em, key))
		return rc;
	rc = gcp_emit_entity(em, entity, e);
	return rc < 0 ? rc : gcp_emit_relation(em, from, RELATION_CARRIES, key, e);
}

int gcp_workload_cluster(
	struct gcp_emit *em, struct str cluster, struct str pool, struct err *e)
{
	struct str key;

	if (!str_ends(pool, cluster_domain) ||
		!gcp_name_is_project(str_head(pool, pool.n - cluster_domain.n)))
		return 0;
	if (emit_cluster_pool(em, &key, pool, e) < 0)
		return e->code;
	return gcp_emit_relation(em, cluster, RELATION_CARRIES, key, e);
}

/* --- accounts of services --- */

/* One that services of this very project act as. */
static int emit_agent(
	struct gcp_emit *em, struct str holder, struct str email, struct err *e)
{
	struct str domain = str_skip(email, str_find_char(email, '@', 0) + 1);
	struct str number = gcp_name_project_of(email);
	/* it is the provider's: nobody makes its tokens, whatever policies say */
	struct record_entity entity = { .flags = ENTITY_IDENTITY,
		.kind = STR_LIT("gcp:iam:service-agent"),
		.key = gcp_member_of_email(email, em->arena),
		.name = str_head(email, str_find_char(email, '@', 0)) };

	if (!str_eq(domain, STR_LIT("cloudservices.gserviceaccount.com")) &&
		!str_eq(domain, STR_LIT("cloudbuild.gserviceaccount.com")))
		return 0;
	if (em->number.n == 0 &&
		str_starts(holder, STR_LIT(GCP_NAME_CONTAINERS "projects/")))
		gcp_emit_open_part_of(em, number);
	else if (!str_eq(number, em->number) && !str_eq(number, str_skip(em->scope, 4)))
		return 0;
	if (!gcp_emit_first_here(em, entity.key))
		return 0;
	return gcp_emit_entity(em, entity, e);
}

int gcp_workload_holders(struct gcp_emit *em, struct str group, struct err *e)
{
	size_t mark = str_find_char(group, '#', 0);
	struct record_entity entity = { .key = group,
		.kind = STR_LIT("gcp:cloudresourcemanager:basic-role-holders"),
		.name = str_skip(group, STR_LIT("gcp:").n),
		.flags = ENTITY_GROUP };
	struct str known;

	if (!str_starts(group, STR_LIT("gcp:project")) || mark >= group.n ||
		!gcp_emit_first_here(em, group))
		return 0;
	known = arena_printf(em->arena, "%.*s%.*s", STR_ARG(str_head(group, mark)),
		STR_ARG(str_skip(group, mark + 1)));
	if (gcp_emit_entity(em, entity, e) < 0)
		return e->code;
	gcp_emit_coverage(em, STR_LIT("members"), group, COVERAGE_GOT, (struct str){ 0 });
	return gcp_emit_relation(em, known, RELATION_MEMBER_OF, group, e);
}

static int emit_named(
	struct gcp_emit *em, struct str holder, struct str written, struct err *e)
{
	struct gcp_member m = gcp_member_parse(written, em->arena);
	struct str rest, pool;
	int rc = 0;

	if (m.state != GCP_MEMBER_KNOWN)
		return 0;
	if (m.type == DOCUMENT_GROUP)
		return gcp_workload_holders(em, m.text, e);
	if (str_starts(m.text, STR_LIT(GCP_MEMBER_POOLS)))
		return emit_account(em, m.text, e);
	if (str_starts(written, STR_LIT("serviceAccount:")))
		return emit_agent(em, holder, gcp_name_last(m.text), e);
	rest = str_skip(written, str_find_char(written, '/', 0) + 2);
	pool = pool_of(rest);
	if (pool.n == 0)
		return 0;
	rc = str_starts(written, STR_LIT("principal://"))
		     ? emit_subject(em, written, pool, rest, e)
		     : emit_set(em, written, pool, e);
	return rc < 0 ? rc : emit_pool(em, pool, e);
}

int gcp_workload_named(struct gcp_emit *em, struct str holder,
	const struct json_value *policy, struct err *e)
{
	struct json_iter bindings = json_iterate(json_get(policy, "bindings")), members;
	const struct str scope = em->scope, container = em->container, part = em->part;
	const struct json_value *binding, *member;
	struct str none;
	int rc = 0;

	while (rc == 0 && json_next(&bindings, &none, &binding)) {
		if (json_type(binding) != JSON_OBJECT)
			continue;
		members = json_iterate(json_get(binding, "members"));
		while (rc == 0 && json_next(&members, &none, &member)) {
			if (json_type(member) == JSON_STRING)
				rc = emit_named(em, holder, json_string(member), e);
			em->scope = scope;
			em->container = container;
			em->part = part;
		}
	}
	return rc;
}
