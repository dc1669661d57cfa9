/*
 * blast_duel.c - the reach of everybody is what asking about each alone counts.
 *
 * blast_duel WORLDS COUNT SEED STRIDE
 *
 * Random worlds, and the world of every STRIDE-th hop rule. Of each all identities are
 * asked about at once, without a hop index, with one, and with one that leaves imagined
 * actors to the questions; with memory, and with so little that all is forgotten again
 * and again. Counts must be those of answer_what, one world for each identity.
 */
#include <stdio.h>
#include <stdlib.h>

#include "estate.h"
#include "rule_world.h"
#include "worldgen.h"

#include "reachability/blast.h"
#include "reachability/hop_index.h"

struct duel {
	const struct rules *rules;
	struct estate estate;
	struct buf name;     /* of the world */
	struct buf expected; /* struct blast_row, in order */
	struct arena arena;
	const char *when;
	size_t at; /* of a report: rows so far */
	uint32_t failures, worlds;
	uint64_t rows, indirect, forgotten;
};

static void must(int rc, const struct err *e)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "%s\n", e->text);
	exit(2);
}

/* --- one by one --- */

static int compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void count(struct blast_row *out, struct duel *d, scope_number scope, entity_id id,
	bool direct)
{
	static const struct action_query everything = { .everything = true };
	struct answer_options o = { .max_hops = UINT32_MAX, .direct_only = direct };
	struct answer a;
	struct world *w;
	node_id n;
	struct err e = { 0 };
	uint64_t *nodes, last = UINT64_MAX;
	uint32_t levels = 0;

	must(world_open(&w, d->estate.store, &e), &e);
	world_set_rules(w, d->rules);
	must(world_read_all(w, &e), &e);
	n = world_node_entity(w, scope, id);
	must(answer_what(&a, w, &n, 1, &everything, NULL, 0, &o, &e), &e);
	nodes = calloc(a.row_count + 1u, sizeof(*nodes));
	if (!nodes)
		abort();
	for (uint32_t i = 0; i < a.row_count; i++)
		nodes[i] = (uint64_t)a.rows[i].node << 32 | a.rows[i].level_mask;
	qsort(nodes, a.row_count, sizeof(*nodes), compare_numbers);
	for (uint32_t i = 0; i < a.row_count; i++) {
		if (nodes[i] >> 32 != last) {
			levels = 0;
			out->reach += !direct;
			out->direct += direct;
		}
		last = nodes[i] >> 32;
		for (uint32_t k = 0; k < BLAST_LEVELS && !direct; k++)
			out->levels[k] += (nodes[i] >> k & 1u) && !(levels >> k & 1u);
		levels |= (uint32_t)nodes[i];
	}
	free(nodes);
	world_close(w);
}

static void expect_all(struct duel *d)
{
	struct world *w;
	struct err e = { 0 };

	must(world_open(&w, d->estate.store, &e), &e);
	must(world_read_all(w, &e), &e);
	for (scope_number n = 0; n < world_scope_count(w); n++) {
		struct segment *s;

		must(world_segment(&s, w, n, &e), &e);
		for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
			uint32_t flags = segment_entity(s, id)->flags;
			struct blast_row row = { .kind = { 0 } };
			node_id node;

			if (!(flags & ENTITY_IDENTITY) ||
				(flags & (ENTITY_DISABLED | ENTITY_SHARED)))
				continue;
			node = world_node_entity(w, n, id);
			row.key = arena_copy(&d->arena, world_node(w, node)->key);
			count(&row, d, n, id, false);
			count(&row, d, n, id, true);
			d->indirect += row.reach > row.direct;
			VEC_ADD(&d->expected, struct blast_row, row);
		}
	}
	world_close(w);
}

/* --- all at once --- */

static int begin(void *ctx, const struct blast_report *report, struct err *e)
{
	struct duel *d = ctx;

	(void)e;
	d->at = 0;
	return report->rows != 0; /* none was told yet */
}

static void tell(const char *what, const struct blast_row *row)
{
	printf("%s %.*s: %llu, direct %llu, levels", what, STR_ARG(row->key),
		(unsigned long long)row->reach, (unsigned long long)row->direct);
	for (uint32_t k = 0; k < BLAST_LEVELS; k++)
		printf(" %llu", (unsigned long long)row->levels[k]);
	printf("\n");
}

static int compare_row(void *ctx, const struct blast_row *row, struct err *e)
{
	struct duel *d = ctx;
	const struct blast_row *x;

	(void)e;
	d->rows++;
	if (d->at >= VEC_COUNT(&d->expected, struct blast_row)) {
		d->failures++;
		tell("one too many", row);
		return 1;
	}
	x = &VEC_DATA(&d->expected, const struct blast_row)[d->at++];
	if (str_eq(x->key, row->key) && x->reach == row->reach &&
		x->direct == row->direct &&
		memcmp(x->levels, row->levels, sizeof(x->levels)) == 0)
		return 0;
	d->failures++;
	printf("%.*s, %s\n", STR_ARG(buf_str(&d->name)), d->when);
	tell("- alone", x);
	tell("+ of all", row);
	return 0;
}

