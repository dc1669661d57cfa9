#include "graphstore/builder_priv.h"
#include "graphstore/segment_priv.h"
#include "tests/store_world.h"

#define SCOPE "aws:111122223333"

enum fact_type { ENTITY, TAG, RELATION, GRANT, DENY, TRUST, KNOWN_NONE, COVERAGE };

/* One fact in one line: what it is, about whom, and the rest as its type needs it. */
struct fact {
	enum fact_type type;
	const char *who, *what, *text;
	uint32_t number; /* entity flags, relation type, layer, service, coverage state */
};

/* clang-format off */
static const struct fact world[] = {
	{ ENTITY, "acct", "account", "Main", ENTITY_CONTAINER },
	{ ENTITY, "user/alice", "user", "Alice", ENTITY_IDENTITY },
	{ ENTITY, "user/bob", "user", "bob", ENTITY_IDENTITY },
	{ ENTITY, "user/carol", "user", "carol", ENTITY_IDENTITY },
	{ ENTITY, "user/idle", "user", "idle", ENTITY_IDENTITY },
	{ ENTITY, "user/alice", "user", NULL, ENTITY_DISABLED },
	{ ENTITY, "root", "root", "root", ENTITY_IDENTITY | ENTITY_ROOT },
	{ ENTITY, "role/app", "role", "app", ENTITY_IDENTITY },
	{ ENTITY, "vm/1", "vm", "one", ENTITY_COMPUTE },
	{ ENTITY, "group/devs", "group", "devs", ENTITY_GROUP },
	{ ENTITY, "group/all", "group", "all", ENTITY_GROUP },
	{ ENTITY, "policy/read", "policy", "read", ENTITY_POLICY },
	{ ENTITY, "policy/cap", "policy", "cap", ENTITY_POLICY },
	{ ENTITY, "policy/empty", "policy", "empty", ENTITY_POLICY },
	{ ENTITY, "bucket/a", "bucket", "a", 0 },
	{ ENTITY, "bucket/b", "bucket", "b", 0 },
	{ ENTITY, "bucket/c", "bucket", "c", 0 },
	{ ENTITY, "bucket/d", "bucket", "d", 0 },
	{ TAG, "user/alice", "team", "red", 0 },
	{ TAG, "user/alice", "cost", "7", 0 },
	{ TAG, "bucket/a", "team", "red", 0 },
	{ RELATION, "user/alice", "group/devs", NULL, RELATION_MEMBER_OF },
	{ RELATION, "user/alice", "group/devs", NULL, RELATION_MEMBER_OF },
	{ RELATION, "user/bob", "group/devs", NULL, RELATION_MEMBER_OF },
	{ RELATION, "group/devs", "group/all", NULL, RELATION_MEMBER_OF },
	{ RELATION, "group/all", "policy/read", NULL, RELATION_ATTACHED },
	{ RELATION, "group/devs", "policy/lost", NULL, RELATION_ATTACHED },
	{ RELATION, "user/carol", "policy/read", NULL, RELATION_ATTACHED },
	{ RELATION, "user/carol", "policy/cap", NULL, RELATION_BOUNDARY },
	{ RELATION, "user/idle", "policy/empty", NULL, RELATION_ATTACHED },
	{ RELATION, "vm/1", "role/app", NULL, RELATION_CARRIES },
	{ GRANT, "policy/read", "bucket/*", "read", 3 },
	{ GRANT, "policy/cap", "*", "cap", 3 },
	{ GRANT, "role/app", "bucket/a*", "app", 3 },
	{ GRANT, "role/app", "bucket/a/${user}/x", "app2", 3 },
	{ GRANT, "role/app", "queue/*", "app3", 2 },
	{ DENY, "role/app", "bucket/a/secret", "deny", 3 },
	{ TRUST, "bucket/a", "role/friend", "open", LAYER_RESOURCE },
	{ TRUST, "role/app", "*", "trust", LAYER_TRUST },
	{ KNOWN_NONE, "bucket/b", NULL, NULL, LAYER_RESOURCE },
	{ KNOWN_NONE, "policy/empty", NULL, NULL, LAYER_IDENTITY },
	{ COVERAGE, "bucket/c", "resource-policy:s3:bucket", "no s3:GetBucketPolicy", COVERAGE_REFUSED },
	{ COVERAGE, NULL, "identities", "", COVERAGE_GOT },
};
/* clang-format on */

#define WORLD_SIZE (sizeof(world) / sizeof(world[0]))

