#include "reachability/likeness.h"

#include <stdlib.h>

#include "reachability/pattern.h"

/*
 * Statements on a chain of prefixes, newest first, as a linked list with shared tails.
 * Those that cover whatever begins with their prefix are one number; the others are
 * tested against each object.
 */
struct chain {
	uint32_t always; /* number of a list, 0: empty */
	uint32_t tested; /* number of a link + 1 */
	bool known;
};

struct link {
	const struct document *document;
	const struct document_statement *statement;
	uint32_t next; /* link + 1 */
};

/* What is known of one scope for objects of one plan. */
struct view {
	scope_number scope;
	const struct action_plan *plan;
	struct segment *segment;
	struct chain *chains; /* per index entry */
	uint32_t ceilings;    /* link + 1: SCPs of the account to test */
};

struct likeness {
	struct decide *d;
	struct world *w;
	struct buf views;    /* struct view * */
	struct buf links;    /* struct link */
	struct intern lists; /* (tail, document, statement) -> number - 1 */
};

struct likeness *likeness_new(struct decide *d)
{
	struct likeness *l = calloc(1, sizeof(*l));

	if (!l)
		abort();
	l->d = d;
	l->w = decide_world(d);
	intern_init(&l->lists);
	return l;
}

void likeness_free(struct likeness *l)
{
	if (!l)
		return;
	buf_release(&l->views);
	buf_release(&l->links);
	intern_release(&l->lists);
	free(l);
}

/* --- chains --- */

/* A variable, or what narrows the other patterns. */
static bool holds_variable(const struct document *d, const struct document_statement *s)
{
	const uint32_t kinds = DOCUMENT_PATTERN_VARIABLE | DOCUMENT_PATTERN_ALSO |
			       DOCUMENT_PATTERN_EXCEPT;

	for (uint32_t i = 0; i < s->resource_count; i++) {
		if (d->patterns[s->resource_first + i].flags & kinds)
			return true;
	}
	return false;
}

/* Whether the statement covers every string that begins with the prefix. */
static bool covers_prefix(
	const struct document *d, const struct document_statement *s, struct str prefix)
{
	if (s->flags & DOCUMENT_STATEMENT_READS_RESOURCE)
		return false;
	if (s->flags & DOCUMENT_ANY_RESOURCE)
		return !(s->flags & DOCUMENT_NOT_RESOURCE);
	if ((s->flags & DOCUMENT_NOT_RESOURCE) || holds_variable(d, s))
		return false;
	for (uint32_t i = 0; i < s->resource_count; i++) {
		const struct document_pattern *p = &d->patterns[s->resource_first + i];

		if ((p->flags & DOCUMENT_PATTERN_PREFIX) &&
			str_starts(prefix,
				str_head(document_str(d, p->text), p->literal_size)))
			return true;
	}
	return false;
}

static uint32_t link_add(struct likeness *l, const struct document *d,
	const struct document_statement *s, uint32_t next)
{
	VEC_ADD(&l->links, struct link, { d, s, next });
	return (uint32_t)VEC_COUNT(&l->links, struct link);
}

static void chain_extend(struct likeness *l, struct chain *c, const struct document *d,
	const struct document_statement *s, struct str prefix)
{
	struct {
		uintptr_t document;
		uint32_t statement, tail;
	} key = { (uintptr_t)d, (uint32_t)(s - d->statements), c->always };

	if (covers_prefix(d, s, prefix))
		c->always = 1 + intern_add(&l->lists,
					(struct str){ (const char *)&key, sizeof(key) });
	else if (!((s->flags & DOCUMENT_ANY_RESOURCE) &&
			 (s->flags & DOCUMENT_NOT_RESOURCE)))
		c->tested = link_add(l, d, s, c->tested);
}

/* A parent stands before its entry, or the store is damaged and it has none. */
static uint32_t parent_of(const struct segment_index *index, uint32_t entry)
{
	return index[entry].parent < entry ? index[entry].parent : SEGMENT_NONE;
}

/* What an index entry and those above it say. */
static int chain_of(const struct chain **out, struct likeness *l, struct view *v,
	const struct decide_object *o, uint32_t entry, struct err *e)
{
	static const struct chain none = { .known = true };
	const struct segment_index *index = segment_index(v->segment);
	struct buf path = { 0 };
	const struct chain *above = &none;
	int rc = 0;

	for (; entry != SEGMENT_NONE && !v->chains[entry].known;
		entry = parent_of(index, entry))
		VEC_ADD(&path, uint32_t, entry);
	if (entry != SEGMENT_NONE)
		above = &v->chains[entry];
	for (size_t i = VEC_COUNT(&path, uint32_t); i-- > 0 && rc == 0;) {
		uint32_t at = VEC_DATA(&path, uint32_t)[i];
		struct chain *c = &v->chains[at];
		const struct document_statement *st;
		const struct document *d;

		rc = segment_read_statement(&d, &st, v->segment, index[at].statement, e);
		if (rc < 0)
			break;
		*c = *above;
		if (decide_concerns(l->d, o, d, st))
			chain_extend(
				l, c, d, st, segment_str(v->segment, index[at].prefix));
		above = c;
	}
	buf_release(&path);
	*out = above;
	return rc;
}

