#include "oracle_condition.h"

#include "oracle_endpoint.h"

#include <stdio.h>
#include <stdlib.h>

enum knowledge {
	KNOWN_ABSENT,
	KNOWN_VALUE,
	KNOWN_NOT_COLLECTED,
	KNOWN_OPEN /* the request decides */
};

static bool same(struct str key, const char *name)
{
	return str_eq_fold(key, str_from(name));
}

static bool take(struct str *key, const char *prefix)
{
	struct str p = str_from(prefix);

	if (key->n <= p.n || !str_eq_fold(str_head(*key, p.n), p))
		return false;
	*key = str_skip(*key, p.n);
	return true;
}

static enum knowledge some(struct str value, struct str *out)
{
	*out = value;
	return value.n > 0 ? KNOWN_VALUE : KNOWN_ABSENT;
}

static enum knowledge principal_type(const struct oracle_node *n, struct str *out)
{
	bool user = str_starts(oracle_world_arn(n->key, 5), STR_LIT("user/"));

	if (n->type == ORACLE_PUBLIC)
		return some(STR_LIT("Anonymous"), out);
	if (n->type == ORACLE_SERVICE)
		return KNOWN_OPEN;
	if (n->type == ORACLE_LOGIN)
		return some(STR_LIT("FederatedUser"), out);
	if (n->type == ORACLE_ACCOUNT)
		return KNOWN_NOT_COLLECTED;
	if (str_starts(oracle_world_arn(n->key, 5), STR_LIT("federated-user/")))
		return some(STR_LIT("FederatedUser"), out);
	if (n->flags & ENTITY_ROOT)
		return some(STR_LIT("Account"), out);
	return some(user ? STR_LIT("User") : STR_LIT("AssumedRole"), out);
}

/*
 * A tag of the session, else of the role or user. A trust policy that nobody read may let
 * somebody give others to the sessions of a role.
 */
static enum knowledge tag_of(const struct oracle_node *n, struct str tag, struct str *out)
{
	bool role = str_starts(oracle_world_arn(n->key, 5), STR_LIT("role/"));

	if (role && n->acts == n && (n->refused || !n->asked || n->trust.missing))
		return KNOWN_OPEN;
	return oracle_world_tag(n, tag, out) || oracle_world_tag(n->acts, tag, out)
		       ? KNOWN_VALUE
		       : KNOWN_ABSENT;
}

/* Keys about who asks, when that is an identity that signs its requests. */
static enum knowledge signed_key(
	const struct oracle_request *r, struct str key, struct str *out)
{
	const struct oracle_node *n = r->subject;
	bool collected = n->type == ORACLE_ENTITY;
	bool user = str_starts(oracle_world_arn(n->key, 5), STR_LIT("user/"));

	/* Of a session of a role, the role; a federated user bears its own name. */
	bool role = str_starts(oracle_world_arn(n->key, 5), STR_LIT("assumed-role/"));

	if (same(key, "aws:PrincipalArn"))
		return n->type == ORACLE_ACCOUNT
			       ? KNOWN_NOT_COLLECTED
			       : some(role ? n->acts->key : n->key, out);
	if (same(key, "aws:PrincipalAccount") || same(key, "kms:CallerAccount"))
		return some(n->account, out);
	if (same(key, "aws:PrincipalIsAWSService"))
		return some(STR_LIT("false"), out);
	if (same(key, "aws:PrincipalServiceName"))
		return KNOWN_ABSENT;
	if (!collected)
		return KNOWN_NOT_COLLECTED;
	if (same(key, "aws:PrincipalOrgID"))
		return some(r->subject_place->organization, out);
	if (same(key, "aws:username"))
		return some(user ? n->entity->name : (struct str){ 0 }, out);
	if (take(&key, "aws:PrincipalTag/"))
		return tag_of(n, key, out);
	return KNOWN_OPEN;
}

