#include "worldgen.h"

#include "worldgen_priv.h"

/* Statements. */
static const char *action_pattern(struct worldgen *g)
{
	if (chance(g, 15))
		return "*";
	return PICK(g, "s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:Get*", "s3:*",
		"s3:*Object", "sqs:SendMessage", "SQS:rec*", "sqs:*", "kms:Decrypt",
		"kms:*", "secretsmanager:GetSecretValue", "secretsmanager:*",
		"dynamodb:GetItem", "dynamodb:Query", "dynamodb:*", "sts:AssumeRole",
		"sts:AssumeRole", "sts:Assume*", "sts:*", "iam:GetRole", "iam:*",
		"iam:PassRole", "lambda:InvokeFunction", "lambda:CreateFunction",
		"lambda:*", "sqs:ListQueues", "s3:List*");
}

static void actions(struct worldgen *g, struct buf *b)
{
	const char *name = has(g, WITH_NOT) ? "NotAction" : "Action";

	if (chance(g, 50))
		buf_printf(b, "\"%s\":\"%s\"", name, action_pattern(g));
	else
		buf_printf(b, "\"%s\":[\"%s\",\"%s\"]", name, action_pattern(g),
			action_pattern(g));
}

static void some_objects(struct worldgen *g, struct buf *b)
{
	struct str bucket = any_of(g, &g->keys);

	while (!str_starts(bucket, STR_LIT("arn:aws:s3")))
		bucket = any_of(g, &g->keys);
	buf_printf(b, "%.*s/%s", STR_ARG(bucket),
		str_starts(bucket, STR_LIT("arn:aws:s3:::")) ? "" : "object/");
	if (has(g, WITH_VARIABLE))
		buf_printf(b, "${%s%s",
			chance(g, 50) ? "aws:username" : tag_key(g, "aws:PrincipalTag/t"),
			PICK(g, "}/*", "}*", "}", ", 'a'}*"));
	else
		buf_printf(b, "%s",
			PICK(g, "*", "*", "a*", "b*", "*a", "*b", "a", "b", "?*", "*a*",
				"a*b", "?"));
}

static void object_pattern(struct worldgen *g, struct buf *b)
{
	struct str *kept = &g->favourites[below(g, 2)];
	struct buf made = { 0 };

	if (kept->n == 0 || chance(g, 50)) {
		some_objects(g, &made);
		*kept = kept->n > 0 ? *kept : arena_copy(&g->arena, buf_str(&made));
		buf_add_str(b, buf_str(&made));
		buf_release(&made);
		return;
	}
	buf_add_str(b, *kept);
}

static void resource_pattern(struct worldgen *g, struct buf *b)
{
	struct str key = any_of(g, &g->keys);

	buf_add_char(b, '"');
	if (chance(g, 25))
		buf_add_char(b, '*');
	else if (has(g, WITH_WIDE_PATTERN))
		buf_printf(b, "%s",
			PICK(g, "arn:aws:s3:::*", "arn:aws:s3:::a*", "arn:aws:s3:::*a",
				"arn:aws:s3:::?1", "arn:aws:s3:::?1/*",
				"arn:aws:sqs:*:*:*", "arn:aws:sqs:*:*:q?",
				"arn:aws:kms:*:111111111111:*", "arn:aws:iam::*:role/*",
				"arn:aws:iam::*:role/r?", "arn:aws:iam::*:role/*a",
				"arn:aws:*:*:*:*b", "arn:aws:dynamodb:*:*:table/t*",
				"arn:aws:kms:*:*:key/*",
				"arn:aws:secretsmanager:*:*:secret:s*"));
	else if (chance(g, 40))
		object_pattern(g, b);
	else
		buf_add_str(b, key);
	buf_add_char(b, '"');
}

static void resources(struct worldgen *g, struct buf *b)
{
	buf_printf(b, ",\"%s\":[", has(g, WITH_NOT) ? "NotResource" : "Resource");
	resource_pattern(g, b);
	if (chance(g, 50)) {
		buf_add_char(b, ',');
		resource_pattern(g, b);
	}
	buf_add_char(b, ']');
}

