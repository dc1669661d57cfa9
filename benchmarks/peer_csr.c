/*
 * peer_csr - the naive physical reference: every access edge of a store written down
 * once, then searched breadth first in packed arrays, beside latchkey on the same
 * questions.
 *
 *	peer_csr --store DIR [--questions N] [--seconds N] [--edges DIR] [--seed S]
 *
 * Edges are what latchkey answers of each identity: access (identity -> resource) and
 * hops (identity -> role that it may assume, compute -> role that it carries). --edges
 * writes them, and the questions, as CSV for other peers. Prints one JSON line per case.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "benchmarks/bench.h"
#include "benchmarks/estate.h"

#define HEAVY          10u
#define MOST_QUESTIONS 100000u
#define MOST_EDGES     (1u << 30)

struct options {
	const char *store, *edges;
	uint64_t questions, seconds, seed;
};

/* Lists of targets: those of n are item[start[n]] .. item[start[n + 1] - 1]. */
struct csr {
	uint32_t *start, *item;
};

struct edge {
	uint32_t from, to;
};

struct graph {
	uint32_t *base; /* per scope: number of its first entity */
	uint32_t scope_count, node_count;
	struct buf access, hops;               /* struct edge */
	struct buf identities, buckets;        /* uint32_t: nodes */
	struct csr out, in, forward, backward; /* of access, of hops */
	uint32_t *stamp, now;                  /* per node: when it was visited last */
	uint32_t *queue;
};

static void *memory(size_t count, size_t size)
{
	void *p = calloc(count > 0 ? count : 1, size);

	if (!p)
		abort();
	return p;
}

/* One list per node, from edges in any order. */
static struct csr pack(const struct buf *edges, uint32_t nodes, bool reverse)
{
	const struct edge *e = VEC_DATA(edges, struct edge);
	size_t count = VEC_COUNT(edges, struct edge);
	struct csr c = { memory(nodes + 2u, sizeof(uint32_t)),
		memory(count, sizeof(uint32_t)) };

	for (size_t i = 0; i < count; i++)
		c.start[(reverse ? e[i].to : e[i].from) + 2]++;
	for (uint32_t n = 0; n < nodes; n++)
		c.start[n + 2] += c.start[n + 1];
	for (size_t i = 0; i < count; i++)
		c.item[c.start[(reverse ? e[i].to : e[i].from) + 1]++] =
			reverse ? e[i].from : e[i].to;
	return c;
}

static void csr_free(struct csr *c)
{
	free(c->start);
	free(c->item);
}

/*
 * How many nodes `last` leads to from whatever `step` reaches from `from`, itself
 * included: what it can access.
 */
static uint32_t reach(
	struct graph *g, const struct csr *step, const struct csr *last, uint32_t from)
{
	uint32_t begin = 0, end = 0, found = 0, visited = ++g->now, counted = ++g->now;
	uint32_t *mark = g->stamp;

	g->queue[end++] = from;
	mark[from] = visited;
	while (begin < end) {
		uint32_t n = g->queue[begin++];

		for (uint32_t i = step->start[n]; i < step->start[n + 1]; i++) {
			uint32_t to = step->item[i];

			if (mark[to] < visited) {
				mark[to] = visited;
				g->queue[end++] = to;
			}
		}
	}
	/* A node may be visited and counted. */
	for (uint32_t k = 0; k < end; k++) {
		uint32_t n = g->queue[k];

		for (uint32_t i = last->start[n]; i < last->start[n + 1]; i++) {
			uint32_t to = last->item[i];

			found += mark[to] != counted;
			mark[to] = counted;
		}
	}
	return found;
}

/* Who: those with access to it, and all who reach one of those. */
static uint32_t reach_back(struct graph *g, uint32_t to)
{
	uint32_t begin = 0, end = 0, visited = ++g->now;

	for (uint32_t i = g->in.start[to]; i < g->in.start[to + 1]; i++) {
		uint32_t n = g->in.item[i];

		if (g->stamp[n] != visited) {
			g->stamp[n] = visited;
			g->queue[end++] = n;
		}
	}
	while (begin < end) {
		uint32_t n = g->queue[begin++];

		for (uint32_t i = g->backward.start[n]; i < g->backward.start[n + 1];
			i++) {
			uint32_t from = g->backward.item[i];

			if (g->stamp[from] != visited) {
				g->stamp[from] = visited;
				g->queue[end++] = from;
			}
		}
	}
	return end;
}

