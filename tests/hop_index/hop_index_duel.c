/*
 * hop_index_duel.c - every answer with the hop index is the one without it.
 *
 * hop_index_duel WORLDS COUNT SEED STRIDE
 *
 * Random worlds, and the world of every STRIDE-th hop rule. Of each everything is asked
 * both ways before there is an index, with one in many small parts, after a commit that
 * makes it stale, and with one of other parts that leaves imagined actors to the
 * questions: rows, prices of paths, residuals and notes must be the same bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "estate.h"
#include "rule_world.h"
#include "worldgen.h"

#include "reachability/graph.h"
#include "reachability/hop_index.h"

struct duel {
	const struct rules *rules;
	struct estate estate;
	struct buf name; /* of the world */
	uint32_t failures, worlds, used;
	uint64_t rows;
};

static void must(int rc, const struct err *e)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "%s\n", e->text);
	exit(2);
}

/* --- answers as text --- */

/*
 * Of ways of one price any may be told: the index has some that the rules leave out
 * because others are as good.
 */
static void tell_path(struct buf *out, const struct path *p)
{
	buf_printf(out, " cost %u verdict %d hops %u worst %d", p->cost, (int)p->verdict,
		p->step_count, (int)p->worst);
}

static int compare_lines(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Rows come in an order of their own: as sorted texts. */
static void tell(struct buf *out, struct world *w, const struct answer *a)
{
	struct buf lines = { 0 };

	for (uint32_t i = 0; i < a->row_count; i++) {
		const struct answer_row *r = &a->rows[i];
		struct buf line = { 0 };

		buf_printf(&line, "%.*s %d %d", STR_ARG(world_node(w, r->node)->key),
			(int)r->indirect, (int)r->verdict);
		for (uint32_t k = 0; k < r->action_count; k++)
			buf_printf(&line, " %u", r->actions[k]);
		for (uint32_t k = 0; k < r->part_count; k++) {
			buf_printf(&line, " [%u %d ", r->parts[k].action_count,
				(int)r->parts[k].verdict);
			expr_print(&line, world_pool(w), r->parts[k].residual);
			buf_add_char(&line, ']');
		}
		tell_path(&line, &r->path);
		VEC_ADD(&lines, struct str, arena_copy(world_arena(w), buf_str(&line)));
		buf_release(&line);
	}
	for (uint32_t i = 0; i < a->unknown_count; i++)
		VEC_ADD(&lines, struct str,
			arena_printf(world_arena(w), "unknown %.*s: %.*s",
				STR_ARG(a->unknown[i].scope),
				STR_ARG(a->unknown[i].what)));
	if (lines.n > 0)
		qsort(lines.p, VEC_COUNT(&lines, struct str), sizeof(struct str),
			compare_lines);
	for (size_t i = 0; i < VEC_COUNT(&lines, struct str); i++) {
		buf_add_str(out, VEC_DATA(&lines, const struct str)[i]);
		buf_add_char(out, '\n');
	}
	buf_release(&lines);
}

static void ask(struct buf *out, struct duel *d, struct world *w, node_id n, bool who)
{
	static const struct action_query queries[] = { { .everything = true },
		{ .become = true } };
	static const struct answer_options options[] = { { .max_hops = UINT32_MAX },
		{ .max_hops = 2 } };
	const struct answer_object object = { .node = n };

	for (uint32_t i = 0; i < 3; i++) { /* not who becomes whom in two */
		const struct action_query *q = &queries[i / 2];
		struct answer a;
		struct err e = { 0 };
		int rc = who ? answer_who(&a, w, &object, 1, q, &options[i % 2], &e)
			     : answer_what(&a, w, &n, 1, q, NULL, 0, &options[i % 2], &e);

		must(rc, &e);
		d->rows += a.row_count;
		buf_printf(out, "%s %.*s %u\n", who ? "who" : "what",
			STR_ARG(world_node(w, n)->key), i);
		tell(out, w, &a);
	}
}

/* Everything that can be asked of the store as it is. */
static void ask_all(struct buf *out, struct duel *d)
{
	struct world *w;
	struct err e = { 0 };

	must(world_open(&w, d->estate.store, &e), &e);
	world_set_rules(w, d->rules);
	for (scope_number n = 0; n < world_scope_count(w); n++) {
		struct segment *s;

		must(world_segment(&s, w, n, &e), &e);
		for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
			if (segment_entity(s, id)->flags & ENTITY_IDENTITY)
				ask(out, d, w, world_node_entity(w, n, id), false);
			ask(out, d, w, world_node_entity(w, n, id), true);
		}
	}
	world_close(w);
}