/* --- one statement against one object --- */

static enum pattern_cover cover_text(const struct document *d,
	const struct document_statement *s, struct str resource, bool literal)
{
	enum pattern_cover best = PATTERN_NONE;

	for (uint32_t i = 0; i < s->resource_count && best != PATTERN_ALL; i++) {
		struct str text =
			document_str(d, d->patterns[s->resource_first + i].text);
		enum pattern_cover one = literal && pattern_match(text, resource)
						 ? PATTERN_ALL
					 : literal ? PATTERN_NONE
						   : pattern_cover(text, resource);

		if (one > best)
			best = one;
	}
	return best;
}

/* Whether the statement can say anything of the object; *alone as in the header. */
static bool cover_object(uint8_t *out, bool *alone, struct likeness *l,
	const struct decide_object *o, const struct document *d,
	const struct document_statement *s)
{
	const struct action_plan *plan = decide_plan(l->d, o);
	bool inverted = (s->flags & DOCUMENT_NOT_RESOURCE) != 0, any = false;
	bool variable = holds_variable(d, s);

	for (uint32_t i = 0; i < plan->count; i++) {
		bool literal = plan->lists[i]->target == ACTION_LIST_UNBOUND;
		struct str resource = o->o.n->key;
		enum pattern_cover cover = PATTERN_ALL;

		if (literal)
			resource = STR_LIT("*");
		else if (plan->lists[i]->suffix.n > 0)
			resource = arena_printf(world_arena(l->w), "%.*s%.*s",
				STR_ARG(resource), STR_ARG(plan->lists[i]->suffix));
		if (!(s->flags & DOCUMENT_ANY_RESOURCE))
			cover = variable ? PATTERN_SOME
					 : cover_text(d, s, resource, literal);
		if (inverted && cover != PATTERN_SOME)
			cover = cover == PATTERN_ALL ? PATTERN_NONE : PATTERN_ALL;
		any |= cover != PATTERN_NONE;
		*alone |= cover == PATTERN_SOME;
		out[i] = (uint8_t)cover;
	}
	if (any && (s->flags & DOCUMENT_STATEMENT_READS_RESOURCE))
		*alone = true;
	return any;
}

#define LISTS_MAX 512u

static int test_one(struct buf *out, bool *alone, struct likeness *l,
	const struct decide_object *o, const struct document *d,
	const struct document_statement *s)
{
	uint8_t covers[LISTS_MAX];
	uint32_t count = decide_plan(l->d, o)->count;

	if (count > LISTS_MAX) {
		*alone = true;
		return 0;
	}
	if (!cover_object(covers, alone, l, o, d, s))
		return 0;
	VEC_ADD(out, const void *, s);
	buf_add(out, covers, count);
	return 0;
}

static void test_links(struct buf *out, bool *alone, struct likeness *l,
	const struct decide_object *o, uint32_t link)
{
	while (link > 0 && !*alone) {
		struct link at = VEC_DATA(&l->links, const struct link)[link - 1];

		test_one(out, alone, l, o, at.document, at.statement);
		link = at.next;
	}
}

/* --- what one scope has to say --- */

static void ceilings_load(struct likeness *l, struct view *v,
	const struct decide_object *o, const struct world_organization *org)
{
	for (uint32_t i = 0; i < org->level_count; i++) {
		for (uint32_t k = 0; k < org->scps[i].document_count; k++) {
			const struct document *d = org->scps[i].documents[k].compiled;

			for (uint32_t s = 0; d && s < d->statement_count; s++) {
				const struct document_statement *st = &d->statements[s];
				bool plain =
					(st->flags & DOCUMENT_ANY_RESOURCE) &&
					!(st->flags & DOCUMENT_STATEMENT_READS_RESOURCE);

				if (!plain && decide_concerns(l->d, o, d, st))
					v->ceilings = link_add(l, d, st, v->ceilings);
			}
		}
	}
}

