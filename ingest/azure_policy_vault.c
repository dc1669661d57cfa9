/*
 * azure_policy_vault.c - access policies of a vault: which operations their permissions
 * are, and what they leave to nobody else.
 *
 * Where a vault has access policies they alone decide about its data, whatever roles say.
 * So the policies are grants, and everything of the vault's data is denied to everybody
 * but those whom a policy gives it.
 */
#include "catalog/catalog.h"
#include "ingest/azure_policy_priv.h"

/* Permissions in the words of access policies. */
static const struct {
	const char *sort, *word, *operation; /* behind "Microsoft.KeyVault/vaults/" */
} permissions[] = {
	{ "secrets", "get", "secrets/getSecret/action" },
	{ "secrets", "list", "secrets/readMetadata/action" },
	{ "secrets", "set", "secrets/setSecret/action" },
	{ "secrets", "set", "secrets/update/action" },
	{ "secrets", "delete", "secrets/delete" },
	{ "secrets", "backup", "secrets/backup/action" },
	{ "secrets", "restore", "secrets/restore/action" },
	{ "secrets", "recover", "secrets/recover/action" },
	{ "secrets", "purge", "secrets/purge/action" },
	{ "secrets", "all", "secrets/*" },
	{ "keys", "get", "keys/read" },
	{ "keys", "list", "keys/read" },
	{ "keys", "create", "keys/create/action" },
	{ "keys", "update", "keys/update/action" },
	{ "keys", "import", "keys/import/action" },
	{ "keys", "delete", "keys/delete" },
	{ "keys", "backup", "keys/backup/action" },
	{ "keys", "restore", "keys/restore/action" },
	{ "keys", "recover", "keys/recover/action" },
	{ "keys", "purge", "keys/purge/action" },
	{ "keys", "encrypt", "keys/encrypt/action" },
	{ "keys", "decrypt", "keys/decrypt/action" },
	{ "keys", "wrapkey", "keys/wrap/action" },
	{ "keys", "unwrapkey", "keys/unwrap/action" },
	{ "keys", "sign", "keys/sign/action" },
	{ "keys", "verify", "keys/verify/action" },
	{ "keys", "rotate", "keys/rotate/action" },
	{ "keys", "release", "keys/release/action" },
	{ "keys", "getrotationpolicy", "keyrotationpolicies/read" },
	{ "keys", "setrotationpolicy", "keyrotationpolicies/write" },
	{ "keys", "all", "key*" },
	{ "certificates", "get", "certificates/read" },
	{ "certificates", "list", "certificates/read" },
	{ "certificates", "create", "certificates/create/action" },
	{ "certificates", "import", "certificates/import/action" },
	{ "certificates", "update", "certificates/update/action" },
	{ "certificates", "delete", "certificates/delete" },
	{ "certificates", "recover", "certificates/recover/action" },
	{ "certificates", "backup", "certificates/backup/action" },
	{ "certificates", "restore", "certificates/restore/action" },
	{ "certificates", "purge", "certificates/purge/action" },
	{ "certificates", "managecontacts", "certificatecontacts/write" },
	{ "certificates", "manageissuers", "certificatecas/write" },
	{ "certificates", "setissuers", "certificatecas/write" },
	{ "certificates", "getissuers", "certificatecas/read" },
	{ "certificates", "listissuers", "certificatecas/read" },
	{ "certificates", "deleteissuers", "certificatecas/delete" },
	{ "certificates", "all", "certificate*" },
	{ "storage", "get", "storageaccounts/read" },
	{ "storage", "list", "storageaccounts/read" },
	{ "storage", "set", "storageaccounts/set/action" },
	{ "storage", "update", "storageaccounts/set/action" },
	{ "storage", "delete", "storageaccounts/delete" },
	{ "storage", "backup", "storageaccounts/backup/action" },
	{ "storage", "restore", "storageaccounts/restore/action" },
	{ "storage", "recover", "storageaccounts/recover/action" },
	{ "storage", "purge", "storageaccounts/purge/action" },
	{ "storage", "regeneratekey", "storageaccounts/regeneratekey/action" },
	{ "storage", "setsas", "storageaccounts/sas/set/action" },
	{ "storage", "deletesas", "storageaccounts/sas/delete" },
	{ "storage", "all", "storageaccounts/*" },
};
#define PERMISSION_COUNT (sizeof(permissions) / sizeof(permissions[0]))