static void add_document(struct builder *b, const struct fact *f)
{
	struct buf compiled = { 0 };
	char body[128];

	snprintf(body, sizeof(body), "{%s %s %s}", f->who, f->what, f->text);
	if (f->type == TRUST)
		world_pattern_document(&compiled, NULL, DOCUMENT_ANY_SERVICE,
			DOCUMENT_ANY_RESOURCE, f->what);
	else
		world_pattern_document(&compiled, f->what, f->number,
			f->type == DENY ? DOCUMENT_DENY : 0, NULL);
	world_add_document(b, SCOPE, f->who, f->text,
		f->type == TRUST ? (enum record_layer)f->number : LAYER_IDENTITY, body,
		buf_str(&compiled));
	buf_release(&compiled);
}

static void add_fact(struct builder *b, const struct fact *f)
{
	struct record_pair tag = { str_from(f->what), str_from(f->text) };
	struct record_entity tagged = {
		.key = str_from(f->who),
		.tags = &tag,
		.tag_count = 1,
		.tags_known = true,
	};
	struct record_coverage coverage = {
		.what = str_from(f->what),
		.subject = str_from(f->who),
		.detail = str_from(f->text),
		.state = (enum coverage_state)f->number,
	};

	if (f->type == ENTITY)
		world_add_entity(b, SCOPE, f->who, f->what, f->text, f->number);
	else if (f->type == TAG)
		builder_add_entity(b, &tagged);
	else if (f->type == RELATION)
		world_add_relation(
			b, SCOPE, f->who, (enum record_relation_type)f->number, f->what);
	else if (f->type == COVERAGE)
		builder_add_coverage(b, &coverage);
	else if (f->type == KNOWN_NONE)
		world_add_document(b, SCOPE, f->who, "none", (enum record_layer)f->number,
			NULL, STR_LIT(""));
	else
		add_document(b, f);
}

static struct builder *build(const size_t order[WORLD_SIZE])
{
	struct builder *b = builder_new(STR_LIT(SCOPE));
	struct err e = { 0 };

	builder_set_scope(b, &(struct record_scope){ .id = STR_LIT(SCOPE),
				     .key = STR_LIT("acct"),
				     .collected_at = 77 });
	for (size_t i = 0; i < WORLD_SIZE; i++)
		add_fact(b, &world[order[i]]);
	if (builder_seal(b, &e) < 0)
		fail_msg("%s", e.text);
	return b;
}

/* The world in memory, without a store. */
struct fixture {
	struct builder *b;
	struct segment s;
	struct arena arena;
};

static int setup(void **state)
{
	static struct fixture f;
	size_t order[WORLD_SIZE];
	struct str part;
	struct err e = { 0 };

	for (size_t i = 0; i < WORLD_SIZE; i++)
		order[i] = i;
	f = (struct fixture){ .b = build(order) };
	arena_init(&f.arena, ARENA_UNLIMITED);
	assert_int_equal(VEC_COUNT(&f.b->parts, struct buf), 1);
	part = buf_str(VEC_DATA(&f.b->parts, struct buf));
	if (segment_open(&f.s, &part, 1, 1, &e) < 0 || segment_check(&f.s, &e) < 0)
		fail_msg("%s", e.text);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	builder_free(f->b);
	arena_release(&f->arena);
	return 0;
}

static entity_id id_of(const struct fixture *f, const char *key)
{
	entity_id id = segment_find(&f->s, str_from(key));

	if (id == SEGMENT_NONE)
		fail_msg("no key '%s'", key);
	return id;
}

static void entities_merge(void **state)
{
	const struct fixture *f = *state;
	const struct segment_entity *alice =
		segment_entity(&f->s, id_of(f, "user/alice"));
	uint32_t count;
	const struct segment_pair *tags =
		segment_tags(&f->s, id_of(f, "user/alice"), &count);

	assert_int_equal(alice->flags, ENTITY_IDENTITY | ENTITY_DISABLED);
	assert_true(str_eq(
		segment_name_of(&f->s, id_of(f, "user/alice"), STR_LIT("user/alice")),
		STR_LIT("Alice")));
	assert_true(str_eq(segment_kind(&f->s, alice->kind), STR_LIT("user")));
	assert_int_equal(alice->parent, id_of(f, "acct"));
	assert_int_equal(segment_entity(&f->s, id_of(f, "acct"))->parent, SEGMENT_NONE);
	assert_true(alice->tags_known);
	assert_int_equal(count, 2);
	assert_true(str_eq(segment_str(&f->s, tags[0].key), STR_LIT("cost")));
	assert_true(str_eq(segment_str(&f->s, tags[1].value), STR_LIT("red")));
}

