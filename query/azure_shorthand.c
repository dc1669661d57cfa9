#include "query/azure_shorthand.h"

static const struct {
	const char *word, *kind;
} kinds[] = {
	{ "kv", "azure:keyvault:vault" },
	{ "keyvault", "azure:keyvault:vault" },
	{ "sp", "azure:entra:service-principal" },
	{ "app", "azure:entra:application" },
	{ "au", "azure:entra:administrative-unit" },
	{ "tenant", "azure:entra:tenant" },
	{ "rg", "azure:resources:resource-group" },
	{ "sub", "azure:resources:subscription" },
	{ "mg", "azure:management:management-group" },
	{ "mi", "azure:managedidentity:identity" },
	{ "storage", "azure:storage:account" },
	{ "vmss", "azure:compute:vm-scale-set" },
	{ "aks", "azure:containerservice:managed-cluster" },
	{ "acr", "azure:containerregistry:registry" },
};

static bool starts_fold(struct str s, const char *prefix)
{
	struct str want = str_from(prefix);

	return s.n >= want.n && str_eq_fold(str_head(s, want.n), want);
}

static struct str lower(struct str s, struct arena *arena)
{
	char *out = arena_alloc(arena, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		out[i] = str_lower_char(s.p[i]);
	return (struct str){ out, s.n };
}

/* "azure:TENANT" or "azure:TENANT/OBJECT": ids of 36 characters. */
static bool is_directory_key(struct str word)
{
	struct str id = str_skip(word, 6);

	return starts_fold(word, "azure:") && id.n >= 36 && id.p[8] == '-' &&
	       id.p[13] == '-' && (id.n == 36 || id.p[36] == '/');
}

struct str azure_shorthand_management(struct str word, struct arena *arena)
{
	if (!starts_fold(word, "/providers/microsoft.management/managementgroups/"))
		return (struct str){ 0 };
	return arena_printf(arena, "azure:*%.*s", STR_ARG(lower(word, arena)));
}

struct str azure_shorthand_expand(struct str word, struct arena *arena)
{
	struct str rest = word, kind;
	size_t slash;

	if (starts_fold(word, "/subscriptions/") ||
		starts_fold(word, "/providers/microsoft.") || is_directory_key(word))
		return lower(word, arena);
	if (starts_fold(word, "azure:"))
		rest = str_skip(word, 6);
	slash = str_find_char(rest, '/', 0);
	kind = str_head(rest, slash);
	for (size_t i = 0; slash < rest.n && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_eq_fold(kind, str_from(kinds[i].word)))
			return arena_printf(arena, "%s%.*s", kinds[i].kind,
				STR_ARG(str_skip(rest, slash)));
	}
	return word;
}
