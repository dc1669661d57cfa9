#include "graphstore/seal_priv.h"

#include <stdlib.h>

/* An entry with its text at hand, for sorting. */
struct index_row {
	struct str prefix;
	struct segment_index entry;
};

struct principal_row {
	struct str text;
	struct segment_principal entry;
};

static int compare_number(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int compare_index(const void *a, const void *b)
{
	const struct index_row *x = a, *y = b;
	int order = compare_number(x->entry.service, y->entry.service);

	if (order == 0)
		order = str_cmp(x->prefix, y->prefix);
	return order != 0 ? order
			  : compare_number(x->entry.statement, y->entry.statement);
}

static int compare_principal(const void *a, const void *b)
{
	const struct principal_row *x = a, *y = b;
	int order = str_cmp(x->text, y->text);

	if (order == 0)
		order = compare_number(x->entry.type, y->entry.type);
	if (order == 0)
		order = compare_number(x->entry.entity, y->entry.entity);
	if (order == 0)
		order = compare_number(x->entry.doc, y->entry.doc);
	if (order == 0)
		order = compare_number(x->entry.statement, y->entry.statement);
	return order;
}

static void index_statement(const struct document *d, const struct document_statement *st,
	uint32_t number, struct buf *rows)
{
	struct index_row row = {
		.prefix = STR_LIT(""),
		.entry = { .service = st->service, .statement = number },
	};

	if (st->flags & (DOCUMENT_ANY_RESOURCE | DOCUMENT_NOT_RESOURCE)) {
		buf_add(rows, &row, sizeof(row));
		return;
	}
	for (uint32_t i = 0; i < st->resource_count; i++) {
		const struct document_pattern *p = &d->patterns[st->resource_first + i];

		row.prefix = str_head(document_str(d, p->text), p->literal_size);
		buf_add(rows, &row, sizeof(row));
	}
}

/* An entry that may be the parent of those to come. */
struct open_entry {
	struct str prefix;
	uint32_t number;
};

/*
 * Drop the open entries that do not begin `prefix`; the newest that is left is the
 * parent.
 */
static uint32_t find_parent(struct buf *stack, struct str prefix)
{
	while (stack->n > 0) {
		size_t last = VEC_COUNT(stack, struct open_entry) - 1;
		const struct open_entry *top = &VEC_DATA(stack, struct open_entry)[last];

		if (str_starts(prefix, top->prefix))
			return top->number;
		stack->n -= sizeof(*top);
	}
	return SEGMENT_NONE;
}

static void index_write(struct seal *s, const struct index_row *row, size_t count)
{
	struct buf *out = &s->set.section[SECTION_INDEX], stack = { 0 };
	struct segment_text text = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct segment_index entry = row[i].entry;
		bool same = i > 0 && row[i - 1].entry.service == entry.service;
		uint32_t number = (uint32_t)VEC_COUNT(out, struct segment_index);

		if (i > 0 && compare_index(&row[i - 1], &row[i]) == 0)
			continue;
		if (!same)
			buf_clear(&stack);
		if (!same || !str_eq(row[i - 1].prefix, row[i].prefix))
			text = seal_text(s, intern_add(&s->b->texts, row[i].prefix));
		entry.prefix = text;
		entry.parent = find_parent(&stack, row[i].prefix);
		buf_add(out, &entry, sizeof(entry));
		VEC_ADD(&stack, struct open_entry, { row[i].prefix, number });
	}
	buf_release(&stack);
}

static void index_make(struct seal *s)
{
	const struct buf *all = &s->set.section[SECTION_STATEMENTS];
	const struct segment_statement *st = VEC_DATA(all, struct segment_statement);
	size_t count = VEC_COUNT(all, struct segment_statement);
	struct buf rows = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		const struct document *d = &s->documents[st[i].doc];

		index_statement(d, &d->statements[st[i].index], i, &rows);
	}
	if (rows.n > 0)
		qsort(rows.p, VEC_COUNT(&rows, struct index_row),
			sizeof(struct index_row), compare_index);
	index_write(
		s, VEC_DATA(&rows, struct index_row), VEC_COUNT(&rows, struct index_row));
	buf_release(&rows);
}

