#include "reachability/aws_bucket.h"

#include "base/ip.h"
#include "base/mutant.h"

static bool yes(struct str value)
{
	return str_eq_fold(value, STR_LIT("true"));
}

/* A setting of the bucket, or of all buckets of its account. */
static bool is_set(struct world *w, const struct object *o, const char *name)
{
	node_id account = world_account_node(w, o->n->account);

	return yes(world_attribute(w, o->node, str_from(name))) ||
	       (account != NODE_NONE && yes(world_attribute(w, account, str_from(name))));
}

/* --- what makes a policy public --- */

static bool is_fixed(struct str value)
{
	return value.n > 0 && str_find_char(value, '*', 0) == value.n &&
	       str_find_char(value, '?', 0) == value.n &&
	       str_find_char(value, '$', 0) == value.n;
}

/* "arn:aws:s3:eu-west-1:111122223333:accesspoint/x*": the account is what counts. */
static bool has_fixed_account(struct str value)
{
	size_t from = 0;
	struct str rest;

	for (int i = 0; i < 4; i++)
		from = str_find_char(value, ':', from) + 1;
	rest = str_skip(value, from);
	return is_fixed(str_head(rest, str_find_char(rest, ':', 0)));
}

/* Wider than a /8 (a /32 of version 6) is as good as everywhere, but for private ones. */
static bool is_narrow(struct str value)
{
	struct ip_block block;
	size_t slash = str_find_char(value, '/', 0);
	unsigned bits = 0;

	if (!ip_block_parse(&block, value))
		return false;
	if (slash == value.n)
		return true;
	for (size_t i = slash + 1; i < value.n; i++)
		bits = bits * 10 + (unsigned)(value.p[i] - '0');
	return bits >= (str_find_char(value, ':', 0) < value.n ? 32u : 8u);
}

enum limit { LIMIT_NOT, LIMIT_FIXED, LIMIT_ACCOUNT, LIMIT_USER, LIMIT_NETWORK };

/*
 * Keys that narrow a grant to everybody, and what their values must be for it. Source:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
static enum limit limit_of(struct str key)
{
	static const struct {
		const char *key;
		enum limit limit;
	} keys[] = {
		{ "aws:PrincipalOrgID", LIMIT_FIXED },
		{ "aws:PrincipalOrgPaths", LIMIT_FIXED },
		{ "aws:PrincipalAccount", LIMIT_FIXED },
		{ "aws:PrincipalArn", LIMIT_ACCOUNT },
		{ "aws:PrincipalIsAWSService", LIMIT_FIXED },
		{ "aws:PrincipalServiceName", LIMIT_FIXED },
		{ "aws:PrincipalServiceNamesList", LIMIT_FIXED },
		{ "aws:SourceAccount", LIMIT_FIXED },
		{ "aws:SourceOwner", LIMIT_FIXED },
		{ "aws:SourceOrgID", LIMIT_FIXED },
		{ "aws:SourceArn", LIMIT_ACCOUNT },
		{ "aws:SourceVpc", LIMIT_FIXED },
		{ "aws:SourceVpce", LIMIT_FIXED },
		{ "aws:SourceVpcArn", LIMIT_ACCOUNT },
		{ "aws:VpceAccount", LIMIT_FIXED },
		{ "aws:VpceOrgID", LIMIT_FIXED },
		{ "aws:VpceOrgPaths", LIMIT_FIXED },
		{ "s3:DataAccessPointAccount", LIMIT_FIXED },
		{ "s3:DataAccessPointArn", LIMIT_ACCOUNT },
		{ "aws:userid", LIMIT_USER },
		{ "aws:SourceIp", LIMIT_NETWORK },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (str_eq_fold(key, str_from(keys[i].key)))
			return keys[i].limit;
	}
	return LIMIT_NOT;
}

/* "AROA...:*" names one role's sessions. */
static bool names_role(struct str value)
{
	size_t colon = str_find_char(value, ':', 0);

	return is_fixed(str_head(value, colon)) &&
	       (colon == value.n || str_eq(str_skip(value, colon), STR_LIT(":*")) ||
		       is_fixed(value));
}

static bool value_limits(struct str key, enum limit limit, struct str value)
{
	switch (limit) {
	case LIMIT_FIXED:
		return is_fixed(value) &&
		       (!str_eq_fold(key, STR_LIT("aws:PrincipalIsAWSService")) ||
			       yes(value));
	case LIMIT_ACCOUNT:
		return has_fixed_account(value);
	case LIMIT_USER:
		return names_role(value);
	case LIMIT_NETWORK:
		return is_narrow(value);
	default:
		return false;
	}
}

