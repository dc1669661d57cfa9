#include "property.h"

#include "base/json.h"

#define STATEMENTS "\"Statement\":["

static struct record_document *document_at(const struct draft *d, size_t i)
{
	struct record *r = draft_at(d, i);

	return r->type == RECORD_DOCUMENT && r->document.body.n > 0 ? &r->document : NULL;
}

/* A document of the layers (bits), by choice; SIZE_MAX when there is none. */
static size_t pick_document(const struct draft *d, uint64_t choice, uint32_t layers)
{
	size_t count = draft_count(d);

	for (size_t i = 0; i < count; i++) {
		size_t at = (size_t)(choice % count + i) % count;
		const struct record_document *doc = document_at(d, at);

		if (doc && (layers >> doc->layer & 1u))
			return at;
	}
	return SIZE_MAX;
}

#define OWN      (1u << LAYER_RESOURCE | 1u << LAYER_TRUST)
#define IDENTITY (1u << LAYER_IDENTITY)
#define ANY      (OWN | IDENTITY | 1u << LAYER_SCP)

/* Put a statement of these parts in front of the others; false: the text has none. */
static bool add_statement(struct draft *d, size_t at, const char *effect,
	const char *action, const char *condition)
{
	struct record_document *doc = document_at(d, at);
	struct str head = STR_LIT(STATEMENTS), body = doc->body;
	const char *principal = "";
	size_t i = 0;

	while (i + head.n <= body.n && memcmp(body.p + i, head.p, head.n) != 0)
		i++;
	if (i + head.n > body.n)
		return false;
	i += head.n;
	if (OWN >> doc->layer & 1u)
		principal = "\"Principal\":{\"AWS\":"
			    "\"arn:aws:iam::111111111111:user/ua\"},";
	doc->body = arena_printf(&d->arena, "%.*s{\"Effect\":\"%s\",%s%s%s%s}%s%.*s",
		(int)i, body.p, effect, principal, action,
		doc->layer == LAYER_TRUST ? "" : ",\"Resource\":\"*\"", condition,
		i < body.n && body.p[i] == ']' ? "" : ",", STR_ARG(str_skip(body, i)));
	return true;
}

static const char *action_of(const struct draft *d, size_t at, uint64_t choice)
{
	static const char *const actions[] = { "\"Action\":\"s3:*\"",
		"\"Action\":[\"sqs:SendMessage\",\"kms:*\"]", "\"Action\":\"*\"",
		"\"Action\":\"sts:AssumeRole\"" };

	if (document_at(d, at)->layer == LAYER_TRUST)
		return "\"Action\":\"sts:AssumeRole\"";
	return actions[choice / 1024 % 4];
}

static bool add_allow(struct draft *before, struct draft *after, uint64_t choice)
{
	size_t at = pick_document(before, choice, ANY);

	return at != SIZE_MAX &&
	       add_statement(after, at, "Allow", action_of(after, at, choice), "");
}

static bool add_deny(struct draft *before, struct draft *after, uint64_t choice)
{
	size_t at = pick_document(before, choice, ANY);

	return at != SIZE_MAX &&
	       add_statement(after, at, "Deny", action_of(after, at, choice), "");
}

static bool repeat_statement(struct draft *before, struct draft *after, uint64_t choice)
{
	size_t at = pick_document(before, choice, ANY);
	const char *effect = choice & 1 ? "Allow" : "Deny";

	return at != SIZE_MAX &&
	       add_statement(before, at, effect, action_of(before, at, choice), "") &&
	       add_statement(after, at, effect, action_of(after, at, choice), "") &&
	       add_statement(after, at, effect, action_of(after, at, choice), "");
}

static bool split_actions(struct draft *before, struct draft *after, uint64_t choice)
{
	size_t at = pick_document(before, choice, IDENTITY | 1u << LAYER_RESOURCE);
	const char *effect = choice & 1 ? "Allow" : "Deny";

	return at != SIZE_MAX &&
	       add_statement(before, at, effect,
		       "\"Action\":[\"s3:GetObject\",\"sqs:*\"]", "") &&
	       add_statement(after, at, effect, "\"Action\":\"s3:GetObject\"", "") &&
	       add_statement(after, at, effect, "\"Action\":\"sqs:*\"", "");
}