static void add_word(
	struct azure_compiler *c, struct buf *set, const char *sort, struct str word)
{
	for (size_t i = 0; i < PERMISSION_COUNT; i++) {
		if (!str_eq(str_from(permissions[i].sort), str_from(sort)) ||
			!str_eq_fold(word, str_from(permissions[i].word)))
			continue;
		azure_action_add(set, AZURE_ACTION_DATA,
			arena_printf(&c->arena, "Microsoft.KeyVault/vaults/%s",
				permissions[i].operation));
	}
}

static void policy_set(
	struct azure_compiler *c, struct buf *set, const struct json_value *policy)
{
	static const char *const sorts[] = { "secrets", "keys", "certificates",
		"storage" };
	const struct json_value *given = json_get(policy, "permissions"), *one;
	struct str none;

	for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++) {
		struct json_iter it = json_iterate(json_get(given, sorts[i]));

		while (json_next(&it, &none, &one)) {
			if (json_type(one) == JSON_STRING)
				add_word(c, set, sorts[i], json_string(one));
		}
	}
	azure_action_finish(set);
}

/* A policy may be for the object through one application only. */
static void grant(struct azure_compiler *c, const struct json_value *policy)
{
	struct str application = azure_policy_string(policy, "applicationId");
	struct document_condition *condition;
	struct buf set = { 0 };

	policy_set(c, &set, policy);
	azure_policy_statement(c, policy, 0);
	azure_policy_intervals(c, &set);
	azure_policy_principal(c, azure_policy_string(policy, "objectId"),
		AZURE_PRINCIPAL_EITHER, false);
	if (application.n > 0) {
		condition = document_add_condition(
			c->out, STR_LIT("application"), STR_LIT("StringEquals"));
		condition->operator_ = DOCUMENT_STRING_EQUALS_FOLD;
		document_add_value(c->out, application);
	}
	buf_release(&set);
}

static bool set_has(const struct buf *set, action_id action)
{
	const struct document_interval *v = VEC_DATA(set, const struct document_interval);

	for (size_t i = 0; i < VEC_COUNT(set, struct document_interval); i++) {
		if (v[i].begin <= action && action < v[i].end)
			return true;
	}
	return false;
}

/* Denied to everybody but the objects of the policies that have it. */
static void deny_action(struct azure_compiler *c, const struct json_value *policies,
	const struct buf *sets, action_id action)
{
	struct json_iter it = json_iterate(policies);
	const struct json_value *policy;
	struct str none;

	azure_policy_statement(c, policies, DOCUMENT_DENY);
	document_add_interval(c->out, action, action + 1);
	document_add_principal(c->out, DOCUMENT_ANYONE, STR_LIT("*"));
	for (size_t i = 0; json_next(&it, &none, &policy); i++) {
		if (set_has(&sets[i], action))
			azure_policy_principal(c, azure_policy_string(policy, "objectId"),
				AZURE_PRINCIPAL_EITHER, true);
	}
}

void azure_policy_vault_only(struct azure_compiler *c, const struct json_value *policies)
{
	struct json_iter it = json_iterate(policies);
	struct buf *sets = ARENA_NEW_ARRAY(&c->arena, struct buf, it.left + 1);
	struct buf all = { 0 };
	const struct document_interval *v;
	const struct json_value *policy;
	struct str none;
	size_t count = 0;

	while (json_next(&it, &none, &policy))
		policy_set(c, &sets[count++], policy);
	azure_action_add(&all, AZURE_ACTION_DATA, STR_LIT("Microsoft.KeyVault/vaults/*"));
	azure_action_finish(&all);
	v = VEC_DATA(&all, const struct document_interval);
	for (size_t i = 0; i < VEC_COUNT(&all, struct document_interval); i++) {
		for (action_id a = v[i].begin; a < v[i].end; a++)
			deny_action(c, policies, sets, a);
	}
	for (size_t i = 0; i < count; i++)
		buf_release(&sets[i]);
	buf_release(&all);
}

void azure_policy_vault(struct azure_compiler *c, const struct json_value *policies)
{
	struct json_iter it = json_iterate(policies);
	const struct json_value *policy;
	struct str none;

	if (json_get(policies, "permissions")) {
		grant(c, policies);
		return;
	}
	while (json_next(&it, &none, &policy))
		grant(c, policy);
}
