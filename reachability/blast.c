#include "reachability/blast.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/sort.h"
#include "base/sparse.h"
#include "graphstore/snapshot.h"
#include "reachability/blast_graph.h"
#include "reachability/imagined.h"
#include "reachability/node_reach.h"
#include "reachability/provider.h"
#include "reachability/shared_set.h"

#define THREADS_MAX 64u

/* Nodes that are looked at before a look at memory, and items that wait for it. */
#define ROUND_NODES 1024u
#define ROUND_ITEMS (4u << 20)

/* Identities that are read ahead of the first row, and at most. */
#define BATCH_FIRST 16u
#define BATCH_MOST  4096u

#define MEMORY_DEFAULT ((size_t)3 << 30)
#define SETS           (BLAST_LEVELS + 1u) /* all, then by level */

/* What one node has by itself: of it and of a component. */
struct reach {
	shared_set sets[SETS];
	uint32_t direct;
	bool known;
};

/* One thread's world: it grows with what was looked at, and is then made anew. */
struct worker {
	struct world *w;
	struct node_reach *reach;
	node_id *nodes; /* of the round, as this world has them */
	struct round *round;
	size_t most; /* bytes after which the world is left */
	struct err e;
};

struct identity {
	scope_number scope;
	entity_id id;
};

struct blast {
	struct store *store;
	const struct blast_options *o;
	struct blast_report *report;
	const struct blast_reader *reader;
	struct node_reach_numbers numbers;
	struct buf identities; /* struct identity */
	uint32_t thread_count;
	struct worker workers[THREADS_MAX];
	uint64_t generation;
	/* until memory is full: */
	struct world *w;
	struct graph *graph;
	struct blast_graph *hops;
	struct shared_sets *sets;
	struct intern keys;       /* of what lies in no scope */
	struct sparse reach;      /* struct reach, by vertex */
	struct sparse components; /* struct reach */
	uint32_t looked;          /* vertices whose reach is known or not needed */
};

/* Nodes that all threads look at. */
struct round {
	struct node_reach_answer *answers;
	uint32_t count, done; /* done: those that were taken, the rest is for the next */
	size_t items;
	bool failed;
	pthread_mutex_t mutex;
};

static void *room(size_t count, size_t size)
{
	void *p = calloc(count + 1, size);

	if (!p)
		abort();
	return p;
}

/* --- worlds --- */

static int open_world(struct world **out, struct blast *b, struct err *e)
{
	if (world_open(out, b->store, e) < 0)
		return e->code;
	world_set_rules(*out, b->o->rules);
	if (b->generation == 0)
		b->generation = snapshot_generation(world_snapshot(*out));
	if (snapshot_generation(world_snapshot(*out)) != b->generation)
		return err_set(e, ERR_IO, "the store was written meanwhile");
	/* nodes of any scope come from elsewhere */
	return world_read_all(*out, e);
}

static size_t memory_of(const struct blast *b)
{
	return b->o->memory > 0 ? b->o->memory : MEMORY_DEFAULT;
}

static void worker_close(struct worker *k)
{
	node_reach_free(k->reach);
	world_close(k->w);
	k->reach = NULL;
	k->w = NULL;
}

/* A world for each, but for those that are good for some more. */
static int workers_ready(struct blast *b, struct err *e)
{
	size_t share = memory_of(b) / 2 / b->thread_count;

	for (uint32_t i = 0; i < b->thread_count; i++) {
		struct worker *k = &b->workers[i];

		k->most = share;
		if (k->w && world_arena(k->w)->used > share)
			worker_close(k);
		if (k->w)
			continue;
		if (open_world(&k->w, b, e) < 0)
			return e->code;
		k->reach = node_reach_new(k->w, &b->numbers);
	}
	return 0;
}

/* The node in another world; what hops made of it, too. */
static node_id node_in(struct world *to, const struct world *from, node_id n)
{
	const struct node *node = world_node(from, n);
	const struct imagined *im = node->imagined;
	node_id out;

	if (!im && node->type == NODE_ENTITY)
		return world_node_entity(to, node->scope, node->id);
	if (!im && node->type == NODE_NEW)
		return imagined_thing(to,
			node->flags & ENTITY_CONTAINER ? (struct str){ 0 } : node->key,
			node->account);
	if (!im)
		return world_node_virtual(to, node->type, node->key, node->account);
	out = imagined_identity(to, node_in(to, from, im->base), im->yields);
	for (uint32_t i = 0; i < im->group_count; i++)
		out = imagined_member(to, out, node_in(to, from, im->groups[i]));
	if (im->resource != NODE_NONE)
		out = imagined_opener(
			to, out, node_in(to, from, im->resource), im->opened);
	return out;
}

