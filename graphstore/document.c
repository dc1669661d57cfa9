#include "graphstore/document.h"

#include <assert.h>

#define DOCUMENT_MAGIC   0x44434b4cu /* "LKCD" */
#define DOCUMENT_VERSION 2u
#define DOCUMENT_PARTS   7u

/* The head of the value: one offset and count per part, in the order of enum part. */
struct document_head {
	uint32_t magic;
	uint32_t version;
	uint32_t flags;
	uint32_t size; /* of the whole value */
	struct document_text problem;
	struct {
		uint32_t offset, count;
	} part[DOCUMENT_PARTS];
};

enum part {
	PART_STATEMENTS,
	PART_INTERVALS,
	PART_PATTERNS,
	PART_PRINCIPALS,
	PART_CONDITIONS,
	PART_VALUES,
	PART_TEXT
};

static const size_t part_size[DOCUMENT_PARTS] = {
	[PART_STATEMENTS] = sizeof(struct document_statement),
	[PART_INTERVALS] = sizeof(struct document_interval),
	[PART_PATTERNS] = sizeof(struct document_pattern),
	[PART_PRINCIPALS] = sizeof(struct document_principal),
	[PART_CONDITIONS] = sizeof(struct document_condition),
	[PART_VALUES] = sizeof(struct document_text),
	[PART_TEXT] = 1,
};

static bool range_inside(uint64_t first, uint64_t count, uint64_t limit)
{
	return first <= limit && count <= limit - first;
}

static bool text_inside(const struct document_head *h, struct document_text t)
{
	return range_inside(t.offset, t.size, h->part[PART_TEXT].count);
}

static int head_check(const struct document_head *h, size_t size, struct err *e)
{
	if (h->magic != DOCUMENT_MAGIC)
		return err_set(
			e, ERR_CORRUPT, "compiled document: bad magic %08x", h->magic);
	if (h->version != DOCUMENT_VERSION)
		return err_set(e, ERR_CORRUPT,
			"compiled document: version %u, expected %u", h->version,
			DOCUMENT_VERSION);
	if (h->size != size)
		return err_set(e, ERR_CORRUPT, "compiled document: size %u in %zu bytes",
			h->size, size);
	for (unsigned i = 0; i < DOCUMENT_PARTS; i++) {
		if (h->part[i].offset % 8 != 0 ||
			!range_inside(h->part[i].offset,
				(uint64_t)h->part[i].count * part_size[i], size))
			return err_set(e, ERR_CORRUPT,
				"compiled document: part %u out of place", i);
	}
	if (!text_inside(h, h->problem))
		return err_set(
			e, ERR_CORRUPT, "compiled document: problem text out of place");
	return 0;
}

/* Whether every join finds the truths that it takes. */
static bool joins_ok(const struct document *d, const struct document_statement *s)
{
	uint64_t depth = 0;

	for (uint32_t i = 0; i < s->condition_count; i++) {
		uint32_t joins = d->conditions[s->condition_first + i].joins;

		depth++;
		for (; joins != 0; joins >>= 2) {
			uint32_t join = joins & 3u;

			if (join == DOCUMENT_JOIN_NONE)
				return false;
			if (join == DOCUMENT_NOT)
				continue;
			if (depth < 2)
				return false;
			depth--;
		}
	}
	return true;
}

static bool statement_ok(const struct document_head *h, const struct document *d,
	const struct document_statement *s)
{
	if (!range_inside(
		    s->action_first, s->action_count, h->part[PART_INTERVALS].count) ||
		!range_inside(s->resource_first, s->resource_count,
			h->part[PART_PATTERNS].count) ||
		!range_inside(s->principal_first, s->principal_count,
			h->part[PART_PRINCIPALS].count) ||
		!range_inside(s->condition_first, s->condition_count,
			h->part[PART_CONDITIONS].count) ||
		!text_inside(h, s->sid) || !text_inside(h, s->role) || !joins_ok(d, s))
		return false;
	for (uint32_t i = 0; i < s->action_count; i++) {
		const struct document_interval *v = &d->intervals[s->action_first + i];

		if (v->begin >= v->end || (i > 0 && v->begin <= v[-1].end))
			return false;
	}
	return true;
}