/* A session by its name, alone or beside the role or the account that it is of. */
static void session_principal(struct worldgen *g, struct buf *b, const char *account)
{
	const char *session =
		PICK(g, "assumed-role/ra/s1", "assumed-role/ra/s1", "federated-user/s2");

	buf_printf(b, "{\"AWS\":[\"arn:aws:sts::%s:%s\"", account, session);
	if (chance(g, 45))
		buf_printf(b, ",\"arn:aws:iam::%s:role/ra\"", account);
	if (chance(g, 45))
		buf_printf(b, ",\"%s\"", account);
	buf_printf(b, "]}");
}

static void principal_value(struct worldgen *g, struct buf *b)
{
	struct str key = any_of(g, &g->identities);
	const char *id = account_id(below(g, g->accounts));

	if (has(g, WITH_STRANGER))
		buf_printf(b, "%s",
			PICK(g, "\"*\"", "{\"AWS\":\"*\"}", "{\"AWS\":\"" FOREIGN "\"}",
				"{\"AWS\":\"arn:aws:iam::" FOREIGN ":user/far\"}",
				"{\"Service\":\"s.amazonaws.com\"}",
				"{\"Federated\":\"arn:aws:iam::111111111111:"
				"oidc-provider/idp.example\"}",
				"{\"Federated\":[\"arn:aws:iam::111111111111:"
				"saml-provider/corp\",\"cognito-identity.amazonaws.com\"]}",
				"{\"Service\":[\"s.amazonaws.com\","
				"\"lambda.amazonaws.com\"]}"));
	else if (g->session_names && chance(g, 35))
		session_principal(g, b, id);
	else if (chance(g, 30))
		buf_printf(b, "{\"AWS\":\"arn:aws:iam::%s:root\"}", id);
	else if (chance(g, 20))
		buf_printf(b, "{\"AWS\":[\"%s\",\"%.*s\"]}", id, STR_ARG(key));
	else if (chance(g, 20))
		buf_printf(b, "{\"AWS\":\"AIDA%sU%s000\"}", id, PICK(g, "A", "B"));
	else
		buf_printf(b, "{\"AWS\":\"%.*s\"}", STR_ARG(key));
}

/* Whom an endpoint lets through: whoever it is, nobody is known by such a policy. */
static void endpoint_principal(struct worldgen *g, struct buf *b)
{
	if (chance(g, 60))
		buf_printf(b, "\"*\"");
	else
		buf_printf(b, "{\"AWS\":\"%.*s\"}", STR_ARG(any_of(g, &g->identities)));
}

static void statement(struct worldgen *g, struct buf *b, enum record_layer layer)
{
	bool endpoint = layer == LAYER_ENDPOINT;
	bool own = layer == LAYER_RESOURCE || layer == LAYER_TRUST || endpoint;
	/* ceilings are few: what they deny would hardly ever meet a grant */
	bool deny = layer == LAYER_RCP || has(g, WITH_DENY) ||
		    ((layer == LAYER_SCP || layer == LAYER_SESSION) && chance(g, 30));
	bool spares = layer == LAYER_RESOURCE && has(g, WITH_NOT);

	/* to allow all but some is a mistake, to deny them a habit */
	deny = deny || (spares && chance(g, 60));

	buf_printf(b, "{\"Effect\":\"%s\",", deny ? "Deny" : "Allow");
	if (own) {
		buf_printf(b, "\"%s\":", spares ? "NotPrincipal" : "Principal");
		if (endpoint)
			endpoint_principal(g, b);
		else if (layer == LAYER_TRUST && has(g, WITH_RUNNER))
			buf_printf(b, "{\"Service\":\"%s.amazonaws.com\"}",
				PICK(g, "lambda", "lambda", "ec2", "cloudformation",
					"glue", "codebuild"));
		/* who is spared is named with its account, or nobody of it is */
		else if (spares && chance(g, 60))
			buf_printf(b, "{\"AWS\":[\"arn:aws:iam::%s:root\",\"%.*s\"]}",
				account_id(g->account),
				STR_ARG(any_of(g, &g->identities)));
		else
			principal_value(g, b);
		buf_add_char(b, ',');
	} else if (layer == LAYER_RCP) {
		buf_printf(b, "\"Principal\":\"*\",");
	}
	if (has(g, WITH_TAG) && chance(g, 30)) {
		worldgen_tagged(g, b, layer);
		return;
	}
	if (layer == LAYER_TRUST)
		buf_printf(b, "\"Action\":\"%s\"",
			PICK(g, "sts:AssumeRole", "sts:AssumeRole",
				"sts:AssumeRoleWithWebIdentity", "sts:AssumeRole*",
				"sts:Assume*"));
	else if ((layer == LAYER_RESOURCE || endpoint) && chance(g, 50))
		buf_printf(b, "\"Action\":\"*\"");
	else if (layer == LAYER_RCP)
		buf_printf(b, "\"Action\":\"%s\"", action_pattern(g));
	else
		actions(g, b);
	if ((layer == LAYER_RESOURCE || endpoint) && chance(g, 60))
		buf_printf(b, ",\"Resource\":\"*\"");
	else if (layer != LAYER_TRUST)
		resources(g, b);
	worldgen_condition(g, b);
	buf_add_char(b, '}');
}

