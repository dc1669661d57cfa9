#include "reachability/hop_part_build.h"

#include <stdlib.h>

#include "reachability/expr_code.h"
#include "reachability/graph.h"
#include "reachability/hop_change.h"
#include "reachability/hop_kin.h"
#include "reachability/hop_part.h"
#include "reachability/imagined.h"

/* Lists shorter than this name their actors one by one. */
#define WIDE 16u

/* Imagined identities of a scope up to which a part has imagined actors. */
#define WHOLE_NODES 4096u

/* One end of a list as it was found. */
struct raw {
	uint32_t ref, code, verdict;
};

struct build {
	struct world *w;
	struct graph *graph;
	const struct hop_part_range *range;
	uint32_t entity_count;
	struct buf sections[HOP_PART_SECTIONS];
	struct intern texts;
	struct intern refs;    /* node_id of others -> number */
	struct intern lists;   /* raws */
	struct intern hubs;    /* rule, list */
	struct intern numbers; /* hub number, through -> place in known */
	struct buf known;      /* uint32_t: hub */
	struct expr_writer exprs;
	struct buf into;    /* struct into */
	bool whole;         /* with imagined actors */
	bool cut;           /* they are too many, and not all known */
	uint32_t set_count; /* of hubs of wide lists */
	struct buf pending; /* node_id: imagined, hops into which are to be found */
};

/* A target's hub. */
struct into {
	uint32_t target, hub, through;
};

static void add_word(struct build *b, enum hop_part_section s, uint32_t n)
{
	VEC_ADD(&b->sections[s], uint32_t, n);
}

/* --- refs --- */

static uint32_t ref_of(struct build *b, node_id n);

static uint32_t rule_of(struct build *b, const struct rule *rule)
{
	const struct hop *h = graph_hop(b->graph);
	uint32_t low = 0;

	while (low < hop_rule_count(h) && hop_rule(h, low) != rule)
		low++;
	return low;
}

static void other_imagined(struct build *b, const struct imagined *im, node_id n)
{
	uint32_t at = (uint32_t)VEC_COUNT(&b->sections[HOP_PART_MORE], uint32_t);
	struct hop_part_other other = { HOP_PART_IMAGINED, 0, at, 1 };

	add_word(b, HOP_PART_MORE, ref_of(b, im->base));
	add_word(b, HOP_PART_MORE, im->yields);
	add_word(b, HOP_PART_MORE,
		im->resource == NODE_NONE ? HOP_PART_NONE : ref_of(b, im->resource));
	add_word(b, HOP_PART_MORE, im->opened ? rule_of(b, im->opened) : HOP_PART_NONE);
	add_word(b, HOP_PART_MORE, im->group_count);
	for (uint32_t i = 0; i < im->group_count; i++)
		add_word(b, HOP_PART_MORE, ref_of(b, im->groups[i]));
	buf_add(&b->sections[HOP_PART_OTHERS], &other, sizeof(other));
	VEC_ADD(&b->pending, node_id, n);
}

static uint32_t ref_of(struct build *b, node_id n)
{
	const struct node *node = world_node(b->w, n);
	struct str key = { (const char *)&n, sizeof(n) };
	uint32_t number = intern_find(&b->refs, key);
	struct hop_part_other other = { .is_target = 0 };

	if (node->type == NODE_ENTITY && node->scope == b->range->scope &&
		!node->imagined)
		return node->id;
	if (number != INTERN_NONE)
		return b->entity_count + number;
	if (node->imagined) { /* those that it is made of stand before it */
		ref_of(b, node->imagined->base);
		if (node->imagined->resource != NODE_NONE)
			ref_of(b, node->imagined->resource);
		for (uint32_t i = 0; i < node->imagined->group_count; i++)
			ref_of(b, node->imagined->groups[i]);
		number = intern_add(&b->refs, key);
		other_imagined(b, node->imagined, n);
		return b->entity_count + number;
	}
	number = intern_add(&b->refs, key);
	other.type = node->type == NODE_ENTITY ? HOP_PART_ENTITY : (uint32_t)node->type;
	other.key = intern_add(&b->texts, node->key);
	other.account = intern_add(&b->texts, node->account);
	buf_add(&b->sections[HOP_PART_OTHERS], &other, sizeof(other));
	return b->entity_count + number;
}