static bool is_usable(struct duel *d)
{
	struct world *w;
	struct err e = { 0 };
	bool usable;

	must(world_open(&w, d->estate.store, &e), &e);
	world_set_rules(w, d->rules);
	must(hop_index_is_usable(&usable, w, &e), &e);
	world_close(w);
	return usable;
}

/* --- comparing --- */

static void compare(struct duel *d, const char *when, const struct buf *expected)
{
	struct buf got = { 0 };
	size_t i = 0, line = 0;

	ask_all(&got, d);
	while (i < got.n && i < expected->n && got.p[i] == expected->p[i]) {
		if (got.p[i++] == '\n')
			line = i;
	}
	if (i < got.n || i < expected->n) {
		d->failures++;
		printf("%.*s, %s: answers differ\n- %.400s\n+ %.400s\n",
			STR_ARG(buf_str(&d->name)), when, expected->p + line,
			got.p + line);
	}
	buf_release(&got);
}

static void complain(struct duel *d, const char *text)
{
	printf("%.*s: %s\n", STR_ARG(buf_str(&d->name)), text);
	d->failures++;
}

static void no_finding(void *ctx, const char *finding)
{
	complain(ctx, finding);
}

static void make(struct duel *d, uint32_t part_identities, uint32_t threads, bool plain)
{
	struct hop_index_options o = { .rules = d->rules,
		.threads = threads,
		.lock_timeout_ms = 1000,
		.part_identities = part_identities,
		.plain = plain };
	struct hop_index_report report;
	struct err e = { 0 };

	must(hop_index_make(&report, d->estate.store, &o, &e), &e);
	if (!is_usable(d))
		complain(d, "the index cannot be used");
	hop_index_check(d->estate.store, no_finding, d, &e);
	d->used++;
}

/* Stopped, it is not there. */
static void make_stopped(struct duel *d)
{
	const volatile sig_atomic_t stop = 1;
	struct hop_index_options o = {
		.rules = d->rules, .threads = 1, .lock_timeout_ms = 1000, .stop = &stop
	};
	struct hop_index_report report;
	struct err e = { 0 };

	if (hop_index_make(&report, d->estate.store, &o, &e) != ERR_INTERRUPTED)
		complain(d, "the index was not stopped");
	if (is_usable(d))
		complain(d, "a part of the index is used");
}

/* With less memory than it takes, too. */
static void make_short(struct duel *d)
{
	struct hop_index_options o = {
		.rules = d->rules, .threads = 1, .lock_timeout_ms = 1000, .most = 1
	};
	struct hop_index_report report;
	struct err e = { 0 };

	if (hop_index_make(&report, d->estate.store, &o, &e) != ERR_LIMIT)
		complain(d, "the index took the memory that it has not");
	if (is_usable(d))
		complain(d, "a part of the index is used");
}

/* A commit that changes nothing but its number. */
static void make_stale(struct duel *d)
{
	struct store_write *w;
	struct err e = { 0 };

	must(store_begin(
		     &w, d->estate.store, 1000, store_catalog(d->estate.store), 2, &e),
		&e);
	must(store_commit(w, &e), &e);
	if (is_usable(d))
		complain(d, "the index of another commit is used");
}

static void duel(struct duel *d, struct str stream)
{
	struct buf expected = { 0 };
	struct err e = { 0 };

	must(estate_open_lenient(&d->estate, ".", stream, &e), &e);
	world_close(d->estate.world);
	d->estate.world = NULL;
	ask_all(&expected, d);
	make_stopped(d);
	make_short(d);
	make(d, 3, 2, false);
	compare(d, "in small parts", &expected);
	make_stale(d);
	compare(d, "stale", &expected);
	make(d, 4, 1, true);
	compare(d, "without imagined actors", &expected);
	buf_release(&expected);
	estate_close(&d->estate);
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
	unsigned long count = argc == 5 ? strtoul(argv[2], NULL, 10) : 0;
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
	for (unsigned long i = 0; i < count; i++) {
		struct buf stream = { 0 };

		worldgen_make(&stream, seed + i, i % 2 == 1);
		buf_clear(&d.name);
		buf_printf(&d.name, "seed %lu", seed + i);
		duel(&d, buf_str(&stream));
		buf_release(&stream);
	}
	read_file(&text, argv[1]);
	duel_rules(&d, buf_str(&text), stride);
	printf("%u worlds, %u indexes, %llu rows, %u failures\n", d.worlds, d.used,
		(unsigned long long)d.rows, d.failures);
	rules_free(rules);
	buf_release(&d.name);
	buf_release(&text);
	return d.failures > 0 || d.rows == 0;
}