static bool is_principal_key(struct str key)
{
	return same(key, "aws:PrincipalArn") || same(key, "aws:PrincipalAccount") ||
	       same(key, "kms:CallerAccount") || same(key, "aws:PrincipalIsAWSService") ||
	       same(key, "aws:PrincipalServiceName") || same(key, "aws:PrincipalOrgID") ||
	       same(key, "aws:username") || take(&key, "aws:PrincipalTag/");
}

static bool is_resource_tag(struct str key, struct str *tag)
{
	struct str service = str_head(key, str_find_char(key, ':', 0));

	*tag = str_skip(key, service.n + 1);
	return take(tag, "ResourceTag/");
}

static bool is_resource_key(struct str key)
{
	struct str tag;

	return same(key, "aws:ResourceAccount") || is_resource_tag(key, &tag);
}

static enum knowledge resource_key(
	const struct oracle_request *r, struct str key, struct str *out)
{
	struct str tag;

	if (same(key, "aws:ResourceAccount"))
		return some(r->object->account, out);
	if (is_resource_tag(key, &tag) && !str_eq(r->resource, STR_LIT("*")))
		return oracle_world_tag(r->object, tag, out) ? KNOWN_VALUE : KNOWN_ABSENT;
	return KNOWN_ABSENT;
}

/*
 * Claims have the provider in front: a token has those of who issued it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
 */
static bool is_claim_of_other(const struct oracle_node *n, struct str key)
{
	struct str claim = STR_LIT("idp.example:"), issuer = n->key;

	if (n->type != ORACLE_LOGIN || !str_starts(key, claim))
		return false;
	return !str_ends(issuer, str_head(claim, claim.n - 1));
}

static enum knowledge look_up(
	const struct oracle_request *r, struct str key, struct str *out)
{
	enum oracle_node_type type = r->subject->type;

	if (same(key, "aws:PrincipalType"))
		return principal_type(r->subject, out);
	if (same(key, "kms:CallerAccount") && !same(r->service, "kms"))
		return KNOWN_ABSENT;
	if (is_principal_key(key) && type == ORACLE_SERVICE) {
		if (same(key, "aws:PrincipalIsAWSService"))
			return some(STR_LIT("true"), out);
		return some(same(key, "aws:PrincipalServiceName") ? r->subject->key
								  : (struct str){ 0 },
			out);
	}
	if (is_principal_key(key))
		return type == ORACLE_PUBLIC || type == ORACLE_LOGIN
			       ? KNOWN_ABSENT
			       : signed_key(r, key, out);
	if (same(key, "s3:prefix") && !r->prefix)
		return KNOWN_ABSENT;
	if (is_claim_of_other(r->subject, key))
		return KNOWN_ABSENT;
	if (is_resource_key(key))
		return resource_key(r, key, out);
	if (same(key, "aws:RequestedRegion") && oracle_world_arn(r->resource, 3).n > 0)
		return some(oracle_world_arn(r->resource, 3), out);
	/* Who has no credentials, or not yet, came by none. */
	if ((same(key, "aws:MultiFactorAuthPresent") ||
		    same(key, "aws:MultiFactorAuthAge")) &&
		(type == ORACLE_PUBLIC || type == ORACLE_LOGIN))
		return KNOWN_ABSENT;
	/* Only a service that acts for somebody says for whom. */
	if ((same(key, "aws:SourceArn") || same(key, "aws:SourceAccount")) &&
		type != ORACLE_SERVICE)
		return KNOWN_ABSENT;
	return KNOWN_OPEN;
}

bool oracle_condition_variable(void *request, struct str key, struct str *out)
{
	return look_up(request, key, out) == KNOWN_VALUE;
}

/* Operators. */
static bool is_negated(struct str op)
{
	return same(op, "StringNotEquals") || same(op, "StringNotEqualsIgnoreCase") ||
	       same(op, "StringNotLike") || same(op, "ArnNotEquals") ||
	       same(op, "ArnNotLike") || same(op, "NotIpAddress") ||
	       same(op, "NumericNotEquals") || same(op, "DateNotEquals");
}

