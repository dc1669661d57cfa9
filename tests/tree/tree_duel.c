/*
 * tree_duel.c - random worlds of inherited policies, asked of the engine and of the
 * reference: what can X, who can Y, can X do A on Y.
 *
 * usage: tree_duel COUNT [FIRST-SEED]; prints the first differences and fails.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reachability/answer.h"
#include "tests/tree/tree_reference.h"

#define DIFFERENCES_MAX 20u

struct duel {
	struct tree_world w;
	struct world *world;
	struct action_query query;
	struct str actions[TREE_ACTIONS];
	struct tree_subject subjects[TREE_USERS + TREE_GROUPS + 1];
	node_id nodes[TREE_USERS + TREE_GROUPS + 1];
	node_id places[TREE_PLACES];
	uint32_t subject_count;
	uint64_t seed;
	uint32_t differences, checks;
};

static void fail(const char *what, const struct err *e)
{
	fprintf(stderr, "%s: %s\n", what, e->text);
	exit(1);
}

static void differ(struct duel *d, const char *question, uint32_t subject,
	uint32_t action, uint32_t place, enum expr_verdict engine,
	enum expr_verdict reference)
{
	static const char *const sorts[] = { "user", "group", "public" };

	if (d->differences++ == 0)
		tree_world_print(&d->w);
	if (d->differences < DIFFERENCES_MAX)
		printf("seed %llu: %s %s %u, action %u, place %u: engine %.*s, reference %.*s\n",
			(unsigned long long)d->seed, question,
			sorts[d->subjects[subject].sort], d->subjects[subject].of, action,
			place, STR_ARG(expr_verdict_name(engine)),
			STR_ARG(expr_verdict_name(reference)));
}

static node_id node_of(struct duel *d, struct str key)
{
	struct err e = { 0 };
	node_id n;

	if (world_node_of_key(&n, d->world, arena_copy(world_arena(d->world), key), &e) <
		0)
		fail("node", &e);
	return n;
}

static void subject_add(struct duel *d, struct tree_subject s, struct str key)
{
	d->subjects[d->subject_count] = s;
	d->nodes[d->subject_count++] = node_of(d, key);
}

static void subjects_make(struct duel *d)
{
	d->subject_count = 0;
	for (uint32_t i = 0; i < d->w.user_count; i++)
		subject_add(
			d, (struct tree_subject){ TREE_IS_USER, i }, tree_world_user(i));
	for (uint32_t i = 0; i < d->w.group_count; i++) {
		if (tree_reference_gap(&d->w, i))
			subject_add(d, (struct tree_subject){ TREE_IS_GROUP, i },
				tree_world_group(i));
	}
	subject_add(d, (struct tree_subject){ TREE_IS_PUBLIC, 0 }, STR_LIT("public"));
	for (uint32_t i = 0; i < d->w.place_count; i++)
		d->places[i] = node_of(d, tree_world_place(i));
}

/* The verdict of a row for an action. */
static enum expr_verdict verdict_of(const struct answer_row *row, action_id action)
{
	bool has = false;

	for (uint32_t i = 0; i < row->action_count; i++)
		has |= row->actions[i] == action;
	if (!has)
		return VERDICT_DENIED;
	for (uint32_t i = 0; i < row->part_count; i++) {
		for (uint32_t k = 0; k < row->parts[i].action_count; k++) {
			if (row->parts[i].actions[k] == action)
				return row->parts[i].verdict;
		}
	}
	return VERDICT_ALLOWED;
}

static void compare(struct duel *d, const char *question, const struct answer_row *row,
	uint32_t subject, uint32_t place)
{
	for (uint32_t a = 0; a < TREE_ACTIONS; a++) {
		enum expr_verdict engine =
			row ? verdict_of(row, tree_world_action(a)) : VERDICT_DENIED;
		enum expr_verdict reference =
			tree_reference(&d->w, d->subjects[subject], a, place, false);

		d->checks++;
		if (engine != reference)
			differ(d, question, subject, a, place, engine, reference);
	}
}

/* Rows about nobody and nothing that was asked about, and such that come twice. */
static void compare_strange(struct duel *d, const char *question, const struct answer *a,
	const uint32_t *met, uint32_t count)
{
	uint32_t known = 0;

	for (uint32_t i = 0; i < count; i++)
		known += met[i];
	if (known == a->row_count)
		return;
	d->differences++;
	for (uint32_t i = 0; i < a->row_count; i++)
		printf("seed %llu: %s: %u rows, %u known: %.*s\n",
			(unsigned long long)d->seed, question, a->row_count, known,
			STR_ARG(world_node(d->world, a->rows[i].node)->key));
}

static const struct answer_row *row_of(const struct answer *a, node_id n, uint32_t *met)
{
	const struct answer_row *found = NULL;

	*met = 0;
	for (uint32_t i = 0; i < a->row_count; i++) {
		if (a->rows[i].node == n) {
			found = &a->rows[i];
			*met = 1;
		}
	}
	return found;
}

static const struct answer_options direct = { .direct_only = true,
	.max_hops = UINT32_MAX };