/* --- what nodes have by themselves --- */

/* The next node of the round, or UINT32_MAX. */
static uint32_t take(struct round *r)
{
	uint32_t n = UINT32_MAX;

	pthread_mutex_lock(&r->mutex);
	if (!r->failed && r->done < r->count && r->items < ROUND_ITEMS)
		n = r->done++;
	pthread_mutex_unlock(&r->mutex);
	return n;
}

static void *work(void *arg)
{
	struct worker *k = arg;
	uint32_t n = take(k->round);

	while (n != UINT32_MAX) {
		struct node_reach_answer *a = &k->round->answers[n];
		int rc = node_reach_of(a, k->reach, k->nodes[n], &k->e);

		pthread_mutex_lock(&k->round->mutex);
		k->round->items += VEC_COUNT(&a->items, struct node_reach_item);
		k->round->failed |= rc < 0;
		pthread_mutex_unlock(&k->round->mutex);
		/* the rest is for others, or for the next round in a new world */
		n = world_arena(k->w)->used > k->most ? UINT32_MAX : take(k->round);
	}
	return NULL;
}

static int work_all(struct blast *b, struct round *r, struct err *e)
{
	pthread_t others[THREADS_MAX];
	uint32_t started = 1;

	for (uint32_t i = 0; i < b->thread_count; i++) {
		b->workers[i].round = r;
		b->workers[i].e = (struct err){ 0 };
	}
	pthread_mutex_init(&r->mutex, NULL);
	while (started < b->thread_count &&
		pthread_create(&others[started], NULL, work, &b->workers[started]) == 0)
		started++;
	work(&b->workers[0]);
	for (uint32_t i = 1; i < started; i++)
		pthread_join(others[i], NULL);
	pthread_mutex_destroy(&r->mutex);
	for (uint32_t i = 0; i < started; i++) {
		if (b->workers[i].e.code != 0) {
			*e = b->workers[i].e;
			return e->code;
		}
	}
	return 0;
}

/* Numbers and levels, ascending, each number once. */
static size_t items_unite(uint64_t *v, size_t count)
{
	size_t kept = 0;

	sort_u64(v, count);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && v[kept - 1] >> 32 == v[i] >> 32)
			v[kept - 1] |= v[i];
		else
			v[kept++] = v[i];
	}
	return kept;
}

static uint32_t number_of(
	struct blast *b, const struct node_reach_answer *a, uint32_t number)
{
	if (number < b->numbers.count)
		return number;
	return b->numbers.count +
	       intern_add(&b->keys,
		       VEC_DATA(&a->keys, const struct str)[number - b->numbers.count]);
}

static void reach_keep(
	struct blast *b, struct reach *reach, const struct node_reach_answer *a)
{
	const struct node_reach_item *items =
		VEC_DATA(&a->items, const struct node_reach_item);
	size_t count = VEC_COUNT(&a->items, struct node_reach_item);
	uint64_t *v = room(count, sizeof(*v));
	uint32_t *numbers = room(count, sizeof(*numbers));

	for (size_t i = 0; i < count; i++)
		v[i] = (uint64_t)number_of(b, a, items[i].number) << 32 | items[i].levels;
	reach->direct = (uint32_t)items_unite(v, a->direct);
	/* openings stand behind, as they were */
	if (a->direct < count) {
		memmove(v + reach->direct, v + a->direct,
			(count - a->direct) * sizeof(*v));
		count = items_unite(v, reach->direct + count - a->direct);
	} else {
		count = reach->direct;
	}
	for (uint32_t set = 0; set < SETS; set++) {
		size_t n = 0;

		for (size_t i = 0; i < count; i++) {
			if (set == 0 || v[i] >> (set - 1) & 1u)
				numbers[n++] = (uint32_t)(v[i] >> 32);
		}
		reach->sets[set] = shared_set_of(b->sets, numbers, n);
	}
	reach->known = true;
	free(v);
	free(numbers);
}