/* Equal, where wildcards of the pattern are the characters themselves. */
static bool equal_text(struct str pattern, struct str s, bool fold)
{
	for (size_t i = 0; i < pattern.n && pattern.n == s.n; i++) {
		char c = pattern.p[i] == ORACLE_STAR  ? '*'
			 : pattern.p[i] == ORACLE_ONE ? '?'
						      : pattern.p[i];

		if (c != s.p[i] && !(fold && str_lower_char(c) == str_lower_char(s.p[i])))
			return false;
	}
	return pattern.n == s.n;
}

/* Six fields, each with its own wildcards. */
static bool like_arn(struct str pattern, struct str s)
{
	if (!str_starts(s, STR_LIT("arn:")))
		return false;
	for (unsigned i = 0; i < 6; i++) {
		if (!oracle_policy_glob(
			    oracle_world_arn(pattern, i), oracle_world_arn(s, i), false))
			return false;
	}
	return true;
}

static bool parse_address(struct str s, uint32_t *out, unsigned *bits)
{
	char text[64];
	unsigned a, b, c, d;

	*bits = 32;
	snprintf(text, sizeof(text), "%.*s", STR_ARG(s));
	if (sscanf(text, "%3u.%3u.%3u.%3u/%2u", &a, &b, &c, &d, bits) < 4)
		return false;
	*out = a << 24 | b << 16 | c << 8 | d;
	return *bits <= 32;
}

static bool in_network(struct str network, struct str address)
{
	uint32_t a, b;
	unsigned bits, ignored;

	if (!parse_address(network, &a, &bits) || !parse_address(address, &b, &ignored))
		return false;
	return bits == 0 || a >> (32 - bits) == b >> (32 - bits);
}

/* Numbers by value; dates, which the worlds write in one form only, as text. */
static bool compares(struct str op, struct str wanted, struct str s)
{
	bool date = str_starts(op, STR_LIT("Date"));
	char a[64], b[64];

	snprintf(a, sizeof(a), "%.*s", STR_ARG(s));
	snprintf(b, sizeof(b), "%.*s", STR_ARG(wanted));
	double difference = strtod(a, NULL) - strtod(b, NULL);
	int order = date ? str_cmp(s, wanted) : (difference > 0) - (difference < 0);

	op = str_skip(op, date ? 4 : 7);
	if (same(op, "LessThan"))
		return order < 0;
	if (same(op, "LessThanEquals"))
		return order <= 0;
	if (same(op, "GreaterThan"))
		return order > 0;
	if (same(op, "GreaterThanEquals"))
		return order >= 0;
	return order == 0;
}

/* One value of the policy against one of the request, before any negation. */
static bool matches(struct str op, struct str pattern, struct str s)
{
	if (same(op, "StringLike") || same(op, "StringNotLike"))
		return oracle_policy_glob(pattern, s, false);
	if (str_starts(op, STR_LIT("Arn")))
		return like_arn(pattern, s);
	if (same(op, "IpAddress") || same(op, "NotIpAddress"))
		return in_network(pattern, s);
	if (str_starts(op, STR_LIT("Numeric")) || str_starts(op, STR_LIT("Date")))
		return compares(op, pattern, s);
	return equal_text(pattern, s,
		same(op, "Bool") || same(op, "StringEqualsIgnoreCase") ||
			same(op, "StringNotEqualsIgnoreCase"));
}

/* `value` NULL: the request has no such key. Values of the policy are patterns. */
static bool test_holds(const struct oracle_test *t, const struct oracle_list *patterns,
	const struct str *value)
{
	bool negated = is_negated(t->operator_), hit = false;

	if (same(t->operator_, "Null"))
		return str_eq_fold(t->values.items[0], STR_LIT("true")) == !value;
	if (!value && (t->for_all || t->if_exists))
		return true;
	if (!value)
		return negated && !t->for_any;
	for (uint32_t i = 0; i < patterns->count; i++)
		hit = hit || matches(t->operator_, patterns->items[i], *value);
	return hit != negated;
}

