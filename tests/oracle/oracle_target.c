#include "oracle_target.h"

#include <assert.h>

static uint32_t number(struct buf *list, struct str pattern)
{
	for (uint32_t i = 0; i < VEC_COUNT(list, struct str); i++) {
		if (str_eq(VEC_DATA(list, struct str)[i], pattern))
			return i;
	}
	VEC_ADD(list, struct str, pattern);
	return (uint32_t)VEC_COUNT(list, struct str) - 1;
}

/* `ctx`, a bool, or NULL: tells that a variable was asked for. */
static bool no_value(void *ctx, struct str key, struct str *out)
{
	bool *asked = ctx;

	(void)key;
	(void)out;
	if (asked)
		*asked = true;
	return false;
}

static void number_statement(struct oracle_patterns *out, struct oracle_world *w,
	bool variables, struct oracle_statement *s)
{
	struct str pattern;

	s->action_ids = ARENA_NEW_ARRAY(&w->arena, uint32_t, s->actions.count);
	s->resource_ids = ARENA_NEW_ARRAY(&w->arena, uint32_t, s->resources.count);
	for (uint32_t i = 0; i < s->actions.count; i++) {
		oracle_policy_pattern(
			&pattern, s->actions.items[i], false, no_value, NULL, &w->arena);
		s->action_ids[i] = number(&out->actions, pattern);
	}
	for (uint32_t i = 0; i < s->resources.count; i++) {
		bool asked = false;

		/* one with a default is a variable all the same */
		if (oracle_policy_pattern(&pattern, s->resources.items[i], variables,
			    no_value, &asked, &w->arena) &&
			!asked)
			s->resource_ids[i] = number(&out->resources, pattern);
		else
			s->resource_ids[i] =
				number(&out->variable, s->resources.items[i]) |
				ORACLE_VARIABLE;
	}
}

/* What each text with variables is for each who asks. */
static void expand(struct oracle_patterns *out, struct oracle_world *w)
{
	uint32_t nodes = oracle_world_count(w), k = 0;
	size_t variables = VEC_COUNT(&out->variable, struct str);

	out->subject_count = nodes;
	out->expanded = ARENA_NEW_ARRAY(&w->arena, uint32_t, variables * nodes);
	for (size_t v = 0; v < variables; v++) {
		for (uint32_t i = 0; i < nodes; i++) {
			struct oracle_node *n = oracle_world_node(w, i);
			struct oracle_request r = { .subject = n,
				.object = n,
				.subject_place = &w->places[i],
				.object_place = &w->places[i] };
			struct str text = VEC_DATA(&out->variable, struct str)[v], done;

			out->expanded[k++] =
				oracle_policy_pattern(&done, text, true,
					oracle_condition_variable, &r, &w->arena)
					? number(&out->resources, done)
					: ORACLE_NONE;
		}
	}
}

void oracle_target_number(struct oracle_patterns *out, struct oracle_world *w)
{
	*out = (struct oracle_patterns){ 0 };
	for (size_t i = 0; i < VEC_COUNT(&w->documents, struct oracle_document); i++) {
		struct oracle_policy *p =
			&VEC_DATA(&w->documents, struct oracle_document)[i].policy;

		for (uint32_t k = 0; k < p->count; k++)
			number_statement(out, w, p->variables, &p->statements[k]);
	}
	expand(out, w);
}

void oracle_target_release(struct oracle_patterns *p)
{
	buf_release(&p->actions);
	buf_release(&p->resources);
	buf_release(&p->variable);
}

static const bool *match_action(
	const struct oracle_patterns *p, struct str name, struct arena *arena)
{
	uint32_t count = (uint32_t)VEC_COUNT(&p->actions, struct str);
	bool *match = ARENA_NEW_ARRAY(arena, bool, (size_t)count + 1);

	for (uint32_t i = 0; i < count; i++)
		match[i] = oracle_policy_glob(
			VEC_DATA(&p->actions, struct str)[i], name, true);
	return match;
}