static bool parts_ok(const struct document_head *h, const struct document *d)
{
	for (uint32_t i = 0; i < h->part[PART_PATTERNS].count; i++) {
		if (!text_inside(h, d->patterns[i].text) ||
			d->patterns[i].literal_size > d->patterns[i].text.size)
			return false;
	}
	for (uint32_t i = 0; i < h->part[PART_PRINCIPALS].count; i++) {
		if (!text_inside(h, d->principals[i].text) ||
			d->principals[i].type == 0 ||
			d->principals[i].type >= DOCUMENT_PRINCIPAL_TYPE_END ||
			(d->principals[i].flags & ~DOCUMENT_EXCEPTED) != 0)
			return false;
	}
	for (uint32_t i = 0; i < h->part[PART_CONDITIONS].count; i++) {
		const struct document_condition *c = &d->conditions[i];

		if (!text_inside(h, c->key) || !text_inside(h, c->written) ||
			!range_inside(c->value_first, c->value_count,
				h->part[PART_VALUES].count) ||
			c->operator_ == 0 || c->operator_ >= DOCUMENT_OPERATOR_END ||
			c->qualifier > DOCUMENT_FOR_ANY)
			return false;
	}
	for (uint32_t i = 0; i < h->part[PART_VALUES].count; i++) {
		if (!text_inside(h, d->values[i]))
			return false;
	}
	return true;
}

int document_open(struct document *out, struct str bytes, struct err *e)
{
	const struct document_head *h = (const void *)bytes.p;

	if (bytes.n < sizeof(*h) || (uintptr_t)bytes.p % 8 != 0)
		return err_set(e, ERR_CORRUPT, "compiled document: %zu bytes", bytes.n);
	if (head_check(h, bytes.n, e) < 0)
		return e->code;

	*out = (struct document){
		.statements = (const void *)(bytes.p + h->part[PART_STATEMENTS].offset),
		.intervals = (const void *)(bytes.p + h->part[PART_INTERVALS].offset),
		.patterns = (const void *)(bytes.p + h->part[PART_PATTERNS].offset),
		.principals = (const void *)(bytes.p + h->part[PART_PRINCIPALS].offset),
		.conditions = (const void *)(bytes.p + h->part[PART_CONDITIONS].offset),
		.values = (const void *)(bytes.p + h->part[PART_VALUES].offset),
		.text = { bytes.p + h->part[PART_TEXT].offset, h->part[PART_TEXT].count },
		.statement_count = h->part[PART_STATEMENTS].count,
		.flags = h->flags,
	};
	out->problem = document_str(out, h->problem);
	if (!parts_ok(h, out))
		return err_set(
			e, ERR_CORRUPT, "compiled document: a part points outside");
	for (uint32_t i = 0; i < out->statement_count; i++) {
		if (!statement_ok(h, out, &out->statements[i]))
			return err_set(
				e, ERR_CORRUPT, "compiled document: statement %u", i);
	}
	return 0;
}

bool document_has_action(
	const struct document *d, const struct document_statement *s, uint32_t action)
{
	const struct document_interval *v = d->intervals + s->action_first;
	uint32_t low = 0, high = s->action_count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (v[mid].end <= action)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->action_count && v[low].begin <= action;
}

const struct document_condition *document_pin(
	const struct document *d, const struct document_statement *s)
{
	const struct document_condition *c = d->conditions + s->condition_first,
					*pin = NULL;

	for (uint32_t i = 0; i < s->condition_count; i++) {
		if (c[i].joins != 0)
			return NULL;
		if (!pin && (c[i].flags & DOCUMENT_CONDITION_PINS))
			pin = &c[i];
	}
	return pin;
}