/* A value whose variable is not there matches nothing, so it is left out. */
static struct oracle_list patterns_of(const struct oracle_test *t, bool variables,
	const struct oracle_request *r, struct arena *scratch)
{
	struct oracle_list list = { 0 };
	struct oracle_request copy = *r;

	list.items = ARENA_NEW_ARRAY(scratch, struct str, t->values.count);
	for (uint32_t i = 0; i < t->values.count; i++) {
		if (oracle_policy_pattern(&list.items[list.count], t->values.items[i],
			    variables, oracle_condition_variable, &copy, scratch))
			list.count++;
	}
	return list;
}

static const struct oracle_open *find_open(
	const struct oracle_opens *opens, struct str key)
{
	for (uint32_t i = 0; i < opens->key_count; i++) {
		if (str_eq_fold(opens->keys[i].key, key))
			return &opens->keys[i];
	}
	return NULL;
}

static uint32_t domain_size(const struct oracle_open *open)
{
	return open->value_count + (open->always ? 0 : 1);
}

static uint64_t open_truth(const struct oracle_opens *opens, const struct oracle_test *t,
	const struct oracle_list *patterns)
{
	const struct oracle_open *open = find_open(opens, t->key);
	uint64_t truth = 0;

	for (uint32_t i = 0; i < opens->combinations; i++) {
		uint32_t index = i / open->stride % domain_size(open);
		const struct str *value =
			index < open->value_count ? &open->values[index] : NULL;

		if (test_holds(t, patterns, value))
			truth |= 1ull << i;
	}
	return truth;
}

uint64_t oracle_condition_carries(
	const struct oracle_opens *opens, struct str key, struct str value)
{
	const struct oracle_open *open = find_open(opens, key);
	uint64_t truth = 0;

	for (uint32_t i = 0; open && i < opens->combinations; i++) {
		uint32_t index = i / open->stride % domain_size(open);

		if (index < open->value_count && str_eq(open->values[index], value))
			truth |= 1ull << i;
	}
	return truth;
}

uint64_t oracle_condition_all(const struct oracle_opens *opens)
{
	return opens->combinations == 64 ? UINT64_MAX : (1ull << opens->combinations) - 1;
}

static struct oracle_truth test_truth(const struct oracle_opens *opens,
	const struct oracle_test *t, bool variables, const struct oracle_request *r,
	struct arena *scratch)
{
	uint64_t all = oracle_condition_all(opens);
	struct str value;
	enum knowledge knowledge = look_up(r, t->key, &value);

	if (knowledge == KNOWN_NOT_COLLECTED)
		return (struct oracle_truth){ 0, all };
	if (knowledge == KNOWN_OPEN && t->decided)
		return (struct oracle_truth){ t->truth, t->truth };
	struct oracle_list patterns = patterns_of(t, variables, r, scratch);
	uint64_t truth;

	if (knowledge == KNOWN_OPEN)
		truth = open_truth(opens, t, &patterns);
	else
		truth = test_holds(t, &patterns, knowledge == KNOWN_VALUE ? &value : NULL)
				? all
				: 0;
	return (struct oracle_truth){ truth, truth };
}

struct oracle_truth oracle_condition_holds(const struct oracle_opens *opens,
	const struct oracle_statement *s, bool variables, const struct oracle_request *r,
	struct arena *scratch)
{
	uint64_t all = oracle_condition_all(opens);
	struct oracle_truth truth = { all, all };

	for (uint32_t i = 0; i < s->test_count && truth.maybe; i++) {
		struct oracle_truth t =
			test_truth(opens, &s->tests[i], variables, r, scratch);

		truth.sure &= t.sure;
		truth.maybe &= t.maybe;
	}
	arena_reset(scratch);
	return truth;
}

static void add_value(struct oracle_open *open, struct str value, bool *full)
{
	for (uint32_t i = 0; i < open->value_count; i++) {
		if (str_eq(open->values[i], value))
			return;
	}
	*full = *full || open->value_count == ORACLE_OPEN_VALUES;
	if (!*full)
		open->values[open->value_count++] = value;
}