static int number_nodes(struct graph *g, struct world *w, struct err *e)
{
	g->scope_count = snapshot_scope_count(world_snapshot(w));
	g->base = memory(g->scope_count + 1u, sizeof(uint32_t));
	for (uint32_t n = 0; n < g->scope_count; n++) {
		struct segment *s;

		if (world_segment(&s, w, n, e) < 0)
			return e->code;
		g->base[n + 1] = g->base[n] + segment_info(s)->entity_count;
	}
	g->node_count = g->base[g->scope_count];
	return 0;
}

static void add_row(struct graph *g, struct world *w, uint32_t from,
	const struct answer_row *row, action_id assume)
{
	const struct node *n = world_node(w, row->node);
	struct edge edge = { from, 0 };

	if (n->type != NODE_ENTITY)
		return;
	edge.to = g->base[n->scope] + n->id;
	buf_add(&g->access, &edge, sizeof(edge));
	for (uint32_t i = 0; i < row->action_count; i++) {
		if (row->actions[i] == assume && n->flags & ENTITY_IDENTITY)
			buf_add(&g->hops, &edge, sizeof(edge));
	}
}

/* compute -> role, or -> profile -> role */
static void add_carried(
	struct graph *g, struct world *w, struct segment *s, uint32_t scope, entity_id id)
{
	uint32_t count;
	const uint32_t *to = segment_related(s, RELATION_CARRIES, false, id, &count);

	(void)w;
	for (uint32_t i = 0; i < count; i++) {
		struct edge edge = { g->base[scope] + id, g->base[scope] + to[i] };

		if (to[i] < segment_info(s)->entity_count)
			buf_add(&g->hops, &edge, sizeof(edge));
	}
}

static int add_scope(struct graph *g, struct world *w, uint32_t scope, struct err *e)
{
	const struct action_query everything = { .everything = true };
	const struct answer_options direct = { .direct_only = true,
		.max_hops = UINT32_MAX };
	action_id assume = catalog_action_find(STR_LIT("sts:AssumeRole"));
	struct segment *s;
	int rc = world_segment(&s, w, scope, e);

	for (entity_id id = 0; rc == 0 && id < segment_info(s)->entity_count; id++) {
		node_id node = world_node_entity(w, scope, id);
		uint32_t n = g->base[scope] + id;
		struct answer a;

		if (str_eq(segment_kind(s, segment_entity(s, id)->kind),
			    STR_LIT("aws:s3:bucket")))
			buf_add(&g->buckets, &n, sizeof(n));
		add_carried(g, w, s, scope, id);
		if (!(segment_entity(s, id)->flags & ENTITY_IDENTITY))
			continue;
		buf_add(&g->identities, &n, sizeof(n));
		rc = answer_what(&a, w, &node, 1, &everything, NULL, 0, &direct, e);
		for (uint32_t i = 0; rc == 0 && i < a.row_count; i++)
			add_row(g, w, n, &a.rows[i], assume);
		if (g->access.n / sizeof(struct edge) > MOST_EDGES)
			return err_set(e, ERR_LIMIT, "more than %u edges", MOST_EDGES);
	}
	return rc;
}

/* Every identity is asked once; a world for each scope, so that memory stays small. */
static int enumerate(struct graph *g, struct store *store, struct err *e)
{
	struct world *w;
	int rc = world_open(&w, store, e);

	if (rc < 0)
		return rc;
	rc = number_nodes(g, w, e);
	world_close(w);
	for (uint32_t n = 0; rc == 0 && n < g->scope_count; n++) {
		if (world_open(&w, store, e) < 0)
			return e->code;
		rc = add_scope(g, w, n, e);
		world_close(w);
	}
	return rc;
}