static int view_of(struct view **out, struct likeness *l, scope_number scope,
	const struct decide_object *o, struct err *e)
{
	const struct action_plan *plan = decide_plan(l->d, o);
	const struct world_organization *org;
	struct view *v;

	for (size_t i = 0; i < VEC_COUNT(&l->views, struct view *); i++) {
		*out = VEC_DATA(&l->views, struct view *)[i];
		if ((*out)->scope == scope && (*out)->plan == plan)
			return 0;
	}
	v = ARENA_NEW(world_arena(l->w), struct view);
	v->scope = scope;
	v->plan = plan;
	if (world_segment(&v->segment, l->w, scope, e) < 0 ||
		world_organization(&org, l->w, world_scope_account(l->w, scope), e) < 0)
		return e->code;
	v->chains = ARENA_NEW_ARRAY(world_arena(l->w), struct chain,
		segment_info(v->segment)->index_count + 1);
	ceilings_load(l, v, o, org);
	VEC_ADD(&l->views, struct view *, v);
	*out = v;
	return 0;
}

static int add_service(struct buf *out, bool *alone, struct likeness *l, struct view *v,
	const struct decide_object *o, uint32_t service, struct err *e)
{
	const struct segment_index *index = segment_index(v->segment);
	struct str key = o->o.n->key;
	uint32_t begin, end, low, high, top;
	const struct chain *c;

	segment_index_range(v->segment, service, &begin, &end);
	low = begin;
	high = end;
	while (low < high) { /* first entry behind the key */
		uint32_t mid = low + (high - low) / 2;

		if (str_cmp(segment_str(v->segment, index[mid].prefix), key) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	top = low > begin ? low - 1 : SEGMENT_NONE;
	while (top != SEGMENT_NONE &&
		!str_starts(key, segment_str(v->segment, index[top].prefix)))
		top = parent_of(index, top);
	if (chain_of(&c, l, v, o, top, e) < 0)
		return e->code;
	VEC_ADD(out, uint32_t, c->always);
	test_links(out, alone, l, o, c->tested);
	for (uint32_t i = low; i < end && !*alone; i++) {
		const struct document_statement *st;
		const struct document *d;

		if (!str_starts(segment_str(v->segment, index[i].prefix), key))
			break;
		if (segment_read_statement(&d, &st, v->segment, index[i].statement, e) <
			0)
			return e->code;
		if (decide_concerns(l->d, o, d, st))
			test_one(out, alone, l, o, d, st);
	}
	return 0;
}

static int add_scope(struct buf *out, bool *alone, struct likeness *l, scope_number scope,
	const struct decide_object *o, struct err *e)
{
	const struct action_plan *plan = decide_plan(l->d, o);
	struct view *v = NULL;

	if (view_of(&v, l, scope, o, e) < 0)
		return e->code;
	VEC_ADD(out, uint32_t, scope);
	for (uint32_t i = 0; i < plan->service_count && !*alone; i++) {
		if (add_service(out, alone, l, v, o, plan->services[i], e) < 0)
			return e->code;
	}
	if (!*alone && add_service(out, alone, l, v, o, DOCUMENT_ANY_SERVICE, e) < 0)
		return e->code;
	test_links(out, alone, l, o, v->ceilings);
	return 0;
}

/* --- the object's own side --- */

/* Whose policies the object's own policy brings in. */
struct consent {
	bool anyone, by_id, refused;
	struct buf accounts; /* struct str */
};

static void consent_read(struct consent *c, const struct decide_statement *st)
{
	const struct document_statement *s = st->statement;
	bool allows = !(s->flags & DOCUMENT_DENY);

	if (s->flags & DOCUMENT_NOT_PRINCIPAL)
		c->anyone |= allows;
	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct document_principal *p =
			&st->document->principals[s->principal_first + i];

		c->anyone |= allows && p->type == DOCUMENT_ANYONE;
		c->by_id |= p->type == DOCUMENT_UNIQUE_ID ||
			    p->type == DOCUMENT_SESSION || p->type == DOCUMENT_CANONICAL;
		if (allows && p->type == DOCUMENT_ACCOUNT)
			VEC_ADD(&c->accounts, struct str,
				document_str(st->document, p->text));
	}
}

static bool consent_has(const struct consent *c, struct str account)
{
	for (size_t i = 0; i < VEC_COUNT(&c->accounts, struct str); i++) {
		if (str_eq(VEC_DATA(&c->accounts, const struct str)[i], account))
			return true;
	}
	return false;
}

static bool needs_consent(const struct action_plan *plan)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		if (plan->lists[i]->policy != POLICY_REQUIRED)
			return false;
	}
	return true;
}

/*
 * Where policies hold beneath their holder: what is above the object, from the nearest
 * container on that has any, and what of all that nobody read.
 */
static void add_above(struct buf *out, struct likeness *l, const struct decide_object *o)
{
	const struct decide_object *above = o->above;

	while (above && above->statement_count == 0)
		above = above->above;
	VEC_ADD(out, node_id, above ? above->o.node : NODE_NONE);
	if (decide_is_strict(l->d))
		VEC_ADD(out, expr, o->unread_grants);
	VEC_ADD(out, expr, o->unread_denies);
}