static int no_pause(void *ctx, struct err *e)
{
	(void)ctx;
	(void)e;
	return 0;
}

static void compare(struct duel *d, const char *when, size_t memory)
{
	const struct blast_options o = {
		.rules = d->rules, .threads = 2, .memory = memory
	};
	const struct blast_reader reader = { begin, compare_row, no_pause, d };
	struct blast_report report;
	struct err e = { 0 };

	d->when = when;
	must(blast_all(&report, d->estate.store, &o, &reader, &e), &e);
	d->forgotten += report.forgotten;
	if (d->at != VEC_COUNT(&d->expected, struct blast_row)) {
		d->failures++;
		printf("%.*s, %s: %zu rows of %zu\n", STR_ARG(buf_str(&d->name)), when,
			d->at, VEC_COUNT(&d->expected, struct blast_row));
	}
}

static void make_index(struct duel *d, bool plain)
{
	struct hop_index_options o = { .rules = d->rules,
		.threads = 1,
		.lock_timeout_ms = 1000,
		.part_identities = 4,
		.plain = plain };
	struct hop_index_report report;
	struct err e = { 0 };

	must(hop_index_make(&report, d->estate.store, &o, &e), &e);
}

/* A commit that changes nothing but its number, so that the index is made again. */
static void make_stale(struct duel *d)
{
	struct store_write *w;
	struct err e = { 0 };

	must(store_begin(
		     &w, d->estate.store, 1000, store_catalog(d->estate.store), 2, &e),
		&e);
	must(store_commit(w, &e), &e);
}

static void duel(struct duel *d, struct str stream)
{
	struct err e = { 0 };

	arena_init(&d->arena, ARENA_UNLIMITED);
	must(estate_open_lenient(&d->estate, ".", stream, &e), &e);
	world_close(d->estate.world);
	d->estate.world = NULL;
	expect_all(d);
	compare(d, "without an index", 0);
	make_index(d, false);
	compare(d, "with an index", 0);
	compare(d, "with an index and no memory", 1);
	make_stale(d);
	make_index(d, true);
	compare(d, "with an index of real actors", 0);
	estate_close(&d->estate);
	arena_release(&d->arena);
	buf_release(&d->expected);
	d->worlds++;
}

static void duel_rule(struct duel *d, const struct rule_world *world)
{
	struct buf variants = { 0 }, stream = { 0 };
	struct arena arena;

	arena_init(&arena, ARENA_UNLIMITED);
	rule_world_variants(&variants, world, &arena);
	rule_world_stream(&stream, world, &variants, &arena);
	buf_clear(&d->name);
	buf_printf(&d->name, "rule %.*s", STR_ARG(world->id));
	duel(d, buf_str(&stream));
	buf_release(&variants);
	buf_release(&stream);
	arena_release(&arena);
}

static void read_file(struct buf *out, const char *path)
{
	FILE *f = fopen(path, "rb");
	int byte;

	if (!f) {
		perror(path);
		exit(2);
	}
	while ((byte = fgetc(f)) != EOF)
		buf_add_char(out, (char)byte);
	fclose(f);
}

static void duel_rules(struct duel *d, struct str text, unsigned long stride)
{
	unsigned long number = 0;
	uint32_t line = 0;

	while (text.n > 0) {
		size_t end = str_find_char(text, '\n', 0);
		struct rule_world w;

		if (rule_world_read(&w, str_head(text, end), ++line) &&
			number++ % stride == 0)
			duel_rule(d, &w);
		text = str_skip(text, end + 1);
	}
}

int main(int argc, char **argv)
{
	unsigned long worlds = argc == 5 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long seed = argc == 5 ? strtoul(argv[3], NULL, 10) : 0;
	unsigned long stride = argc == 5 ? strtoul(argv[4], NULL, 10) : 0;
	struct rules *rules = NULL;
	struct duel d = { 0 };
	struct buf text = { 0 };
	struct err e = { 0 };

	if (stride == 0 || rules_load(&rules, NULL, 0, &e) < 0) {
		fprintf(stderr, "usage: %s WORLDS COUNT SEED STRIDE %s\n", argv[0],
			e.text);
		return 2;
	}
	d.rules = rules;
	for (unsigned long i = 0; i < worlds; i++) {
		struct buf stream = { 0 };

		worldgen_make(&stream, seed + i, i % 2 == 1);
		buf_clear(&d.name);
		buf_printf(&d.name, "seed %lu", seed + i);
		duel(&d, buf_str(&stream));
		buf_release(&stream);
	}
	read_file(&text, argv[1]);
	duel_rules(&d, buf_str(&text), stride);
	printf("%u worlds, %llu rows, %llu identities with hops, %u failures\n", d.worlds,
		(unsigned long long)d.rows, (unsigned long long)d.indirect, d.failures);
	rules_free(rules);
	buf_release(&d.name);
	buf_release(&text);
	return d.failures > 0 || d.indirect == 0 || d.forgotten == 0;
}