/* One round: the first of the vertices (uint32_t). Returns how many were done. */
static int round_run(struct blast *b, const uint32_t *vertices, uint32_t count,
	uint32_t *done, struct err *e)
{
	struct round r = { .count = count };
	int rc = workers_ready(b, e);

	if (rc < 0)
		return rc;
	r.answers = room(count, sizeof(*r.answers));
	for (uint32_t i = 0; i < b->thread_count; i++) {
		struct worker *k = &b->workers[i];

		k->nodes = room(count, sizeof(*k->nodes));
		for (uint32_t n = 0; n < count; n++)
			k->nodes[n] = node_in(
				k->w, b->w, blast_graph_node(b->hops, vertices[n]));
	}
	rc = work_all(b, &r, e);
	for (uint32_t n = 0; rc == 0 && n < r.done; n++)
		reach_keep(b, sparse_at(&b->reach, vertices[n]), &r.answers[n]);
	*done = r.done;
	b->report->nodes += r.done;
	for (uint32_t n = 0; n < count; n++)
		node_reach_release(&r.answers[n]);
	for (uint32_t i = 0; i < b->thread_count; i++) {
		free(b->workers[i].nodes);
		b->workers[i].nodes = NULL;
	}
	free(r.answers);
	return rc;
}

/* All vertices that are new. */
static int look(struct blast *b, struct err *e)
{
	struct buf fresh = { 0 };
	uint32_t end = blast_graph_count(b->hops), at = 0, done = 0;
	int rc = 0;

	for (uint32_t v = b->looked; v < end; v++) {
		if (blast_graph_node(b->hops, v) != NODE_NONE)
			VEC_ADD(&fresh, uint32_t, v);
	}
	while (rc == 0 && at < VEC_COUNT(&fresh, uint32_t)) {
		uint32_t left = (uint32_t)VEC_COUNT(&fresh, uint32_t) - at;

		rc = round_run(b, VEC_DATA(&fresh, const uint32_t) + at,
			left < ROUND_NODES ? left : ROUND_NODES, &done, e);
		at += done;
	}
	b->looked = end;
	buf_release(&fresh);
	return rc;
}

/* --- what lies behind --- */

static void join_into(struct blast *b, struct reach *to, const struct reach *from)
{
	for (uint32_t set = 0; set < SETS; set++)
		to->sets[set] = shared_set_join(b->sets, to->sets[set], from->sets[set]);
}

static void component_done(
	void *ctx, uint32_t component, const uint32_t *vertices, uint32_t count)
{
	struct blast *b = ctx;
	struct reach all = { .known = true };

	for (uint32_t i = 0; i < count; i++) {
		uint32_t edges;
		const uint32_t *to = blast_graph_from(b->hops, vertices[i], &edges);
		const struct reach *own = sparse_get(&b->reach, vertices[i]);

		if (own)
			join_into(b, &all, own);
		for (uint32_t k = 0; k < edges; k++) {
			uint32_t other = blast_graph_component(b->hops, to[k]);

			if (other != component)
				join_into(b, &all, sparse_at(&b->components, other));
		}
	}
	*(struct reach *)sparse_at(&b->components, component) = all;
}

static int tell(
	struct blast *b, const struct identity *who, uint32_t vertex, struct err *e)
{
	node_id n = world_node_entity(b->w, who->scope, who->id);
	const struct reach *own = sparse_at(&b->reach, vertex), *all;
	struct blast_row row = { .key = provider_written_key(b->w, n),
		.kind = world_node_kind(b->w, n),
		.account = world_node(b->w, n)->account,
		.direct = own->direct };

	blast_graph_components(b->hops, vertex, component_done, b);
	all = sparse_at(&b->components, blast_graph_component(b->hops, vertex));
	assert(own->known && all->known);
	row.reach = shared_set_count(b->sets, all->sets[0]);
	for (uint32_t i = 0; i < BLAST_LEVELS; i++)
		row.levels[i] = shared_set_count(b->sets, all->sets[i + 1]);
	b->report->rows++;
	return b->reader->row(b->reader->ctx, &row, e);
}

/* --- all of it --- */

static void forget(struct blast *b)
{
	blast_graph_free(b->hops);
	graph_free(b->graph);
	world_close(b->w);
	shared_sets_free(b->sets);
	intern_release(&b->keys);
	sparse_release(&b->reach);
	sparse_release(&b->components);
	b->hops = NULL;
	b->graph = NULL;
	b->w = NULL;
	b->sets = NULL;
	b->looked = 0;
}