void document_builder_release(struct document_builder *b)
{
	buf_release(&b->statements);
	buf_release(&b->intervals);
	buf_release(&b->patterns);
	buf_release(&b->principals);
	buf_release(&b->conditions);
	buf_release(&b->values);
	buf_release(&b->text);
	*b = (struct document_builder){ 0 };
}

void document_builder_clear(struct document_builder *b)
{
	buf_clear(&b->statements);
	buf_clear(&b->intervals);
	buf_clear(&b->patterns);
	buf_clear(&b->principals);
	buf_clear(&b->conditions);
	buf_clear(&b->values);
	buf_clear(&b->text);
	b->problem = (struct document_text){ 0, 0 };
	b->flags = 0;
}

struct document_text document_add_text(struct document_builder *b, struct str s)
{
	struct document_text t = { (uint32_t)b->text.n, (uint32_t)s.n };

	buf_add_str(&b->text, s);
	return t;
}

static struct document_statement *newest(struct document_builder *b)
{
	size_t count = VEC_COUNT(&b->statements, struct document_statement);

	assert(count > 0);
	return &VEC_DATA(&b->statements, struct document_statement)[count - 1];
}

struct document_statement *document_add_statement(struct document_builder *b)
{
	struct document_statement s = {
		.source_index =
			(uint32_t)VEC_COUNT(&b->statements, struct document_statement),
		.action_first =
			(uint32_t)VEC_COUNT(&b->intervals, struct document_interval),
		.resource_first =
			(uint32_t)VEC_COUNT(&b->patterns, struct document_pattern),
		.principal_first =
			(uint32_t)VEC_COUNT(&b->principals, struct document_principal),
		.condition_first =
			(uint32_t)VEC_COUNT(&b->conditions, struct document_condition),
		.service = DOCUMENT_ANY_SERVICE,
	};

	buf_add(&b->statements, &s, sizeof(s));
	return newest(b);
}

void document_add_interval(struct document_builder *b, uint32_t begin, uint32_t end)
{
	struct document_statement *s = newest(b);
	struct document_interval *last;

	if (begin >= end)
		return;
	if (s->action_count > 0) {
		last = &VEC_DATA(&b->intervals,
			struct document_interval)[s->action_first + s->action_count - 1];
		assert(begin >= last->begin);
		if (begin <= last->end) {
			last->end = end > last->end ? end : last->end;
			return;
		}
	}
	VEC_ADD(&b->intervals, struct document_interval, { begin, end });
	s->action_count++;
}

void document_add_pattern(struct document_builder *b, struct str text, bool variables)
{
	struct document_pattern p = { .text = document_add_text(b, text) };
	size_t i = 0;

	while (i < text.n && text.p[i] != '*' && text.p[i] != '?' &&
		!(variables && text.p[i] == '$' && i + 1 < text.n &&
			text.p[i + 1] == '{'))
		i++;
	p.literal_size = (uint32_t)i;
	if (i == text.n)
		p.flags |= DOCUMENT_PATTERN_EXACT;
	else if (i + 1 == text.n && text.p[i] == '*')
		p.flags |= DOCUMENT_PATTERN_PREFIX;
	for (; variables && i + 1 < text.n; i++) {
		if (text.p[i] == '$' && text.p[i + 1] == '{')
			p.flags |= DOCUMENT_PATTERN_VARIABLE;
	}
	buf_add(&b->patterns, &p, sizeof(p));
	newest(b)->resource_count++;
}

void document_narrow(struct document_builder *b, uint32_t flag)
{
	struct document_pattern *p =
		(struct document_pattern *)(void *)(b->patterns.p + b->patterns.n) - 1;

	p->flags |= flag;
}

void document_add_principal(
	struct document_builder *b, enum document_principal_type type, struct str text)
{
	struct document_principal p = { .text = document_add_text(b, text),
		.type = type };

	buf_add(&b->principals, &p, sizeof(p));
	newest(b)->principal_count++;
}

void document_except(struct document_builder *b)
{
	size_t count = VEC_COUNT(&b->principals, struct document_principal);

	assert(newest(b)->principal_count > 0);
	VEC_DATA(&b->principals, struct document_principal)
	[count - 1].flags |= DOCUMENT_EXCEPTED;
}

