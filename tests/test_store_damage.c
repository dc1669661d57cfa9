#include "graphstore/table_priv.h"
#include "tests/store_world.h"

#include <fcntl.h>
#include <sys/wait.h>

#define DAMAGE_ROUNDS 600
#define DAMAGE_META   136u /* bytes behind the page head that LMDB reads */

/*
 * A store of two accounts with several versions, so that it has free pages too; closed.
 */
struct fixture {
	struct world_place place;
	char *bytes;
	size_t size;
	char data[128];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct store *store;
	FILE *file;

	world_place_init(&f->place);
	store = world_open(&f->place, STORE_WRITE);
	for (int i = 0; i < 5; i++) {
		world_commit(store, world_scope("111", "alice", "*"), 10 + i);
		world_commit(store, world_scope("222", "bob", "*"), 10 + i);
	}
	assert_int_equal(world_check(store), 0);
	store_close(store);
	snprintf(f->data, sizeof(f->data), "%s/data.mdb", f->place.store);
	file = fopen(f->data, "rb");
	assert_non_null(file);
	f->bytes = calloc(1, 1u << 22);
	f->size = fread(f->bytes, 1, 1u << 22, file);
	fclose(file);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	world_place_release(&f->place);
	free(f->bytes);
	free(f);
	return 0;
}

static void put_file(const struct fixture *f, size_t size)
{
	FILE *file = fopen(f->data, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(f->bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

/* Change one byte of the file, and of what it should hold. */
static void flip(const struct fixture *f, size_t at, unsigned bits)
{
	int fd = open(f->data, O_WRONLY);

	f->bytes[at] = (char)((unsigned char)f->bytes[at] ^ bits);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, f->bytes + at, 1, (off_t)at), 1);
	close(fd);
}

enum outcome { REFUSED, FOUND, HARMLESS, WRONG };

static void no_finding(void *ctx, const char *finding)
{
	(void)ctx;
	(void)finding;
}

/* What a query would read. */
static bool answers_are_right(struct store *store)
{
	static const char *const keys[] = { "arn:aws:iam::111:user/alice",
		"arn:aws:iam::222:user/bob", "arn:aws:s3:::bucket-222" };
	struct snapshot *snap = NULL;
	struct err e = { 0 };
	bool right = snapshot_begin(&snap, store, &e) == 0;

	for (size_t i = 0; right && i < sizeof(keys) / sizeof(keys[0]); i++) {
		scope_number scope;
		entity_id id;

		right = snapshot_find_key(&scope, &id, snap, str_from(keys[i]), &e) == 1;
	}
	for (scope_number n = 0; right && n < 2; n++) {
		const struct document *d;
		struct segment *s;

		right = snapshot_segment(&s, snap, n, &e) == 0 &&
			segment_info(s)->index_count == 1 &&
			segment_document(&d, s, segment_statement(s, 0)->doc, &e) == 0;
	}
	snapshot_end(snap);
	return right;
}

static enum outcome open_and_read(const char *directory)
{
	struct store *store = NULL;
	struct err e = { 0 };
	enum outcome outcome;

	if (store_open(&store, directory, STORE_READ, &e) < 0)
		return REFUSED;
	if (store_check(store, no_finding, NULL, &e) < 0)
		outcome = FOUND;
	else
		outcome = answers_are_right(store) ? HARMLESS : WRONG;
	store_close(store);
	return outcome;
}

/* In a child, because a crash must fail one row and not the test program. */
static enum outcome outcome_of(const struct fixture *f, const char *what, size_t where)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		_exit((int)open_and_read(f->place.store));
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status) || WEXITSTATUS(status) >= WRONG)
		fail_msg("%s at byte %zu: status %x", what, where, (unsigned)status);
	return (enum outcome)WEXITSTATUS(status);
}

static void an_intact_file_is_read(void **state)
{
	const struct fixture *f = *state;

	put_file(f, f->size);
	assert_int_equal(outcome_of(f, "nothing", 0), HARMLESS);
}

static void a_flipped_bit_is_refused_found_or_harmless(void **state)
{
	const struct fixture *f = *state;
	uint32_t seed = 5, count[WRONG] = { 0 };

	put_file(f, f->size);
	for (unsigned round = 0; round < DAMAGE_ROUNDS; round++) {
		size_t at;

		seed = seed * 1664525u + 1013904223u;
		at = (seed >> 4) % f->size;
		flip(f, at, 1u << (seed >> 29));
		count[outcome_of(f, "flipped bit", at)]++;
		flip(f, at, 1u << (seed >> 29));
	}
	assert_true(count[FOUND] > 0 && count[HARMLESS] > 0);
}

static void a_damaged_page_head_is_refused_or_found(void **state)
{
	const struct fixture *f = *state;

	put_file(f, f->size);
	for (size_t page = 2; page < f->size / 4096; page++) {
		for (size_t at = page * 4096; at < page * 4096 + 24; at += 3) {
			flip(f, at, 0x15);
			outcome_of(f, "page head", at);
			flip(f, at, 0x15);
		}
	}
}

