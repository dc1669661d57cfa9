/*
 * aws_vocabulary.c - the condition keys that AWS has, and what their values are.
 *
 * Global keys are in the table; the keys of services are the catalogue's.
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
#include "reachability/aws_vocabulary.h"

#include "base/date.h"
#include "base/decimal.h"
#include "base/ip.h"
#include "base/nearest.h"
#include "catalog/catalog.h"

enum value_type { TYPE_TEXT, TYPE_BOOL, TYPE_DATE, TYPE_NUMBER, TYPE_ADDRESS };

/* A name that ends in '/' goes on with a tag key. */
static const struct {
	const char *name;
	enum value_type type;
} global_keys[] = {
	{ "aws:AssumedRoot", TYPE_BOOL },
	{ "aws:CalledVia", TYPE_TEXT },
	{ "aws:CalledViaFirst", TYPE_TEXT },
	{ "aws:CalledViaLast", TYPE_TEXT },
	{ "aws:ChatbotSourceArn", TYPE_TEXT },
	{ "aws:CurrentTime", TYPE_DATE },
	{ "aws:Ec2InstanceSourcePrivateIPv4", TYPE_ADDRESS },
	{ "aws:Ec2InstanceSourceVpc", TYPE_TEXT },
	{ "aws:EpochTime", TYPE_DATE },
	{ "aws:FederatedProvider", TYPE_TEXT },
	{ "aws:MultiFactorAuthAge", TYPE_NUMBER },
	{ "aws:MultiFactorAuthPresent", TYPE_BOOL },
	{ "aws:PrincipalAccount", TYPE_TEXT },
	{ "aws:PrincipalArn", TYPE_TEXT },
	{ "aws:PrincipalIsAWSService", TYPE_BOOL },
	{ "aws:PrincipalOrgID", TYPE_TEXT },
	{ "aws:PrincipalOrgPaths", TYPE_TEXT },
	{ "aws:PrincipalServiceName", TYPE_TEXT },
	{ "aws:PrincipalServiceNamesList", TYPE_TEXT },
	{ "aws:PrincipalTag/", TYPE_TEXT },
	{ "aws:PrincipalType", TYPE_TEXT },
	{ "aws:RequestTag/", TYPE_TEXT },
	{ "aws:RequestedRegion", TYPE_TEXT },
	{ "aws:ResourceAccount", TYPE_TEXT },
	{ "aws:ResourceOrgID", TYPE_TEXT },
	{ "aws:ResourceOrgPaths", TYPE_TEXT },
	{ "aws:ResourceTag/", TYPE_TEXT },
	{ "aws:SecureTransport", TYPE_BOOL },
	{ "aws:SourceAccount", TYPE_TEXT },
	{ "aws:SourceArn", TYPE_TEXT },
	{ "aws:SourceIdentity", TYPE_TEXT },
	{ "aws:SourceIp", TYPE_ADDRESS },
	{ "aws:SourceOrgID", TYPE_TEXT },
	{ "aws:SourceOrgPaths", TYPE_TEXT },
	{ "aws:SourceOwner", TYPE_TEXT },
	{ "aws:SourceVpc", TYPE_TEXT },
	{ "aws:SourceVpcArn", TYPE_TEXT },
	{ "aws:SourceVpce", TYPE_TEXT },
	{ "aws:TagKeys", TYPE_TEXT },
	{ "aws:TokenIssueTime", TYPE_DATE },
	{ "aws:UserAgent", TYPE_TEXT },
	{ "aws:ViaAWSService", TYPE_BOOL },
	{ "aws:VpceAccount", TYPE_TEXT },
	{ "aws:VpceOrgID", TYPE_TEXT },
	{ "aws:VpceOrgPaths", TYPE_TEXT },
	{ "aws:VpcSourceIp", TYPE_ADDRESS },
	{ "aws:referer", TYPE_TEXT },
	{ "aws:userid", TYPE_TEXT },
	{ "aws:username", TYPE_TEXT },
};

#define GLOBAL_COUNT (sizeof(global_keys) / sizeof(global_keys[0]))

/* A key as the catalogue spells it, up to what stands for a tag or the like. */
static struct str fixed_part(struct str key)
{
	size_t dollar = str_find_char(key, '$', 0), angle = str_find_char(key, '<', 0);

	return str_head(key, dollar < angle ? dollar : angle);
}

static bool is_key(struct str key, struct str known, bool goes_on)
{
	if (goes_on)
		return key.n > known.n && str_eq_fold(str_head(key, known.n), known);
	return str_eq_fold(key, known);
}

static bool is_global(struct str key, struct nearest *near, enum value_type *type)
{
	for (size_t i = 0; i < GLOBAL_COUNT; i++) {
		struct str known = str_from(global_keys[i].name);

		*type = global_keys[i].type;
		if (is_key(key, known, str_ends(known, STR_LIT("/"))))
			return true;
		nearest_offer(near, known);
	}
	return false;
}

static bool is_of_action(struct str key, action_id action, struct nearest *near)
{
	const struct str *keys;
	uint32_t count = catalog_action_keys(action, &keys);

	for (uint32_t i = 0; i < count; i++) {
		struct str fixed = fixed_part(keys[i]);

		if (is_key(key, fixed, fixed.n < keys[i].n))
			return true;
		nearest_offer(near, fixed);
	}
	return false;
}

/* Keys of a service; those of identity providers have a host's name in front. */
static bool is_of_service(struct str key, struct nearest *near)
{
	struct str head = str_head(key, str_find_char(key, ':', 0));
	uint32_t service = catalog_service_find(
		catalog_plane_find(STR_LIT("aws"), STR_LIT("actions")), head);
	action_id begin, end;

	if (str_find_char(head, '.', 0) < head.n || str_eq_fold(head, STR_LIT("saml")))
		return true;
	if (service == CATALOG_NONE)
		return false;
	catalog_service_actions(service, &begin, &end);
	for (action_id a = begin; a < end; a++) {
		if (is_of_action(key, a, near))
			return true;
	}
	return false;
}

static const char *wrong_type(enum value_type type, struct str value)
{
	struct ip address;
	struct decimal number;
	struct date date;

	switch (type) {
	case TYPE_BOOL:
		return str_eq_fold(value, STR_LIT("true")) ||
				       str_eq_fold(value, STR_LIT("false"))
			       ? NULL
			       : "true or false";
	case TYPE_DATE:
		return date_parse(&date, value) ? NULL : "a date";
	case TYPE_NUMBER:
		return decimal_parse(&number, value) ? NULL : "a number";
	case TYPE_ADDRESS:
		return ip_parse(&address, value) ? NULL : "an address";
	case TYPE_TEXT:
		break;
	}
	return NULL;
}

struct str aws_vocabulary_check(struct str key, struct str value, struct arena *arena)
{
	enum value_type type = TYPE_TEXT;
	struct nearest near;
	const char *expected;

	nearest_init(&near, key);
	if (!is_global(key, &near, &type)) {
		type = TYPE_TEXT;
		if (!is_of_service(key, &near))
			return arena_printf(arena,
				"there is no condition key '%.*s'%s%.*s%s", STR_ARG(key),
				near.best.n > 0 ? "; did you mean '" : "",
				STR_ARG(near.best), near.best.n > 0 ? "'?" : "");
	}
	expected = wrong_type(type, value);
	if (!expected)
		return (struct str){ 0 };
	return arena_printf(arena, "'%.*s': expected %s, found '%.*s'", STR_ARG(key),
		expected, STR_ARG(str_head(value, 128)));
}
