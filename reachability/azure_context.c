/*
 * azure_context.c - the attributes that conditions of role assignments ask for, from what
 * we know of the resource.
 *
 * Names of storage are in the resource's key; everything else the request, the
 * directory or the content decides.
 *
 * Source: https://learn.microsoft.com/azure/storage/blobs/storage-auth-abac-attributes,
 * https://learn.microsoft.com/azure/role-based-access-control/conditions-authorization-actions-attributes
 */
#include "reachability/azure_anonymous.h"
#include "reachability/azure_naming.h"
#include "reachability/azure_provider.h"
#include "reachability/azure_roles.h"
#include "reachability/missing.h"
#include "reachability/pattern.h"
#include "reachability/subject.h"

static const struct {
	const char *key;
	const char *type; /* of the key's part that has the value */
	bool rest;        /* all that follows, not one segment */
} attributes[] = {
	{ "@Resource[Microsoft.Storage/storageAccounts:name]", "storageaccounts", false },
	{ "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]",
		"containers", false },
	{ "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path]",
		"blobs", true },
	{ "@Resource[Microsoft.Storage/storageAccounts/queueServices/queues:name]",
		"queues", false },
};

static bool is_whole(struct str value)
{
	return value.n > 0 && pattern_literal_size(value) == value.n;
}

static void fact_one(struct condition_fact *out, struct str value, struct arena *arena)
{
	struct str *values = ARENA_NEW(arena, struct str);

	*values = value;
	out->knowledge = CONDITION_KNOWN;
	out->values = values;
	out->value_count = 1;
}

/*
 * How an owner of an application comes to it: as a person, or as a service principal that
 * Application.ReadWrite.OwnedBy permits to.
 */
static bool fact_of_owner(struct world *w, const struct subject *subject, struct str key,
	struct condition_fact *out, struct arena *arena)
{
	struct segment *s;
	node_id n;
	struct err e;

	if (!str_eq(key, STR_LIT("@Owner[is]")))
		return false;
	if (subject_holder(&n, w, subject->node, &e) < 0)
		n = subject->node;
	s = world_node_segment(w, n);
	if (str_eq(world_node_kind(w, n), STR_LIT("azure:entra:user"))) {
		fact_one(out, STR_LIT("person"), arena);
	} else if (world_attribute(w, n, STR_LIT("manages_owned")).n > 0) {
		fact_one(out, STR_LIT("permitted"), arena);
	} else if (world_attribute(w, n, STR_LIT("graph_permissions")).n > 0 ||
		   (s && missing_covered(
				 s, COVERAGE_GOT, STR_LIT("application-permissions")))) {
		fact_one(out, STR_LIT("nobody"), arena);
	} else {
		out->knowledge = CONDITION_UNCOLLECTED;
		out->scope = world_node(w, n)->account;
		out->what = arena_printf(arena,
			"whether '%.*s' has the permission Application.ReadWrite.OwnedBy "
			"was not collected",
			STR_ARG(world_node_name(w, n)));
	}
	return true;
}

/* The roles of the user whose password is to be set. */
static bool fact_of_roles(struct world *w, const struct object *object, struct str key,
	struct condition_fact *out, struct arena *arena)
{
	struct buf held = { 0 };
	struct str *values;
	bool whole;
	struct err e;

	if (!str_eq(key, STR_LIT("@Resource[Roles]")))
		return false;
	if (azure_roles_held(&held, &whole, w, object->node, &e) < 0)
		whole = false;
	values = arena_alloc(arena, held.n + sizeof(*values));
	if (held.n > 0)
		memcpy(values, held.p, held.n);
	out->knowledge = whole ? CONDITION_KNOWN : CONDITION_UNCOLLECTED;
	out->multivalued = true;
	out->values = values;
	out->value_count = (uint32_t)VEC_COUNT(&held, struct str);
	out->scope = object->n->account;
	out->what = arena_printf(arena,
		"which roles of the directory '%.*s' holds was not collected",
		STR_ARG(world_node_name(w, object->node)));
	buf_release(&held);
	return true;
}

/* Values that the question gives. */
static bool fact_of_question(
	struct world *w, struct str key, struct condition_fact *out, struct arena *arena)
{
	const struct world_context *c = world_context(w);
	struct str *values = ARENA_NEW_ARRAY(arena, struct str, c->count + 1u);

	for (uint32_t i = 0; i < c->count; i++) {
		if (str_eq_fold(c->keys[i], key))
			values[out->value_count++] = c->values[i];
	}
	out->values = values;
	if (out->value_count > 0)
		out->knowledge = CONDITION_KNOWN;
	return out->value_count > 0;
}

void azure_context_look_up(struct world *w, const struct subject *subject,
	const struct object *object, struct str key, struct condition_fact *out,
	struct arena *arena)
{
	*out = (struct condition_fact){ .knowledge = CONDITION_OPEN };
	if (fact_of_question(w, key, out, arena) ||
		fact_of_owner(w, subject, key, out, arena) ||
		fact_of_roles(w, object, key, out, arena) ||
		azure_anonymous_fact(w, object, key, out, arena))
		return;
	if (str_starts(key, STR_LIT("@Request[Microsoft.Authorization/")) ||
		str_starts(key, STR_LIT("@Environment[UtcNow")))
		out->knowledge = CONDITION_PRESENT;
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		struct str *value;

		if (!str_eq_fold(key, str_from(attributes[i].key)))
			continue;
		value = ARENA_NEW(arena, struct str);
		*value =
			attributes[i].rest
				? azure_naming_rest(object->resource, attributes[i].type)
				: azure_naming_part(object->resource, attributes[i].type);
		out->knowledge = CONDITION_PRESENT;
		if (!is_whole(*value))
			return;
		out->knowledge = CONDITION_KNOWN;
		out->values = value;
		out->value_count = 1;
	}
}

struct str azure_context_check(struct str key, struct str value, struct arena *arena)
{
	(void)value;
	if (key.n > 0 && (key.p[0] == '@' || str_eq(key, STR_LIT("SubOperation")) ||
				 str_eq(key, STR_LIT("application"))))
		return (struct str){ 0 };
	return arena_printf(arena, "'%.*s' is no attribute of a condition", STR_ARG(key));
}
