#include "reachability/touched.h"

#include <stdlib.h>

#include "base/mutant.h"
#include "base/sorted.h"
#include "reachability/pattern.h"

struct touched_statement {
	const struct document *document;
	const struct document_statement *statement;
	uint32_t doc;
};

/* A touching statement of a document; those of one document are chained. */
struct touched_link {
	uint32_t statement; /* number here */
	uint32_t next;      /* link + 1; 0: the last */
};

/* What the room says of a statement; above: its number here + 2. */
#define STATEMENT_NEW   0u
#define STATEMENT_APART 1u /* does not touch the object */

/* From this part of all classes on, to look at all is cheaper than to sort. */
#define MANY 64u

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int damaged(const struct touched *t, const char *what, uint32_t i, struct err *e)
{
	return err_set(e, ERR_CORRUPT, "the index of scope %u: %s %u is not there",
		t->scope, what, i);
}

static void class_mark(struct touched *t, uint32_t class)
{
	if (t->room->classes[class])
		return;
	t->room->classes[class] = true;
	VEC_ADD(&t->classes, uint32_t, class);
}

static int doc_take(
	struct touched *t, uint32_t doc, uint32_t number, bool grants, struct err *e)
{
	const uint32_t *list;
	uint32_t count, *newest;

	if (doc >= segment_info(t->segment)->doc_count)
		return damaged(t, "document", doc, e);
	newest = &t->room->docs[doc];
	if (*newest == 0)
		VEC_ADD(&t->docs, uint32_t, doc);
	VEC_ADD(&t->links, struct touched_link, { number, *newest });
	*newest = (uint32_t)VEC_COUNT(&t->links, struct touched_link);
	if (!grants)
		return 0;
	list = segment_doc_classes(t->segment, doc, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (list[i] >= segment_info(t->segment)->class_count)
			return damaged(t, "class", list[i], e);
		class_mark(t, list[i]);
	}
	return 0;
}

/*
 * Take a statement that the index names: link it to the documents that have it, and for a
 * grant mark the classes that hold them.
 */
static int statement_take(struct touched *t, uint32_t statement, struct err *e)
{
	const struct document *d;
	const struct document_statement *s;
	uint32_t *state, count, number;
	const uint32_t *docs;

	if (statement >= segment_info(t->segment)->statement_count)
		return damaged(t, "statement", statement, e);
	state = &t->room->statements[statement];
	if (*state != STATEMENT_NEW)
		return 0;
	*state = STATEMENT_APART;
	VEC_ADD(&t->looked_at, uint32_t, statement);
	if (segment_read_statement(&d, &s, t->segment, statement, e) < 0)
		return e->code;
	if (!decide_concerns(t->decide, t->object, d, s))
		return 0;
	number = (uint32_t)VEC_COUNT(&t->statements, struct touched_statement);
	*state = number + 2;
	VEC_ADD(&t->statements, struct touched_statement,
		{ d, s, segment_statement(t->segment, statement)->doc });
	docs = segment_statement_docs(t->segment, statement, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (doc_take(t, docs[i], number, !(s->flags & DOCUMENT_DENY), e) < 0)
			return e->code;
	}
	return 0;
}

/* The object's key; of what need not exist yet, what all its keys begin with. */
static struct str literal_key(const struct touched *t)
{
	struct str key = t->object->o.n->key;

	return t->object->o.n->type == NODE_NEW ? str_head(key, pattern_literal_size(key))
						: key;
}