/*
 * A statement that spoils its policy: @ for who, # for on what, as the layer wants them.
 */
static void malformed(struct worldgen *g, struct buf *b, enum record_layer layer)
{
	bool own = layer != LAYER_IDENTITY && layer != LAYER_SCP;
	const char *at = PICK(g, "{@'Effect':'Permit','Action':'*'#}",
		"{@'Effect':'Allow','Action':'*','NotAction':'s3:*'#}",
		"{@'Effect':'Deny'#}",
		"{@'Effect':'Deny','Action':'*'#,'Condition':{'NullIfExists':{'aws:SourceVpc':'true'}}}",
		"{@'Effect':'Deny','Action':'*'#,'Condition':{'StringEqual':{'aws:SourceVpc':'v'}}}",
		"{@'Effect':'Deny','Action':'*'#,'Condition':{'Bool':{'aws:SecureTransport':'1'}}}");

	if (chance(g, 15))
		at = own ? "{'Effect':'Deny','Action':'*'#}"
			 : "{'Principal':'*','Effect':'Deny','Action':'*'#}";
	else if (chance(g, 15) && layer == LAYER_TRUST)
		at = "{'Effect':'Deny','Action':'*','NotPrincipal':{'AWS':'" FOREIGN
		     "'}}";
	else if (chance(g, 15) && (!own || layer == LAYER_TRUST))
		at = "{'Sid':'S',@'Effect':'Allow','Action':'*'#},"
		     "{'Sid':'S',@'Effect':'Deny','Action':'sqs:*'#}";
	for (; *at; at++) {
		if (*at == '@' && own)
			buf_printf(b, "\"Principal\":\"*\",");
		else if (*at == '#' && layer != LAYER_TRUST)
			buf_printf(b, ",\"Resource\":\"*\"");
		else if (*at != '@' && *at != '#')
			buf_add_char(b, *at == '\'' ? '"' : *at);
	}
}

/* Everything, and of some actions nothing outside of some objects. */
static void confined(struct worldgen *g, struct buf *b)
{
	const char *of = PICK(g, "s3:GetObject", "s3:*Object", "s3:*");
	struct buf inside = { 0 };

	object_pattern(g, &inside);
	if (chance(g, 50))
		buf_printf(b,
			"{\"Effect\":\"Allow\",\"Action\":\"%s\",\"Resource\":\"*\"},"
			"{\"Effect\":\"Deny\",\"Action\":\"%s\",\"NotResource\":\"%.*s\"},",
			of, of, STR_ARG(buf_str(&inside)));
	else
		buf_printf(b,
			"{\"Effect\":\"Allow\",\"Action\":\"%s\",\"NotResource\":\"%.*s\"},"
			"{\"Effect\":\"Deny\",\"Action\":\"%s\",\"Resource\":\"%.*s\"},",
			of, STR_ARG(buf_str(&inside)), of, STR_ARG(buf_str(&inside)));
	buf_release(&inside);
}

/* A text with some statements; `first`, if any, before them. */
struct str worldgen_policy(
	struct worldgen *g, enum record_layer layer, uint32_t count, const char *first)
{
	struct buf b = { 0 };