/* --- hubs --- */

/* The ends that have this through, as a list. */
static uint32_t list_of(struct build *b, const struct hub *hub, node_id through)
{
	struct buf raws = { 0 };
	uint32_t number;

	for (uint32_t i = 0; i < hub->count; i++) {
		const struct hub_end *end = &hub->ends[i];

		if (end->through == through)
			VEC_ADD(&raws, struct raw,
				{ ref_of(b, end->node),
					expr_writer_add(&b->exprs, end->residual),
					end->verdict });
	}
	number = intern_add(&b->lists, buf_str(&raws));
	buf_release(&raws);
	return number;
}

static uint32_t hub_of(struct build *b, const struct hub *hub, node_id through)
{
	const uint32_t key[2] = { hub->number, through };
	uint32_t before = intern_count(&b->numbers);
	uint32_t number =
		intern_add(&b->numbers, (struct str){ (const char *)key, sizeof(key) });
	struct hop_part_hub made;

	if (number == before) {
		made = (struct hop_part_hub){ rule_of(b, hub->rule),
			list_of(b, hub, through) };
		VEC_ADD(&b->known, uint32_t,
			intern_add(&b->hubs,
				(struct str){ (const char *)&made, sizeof(made) }));
	}
	return VEC_DATA(&b->known, const uint32_t)[number];
}

static void target_hub(struct build *b, uint32_t target, const struct hub *hub)
{
	node_id last = NODE_NONE;

	for (uint32_t i = 0; i < hub->count; i++) {
		node_id own = hub->ends[i].through;
		node_id through = own != NODE_NONE ? own : hub->through;
		bool seen = i > 0 && own == last;

		for (uint32_t k = 0; k < i && !seen && own != NODE_NONE; k++)
			seen = hub->ends[k].through == own;
		last = own;
		if (!seen)
			VEC_ADD(&b->into, struct into,
				{ target, hub_of(b, hub, own),
					through == NODE_NONE ? HOP_PART_NONE
							     : ref_of(b, through) });
	}
}

static int target_add(struct build *b, node_id n, struct err *e)
{
	struct buf hubs = { 0 };
	uint32_t target = ref_of(b, n);
	int rc;

	if (world_stop(b->w, e) < 0)
		return e->code;
	rc = hop_into_by(&hubs, graph_hop(b->graph),
		b->whole ? HOP_ALL_ACTORS : HOP_REAL_ACTORS, n, e);

	for (size_t i = 0; i < VEC_COUNT(&hubs, const struct hub *) && rc == 0; i++)
		target_hub(b, target, VEC_DATA(&hubs, const struct hub *)[i]);
	buf_release(&hubs);
	return rc;
}

static int targets_add(struct build *b, struct segment *s, struct err *e)
{
	for (entity_id id = b->range->begin; id < b->range->end; id++) {
		if (!(segment_entity(s, id)->flags & (ENTITY_IDENTITY | ENTITY_GROUP)))
			continue;
		if (target_add(b, world_node_entity(b->w, b->range->scope, id), e) < 0)
			return e->code;
	}
	for (size_t i = 0; i < VEC_COUNT(&b->pending, node_id); i++) {
		if (target_add(b, VEC_DATA(&b->pending, const node_id)[i], e) < 0)
			return e->code;
	}
	return 0;
}

/*
 * What identities of the scope make of themselves: with its first part. Where that is
 * much, it is left to the questions.
 */
