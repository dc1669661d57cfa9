#include "reachability/aws_custody.h"

/* The key behind its second colon: "iam::111122223333:role/x". */
static struct str service_of(struct str key)
{
	size_t at = str_find_char(key, ':', 0) + 1;

	at = str_find_char(key, ':', at) + 1;
	return at <= key.n ? str_skip(key, at) : (struct str){ 0 };
}

/* What follows three colons more. */
static struct str name_of(struct str service)
{
	size_t at = 0;

	for (int i = 0; i < 3 && at <= service.n; i++)
		at = str_find_char(service, ':', at) + 1;
	return at <= service.n ? str_skip(service, at) : (struct str){ 0 };
}

/* Asked of each entity of a list: what most names begin with tells them. */
static enum provider_custody custody_of_role(struct str name)
{
	if (name.n < sizeof("role/aws-") || name.p[5] != 'a')
		return CUSTODY_NONE;
	if (str_starts(name, STR_LIT("role/aws-service-role/")))
		return CUSTODY_SHAPE;
	return str_starts(name, STR_LIT("role/aws-reserved/")) ? CUSTODY_ALL
							       : CUSTODY_NONE;
}

enum provider_custody aws_custody_of(struct str key)
{
	struct str service = service_of(key), name;

	if (service.n == 0 || (service.p[0] != 'i' && service.p[0] != 'k'))
		return CUSTODY_NONE;
	if (str_starts(service, STR_LIT("iam::"))) {
		/* behind the account */
		name = str_skip(service, str_find_char(service, ':', 5) + 1);
		if (str_starts(name, STR_LIT("role/")))
			return custody_of_role(name);
		return str_starts(name, STR_LIT("policy/")) &&
				       str_starts(service, STR_LIT("iam::aws:"))
			       ? CUSTODY_ALL
			       : CUSTODY_NONE;
	}
	return str_starts(service, STR_LIT("kms:")) &&
			       str_starts(name_of(service), STR_LIT("alias/aws/"))
		       ? CUSTODY_ALL
		       : CUSTODY_NONE;
}

/* Those that give UnmodifiableEntity for a role of a service. */
static bool reshapes(struct str name)
{
	static const char *const names[] = { "iam:AttachRolePolicy", "iam:DeleteRole",
		"iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy",
		"iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary",
		"iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(name, str_from(names[i])))
			return true;
	}
	return false;
}

static bool changes_alias(struct str name)
{
	return str_eq(name, STR_LIT("kms:CreateAlias")) ||
	       str_eq(name, STR_LIT("kms:DeleteAlias")) ||
	       str_eq(name, STR_LIT("kms:UpdateAlias"));
}

enum provider_custody aws_custody_bars(kind_id kind, action_id action)
{
	struct str of =
		kind != CATALOG_NONE ? catalog_kind_name(kind) : (struct str){ 0 };
	struct catalog_action a = catalog_action_get(action);
	bool role = str_eq(of, STR_LIT("aws:iam:role"));

	if (str_eq(of, STR_LIT("aws:kms:alias")))
		return changes_alias(a.name) ? CUSTODY_ALL : CUSTODY_NONE;
	if ((!role && !str_eq(of, STR_LIT("aws:iam:policy"))) ||
		!str_eq(a.service, STR_LIT("iam")) || a.level == CATALOG_LIST ||
		a.level == CATALOG_READ)
		return CUSTODY_NONE;
	return role && reshapes(a.name) ? CUSTODY_SHAPE : CUSTODY_ALL;
}