/*
 * Keys whose documented type is Boolean.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
static bool is_boolean(struct str key)
{
	return same(key, "aws:MultiFactorAuthPresent") ||
	       same(key, "aws:SecureTransport") || same(key, "aws:ViaAWSService");
}

/* The values at which a test can change its mind. */
static void add_values(struct oracle_open *open, const struct oracle_test *t,
	struct arena *arena, bool *full)
{
	bool number = str_starts(t->operator_, STR_LIT("Numeric"));

	for (uint32_t i = 0; i < t->values.count; i++) {
		struct str v = t->values.items[i];

		if (number) {
			int at = atoi(v.p);

			for (int k = at - 1; k <= at + 1; k++)
				add_value(open, arena_printf(arena, "%d", k), full);
		} else if (!same(t->operator_, "Null")) {
			struct str copy = arena_copy(arena, v);
			char *bytes = arena_alloc(arena, v.n + 1);
			size_t n = 0;
			bool address = str_ends(t->operator_, STR_LIT("IpAddress"));
			size_t end = address ? str_find_char(copy, '/', 0) : copy.n;

			for (size_t k = 0; k < end; k++) {
				if (copy.p[k] != '*')
					bytes[n++] = copy.p[k] == '?' ? 'x' : copy.p[k];
			}
			add_value(open, (struct str){ bytes, n }, full);
			/* Only Like reads a wildcard; to others it is a character. */
			if (!address && !str_ends(t->operator_, STR_LIT("Like")))
				add_value(open, v, full);
		}
	}
	if (str_starts(t->operator_, STR_LIT("Date"))) {
		add_value(open, STR_LIT("1999-01-01T00:00:00Z"), full);
		add_value(open, STR_LIT("2999-01-01T00:00:00Z"), full);
	} else if (same(t->operator_, "Bool") ||
		   (same(t->operator_, "Null") && is_boolean(t->key))) {
		add_value(open, STR_LIT("true"), full);
		add_value(open, STR_LIT("false"), full);
	} else if (str_ends(t->operator_, STR_LIT("IpAddress"))) {
		add_value(open, STR_LIT("203.0.113.9"), full);
	} else if (!number) {
		add_value(open, STR_LIT("other"), full);
	}
}

static bool is_always(struct str key)
{
	static const char *const names[] = { "aws:CurrentTime", "aws:EpochTime",
		"aws:SecureTransport", "aws:RequestedRegion", "aws:UserAgent",
		"aws:ViaAWSService" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (same(key, names[i]))
			return true;
	}
	return false;
}

static int survey_test(struct oracle_opens *out, const struct oracle_test *t,
	struct oracle_world *w, struct err *e)
{
	const struct oracle_open *found = find_open(out, t->key);
	bool full = false;

	if (is_principal_key(t->key) || is_resource_key(t->key))
		return 0;
	if (!found && out->key_count == ORACLE_OPEN_KEYS)
		return err_set(e, ERR_LIMIT, "oracle: too many open keys");
	struct oracle_open *open =
		&out->keys[found ? (uint32_t)(found - out->keys) : out->key_count++];

	open->key = t->key;
	open->always = is_always(t->key);
	add_values(open, t, &w->arena, &full);
	return full ? err_set(e, ERR_LIMIT, "oracle: too many values of an open key") : 0;
}

/* By which endpoint a request comes makes a difference where a policy asks for that. */
static int survey_endpoints(
	struct oracle_opens *out, const struct oracle_world *w, struct err *e)
{
	bool full = false;

	for (size_t i = 0; i < VEC_COUNT(&w->endpoints, struct oracle_endpoint); i++) {
		const struct oracle_endpoint *end =
			&VEC_DATA(&w->endpoints, const struct oracle_endpoint)[i];

		for (uint32_t k = 0; k < out->key_count; k++) {
			if (same(out->keys[k].key, "aws:SourceVpce"))
				add_value(&out->keys[k], end->id, &full);
			if (same(out->keys[k].key, "aws:SourceVpc"))
				add_value(&out->keys[k], end->network, &full);
		}
	}
	return full ? err_set(e, ERR_LIMIT, "oracle: too many endpoints") : 0;
}