static void duel_what(struct duel *d, uint32_t subject)
{
	struct answer a;
	struct err e = { 0 };
	uint32_t met[TREE_PLACES] = { 0 };

	if (answer_what(&a, d->world, &d->nodes[subject], 1, &d->query, NULL, 0, &direct,
		    &e) < 0)
		fail("what", &e);
	for (uint32_t p = 0; p < d->w.place_count; p++) {
		if (d->w.places[p].collected)
			compare(d, "what can", row_of(&a, d->places[p], &met[p]), subject,
				p);
	}
	compare_strange(d, "what can", &a, met, d->w.place_count);
}

/*
 * Whom no scope has is in no list of everybody: a list says nothing of such a one where
 * everybody is let in.
 */
static bool is_unlisted(const struct duel *d, struct tree_subject s)
{
	if (s.sort != TREE_IS_GROUP || d->w.groups[s.of].collected)
		return false;
	for (uint32_t i = 0; i < d->w.grant_count; i++) {
		for (uint32_t k = 0; k < d->w.grants[i].principal_count; k++) {
			if (d->w.grants[i].principals[k].means == TREE_ANYONE)
				return true;
		}
	}
	return false;
}

static void duel_who(struct duel *d, uint32_t place)
{
	struct answer a;
	struct err e = { 0 };
	struct answer_object object = { .node = d->places[place] };
	uint32_t met[TREE_USERS + TREE_GROUPS + 1] = { 0 };

	if (answer_who(&a, d->world, &object, 1, &d->query, &direct, &e) < 0)
		fail("who", &e);
	for (uint32_t s = 0; s < d->subject_count; s++) {
		const struct answer_row *row = row_of(&a, d->nodes[s], &met[s]);

		if (row || !is_unlisted(d, d->subjects[s]))
			compare(d, "who can", row, s, place);
	}
	compare_strange(d, "who can", &a, met, d->subject_count);
}

/* What allows is cited, what is unknown is named, and a refusal has a reason. */
static bool is_proven(const struct answer_decision *out)
{
	enum proof_type wanted =
		out->verdict == VERDICT_UNKNOWN ? PROOF_UNKNOWN : PROOF_ALLOW;

	if (out->verdict == VERDICT_UNKNOWN && out->unknown_count == 0)
		return false;
	for (uint32_t i = 0; i < out->proof.item_count; i++) {
		if (out->proof.items[i].type == wanted)
			return out->proof.reason.n > 0;
	}
	return out->verdict == VERDICT_DENIED && out->proof.reason.n > 0;
}

static void duel_can(struct duel *d, uint32_t subject, uint32_t action, uint32_t place)
{
	struct answer_object object = { .node = d->places[place] };
	struct action_query query = { .patterns = &d->actions[action],
		.pattern_count = 1 };
	struct answer_decision out;
	struct err e = { 0 };
	enum expr_verdict reference =
		tree_reference(&d->w, d->subjects[subject], action, place, true);

	if (answer_can(&out, d->world, d->nodes[subject], &query, &object, &direct, &e) <
		0)
		fail("can", &e);
	d->checks++;
	if (out.verdict != reference)
		differ(d, "can", subject, action, place, out.verdict, reference);
	if (!is_proven(&out)) {
		d->differences++;
		printf("seed %llu: verdict %.*s without a proof\n",
			(unsigned long long)d->seed,
			STR_ARG(expr_verdict_name(out.verdict)));
	}
}

static void duel_world(struct duel *d)
{
	uint64_t mix = d->seed * 2654435761u;

	subjects_make(d);
	for (uint32_t s = 0; s < d->subject_count; s++)
		duel_what(d, s);
	for (uint32_t p = 0; p < d->w.place_count; p++) {
		if (d->w.places[p].collected)
			duel_who(d, p);
	}
	for (uint32_t i = 0; i < 12; i++) {
		uint32_t place = (uint32_t)(mix >> 8) % d->w.place_count;

		mix = mix * 6364136223846793005ull + 1442695040888963407ull;
		if (d->w.places[place].collected)
			duel_can(d, (uint32_t)(mix >> 20) % d->subject_count,
				(uint32_t)(mix >> 40) % TREE_ACTIONS, place);
	}
}

static void duel_seed(struct duel *d, uint64_t seed)
{
	char directory[] = "/tmp/latchkey-tree-XXXXXX", command[64];
	struct store *store;
	struct err e = { 0 };

	if (!mkdtemp(directory) || rmdir(directory) != 0)
		abort();
	d->seed = seed;
	tree_world_make(&d->w, seed);
	if (store_open(&store, directory, STORE_WRITE, &e) < 0)
		fail("store", &e);
	tree_world_write(&d->w, store);
	if (world_open(&d->world, store, &e) < 0)
		fail("world", &e);
	duel_world(d);
	world_close(d->world);
	store_close(store);
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	if (system(command) != 0)
		abort();
}

int main(int argc, char **argv)
{
	struct duel d = { 0 };
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;

	for (uint32_t a = 0; a < TREE_ACTIONS; a++)
		d.actions[a] = catalog_action_get(tree_world_action(a)).name;
	d.query = (struct action_query){ .patterns = d.actions,
		.pattern_count = TREE_ACTIONS };
	for (uint64_t seed = first; seed < first + count && d.differences == 0; seed++)
		duel_seed(&d, seed);
	printf("%llu worlds, %u comparisons, %u differences\n", (unsigned long long)count,
		d.checks, d.differences);
	return d.differences > 0 || d.checks == 0;
}