static void a_damaged_meta_page_is_refused_or_found(void **state)
{
	const struct fixture *f = *state;
	uint32_t count[WRONG] = { 0 };

	put_file(f, f->size);
	for (unsigned page = 0; page < 2; page++) {
		for (size_t at = page * 4096u + 16; at < page * 4096u + 16 + DAMAGE_META;
			at++) {
			flip(f, at, 0x41);
			count[outcome_of(f, "meta page", at)]++;
			flip(f, at, 0x41);
		}
	}
	assert_true(count[REFUSED] + count[FOUND] > DAMAGE_META / 2);
}

static void a_zeroed_page_size_is_refused(void **state)
{
	const struct fixture *f = *state;
	char kept[2][4];

	for (unsigned page = 0; page < 2; page++) {
		memcpy(kept[page], f->bytes + page * 4096u + 40, 4);
		memset(f->bytes + page * 4096u + 40, 0, 4);
	}
	put_file(f, f->size);
	assert_int_equal(outcome_of(f, "page size", 40), REFUSED);
	for (unsigned page = 0; page < 2; page++)
		memcpy(f->bytes + page * 4096u + 40, kept[page], 4);
}

static void a_cut_file_is_refused(void **state)
{
	const struct fixture *f = *state;

	for (size_t size = 0; size < f->size; size += 1536) {
		enum outcome outcome;

		put_file(f, size);
		outcome = outcome_of(f, "cut", size);
		/* Of the last page nobody but the free list may speak. */
		if (outcome == HARMLESS && size < f->size - 4096)
			fail_msg("cut at %zu of %zu went unseen", size, f->size);
	}
}

/* Rows: what somebody did to the directory, and what the message must say. */
static void an_unsafe_place_is_refused(void **state)
{
	const struct fixture *f = *state;
	char moved[140];
	struct store *store = NULL;
	struct err e = { 0 };

	put_file(f, f->size);
	assert_int_equal(chmod(f->data, 0644), 0);
	assert_int_equal(store_open(&store, f->place.store, STORE_READ, &e), ERR_IO);
	assert_non_null(strstr(e.text, "mode 644, expected 600"));
	assert_int_equal(chmod(f->data, 0600), 0);
	assert_int_equal(chmod(f->place.store, 0750), 0);
	assert_int_equal(store_open(&store, f->place.store, STORE_READ, &e), ERR_IO);
	assert_non_null(strstr(e.text, "mode 750, expected 700"));
	assert_int_equal(chmod(f->place.store, 0700), 0);
	snprintf(moved, sizeof(moved), "%s/copy.mdb", f->place.store);
	assert_int_equal(rename(f->data, moved), 0);
	assert_int_equal(symlink(moved, f->data), 0);
	assert_int_equal(store_open(&store, f->place.store, STORE_READ, &e), ERR_IO);
	assert_non_null(strstr(e.text, "is not a regular file"));
	assert_int_equal(unlink(f->data), 0);
	assert_int_equal(store_open(&store, f->place.store, STORE_READ, &e), ERR_IO);
	assert_non_null(strstr(e.text, "there is no store"));
	assert_int_equal(rename(moved, f->data), 0);
}

static void what_is_no_store_is_refused(void **state)
{
	static const char *const contents[] = { "", "hello", "LMDB LMDB LMDB" };
	const struct fixture *f = *state;
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		struct store *store = NULL;
		FILE *file = fopen(f->data, "wb");

		assert_non_null(file);
		fputs(contents[i], file);
		fclose(file);
		assert_int_equal(
			store_open(&store, f->place.store, STORE_WRITE, &e), ERR_CORRUPT);
		assert_non_null(strstr(e.text, "data.mdb is no store"));
	}
}