static int begin(struct blast *b, struct err *e)
{
	if (open_world(&b->w, b, e) < 0)
		return e->code;
	b->graph = graph_new(b->w);
	b->hops = blast_graph_new(b->graph);
	b->sets = shared_sets_new();
	intern_init(&b->keys);
	sparse_init(&b->reach, sizeof(struct reach));
	sparse_init(&b->components, sizeof(struct reach));
	return 0;
}

static bool is_full(const struct blast *b)
{
	return world_arena(b->w)->used + shared_sets_bytes(b->sets) > memory_of(b) / 2;
}

/* [first, first + count): 1 when the reader wants no more. */
static int batch(struct blast *b, size_t first, size_t count, struct err *e)
{
	const struct identity *who =
		VEC_DATA(&b->identities, const struct identity) + first;
	uint32_t *vertices = room(count, sizeof(*vertices));
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = blast_graph_add(&vertices[i], b->hops,
			world_node_entity(b->w, who[i].scope, who[i].id), e);
	if (rc == 0)
		rc = look(b, e);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = tell(b, &who[i], vertices[i], e);
	if (rc == 0)
		rc = b->reader->pause(b->reader->ctx, e);
	free(vertices);
	return rc;
}

/* Whether no other scope has the same container: lists tell it once. */
static int is_counted(
	bool *out, struct blast *b, struct segment *s, struct identity at, struct err *e)
{
	uint32_t flags = segment_entity(s, at.id)->flags;
	struct node_glance g;
	node_id n;

	*out = !(flags & ENTITY_SHARED);
	if (!*out || !(flags & ENTITY_CONTAINER))
		return 0;
	if (world_node_of_key(&n, b->w, segment_key(s, at.id, world_arena(b->w)), e) < 0)
		return e->code;
	g = world_glance(b->w, n);
	*out = g.scope == at.scope && g.id == at.id;
	return 0;
}

static int identities_of(struct blast *b, scope_number scope, struct err *e)
{
	struct segment *s;

	if (world_segment(&s, b->w, scope, e) < 0)
		return e->code;
	for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
		uint32_t flags = segment_entity(s, id)->flags;
		bool counted;

		if (is_counted(&counted, b, s, (struct identity){ scope, id }, e) < 0)
			return e->code;
		b->report->entities += counted;
		if ((flags & ENTITY_IDENTITY) &&
			!(flags & (ENTITY_DISABLED | ENTITY_SHARED)))
			VEC_ADD(&b->identities, struct identity, { scope, id });
	}
	return 0;
}

static int prepare(struct blast *b, struct err *e)
{
	int rc = begin(b, e);

	if (rc == 0)
		rc = node_reach_numbers_make(&b->numbers, b->w, e);
	for (scope_number n = 0; rc == 0 && n < world_scope_count(b->w); n++)
		rc = identities_of(b, n, e);
	if (rc == 0)
		b->report->as_of = snapshot_time(world_snapshot(b->w));
	return rc;
}

static int run(struct blast *b, struct err *e)
{
	size_t all = VEC_COUNT(&b->identities, struct identity), at = 0;
	size_t size = BATCH_FIRST;
	int rc = 0;

	while (at < all && rc == 0) {
		size_t count = all - at < size ? all - at : size;

		if (!b->w)
			rc = begin(b, e);
		if (rc == 0)
			rc = batch(b, at, count, e);
		at += count;
		size = size * 2 < BATCH_MOST ? size * 2 : BATCH_MOST;
		if (rc == 0 && is_full(b)) {
			forget(b);
			b->report->forgotten++;
		}
	}
	return rc < 0 ? rc : 0;
}

int blast_all(struct blast_report *out, struct store *store,
	const struct blast_options *o, const struct blast_reader *reader, struct err *e)
{
	struct blast b = { .store = store,
		.o = o,
		.report = out,
		.reader = reader,
		.thread_count = o->threads };
	int rc;

	*out = (struct blast_report){ 0 };
	if (b.thread_count == 0 || b.thread_count > THREADS_MAX)
		b.thread_count = b.thread_count == 0 ? 1 : THREADS_MAX;
	rc = prepare(&b, e);
	if (rc == 0)
		rc = reader->begin(reader->ctx, out, e);
	if (rc == 0)
		rc = run(&b, e);
	for (uint32_t i = 0; i < b.thread_count; i++)
		worker_close(&b.workers[i]);
	if (b.w)
		forget(&b);
	node_reach_numbers_release(&b.numbers);
	buf_release(&b.identities);
	return rc < 0 ? rc : 0;
}
