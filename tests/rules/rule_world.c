#include "rule_world.h"

#include <stdio.h>
#include <stdlib.h>

#include "catalog/catalog.h"
#include "recorder.h"

#define ORGANIZATION "o-rulerulerule"
#define MANAGEMENT   "999999999999"

/* --- reading --- */

static struct str trim(struct str s)
{
	while (s.n > 0 && s.p[0] == ' ')
		s = str_skip(s, 1);
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

/* Up to a separator; moves behind it. */
static struct str cut(struct str *rest, char separator)
{
	size_t end = str_find_char(*rest, separator, 0);
	struct str head = str_head(*rest, end);

	*rest = str_skip(*rest, end + 1);
	return trim(head);
}

static uint32_t read_list(struct str *out, struct str field)
{
	uint32_t count = 0;

	while (field.n > 0) {
		struct str item = cut(&field, ';');

		if (item.n > 0 && count < RULE_WORLD_MAX)
			out[count++] = item;
	}
	return count;
}

bool rule_world_read(struct rule_world *out, struct str line, uint32_t number)
{
	struct str rest = trim(line), head, ends;

	*out = (struct rule_world){ .line = number };
	if (rest.n == 0 || rest.p[0] == '#')
		return false;
	out->waits = str_starts(rest, STR_LIT("- "));
	rest = str_skip(rest, out->waits ? 2 : 0);
	head = cut(&rest, '|');
	out->id = cut(&head, ' ');
	out->class = cut(&head, ' ');
	out->assumed = str_eq(trim(head), STR_LIT("?"));
	ends = cut(&rest, '|');
	out->actor = cut(&ends, '>');
	out->target = trim(ends);
	out->fact_count = read_list(out->facts, cut(&rest, '|'));
	out->may_count = read_list(out->mays, cut(&rest, '|'));
	out->probe = trim(rest);
	if (out->class.n == 0 || out->target.n == 0)
		abort();
	return true;
}

/* --- keys --- */

/* $A is the account. */
static struct str in_account(struct arena *a, struct str text, const char *account)
{
	struct buf b = { 0 };
	struct str out;

	for (size_t i = 0; i < text.n; i++) {
		if (str_starts(str_skip(text, i), STR_LIT("$A"))) {
			buf_add_str(&b, str_from(account));
			i++;
		} else {
			buf_add_char(&b, text.p[i]);
		}
	}
	out = arena_copy(a, buf_str(&b));
	buf_release(&b);
	return out;
}

/* The first fact that begins with the word, what follows it; n == 0: none. */
static struct str fact_of(const struct rule_world *w, const char *word)
{
	for (uint32_t i = 0; i < w->fact_count; i++) {
		struct str rest = w->facts[i];

		if (str_eq(cut(&rest, ' '), str_from(word)))
			return trim(rest).n > 0 ? trim(rest) : w->facts[i];
	}
	return (struct str){ "", 0 };
}

static struct str thing_key(
	struct arena *a, const struct rule_world *w, const char *account)
{
	return in_account(a, fact_of(w, "thing"), account);
}

/* "user", "role/path/x", "arn:...": the key of an actor or a target. */
static struct str end_key(struct arena *a, const struct rule_world *w, struct str word,
	const char *name, const char *account)
{
	if (str_starts(word, STR_LIT("arn:")))
		return in_account(a, word, account);
	if (str_eq(word, STR_LIT("thing")))
		return thing_key(a, w, account);
	if (str_find_char(word, '/', 0) < word.n)
		return arena_printf(a, "arn:aws:iam::%s:%.*s", account, STR_ARG(word));
	return arena_printf(a, "arn:aws:iam::%s:%.*s/%s", account, STR_ARG(word), name);
}

static struct str through_key(
	struct arena *a, const struct rule_world *w, const char *account)
{
	struct str policy = fact_of(w, "policy"), group = fact_of(w, "group");