/* Statements that tell by what the object is: held by itself or above it. */
static void test_readers(struct buf *out, bool *alone, struct likeness *l,
	const struct decide_object *o, const struct decide_statement *st)
{
	if (st->block && (st->block->flags & DOCUMENT_STATEMENT_READS_RESOURCE))
		test_one(out, alone, l, o, st->role->compiled, st->block);
	if (!(st->statement->flags & DOCUMENT_ANY_RESOURCE) ||
		(st->statement->flags & DOCUMENT_STATEMENT_READS_RESOURCE))
		test_one(out, alone, l, o, st->document, st->statement);
}

static bool is_reader(const struct decide_statement *st)
{
	return (st->block && (st->block->flags & DOCUMENT_STATEMENT_READS_RESOURCE)) ||
	       !(st->statement->flags & DOCUMENT_ANY_RESOURCE) ||
	       (st->statement->flags & DOCUMENT_STATEMENT_READS_RESOURCE);
}

static void test_above(
	struct buf *out, bool *alone, struct likeness *l, const struct decide_object *o)
{
	for (const struct decide_object *at = o->above; at; at = at->above) {
		for (uint32_t i = 0; i < at->statement_count && !*alone; i++) {
			if (is_reader(&at->statements[i]) && decide_reaches(o, at, i) &&
				decide_concerns_statement(l->d, o, &at->statements[i]))
				test_readers(out, alone, l, o, &at->statements[i]);
		}
	}
}

static void add_object(struct buf *out, bool *alone, struct likeness *l,
	const struct decide_object *o, struct consent *c)
{
	VEC_ADD(out, const void *, o->o.organization);
	VEC_ADD(out, uint32_t, o->o.kind);
	VEC_ADD(out, uint32_t, o->o.n->flags);
	VEC_ADD(out, uint32_t, o->o.n->scope);
	VEC_ADD(out, uint32_t, o->o.policy_state);
	VEC_ADD(out, uint32_t, o->o.blocks_public);
	VEC_ADD(out, uint32_t, o->o.ignores_public);
	VEC_ADD(out, uint32_t, o->o.ignores_lists);
	VEC_ADD(out, uint32_t, o->o.custody);
	VEC_ADD(out, uint32_t, o->o.grants_known);
	VEC_ADD(out, uint32_t, o->o.policy_invalid);
	c->refused = o->o.policy_state == SEGMENT_POLICY_REFUSED;
	*alone |= o->o.n->type != NODE_ENTITY || o->o.is_way;
	add_above(out, l, o);
	for (uint32_t i = 0; i < o->statement_count && !*alone; i++) {
		const struct decide_statement *st = &o->statements[i];

		/* a statement may name a role, which has the actions */
		if (!decide_concerns_statement(l->d, o, st))
			continue;
		if (st->slot == SLOT_RESOURCE) {
			consent_read(c, st);
			VEC_ADD(out, uint32_t, o->layers[i]);
			VEC_ADD(out, const void *, st->statement);
			VEC_ADD(out, const void *, st->block);
		}
		test_readers(out, alone, l, o, st);
	}
	test_above(out, alone, l, o);
}

/* One scope once: the object's own, or one of an account that its policy delegates to. */
static int add_delegates(struct buf *out, bool *alone, struct likeness *l,
	const struct decide_object *o, const struct consent *c, struct err *e)
{
	const struct str *v = VEC_DATA(&c->accounts, const struct str);
	struct str own = o->o.n->account;

	if (c->by_id || !needs_consent(decide_plan(l->d, o)) || consent_has(c, own)) {
		scope_number n = world_account_scope(l->w, own);

		if (n != SEGMENT_NONE && add_scope(out, alone, l, n, o, e) < 0)
			return e->code;
	}
	for (size_t i = 0; i < VEC_COUNT(&c->accounts, struct str) && !*alone; i++) {
		scope_number n;

		if (str_eq(v[i], own))
			continue;
		n = world_account_scope(l->w, v[i]);
		if (n != SEGMENT_NONE && add_scope(out, alone, l, n, o, e) < 0)
			return e->code;
	}
	return 0;
}

int likeness_add(
	struct buf *out, bool *alone, struct likeness *l, node_id object, struct err *e)
{
	const struct decide_object *o;
	struct consent c = { .anyone = false };
	int rc = 0;

	if (decide_object(&o, l->d, object, e) < 0)
		return e->code;
	add_object(out, alone, l, o, &c);
	if (c.anyone || c.refused || o->o.n->account.n == 0) {
		for (scope_number n = 0;
			n < world_scope_count(l->w) && rc == 0 && !*alone; n++)
			rc = add_scope(out, alone, l, n, o, e);
	} else if (!*alone) {
		rc = add_delegates(out, alone, l, o, &c, e);
	}
	buf_release(&c.accounts);
	return rc;
}