static void a_later_value_wins(void **state)
{
	struct builder *b = builder_new(STR_LIT(SCOPE));
	struct record_pair tag[2] = { { STR_LIT("team"), STR_LIT("red") },
		{ STR_LIT("team"), STR_LIT("blue") } };
	struct record_entity first = { .key = STR_LIT("x"),
		.name = STR_LIT("old"),
		.tags = &tag[0],
		.tag_count = 1,
		.created = 5,
		.flags = ENTITY_EXTERNAL };
	struct record_entity later = { .key = STR_LIT("x"),
		.name = STR_LIT("new"),
		.tags = &tag[1],
		.tag_count = 1 };
	struct segment s = { 0 };
	struct err e = { 0 };
	struct str part;
	uint32_t count;

	(void)state;
	builder_add_entity(b, &first);
	builder_add_entity(b, &later);
	assert_int_equal(builder_seal(b, &e), 0);
	part = buf_str(VEC_DATA(&b->parts, struct buf));
	assert_int_equal(segment_open(&s, &part, 1, 1, &e), 0);
	assert_true(str_eq(segment_name_of(&s, 0, STR_LIT("")), STR_LIT("new")));
	assert_int_equal(segment_entity(&s, 0)->created, 5);
	assert_int_equal(segment_entity(&s, 0)->flags, 0);
	assert_true(str_eq(
		segment_str(&s, segment_tags(&s, 0, &count)[0].value), STR_LIT("blue")));
	assert_int_equal(count, 1);
	builder_free(b);
}

static void relations_go_both_ways(void **state)
{
	const struct fixture *f = *state;
	uint32_t count;
	const uint32_t *ids = segment_related(
		&f->s, RELATION_MEMBER_OF, false, id_of(f, "user/alice"), &count);

	assert_int_equal(count, 1);
	assert_int_equal(ids[0], id_of(f, "group/devs"));
	ids = segment_related(
		&f->s, RELATION_MEMBER_OF, true, id_of(f, "group/devs"), &count);
	assert_int_equal(count, 2);
	assert_int_equal(ids[0], id_of(f, "user/alice"));
	assert_int_equal(ids[1], id_of(f, "user/bob"));
	ids = segment_related(
		&f->s, RELATION_ATTACHED, true, id_of(f, "policy/lost"), &count);
	assert_int_equal(count, 1);
	assert_true(id_of(f, "policy/lost") >= f->s.info.entity_count);
	segment_related(&f->s, RELATION_OWNS, false, 0, &count);
	assert_int_equal(count, 0);
}

/*
 * The documents of an identity's class by name: the missing one's key, or "body" first
 * words.
 */
static void assert_class(const struct fixture *f, const char *key, const char *expected)
{
	const struct segment_entity *n = segment_entity(&f->s, id_of(f, key));
	char text[256] = "";
	uint32_t count;
	const struct segment_class_doc *docs =
		segment_class_docs(&f->s, n->class, &count);

	assert_true(n->class != SEGMENT_NONE);
	for (uint32_t i = 0; i < count; i++) {
		const struct segment_doc *d = segment_doc(&f->s, docs[i].doc);
		const char *name = "?";

		for (size_t k = 0; k < WORLD_SIZE; k++) {
			char body[128];
			struct sha256 digest;

			snprintf(body, sizeof(body), "{%s %s %s}", world[k].who,
				world[k].what, world[k].text);
			digest = hash_sha256(str_from(body));
			if (memcmp(&digest, &d->digest, sizeof(digest)) == 0)
				name = world[k].text;
		}
		if (d->flags & SEGMENT_DOC_MISSING)
			name = "missing";
		strcat(strcat(strcat(text, docs[i].is_boundary ? "^" : "+"), name), " ");
	}
	if (strlen(text) != strlen(expected))
		fail_msg("%s has %s, expected %s", key, text, expected);
	for (const char *word = expected; *word; word = strchr(word, ' ') + 1) {
		char one[32];

		snprintf(one, sizeof(one), "%.*s", (int)strcspn(word, " "), word);
		if (!strstr(text, one))
			fail_msg("%s has %s, expected %s", key, text, expected);
	}
}