static bool split_by_not(struct draft *before, struct draft *after, uint64_t choice)
{
	size_t at = pick_document(before, choice, IDENTITY | 1u << LAYER_RESOURCE);
	const char *effect = choice & 1 ? "Allow" : "Deny";

	return at != SIZE_MAX &&
	       add_statement(before, at, effect, "\"Action\":\"*\"", "") &&
	       add_statement(
		       after, at, effect, "\"Action\":[\"s3:Get*\",\"kms:*\"]", "") &&
	       add_statement(
		       after, at, effect, "\"NotAction\":[\"s3:Get*\",\"kms:*\"]", "");
}

#define WHEN(op) ",\"Condition\":{\"" op "\":{\"aws:PrincipalAccount\":\"111111111111\"}}"

static bool split_by_condition(struct draft *before, struct draft *after, uint64_t choice)
{
	size_t at = pick_document(before, choice, IDENTITY);
	const char *effect = choice & 1 ? "Allow" : "Deny";
	const char *action = at == SIZE_MAX ? "" : action_of(before, at, choice);

	return at != SIZE_MAX && add_statement(before, at, effect, action, "") &&
	       add_statement(after, at, effect, action, WHEN("StringEquals")) &&
	       add_statement(after, at, effect, action, WHEN("StringNotEquals"));
}

#define OPEN ",\"Condition\":{\"StringEquals\":{\"aws:RequestTag/zz\":\"1\"}}"

static bool condition_allow(struct draft *before, struct draft *after, uint64_t choice)
{
	size_t at = pick_document(before, choice, IDENTITY);
	const char *action = at == SIZE_MAX ? "" : action_of(before, at, choice);

	return at != SIZE_MAX && add_statement(before, at, "Allow", action, "") &&
	       add_statement(after, at, "Allow", action, OPEN);
}

#define STRANGE ",\"Condition\":{\"StringEquals\":{\"nosuch:Key\":\"1\"}}"

static bool unknown_key(struct draft *before, struct draft *after, uint64_t choice)
{
	size_t at = pick_document(before, choice, IDENTITY);
	const char *action = at == SIZE_MAX ? "" : action_of(before, at, choice);

	return at != SIZE_MAX && add_statement(before, at, "Allow", action, "") &&
	       add_statement(after, at, "Allow", action, STRANGE);
}

static bool condition_deny(struct draft *before, struct draft *after, uint64_t choice)
{
	size_t at = pick_document(before, choice, ANY);
	const char *action = at == SIZE_MAX ? "" : action_of(before, at, choice);

	return at != SIZE_MAX && add_statement(before, at, "Deny", action, "") &&
	       add_statement(after, at, "Deny", action, OPEN);
}

/* Relations, documents and coverage in another order. */
static bool shuffle(struct draft *before, struct draft *after, uint64_t choice)
{
	size_t count = draft_count(after), last = SIZE_MAX;

	(void)before;
	for (size_t i = 0; i < count; i++) {
		struct record *r = draft_at(after, i);

		if (r->type != RECORD_RELATION && r->type != RECORD_DOCUMENT &&
			r->type != RECORD_COVERAGE)
			continue;
		choice = choice * 6364136223846793005ull + 1442695040888963407ull;
		if (last != SIZE_MAX && (choice >> 40 & 1)) {
			struct record kept = *r;

			*r = *draft_at(after, last);
			*draft_at(after, last) = kept;
		}
		if (last == SIZE_MAX || (choice >> 41 & 1))
			last = i;
	}
	return true;
}

static bool reverse_statements(struct draft *before, struct draft *after, uint64_t choice)
{
	size_t at = pick_document(before, choice, ANY);
	struct buf list = { 0 };
	struct err e = { 0 };
	struct json j;

	if (at == SIZE_MAX)
		return false;
	struct record_document *doc = document_at(after, at);

	if (json_parse(&j, doc->body, (struct json_origin){ 0 }, &e) < 0)
		return false;
	struct json_iter it = json_iterate(json_get(j.root, "Statement"));
	const struct json_value *v;
	struct str name;

	while (json_next(&it, &name, &v))
		VEC_ADD(&list, struct str, json_text(&j, v));
	struct str text = STR_LIT("");

	for (size_t i = 0; i < VEC_COUNT(&list, struct str); i++)
		text = arena_printf(&after->arena, "%.*s%s%.*s",
			STR_ARG(VEC_DATA(&list, struct str)[i]), i > 0 ? "," : "",
			STR_ARG(text));
	bool many = VEC_COUNT(&list, struct str) > 1;

	if (many)
		doc->body = arena_printf(&after->arena,
			"{\"Version\":\"2012-10-17\",\"Statement\":[%.*s]}",
			STR_ARG(text));
	buf_release(&list);
	json_release(&j);
	return many;
}

