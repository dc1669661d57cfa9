#include "oracle_bucket.h"

static bool is_true(const struct oracle_node *n, const char *name)
{
	struct str value;

	return n && oracle_world_attribute(n, str_from(name), &value) &&
	       str_eq_fold(value, STR_LIT("true"));
}

static struct oracle_node *account_of(struct oracle_world *w, const struct oracle_node *n)
{
	struct str key = arena_printf(
		&w->arena, "arn:aws:account::%.*s:account", STR_ARG(n->account));
	uint32_t at = oracle_world_find(w, key);

	return at == ORACLE_NONE ? NULL : oracle_world_node(w, at);
}

static bool has_wildcard(struct str value)
{
	return str_find_char(value, '*', 0) < value.n ||
	       str_find_char(value, '?', 0) < value.n ||
	       str_find_char(value, '$', 0) < value.n;
}

/* The prefix of a block of addresses is long enough not to be most of the world. */
static bool is_narrow(struct str block)
{
	size_t slash = str_find_char(block, '/', 0);
	unsigned bits = 0;

	for (size_t i = slash + 1; i < block.n; i++)
		bits = bits * 10 + (unsigned)(block.p[i] - '0');
	return slash == block.n || bits >= 8;
}

/* "Fixed values" of the keys that the page lists, as far as the worlds have them. */
static bool ties(const struct oracle_test *t)
{
	struct str op = t->operator_, key = t->key;
	bool address = str_eq_fold(key, STR_LIT("aws:SourceIp"));
	bool arn = str_eq_fold(key, STR_LIT("aws:PrincipalArn"));
	bool service = str_eq_fold(key, STR_LIT("aws:PrincipalIsAWSService"));
	bool listed = address || arn || service ||
		      str_eq_fold(key, STR_LIT("aws:PrincipalAccount")) ||
		      str_eq_fold(key, STR_LIT("aws:PrincipalOrgID")) ||
		      str_eq_fold(key, STR_LIT("aws:SourceVpce"));
	bool asks = address ? str_eq(op, STR_LIT("IpAddress"))
			    : str_eq(op, STR_LIT("StringEquals")) ||
				      str_eq(op, STR_LIT("StringEqualsIgnoreCase")) ||
				      str_eq(op, STR_LIT("StringLike")) ||
				      str_eq(op, STR_LIT("ArnEquals")) ||
				      str_eq(op, STR_LIT("ArnLike")) ||
				      str_eq(op, STR_LIT("Bool"));

	if (!listed || !asks || t->if_exists || t->for_all || t->values.count == 0)
		return false;
	for (uint32_t i = 0; i < t->values.count; i++) {
		struct str v = t->values.items[i];

		if (address ? !is_narrow(v)
			    : has_wildcard(arn ? oracle_world_arn(v, 4) : v))
			return false;
		if (service && !str_eq_fold(v, STR_LIT("true")))
			return false;
	}
	return true;
}

static bool is_public(const struct oracle_statement *s)
{
	bool anyone = s->not_principal;

	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct oracle_principal *p = &s->principals[i];

		anyone = anyone || (str_eq(p->value, STR_LIT("*")) &&
					   !str_eq(p->map, STR_LIT("Service")));
	}
	for (uint32_t i = 0; i < s->test_count; i++)
		anyone = anyone && !ties(&s->tests[i]);
	return anyone && !s->deny;
}

static bool has_public(const struct oracle_documents *d)
{
	for (uint32_t i = 0; i < d->count; i++) {
		for (uint32_t k = 0; k < d->items[i]->policy.count; k++) {
			if (is_public(&d->items[i]->policy.statements[k]))
				return true;
		}
	}
	return false;
}

void oracle_bucket_gather(struct oracle_world *w)
{
	for (uint32_t i = 0; i < oracle_world_count(w); i++) {
		struct oracle_node *n = oracle_world_node(w, i);
		const struct oracle_node *account = account_of(w, n);
		struct str owner;

		if (account)
			oracle_world_attribute(
				account, STR_LIT("canonical-id"), &n->canonical);
		bool way = n->entity &&
			   str_eq(n->entity->kind, STR_LIT("aws:s3:accesspoint")) &&
			   oracle_world_attribute(n, STR_LIT("bucket"), &n->behind);

		if (way)
			n->bucket_node = oracle_world_find(
				w, arena_printf(&w->arena, "arn:aws:s3:::%.*s",
					   STR_ARG(n->behind)));
		if (!n->entity ||
			(!way && !str_eq(n->entity->kind, STR_LIT("aws:s3:bucket"))))
			continue;
		n->bucket.closed =
			(is_true(n, "bpa:RestrictPublicBuckets") ||
				is_true(account, "bpa:RestrictPublicBuckets")) &&
			has_public(&n->resource);
		n->bucket.not_public = is_true(n, "bpa:IgnorePublicAcls") ||
				       is_true(account, "bpa:IgnorePublicAcls");
		n->bucket.without_list =
			oracle_world_attribute(n, STR_LIT("ownership"), &owner) &&
			str_eq(owner, STR_LIT("BucketOwnerEnforced"));
	}
}

bool oracle_bucket_voids(
	const struct oracle_node *subject, const struct oracle_node *object)
{
	bool inside = subject->account.n > 0 && str_eq(subject->account, object->account);

	return object->bucket.closed && !inside && subject->type != ORACLE_SERVICE;
}