static int changes_add(struct build *b, struct err *e)
{
	const struct buf *nodes, *steps;
	int rc;

	if (b->range->plain)
		return 0;
	rc = hop_change_of_scope(&nodes, &steps, hop_change_of(graph_hop(b->graph)),
		b->range->scope, WHOLE_NODES, e);
	b->whole = rc == 1;
	b->cut = rc == 0;
	if (rc < 0 || !b->whole || b->range->begin > 0)
		return rc < 0 ? rc : 0;
	for (size_t i = 0; i < VEC_COUNT(nodes, node_id); i++)
		add_word(b, HOP_PART_CHANGED,
			ref_of(b, VEC_DATA(nodes, const node_id)[i]));
	for (size_t i = 0; i < VEC_COUNT(steps, struct hop_change_step); i++) {
		const struct hop_change_step *s =
			&VEC_DATA(steps, const struct hop_change_step)[i];
		struct hop_part_change change = { .from = ref_of(b, s->from),
			.rule = rule_of(b, s->rule),
			.to = ref_of(b, s->end.node),
			.through = s->end.through == NODE_NONE
					   ? HOP_PART_NONE
					   : ref_of(b, s->end.through),
			.residual = expr_writer_add(&b->exprs, s->end.residual),
			.verdict = s->end.verdict };

		buf_add(&b->sections[HOP_PART_CHANGES], &change, sizeof(change));
	}
	return 0;
}

static void refs_add(struct build *b, enum hop_part_section s, const struct buf *nodes)
{
	for (size_t i = 0; i < VEC_COUNT(nodes, node_id); i++)
		add_word(b, s, ref_of(b, VEC_DATA(nodes, const node_id)[i]));
}

/* What policies of the scope say of callers: with its first part. */
static int kin_add(struct build *b, struct segment *s, struct err *e)
{
	struct hop *h = graph_hop(b->graph);
	struct hop_facts f = { .has_openers = false };
	int rc = 0;

	if (b->range->begin > 0)
		return 0;
	rc = hop_facts_of_scope(&f, b->w, b->range->scope, e);
	if (rc == 0) {
		buf_add(&b->sections[HOP_PART_READINGS], f.readings.p, f.readings.n);
		refs_add(b, HOP_PART_ABROAD, &f.abroad);
		refs_add(b, HOP_PART_NAMED, &f.named);
		refs_add(b, HOP_PART_DENIED, &f.denied);
	}
	for (entity_id id = 0; rc == 0 && id < segment_info(s)->entity_count; id++) {
		bool opens = false;

		rc = world_stop(b->w, e);
		if (rc == 0 && (segment_entity(s, id)->flags & ENTITY_IDENTITY))
			rc = hop_may_open(&opens, h,
				world_node_entity(b->w, b->range->scope, id), e);
		if (opens)
			add_word(b, HOP_PART_OPENERS, id);
	}
	hop_facts_release(&f);
	return rc;
}

/* --- classes and lists --- */

/* A relation as begins and items, by the first of each pair. */
static void spread(struct build *b, enum hop_part_section begins,
	enum hop_part_section items, const struct buf *pairs, uint32_t count,
	uint32_t size)
{
	uint32_t *at = calloc((size_t)count + 2, sizeof(*at));
	size_t pair = (size_t)size + 1, n = VEC_COUNT(pairs, uint32_t) / pair;
	const uint32_t *v = VEC_DATA(pairs, const uint32_t);
	struct buf *out = &b->sections[items];
	uint32_t *to;

	if (!at)
		abort();
	for (size_t i = 0; i < n; i++)
		at[v[i * pair] + 2]++;
	for (uint32_t i = 2; i < count + 2; i++)
		at[i] += at[i - 1];
	buf_add(&b->sections[begins], at + 1, ((size_t)count + 1) * sizeof(*at));
	buf_reserve(out, n * size * sizeof(uint32_t));
	out->n = n * size * sizeof(uint32_t);
	to = VEC_DATA(out, uint32_t);
	for (size_t i = 0; i < n; i++)
		memcpy(to + (size_t)at[v[i * pair] + 1]++ * size, v + i * pair + 1,
			size * sizeof(uint32_t));
	free(at);
}

static const struct raw *list_raws(struct build *b, uint32_t list, uint32_t *count)
{
	struct str bytes = intern_get(&b->lists, list);
	const void *p = bytes.p;

	*count = (uint32_t)(bytes.n / sizeof(struct raw));
	return p;
}

