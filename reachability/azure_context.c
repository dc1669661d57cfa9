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
#include "reachability/azure_naming.h"
#include "reachability/azure_provider.h"
#include "reachability/pattern.h"

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

void azure_context_look_up(struct world *w, const struct subject *subject,
	const struct object *object, struct str key, struct condition_fact *out,
	struct arena *arena)
{
	(void)w;
	(void)subject;
	*out = (struct condition_fact){ .knowledge = CONDITION_OPEN };
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