	if (policy.n > 0)
		return arena_printf(
			a, "arn:aws:iam::%s:policy/%.*s", account, STR_ARG(policy));
	if (group.n > 0)
		return arena_printf(
			a, "arn:aws:iam::%s:group/%.*s", account, STR_ARG(group));
	return thing_key(a, w, account);
}

/* The resource of a permission. */
static struct str may_resource(struct arena *a, const struct rule_world *w,
	const struct rule_variant *v, struct str may)
{
	struct str action = cut(&may, ' '), word = trim(may), service;

	service = str_head(action, str_find_char(action, ':', 0));
	if (str_eq(word, STR_LIT("*")))
		return word;
	if (str_eq(word, STR_LIT("actor")))
		return v->actor;
	if (str_eq(word, STR_LIT("target")))
		return v->target;
	if (str_eq(word, STR_LIT("through")))
		return through_key(a, w, v->account);
	if (str_starts(word, STR_LIT("arn:")))
		return in_account(a, word, v->account);
	return in_account(a,
		arena_printf(a, "arn:aws:%.*s:eu-west-1:$A:%.*s", STR_ARG(service),
			STR_ARG(word)),
		v->account);
}

static bool is_fixed(struct str may)
{
	struct str word;

	cut(&may, ' ');
	word = trim(may);
	return str_eq(word, STR_LIT("actor")) || str_eq(word, STR_LIT("target")) ||
	       str_eq(word, STR_LIT("through"));
}

/* --- variants --- */

static void variant_add(struct buf *out, const struct rule_world *w, struct arena *a,
	struct rule_variant v)
{
	struct str account;

	snprintf(v.account, sizeof(v.account), "1000%04u%04u",
		(unsigned)(w->line % 10000),
		(unsigned)VEC_COUNT(out, struct rule_variant));
	account = arena_copy(a, str_from(v.account));
	v.actor = end_key(a, w, w->actor, "actor", account.p);
	v.target = str_eq(w->target, STR_LIT("actor"))
			   ? v.actor
			   : end_key(a, w, w->target, "target", account.p);
	v.probe = w->probe.n > 0 ? w->probe : STR_LIT("s3:GetObject");
	v.object = w->probe.n > 0 ? v.target
				  : arena_printf(a, "arn:aws:s3:::vault-%s", account.p);
	VEC_ADD(out, struct rule_variant, v);
}

/* "target.access_keys=1/2": the value, or the other one. */
static bool is_attribute(struct str fact)
{
	return str_find_char(fact, '=', 0) < fact.n;
}

static void variants_of_fact(
	struct buf *out, const struct rule_world *w, struct arena *a, uint32_t at)
{
	struct str fact = w->facts[at];
	struct rule_variant v = { .change = CHANGE_NO_FACT,
		.at = at,
		.outcome = is_attribute(fact) ? RULE_UNSURE : RULE_NOT_FOUND };

	if (fact.p[0] == '+')
		return;
	variant_add(out, w, a, v);
	v.change = CHANGE_OTHER_FACT;
	v.outcome = RULE_NOT_FOUND;
	if (is_attribute(fact))
		variant_add(out, w, a, v);
}

static bool has_fact(const struct rule_world *w, const char *fact)
{
	for (uint32_t i = 0; i < w->fact_count; i++) {
		if (str_eq(w->facts[i], str_from(fact)))
			return true;
	}
	return false;
}

void rule_world_variants(struct buf *out, const struct rule_world *w, struct arena *arena)
{
	static const struct {
		enum rule_change change;
		enum rule_outcome outcome;
	} changes[] = {
		{ CHANGE_WITHOUT, RULE_NOT_FOUND },
		{ CHANGE_DENIED, RULE_NOT_FOUND },
		{ CHANGE_DENIED_KIND, RULE_NOT_FOUND },
		{ CHANGE_CEILING, RULE_NOT_FOUND },
		{ CHANGE_BOUNDARY, RULE_NOT_FOUND },
		{ CHANGE_CONDITION, RULE_CONDITIONAL },
	};

	variant_add(out, w, arena, (struct rule_variant){ .change = CHANGE_NONE });
	for (uint32_t i = 0; i < w->may_count; i++) {
		for (size_t k = 0; k < sizeof(changes) / sizeof(changes[0]); k++)
			variant_add(out, w, arena,
				(struct rule_variant){ .change = changes[k].change,
					.at = i,
					.outcome = changes[k].outcome });
		if (is_fixed(w->mays[i]))
			variant_add(out, w, arena,
				(struct rule_variant){ .change = CHANGE_MOVED,
					.at = i,
					.outcome = RULE_NOT_FOUND });
	}
	for (uint32_t i = 0; i < w->fact_count; i++)
		variants_of_fact(out, w, arena, i);
}

void rule_world_describe(
	struct buf *out, const struct rule_world *w, const struct rule_variant *v)
{
	static const char *const words[] = { "as it stands", "without",
		"about something else:", "denied:", "denied for its kind:",
		"denied by the organization:", "not in the boundary:", "on a condition:",
		"without the fact", "with the other value:" };
	bool fact = v->change == CHANGE_NO_FACT || v->change == CHANGE_OTHER_FACT;