static void principal_add(struct buf *rows, const struct segment_principal *entry,
	struct str text, enum document_principal_type type)
{
	struct principal_row row = { text, *entry };

	row.entry.type = (uint16_t)type;
	buf_add(rows, &row, sizeof(row));
}

/*
 * Sessions are looked for by the role that they are of: the text up to the session's
 * name.
 */
static struct str session_role(struct str text)
{
	size_t n = text.n;

	while (n > 0 && text.p[n - 1] != '/')
		n--;
	return n > 1 ? str_head(text, n - 1) : text;
}

/* A row of type 0; each text has one. */
static void text_add(struct seal *s, struct buf *rows, struct str text, uint32_t entity)
{
	struct principal_row row = { text, { .entity = entity } };

	row.text = intern_get(&s->b->texts, intern_add(&s->b->texts, text));
	buf_add(rows, &row, sizeof(row));
}

/* A grant to everybody: by the accounts that it is pinned to, or by its service. */
static void principal_everybody(struct seal *s, const struct document *d,
	const struct segment_principal *entry, struct buf *rows)
{
	const struct document_statement *st = &d->statements[entry->statement];
	const struct document_condition *pin = document_pin(d, st);
	struct str scope = builder_str(s->b, s->b->scope);
	struct buf text = { 0 };

	for (uint32_t i = 0; pin && i < pin->value_count; i++)
		principal_add(rows, entry,
			document_str(d, d->values[pin->value_first + i]),
			DOCUMENT_ANYONE);
	if (pin) {
		principal_add(rows, entry, STR_LIT(SEGMENT_PINNED), DOCUMENT_ANYONE);
		return;
	}
	principal_add(rows, entry, STR_LIT(SEGMENT_ANYONE), DOCUMENT_ANYONE);
	buf_printf(&text, SEGMENT_OPEN);
	if (st->service != DOCUMENT_ANY_SERVICE)
		buf_printf(&text, "%u", st->service);
	text_add(s, rows, buf_str(&text), entry->entity);
	buf_clear(&text);
	buf_printf(&text, SEGMENT_OPEN_OF "%.*s",
		STR_ARG(str_head(scope, str_find_char(scope, ':', 0))));
	text_add(s, rows, buf_str(&text), entry->entity);
	buf_release(&text);
}

static void principal_statement(struct seal *s, const struct document *d,
	const struct segment_principal *entry, struct buf *rows)
{
	const struct document_statement *st = &d->statements[entry->statement];
	struct segment_principal of = *entry;

	of.is_deny = (st->flags & DOCUMENT_DENY) != 0;
	if (st->flags & DOCUMENT_NOT_PRINCIPAL) {
		if (of.is_deny)
			principal_add(
				rows, &of, STR_LIT(SEGMENT_ANYONE), DOCUMENT_ANYONE);
		else
			principal_everybody(s, d, &of, rows);
		return;
	}
	for (uint32_t i = 0; i < st->principal_count; i++) {
		const struct document_principal *p =
			&d->principals[st->principal_first + i];
		struct str text = p->type == DOCUMENT_ANYONE ? STR_LIT(SEGMENT_ANYONE)
							     : document_str(d, p->text);

		if (p->type == DOCUMENT_ANYONE && !of.is_deny) {
			principal_everybody(s, d, &of, rows);
			continue;
		}
		if (p->type == DOCUMENT_SESSION)
			text = session_role(text);
		principal_add(rows, &of, text, p->type);
	}
}

static void principal_holding(
	struct seal *s, uint32_t id, const struct segment_holding *held, struct buf *rows)
{
	const struct document *d = &s->documents[held->doc];
	struct segment_principal entry = { .entity = id, .doc = held->doc };