bool oracle_target_is_out(action_id id)
{
	struct str name = catalog_action_get(id).name;

	return str_eq(name, STR_LIT("sts:GetCallerIdentity"));
}

/*
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 * and API_AssumeRoleWithSAML: calls without any credentials of AWS.
 */
static enum oracle_login login_of(struct str name)
{
	if (str_eq(name, STR_LIT("sts:AssumeRoleWithWebIdentity")))
		return ORACLE_WEB;
	if (str_eq(name, STR_LIT("sts:AssumeRoleWithSAML")))
		return ORACLE_SAML;
	return ORACLE_SIGNED;
}

/*
 * https://docs.aws.amazon.com/kms/latest/developerguide/grants.html: the operations of
 * grants.
 */
static bool is_operation(struct str name)
{
	static const char *const names[] = { "CreateGrant", "Decrypt", "DescribeKey",
		"DeriveSharedSecret", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
		"GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext",
		"GenerateMac", "GetPublicKey", "ReEncryptFrom", "ReEncryptTo",
		"RetireGrant", "Sign", "Verify", "VerifyMac" };
	bool kms = str_starts(name, STR_LIT("kms:"));

	for (size_t i = 0; kms && i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(str_skip(name, 4), str_from(names[i])))
			return true;
	}
	return false;
}

/* What a federated login may ask for along with its own action. */
static bool is_session(struct str name)
{
	return str_eq(name, STR_LIT("sts:TagSession")) ||
	       str_eq(name, STR_LIT("sts:SetSourceIdentity"));
}

/*
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: what the
 * trust policy of a role must allow.
 */
static bool is_trusted(struct str name)
{
	return login_of(name) != ORACLE_SIGNED ||
	       str_eq(name, STR_LIT("sts:AssumeRole")) ||
	       str_eq(name, STR_LIT("sts:TagSession")) ||
	       str_eq(name, STR_LIT("sts:SetSourceIdentity")) ||
	       str_eq(name, STR_LIT("sts:SetContext"));
}

/*
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html: the operations
 * that answer UnmodifiableEntity for a role of a service. Roles of Identity Center and
 * policies of AWS are not changed at all, nor the former passed on
 * (https://repost.aws/knowledge-center/identity-center-aws-reserved-sso).
 */
static enum oracle_keeping kept_from(struct str kind, const struct catalog_action *a)
{
	static const char *const shaping[] = { "iam:AttachRolePolicy",
		"iam:DetachRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy",
		"iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary",
		"iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:DeleteRole" };
	bool role = str_eq(kind, STR_LIT("aws:iam:role"));

	if (!str_eq(a->service, STR_LIT("iam")) ||
		(!role && !str_eq(kind, STR_LIT("aws:iam:policy"))) ||
		a->level == CATALOG_LIST || a->level == CATALOG_READ)
		return ORACLE_OPEN;
	for (size_t i = 0; role && i < sizeof(shaping) / sizeof(shaping[0]); i++) {
		if (str_eq(a->name, str_from(shaping[i])))
			return ORACLE_SHAPED;
	}
	return ORACLE_KEPT;
}

/*
 * Only listings have the key. What belongs to S3 under another service's name, and calls
 * of which the reference lists no key of S3, are left open.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/list_amazons3.html
 */
static bool has_prefix(const struct catalog_action *a)
{
	if (!str_eq(a->service, STR_LIT("s3")))
		return str_starts(a->service, STR_LIT("s3"));
	return str_eq(a->name, STR_LIT("s3:ListBucket")) ||
	       str_eq(a->name, STR_LIT("s3:ListBucketVersions")) ||
	       str_eq(a->name, STR_LIT("s3:PutAccessPointPublicAccessBlock"));
}

/* Which of the kind's targets the action is on. */
static uint32_t targets_of(kind_id kind, action_id id)
{
	uint32_t targets = 0;

	for (uint32_t t = 0; t < catalog_kind_target_count(kind); t++) {
		struct catalog_target target = catalog_kind_target(kind, t);

		for (uint32_t i = 0; i < target.action_count; i++)
			targets |= target.actions[i] == id ? 1u << t : 0;
	}
	return targets;
}

