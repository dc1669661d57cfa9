/*
 * fuzz_segment.c - a damaged segment is refused, or every reader stays inside its bytes.
 *
 * The input changes a small sealed segment: each three bytes are a little-endian offset
 * and what to xor there. The checksum of the head is made right again, so that damage
 * gets past it.
 */
#include "graphstore/builder_priv.h"
#include "graphstore/segment_priv.h"

#include "tests/fuzz/fuzz.h"

#define CHANGE_BYTES 3u

static void add_entity(struct builder *b, const char *key, uint32_t flags)
{
	struct record_pair tag = { STR_LIT("team"), STR_LIT("red") };
	struct record_entity entity = {
		.key = str_from(key),
		.kind = STR_LIT("kind"),
		.name = str_from(key),
		.flags = flags,
		.tags = &tag,
		.tag_count = 1,
		.attributes = &tag,
		.attribute_count = 1,
		.source = { STR_LIT("file"), 1 },
	};

	builder_add_entity(b, &entity);
}

static void add_document(struct builder *b, const char *holder, enum record_layer layer)
{
	struct record_document document = {
		.holder = str_from(holder), .body = STR_LIT("{}"), .layer = layer
	};
	struct sha256 digest = hash_sha256(document.body);
	struct document_builder d = { 0 };
	struct buf compiled = { 0 };

	document_add_statement(&d)->service = 1;
	document_add_interval(&d, 1, 5);
	document_add_pattern(&d, STR_LIT("user/*"), true);
	document_add_principal(&d, DOCUMENT_KEY, STR_LIT("user/b"));
	document_finish(&d, &compiled);
	builder_add_document(b, &document, &digest, buf_str(&compiled));
	document_builder_release(&d);
	buf_release(&compiled);
}

static struct builder *build(void)
{
	struct builder *b = builder_new(STR_LIT("aws:1"));
	struct err e = { 0 };

	builder_set_scope(b, &(struct record_scope){ .key = STR_LIT("root") });
	add_entity(b, "root", ENTITY_CONTAINER);
	add_entity(b, "user/a", ENTITY_IDENTITY);
	add_entity(b, "user/b", ENTITY_IDENTITY);
	add_entity(b, "zone", 0);
	add_document(b, "user/a", LAYER_IDENTITY);
	add_document(b, "zone", LAYER_RESOURCE);
	builder_add_relation(b, &(struct record_relation){ .from = STR_LIT("user/b"),
					.to = STR_LIT("policy/lost"),
					.type = RELATION_ATTACHED });
	builder_add_coverage(b, &(struct record_coverage){ .what = STR_LIT("identities"),
					.state = COVERAGE_GOT });
	FUZZ_REQUIRE(builder_seal(b, &e) == 0);
	return b;
}

static void change(struct buf *bytes, const uint8_t *data, size_t size)
{
	size_t head = sizeof(struct section_table) +
		      SECTION_COUNT * sizeof(struct section_entry);
	struct section_table table;

	for (size_t i = 0; i + CHANGE_BYTES <= size; i += CHANGE_BYTES) {
		size_t at = (data[i] | (size_t)data[i + 1] << 8) % bytes->n;

		bytes->p[at] = (char)((unsigned char)bytes->p[at] ^ data[i + 2]);
	}
	memcpy(&table, bytes->p, sizeof(table));
	table.checksum = hash64((struct str){ bytes->p + 16, head - 16 });
	memcpy(bytes->p, &table, sizeof(table));
}

static void count_bytes(void *ctx, entity_id id, struct str key)
{
	(void)id;
	*(size_t *)ctx += key.n;
}