void document_set_role(struct document_builder *b, struct str key)
{
	struct document_text t = document_add_text(b, key);

	assert(newest(b)->action_count == 0);
	newest(b)->role = t;
}

bool document_add_join(struct document_builder *b, enum document_join join)
{
	size_t count = VEC_COUNT(&b->conditions, struct document_condition);
	uint32_t *joins, at = 0;

	assert(count > 0 && newest(b)->condition_count > 0);
	joins = &VEC_DATA(&b->conditions, struct document_condition)[count - 1].joins;
	while (at < DOCUMENT_JOINS_MAX && (*joins >> 2 * at & 3u) != 0)
		at++;
	if (at == DOCUMENT_JOINS_MAX)
		return false;
	*joins |= (uint32_t)join << 2 * at;
	return true;
}

struct document_condition *document_add_condition(
	struct document_builder *b, struct str key, struct str written)
{
	struct document_condition c = {
		.key = document_add_text(b, key),
		.written = document_add_text(b, written),
		.value_first = (uint32_t)VEC_COUNT(&b->values, struct document_text),
		.operator_ = DOCUMENT_OPERATOR_UNKNOWN,
	};

	buf_add(&b->conditions, &c, sizeof(c));
	newest(b)->condition_count++;
	return &VEC_DATA(&b->conditions, struct document_condition)
		[VEC_COUNT(&b->conditions, struct document_condition) - 1];
}

void document_add_value(struct document_builder *b, struct str value)
{
	struct document_text t = document_add_text(b, value);
	size_t count = VEC_COUNT(&b->conditions, struct document_condition);

	assert(count > 0);
	buf_add(&b->values, &t, sizeof(t));
	VEC_DATA(&b->conditions, struct document_condition)[count - 1].value_count++;
}

void document_set_invalid(struct document_builder *b, struct str problem)
{
	document_builder_clear(b);
	b->flags = DOCUMENT_INVALID;
	b->problem = document_add_text(b, problem);
}

static uint32_t flags_of_statements(const struct document_builder *b)
{
	const struct document_statement *s =
		VEC_DATA(&b->statements, struct document_statement);
	size_t count = VEC_COUNT(&b->statements, struct document_statement);
	uint32_t flags = 0;

	for (size_t i = 0; i < count; i++) {
		if (s[i].flags & DOCUMENT_DENY)
			flags |= DOCUMENT_DENIES;
		if (s[i].flags & DOCUMENT_STATEMENT_READS_PRINCIPAL)
			flags |= DOCUMENT_READS_PRINCIPAL;
		if (s[i].flags & DOCUMENT_STATEMENT_READS_RESOURCE)
			flags |= DOCUMENT_READS_RESOURCE;
	}
	return flags;
}

void document_finish(struct document_builder *b, struct buf *out)
{
	const struct buf *parts[DOCUMENT_PARTS] = { &b->statements, &b->intervals,
		&b->patterns, &b->principals, &b->conditions, &b->values, &b->text };
	struct document_head head = {
		.magic = DOCUMENT_MAGIC,
		.version = DOCUMENT_VERSION,
		.flags = b->flags | flags_of_statements(b),
		.problem = b->problem,
	};
	size_t start = out->n, offset = sizeof(head);

	assert(start % 8 == 0);
	for (unsigned i = 0; i < DOCUMENT_PARTS; i++) {
		offset = (offset + 7) & ~(size_t)7;
		head.part[i].offset = (uint32_t)offset;
		head.part[i].count = (uint32_t)(parts[i]->n / part_size[i]);
		offset += parts[i]->n;
	}
	head.size = (uint32_t)offset;
	buf_add(out, &head, sizeof(head));
	for (unsigned i = 0; i < DOCUMENT_PARTS; i++) {
		buf_align(out, 8);
		buf_add(out, parts[i]->p, parts[i]->n);
	}
	assert(out->n - start == head.size);
}
