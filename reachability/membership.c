#include "reachability/membership.h"

#include <stdlib.h>

#include "reachability/imagined.h"
#include "reachability/missing.h"

/* One text as an end of memberships: a key, a set. */
struct end {
	const uint32_t *up, *down; /* texts: the groups it is in, the members it has */
	uint32_t up_count, down_count;
	bool up_known, down_known;
	bool gap_known;
	expr gap[2]; /* as it may grant, as it may deny */
};

/* What a scope's coverage says of the members of its groups. */
struct scope_members {
	bool known;
	bool all;                  /* of all of them */
	const bool *got, *not_got; /* by entity, of those it speaks of */
};

struct kept {
	struct membership m;
	const uint32_t *sorted; /* the names' texts, ascending */
	const uint32_t *place;  /* of each in m.names */
};

struct membership_cache {
	struct world *world;
	struct intern texts;
	struct buf ends;     /* struct end, by text */
	struct buf scopes;   /* struct scope_members, by scope */
	struct intern nodes; /* (provider, node) */
	struct buf kept;     /* const struct kept *, by number in nodes */
};

struct membership_cache *membership_cache_new(struct world *w)
{
	struct membership_cache *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->world = w;
	intern_init(&c->texts);
	intern_init(&c->nodes);
	return c;
}

void membership_cache_free(struct membership_cache *c)
{
	if (!c)
		return;
	intern_release(&c->texts);
	intern_release(&c->nodes);
	buf_release(&c->ends);
	buf_release(&c->scopes);
	buf_release(&c->kept);
	free(c);
}

static uint32_t text_number(struct membership_cache *c, struct str text)
{
	uint32_t n = intern_add(&c->texts, text);

	while (VEC_COUNT(&c->ends, struct end) <= n)
		VEC_ADD(&c->ends, struct end, { 0 });
	return n;
}

static struct end *end_of(struct membership_cache *c, uint32_t text)
{
	return &VEC_DATA(&c->ends, struct end)[text];
}

static const uint32_t *numbers_keep(struct world *w, const struct buf *numbers)
{
	uint32_t *copy = arena_alloc(world_arena(w), numbers->n + sizeof(uint32_t));

	if (numbers->n > 0)
		memcpy(copy, numbers->p, numbers->n);
	return copy;
}

static void number_add(struct buf *out, uint32_t n)
{
	const uint32_t *v = VEC_DATA(out, const uint32_t);

	for (size_t i = 0; i < VEC_COUNT(out, uint32_t); i++) {
		if (v[i] == n)
			return;
	}
	VEC_ADD(out, uint32_t, n);
}

/* --- one step, in all scopes that know of it --- */

static int step_in(struct buf *out, struct membership_cache *c, scope_number scope,
	struct str text, bool down, struct err *e)
{
	struct world *w = c->world;
	struct segment *s;
	const uint32_t *ids;
	uint32_t count;
	entity_id id;

	if (world_segment(&s, w, scope, e) < 0)
		return e->code;
	id = segment_find(s, text);
	if (id == SEGMENT_NONE)
		return 0;
	ids = segment_related(s, RELATION_MEMBER_OF, down, id, &count);
	for (uint32_t i = 0; i < count; i++) {
		struct str key = segment_key(s, ids[i], world_arena(w));

		if (!world_removed(w, key))
			VEC_ADD(out, uint32_t, text_number(c, key));
	}
	return 0;
}

static bool scope_add(void *ctx, scope_number scope)
{
	VEC_ADD((struct buf *)ctx, scope_number, scope);
	return true;
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void numbers_once(struct buf *numbers)
{
	uint32_t *v = VEC_DATA(numbers, uint32_t);
	size_t count = VEC_COUNT(numbers, uint32_t), kept = 0;

	if (count == 0)
		return;
	qsort(v, count, sizeof(*v), compare_numbers);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || v[kept - 1] != v[i])
			v[kept++] = v[i];
	}
	numbers->n = kept * sizeof(*v);
}