static size_t read_entity(const struct segment *s, entity_id id, struct arena *arena)
{
	uint32_t count;
	size_t sum = segment_key(s, id, arena).n + segment_name(s, id, arena).n +
		     segment_kind(s, segment_entity(s, id)->kind).n;

	for (const struct segment_holding *h = segment_holdings(s, id, &count); count > 0;
		h++, count--)
		sum += segment_str(s, h->name).n + segment_doc(s, h->doc)->flags;
	for (const struct segment_pair *p = segment_tags(s, id, &count); count > 0;
		p++, count--)
		sum += segment_str(s, p->key).n;
	for (const struct segment_pair *p = segment_attributes(s, id, &count); count > 0;
		p++, count--)
		sum += segment_str(s, p->value).n;
	for (int type = RELATION_MEMBER_OF; type < RELATION_TYPE_END; type++) {
		const uint32_t *to = segment_related(
			s, (enum record_relation_type)type, id % 2 == 0, id, &count);

		for (uint32_t i = 0; i < count; i++)
			sum += segment_entity(s, to[i])->flags;
	}
	return sum;
}

static size_t read_tables(const struct segment *s)
{
	uint32_t begin, end, count;
	size_t sum = 0;

	for (uint32_t class = 0; class < s->info.class_count && class < 64; class ++) {
		const struct segment_class_doc *d = segment_class_docs(s, class, &count);

		sum += count > 0 ? d[count - 1].doc : 0;
		segment_class_members(s, class, &count);
		sum += segment_class(s, class)->wide_actions;
	}
	for (uint32_t i = 0; i < s->info.doc_count && i < 64; i++)
		sum += (size_t)(segment_doc_classes(s, i, &count) != NULL) +
		       (size_t)(segment_doc_statements(s, i, &count) != NULL);
	for (uint32_t i = 0; i < s->info.statement_count && i < 64; i++) {
		const uint32_t *docs = segment_statement_docs(s, i, &count);

		sum += segment_statement(s, i)->doc;
		for (uint32_t k = 0; k < count; k++)
			sum += docs[k];
	}
	for (uint32_t i = 0; i < s->info.index_count; i++)
		sum += segment_str(s, segment_index(s)[i].prefix).n;
	for (uint32_t i = 0; i < s->info.coverage_count; i++) {
		const uint32_t *subjects = segment_coverage_subjects(s, i, &count);

		sum += segment_str(s, segment_coverages(s)[i].what).n;
		for (uint32_t k = 0; k < count; k++)
			sum += subjects[k];
	}
	segment_index_range(s, 1, &begin, &end);
	segment_principal_range(s, STR_LIT("user/b"), &begin, &end);
	FUZZ_REQUIRE(begin <= s->info.principal_count && end <= s->info.principal_count);
	segment_range(s, STR_LIT("user/"), &begin, &end);
	FUZZ_REQUIRE(begin <= end && end <= s->info.entity_count);
	return sum + segment_find(s, STR_LIT("user/b"));
}

static void read_all(const struct segment *s)
{
	uint32_t total = s->info.entity_count + s->info.foreign_count;
	struct arena arena;
	size_t sum = 0;

	arena_init(&arena, ARENA_UNLIMITED);
	for (entity_id id = 0; id < total && id < 64; id++)
		sum += read_entity(s, id, &arena);
	segment_each_key(s, 0, total, count_bytes, &sum);
	sum += read_tables(s);
	arena_release(&arena);
	FUZZ_REQUIRE(sum < SIZE_MAX);
}

/* Of any bytes, sources are inside of them or not there. */
static void read_sources(struct str block)
{
	struct source of;

	for (uint32_t id = 0; id < 4; id++) {
		for (uint32_t which = 0; which < 3; which++) {
			if (source_read(&of, block, id, which) && of.file.n > 0)
				FUZZ_REQUIRE(of.file.p >= block.p &&
					     of.file.p + of.file.n <= block.p + block.n);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct builder *b = build();
	struct buf *bytes = VEC_DATA(&b->parts, struct buf);
	struct segment s = { 0 };
	struct err e = { 0 };
	struct str part = buf_str(bytes);

	read_sources((struct str){ (const char *)data, size });
	change(bytes, data, size);
	if (segment_open(&s, &part, 1, 1, &e) == 0) {
		read_all(&s);
		if (segment_check(&s, &e) == 0)
			read_all(&s);
	}
	FUZZ_REQUIRE(e.code == 0 || e.code == ERR_CORRUPT);
	builder_free(b);
	return 0;
}