	buf_printf(out, "%.*s (%s), %s", STR_ARG(w->id), v->account, words[v->change]);
	if (v->change != CHANGE_NONE)
		buf_printf(
			out, " %.*s", STR_ARG(fact ? w->facts[v->at] : w->mays[v->at]));
}

/* --- records --- */

struct writing {
	const struct rule_world *w;
	const struct rule_variant *v;
	struct arena *a;
	struct recorder r;
	struct str account;
};

static bool absent(const struct writing *x, uint32_t fact)
{
	return x->v->change == CHANGE_NO_FACT && x->v->at == fact;
}

/* Whether the world has the fact, and this variant too. */
static bool holds(const struct writing *x, const char *word, struct str *out)
{
	for (uint32_t i = 0; i < x->w->fact_count; i++) {
		struct str rest = x->w->facts[i];

		if (!str_eq(cut(&rest, ' '), str_from(word)) || absent(x, i))
			continue;
		*out = trim(rest);
		return true;
	}
	return false;
}

static void write_policy(struct writing *x, enum record_layer layer, struct str holder,
	const char *name, const char *statements)
{
	recorder_document(&x->r, layer, holder, str_from(name),
		arena_printf(x->a, "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}",
			statements));
}

static struct str action_of(struct str may)
{
	return cut(&may, ' ');
}

/* "arn:aws:lambda:*:*:function:*": all resources of that sort, wherever they are. */
static struct str whole_kind(struct arena *a, struct str key)
{
	size_t at = 0, colons = 0, service;

	for (service = 0; service < key.n && colons < 3; service++)
		colons += key.p[service] == ':';
	for (at = service; at < key.n && colons < 5; at++)
		colons += key.p[at] == ':';
	key = at < key.n ? key : (struct str){ "*", 1 };
	if (key.n == 1)
		return key;
	for (size_t i = at; i < key.n; i++) {
		if (key.p[i] == '/' || key.p[i] == ':')
			return arena_printf(a, "%.*s*:*:%.*s*",
				STR_ARG(str_head(key, service)),
				STR_ARG(str_head(str_skip(key, at), i - at + 1)));
	}
	return arena_printf(a, "%.*s*:*:*", STR_ARG(str_head(key, service)));
}

/* The statements of the actor's permissions. */
static struct str permissions(struct writing *x)
{
	struct buf b = { 0 };
	struct str out;

	buf_add_str(&b, STR_LIT("{\"Effect\":\"Allow\",\"Action\":"
				"\"sts:GetCallerIdentity\",\"Resource\":\"*\"}"));
	for (uint32_t i = 0; i < x->w->may_count; i++) {
		struct str action = action_of(x->w->mays[i]);
		struct str resource = may_resource(x->a, x->w, x->v, x->w->mays[i]);
		bool here = x->v->at == i;

		if (here && x->v->change == CHANGE_WITHOUT)
			continue;
		buf_printf(&b,
			",{\"Effect\":\"Allow\",\"Action\":\"%.*s\",\"Resource\":\"%.*s%s\"",
			STR_ARG(action), STR_ARG(resource),
			here && x->v->change == CHANGE_MOVED ? "-other" : "");
		if (here && x->v->change == CHANGE_CONDITION)
			buf_add_str(&b, STR_LIT(",\"Condition\":{\"IpAddress\":"
						"{\"aws:SourceIp\":\"192.0.2.0/24\"}}"));
		buf_add_char(&b, '}');
		if (here && x->v->change == CHANGE_DENIED_KIND)
			buf_printf(&b,
				",{\"Effect\":\"Deny\",\"Action\":\"%.*s\","
				"\"Resource\":\"%.*s\"}",
				STR_ARG(action), STR_ARG(whole_kind(x->a, resource)));
		if (here && x->v->change == CHANGE_DENIED)
			buf_printf(&b,
				",{\"Effect\":\"Deny\",\"Action\":\"%.*s\",\"Resource\":\"*\"}",
				STR_ARG(action));
	}
	out = arena_copy(x->a, buf_str(&b));
	buf_release(&b);
	return out;
}

static struct str name_of(struct str key)
{
	size_t at = key.n;

