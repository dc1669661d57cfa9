#include "graphstore/builder_priv.h"
#include "graphstore/dictionary_priv.h"
#include "graphstore/segment_priv.h"
#include "tests/store_world.h"

#define KEYS_MAX 400u

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static int compare(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return str_cmp(*x, *y);
}

/* Sorted distinct keys over a small alphabet, so that they share prefixes. */
struct keys {
	char room[KEYS_MAX][24];
	struct str key[KEYS_MAX];
	uint32_t count;
	struct dictionary_builder built;
	struct dictionary dictionary;
};

static struct str random_text(char room[24], uint32_t *seed)
{
	static const char *const heads[] = { "", "arn:aws:s3:::", "arn:aws:iam::1:" };
	const char *head = heads[next_random(seed) % 3];
	size_t n = strlen(head), more = next_random(seed) % 7;

	memcpy(room, head, n);
	for (size_t i = 0; i < more; i++)
		room[n + i] = "ab\xff"[next_random(seed) % 3];
	return (struct str){ room, n + more };
}

static void keys_init(struct keys *k, uint32_t *seed)
{
	uint32_t wanted = next_random(seed) % KEYS_MAX, count = 0;

	*k = (struct keys){ 0 };
	for (uint32_t i = 0; i < wanted; i++)
		k->key[i] = random_text(k->room[i], seed);
	qsort(k->key, wanted, sizeof(k->key[0]), compare);
	for (uint32_t i = 0; i < wanted; i++) {
		if (count == 0 || !str_eq(k->key[count - 1], k->key[i]))
			k->key[count++] = k->key[i];
	}
	k->count = count;
	for (uint32_t i = 0; i < count; i++)
		dictionary_add(&k->built, k->key[i]);
	k->dictionary = (struct dictionary){ VEC_DATA(&k->built.starts, uint32_t),
		buf_str(&k->built.bytes), count };
}

static void count_key(void *ctx, uint32_t index, struct str key)
{
	uint32_t *next = ctx;

	(void)key;
	assert_int_equal(index, *next);
	(*next)++;
}

static void check_text(const struct keys *k, struct str text)
{
	uint32_t at = DICTIONARY_NONE, begin = 0, end = 0;

	for (uint32_t i = 0; i < k->count; i++) {
		if (str_eq(k->key[i], text))
			at = i;
		begin += str_cmp(k->key[i], text) < 0;
		end += str_cmp(k->key[i], text) < 0 || str_starts(k->key[i], text);
	}
	assert_int_equal(dictionary_find(&k->dictionary, text), at);
	assert_int_equal(dictionary_bound(&k->dictionary, text, false), begin);
	assert_int_equal(dictionary_bound(&k->dictionary, text, true), end);
}

static void a_dictionary_finds_what_a_scan_finds(void **state)
{
	struct keys *k = calloc(1, sizeof(*k));
	struct arena arena;
	uint32_t seed = 7;

	(void)state;
	arena_init(&arena, ARENA_UNLIMITED);
	for (unsigned round = 0; round < 200; round++) {
		uint32_t next = 0;
		char text[24];

		keys_init(k, &seed);
		assert_true(dictionary_check(&k->dictionary));
		for (uint32_t i = 0; i < k->count; i++) {
			assert_true(str_eq(
				dictionary_copy(&k->dictionary, i, &arena), k->key[i]));
			check_text(k, k->key[i]);
		}
		for (unsigned i = 0; i < 50; i++)
			check_text(k, random_text(text, &seed));
		dictionary_each(&k->dictionary, 0, k->count, count_key, &next);
		assert_int_equal(next, k->count);
		next = k->count / 3;
		dictionary_each(&k->dictionary, next, k->count, count_key, &next);
		assert_int_equal(next, k->count);
		dictionary_builder_release(&k->built);
	}
	arena_release(&arena);
	free(k);
}

static void ignore_key(void *ctx, uint32_t index, struct str key)
{
	(void)index;
	*(size_t *)ctx += key.n;
}

/* Every flipped bit is noticed, or changes nothing but the text of keys; none crashes. */
static void a_damaged_dictionary_stays_inside_its_bytes(void **state)
{
	struct keys *k = calloc(1, sizeof(*k));
	struct arena arena;
	uint32_t seed = 11;

	(void)state;
	arena_init(&arena, ARENA_UNLIMITED);
	keys_init(k, &seed);
	for (size_t bit = 0; bit < k->built.bytes.n * 8; bit++) {
		size_t size = 0;

		k->built.bytes.p[bit / 8] ^= (char)(1 << (bit % 8));
		dictionary_each(&k->dictionary, 0, k->count, ignore_key, &size);
		dictionary_find(&k->dictionary, k->key[bit % k->count]);
		dictionary_bound(&k->dictionary, k->key[bit % k->count], true);
		dictionary_copy(&k->dictionary, (uint32_t)bit % k->count, &arena);
		k->built.bytes.p[bit / 8] ^= (char)(1 << (bit % 8));
	}
	dictionary_builder_release(&k->built);
	arena_release(&arena);
	free(k);
}

static struct builder *small_scope(void)
{
	struct builder *b = builder_new(STR_LIT("aws:1"));
	struct buf compiled = { 0 };
	struct err e = { 0 };