static void classes_gather_what_identities_hold(void **state)
{
	const struct fixture *f = *state;
	uint32_t alice = segment_entity(&f->s, id_of(f, "user/alice"))->class;
	uint32_t count;

	assert_class(f, "user/alice", "+read +missing ");
	assert_class(f, "user/bob", "+read +missing ");
	assert_class(f, "user/carol", "+read ^cap ");
	assert_class(f, "user/idle", "");
	assert_class(f, "root", "");
	assert_class(f, "vm/1", "");
	assert_class(f, "role/app", "+app +app2 +app3 +deny ");
	assert_int_equal(alice, segment_entity(&f->s, id_of(f, "user/bob"))->class);
	segment_class_members(&f->s, alice, &count);
	assert_int_equal(count, 2);
	assert_int_equal(
		segment_entity(&f->s, id_of(f, "group/devs"))->class, SEGMENT_NONE);
	assert_int_equal(f->s.info.class_count, 4);
}

static void docs_lead_back_to_classes(void **state)
{
	const struct fixture *f = *state;

	for (uint32_t class = 0; class < f->s.info.class_count; class ++) {
		uint32_t count, back_count;
		const struct segment_class_doc *docs =
			segment_class_docs(&f->s, class, &count);

		for (uint32_t i = 0; i < count; i++) {
			const uint32_t *back =
				segment_doc_classes(&f->s, docs[i].doc, &back_count);
			bool found = false;

			for (uint32_t k = 0; k < back_count; k++)
				found |= back[k] == class;
			assert_true(found);
		}
	}
}

static void policy_states_are_told_apart(void **state)
{
	static const struct {
		const char *key;
		enum segment_policy_state state;
	} rows[] = {
		{ "bucket/a", SEGMENT_POLICY_GOT },
		{ "bucket/b", SEGMENT_POLICY_NONE },
		{ "bucket/c", SEGMENT_POLICY_REFUSED },
		{ "bucket/d", SEGMENT_POLICY_NOT_ASKED },
		{ "role/app", SEGMENT_POLICY_GOT },
	};
	const struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		entity_id id = id_of(f, rows[i].key);

		if (segment_entity(&f->s, id)->policy_state != rows[i].state)
			fail_msg("%s", rows[i].key);
	}
}

static void the_index_is_a_forest_of_prefixes(void **state)
{
	static const struct {
		uint32_t service;
		const char *prefix;
		int parent;
	} rows[] = {
		{ 2, "queue/", -1 },
		{ 3, "", -1 },
		{ 3, "bucket/", 1 },
		{ 3, "bucket/a", 2 },
		{ 3, "bucket/a/", 3 },
		{ 3, "bucket/a/secret", 4 },
	};
	const struct fixture *f = *state;
	const struct segment_index *x = segment_index(&f->s);
	uint32_t begin, end;

	assert_int_equal(f->s.info.index_count, 6);
	for (uint32_t i = 0; i < f->s.info.index_count; i++)
		assert_int_equal(
			segment_statement(&f->s, x[i].statement)->service, x[i].service);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(x[i].service, rows[i].service);
		assert_true(str_eq(
			segment_str(&f->s, x[i].prefix), str_from(rows[i].prefix)));
		assert_int_equal(x[i].parent, (uint32_t)rows[i].parent);
	}
	segment_index_range(&f->s, 3, &begin, &end);
	assert_int_equal(begin, 1);
	assert_int_equal(end, 6);
	segment_index_range(&f->s, 9, &begin, &end);
	assert_int_equal(begin, end);
}

static void principals_are_found_by_text(void **state)
{
	const struct fixture *f = *state;
	const struct segment_principal *p = segment_principals(&f->s);
	uint32_t begin, end;

	segment_principal_range(&f->s, STR_LIT("role/friend"), &begin, &end);
	assert_int_equal(end - begin, 1);
	assert_int_equal(p[begin].entity, id_of(f, "bucket/a"));
	segment_principal_range(&f->s, STR_LIT("*"), &begin, &end);
	assert_int_equal(end - begin, 1);
	assert_int_equal(p[begin].entity, id_of(f, "role/app"));
	assert_int_equal(p[begin].type, DOCUMENT_ANYONE);
	segment_principal_range(&f->s, STR_LIT("nobody"), &begin, &end);
	assert_int_equal(begin, end);
}