	buf_printf(
		&b, "{\"Version\":\"2012-10-17\",\"Statement\":[%s", first ? first : "");
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0 || first)
			buf_add_char(&b, ',');
		if (layer == LAYER_IDENTITY && has(g, WITH_NOT) && chance(g, 20))
			confined(g, &b);
		statement(g, &b, layer);
	}
	if (count > 0 && chance(g, g->weight[WITH_MALFORMED] / 6) &&
		(g->refused || layer == LAYER_IDENTITY || layer == LAYER_SCP) &&
		!(g->known_tags && layer == LAYER_TRUST)) {
		buf_add_char(&b, ',');
		malformed(g, &b, layer);
	}
	buf_printf(&b, "]}");
	struct str copy = arena_copy(&g->arena, buf_str(&b));

	buf_release(&b);
	return copy;
}

/* What a boundary refuses: an Allow of another policy must not bring it back. */
#define REFUSAL                                                                          \
	"{\"Effect\":\"Deny\",\"Action\":[\"s3:Get*\",\"sqs:*\",\"iam:GetRole\"],"       \
	"\"Resource\":\"*\"}"
#define FULL "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}"

/* Keys first: policies name what comes later, too. */
enum sort {
	SORT_USER,
	SORT_ROLE,
	SORT_LINKED,
	SORT_GROUP,
	SORT_POLICY,
	SORT_FUNCTION,
	SORT_INSTANCE,
	SORT_PROFILE,
	SORT_RESOURCE,
	SORT_POINT,
	SORT_ENDPOINT,
	SORT_SESSION
};

struct thing {
	enum sort sort;
	const char *kind, *name, *format; /* format: "%s" is the account */
	uint32_t flags;
};

/* clang-format off */
static const struct thing things[] = {
	{ SORT_USER, "aws:iam:user", "ua", "arn:aws:iam::%s:user/ua", ENTITY_IDENTITY },
	{ SORT_USER, "aws:iam:user", "ub", "arn:aws:iam::%s:user/ub", ENTITY_IDENTITY },
	{ SORT_ROLE, "aws:iam:role", "ra", "arn:aws:iam::%s:role/ra", ENTITY_IDENTITY },
	{ SORT_ROLE, "aws:iam:role", "rb", "arn:aws:iam::%s:role/rb", ENTITY_IDENTITY },
	{ SORT_ROLE, "aws:iam:role", "rc", "arn:aws:iam::%s:role/rc", ENTITY_IDENTITY },
	{ SORT_LINKED, "aws:iam:role", "rl", "arn:aws:iam::%s:role/aws-service-role/x.amazonaws.com/rl", ENTITY_IDENTITY | ENTITY_LINKED },
	{ SORT_GROUP, "aws:iam:group", "ga", "arn:aws:iam::%s:group/ga", ENTITY_GROUP },
	{ SORT_GROUP, "aws:iam:group", "gb", "arn:aws:iam::%s:group/gb", ENTITY_GROUP },
	{ SORT_POLICY, "aws:iam:policy", "pa", "arn:aws:iam::%s:policy/pa", ENTITY_POLICY },
	{ SORT_POLICY, "aws:iam:policy", "pb", "arn:aws:iam::%s:policy/pb", ENTITY_POLICY },
	{ SORT_FUNCTION, "aws:lambda:function", "f", "arn:aws:lambda:eu-west-1:%s:function:f", ENTITY_IDENTITY | ENTITY_COMPUTE },
	{ SORT_INSTANCE, "aws:ec2:instance", "i", "arn:aws:ec2:eu-west-1:%s:instance/i-1", ENTITY_IDENTITY | ENTITY_COMPUTE },
	{ SORT_PROFILE, "aws:iam:instance-profile", "ip", "arn:aws:iam::%s:instance-profile/ip", 0 },
	{ SORT_RESOURCE, "aws:s3:bucket", "a", "arn:aws:s3:::a%.1s", 0 },
	{ SORT_RESOURCE, "aws:s3:bucket", "b", "arn:aws:s3:::b%.1s", 0 },
	{ SORT_RESOURCE, "aws:sqs:queue", "qa", "arn:aws:sqs:eu-west-1:%s:qa", 0 },
	{ SORT_RESOURCE, "aws:sqs:queue", "qb", "arn:aws:sqs:us-east-1:%s:qb", 0 },
	{ SORT_RESOURCE, "aws:kms:key", "ka", "arn:aws:kms:eu-west-1:%s:key/ka", 0 },
	{ SORT_RESOURCE, "aws:secretsmanager:secret", "sa", "arn:aws:secretsmanager:eu-west-1:%s:secret:sa-AbCdEf", 0 },
	{ SORT_RESOURCE, "aws:dynamodb:table", "ta", "arn:aws:dynamodb:eu-west-1:%s:table/ta", 0 },
	{ SORT_ROLE, "aws:iam:role", "rs", "arn:aws:iam::%s:role/aws-reserved/sso.amazonaws.com/rs", ENTITY_IDENTITY },
	{ SORT_POINT, "aws:s3:accesspoint", "p", "arn:aws:s3:eu-west-1:%s:accesspoint/p", 0 },
	{ SORT_ENDPOINT, "aws:ec2:vpc-endpoint", "v-a", "arn:aws:ec2:eu-west-1:%s:vpc-endpoint/v-a", 0 },
	{ SORT_ENDPOINT, "aws:ec2:vpc-endpoint", "v-b", "arn:aws:ec2:eu-west-1:%s:vpc-endpoint/v-b", 0 },
	{ SORT_SESSION, "aws:sts:session", "s1", "arn:aws:sts::%s:assumed-role/ra/s1", ENTITY_IDENTITY | ENTITY_SESSION },
	{ SORT_SESSION, "aws:sts:session", "s2", "arn:aws:sts::%s:federated-user/s2", ENTITY_IDENTITY | ENTITY_SESSION },
};
/* clang-format on */
#define THING_COUNT (sizeof(things) / sizeof(things[0]))