	if (held->layer != LAYER_RESOURCE && held->layer != LAYER_TRUST &&
		held->layer != LAYER_ACL && held->layer != LAYER_GRANT &&
		held->layer != LAYER_DENY && held->layer != LAYER_PLACE)
		return;
	for (; entry.statement < d->statement_count; entry.statement++)
		principal_statement(s, d, &entry, rows);
}

/* --- what was not collected --- */

/* Each kind of which some policy was not read: not asked for, or refused. */
static void gaps_of_kinds(struct seal *s, struct buf *rows)
{
	const struct segment_entity *e =
		VEC_DATA(&s->set.section[SECTION_ENTITIES], const struct segment_entity);
	size_t kinds = VEC_COUNT(&s->set.section[SECTION_KINDS], struct segment_text);
	const struct segment_text *names =
		VEC_DATA(&s->set.section[SECTION_KINDS], const struct segment_text);
	uint8_t *told = builder_memory(kinds, 1);
	struct buf text = { 0 };

	for (uint32_t id = 0; id < s->entity_count; id++) {
		if (told[e[id].kind] || (e[id].flags & ENTITY_SHARED) ||
			e[id].policy_state == SEGMENT_POLICY_GOT ||
			e[id].policy_state == SEGMENT_POLICY_NONE)
			continue;
		told[e[id].kind] = 1;
		buf_clear(&text);
		buf_printf(&text, SEGMENT_GAP "%.*s",
			STR_ARG(seal_str(s, names[e[id].kind])));
		text_add(s, rows, buf_str(&text), id);
	}
	buf_release(&text);
	free(told);
}

/* Containers besides the one that the scope is: accounts may be scopes of their own. */
static void gaps_of_containers(struct seal *s, struct buf *rows)
{
	const struct segment_entity *e =
		VEC_DATA(&s->set.section[SECTION_ENTITIES], const struct segment_entity);

	for (uint32_t id = 0; id < s->entity_count; id++) {
		if ((e[id].flags & ENTITY_CONTAINER) && s->text_of[id] != s->b->key) {
			text_add(s, rows, STR_LIT(SEGMENT_GAP_ACCOUNTS), id);
			return;
		}
	}
}

/* Whether a list of that name ("entities:KIND") is one of identities. */
static bool lists_identities(const struct seal *s, struct str what)
{
	static const struct str prefix = { "entities:", 9 };
	const struct segment_entity *e =
		VEC_DATA(&s->set.section[SECTION_ENTITIES], const struct segment_entity);
	const struct segment_text *names =
		VEC_DATA(&s->set.section[SECTION_KINDS], const struct segment_text);

	if (!str_starts(what, prefix))
		return false;
	for (uint32_t id = 0; id < s->entity_count; id++) {
		if ((e[id].flags & ENTITY_IDENTITY) &&
			!(e[id].flags & (ENTITY_COMPUTE | ENTITY_ROOT)) &&
			str_eq(str_skip(what, prefix.n), seal_str(s, names[e[id].kind])))
			return true;
	}
	return false;
}

static void gaps_of_coverage(struct seal *s, struct buf *rows)
{
	const struct builder_coverage *c =
		VEC_DATA(&s->b->coverages, const struct builder_coverage);
	bool partial = false, identities = false;

	for (size_t i = 0; i < VEC_COUNT(&s->b->coverages, struct builder_coverage);
		i++) {
		struct str what = builder_str(s->b, c[i].what);

		if (c[i].subject != BUILDER_NO_TEXT)
			continue;
		partial |=
			c[i].state == COVERAGE_PARTIAL || c[i].state == COVERAGE_REFUSED;
		/* What has policies of an organization is no account. */
		identities |= str_eq(what, STR_LIT("identities")) ||
			      lists_identities(s, what) ||
			      str_eq(what, STR_LIT("organization-policies"));
	}
	if (partial)
		text_add(s, rows, STR_LIT(SEGMENT_GAP_COVERAGE), 0);
	if (!identities)
		text_add(s, rows, STR_LIT(SEGMENT_GAP_IDENTITIES), 0);
}

/* --- what ties the scope to others --- */