/* Actors that are in the same wide lists in the same way. Class per ref, or none. */
static uint32_t classes_make(struct build *b, uint32_t *class, uint32_t ref_count)
{
	struct buf *rows = calloc((size_t)ref_count + 1, sizeof(*rows)), members = { 0 };
	struct intern same;
	uint32_t count;

	if (!rows)
		abort();
	intern_init(&same);
	for (uint32_t list = 0; list < intern_count(&b->lists); list++) {
		const struct raw *v = list_raws(b, list, &count);

		for (uint32_t i = 0; count >= WIDE && i < count; i++) {
			VEC_ADD(&rows[v[i].ref], uint32_t, list);
			VEC_ADD(&rows[v[i].ref], uint32_t, v[i].code);
		}
	}
	for (uint32_t ref = 0; ref < ref_count; ref++) {
		class[ref] = HOP_PART_NONE;
		if (rows[ref].n == 0)
			continue;
		class[ref] = intern_add(&same, buf_str(&rows[ref]));
		VEC_ADD(&members, uint32_t, class[ref]);
		VEC_ADD(&members, uint32_t, ref);
		buf_release(&rows[ref]);
	}
	free(rows);
	count = intern_count(&same);
	intern_release(&same);
	spread(b, HOP_PART_CLASS_BEGINS, HOP_PART_MEMBERS, &members, count, 1);
	buf_release(&members);
	return count;
}

static void entry_add(struct build *b, const struct raw *raw, uint32_t who)
{
	struct hop_part_entry entry = { who, raw->code, raw->verdict };

	buf_add(&b->sections[HOP_PART_ENTRIES], &entry, sizeof(entry));
}

/* The entries of all lists, and who is in which. */
static void lists_write(
	struct build *b, const uint32_t *class, uint32_t class_count, uint32_t ref_count)
{
	struct buf from = { 0 }, class_from = { 0 };
	uint32_t *seen = calloc((size_t)class_count + 1, sizeof(*seen)), entry = 0;

	if (!seen)
		abort();
	for (uint32_t list = 0; list < intern_count(&b->lists); list++) {
		uint32_t count;
		const struct raw *v = list_raws(b, list, &count);

		add_word(b, HOP_PART_LIST_BEGINS, entry);
		for (uint32_t i = 0; i < count; i++) {
			uint32_t k = count >= WIDE ? class[v[i].ref] : HOP_PART_NONE;
			struct buf *to = k == HOP_PART_NONE ? &from : &class_from;

			if (k != HOP_PART_NONE && seen[k] == list + 1)
				continue;
			if (k != HOP_PART_NONE)
				seen[k] = list + 1;
			VEC_ADD(to, uint32_t, k == HOP_PART_NONE ? v[i].ref : k);
			VEC_ADD(to, uint32_t, list);
			VEC_ADD(to, uint32_t, entry++);
			entry_add(b, &v[i],
				k == HOP_PART_NONE ? v[i].ref : k | HOP_PART_CLASS);
		}
	}
	add_word(b, HOP_PART_LIST_BEGINS, entry);
	free(seen);
	spread(b, HOP_PART_FROM_BEGINS, HOP_PART_FROM, &from, ref_count, 2);
	spread(b, HOP_PART_CLASS_FROM_BEGINS, HOP_PART_CLASS_FROM, &class_from,
		class_count, 2);
	buf_release(&from);
	buf_release(&class_from);
}

static bool is_wide(struct build *b, uint32_t index)
{
	struct hop_part_hub hub;
	uint32_t count;

	memcpy(&hub, intern_get(&b->hubs, index).p, sizeof(hub));
	list_raws(b, hub.list, &count);
	return count >= WIDE;
}