	world_add_entity(b, "aws:1", "user/a", "user", "a", ENTITY_IDENTITY);
	world_add_entity(b, "aws:1", "user/b", "user", "b", ENTITY_IDENTITY);
	world_add_entity(b, "aws:1", "zone/c", "zone", "c", 0);
	world_add_relation(b, "aws:1", "user/a", RELATION_OWNS, "zone/x");
	world_pattern_document(&compiled, "user/*", 1, 0, "user/b");
	world_add_document(
		b, "aws:1", "user/a", "p", LAYER_IDENTITY, "{}", buf_str(&compiled));
	world_add_document(
		b, "aws:1", "zone/c", "p", LAYER_RESOURCE, "{}", buf_str(&compiled));
	buf_release(&compiled);
	assert_int_equal(builder_seal(b, &e), 0);
	return b;
}

static void keys_of_both_kinds_are_read(void **state)
{
	struct builder *b = small_scope();
	struct segment s = { 0 };
	struct str part = buf_str(VEC_DATA(&b->parts, struct buf));
	struct err e = { 0 };
	struct arena arena;
	entity_id begin, end, next = 0;

	(void)state;
	arena_init(&arena, ARENA_UNLIMITED);
	assert_int_equal(segment_open(&s, &part, 1, 4, &e), 0);
	assert_int_equal(segment_info(&s)->version, 4);
	segment_range(&s, STR_LIT("user/"), &begin, &end);
	assert_int_equal(begin, 0);
	assert_int_equal(end, 2);
	segment_range(&s, STR_LIT(""), &begin, &end);
	assert_int_equal(end, 3);
	assert_int_equal(segment_find(&s, STR_LIT("zone/x")), 3);
	assert_true(str_eq(segment_key(&s, 3, &arena), STR_LIT("zone/x")));
	segment_each_key(&s, 0, 4, count_key, &next);
	assert_int_equal(next, 4);
	next = 2;
	segment_each_key(&s, 2, 4, count_key, &next);
	assert_int_equal(next, 4);
	arena_release(&arena);
	builder_free(b);
}

/* Everything that a query may call, on whatever segment_open let through. */
static void read_all(struct segment *s)
{
	uint32_t total = s->info.entity_count + s->info.foreign_count, count, begin, end;
	size_t size = 0;

	segment_each_key(s, 0, total, ignore_key, &size);
	for (uint32_t id = 0; id < total && id < 64; id++) {
		segment_name_of(s, id, STR_LIT("x"));
		segment_kind(s, segment_entity(s, id)->kind);
		segment_holdings(s, id, &count);
		segment_tags(s, id, &count);
		segment_attributes(s, id, &count);
		segment_class_docs(s, segment_entity(s, id)->class, &count);
		segment_class_members(s, segment_entity(s, id)->class, &count);
		for (int type = RELATION_MEMBER_OF; type < RELATION_TYPE_END; type++)
			segment_related(
				s, (enum record_relation_type)type, true, id, &count);
	}
	for (uint32_t i = 0; i < s->info.statement_count && i < 64; i++) {
		segment_statement(s, i);
		segment_statement_docs(s, i, &count);
	}
	for (uint32_t i = 0; i < s->info.doc_count && i < 64; i++)
		segment_doc_statements(s, i, &count);
	segment_class(s, 0);
	segment_gaps(s, &count);
	segment_refused(s, &count);
	segment_index_range(s, 1, &begin, &end);
	segment_principal_range(s, STR_LIT("user/b"), &begin, &end);
	segment_find(s, STR_LIT("user/b"));
}

static void damage_is_found_and_never_crashes(void **state)
{
	struct builder *b = small_scope();
	struct buf *bytes = VEC_DATA(&b->parts, struct buf);
	uint32_t opened = 0, found = 0;

	(void)state;
	for (size_t bit = 0; bit < bytes->n * 8; bit += 3) {
		struct segment s = { 0 };
		struct str part = buf_str(bytes);
		struct err e = { 0 };

		bytes->p[bit / 8] ^= (char)(1 << (bit % 8));
		if (segment_open(&s, &part, 1, 1, &e) == 0) {
			opened++;
			found += segment_check(&s, &e) < 0;
			read_all(&s);
		}
		bytes->p[bit / 8] ^= (char)(1 << (bit % 8));
	}
	assert_true(opened > 0);
	assert_true(found > 0);
	builder_free(b);
}

/* Each flip inside a section is a finding: only padding may change unseen. */
static void every_section_has_a_checksum(void **state)
{
	struct builder *b = small_scope();
	struct buf *bytes = VEC_DATA(&b->parts, struct buf);
	struct str part = buf_str(bytes);
	struct segment s = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(segment_open(&s, &part, 1, 1, &e), 0);
	for (unsigned i = 0; i < SECTION_COUNT; i++) {
		struct str view = s.view[i].bytes;
		size_t at = (size_t)(view.p - bytes->p);

		if (view.n == 0)
			continue;
		bytes->p[at + view.n / 2] ^= 1;
		assert_int_equal(section_check(s.view, part, &e), ERR_CORRUPT);
		bytes->p[at + view.n / 2] ^= 1;
	}
	assert_int_equal(segment_check(&s, &e), 0);
	builder_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dictionary_finds_what_a_scan_finds),
		cmocka_unit_test(a_damaged_dictionary_stays_inside_its_bytes),
		cmocka_unit_test(keys_of_both_kinds_are_read),
		cmocka_unit_test(damage_is_found_and_never_crashes),
		cmocka_unit_test(every_section_has_a_checksum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
