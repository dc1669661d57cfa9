#include "tests/store_world.h"

#define SCOPE_A "aws:111122223333"
#define KEY_A   "arn:aws:iam::111122223333:root"
#define ALICE   "arn:aws:iam::111122223333:user/alice"
#define ADMIN   "arn:aws:iam::111122223333:role/admin"
#define DEVS    "arn:aws:iam::111122223333:group/devs"
#define READ    "arn:aws:iam::111122223333:policy/read"
#define BOUND   "arn:aws:iam::111122223333:policy/bound"
#define BUCKET  "arn:aws:s3:::payroll"
#define FRIEND  "arn:aws:iam::444455556666:role/friend"

static struct builder *scope_a(void)
{
	struct builder *b = builder_new(STR_LIT(SCOPE_A));
	struct buf read = { 0 }, open = { 0 };

	builder_set_scope(b, &(struct record_scope){ .id = STR_LIT(SCOPE_A),
				     .key = STR_LIT(KEY_A),
				     .parent = STR_LIT("aws:o-example"),
				     .format = STR_LIT("by-hand"),
				     .collected_at = 1000 });
	world_add_entity(b, SCOPE_A, ALICE, "aws:iam:user", "Alice", ENTITY_IDENTITY);
	world_add_entity(b, SCOPE_A, ADMIN, "aws:iam:role", "admin", ENTITY_IDENTITY);
	world_add_entity(b, SCOPE_A, DEVS, "aws:iam:group", "devs", ENTITY_GROUP);
	world_add_entity(b, SCOPE_A, READ, "aws:iam:policy", "read", ENTITY_POLICY);
	world_add_entity(b, SCOPE_A, BUCKET, "aws:s3:bucket", "payroll", 0);
	world_add_relation(b, SCOPE_A, ALICE, RELATION_MEMBER_OF, DEVS);
	world_add_relation(b, SCOPE_A, DEVS, RELATION_ATTACHED, READ);
	world_add_relation(b, SCOPE_A, ADMIN, RELATION_BOUNDARY, BOUND);
	world_pattern_document(&read, "arn:aws:s3:::pay*", 3, 0, NULL);
	world_pattern_document(&open, "arn:aws:s3:::payroll/*", 3, 0, FRIEND);
	world_add_document(
		b, SCOPE_A, READ, "read", LAYER_IDENTITY, "{read}", buf_str(&read));
	world_add_document(b, SCOPE_A, BUCKET, "bucket policy", LAYER_RESOURCE, "{open}",
		buf_str(&open));
	world_add_document(b, SCOPE_A, ADMIN, "trust", LAYER_TRUST, NULL, STR_LIT(""));
	buf_release(&read);
	buf_release(&open);
	return b;
}

static bool count_scope(void *ctx, scope_number scope)
{
	*(uint32_t *)ctx += scope + 1;
	return true;
}

static bool keep_id(void *ctx, scope_number scope, entity_id id)
{
	assert_int_equal(scope, 0);
	*(entity_id *)ctx = id;
	return true;
}

static void a_scope_reads_back(void **state)
{
	struct world_place place;
	struct snapshot *snap = NULL;
	struct segment *s = NULL;
	struct store *store;
	struct err e = { 0 };
	scope_number scope = 9;
	entity_id id = 9;
	struct arena arena;
	uint32_t count, links = 0;
	const struct document *d = NULL;
	struct str record;

	(void)state;
	world_place_init(&place);
	arena_init(&arena, ARENA_UNLIMITED);
	store = world_open(&place, STORE_WRITE);
	world_commit(store, scope_a(), 5000);
	assert_int_equal(snapshot_begin(&snap, store, &e), 0);
	assert_int_equal(snapshot_scope_count(snap), 1);
	assert_int_equal(snapshot_generation(snap), 1);
	assert_int_equal(snapshot_time(snap), 5000);
	assert_int_equal(snapshot_find_key(&scope, &id, snap, STR_LIT(ALICE), &e), 1);
	assert_int_equal(scope, 0);
	if (snapshot_segment(&s, snap, scope, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(str_eq(segment_key(s, id, &arena), STR_LIT(ALICE)));
	assert_true(str_eq(segment_name(s, id), STR_LIT("Alice")));
	assert_true(str_eq(segment_info(s)->parent, STR_LIT("aws:o-example")));
	assert_int_equal(segment_info(s)->entity_count, 5);
	segment_class_docs(s, segment_entity(s, id)->class, &count);
	assert_int_equal(count, 1);
	assert_int_equal(snapshot_find_key(&scope, &id, snap, STR_LIT(BUCKET), &e), 1);
	assert_int_equal(segment_entity(s, id)->policy_state, SEGMENT_POLICY_GOT);
	assert_int_equal(snapshot_find_key(&scope, &id, snap, STR_LIT(FRIEND), &e), 0);
	id = 99;
	assert_int_equal(snapshot_find_name(snap, STR_LIT("ALICE"), keep_id, &id, &e), 0);
	assert_int_equal(id, segment_find(s, STR_LIT(ALICE)));
	assert_int_equal(
		snapshot_links(snap, STR_LIT(FRIEND), count_scope, &links, &e), 0);
	assert_int_equal(links, 1);
	assert_int_equal(segment_document(&d, s, segment_index(s)[0].doc, &e), 0);
	assert_non_null(d);
	assert_int_equal(d->statement_count, 1);
	assert_int_equal(snapshot_record(&record, snap, 0, id, &e), 1);
	assert_true(record.n > 0);
	snapshot_end(snap);
	store_close(store);
	arena_release(&arena);
	world_place_release(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scope_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