	while (at > 0 && key.p[at - 1] != '/' && key.p[at - 1] != ':')
		at--;
	return str_skip(key, at);
}

static void write_entity(struct writing *x, struct str key, uint32_t flags)
{
	size_t size;
	kind_id kind = catalog_kind_of_key(key, &size);
	struct str name;

	if (kind == CATALOG_NONE)
		abort();
	name = catalog_kind_name(kind);
	if (str_starts(key, STR_LIT("arn:aws:identitystore:::user/")))
		name = STR_LIT("aws:identitystore:user");
	recorder_entity(
		&x->r, arena_copy(x->a, name).p, key, name_of(key), flags, NULL, 0);
}

static const char vault_grant[] =
	"{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}";

static uint32_t end_flags(struct str key)
{
	if (memmem(key.p, key.n, ":group/", 7))
		return ENTITY_GROUP;
	return memmem(key.p, key.n, ":user/", 6) || memmem(key.p, key.n, ":role/", 6)
		       ? ENTITY_IDENTITY
		       : 0;
}

/* Whom a trust policy lets in: "account", a service, an identity provider. */
static void write_trust(struct writing *x, struct str role)
{
	struct str who = STR_LIT("unknown.amazonaws.com");
	const char *type = "Service", *action = "sts:AssumeRole";

	holds(x, "trusts", &who);
	if (str_eq(who, STR_LIT("account"))) {
		type = "AWS";
		who = x->account;
	} else if (str_starts(who, STR_LIT("saml-provider/"))) {
		type = "Federated";
		action = "sts:AssumeRoleWithSAML";
	} else if (str_starts(who, STR_LIT("oidc-provider/")) ||
		   str_starts(who, STR_LIT("cognito"))) {
		type = "Federated";
		action = "sts:AssumeRoleWithWebIdentity";
	}
	if (str_find_char(who, '/', 0) < who.n)
		who = arena_printf(
			x->a, "arn:aws:iam::%s:%.*s", x->v->account, STR_ARG(who));
	write_policy(x, LAYER_TRUST, role, "trust policy",
		arena_printf(x->a,
			"{\"Effect\":\"Allow\",\"Principal\":{\"%s\":\"%.*s\"},"
			"\"Action\":\"%s\"}",
			type, STR_ARG(who), action)
			.p);
}

static void write_end(struct writing *x, struct str key, struct str statements)
{
	uint32_t flags = end_flags(key);

	write_entity(x, key, flags);
	if (memmem(key.p, key.n, ":role/", 6))
		write_trust(x, key);
	if (flags != 0)
		write_policy(x, LAYER_IDENTITY, key, "p", statements.p);
	else
		recorder_document(&x->r, LAYER_RESOURCE, key, STR_LIT("resource policy"),
			(struct str){ 0 });
}

static void write_boundary(struct writing *x)
{
	struct str key =
		arena_printf(x->a, "arn:aws:iam::%s:policy/boundary", x->v->account);
	bool bounded = has_fact(x->w, "+bounded"),
	     lacks = x->v->change == CHANGE_BOUNDARY;
	struct str action = lacks ? action_of(x->w->mays[x->v->at]) : STR_LIT("s3:*");

	if (!bounded && !lacks)
		return;
	recorder_entity(&x->r, "aws:iam:policy", key, STR_LIT("boundary"), ENTITY_POLICY,
		NULL, 0);
	write_policy(x, LAYER_IDENTITY, key, "boundary",
		arena_printf(x->a,
			"{\"Effect\":\"Allow\",\"NotAction\":[\"%.*s\"%s],"
			"\"Resource\":\"*\"}",
			STR_ARG(action), bounded ? ",\"s3:*\"" : "")
			.p);
	recorder_relation(&x->r, x->v->actor, RELATION_BOUNDARY, key);
}

/* What the holder's through is: a policy attached to it, a group that it is in. */
static void write_bound(struct writing *x, struct str holder)
{
	struct str key, what;

	if (holds(x, "policy", &what)) {
		key = through_key(x->a, x->w, x->v->account);
		recorder_entity(
			&x->r, "aws:iam:policy", key, what, ENTITY_POLICY, NULL, 0);
		write_policy(x, LAYER_IDENTITY, key, "m",
			"{\"Effect\":\"Allow\",\"Action\":\"sts:GetCallerIdentity\","
			"\"Resource\":\"*\"}");
		recorder_relation(&x->r, holder, RELATION_ATTACHED, key);
	}
	if (holds(x, "group", &what)) {
		key = through_key(x->a, x->w, x->v->account);
		write_entity(x, key, ENTITY_GROUP);
		write_policy(x, LAYER_IDENTITY, key, "g",
			"{\"Effect\":\"Allow\",\"Action\":\"sts:GetCallerIdentity\","
			"\"Resource\":\"*\"}");
		recorder_relation(&x->r, holder, RELATION_MEMBER_OF, key);
	}
}

/* What carries the target: a thing, or a profile. */
static void write_carriers(struct writing *x)
{
	struct str key, what;

	if (fact_of(x->w, "thing").n > 0) {
		key = thing_key(x->a, x->w, x->v->account);
		write_entity(x, key, ENTITY_IDENTITY | ENTITY_COMPUTE);
		if (holds(x, "thing", &what))
			recorder_relation(&x->r, key, RELATION_CARRIES, x->v->target);
	}
	if (holds(x, "profile", &what)) {
		key = arena_printf(
			x->a, "arn:aws:iam::%s:instance-profile/p", x->v->account);
		write_entity(x, key, 0);
		recorder_relation(&x->r, key, RELATION_CARRIES, x->v->target);
	}
}

/* "target.access_keys=1/2" */
static void write_attribute(struct writing *x, uint32_t at)
{
	struct str fact = x->w->facts[at], place, value;
	struct record_pair pair;
	struct record r = { .type = RECORD_ENTITY,
		.entity = { .scope = x->r.scope,
			.attributes = &pair,
			.attribute_count = 1 } };

	if (fact.p[0] == '+')
		fact = str_skip(fact, 1);
	place = cut(&fact, '.');
	pair.key = cut(&fact, '=');
	value = cut(&fact, '/');
	if (x->v->change == CHANGE_OTHER_FACT && x->v->at == at)
		value = fact;
	pair.value = value;
	if (absent(x, at))
		return;
	r.entity.key = str_eq(place, STR_LIT("through"))
			       ? through_key(x->a, x->w, x->v->account)
			       : x->v->target;
	record_encode(&x->r.out, &r);
}

static void write_actor(struct writing *x)
{
	struct str statements = permissions(x), none;
	bool own = str_eq(x->w->target, STR_LIT("actor"));

	if (str_starts(x->w->actor, STR_LIT("thing")))
		return;
	if (!end_flags(x->v->actor)) {
		write_entity(x, x->v->actor, 0);
		return;
	}
	if (has_fact(x->w, "+bounded") || has_fact(x->w, "+denied"))
		statements =
			arena_printf(x->a, "%.*s,%s", STR_ARG(statements), vault_grant);
	write_end(x, x->v->actor, statements);
	write_boundary(x);
	if (has_fact(x->w, "+denied")) {
		none = arena_printf(x->a, "arn:aws:iam::%s:policy/deny", x->v->account);
		recorder_entity(&x->r, "aws:iam:policy", none, STR_LIT("deny"),
			ENTITY_POLICY, NULL, 0);
		write_policy(x, LAYER_IDENTITY, none, "deny",
			"{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"}");
		recorder_relation(&x->r, x->v->actor, RELATION_ATTACHED, none);
	}
	if (own)
		write_bound(x, x->v->actor);
}

static void write_key_policy(struct writing *x)
{
	write_entity(x, x->v->target, 0);
	write_policy(x, LAYER_RESOURCE, x->v->target, "key policy",
		arena_printf(x->a,
			"{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"%s\"},"
			"\"Action\":\"kms:*\",\"Resource\":\"*\"}",
			x->v->account)
			.p);
	write_policy(x, LAYER_GRANT, x->v->target, "no grants", "");
}

static void write_variant(struct writing *x)
{
	recorder_account(&x->r, x->account, STR_LIT("aws:" ORGANIZATION));
	write_actor(x);
	if (str_starts(x->v->target, STR_LIT("arn:aws:kms:")))
		write_key_policy(x);
	else if (!str_eq(x->v->target, x->v->actor))
		write_end(x, x->v->target, str_from(vault_grant));
	if (!str_eq(x->v->target, x->v->actor))
		write_bound(x, x->v->target);
	write_carriers(x);
	for (uint32_t i = 0; i < x->w->fact_count; i++) {
		if (is_attribute(x->w->facts[i]))
			write_attribute(x, i);
	}
	if (x->w->probe.n == 0) {
		write_entity(x, x->v->object, 0);
		recorder_document(&x->r, LAYER_RESOURCE, x->v->object,
			STR_LIT("resource policy"), (struct str){ 0 });
	}
}

/* An SCP of the organization, and where it hangs. */
static void write_ceiling(
	struct writing *x, struct str at, struct str id, const char *statements)
{
	struct str key = arena_printf(x->a,
		"arn:aws:organizations::" MANAGEMENT ":policy/" ORGANIZATION
		"/service_control_policy/%.*s",
		STR_ARG(id));