static void tie_add(struct seal *s, struct buf *rows, const char *sort, struct str key,
	uint32_t entity)
{
	struct buf text = { 0 };

	buf_printf(&text, "%s%.*s", sort, STR_ARG(key));
	text_add(s, rows, buf_str(&text), entity);
	buf_release(&text);
}

/* Containers that some entity lies in and that are in another scope. */
static void ties_above(struct seal *s, struct buf *rows)
{
	const struct segment_entity *e =
		VEC_DATA(&s->set.section[SECTION_ENTITIES], const struct segment_entity);
	uint8_t *told = builder_memory(s->total, 1);

	for (uint32_t id = 0; id < s->entity_count; id++) {
		uint32_t parent = e[id].parent;

		if (parent == SEGMENT_NONE || parent < s->entity_count || told[parent])
			continue;
		told[parent] = 1;
		tie_add(s, rows, SEGMENT_ABOVE, builder_str(s->b, s->text_of[parent]),
			id);
	}
	free(told);
}

/* The scope that this one lies in, where its own container does not say in what. */
static void tie_scope(struct seal *s, struct buf *rows)
{
	const struct segment_entity *e =
		VEC_DATA(&s->set.section[SECTION_ENTITIES], const struct segment_entity);
	uint32_t own = SEGMENT_NONE;

	if (s->b->parent == BUILDER_NO_TEXT || s->b->key == BUILDER_NO_TEXT)
		return;
	if (s->b->key < s->id_texts)
		own = s->id_of[s->b->key];
	if (own < s->entity_count && e[own].parent == SEGMENT_NONE)
		tie_add(s, rows, SEGMENT_ABOVE, builder_str(s->b, s->b->parent), own);
}

/* Members and groups of which the scope knows the key only. */
static void ties_members(struct seal *s, struct buf *rows)
{
	for (uint32_t id = s->entity_count; id < s->total; id++) {
		uint32_t up, down;

		seal_list(s, section_relation(RELATION_MEMBER_OF, false), id, &up);
		seal_list(s, section_relation(RELATION_MEMBER_OF, true), id, &down);
		if (up + down > 0)
			tie_add(s, rows, SEGMENT_MEMBER,
				builder_str(s->b, s->text_of[id]), id);
	}
}

static void principals_write(
	struct seal *s, const struct principal_row *row, size_t count)
{
	struct buf *out = &s->set.section[SECTION_PRINCIPALS];
	struct segment_text text = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct segment_principal entry = row[i].entry;

		if (i > 0 && compare_principal(&row[i - 1], &row[i]) == 0)
			continue;
		if (i > 0 && entry.type == 0 && row[i - 1].entry.type == 0 &&
			str_eq(row[i - 1].text, row[i].text))
			continue;
		if (i == 0 || !str_eq(row[i - 1].text, row[i].text))
			text = seal_text(s, intern_add(&s->b->texts, row[i].text));
		entry.text = text;
		buf_add(out, &entry, sizeof(entry));
	}
}

static void principals_make(struct seal *s)
{
	struct buf rows = { 0 };

	for (uint32_t id = 0; id < s->total; id++) {
		uint32_t count;
		const struct segment_holding *held = seal_holdings(s, id, &count);

		for (uint32_t i = 0; i < count; i++)
			principal_holding(s, id, &held[i], &rows);
	}
	gaps_of_kinds(s, &rows);
	gaps_of_containers(s, &rows);
	gaps_of_coverage(s, &rows);
	ties_above(s, &rows);
	tie_scope(s, &rows);
	ties_members(s, &rows);
	if (rows.n > 0)
		qsort(rows.p, VEC_COUNT(&rows, struct principal_row),
			sizeof(struct principal_row), compare_principal);
	principals_write(s, VEC_DATA(&rows, struct principal_row),
		VEC_COUNT(&rows, struct principal_row));
	buf_release(&rows);
}

void seal_entry_make(struct seal *s)
{
	index_make(s);
	principals_make(s);
}