static struct str thing_key(struct worldgen *g, size_t thing, uint32_t account)
{
	return arena_printf(&g->arena, things[thing].format, account_id(account));
}

/* A relation to a thing of the account, if it has that. */
static void relate(struct worldgen *g, struct str from, enum record_relation_type type,
	const char *name)
{
	size_t i = 0;

	while (strcmp(things[i].name, name) != 0)
		i++;
	if (!g->chosen[i])
		return;
	struct str key = thing_key(g, i, g->account);

	if (chance(g, 20))
		key = arena_printf(&g->arena, "name:%s:%s", things[i].kind, name);
	recorder_relation(&g->r, from, type, key);
}

static void attach_something(struct worldgen *g, struct str key)
{
	if (chance(g, 40))
		relate(g, key, RELATION_ATTACHED, PICK(g, "pa", "pb"));
	if (chance(g, g->weight[WITH_MISSING] / 4))
		recorder_relation(&g->r, key, RELATION_ATTACHED,
			STR_LIT("arn:aws:iam::aws:policy/Unread"));
	if (chance(g, 60))
		recorder_document(&g->r, LAYER_IDENTITY, key, STR_LIT("inline"),
			worldgen_policy(g, LAYER_IDENTITY, 1 + below(g, 3), NULL));
}

static void write_identity(struct worldgen *g, const struct thing *t, struct str key)
{
	attach_something(g, key);
	if (t->sort == SORT_USER && chance(g, 50))
		relate(g, key, RELATION_MEMBER_OF, PICK(g, "ga", "gb"));
	if (has(g, WITH_BOUNDARY) && has(g, WITH_MISSING))
		recorder_relation(&g->r, key, RELATION_BOUNDARY,
			STR_LIT("arn:aws:iam::aws:policy/Unread"));
	else if (has(g, WITH_BOUNDARY))
		relate(g, key, RELATION_BOUNDARY, PICK(g, "pa", "pb"));
	if (t->sort == SORT_USER)
		return;
	if (!chance(g, g->weight[WITH_REFUSED] / 4) || g->known_tags)
		recorder_document(&g->r, LAYER_TRUST, key, STR_LIT("trust policy"),
			worldgen_policy(g, LAYER_TRUST, 1 + below(g, 2), NULL));
	else if (chance(g, 50))
		recorder_coverage(&g->r, STR_LIT("trust-policy"), key, COVERAGE_REFUSED);
}