	recorder_entity(
		&x->r, "aws:organizations:policy", key, id, ENTITY_POLICY, NULL, 0);
	write_policy(x, LAYER_SCP, key, "scp", statements);
	recorder_relation(&x->r, at, RELATION_ATTACHED, key);
}

static void write_organization(struct writing *x, const struct buf *variants)
{
	static const char all[] =
		"{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}";
	struct str root = STR_LIT(
		"arn:aws:organizations::" MANAGEMENT ":root/" ORGANIZATION "/r-root");

	x->r.scope = STR_LIT("aws:" ORGANIZATION);
	recorder_organization(&x->r, STR_LIT(ORGANIZATION), STR_LIT(MANAGEMENT));
	recorder_entity(&x->r, "aws:organizations:root", root, STR_LIT("Root"),
		ENTITY_CONTAINER, NULL, 0);
	write_ceiling(x, root, STR_LIT("p-full"), all);
	for (size_t i = 0; i < VEC_COUNT(variants, struct rule_variant); i++) {
		const struct rule_variant *v =
			&VEC_DATA(variants, const struct rule_variant)[i];
		struct str account =
			arena_printf(x->a, "arn:aws:account::%s:account", v->account);
		struct str text = str_from(all);

		if (v->change == CHANGE_CEILING)
			text = arena_printf(x->a,
				"%s,{\"Effect\":\"Deny\",\"Action\":\"%.*s\","
				"\"Resource\":\"*\"}",
				all, STR_ARG(action_of(x->w->mays[v->at])));
		recorder_entity(&x->r, "aws:account:account", account,
			str_from(v->account), ENTITY_CONTAINER, NULL, 0);
		recorder_relation(&x->r, root, RELATION_CONTAINS, account);
		write_ceiling(x, account, arena_printf(x->a, "p-%s", v->account), text.p);
	}
}

void rule_world_stream(struct buf *out, const struct rule_world *w,
	const struct buf *variants, struct arena *arena)
{
	struct writing x = { .w = w, .a = arena };

	record_encode(&x.r.out,
		&(struct record){ .type = RECORD_HEADER, .version = RECORD_VERSION });
	for (size_t i = 0; i < VEC_COUNT(variants, struct rule_variant); i++) {
		x.v = &VEC_DATA(variants, const struct rule_variant)[i];
		x.account = str_from(x.v->account);
		x.r.scope = arena_printf(arena, "aws:%s", x.v->account);
		write_variant(&x);
	}
	write_organization(&x, variants);
	buf_add_str(out, buf_str(&x.r.out));
	buf_release(&x.r.out);
}
