#include "oracle_naming.h"

static bool is_role(const struct oracle_node *n)
{
	return str_starts(oracle_world_arn(n->key, 5), STR_LIT("role/"));
}

static enum oracle_naming naming_of(
	const struct oracle_node *n, const struct oracle_principal *p)
{
	bool signs = n->type != ORACLE_PUBLIC && n->type != ORACLE_SERVICE &&
		     n->type != ORACLE_LOGIN;
	enum oracle_naming self = is_role(n) || n->acts != n ? NAMED_ROLE : NAMED_SELF;
	struct str id;

	if (str_eq(p->value, STR_LIT("*")) &&
		(str_eq(p->map, STR_LIT("*")) || str_eq(p->map, STR_LIT("AWS"))))
		return NAMED_ANYONE;
	if (str_eq(p->map, STR_LIT("Service")))
		return n->type == ORACLE_SERVICE && str_eq(n->key, p->value) ? NAMED_SELF
									     : NAMED_NOT;
	if (str_eq(p->map, STR_LIT("Federated")))
		return n->type == ORACLE_LOGIN && str_eq(n->key, p->value) ? NAMED_SELF
									   : NAMED_NOT;
	/* the id of its account in lists of access control */
	if (str_eq(p->map, STR_LIT("CanonicalUser")))
		return signs && n->canonical.n > 0 && str_eq(n->canonical, p->value)
			       ? NAMED_ACCOUNT
			       : NAMED_NOT;
	if (!str_eq(p->map, STR_LIT("AWS")) || !signs)
		return NAMED_NOT;
	if (str_eq(p->value, n->account) ||
		(str_ends(p->value, STR_LIT(":root")) &&
			str_eq(oracle_world_arn(p->value, 4), n->account)))
		return NAMED_ACCOUNT;
	if (n->acts != n && str_eq(p->value, n->key))
		return NAMED_SELF;
	if (str_eq(p->value, n->acts->key))
		return self;
	return oracle_world_attribute(n->acts, STR_LIT("id"), &id) && str_eq(id, p->value)
		       ? self
		       : NAMED_NOT;
}

/* The session of the role that the element names; empty: it names none of it. */
static struct str session_of(
	const struct oracle_node *n, const struct oracle_principal *p)
{
	struct str role = oracle_world_arn(n->key, 5),
		   rest = oracle_world_arn(p->value, 5);
	size_t slash = role.n;

	if (!is_role(n) || n->acts != n || !str_eq(p->map, STR_LIT("AWS")) ||
		!str_eq(oracle_world_arn(p->value, 2), STR_LIT("sts")) ||
		!str_eq(oracle_world_arn(p->value, 4), n->account))
		return (struct str){ 0 };
	while (slash > 0 && role.p[slash - 1] != '/')
		slash--;
	role = str_skip(role, slash);
	rest = str_skip(rest, str_find_char(rest, '/', 0) + 1);
	slash = str_find_char(rest, '/', 0);
	return str_eq(str_head(rest, slash), role) ? str_skip(rest, slash + 1)
						   : (struct str){ 0 };
}

uint64_t oracle_naming_sessions(const struct oracle_opens *opens,
	const struct oracle_node *n, const struct oracle_statement *s)
{
	uint64_t in = 0;

	for (uint32_t i = 0; i < s->principal_count; i++) {
		struct str name = session_of(n, &s->principals[i]);

		if (name.n > 0)
			in |= oracle_condition_carries(
				opens, STR_LIT("sts:RoleSessionName"), name);
	}
	return in;
}

/*
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
enum oracle_naming oracle_naming_of(
	const struct oracle_node *n, const struct oracle_statement *s)
{
	enum oracle_naming best = NAMED_NOT;

	for (uint32_t i = 0; i < s->principal_count; i++) {
		enum oracle_naming one = naming_of(n, &s->principals[i]);

		best = one > best ? one : best;
	}
	if (!s->not_principal)
		return best;
	/* A Deny with NotPrincipal always hits who has a boundary. */
	if (best == NAMED_NOT || (s->deny && n->bounded))
		return NAMED_ANYONE;
	return NAMED_NOT;
}