/* One of another format, which has other tables and a head of another size. */
static void another_format_is_told(void **state)
{
	const struct fixture *f = *state;
	const uint32_t head[] = { STORE_FORMAT - 1, 7, 7 };
	struct store *store = NULL;
	struct buf value = { 0 };
	MDB_val key = table_val(STR_LIT("head")), data;
	MDB_txn *txn;
	struct err e = { 0 };
	char words[64];

	put_file(f, f->size);
	store = world_open(&f->place, STORE_WRITE);
	table_checked(&value, (struct str){ (const char *)head, sizeof(head) });
	data = (MDB_val){ value.n, value.p };
	assert_int_equal(mdb_txn_begin(store->env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_put(txn, store->dbi[STORE_META], &key, &data, 0), 0);
	assert_int_equal(mdb_drop(txn, store->dbi[STORE_NAMES], 1), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	store_close(store);
	buf_release(&value);
	snprintf(words, sizeof(words), "has format %u, expected %u",
		(unsigned)STORE_FORMAT - 1, (unsigned)STORE_FORMAT);
	assert_int_equal(store_open(&store, f->place.store, STORE_READ, &e), ERR_FORMAT);
	assert_non_null(strstr(e.text, words));
	assert_int_equal(store_open(&store, f->place.store, STORE_WRITE, &e), ERR_FORMAT);
	put_file(f, f->size);
}

/* The lock file of a store that came from a copy is made again, and not sparse. */
static void a_missing_lock_file_is_allocated(void **state)
{
	const struct fixture *f = *state;
	struct store *store;
	char path[128];
	struct stat st;

	put_file(f, f->size);
	snprintf(path, sizeof(path), "%s/lock.mdb", f->place.store);
	assert_int_equal(unlink(path), 0);
	store = world_open(&f->place, STORE_READ);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_blocks * 512 >= st.st_size);
	store_close(store);
}

static void the_store_is_private_and_not_inherited(void **state)
{
	static const char *const names[] = { "data.mdb", "lock.mdb", "write.lock" };
	struct fixture *f = *state;
	struct store *store;
	struct stat st;
	int fd = -1;

	put_file(f, f->size);
	store = world_open(&f->place, STORE_WRITE);
	assert_int_equal(stat(f->place.store, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/%s", f->place.store, names[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	assert_int_equal(mdb_env_get_fd(store->env, &fd), 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	store_close(store);
}

static void a_directory_with_other_things_is_left_alone(void **state)
{
	struct world_place place;
	struct store *store = NULL;
	char other[128];
	struct err e = { 0 };
	FILE *file;

	(void)state;
	world_place_init(&place);
	assert_int_equal(mkdir(place.store, 0700), 0);
	snprintf(other, sizeof(other), "%s/notes", place.store);
	file = fopen(other, "w");
	assert_non_null(file);
	fclose(file);
	assert_int_equal(store_open(&store, place.store, STORE_WRITE, &e), ERR_IO);
	assert_int_equal(access(other, F_OK), 0);
	unlink(other);
	store = world_open(&place, STORE_WRITE);
	store_close(store);
	world_place_release(&place);
	/* Nothing is left aside: the root is gone. */
	assert_int_equal(access(place.root, F_OK), -1);
}

/* Sabotage by a writer that goes around the builder; each row must become a finding. */
static int drop_first(struct store_write *w, enum store_table table, struct err *e)
{
	MDB_cursor *cursor = NULL;
	MDB_val key, value;
	char room[64];
	size_t size;

	assert_int_equal(mdb_cursor_open(w->txn, w->store->dbi[table], &cursor), 0);
	assert_int_equal(mdb_cursor_get(cursor, &key, &value, MDB_FIRST), 0);
	assert_true(key.mv_size <= sizeof(room));
	size = key.mv_size;
	memcpy(room, key.mv_data, size);
	mdb_cursor_close(cursor);
	return table_delete(w, table, (struct str){ room, size }, e);
}

static void planted_inconsistencies_are_found(void **state)
{
	static const enum store_table dropped[] = { STORE_SCOPES, STORE_SEGMENTS,
		STORE_SOURCES, STORE_DOCS, STORE_TEXTS, STORE_KEYS, STORE_NAMES,
		STORE_LINKS };
	static const enum store_table added[] = { STORE_SEGMENTS, STORE_SOURCES,
		STORE_DOCS, STORE_TEXTS, STORE_KEYS, STORE_NAMES, STORE_LINKS };
	const size_t drops = sizeof(dropped) / sizeof(dropped[0]);
	const size_t adds = sizeof(added) / sizeof(added[0]);
	const struct fixture *f = *state;

	for (size_t i = 0; i < drops + adds; i++) {
		struct store_write *w = NULL;
		struct store *store;
		struct err e = { 0 };
		int rc;

		put_file(f, f->size);
		store = world_open(&f->place, STORE_WRITE);
		assert_int_equal(store_begin(&w, store, WORLD_LOCK_MS,
					 STR_LIT("catalog-1"), 99, &e),
			0);
		rc = i < drops ? drop_first(w, dropped[i], &e)
			       : table_put(w, added[i - drops], STR_LIT("planted"),
					 STR_LIT("value"), 0, &e);
		assert_int_equal(rc, 0);
		assert_int_equal(store_commit(w, &e), 0);
		if (world_check(store) == 0)
			fail_msg("row %zu went unseen", i);
		store_close(store);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_intact_file_is_read),
		cmocka_unit_test(a_flipped_bit_is_refused_found_or_harmless),
		cmocka_unit_test(a_damaged_page_head_is_refused_or_found),
		cmocka_unit_test(a_damaged_meta_page_is_refused_or_found),
		cmocka_unit_test(a_zeroed_page_size_is_refused),
		cmocka_unit_test(a_cut_file_is_refused),
		cmocka_unit_test(an_unsafe_place_is_refused),
		cmocka_unit_test(what_is_no_store_is_refused),
		cmocka_unit_test(another_format_is_told),
		cmocka_unit_test(a_missing_lock_file_is_allocated),
		cmocka_unit_test(the_store_is_private_and_not_inherited),
		cmocka_unit_test(a_directory_with_other_things_is_left_alone),
		cmocka_unit_test(planted_inconsistencies_are_found),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