static bool has_variable(const struct oracle_test *t)
{
	for (uint32_t i = 0; i < t->values.count; i++) {
		if (str_find_char(t->values.items[i], '$', 0) < t->values.items[i].n)
			return true;
	}
	return false;
}

typedef int each_test(struct oracle_opens *opens, struct oracle_test *t,
	struct oracle_world *w, struct err *e);

static int survey_one(struct oracle_opens *opens, struct oracle_test *t,
	struct oracle_world *w, struct err *e)
{
	return survey_test(opens, t, w, e);
}

static int decide_one(struct oracle_opens *opens, struct oracle_test *t,
	struct oracle_world *w, struct err *e)
{
	struct oracle_request nobody = { 0 };

	(void)e;
	if (has_variable(t) || !find_open(opens, t->key))
		return 0;
	struct oracle_list patterns = patterns_of(t, false, &nobody, &w->arena);

	t->truth = open_truth(opens, t, &patterns);
	t->decided = true;
	return 0;
}

static int walk(struct oracle_opens *opens, struct oracle_world *w, each_test *each,
	struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < VEC_COUNT(&w->documents, struct oracle_document); i++) {
		struct oracle_policy *p =
			&VEC_DATA(&w->documents, struct oracle_document)[i].policy;

		for (uint32_t k = 0; k < p->count; k++) {
			for (uint32_t j = 0; rc == 0 && j < p->statements[k].test_count;
				j++)
				rc = each(opens, &p->statements[k].tests[j], w, e);
		}
	}
	return rc;
}

/* "arn:aws:sts::111111111111:assumed-role/ra/s1" as a principal: a session's name. */
static int survey_principal(
	struct oracle_opens *out, const struct oracle_principal *p, struct err *e)
{
	const struct str key = STR_LIT("sts:RoleSessionName");
	const struct oracle_open *found = find_open(out, key);
	struct oracle_open *open;
	struct str name = oracle_world_arn(p->value, 5);
	bool full = false;

	if (!str_starts(name, STR_LIT("assumed-role/")))
		return 0;
	name = str_skip(name, str_find_char(name, '/', 0) + 1);
	name = str_skip(name, str_find_char(name, '/', 0) + 1);
	if (!found && out->key_count == ORACLE_OPEN_KEYS)
		return err_set(e, ERR_LIMIT, "oracle: too many open keys");
	open = &out->keys[found ? (uint32_t)(found - out->keys) : out->key_count++];
	open->key = key;
	add_value(open, name, &full);
	return full ? err_set(e, ERR_LIMIT, "oracle: too many names of sessions") : 0;
}

static int survey_sessions(
	struct oracle_opens *out, const struct oracle_world *w, struct err *e)
{
	for (size_t i = 0; i < VEC_COUNT(&w->documents, struct oracle_document); i++) {
		const struct oracle_policy *p =
			&VEC_DATA(&w->documents, struct oracle_document)[i].policy;

		for (uint32_t k = 0; k < p->count; k++) {
			const struct oracle_statement *s = &p->statements[k];

			for (uint32_t j = 0; j < s->principal_count; j++) {
				if (survey_principal(out, &s->principals[j], e) < 0)
					return e->code;
			}
		}
	}
	return 0;
}

int oracle_condition_survey(
	struct oracle_opens *out, struct oracle_world *w, struct err *e)
{
	*out = (struct oracle_opens){ .combinations = 1 };
	int rc = walk(out, w, survey_one, e);

	if (rc == 0)
		rc = survey_sessions(out, w, e);

	if (rc == 0)
		rc = survey_endpoints(out, w, e);

	for (uint32_t i = 0; rc == 0 && i < out->key_count; i++) {
		out->keys[i].stride = out->combinations;
		out->combinations *= domain_size(&out->keys[i]);
		if (out->combinations > ORACLE_COMBINATIONS)
			return err_set(e, ERR_LIMIT,
				"oracle: %u combinations of open keys",
				out->combinations);
	}
	return rc == 0 ? walk(out, w, decide_one, e) : rc;
}