static void build(struct graph *g)
{
	g->out = pack(&g->access, g->node_count, false);
	g->in = pack(&g->access, g->node_count, true);
	g->forward = pack(&g->hops, g->node_count, false);
	g->backward = pack(&g->hops, g->node_count, true);
	g->stamp = memory(g->node_count, sizeof(uint32_t));
	g->queue = memory(g->node_count, sizeof(uint32_t));
}

/* One sort of question: what or who, direct or over hops. */
struct sort {
	const char *name;
	bool who, direct;
};

static const struct sort sorts[] = {
	{ "what", false, true },
	{ "what", false, false },
	{ "who", true, true },
	{ "who", true, false },
};
#define SORT_COUNT (sizeof(sorts) / sizeof(sorts[0]))

static uint32_t ask_graph(struct graph *g, const struct sort *sort, uint32_t node)
{
	if (sort->who)
		return sort->direct ? g->in.start[node + 1] - g->in.start[node]
				    : reach_back(g, node);
	return sort->direct ? g->out.start[node + 1] - g->out.start[node]
			    : reach(g, &g->forward, &g->out, node);
}

/* A number, and how it is found among those of the sort. */
struct ranked {
	uint32_t node, rows;
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->rows != y->rows)
		return x->rows < y->rows ? 1 : -1;
	return (x->node > y->node) - (x->node < y->node);
}

/* Random ones, then the heaviest of all; how many. */
static uint32_t choose(
	struct graph *g, const struct options *o, const struct sort *sort, uint32_t *out)
{
	const struct buf *from = sort->who ? &g->buckets : &g->identities;
	const uint32_t *all = VEC_DATA(from, uint32_t);
	uint32_t count = (uint32_t)VEC_COUNT(from, uint32_t), n = 0;
	struct estate_random r = { o->seed };
	struct ranked *ranked = memory(count, sizeof(*ranked));

	for (uint32_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){ all[i], ask_graph(g, sort, all[i]) };
	for (uint64_t i = 0; count > 0 && i < o->questions; i++)
		out[n++] = all[estate_below(&r, count)];
	qsort(ranked, count, sizeof(*ranked), compare_ranked);
	for (uint32_t i = 0; i < HEAVY && i < count; i++)
		out[n++] = ranked[i].node;
	free(ranked);
	return n;
}

static void print_case(const char *peer, const struct sort *sort, const char *which,
	double *us, const uint32_t *rows, uint32_t count)
{
	uint64_t sum = 0;

	if (count == 0)
		return;
	for (uint32_t i = 0; i < count; i++)
		sum += rows[i];
	bench_sort(us, count);
	printf("{\"peer\":\"%s\",\"case\":\"%s-%s-%s\",\"questions\":%u,\"us_p50\":%.2f,"
	       "\"us_p99\":%.2f,\"rows_mean\":%.1f}\n",
		peer, sort->name, sort->direct ? "direct" : "all", which, count,
		bench_percentile(us, count, 50), bench_percentile(us, count, 99),
		(double)sum / count);
	fflush(stdout);
}

/* The questions of a sort: the first `random` of them, then the heavy ones. */
struct asked {
	const struct sort *sort;
	uint32_t *nodes, *rows;
	double *us;
	uint32_t count, done;
};

static void time_graph(struct graph *g, struct asked *a)
{
	for (a->done = 0; a->done < a->count; a->done++) {
		double start = bench_now();

		a->rows[a->done] = ask_graph(g, a->sort, a->nodes[a->done]);
		a->us[a->done] = (bench_now() - start) * 1e6;
	}
}

static scope_number scope_of(const struct graph *g, uint32_t node)
{
	scope_number n = 0;

	while (g->base[n + 1] <= node)
		n++;
	return n;
}

/* Bounded in time; the heavy ones have as long again. */
static int time_latchkey(const struct graph *g, struct store *store, struct asked *a,
	uint32_t begin, uint32_t end, double seconds, struct err *e)
{
	double until = bench_now() + seconds;
	struct bench_times t;
	int rc = 0;

	bench_times_init(&t, a->count);
	for (a->done = begin; rc == 0 && a->done < end && bench_now() < until;
		a->done++) {
		scope_number scope = scope_of(g, a->nodes[a->done]);
		const struct bench_question q = { .who = a->sort->who,
			.direct = a->sort->direct,
			.scope = scope,
			.id = a->nodes[a->done] - g->base[scope] };

		rc = bench_ask(&t, store, &q, e);
		if (rc == 0) {
			/* what other programs on the machine take is not its own */
			a->us[a->done] = t.cpu[t.count - 1] * 1e3;
			a->rows[a->done] = t.rows[t.count - 1];
		}
	}
	bench_times_release(&t);
	return rc;
}

