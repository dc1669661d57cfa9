#include "reachability/aws_carried.h"

static bool in_list(struct str key, const char *const *names)
{
	for (size_t i = 0; names[i]; i++) {
		if (str_eq_fold(key, str_from(names[i])))
			return true;
	}
	return false;
}

/*
 * Keys with a service's name that say how the caller came by its credentials, or that any
 * request to the service has.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
 */
static bool is_general(struct str key)
{
	static const char *const names[] = { "ec2:SourceInstanceARN", "ec2:RoleDelivery",
		"ssm:SourceInstanceARN", "lambda:SourceFunctionArn", "glue:RoleAssumedBy",
		"glue:CredentialIssuingService", "identitystore:UserId",
		"sts:SourceIdentity", "s3:authType", "s3:signatureversion",
		"s3:signatureAge", "s3:TlsVersion", "s3:x-amz-content-sha256",
		"s3:ResourceAccount", "s3:AccessPointNetworkOrigin",
		"s3:DataAccessPointArn", "s3:DataAccessPointAccount",
		"s3:AccessGrantsInstanceArn", "kms:CallerAccount", "kms:ViaService",
		NULL };

	return in_list(key, names);
}

/* Keys have no case, services of the catalogue are lower. */
static uint32_t find_service(struct str name)
{
	char lower[64];

	if (name.n > sizeof(lower))
		return CATALOG_NONE;
	for (size_t i = 0; i < name.n; i++)
		lower[i] = str_lower_char(name.p[i]);
	return catalog_service_find(
		catalog_plane_find(STR_LIT("aws"), STR_LIT("actions")),
		(struct str){ lower, name.n });
}

static struct str service_of(struct str key)
{
	return str_head(key, str_find_char(key, ':', 0));
}

/* The key up to what stands for a tag or the like. */
static struct str fixed_part(struct str listed)
{
	size_t dollar = str_find_char(listed, '$', 0);
	size_t angle = str_find_char(listed, '<', 0);

	return str_head(listed, dollar < angle ? dollar : angle);
}

static bool is_listed(struct str key, struct str listed)
{
	struct str fixed = fixed_part(listed);

	if (fixed.n < listed.n)
		return key.n > fixed.n && str_eq_fold(str_head(key, fixed.n), fixed);
	return str_eq_fold(key, listed);
}

static bool lists_key(action_id action, struct str key)
{
	const struct str *keys;
	uint32_t count = catalog_action_keys(action, &keys);

	for (uint32_t i = 0; i < count; i++) {
		if (is_listed(key, keys[i]))
			return true;
	}
	return false;
}

/* Whether the catalogue has any key of that service at the action. */
static bool lists_service(action_id action, struct str service)
{
	const struct str *keys;
	uint32_t count = catalog_action_keys(action, &keys);

	for (uint32_t i = 0; i < count; i++) {
		if (str_eq_fold(service_of(keys[i]), service))
			return true;
	}
	return false;
}

bool aws_carried_tells(struct str key)
{
	struct str head = service_of(key);
	uint32_t service;
	action_id begin, end;

	if (head.n == key.n || str_eq_fold(head, STR_LIT("aws")) ||
		str_eq_fold(head, STR_LIT("saml")) ||
		str_find_char(head, '.', 0) < head.n ||
		str_find_char(head, '/', 0) < head.n || is_general(key))
		return false;
	service = find_service(head);
	if (service == CATALOG_NONE)
		return false;
	catalog_service_actions(service, &begin, &end);
	for (action_id a = begin; a < end; a++) {
		if (lists_key(a, key))
			return true;
	}
	return false;
}

/* Services that share keys by habit: one's name begins with the other's. */
static bool are_related(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	return str_eq_fold(str_head(a, n), str_head(b, n));
}

bool aws_carried_may(action_id action, struct str key)
{
	struct str head = service_of(key), own = catalog_action_get(action).service;
	action_id begin, end;

	if (lists_key(action, key))
		return true;
	if (str_eq_fold(head, own))
		/* an action without any key of its service may be a gap */
		return !lists_service(action, head);
	if (are_related(head, own))
		return true;
	/* whoever carries some keys of another service may carry the others */
	catalog_service_actions(catalog_action_get(action).service_id, &begin, &end);
	for (action_id a = begin; a < end; a++) {
		if (lists_service(a, head))
			return true;
	}
	return false;
}