/* All entries of one service whose prefix begins the key, or which the key begins. */
static int index_service(struct touched *t, uint32_t service, struct err *e)
{
	const struct segment_index *entries = segment_index(t->segment);
	struct str key = literal_key(t);
	uint32_t begin, end, low, high;

	segment_index_range(t->segment, service, &begin, &end);
	low = begin;
	high = end;
	while (low < high) { /* first entry behind the key */
		uint32_t mid = low + (high - low) / 2;

		if (str_cmp(segment_str(t->segment, entries[mid].prefix), key) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (uint32_t i = low; i < end; i++) {
		if (!str_starts(segment_str(t->segment, entries[i].prefix), key) ||
			MUTANT(index_extents_missed, false, true))
			break;
		if (statement_take(t, entries[i].statement, e) < 0)
			return e->code;
	}
	for (uint32_t i = low > begin ? low - 1 : SEGMENT_NONE;
		i != MUTANT(index_parent_missed, SEGMENT_NONE, begin) &&
		i != SEGMENT_NONE;) {
		uint32_t parent = entries[i].parent;

		if (str_starts(key, segment_str(t->segment, entries[i].prefix)) &&
			statement_take(t, entries[i].statement, e) < 0)
			return e->code;
		if (parent != SEGMENT_NONE && parent >= i)
			return damaged(t, "entry", parent, e);
		i = parent;
	}
	return 0;
}

static int index_walk(struct touched *t, struct err *e)
{
	const struct action_plan *plan = decide_plan(t->decide, t->object);

	for (uint32_t i = 0; i < plan->service_count; i++) {
		if (index_service(t, plan->services[i], e) < 0)
			return e->code;
	}
	return index_service(t, DOCUMENT_ANY_SERVICE, e);
}

int touched_begin(struct touched *t, struct decide *d, const struct decide_object *object,
	scope_number scope, bool all, struct err *e)
{
	const uint32_t *gaps;
	uint32_t count;

	*t = (struct touched){ .decide = d, .object = object, .scope = scope };
	intern_init(&t->keys);
	if (world_segment(&t->segment, decide_world(d), scope, e) < 0)
		return e->code;
	t->room = decide_room(d, scope, t->segment);
	/* classes with documents that nobody can read may be granted anything */
	gaps = segment_gaps(t->segment, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (gaps[i] >= segment_info(t->segment)->class_count)
			return damaged(t, "class", gaps[i], e);
		class_mark(t, gaps[i]);
	}
	for (uint32_t i = 0; all && i < segment_info(t->segment)->class_count; i++)
		class_mark(t, i);
	return index_walk(t, e);
}

void touched_end(struct touched *t)
{
	for (size_t i = 0; i < VEC_COUNT(&t->classes, uint32_t); i++)
		t->room->classes[VEC_DATA(&t->classes, uint32_t)[i]] = false;
	for (size_t i = 0; i < VEC_COUNT(&t->docs, uint32_t); i++)
		t->room->docs[VEC_DATA(&t->docs, uint32_t)[i]] = 0;
	for (size_t i = 0; i < VEC_COUNT(&t->looked_at, uint32_t); i++)
		t->room->statements[VEC_DATA(&t->looked_at, uint32_t)[i]] = STATEMENT_NEW;
	intern_release(&t->keys);
	buf_release(&t->classes);
	buf_release(&t->docs);
	buf_release(&t->links);
	buf_release(&t->statements);
	buf_release(&t->looked_at);
	buf_release(&t->key);
	buf_release(&t->verdicts);
}

const uint32_t *touched_classes(struct touched *t, uint32_t *count)
{
	uint32_t *list = VEC_DATA(&t->classes, uint32_t), kept = 0;
	uint32_t all = segment_info(t->segment)->class_count;

	*count = (uint32_t)VEC_COUNT(&t->classes, uint32_t);
	if (*count > all / MANY) {
		for (uint32_t class = 0; class < all; class ++) {
			if (t->room->classes[class])
				list[kept++] = class;
		}
	} else if (*count > 0) {
		qsort(list, *count, sizeof(*list), compare_numbers);
	}
	return list;
}

/* Flags, whether it is bounded, then number << 1 | is boundary, ascending. */
#define KEY_HEAD 2u

void touched_class(struct touched *t, uint32_t class)
{
	uint32_t count, doc_count = segment_info(t->segment)->doc_count;
	const struct segment_class_doc *docs =
		segment_class_docs(t->segment, class, &count);
	const struct touched_link *links = VEC_DATA(&t->links, const struct touched_link);

	t->bounded = segment_class(t->segment, class)->flags & SEGMENT_CLASS_BOUNDED;
	buf_clear(&t->key);
	for (uint32_t i = 0; i < KEY_HEAD; i++)
		VEC_ADD(&t->key, uint32_t, 0);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t boundary = docs[i].is_boundary != 0;
		uint32_t at = docs[i].doc < doc_count ? t->room->docs[docs[i].doc] : 0;

		for (; at > 0; at = links[at - 1].next)
			sorted_add(&t->key, KEY_HEAD,
				links[at - 1].statement << 1 | boundary);
	}
	VEC_DATA(&t->key, uint32_t)[1] = MUTANT(classes_merged, t->bounded, 0);
}

struct decide_shared *touched_verdict(struct touched *t, uint32_t flags, uint32_t *number)
{
	uint32_t before = intern_count(&t->keys);

	VEC_DATA(&t->key, uint32_t)[0] = flags;
	*number = intern_add(&t->keys, buf_str(&t->key));
	if (*number == before)
		VEC_ADD(&t->verdicts, struct decide_shared, { .access = NULL });
	return &VEC_DATA(&t->verdicts, struct decide_shared)[*number];
}

struct decide_shared *touched_verdict_at(struct touched *t, uint32_t number)
{
	return &VEC_DATA(&t->verdicts, struct decide_shared)[number];
}

const struct decide_statement *touched_statements(const struct touched *t,
	uint32_t *count, uint32_t *identity_count, struct arena *arena)
{
	const uint32_t *key = VEC_DATA(&t->key, const uint32_t) + KEY_HEAD;
	uint32_t n = (uint32_t)VEC_COUNT(&t->key, uint32_t) - KEY_HEAD, filled = 0;
	struct decide_statement *out =
		ARENA_NEW_ARRAY(arena, struct decide_statement, n + 1);

	for (uint32_t boundary = 0; boundary < 2; boundary++) {
		for (uint32_t i = 0; i < n; i++) {
			const struct touched_statement *st = &VEC_DATA(&t->statements,
				const struct touched_statement)[key[i] >> 1];

			if ((key[i] & 1) != boundary)
				continue;
			out[filled++] =
				(struct decide_statement){ .document = st->document,
					.statement = st->statement,
					.slot = boundary ? SLOT_BOUNDARY : SLOT_IDENTITY,
					.doc = st->doc };
		}
		if (!boundary)
			*identity_count = filled;
	}
	*count = filled;
	return out;
}
