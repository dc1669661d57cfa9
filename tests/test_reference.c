#include "tests/store_world.h"

/*
 * References by name (base/record.h, invariant 4): an entity of that kind and name in the
 * scope is meant; a name that none or several have stands for something that was not
 * collected.
 */

#define SCOPE "aws:111122223333"
#define ARN   "arn:aws:iam::111122223333:"

static const struct {
	const char *to;   /* what the user is said to be a member of */
	const char *want; /* the key of what it then is a member of */
} rows[] = {
	{ ARN "group/a/Ops", ARN "group/a/Ops" },
	{ "name:aws:iam:group:Ops", ARN "group/a/Ops" },
	{ "name:aws:iam:group:ops", "name:aws:iam:group:ops" },
	{ "name:aws:iam:group:Gone", "name:aws:iam:group:Gone" },
	{ "name:aws:iam:role:Ops", "name:aws:iam:role:Ops" },
	{ "name:aws:iam:group:Twin", "name:aws:iam:group:Twin" },
};

static void check_row(size_t i)
{
	struct world_place place;
	struct store *store;
	struct snapshot *snap = NULL;
	struct segment *s = NULL;
	struct builder *b = builder_new(STR_LIT(SCOPE));
	struct arena arena;
	struct err e = { 0 };
	uint32_t count = 0;
	const uint32_t *groups;

	world_place_init(&place);
	arena_init(&arena, ARENA_UNLIMITED);
	world_add_relation(b, SCOPE, ARN "user/u", RELATION_MEMBER_OF, rows[i].to);
	world_add_entity(b, SCOPE, ARN "user/u", "aws:iam:user", "u", ENTITY_IDENTITY);
	world_add_entity(
		b, SCOPE, ARN "group/a/Ops", "aws:iam:group", "Ops", ENTITY_GROUP);
	world_add_entity(
		b, SCOPE, ARN "group/b/Twin", "aws:iam:group", "Twin", ENTITY_GROUP);
	world_add_entity(
		b, SCOPE, ARN "group/c/Twin", "aws:iam:group", "Twin", ENTITY_GROUP);
	store = world_open(&place, STORE_WRITE);
	world_commit(store, b, 1);
	assert_int_equal(snapshot_begin(&snap, store, &e), 0);
	assert_int_equal(snapshot_segment(&s, snap, 0, &e), 0);
	groups = segment_related(s, RELATION_MEMBER_OF, false,
		segment_find(s, STR_LIT(ARN "user/u")), &count);
	assert_int_equal(count, 1);
	if (!str_eq(segment_key(s, groups[0], &arena), str_from(rows[i].want)))
		fail_msg("%s: is %.*s", rows[i].to,
			STR_ARG(segment_key(s, groups[0], &arena)));
	snapshot_end(snap);
	store_close(store);
	arena_release(&arena);
	world_place_release(&place);
}

static void test_references(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_references) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