/* Grants of a key: none, or some, each with one grantee. */
static void write_grants(struct worldgen *g, struct str key)
{
	uint32_t count = has(g, WITH_GRANT) ? 1 + below(g, 2) : 0;

	if (count == 0)
		recorder_document(&g->r, LAYER_GRANT, key, STR_LIT("no grants"),
			STR_LIT("{\"Statement\":[]}"));
	for (uint32_t i = 0; i < count; i++) {
		bool stranger = has(g, WITH_STRANGER);
		struct str who =
			stranger ? STR_LIT("s.amazonaws.com") : any_of(g, &g->identities);
		const char *context =
			has(g, WITH_OPEN_CONDITION) && (g->open_keys & 2)
				? ",\"Condition\":{\"StringEquals\":{\"aws:SourceVpce\":\"v-a\"}}"
				: "";

		recorder_document(&g->r, LAYER_GRANT, key,
			arena_printf(&g->arena, "grant %u", i),
			arena_printf(&g->arena,
				"{\"Version\":\"2008-10-17\",\"Statement\":[{\"Effect\":"
				"\"Allow\",\"Principal\":{\"%s\":\"%.*s\"},"
				"\"Action\":%s,\"Resource\":\"*\"%s}]}",
				stranger ? "Service" : "AWS", STR_ARG(who),
				PICK(g, "\"kms:Decrypt\"",
					"[\"kms:Encrypt\",\"kms:CreateGrant\"]"),
				context));
	}
}

static void write_resource(struct worldgen *g, const struct thing *t, struct str key)
{
	struct str what = arena_printf(&g->arena, "resource-policy:%s", t->kind);
	bool kms = strcmp(t->kind, "aws:kms:key") == 0;
	const char *delegation = NULL;
	struct str text = { 0 };

	if (chance(g, g->weight[WITH_REFUSED] / 2)) {
		recorder_coverage(&g->r, what, key, COVERAGE_REFUSED);
		return;
	}
	if (kms && chance(g, 60))
		delegation = arena_printf(&g->arena,
			"{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
			"\"arn:aws:iam::%s:root\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}",
			account_id(g->account))
				     .p;
	if (kms || has(g, WITH_RESOURCE_POLICY))
		text = worldgen_twin(g, t->kind, key,
			worldgen_policy(g, LAYER_RESOURCE, 1 + below(g, 3), delegation));
	recorder_coverage(&g->r, what, key, COVERAGE_GOT);
	recorder_document(&g->r, LAYER_RESOURCE, key, STR_LIT("resource policy"), text);
	if (kms)
		write_grants(g, key);
}

static void write_thing(struct worldgen *g, const struct thing *t, struct str key)
{
	/* keys of tags have no case, values do */
	struct record_pair tag = { str_from(PICK(g, "t", "T")),
		str_from(PICK(g, "x", "y", "a")) };
	struct record_pair manager = { STR_LIT("manager"),
		str_from(PICK(g, "AWS", "CUSTOMER", "CUSTOMER")) };
	bool bucket = strcmp(t->kind, "aws:s3:bucket") == 0;

	if (t->sort == SORT_ENDPOINT) {
		worldgen_endpoint(g, t->kind, t->name, key);
		return;
	}
	if (bucket || t->sort == SORT_POINT)
		worldgen_settings(g, true);
	if (t->sort == SORT_POINT)
		worldgen_leads_to(g);
	if (strcmp(t->kind, "aws:kms:key") == 0 && chance(g, 60)) {
		g->r.attributes = &manager;
		g->r.attribute_count = 1;
	}
	recorder_entity(&g->r, t->kind, key, str_from(t->name), t->flags, &tag,
		has(g, WITH_TAG) ? 1 : 0);
	switch (t->sort) {
	case SORT_USER:
	case SORT_ROLE:
	case SORT_LINKED:
		write_identity(g, t, key);
		break;
	case SORT_GROUP:
		attach_something(g, key);
		if (strcmp(t->name, "gb") == 0 && chance(g, 40))
			relate(g, key, RELATION_MEMBER_OF, "ga");
		break;
	case SORT_POLICY:
		if (!chance(g, g->weight[WITH_MISSING] / 4))
			recorder_document(&g->r, LAYER_IDENTITY, key, str_from(t->name),
				worldgen_policy(g, LAYER_IDENTITY, 1 + below(g, 3),
					chance(g, 25) ? REFUSAL : NULL));
		break;
	case SORT_FUNCTION:
		relate(g, key, RELATION_CARRIES, PICK(g, "ra", "rb"));
		write_resource(g, t, key);
		break;
	case SORT_INSTANCE:
		relate(g, key, RELATION_CARRIES, "ip");
		break;
	case SORT_PROFILE:
		relate(g, key, RELATION_CARRIES, PICK(g, "rb", "rc"));
		break;
	case SORT_RESOURCE:
		write_resource(g, t, key);
		if (bucket && has(g, WITH_BUCKET))
			worldgen_list(g, key);
		break;
	case SORT_POINT:
		write_resource(g, t, key);
		break;
	case SORT_ENDPOINT:
		break;
	case SORT_SESSION:
		relate(g, key, RELATION_SESSION_OF,
			str_eq(str_from(t->name), STR_LIT("s1")) ? "ra" : "ua");
		if (chance(g, 60))
			recorder_document(&g->r, LAYER_SESSION, key,
				STR_LIT("session policy"),
				worldgen_policy(g, LAYER_SESSION, 1 + below(g, 2), NULL));
		break;
	}
}