/* The links of wide lists behind the others; targets with equal ones have one set. */
static void into_sort(struct build *b, uint32_t ref_count)
{
	const struct into *v = VEC_DATA(&b->into, const struct into);
	size_t count = VEC_COUNT(&b->into, struct into), i = 0;
	struct hop_part_wide *wide = calloc((size_t)ref_count + 1, sizeof(*wide));
	struct buf all = { 0 }, last = { 0 }, hubs = { 0 };
	struct intern sets;

	if (!wide)
		abort();
	intern_init(&sets);
	intern_add(&sets, (struct str){ 0 });
	while (i < count) {
		uint32_t target = v[i].target;

		buf_clear(&last);
		buf_clear(&hubs);
		for (; i < count && v[i].target == target; i++) {
			bool at_end = is_wide(b, v[i].hub);

			wide[target].first += !at_end;
			buf_add(at_end ? &last : &all, &v[i], sizeof(v[i]));
			if (at_end)
				VEC_ADD(&hubs, uint32_t, v[i].hub);
		}
		buf_add(&all, last.p, last.n);
		wide[target].set = intern_add(&sets, buf_str(&hubs));
	}
	b->set_count = intern_count(&sets);
	buf_add(&b->sections[HOP_PART_WIDE], wide, ref_count * sizeof(*wide));
	buf_release(&b->into);
	b->into = all;
	buf_release(&last);
	buf_release(&hubs);
	intern_release(&sets);
	free(wide);
}

static void hubs_write(struct build *b, uint32_t ref_count)
{
	const struct into *v = VEC_DATA(&b->into, const struct into);
	uint32_t count = intern_count(&b->hubs);
	struct buf list_hubs = { 0 }, targets = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		const void *p = intern_get(&b->hubs, i).p;
		struct hop_part_hub hub;

		memcpy(&hub, p, sizeof(hub));
		buf_add(&b->sections[HOP_PART_HUBS], &hub, sizeof(hub));
		VEC_ADD(&list_hubs, uint32_t, hub.list);
		VEC_ADD(&list_hubs, uint32_t, i);
	}
	for (size_t i = 0; i < VEC_COUNT(&b->into, struct into); i++) {
		VEC_ADD(&targets, uint32_t, v[i].hub);
		VEC_ADD(&targets, uint32_t, v[i].target);
		VEC_ADD(&targets, uint32_t, v[i].through);
	}
	spread(b, HOP_PART_INTO_BEGINS, HOP_PART_INTO, &b->into, ref_count, 2);
	spread(b, HOP_PART_LIST_HUB_BEGINS, HOP_PART_LIST_HUBS, &list_hubs,
		intern_count(&b->lists), 1);
	spread(b, HOP_PART_TARGET_BEGINS, HOP_PART_TARGETS, &targets, count, 2);
	buf_release(&list_hubs);
	buf_release(&targets);
}

/* --- all of it --- */

static void texts_write(struct build *b)
{
	struct buf *heap = &b->sections[HOP_PART_HEAP];

	add_word(b, HOP_PART_TEXTS, 0);
	for (uint32_t i = 0; i < intern_count(&b->texts); i++) {
		buf_add_str(heap, intern_get(&b->texts, i));
		add_word(b, HOP_PART_TEXTS, (uint32_t)heap->n);
	}
}

static void range_write(struct build *b)
{
	uint64_t digest = b->range->digest;
	const uint32_t words[HOP_PART_RANGE_WORDS] = {
		[HOP_PART_ENTITIES] = b->entity_count,
		[HOP_PART_BEGIN] = b->range->begin,
		[HOP_PART_END] = b->range->end,
		[HOP_PART_SCOPES] = world_scope_count(b->w),
		[HOP_PART_SETS] = b->set_count,
		[HOP_PART_WHOLE] = b->whole,
		[HOP_PART_DIGEST] = (uint32_t)digest,
		[HOP_PART_DIGEST + 1] = (uint32_t)(digest >> 32),
	};

	buf_add(&b->sections[HOP_PART_RANGE], words, sizeof(words));
}

/* Scopes whose data somebody looked at, and those that actors are of. */
static void scopes_write(struct build *b)
{
	uint32_t count = world_scope_count(b->w);
	bool *actors = calloc((size_t)count + 1, sizeof(*actors));

	if (!actors)
		abort();
	for (uint32_t i = 0; i < intern_count(&b->refs); i++) {
		node_id n;

		memcpy(&n, intern_get(&b->refs, i).p, sizeof(n));
		if (world_node(b->w, n)->scope < count)
			actors[world_node(b->w, n)->scope] = true;
	}
	actors[b->range->scope] = true;
	for (scope_number n = 0; n < count; n++) {
		struct segment *s = world_segment_read(b->w, n);

		if (s) {
			add_word(b, HOP_PART_DEPENDS, n);
			add_word(b, HOP_PART_DEPENDS, segment_info(s)->version);
		}
		if (actors[n])
			add_word(b, HOP_PART_ACTORS, n);
	}
	free(actors);
}