static void add_action(struct buf *out, const struct oracle_patterns *p, struct str kind,
	action_id id, uint32_t targets, struct arena *arena)
{
	struct catalog_action a = catalog_action_get(id);
	uint32_t service = a.service_id;
	struct oracle_class new = { .service = a.service,
		.trust = is_trusted(a.name),
		.assume = str_eq(a.name, STR_LIT("sts:AssumeRole")) ||
			  login_of(a.name) != ORACLE_SIGNED,
		.login = login_of(a.name),
		.session = is_session(a.name),
		.operation = is_operation(a.name),
		.prefix = has_prefix(&a),
		.rcp = catalog_service_has_rcp(service) &&
		       !str_eq(a.name, STR_LIT("kms:RetireGrant")),
		.kept = kept_from(kind, &a),
		.caller = oracle_caller_of(a.name),
		.targets = targets,
		.match = match_action(p, a.name, arena) };
	size_t count = VEC_COUNT(out, struct oracle_class);
	struct oracle_class *found = NULL;

	if (str_eq(kind, STR_LIT("aws:s3:accesspoint")))
		new.behind = targets_of(catalog_kind_find(STR_LIT("aws:s3:bucket")), id);

	if (oracle_target_is_out(id))
		return;
	for (size_t i = 0; i < count && !found; i++) {
		struct oracle_class *c = &VEC_DATA(out, struct oracle_class)[i];

		if (str_eq(c->service, new.service) && c->assume == new.assume &&
			c->login == new.login && c->session == new.session &&
			c->operation == new.operation && c->prefix == new.prefix &&
			c->trust == new.trust && c->kept == new.kept &&
			c->caller == new.caller && c->rcp == new.rcp &&
			c->behind == new.behind &&
			c->targets ==
				targets &&memcmp(c->match, new.match,
					VEC_COUNT(&p->actions, struct str)) == 0)
			found = c;
	}
	if (!found) {
		VEC_ADD(out, struct oracle_class, new);
		found = &VEC_DATA(out, struct oracle_class)[count];
	}
	VEC_ADD(&found->actions, action_id, id);
}

void oracle_target_classes(struct buf *out, const struct oracle_patterns *p,
	struct str kind, bool account, struct arena *arena)
{
	kind_id id = catalog_kind_find(kind);
	uint32_t target_count = id == CATALOG_NONE ? 0 : catalog_kind_target_count(id);
	action_id begin, end;

	assert(target_count < ORACLE_TARGETS);
	for (uint32_t t = 0; t < target_count; t++) {
		struct catalog_target target = catalog_kind_target(id, t);

		for (uint32_t i = 0; i < target.action_count; i++) {
			uint32_t targets = targets_of(id, target.actions[i]);

			/* Once, at the first of its targets. */
			if ((targets & ((1u << t) - 1)) == 0)
				add_action(
					out, p, kind, target.actions[i], targets, arena);
		}
	}
	catalog_provider_actions(STR_LIT("aws"), &begin, &end);
	for (action_id a = begin; account && a < end; a++) {
		if (catalog_action_get(a).unbound)
			add_action(
				out, p, (struct str){ 0 }, a, 1u << target_count, arena);
	}
}

void oracle_target_classes_release(struct buf *classes)
{
	for (size_t i = 0; i < VEC_COUNT(classes, struct oracle_class); i++)
		buf_release(&VEC_DATA(classes, struct oracle_class)[i].actions);
	buf_release(classes);
}