/* The groups that a text is in, or (down) the members that it has. */
static int step(const uint32_t **out, uint32_t *count, struct membership_cache *c,
	uint32_t text, bool down, struct err *e)
{
	struct str name = intern_get(&c->texts, text);
	struct end *end = end_of(c, text);
	struct buf scopes = { 0 }, found = { 0 };
	scope_number scope;
	entity_id id;
	int rc = 0;

	if (!(down ? end->down_known : end->up_known)) {
		rc = snapshot_find_key(&scope, &id, world_snapshot(c->world), name, e);
		if (rc == 1)
			VEC_ADD(&scopes, scope_number, scope);
		if (rc >= 0)
			rc = snapshot_links(world_snapshot(c->world),
				arena_printf(world_arena(c->world), SEGMENT_MEMBER "%.*s",
					STR_ARG(name)),
				scope_add, &scopes, e);
		numbers_once(&scopes);
		for (size_t i = 0; i < VEC_COUNT(&scopes, scope_number) && rc == 0; i++)
			rc = step_in(&found, c, VEC_DATA(&scopes, scope_number)[i], name,
				down, e);
		numbers_once(&found);
		end = end_of(c, text);
		*(down ? &end->down : &end->up) = numbers_keep(c->world, &found);
		*(down ? &end->down_count : &end->up_count) =
			(uint32_t)VEC_COUNT(&found, uint32_t);
		*(down ? &end->down_known : &end->up_known) = rc == 0;
	}
	*out = down ? end->down : end->up;
	*count = down ? end->down_count : end->up_count;
	buf_release(&scopes);
	buf_release(&found);
	return rc;
}

/* --- whether all members are known --- */

/* Of whom one entry is said. */
static void members_read(
	struct segment *s, uint32_t coverage, uint32_t entities, bool *of)
{
	uint32_t count;
	const uint32_t *subjects = segment_coverage_subjects(s, coverage, &count);

	for (uint32_t i = 0; i < count; i++) {
		if (subjects[i] < entities)
			of[subjects[i]] = true;
	}
}

static void members_state(
	struct scope_members *out, struct membership_cache *c, struct segment *s)
{
	uint32_t entities = segment_info(s)->entity_count;
	const struct segment_coverage *v = segment_coverages(s);
	bool *got = ARENA_NEW_ARRAY(world_arena(c->world), bool, entities + 1);
	bool *not_got = ARENA_NEW_ARRAY(world_arena(c->world), bool, entities + 1);
	bool bad = false;

	*out = (struct scope_members){ .known = true, .got = got, .not_got = not_got };
	for (uint32_t i = 0; i < segment_info(s)->coverage_count; i++) {
		bool read = v[i].state == COVERAGE_GOT || v[i].state == COVERAGE_ABSENT;

		if (!str_eq(segment_str(s, v[i].what), STR_LIT("members")))
			continue;
		out->all |= v[i].whole && read;
		bad |= v[i].whole && !read;
		members_read(s, i, entities, read ? got : not_got);
	}
	out->all &= !bad;
}

static int members_listed(
	bool *out, struct membership_cache *c, struct str group, struct err *e)
{
	struct scope_members *state;
	struct segment *s;
	scope_number scope;
	entity_id id;
	int rc = snapshot_find_key(&scope, &id, world_snapshot(c->world), group, e);

	*out = false;
	if (rc <= 0)
		return rc;
	if (world_segment(&s, c->world, scope, e) < 0)
		return e->code;
	while (VEC_COUNT(&c->scopes, struct scope_members) <= scope)
		VEC_ADD(&c->scopes, struct scope_members, { 0 });
	state = &VEC_DATA(&c->scopes, struct scope_members)[scope];
	if (!state->known)
		members_state(state, c, s);
	*out = !state->not_got[id] && (state->all || state->got[id]);
	return 0;
}

/* Whether a member stands for members of its own. */
static int is_group(bool *out, struct membership_cache *c, struct str key, struct err *e)
{
	const struct provider *p = provider_of_key(key);
	struct segment *s;
	scope_number scope;
	entity_id id;
	int rc = snapshot_find_key(&scope, &id, world_snapshot(c->world), key, e);

	*out = false;
	if (rc < 0)
		return rc;
	if (rc == 0) {
		*out = p->inherits && p->is_group(key);
		return 0;
	}
	if (world_segment(&s, c->world, scope, e) < 0)
		return e->code;
	*out = (segment_entity(s, id)->flags & ENTITY_GROUP) != 0;
	return 0;
}

