#include "tests/store_world.h"

/* Scopes written in this order, one write a row; a digit is how many are called alike. */
static const struct {
	const char *writes; /* "a3b1" are two scopes of one write */
	unsigned found;     /* entities of the name in the end */
} rows[] = {
	{ "a1", 1 },
	{ "a5", 5 },
	{ "a1b2c3", 6 },
	{ "a1b2 c3", 6 },
	{ "a3 a1", 1 },
	{ "a3a1", 1 },
	{ "a1a4", 4 },
	{ "a3b1a2", 3 },
	{ "a2b2 b5c1a1 c2", 8 },
	{ "a9 b1a0", 1 },
	{ "a9b9a0b1a1", 2 },
};

static struct builder *build(char scope, unsigned alike)
{
	char id[16], key[64];
	struct builder *b;
	struct err e = { 0 };

	snprintf(id, sizeof(id), "aws:%c", scope);
	b = builder_new(str_from(id));
	builder_set_scope(b, &(struct record_scope){ .id = str_from(id) });
	world_add_entity(b, id, "arn:aws:s3:::shared", "aws:s3:bucket", "shared", 0);
	for (unsigned i = 0; i < alike; i++) {
		/* one case is as good as the other; the key does not name its scope */
		snprintf(key, sizeof(key), "arn:aws:s3:::%c-%u", scope, i);
		world_add_entity(
			b, id, key, "aws:s3:bucket", i % 2 == 0 ? "alike" : "ALIKE", 0);
	}
	if (builder_seal(b, &e) < 0)
		fail_msg("%s", e.text);
	return b;
}

static bool count(void *ctx, scope_number scope, entity_id id)
{
	unsigned *found = ctx;

	(void)scope;
	(void)id;
	(*found)++;
	return true;
}

static unsigned find(struct store *store)
{
	struct snapshot *snap = NULL;
	struct err e = { 0 };
	unsigned found = 0;

	assert_int_equal(snapshot_begin(&snap, store, &e), 0);
	if (snapshot_find_name(snap, STR_LIT("Alike"), count, &found, &e) < 0)
		fail_msg("%s", e.text);
	snapshot_end(snap);
	return found;
}

static void commit(struct store *store, struct store_write *w, unsigned before)
{
	struct err e = { 0 };

	/* What was committed out of sight is out of sight, and nothing is wrong. */
	assert_int_equal(find(store), before);
	assert_int_equal(world_check(store), 0);
	assert_int_equal(store_commit(w, &e), 0);
	assert_int_equal(world_check(store), 0);
}

/* The last write of the row, not ended; *before is what the others made. */
static struct store_write *write_row(
	struct store *store, const char *writes, unsigned *before)
{
	struct store_write *w = NULL;
	struct err e = { 0 };

	*before = 0;
	for (const char *at = writes; *at; at += *at == ' ' ? 1 : 2) {
		struct builder *b;

		if (*at == ' ') {
			commit(store, w, *before);
			*before = find(store);
			w = NULL;
			continue;
		}
		if (!w)
			assert_int_equal(store_begin(&w, store, WORLD_LOCK_MS,
						 STR_LIT("catalog-1"), 50, &e),
				0);
		b = build(at[0], (unsigned)(at[1] - '0'));
		assert_int_equal(builder_write(b, w, &e), 0);
		builder_free(b);
	}
	return w;
}

/* Each row with one transaction a write, and with one a scope. */
static void each_row(void (*check)(struct store *store, size_t i))
{
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct world_place place;
		struct store *store;

		print_message(
			"'%s'%s\n", rows[i / 2].writes, i % 2 == 0 ? "" : ", in slices");
		world_place_init(&place);
		store = world_open(&place, STORE_WRITE);
		store_set_slice(store, i % 2);
		check(store, i / 2);
		store_close(store);
		world_place_release(&place);
	}
}

static void check_newest(struct store *store, size_t i)
{
	unsigned before;
	struct store_write *w = write_row(store, rows[i].writes, &before);

	commit(store, w, before);
	assert_int_equal(find(store), rows[i].found);
}

/* The index is what the current segments say, however many versions one write has. */
static void the_index_follows_the_newest_version(void **state)
{
	(void)state;
	each_row(check_newest);
}

static void check_abort(struct store *store, size_t i)
{
	unsigned before, again;
	struct store_write *w = write_row(store, rows[i].writes, &before);

	store_abort(w);
	assert_int_equal(find(store), before);
	assert_int_equal(world_check(store), 0);
	/* The next write deletes what was left: then the check counts exactly. */
	w = write_row(store, "z0", &again);
	commit(store, w, before);
	assert_int_equal(find(store), before);
	w = write_row(store, "a2z2", &again);
	commit(store, w, before);
}

static void what_an_aborted_write_left_is_deleted(void **state)
{
	(void)state;
	each_row(check_abort);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_index_follows_the_newest_version),
		cmocka_unit_test(what_an_aborted_write_left_is_deleted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