const bool *oracle_target_match(
	const struct oracle_patterns *p, struct str text, struct arena *arena)
{
	size_t count = VEC_COUNT(&p->resources, struct str);
	bool *match = ARENA_NEW_ARRAY(arena, bool, count + 1);
	bool none = str_eq(text, STR_LIT("*"));

	for (size_t i = 0; i < count; i++) {
		struct str pattern = VEC_DATA(&p->resources, struct str)[i];

		/* What acts on no resource is covered by "*" alone. */
		match[i] = none ? pattern.n == 1 && pattern.p[0] == ORACLE_STAR
				: oracle_policy_glob(pattern, text, false);
	}
	return match;
}

/* Add a string unless there is one that matches the same patterns. */
static void add_string(struct buf *out, const struct oracle_patterns *p, struct str text,
	struct arena *arena)
{
	size_t count = VEC_COUNT(&p->resources, struct str);
	const bool *match = oracle_target_match(p, text, arena);

	for (size_t i = 0; i < VEC_COUNT(out, struct oracle_string); i++) {
		if (memcmp(VEC_DATA(out, struct oracle_string)[i].match, match, count) ==
			0)
			return;
	}
	VEC_ADD(out, struct oracle_string, { arena_copy(arena, text), match });
}

#define LETTERS "abz"

/* Word number n of those over LETTERS, shortest first. */
static size_t spell(char word[8], unsigned n)
{
	size_t size = 0;

	for (; n > 0; n = (n - 1) / 3)
		word[size++] = LETTERS[(n - 1) % 3];
	return size;
}

#define WORDS_OF_2 13u
#define WORDS_OF_4 121u

/*
 * The pattern with its stars replaced: the first ones by "z", the last one by the word.
 */
static struct str fill(struct buf *b, struct str pattern, char star, struct str word)
{
	size_t last = pattern.n;

	buf_clear(b);
	for (size_t i = 0; i < pattern.n; i++)
		last = pattern.p[i] == star ? i : last;
	for (size_t i = 0; i < pattern.n; i++) {
		if (i == last)
			buf_add_str(b, word);
		else if (pattern.p[i] == star)
			buf_add_char(b, 'z');
		else
			buf_add_char(b, pattern.p[i] == ORACLE_ONE
						? (word.n > 0 ? word.p[0] : 'z')
						: pattern.p[i]);
	}
	return buf_str(b);
}

static void add_words(struct buf *out, const struct oracle_patterns *p,
	struct str pattern, struct arena *arena)
{
	struct buf text = { 0 };
	struct str inside;
	char word[8];

	oracle_policy_pattern(&inside, pattern, false, no_value, NULL, arena);
	for (unsigned i = 0; i < WORDS_OF_4; i++) {
		struct str w = { word, spell(word, i) };

		add_string(out, p, fill(&text, pattern, '*', w), arena);
	}
	for (size_t k = 0; k < VEC_COUNT(&p->resources, struct str); k++) {
		struct str own = VEC_DATA(&p->resources, struct str)[k];

		for (unsigned i = 0; i < WORDS_OF_2; i++) {
			struct str w = { word, spell(word, i) };
			struct str filled = fill(&text, own, ORACLE_STAR, w);

			if (oracle_policy_glob(inside, filled, false))
				add_string(out, p, filled, arena);
		}
	}
	buf_release(&text);
}

void oracle_target_strings(struct oracle_object *out, const struct oracle_patterns *p,
	const struct oracle_node *n, bool account, struct arena *arena)
{
	kind_id id = n->entity ? catalog_kind_find(n->entity->kind) : CATALOG_NONE;
	uint32_t count = id == CATALOG_NONE ? 0 : catalog_kind_target_count(id);

	for (uint32_t t = 0; t < count; t++) {
		struct str suffix = catalog_kind_target(id, t).suffix;
		struct str pattern =
			arena_printf(arena, "%.*s%.*s", STR_ARG(n->key), STR_ARG(suffix));

		if (suffix.n == 0 && n->type != ORACLE_NEW)
			add_string(&out->strings[t], p, pattern, arena);
		else
			add_words(&out->strings[t], p, pattern, arena);
	}
	if (account)
		add_string(&out->strings[count], p, STR_LIT("*"), arena);
}
