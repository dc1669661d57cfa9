#include "recorder.h"

#include "base/arena.h"

static void emit(struct recorder *r, const struct record *record)
{
	record_encode(&r->out, record);
}

static void emit_scope(struct recorder *r, struct str key, struct str parent)
{
	emit(r, &(struct record){ .type = RECORD_SCOPE,
			.scope = { .id = r->scope,
				.key = key,
				.parent = parent,
				.format = STR_LIT("made up"),
				.collected_at = 1700000000 } });
}

void recorder_account(struct recorder *r, struct str account, struct str organization)
{
	struct arena a;

	arena_init(&a, ARENA_UNLIMITED);
	struct str key =
		arena_printf(&a, "arn:aws:account::%.*s:account", STR_ARG(account));
	struct str root = arena_printf(&a, "arn:aws:iam::%.*s:root", STR_ARG(account));

	r->account = account;
	emit_scope(r, key, organization);
	recorder_entity(
		r, "aws:account:account", key, account, ENTITY_CONTAINER, NULL, 0);
	recorder_entity(r, "aws:iam:root-user", root, STR_LIT("root"),
		ENTITY_IDENTITY | ENTITY_ROOT, NULL, 0);
	recorder_coverage(r, STR_LIT("identities"), (struct str){ 0 }, COVERAGE_GOT);
	recorder_coverage(r, STR_LIT("organization"), (struct str){ 0 },
		organization.n > 0 ? COVERAGE_GOT : COVERAGE_ABSENT);
	arena_release(&a);
}

void recorder_organization(struct recorder *r, struct str id, struct str management)
{
	struct arena a;

	arena_init(&a, ARENA_UNLIMITED);
	struct str key = arena_printf(&a, "arn:aws:organizations::%.*s:organization/%.*s",
		STR_ARG(management), STR_ARG(id));

	r->account = management;
	emit_scope(r, key, (struct str){ 0 });
	recorder_entity(
		r, "aws:organizations:organization", key, id, ENTITY_CONTAINER, NULL, 0);
	recorder_coverage(
		r, STR_LIT("organization-policies"), (struct str){ 0 }, COVERAGE_GOT);
	arena_release(&a);
}

/* 21 characters, as AWS makes them: AIDA, the account, the name in capitals and zeros. */
static struct str unique_id(struct arena *a, struct str account, struct str name)
{
	struct str id = arena_printf(a, "AIDA%.*s00000", STR_ARG(account));
	char *bytes = arena_alloc(a, id.n + 1);

	memcpy(bytes, id.p, id.n);
	for (size_t i = 0; i < name.n && i < 5; i++) {
		char c = name.p[i];

		bytes[4 + account.n + i] =
			(char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
	}
	return (struct str){ bytes, id.n };
}

void recorder_entity(struct recorder *r, const char *kind, struct str key,
	struct str name, uint32_t flags, const struct record_pair *tags,
	uint32_t tag_count)
{
	struct arena a;

	arena_init(&a, ARENA_UNLIMITED);
	struct record_pair id = { STR_LIT("id"), unique_id(&a, r->account, name) };
	bool unique = flags & (ENTITY_IDENTITY | ENTITY_GROUP);

	emit(r, &(struct record){ .type = RECORD_ENTITY,
			.entity = { .scope = r->scope,
				.key = key,
				.kind = str_from(kind),
				.name = name,
				.flags = flags,
				.tags = tags,
				.tag_count = tag_count,
				.attributes = unique ? &id : r->attributes,
				.attribute_count = unique ? 1 : r->attribute_count,
				.tags_known = true } });
	if (!unique)
		r->attribute_count = 0;
	arena_release(&a);
}

void recorder_relation(struct recorder *r, struct str from,
	enum record_relation_type type, struct str to)
{
	emit(r, &(struct record){ .type = RECORD_RELATION,
			.relation = { .scope = r->scope,
				.from = from,
				.to = to,
				.type = type } });
}

void recorder_document(struct recorder *r, enum record_layer layer, struct str holder,
	struct str name, struct str body)
{
	emit(r, &(struct record){ .type = RECORD_DOCUMENT,
			.document = { .scope = r->scope,
				.holder = holder,
				.name = name,
				.dialect = STR_LIT("aws"),
				.body = body,
				.layer = layer } });
}

void recorder_coverage(struct recorder *r, struct str what, struct str subject,
	enum coverage_state state)
{
	emit(r, &(struct record){ .type = RECORD_COVERAGE,
			.coverage = { .scope = r->scope,
				.what = what,
				.subject = subject,
				.state = state } });
}