static void print_both(const char *peer, struct asked *a, uint32_t random)
{
	uint32_t first = a->done < random ? a->done : random;

	print_case(peer, a->sort, "random", a->us, a->rows, first);
	if (a->done > random)
		print_case(peer, a->sort, "heaviest", a->us + random, a->rows + random,
			a->done - random);
}

static int write_questions(FILE *f, const struct asked *a, uint32_t random)
{
	for (uint32_t i = 0; i < a->count; i++)
		fprintf(f, "%s,%s,%s,%u\n", a->sort->name,
			a->sort->direct ? "direct" : "all",
			i < random ? "random" : "heaviest", a->nodes[i]);
	return ferror(f);
}

static int bench_sorts(struct graph *g, struct store *store, const struct options *o,
	FILE *f, struct err *e)
{
	uint32_t most = (uint32_t)o->questions + HEAVY;
	struct asked a = { .nodes = memory(most, sizeof(uint32_t)),
		.rows = memory(most, sizeof(uint32_t)),
		.us = memory(most, sizeof(double)) };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < SORT_COUNT; i++) {
		uint32_t random = (uint32_t)o->questions;

		a.sort = &sorts[i];
		a.count = choose(g, o, a.sort, a.nodes);
		random = a.count < random ? a.count : random;
		if (f && write_questions(f, &a, random))
			rc = err_set(e, ERR_IO, "cannot write the questions");
		time_graph(g, &a);
		print_both("csr", &a, random);
		if (rc == 0)
			rc = time_latchkey(
				g, store, &a, 0, random, (double)o->seconds, e);
		if (rc == 0)
			print_case("latchkey", a.sort, "random", a.us, a.rows, a.done);
		if (rc == 0)
			rc = time_latchkey(
				g, store, &a, random, a.count, (double)o->seconds, e);
		if (rc == 0 && a.done > random)
			print_case("latchkey", a.sort, "heaviest", a.us + random,
				a.rows + random, a.done - random);
	}
	free(a.nodes);
	free(a.rows);
	free(a.us);
	return rc;
}

static FILE *create(const char *directory, const char *name, struct err *e)
{
	struct buf path = { 0 };
	FILE *f;

	buf_printf(&path, "%s/%s", directory, name);
	buf_add_char(&path, '\0');
	f = fopen(path.p, "w");
	if (!f)
		err_set(e, ERR_IO, "cannot write '%s'", path.p);
	buf_release(&path);
	return f;
}

static int write_edges(
	const char *directory, const char *name, const struct buf *edges, struct err *e)
{
	const struct edge *edge = VEC_DATA(edges, struct edge);
	FILE *f = create(directory, name, e);

	if (!f)
		return e->code;
	for (size_t i = 0; i < VEC_COUNT(edges, struct edge); i++)
		fprintf(f, "%u,%u\n", edge[i].from, edge[i].to);
	return fclose(f) != 0 ? err_set(e, ERR_IO, "cannot write '%s'", name) : 0;
}

/* "number,key" of every node. */
static int write_nodes(
	const char *directory, const struct graph *g, struct store *store, struct err *e)
{
	FILE *f = create(directory, "nodes.csv", e);
	struct world *w = NULL;
	struct arena arena;
	int rc = f ? world_open(&w, store, e) : e->code;

	arena_init(&arena, ARENA_UNLIMITED);

	for (uint32_t n = 0; rc == 0 && n < g->scope_count; n++) {
		struct segment *s;

		rc = world_segment(&s, w, n, e);
		for (entity_id id = 0; rc == 0 && id < segment_info(s)->entity_count;
			id++) {
			struct str key = segment_key(s, id, &arena);

			fprintf(f, "%u,%.*s\n", g->base[n] + id, STR_ARG(key));
			arena_reset(&arena);
		}
	}
	arena_release(&arena);
	world_close(w);
	return f && fclose(f) != 0 ? err_set(e, ERR_IO, "cannot write 'nodes.csv'") : rc;
}

