#include "query/suggest.h"

#include "base/nearest.h"
#include "query/account.h"
#include "query/entity.h"
#include "query/kind.h"
#include "query/resolve.h"

#define SUGGESTIONS_MAX 3u

struct suggestion {
	uint32_t distance;
	scope_number scope;
	entity_id id;
};

/* The best so far, nearest first; of equally near ones the first found. */
struct suggestions {
	struct str name;
	struct suggestion best[SUGGESTIONS_MAX];
	uint32_t count;
};

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void keep(struct suggestions *all, struct suggestion s)
{
	uint32_t i = all->count;

	if (i == SUGGESTIONS_MAX && all->best[i - 1].distance <= s.distance)
		return;
	if (i < SUGGESTIONS_MAX)
		all->count++;
	else
		i--;
	for (; i > 0 && all->best[i - 1].distance > s.distance; i--)
		all->best[i] = all->best[i - 1];
	all->best[i] = s;
}

/* How far an entity's name is from what was written; more than max when not near. */
static uint32_t distance(const struct suggestions *all, struct str name, uint32_t max)
{
	uint32_t d = nearest_distance(all->name, name, max);

	return str_starts(name, all->name) && all->name.n >= 3 ? least(d, max) : d;
}

/* The entities of one scope. */
struct offer {
	struct suggestions *all;
	const struct segment *segment;
	scope_number scope;
	struct str kind;
	uint32_t max;
};

static void offer_entity(void *ctx, entity_id id, struct str key)
{
	const struct offer *o = ctx;
	const struct segment_entity *entity = segment_entity(o->segment, id);
	uint32_t d;

	if (o->kind.n > 0 && !kind_match(o->kind, segment_kind(o->segment, entity->kind)))
		return;
	d = distance(o->all, segment_name_of(o->segment, id, key), o->max);
	if (d <= o->max)
		keep(o->all, (struct suggestion){ d, o->scope, id });
}

static int search(
	struct suggestions *all, struct world *w, struct str kind, struct err *e)
{
	struct segment *s;

	for (scope_number n = 0; n < world_scope_count(w); n++) {
		struct offer o = { all, NULL, n, kind, nearest_tolerance(all->name) };

		if (world_segment(&s, w, n, e) < 0)
			return e->code;
		o.segment = s;
		segment_each_key(s, 0, segment_info(s)->entity_count, offer_entity, &o);
	}
	return 0;
}

/* Their names, in a form that can be pasted; one that was seen twice once. */
static int name_all(struct str *out, uint32_t *count, struct world *w,
	const struct suggestions *all, struct err *e)
{
	node_id seen[SUGGESTIONS_MAX];

	*count = 0;
	for (uint32_t i = 0; i < all->count; i++) {
		uint32_t k = 0;

		if (entity_node(&seen[*count], w, all->best[i].scope, all->best[i].id,
			    e) < 0 ||
			resolve_name(&out[*count], w, seen[*count], e) < 0)
			return e->code;
		while (k < *count && seen[k] != seen[*count])
			k++;
		*count += k == *count;
	}
	return 0;
}

/* "ci@prd": when the part before the '@' is there, the account is what is wrong. */
static int fail_account(
	struct context *c, const struct ast_word *word, struct str name, struct err *e)
{
	struct buf ids = { 0 };
	struct ast_word account = { .span = word->span };
	size_t at = name.n;
	int rc;

	while (at > 0 && name.p[at - 1] != '@')
		at--;
	account.text = str_skip(name, at);
	if (at <= 1 || account.text.n == 0 ||
		str_find_char(account.text, '.', 0) < account.text.n)
		return 0;
	rc = account_bind(&ids, c, &account, e);
	buf_release(&ids);
	return rc;
}

/* What stands before the '@' of a known account. */
static struct str before_account(struct str name)
{
	size_t at = name.n;

	while (at > 0 && name.p[at - 1] != '@')
		at--;
	return at > 1 ? str_head(name, at - 1) : name;
}

static struct str last_piece(struct str name)
{
	size_t i = name.n;

	while (i > 0 && name.p[i - 1] != '/' && name.p[i - 1] != ':')
		i--;
	return str_skip(name, i);
}

int suggest_missing(struct context *c, const struct ast_word *word, struct str kind,
	struct str name, struct err *e)
{
	struct suggestions all = { .name = before_account(name) };
	struct str names[SUGGESTIONS_MAX], list;
	uint32_t count;

	if (fail_account(c, word, name, e) < 0 || search(&all, c->w, kind, e) < 0)
		return e->code;
	if (all.count == 0) {
		all.name = last_piece(all.name);
		if (search(&all, c->w, (struct str){ 0 }, e) < 0)
			return e->code;
	}
	if (name_all(names, &count, c->w, &all, e) < 0)
		return e->code;
	if (kind.n > 0)
		diagnostic_set(c->d, word->span, "no %.*s named '%.*s'", STR_ARG(kind),
			STR_ARG(name));
	else
		diagnostic_set(
			c->d, word->span, "nothing is named '%.*s'", STR_ARG(word->text));
	list = context_join(world_arena(c->w), names, count, "' or '");
	diagnostic_suggest(c->d, list);
	return context_refuse(c, e);
}
