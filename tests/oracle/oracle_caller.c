#include "oracle_caller.h"

static bool is_one(struct str name, const char *const *names)
{
	for (; *names; names++) {
		if (str_eq(name, str_from(*names)))
			return true;
	}
	return false;
}

enum oracle_caller oracle_caller_of(struct str action)
{
	static const char *const anybody[] = { "CreateOrganization",
		"DescribeOrganization", "ListHandshakesForAccount",
		"ListInboundResponsibilityTransfers",
		"ListOutboundResponsibilityTransfers", NULL };
	struct str name;

	if (!str_starts(action, STR_LIT("organizations:")))
		return ORACLE_ANYBODY;
	name = str_skip(action, STR_LIT("organizations:").n);
	if (is_one(name, anybody))
		return ORACLE_ANYBODY;
	if (str_eq(name, STR_LIT("LeaveOrganization")))
		return ORACLE_MEMBERS;
	/* of those that name no resource, what only reads can be delegated */
	return str_starts(name, STR_LIT("List")) || str_starts(name, STR_LIT("Describe"))
		       ? ORACLE_MANAGEMENT_OR_DELEGATE
		       : ORACLE_MANAGEMENT;
}

enum oracle_calling oracle_caller_may(
	enum oracle_caller caller, const struct oracle_place *place, bool strict)
{
	if (caller == ORACLE_ANYBODY)
		return ORACLE_MAY;
	if (place->unknown)
		return ORACLE_MAY_PERHAPS;
	/* in none, which the worlds always say */
	if (place->organization.n == 0)
		return ORACLE_MAY_NOT;
	if (place->exempt)
		return caller == ORACLE_MEMBERS ? ORACLE_MAY_NOT : ORACLE_MAY;
	if (caller == ORACLE_MANAGEMENT_OR_DELEGATE)
		return strict ? ORACLE_MAY_PERHAPS : ORACLE_MAY_NOT;
	return caller == ORACLE_MEMBERS ? ORACLE_MAY : ORACLE_MAY_NOT;
}