/* What every identity reaches. */
static void blast(struct graph *g)
{
	const uint32_t *all = VEC_DATA(&g->identities, uint32_t);
	size_t count = VEC_COUNT(&g->identities, uint32_t);
	double start = bench_now();
	uint64_t rows = 0;

	for (size_t i = 0; i < count; i++)
		rows += reach(g, &g->forward, &g->out, all[i]);
	printf("{\"peer\":\"csr\",\"case\":\"blast-all\",\"identities\":%zu,\"rows\":%" PRIu64
	       ",\"seconds\":%.3f}\n",
		count, rows, bench_now() - start);
}

static void release(struct graph *g)
{
	csr_free(&g->out);
	csr_free(&g->in);
	csr_free(&g->forward);
	csr_free(&g->backward);
	buf_release(&g->access);
	buf_release(&g->hops);
	buf_release(&g->identities);
	buf_release(&g->buckets);
	free(g->base);
	free(g->stamp);
	free(g->queue);
}

static int run(const struct options *o, struct err *e)
{
	struct graph g = { .now = 0 };
	double start = bench_now(), enumerated;
	struct store *store;
	FILE *f = NULL;
	int rc = store_open(&store, o->store, STORE_READ, e);

	if (rc < 0)
		return rc;
	rc = enumerate(&g, store, e);
	enumerated = bench_now();
	if (rc == 0) {
		build(&g);
		printf("{\"peer\":\"csr\",\"case\":\"load\",\"nodes\":%u,\"access_edges\":%zu,\"hop_edges\":%zu,"
		       "\"enumerate_seconds\":%.3f,\"build_seconds\":%.3f}\n",
			g.node_count, VEC_COUNT(&g.access, struct edge),
			VEC_COUNT(&g.hops, struct edge), enumerated - start,
			bench_now() - enumerated);
		fflush(stdout);
	}
	if (rc == 0 && o->edges) {
		rc = write_edges(o->edges, "access.csv", &g.access, e);
		if (rc == 0)
			rc = write_edges(o->edges, "hops.csv", &g.hops, e);
		if (rc == 0)
			rc = write_nodes(o->edges, &g, store, e);
		f = rc == 0 ? create(o->edges, "questions.csv", e) : NULL;
		rc = f ? 0 : e->code;
	}
	if (rc == 0)
		rc = bench_sorts(&g, store, o, f, e);
	if (rc == 0)
		blast(&g);
	if (f && fclose(f) != 0 && rc == 0)
		rc = err_set(e, ERR_IO, "cannot write the questions");
	release(&g);
	store_close(store);
	return rc;
}

int main(int argc, char **argv)
{
	struct options o = { .questions = 1000, .seconds = 20, .seed = 1 };
	bool good = argc % 2 == 1;
	struct err e;
	int rc;

	for (int i = 1; good && i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--store") == 0)
			o.store = argv[i + 1];
		else if (strcmp(argv[i], "--edges") == 0)
			o.edges = argv[i + 1];
		else if (strcmp(argv[i], "--questions") == 0)
			good = bench_read_number(argv[i + 1], &o.questions) &&
			       o.questions > 0 && o.questions <= MOST_QUESTIONS;
		else if (strcmp(argv[i], "--seconds") == 0)
			good = bench_read_number(argv[i + 1], &o.seconds);
		else
			good = strcmp(argv[i], "--seed") == 0 &&
			       bench_read_number(argv[i + 1], &o.seed);
	}
	if (!good || !o.store) {
		fprintf(stderr,
			"usage: peer_csr --store DIR [--questions N] [--seconds N]"
			" [--edges DIR] [--seed S]\n");
		return 2;
	}
	rc = run(&o, &e);
	if (rc < 0)
		fprintf(stderr, "peer_csr: %s\n", e.text);
	return err_exit_status(rc);
}