static void write_all(struct build *b)
{
	uint32_t ref_count = b->entity_count + intern_count(&b->refs), class_count;
	const struct hop *h = graph_hop(b->graph);
	uint32_t *class = calloc((size_t)ref_count + 1, sizeof(*class));

	if (!class)
		abort();
	for (uint32_t i = 0; i < hop_rule_count(h); i++)
		add_word(b, HOP_PART_RULES, intern_add(&b->texts, hop_rule(h, i)->id));
	class_count = classes_make(b, class, ref_count);
	buf_add(&b->sections[HOP_PART_CLASS_OF], class, ref_count * sizeof(*class));
	lists_write(b, class, class_count, ref_count);
	into_sort(b, ref_count);
	hubs_write(b, ref_count);
	range_write(b);
	buf_add(&b->sections[HOP_PART_EXPR_BEGINS], b->exprs.begins.p, b->exprs.begins.n);
	add_word(b, HOP_PART_EXPR_BEGINS, (uint32_t)VEC_COUNT(&b->exprs.words, uint32_t));
	buf_add(&b->sections[HOP_PART_EXPR_WORDS], b->exprs.words.p, b->exprs.words.n);
	scopes_write(b);
	texts_write(b);
	free(class);
}

static void release(struct build *b)
{
	for (uint32_t i = 0; i < HOP_PART_SECTIONS; i++)
		buf_release(&b->sections[i]);
	intern_release(&b->texts);
	intern_release(&b->refs);
	intern_release(&b->lists);
	intern_release(&b->hubs);
	intern_release(&b->numbers);
	buf_release(&b->known);
	expr_writer_release(&b->exprs);
	buf_release(&b->into);
	buf_release(&b->pending);
}

struct hop_part_maker {
	struct world *world;
	struct graph *graph;
};

struct hop_part_maker *hop_part_maker_new(struct world *w)
{
	struct hop_part_maker *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	m->world = w;
	m->graph = graph_new(w);
	graph_set_alone(m->graph);
	return m;
}

void hop_part_maker_set_changes(struct hop_part_maker *m, const struct str *parts)
{
	graph_set_changes(m->graph, parts);
}

void hop_part_maker_free(struct hop_part_maker *m)
{
	if (!m)
		return;
	graph_free(m->graph);
	free(m);
}

static int begin(struct build *b, struct segment **s, struct err *e)
{
	if (world_segment(s, b->w, b->range->scope, e) < 0)
		return e->code;
	b->entity_count = segment_info(*s)->entity_count;
	intern_init(&b->texts);
	intern_init(&b->refs);
	intern_init(&b->lists);
	intern_init(&b->hubs);
	intern_init(&b->numbers);
	expr_writer_init(&b->exprs, world_pool(b->w), &b->texts);
	return changes_add(b, e);
}

int hop_part_build(struct buf *out, bool *spent, struct hop_part_maker *m,
	const struct hop_part_range *range, struct err *e)
{
	struct build b = { .w = m->world, .graph = m->graph, .range = range };
	struct segment *s;
	int rc = begin(&b, &s, e);

	if (rc == 0)
		rc = kin_add(&b, s, e);
	if (rc == 0)
		rc = targets_add(&b, s, e);
	if (rc == 0) {
		write_all(&b);
		hop_part_encode(out, b.sections);
	}
	*spent = rc < 0 || b.cut;
	release(&b);
	return rc;
}

int hop_part_build_changes(struct buf *out, bool *spent, struct hop_part_maker *m,
	const struct hop_part_range *range, struct err *e)
{
	struct build b = { .w = m->world, .graph = m->graph, .range = range };
	struct segment *s;
	int rc = begin(&b, &s, e);

	if (rc == 0 && b.whole) {
		write_all(&b);
		hop_part_encode(out, b.sections);
	}
	*spent = rc < 0 || b.cut;
	release(&b);
	return rc;
}