/* A boundary for somebody who has none. */
static bool add_boundary(struct draft *before, struct draft *after, uint64_t choice)
{
	size_t at = pick_document(before, choice, IDENTITY), count = draft_count(before);
	const struct record_document *doc =
		at == SIZE_MAX ? NULL : document_at(before, at);
	const struct record_entity *holder =
		doc ? draft_entity(before, doc->holder) : NULL;

	if (!holder || !(holder->flags & ENTITY_POLICY))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct record *r = draft_at(before, (choice / 64 + i) % count);
		struct record add = { .type = RECORD_RELATION };

		if (r->type != RECORD_ENTITY || !(r->entity.flags & ENTITY_IDENTITY) ||
			(r->entity.flags & (ENTITY_ROOT | ENTITY_COMPUTE)) ||
			!str_eq(r->entity.scope, doc->scope))
			continue;
		for (size_t k = 0; k < count; k++) {
			const struct record *other = draft_at(before, k);

			if (other->type == RECORD_RELATION &&
				other->relation.type == RELATION_BOUNDARY &&
				str_eq(other->relation.from, r->entity.key))
				return false;
		}
		add.relation = (struct record_relation){ .scope = doc->scope,
			.from = r->entity.key,
			.to = doc->holder,
			.type = RELATION_BOUNDARY };
		draft_insert(after, draft_count(after), &add);
		return true;
	}
	return false;
}

/* Beside a ceiling that is attached somewhere another one, which only denies. */
static bool add_ceiling(struct draft *before, struct draft *after, uint64_t choice)
{
	size_t at = pick_document(before, choice, 1u << LAYER_SCP);
	struct record entity = { .type = RECORD_ENTITY }, document, attached;
	const struct record_entity *holder =
		at == SIZE_MAX ? NULL
			       : draft_entity(before, document_at(before, at)->holder);
	struct str key;

	if (!holder)
		return false;
	key = arena_printf(&after->arena, "%.*sx", STR_ARG(holder->key));
	entity.entity = *holder;
	entity.entity.key = key;
	document = *draft_at(before, at);
	document.document.holder = key;
	document.document.body = arena_printf(&after->arena,
		"{\"Version\":\"2012-10-17\"," STATEMENTS
		"{\"Effect\":\"Deny\",%s,\"Resource\":\"*\"}]}",
		action_of(before, at, choice));
	for (size_t i = 0; i < draft_count(before); i++) {
		attached = *draft_at(before, i);
		if (attached.type != RECORD_RELATION ||
			attached.relation.type != RELATION_ATTACHED ||
			!str_eq(attached.relation.to, holder->key))
			continue;
		attached.relation.to = key;
		draft_insert(after, draft_count(after), &entity);
		draft_insert(after, draft_count(after), &document);
		draft_insert(after, draft_count(after), &attached);
		return true;
	}
	return false;
}

const struct property properties[] = {
	{ "an Allow takes nothing away", PROPERTY_NOT_LESS, add_allow },
	{ "a Deny gives nothing", PROPERTY_NOT_MORE, add_deny },
	{ "a boundary gives nothing", PROPERTY_NOT_MORE, add_boundary },
	{ "a ceiling gives nothing", PROPERTY_NOT_MORE, add_ceiling },
	{ "records have no order", PROPERTY_SAME, shuffle },
	{ "statements have no order", PROPERTY_SAME, reverse_statements },
	{ "a statement twice is as once", PROPERTY_SAME, repeat_statement },
	{ "a list of actions is its parts", PROPERTY_SAME, split_actions },
	{ "some actions and all others are all", PROPERTY_SAME, split_by_not },
	{ "a condition and its opposite are none", PROPERTY_SAME, split_by_condition },
	{ "a condition of an Allow gives nothing and closes nothing", PROPERTY_NOT_DENIED,
		condition_allow },
	{ "a condition of a Deny takes nothing away", PROPERTY_NOT_LESS, condition_deny },
	{ "a key that nobody knows decides nothing", PROPERTY_NOT_DENIED, unknown_key },
};
const uint32_t property_count = sizeof(properties) / sizeof(properties[0]);
