/*
 * azure_policy_directory.c - roles of the directory, and whose password they may set.
 *
 * What makes somebody able to sign in as a user, most roles may do to users without roles
 * and to those of some roles only. The operations that this is about become a statement
 * of their own, under the condition that all roles of the user (REACHED) are among these;
 * of roles that the table does not have it is unknown about users with roles.
 *
 * Source: https://learn.microsoft.com/entra/identity/role-based-access-control/
 * privileged-roles-permissions#who-can-reset-passwords
 */
#include "ingest/azure_policy_priv.h"

#define REACHED STR_LIT("@Resource[Roles]")

#define DIRECTORY_READERS     "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
#define GUEST_INVITER         "95e79109-95c0-4d8e-aee3-d01accf2d47b"
#define PASSWORD_ADMIN        "966707d0-3269-4727-9be2-8c3a10f19b9d"
#define HELPDESK_ADMIN        "729827e3-9c14-49f7-bb1b-9608f156bbb8"
#define AUTHENTICATION_ADMIN  "c4e39bd9-1100-46d3-8c65-fb160da0071f"
#define USER_ADMIN            "fe930be7-5e62-47db-91af-98c3a49a38b1"
#define GROUPS_ADMIN          "fdd7a751-b60b-444a-984c-02652fe8fa1c"
#define MESSAGE_CENTER_READER "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b"
#define REPORTS_READER        "4a5d8f65-41da-4de4-8968-e035b65339cf"
#define USAGE_REPORTS_READER  "75934031-6c7e-415a-99d7-48dbd49e875e"
#define SUCCESS_MANAGER       "27460883-1df1-4691-b032-3b79643e5e63"

#define REACHED_MAX 12

/* Columns of the table. An empty list: everybody. */
static const struct {
	const char *role;
	const char *reached[REACHED_MAX];
} columns[] = {
	{ PASSWORD_ADMIN, { DIRECTORY_READERS, GUEST_INVITER, PASSWORD_ADMIN } },
	{ HELPDESK_ADMIN, { DIRECTORY_READERS, GUEST_INVITER, HELPDESK_ADMIN,
				  MESSAGE_CENTER_READER, PASSWORD_ADMIN, REPORTS_READER,
				  SUCCESS_MANAGER, USAGE_REPORTS_READER } },
	{ AUTHENTICATION_ADMIN,
		{ AUTHENTICATION_ADMIN, DIRECTORY_READERS, GUEST_INVITER,
			MESSAGE_CENTER_READER, PASSWORD_ADMIN, REPORTS_READER,
			SUCCESS_MANAGER, USAGE_REPORTS_READER } },
	{ USER_ADMIN, { DIRECTORY_READERS, GROUPS_ADMIN, GUEST_INVITER, HELPDESK_ADMIN,
			      MESSAGE_CENTER_READER, PASSWORD_ADMIN, REPORTS_READER,
			      USER_ADMIN, SUCCESS_MANAGER, USAGE_REPORTS_READER } },
	{ "62e90394-69f5-4237-9190-012177145e10", { NULL } }, /* Global Administrator */
	{ "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
		{ NULL } }, /* Privileged Authentication Administrator */
	{ "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8", { NULL } }, /* Partner Tier2 Support */
};
#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

static const char *const sensitive[] = { "microsoft.directory/users/password/update",
	"microsoft.directory/users/authenticationMethods/create",
	"microsoft.directory/users/authenticationMethods/delete",
	"microsoft.directory/users/authenticationMethods/basic/update",
	"microsoft.directory/users/userPrincipalName/update",
	"microsoft.directory/users/disable", "microsoft.directory/users/enable",
	"microsoft.directory/users/delete", "microsoft.directory/users/restore",
	"microsoft.directory/users/invalidateAllRefreshTokens" };

static size_t column_of(struct str role)
{
	size_t i = 0;

	while (i < COLUMN_COUNT && !str_eq_fold(role, str_from(columns[i].role)))
		i++;
	return i;
}

static bool reaches_everybody(size_t column)
{
	return column < COLUMN_COUNT && !columns[column].reached[0];
}

/* "$SubjectIsOwner": what the directory means by it is not in the text. */
static void unknown_condition(struct azure_compiler *c, struct str text)
{
	struct document_condition *condition;

	if (text.n == 0)
		return;
	condition = document_add_condition(
		c->out, STR_LIT("directory condition"), STR_LIT("is"));
	condition->operator_ = DOCUMENT_OPERATOR_UNKNOWN;
	document_add_value(c->out, text);
}

void azure_policy_reached(struct azure_compiler *c, struct str role)
{
	size_t column = column_of(role);
	struct document_condition *condition;

	if (reaches_everybody(column))
		return;
	condition = document_add_condition(
		c->out, REACHED, STR_LIT("ForAllValues:StringEquals"));
	condition->operator_ = DOCUMENT_STRING_EQUALS;
	condition->qualifier = DOCUMENT_FOR_ALL;
	condition->flags |= DOCUMENT_CONDITION_READS_RESOURCE;
	if (column == COLUMN_COUNT) {
		document_add_value(c->out, STR_LIT("none"));
		unknown_condition(c, STR_LIT("the role may change users who hold roles"));
		(void)document_add_join(c->out, DOCUMENT_OR);
	}
	for (size_t i = 0;
		column < COLUMN_COUNT && i < REACHED_MAX && columns[column].reached[i];
		i++)
		document_add_value(c->out, str_from(columns[column].reached[i]));
	azure_policy_note_reads(c);
}

/* One block: what is about users' ways to sign in apart from the rest. */
static void add_block(struct azure_compiler *c, const struct json_value *block,
	struct str role, const struct buf *set)
{
	struct str condition = azure_policy_string(block, "condition");
	struct buf rest = { 0 }, about = { 0 };

	for (size_t i = 0; i < sizeof(sensitive) / sizeof(sensitive[0]); i++)
		azure_action_add(&about, AZURE_ACTION_DIRECTORY, str_from(sensitive[i]));
	azure_action_finish(&about);
	azure_action_intersect(&about, set);
	if (reaches_everybody(column_of(role)))
		buf_clear(&about);
	buf_add(&rest, set->p, set->n);
	azure_action_subtract(&rest, &about);
	azure_policy_statement(c, block, 0);
	azure_policy_intervals(c, &rest);
	unknown_condition(c, condition);
	if (about.n > 0) {
		azure_policy_statement(c, block, 0);
		azure_policy_intervals(c, &about);
		azure_policy_reached(c, role);
		unknown_condition(c, condition);
	}
	buf_release(&rest);
	buf_release(&about);
}

int azure_policy_directory(
	struct azure_compiler *c, const struct json_value *blocks, struct err *e)
{
	struct str role = azure_policy_string(c->json.root, "templateId");
	struct json_iter it = json_iterate(blocks);
	const struct json_value *block;
	struct str none;
	int rc = 0;

	if (role.n == 0)
		role = azure_policy_string(c->json.root, "id");
	while (rc == 0 && json_next(&it, &none, &block)) {
		struct buf set = { 0 };

		rc = azure_policy_allowed(&set, AZURE_ACTION_DIRECTORY,
			json_get(block, "allowedResourceActions"),
			json_get(block, "excludedResourceActions"), e);
		if (rc == 0)
			add_block(c, block, role, &set);
		buf_release(&set);
	}
	return rc;
}