/* The group and all groups in it, or (leaves) what else is in these. */
static int walk_down(struct buf *groups, struct buf *leaves, struct membership_cache *c,
	struct str group, struct err *e)
{
	VEC_ADD(groups, uint32_t, text_number(c, group));
	for (size_t at = 0; at < VEC_COUNT(groups, uint32_t); at++) {
		const uint32_t *down;
		uint32_t count;

		if (step(&down, &count, c, VEC_DATA(groups, uint32_t)[at], true, e) < 0)
			return e->code;
		for (uint32_t i = 0; i < count; i++) {
			bool nested;

			if (is_group(&nested, c, intern_get(&c->texts, down[i]), e) < 0)
				return e->code;
			if (nested)
				number_add(groups, down[i]);
			else if (leaves)
				VEC_ADD(leaves, uint32_t, down[i]);
		}
	}
	return 0;
}

static int gap_make(
	expr gap[2], struct membership_cache *c, struct str group, struct err *e)
{
	struct world *w = c->world;
	struct buf groups = { 0 };
	int rc = walk_down(&groups, NULL, c, group, e);

	gap[0] = gap[1] = EXPR_FALSE;
	for (size_t i = 0; i < VEC_COUNT(&groups, uint32_t) && rc == 0; i++) {
		struct str key = intern_get(&c->texts, VEC_DATA(&groups, uint32_t)[i]);
		bool listed;
		struct str what;

		rc = members_listed(&listed, c, key, e);
		if (rc < 0 || listed)
			continue;
		what = arena_printf(world_arena(w),
			"members of '%.*s' were not collected", STR_ARG(key));
		for (int k = 0; k < 2; k++)
			gap[k] = expr_or(world_pool(w), gap[k],
				world_unknown(w, key, what, k == 1));
	}
	buf_release(&groups);
	return rc;
}

int membership_gap(expr *out, struct membership_cache *c, struct str group, bool may_deny,
	struct err *e)
{
	uint32_t text = text_number(c, group);
	expr gap[2];

	if (!end_of(c, text)->gap_known) {
		if (gap_make(gap, c, group, e) < 0)
			return e->code;
		memcpy(end_of(c, text)->gap, gap, sizeof(gap));
		end_of(c, text)->gap_known = true;
	}
	*out = end_of(c, text)->gap[may_deny];
	return 0;
}

int membership_members(
	struct buf *out, struct membership_cache *c, struct str group, struct err *e)
{
	struct buf groups = { 0 }, leaves = { 0 };
	int rc = walk_down(&groups, &leaves, c, group, e);

	numbers_once(&leaves);
	for (size_t i = 0; i < VEC_COUNT(&leaves, uint32_t) && rc == 0; i++)
		VEC_ADD(out, struct str,
			intern_get(&c->texts, VEC_DATA(&leaves, uint32_t)[i]));
	buf_release(&groups);
	buf_release(&leaves);
	return rc;
}

int membership_groups(
	struct buf *out, struct membership_cache *c, struct str group, struct err *e)
{
	struct buf groups = { 0 };
	int rc = walk_down(&groups, NULL, c, group, e);

	for (size_t i = 0; i < VEC_COUNT(&groups, uint32_t) && rc == 0; i++)
		VEC_ADD(out, struct str,
			intern_get(&c->texts, VEC_DATA(&groups, uint32_t)[i]));
	buf_release(&groups);
	return rc;
}

/* --- names of a node --- */

struct naming {
	struct buf numbers; /* uint32_t: texts, in order */
	struct buf by;      /* uint32_t: which brought it */
	uint32_t own_count;
};

static int names_collect(struct naming *out, struct membership_cache *c,
	const struct provider *provider, node_id n, struct err *e)
{
	struct str own[PROVIDER_TEXTS_MAX];
	uint32_t count = provider->principal_texts(own, PROVIDER_TEXTS_MAX, c->world, n);
	const struct imagined *im = world_node(c->world, n)->imagined;
	struct buf aliases = { 0 };

	if (provider->knows && provider->knows(c->world, n) &&
		provider->aliases(&aliases, c->world, n, e) < 0)
		return e->code;
	for (size_t i = 0; i < VEC_COUNT(&aliases, struct str); i++)
		number_add(&out->numbers,
			text_number(c, VEC_DATA(&aliases, const struct str)[i]));
	buf_release(&aliases);
	while (VEC_COUNT(&out->by, uint32_t) < VEC_COUNT(&out->numbers, uint32_t))
		VEC_ADD(&out->by, uint32_t, MEMBERSHIP_NONE);
	for (uint32_t i = 0; i < count; i++) {
		number_add(&out->numbers, text_number(c, own[i]));
		while (VEC_COUNT(&out->by, uint32_t) < VEC_COUNT(&out->numbers, uint32_t))
			VEC_ADD(&out->by, uint32_t, MEMBERSHIP_NONE);
	}
	out->own_count = (uint32_t)VEC_COUNT(&out->numbers, uint32_t);
	for (uint32_t i = 0; im && i < im->group_count; i++)
		number_add(&out->numbers,
			text_number(c, world_node(c->world, im->groups[i])->key));
	while (VEC_COUNT(&out->by, uint32_t) < VEC_COUNT(&out->numbers, uint32_t))
		VEC_ADD(&out->by, uint32_t, MEMBERSHIP_NONE);
	for (uint32_t at = 0; at < VEC_COUNT(&out->numbers, uint32_t); at++) {
		const uint32_t *up;

		if (step(&up, &count, c, VEC_DATA(&out->numbers, uint32_t)[at], false,
			    e) < 0)
			return e->code;
		for (uint32_t i = 0; i < count; i++)
			number_add(&out->numbers, up[i]);
		while (VEC_COUNT(&out->by, uint32_t) < VEC_COUNT(&out->numbers, uint32_t))
			VEC_ADD(&out->by, uint32_t, at);
	}
	return 0;
}

