/*
 * azure_policy_priv.h - one text on its way to a document; for the files that read its
 * parts.
 */
#ifndef INGEST_AZURE_POLICY_PRIV_H
#define INGEST_AZURE_POLICY_PRIV_H

#include "base/json.h"
#include "ingest/azure_action.h"
#include "ingest/azure_condition.h"
#include "ingest/policy.h"

struct azure_compiler {
	struct document_builder *out;
	const struct policy_listener *listener;
	enum record_layer layer;
	struct json json;
	struct arena arena;
	struct str tenant; /* whose principals are named */
};

/* Begin a statement that has any resource, and what its actions are. */
struct document_statement *azure_policy_statement(
	struct azure_compiler *c, const struct json_value *from, uint32_t flags);
void azure_policy_intervals(struct azure_compiler *c, const struct buf *set);

/* Mark on the newest statement what its conditions read. */
void azure_policy_note_reads(struct azure_compiler *c);

/* What kind of thing a principal id names. */
enum azure_principal {
	AZURE_PRINCIPAL_EITHER,
	AZURE_PRINCIPAL_ONE,
	AZURE_PRINCIPAL_GROUP
};

enum azure_principal azure_policy_principal_type(struct str type);

/* Add it to the newest statement, as an exception or not. */
void azure_policy_principal(struct azure_compiler *c, struct str object,
	enum azure_principal type, bool excepted);

/* What is allowed less what is excluded of it, added to the set. */
int azure_policy_allowed(struct buf *set, enum azure_action_plane plane,
	const struct json_value *allowed, const struct json_value *excluded,
	struct err *e);

/* The statements of a directory role's "rolePermissions". */
int azure_policy_directory(
	struct azure_compiler *c, const struct json_value *blocks, struct err *e);

/*
 * Bind the newest statement, by which users' passwords are set, to the users whom a role
 * of that id reaches.
 */
void azure_policy_reached(struct azure_compiler *c, struct str role);

/* Members of a group that no input has: whoever calls without a name. */
#define AZURE_ANONYMOUS_CALLERS "anonymous callers"

/* The statements of "accessPolicies" or "accessPolicy". */
void azure_policy_vault(struct azure_compiler *c, const struct json_value *policies);

/* ... and of "onlyAccessPolicies": what all others may not. */
void azure_policy_vault_only(struct azure_compiler *c, const struct json_value *policies);

/* The statement of what needs no role, when the text is of such; else false. */
bool azure_policy_rights(struct azure_compiler *c);

/* A string member, empty when it is none; of "properties" when it is there. */
struct str azure_policy_string(const struct json_value *v, const char *name);
const struct json_value *azure_policy_member(
	const struct json_value *v, const char *name);

#endif