/* What is open to everybody is found by its service, once, and by the provider. */
static void openings_are_found_by_service(void **state)
{
	static const char *const texts[] = { SEGMENT_OPEN, SEGMENT_OPEN "3",
		SEGMENT_OPEN_OF "aws" };
	const struct fixture *f = *state;
	const struct segment_principal *p = segment_principals(&f->s);
	uint32_t begin, end, found = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		segment_principal_range(&f->s, str_from(texts[i]), &begin, &end);
		assert_in_range(end - begin, 0, 1);
		found += end - begin;
		if (end > begin)
			assert_int_equal(p[begin].type, 0);
	}
	assert_int_equal(found, 2); /* by its service or by none, and the provider */
	segment_principal_range(&f->s, STR_LIT(SEGMENT_PINNED), &begin, &end);
	assert_int_equal(begin, end);
}

static void coverage_is_kept(void **state)
{
	const struct fixture *f = *state;
	const struct segment_coverage *c = segment_coverages(&f->s);

	assert_int_equal(f->s.info.coverage_count, 2);
	assert_true(str_eq(segment_str(&f->s, c[0].what), STR_LIT("identities")));
	assert_int_equal(c[0].whole, 1);
	assert_false(segment_coverage_has(&f->s, 0, id_of(f, "bucket/c")));
	assert_int_equal(c[1].whole, 0);
	assert_true(segment_coverage_has(&f->s, 1, id_of(f, "bucket/c")));
	assert_false(segment_coverage_has(&f->s, 1, id_of(f, "bucket/c") + 1));
	assert_int_equal(c[1].state, COVERAGE_REFUSED);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void assert_same_parts(const struct buf *a, const struct buf *b, unsigned round)
{
	assert_int_equal(VEC_COUNT(a, struct buf), VEC_COUNT(b, struct buf));
	for (size_t i = 0; i < VEC_COUNT(a, struct buf); i++) {
		if (!str_eq(buf_str(&VEC_DATA(a, struct buf)[i]),
			    buf_str(&VEC_DATA(b, struct buf)[i])))
			fail_msg("round %u: part %zu differs", round, i);
	}
}

static void order_of_arrival_does_not_matter(void **state)
{
	const struct fixture *f = *state;
	size_t order[WORLD_SIZE];
	uint32_t seed = 20240117;

	for (size_t i = 0; i < WORLD_SIZE; i++)
		order[i] = i;
	for (unsigned round = 0; round < 100; round++) {
		struct builder *b;

		for (size_t i = WORLD_SIZE - 1; i > 0; i--) {
			size_t k = next_random(&seed) % (i + 1), kept = order[i];

			order[i] = order[k];
			order[k] = kept;
		}
		b = build(order);
		assert_same_parts(&f->b->parts, &b->parts, round);
		assert_same_parts(&f->b->blocks, &b->blocks, round);
		builder_free(b);
	}
}

static void limits_are_told(void **state)
{
	struct builder *b = builder_new(STR_LIT(SCOPE));
	struct err e = { 0 };
	char *key = calloc(1, LIMIT_KEY_BYTES + 2);

	(void)state;
	memset(key, 'k', LIMIT_KEY_BYTES + 1);
	world_add_entity(b, SCOPE, key, "kind", "name", 0);
	assert_int_equal(builder_seal(b, &e), ERR_LIMIT);
	assert_non_null(strstr(e.text, "a key has 8193 bytes"));
	builder_free(b);
	free(key);
}

static void a_document_needs_its_bytes(void **state)
{
	struct builder *b = builder_new(STR_LIT(SCOPE));
	struct err e = { 0 };

	(void)state;
	world_add_document(
		b, SCOPE, "x", "n", LAYER_IDENTITY, "{body}", STR_LIT("short"));
	assert_int_equal(builder_seal(b, &e), ERR_CORRUPT);
	builder_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entities_merge),
		cmocka_unit_test(a_later_value_wins),
		cmocka_unit_test(relations_go_both_ways),
		cmocka_unit_test(classes_gather_what_identities_hold),
		cmocka_unit_test(docs_lead_back_to_classes),
		cmocka_unit_test(policy_states_are_told_apart),
		cmocka_unit_test(the_index_is_a_forest_of_prefixes),
		cmocka_unit_test(principals_are_found_by_text),
		cmocka_unit_test(openings_are_found_by_service),
		cmocka_unit_test(coverage_is_kept),
		cmocka_unit_test(order_of_arrival_does_not_matter),
		cmocka_unit_test(limits_are_told),
		cmocka_unit_test(a_document_needs_its_bytes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