/* A text and where it stands, for sorting. */
static int compare_places(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static const struct kept *names_keep(struct membership_cache *c, const struct naming *n)
{
	struct arena *arena = world_arena(c->world);
	uint32_t count = (uint32_t)VEC_COUNT(&n->numbers, uint32_t);
	const uint32_t *numbers = VEC_DATA(&n->numbers, const uint32_t);
	struct kept *k = ARENA_NEW(arena, struct kept);
	struct membership_name *names =
		ARENA_NEW_ARRAY(arena, struct membership_name, count + 1);
	uint32_t *sorted = ARENA_NEW_ARRAY(arena, uint32_t, count + 1);
	uint32_t *place = ARENA_NEW_ARRAY(arena, uint32_t, count + 1);
	uint64_t *order = ARENA_NEW_ARRAY(arena, uint64_t, count + 1);

	for (uint32_t i = 0; i < count; i++) {
		names[i] = (struct membership_name){ intern_get(&c->texts, numbers[i]),
			VEC_DATA(&n->by, const uint32_t)[i] };
		order[i] = (uint64_t)numbers[i] << 32 | i;
	}
	qsort(order, count, sizeof(*order), compare_places);
	for (uint32_t i = 0; i < count; i++) {
		sorted[i] = (uint32_t)(order[i] >> 32);
		place[i] = (uint32_t)order[i];
	}
	k->m = (struct membership){ names, count, n->own_count };
	k->sorted = sorted;
	k->place = place;
	return k;
}

static int kept_of(const struct kept **out, struct membership_cache *c,
	const struct provider *provider, node_id n, struct err *e)
{
	struct {
		const struct provider *provider;
		uint64_t node;
	} key = { provider, n };
	uint32_t before = intern_count(&c->nodes), number;
	struct naming naming = { 0 };
	int rc;

	number = intern_find(&c->nodes, (struct str){ (const char *)&key, sizeof(key) });
	if (number != INTERN_NONE) {
		*out = VEC_DATA(&c->kept, const struct kept *)[number];
		return 0;
	}
	rc = names_collect(&naming, c, provider, n, e);
	if (rc == 0) {
		*out = names_keep(c, &naming);
		number = intern_add(
			&c->nodes, (struct str){ (const char *)&key, sizeof(key) });
		while (VEC_COUNT(&c->kept, const struct kept *) <= before)
			VEC_ADD(&c->kept, const struct kept *, NULL);
		VEC_DATA(&c->kept, const struct kept *)[number] = *out;
	}
	buf_release(&naming.numbers);
	buf_release(&naming.by);
	return rc;
}

int membership_of(const struct membership **out, struct membership_cache *c,
	const struct provider *provider, node_id n, struct err *e)
{
	const struct kept *k;

	if (kept_of(&k, c, provider, n, e) < 0)
		return e->code;
	*out = &k->m;
	return 0;
}

static uint32_t kept_find(
	const struct membership_cache *c, const struct kept *k, struct str text)
{
	uint32_t number = intern_find(&c->texts, text), low = 0, high = k->m.count;

	if (number == INTERN_NONE)
		return MEMBERSHIP_NONE;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (k->sorted[mid] < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low < k->m.count && k->sorted[low] == number ? k->place[low]
							    : MEMBERSHIP_NONE;
}

int membership_find(uint32_t *out, struct membership_cache *c,
	const struct provider *provider, node_id n, struct str text, struct err *e)
{
	const struct kept *k;

	if (kept_of(&k, c, provider, n, e) < 0)
		return e->code;
	*out = kept_find(c, k, text);
	return 0;
}

/* --- who is meant by a statement --- */

struct matching {
	struct membership_cache *c;
	const struct provider *provider;
	const struct subject *subject;
	const struct kept *names;
	bool deny;
	struct err err;
};

/* That of the object, but where this is only a name of an account: then the subject's. */
static const struct provider *provider_of(
	const struct world *w, const struct object *object, const struct subject *subject)
{
	const struct provider *p = provider_of_node(w, object->node);

	return p->inherits ? p : provider_of_node(w, subject->node);
}

/* How one principal means the subject; *perhaps: what must hold for MATCH_PERHAPS. */
static enum provider_match match_one(struct matching *m, const struct document *d,
	const struct document_principal *p, expr *perhaps)
{
	struct world *w = m->c->world;
	struct str text = document_str(d, p->text);
	bool excepted = (p->flags & DOCUMENT_EXCEPTED) != 0;

	if (p->type == DOCUMENT_ANYONE)
		return MATCH_ANYONE;
	if (kept_find(m->c, m->names, text) != MEMBERSHIP_NONE)
		return MATCH_SELF;
	if (p->type != DOCUMENT_GROUP)
		return MATCH_NONE;
	if (membership_gap(perhaps, m->c, text, m->deny != excepted, &m->err) < 0)
		*perhaps = world_unknown(w, text, str_from(m->err.text), m->deny);
	/* of most groups all members are known: who could join is asked last */
	if (*perhaps != EXPR_FALSE && !m->provider->may_join(w, m->subject->node, text))
		*perhaps = EXPR_FALSE;
	return *perhaps != EXPR_FALSE ? MATCH_PERHAPS : MATCH_NONE;
}

/* What a group itself is given, its members are: those whom nobody listed. */
static void match_group(struct matching *m, expr *condition)
{
	struct world *w = m->c->world;
	const struct node *n = m->subject->n;
	expr gap;

	if (n->type == NODE_ENTITY ? !(n->flags & ENTITY_GROUP)
				   : !m->provider->is_group(n->key))
		return;
	if (membership_gap(&gap, m->c, n->key, m->deny, &m->err) < 0)
		gap = world_unknown(w, n->key, str_from(m->err.text), m->deny);
	if (gap != EXPR_FALSE && !m->deny)
		*condition = expr_and(world_pool(w), *condition, gap);
}

enum provider_match membership_match(struct world *w, const struct document *d,
	const struct document_statement *s, const struct subject *subject,
	const struct object *object, expr *condition)
{
	struct expr_pool *pool = world_pool(w);
	struct matching m = { .c = world_membership(w),
		.provider = provider_of(w, object, subject),
		.subject = subject,
		.deny = (s->flags & DOCUMENT_DENY) != 0 };
	bool inverted = (s->flags & DOCUMENT_NOT_PRINCIPAL) != 0;
	enum provider_match best = inverted ? MATCH_ANYONE : MATCH_NONE;
	expr included = EXPR_FALSE, spared = EXPR_FALSE;

	if (kept_of(&m.names, m.c, m.provider, subject->node, &m.err) < 0) {
		*condition = expr_and(pool, *condition,
			world_unknown(w, subject->n->key, str_from(m.err.text), m.deny));
		return MATCH_PERHAPS;
	}
	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct document_principal *p =
			&d->principals[s->principal_first + i];
		bool excepted = inverted || (p->flags & DOCUMENT_EXCEPTED) != 0;
		expr perhaps = EXPR_FALSE;
		enum provider_match one = match_one(&m, d, p, &perhaps);

		if (excepted && one > MATCH_PERHAPS)
			return MATCH_NONE;
		if (excepted)
			spared = expr_or(pool, spared, perhaps);
		else if (one == MATCH_PERHAPS)
			included = expr_or(pool, included, perhaps);
		else if (one > best)
			best = one;
	}
	*condition = expr_and(pool, *condition, expr_not(pool, spared));
	if (best == MATCH_NONE && included != EXPR_FALSE) {
		*condition = expr_and(pool, *condition, included);
		return MATCH_PERHAPS;
	}
	if (best != MATCH_NONE)
		match_group(&m, condition);
	return best;
}