static struct str account_key(struct worldgen *g, uint32_t account)
{
	return arena_printf(
		&g->arena, "arn:aws:account::%s:account", account_id(account));
}

static void write_account(struct worldgen *g, struct buf *out)
{
	g->r = (struct recorder){ .scope = arena_printf(
					  &g->arena, "aws:%s", account_id(g->account)) };
	worldgen_settings(g, false);
	recorder_account(&g->r, str_from(account_id(g->account)),
		g->organization ? STR_LIT("aws:" ORG) : (struct str){ 0 });
	for (size_t i = 0; i < THING_COUNT; i++) {
		if (g->chosen[i])
			write_thing(g, &things[i], thing_key(g, i, g->account));
	}
	buf_add_str(out, buf_str(&g->r.out));
	buf_release(&g->r.out);
}

/* Ceilings. The first account of three is the organization's own. */
static void write_ceiling(struct worldgen *g, struct str at, enum record_layer layer,
	const char *first, uint32_t count)
{
	struct str id =
		arena_printf(&g->arena, "p-%08x", (unsigned)(next(g) & 0xffffffffu));
	struct str key = arena_printf(&g->arena,
		"arn:aws:organizations::333333333333:policy/" ORG "/%s/%.*s",
		layer == LAYER_SCP ? "service_control_policy" : "resource_control_policy",
		STR_ARG(id));

	recorder_entity(
		&g->r, "aws:organizations:policy", key, id, ENTITY_POLICY, NULL, 0);
	recorder_relation(&g->r, at, RELATION_ATTACHED, key);
	recorder_document(&g->r, layer, key, id, worldgen_policy(g, layer, count, first));
}

static void write_ceilings(struct worldgen *g, struct str at, bool scps)
{
	if (scps && chance(g, 85))
		write_ceiling(g, at, LAYER_SCP, FULL, 0);
	if (scps && has(g, WITH_CEILING))
		write_ceiling(g, at, LAYER_SCP, NULL, 1 + below(g, 2));
	if (g->weight[WITH_CEILING] > 0 && chance(g, 30))
		write_ceiling(g, at, LAYER_RCP, NULL, 1);
}

static void write_organization(struct worldgen *g, struct buf *out)
{
	struct str root = STR_LIT("arn:aws:organizations::333333333333:root/" ORG "/r-1");
	struct str ou = STR_LIT("arn:aws:organizations::333333333333:ou/" ORG "/ou-1");
	struct str top = STR_LIT("arn:aws:organizations::333333333333:organization/" ORG);
	bool scps = chance(g, 50);
	uint32_t management = below(g, ACCOUNTS);

	g->r = (struct recorder){ .scope = STR_LIT("aws:" ORG) };
	recorder_organization(&g->r, STR_LIT(ORG), STR_LIT("333333333333"));
	recorder_entity(&g->r, "aws:organizations:root", root, STR_LIT("Root"),
		ENTITY_CONTAINER, NULL, 0);
	recorder_entity(&g->r, "aws:organizations:organizationalunit", ou, STR_LIT("ou"),
		ENTITY_CONTAINER, NULL, 0);
	recorder_relation(&g->r, top, RELATION_CONTAINS, root);
	recorder_relation(&g->r, root, RELATION_CONTAINS, ou);
	write_ceilings(g, root, scps);
	write_ceilings(g, ou, scps);
	for (uint32_t i = 0; i < g->accounts; i++) {
		recorder_entity(&g->r, "aws:account:account", account_key(g, i),
			str_from(account_id(i)),
			ENTITY_CONTAINER | (i == management ? ENTITY_EXEMPT : 0), NULL,
			0);
		recorder_relation(&g->r, chance(g, 70) ? ou : root, RELATION_CONTAINS,
			account_key(g, i));
		write_ceilings(g, account_key(g, i), scps);
	}
	buf_add_str(out, buf_str(&g->r.out));
	buf_release(&g->r.out);
}