static bool operator_limits(const struct document_condition *c, enum limit limit)
{
	if ((c->flags & DOCUMENT_IF_EXISTS) || c->qualifier == DOCUMENT_FOR_ALL)
		return false;
	if (limit == LIMIT_NETWORK)
		return c->operator_ == DOCUMENT_IP_ADDRESS;
	return c->operator_ == DOCUMENT_STRING_EQUALS ||
	       c->operator_ == DOCUMENT_STRING_EQUALS_FOLD ||
	       c->operator_ == DOCUMENT_STRING_LIKE ||
	       c->operator_ == DOCUMENT_ARN_LIKE || c->operator_ == DOCUMENT_BOOL;
}

static bool condition_limits(const struct document *d, const struct document_condition *c)
{
	struct str key = document_str(d, c->key);
	enum limit limit = limit_of(key);

	if (limit == LIMIT_NOT || !operator_limits(c, limit))
		return false;
	for (uint32_t i = 0; i < c->value_count; i++) {
		if (!value_limits(
			    key, limit, document_str(d, d->values[c->value_first + i])))
			return false;
	}
	return c->value_count > 0;
}

static bool statement_is_public(
	const struct document *d, const struct document_statement *s)
{
	bool anyone = (s->flags & DOCUMENT_NOT_PRINCIPAL) != 0;

	if (s->flags & DOCUMENT_DENY)
		return false;
	for (uint32_t i = 0; i < s->principal_count; i++)
		anyone |= d->principals[s->principal_first + i].type == DOCUMENT_ANYONE &&
			  !(s->flags & DOCUMENT_NOT_PRINCIPAL);
	for (uint32_t i = 0; i < s->condition_count && anyone; i++)
		anyone = !condition_limits(d, &d->conditions[s->condition_first + i]);
	return anyone;
}

/* One public statement makes the whole policy public. */
static bool policy_is_public(struct world *w, node_id n)
{
	const struct world_document *docs;
	uint32_t count;
	struct err e;

	if (world_documents(&docs, &count, w, n, LAYER_RESOURCE, &e) < 0)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		const struct document *d = docs[i].compiled;

		for (uint32_t k = 0; d && k < d->statement_count; k++) {
			if (statement_is_public(d, &d->statements[k]))
				return true;
		}
	}
	return false;
}

/* --- the decision's side --- */

/*
 * What goes through an access point needs the bucket's consent as well. Source:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
 */
static void find_bucket(struct world *w, struct object *object)
{
	struct str name = world_attribute(w, object->node, STR_LIT("bucket"));
	struct str key = object->n->key;
	size_t partition = str_find_char(key, ':', 4);
	struct err e;

	if (name.n == 0)
		return;
	key = arena_printf(world_arena(w), "%.*s:s3:::%.*s",
		STR_ARG(str_head(key, partition)), STR_ARG(name));
	object->is_way = world_node_of_key(&object->beneath, w, key, &e) == 0;
}

bool aws_bucket_prepares(kind_id kind)
{
	struct str name =
		kind == CATALOG_NONE ? (struct str){ 0 } : catalog_kind_name(kind);

	return str_eq(name, STR_LIT("aws:s3:bucket")) ||
	       str_eq(name, STR_LIT("aws:s3:accesspoint"));
}

void aws_bucket_prepare(struct world *w, struct object *object)
{
	if (!aws_bucket_prepares(object->kind))
		return;
	if (str_eq(catalog_kind_name(object->kind), STR_LIT("aws:s3:accesspoint")))
		find_bucket(w, object);
	object->blocks_public = is_set(w, object, "bpa:RestrictPublicBuckets") &&
				policy_is_public(w, object->node);
	object->ignores_public = is_set(w, object, "bpa:IgnorePublicAcls");
	object->ignores_lists =
		str_eq(world_attribute(w, object->node, STR_LIT("ownership")),
			STR_LIT("BucketOwnerEnforced"));
}

struct str aws_bucket_voids(const struct subject *subject, const struct object *object,
	enum record_layer layer, enum provider_match match)
{
	bool stranger = subject->n->account.n == 0 ||
			!str_eq(subject->n->account, object->n->account);

	if (layer == LAYER_ACL &&
		MUTANT(list_survives_ownership, object->ignores_lists, false))
		return STR_LIT("access control lists are off: the bucket's owner "
			       "owns all that is in it");
	if (layer == LAYER_ACL && object->ignores_public && match == MATCH_ANYONE)
		return STR_LIT("the public access block voids what the access control "
			       "list gives to everybody");
	if (layer == LAYER_RESOURCE && stranger &&
		MUTANT(public_block_ignored, object->blocks_public, false) &&
		subject->n->type != NODE_SERVICE)
		return STR_LIT("the public access block voids what the bucket's policy, "
			       "which is public, gives to others than its account");
	return (struct str){ 0 };
}

struct str aws_bucket_canonical(struct world *w, struct str account)
{
	node_id n = world_account_node(w, account);

	return n == NODE_NONE ? (struct str){ 0 }
			      : world_attribute(w, n, STR_LIT("canonical-id"));
}