/* A session is of somebody: "s1" of the role "ra", "s2" of the user "ua". */
static bool session_has_owner(const bool *chosen, size_t thing)
{
	const char *owner = strcmp(things[thing].name, "s1") == 0 ? "ra" : "ua";
	size_t i = 0;

	if (things[thing].sort != SORT_SESSION)
		return true;
	while (strcmp(things[i].name, owner) != 0)
		i++;
	return chosen[i];
}

static void choose(struct worldgen *g, bool chosen[ACCOUNTS][THING_COUNT])
{
	for (uint32_t a = 0; a < g->accounts; a++) {
		for (size_t i = 0; i < THING_COUNT; i++) {
			/* Buckets stand for patterns in all policies. */
			chosen[a][i] = (a == 0 && i == 13) || chance(g, 55);
			if (things[i].sort == SORT_POINT)
				chosen[a][i] = g->weight[WITH_POINT] > 0 && chance(g, 60);
			/* an endpoint is one: of the first two accounts */
			if (things[i].sort == SORT_ENDPOINT)
				chosen[a][i] =
					g->weight[WITH_ENDPOINT] > 0 && a <= 1 &&
					chance(g, 70) &&
					(strcmp(things[i].name, "v-a") == 0) == (a == 0);
			if (!chosen[a][i])
				continue;
			chosen[a][i] = session_has_owner(chosen[a], i);
			if (!chosen[a][i])
				continue;
			VEC_ADD(&g->keys, struct str, thing_key(g, i, a));
			if (things[i].sort <= SORT_LINKED)
				VEC_ADD(&g->identities, struct str, thing_key(g, i, a));
		}
	}
	VEC_ADD(&g->identities, struct str, STR_LIT("arn:aws:iam::111111111111:user/ua"));
}

void worldgen_make(struct buf *out, uint64_t seed, bool refused)
{
	struct worldgen g = { .state = seed * 0xd1342543de82ef95ull + 1 };
	bool chosen[ACCOUNTS][THING_COUNT];

	arena_init(&g.arena, ARENA_UNLIMITED);
	for (int i = 0; i < FEATURE_COUNT; i++)
		g.weight[i] = chance(&g, 30) ? 0 : below(&g, 60);
	if (!refused)
		g.weight[WITH_REFUSED] = 0;
	g.refused = refused;
	/* A stranger's name and tags are not known. */
	if (g.weight[WITH_STRANGER] > 0)
		g.weight[WITH_VARIABLE] = 0;
	g.accounts = 1 + below(&g, ACCOUNTS);
	g.organization = chance(&g, 50);
	g.open_keys = 1u << below(&g, OPEN_KEYS) | 1u << below(&g, OPEN_KEYS);
	/* endpoints matter where somebody asks for them */
	if (g.weight[WITH_ENDPOINT] > 0 && chance(&g, 70))
		g.open_keys =
			(chance(&g, 60) ? 1u << 1 : 1u << 6) | 1u << below(&g, OPEN_KEYS);
	/* one open key less, so that the oracle can try all combinations */
	g.session_names = seed % 4 == 1;
	g.known_tags = seed % 2 == 0;
	g.twins = seed % 5 == 2;
	if (g.session_names)
		g.open_keys &= ~g.open_keys + 1;
	choose(&g, chosen);
	for (g.account = 0; g.account < g.accounts; g.account++) {
		g.chosen = chosen[g.account];
		write_account(&g, out);
	}
	if (g.organization)
		write_organization(&g, out);
	buf_release(&g.keys);
	buf_release(&g.firsts);
	buf_release(&g.identities);
	arena_release(&g.arena);
}
