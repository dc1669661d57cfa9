/*
 * test_hops.c - hop rules on the sample organization: both directions find the same hops,
 * and rules of a user's own are rules like others.
 */
#include "acme.h"

#include "reachability/answer.h"

static const struct answer_options options = { .max_hops = UINT32_MAX };
static const struct action_query become = { .become = true };

/* One pair of who becomes whom, by key so that two worlds compare. */
struct pair {
	struct str from, to;
	uint32_t cost, hops;
	int verdict;
};

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int rc = str_cmp(x->from, y->from);

	return rc != 0 ? rc : str_cmp(x->to, y->to);
}

static void take(struct buf *out, struct world *w, const struct answer *answer, bool who)
{
	for (uint32_t i = 0; i < answer->row_count; i++) {
		const struct answer_row *row = &answer->rows[i];
		node_id from = who ? row->node : row->other;
		node_id to = who ? row->other : row->node;

		if (world_node(w, from)->type != NODE_ENTITY ||
			world_node(w, to)->type != NODE_ENTITY)
			continue;
		VEC_ADD(out, struct pair,
			{ world_node(w, from)->key, world_node(w, to)->key,
				row->path.cost, row->path.step_count,
				(int)row->verdict });
	}
	if (out->n > 0)
		qsort(out->p, VEC_COUNT(out, struct pair), sizeof(struct pair),
			compare_pairs);
}

static void ask_all(struct buf *out, struct world *w, bool who)
{
	struct err e = { 0 };

	for (scope_number n = 0; n < world_scope_count(w); n++) {
		struct segment *s;

		assert_int_equal(world_segment(&s, w, n, &e), 0);
		for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
			node_id node = world_node_entity(w, n, id);
			struct answer_object object = { .node = node };
			struct answer answer;

			if (!(segment_entity(s, id)->flags & ENTITY_IDENTITY) ||
				(segment_entity(s, id)->flags & ENTITY_DISABLED))
				continue;
			assert_int_equal(who ? answer_who(&answer, w, &object, 1, &become,
						       &options, &e)
					     : answer_what(&answer, w, &node, 1, &become,
						       NULL, 0, &options, &e),
				0);
			take(out, w, &answer, who);
		}
	}
}

static struct world *open_world(void)
{
	struct world *w;
	struct err e = { 0 };

	assert_int_equal(world_open(&w, acme_store, &e), 0);
	world_set_rules(w, acme_rules);
	return w;
}

/* What each can become, and who can become each: the same pairs by paths as long. */
static void test_both_directions(void **state)
{
	struct buf what = { 0 }, who = { 0 };
	struct world *w = open_world(), *v = open_world();
	uint32_t wrong = 0;

	(void)state;
	ask_all(&what, w, false);
	ask_all(&who, v, true);
	for (size_t i = 0, k = 0;
		i < VEC_COUNT(&what, struct pair) || k < VEC_COUNT(&who, struct pair);) {
		const struct pair *a = i < VEC_COUNT(&what, struct pair)
					       ? &VEC_DATA(&what, struct pair)[i]
					       : NULL;
		const struct pair *b = k < VEC_COUNT(&who, struct pair)
					       ? &VEC_DATA(&who, struct pair)[k]
					       : NULL;
		int order = !a ? 1 : !b ? -1 : compare_pairs(a, b);
		const struct pair *shown = order <= 0 ? a : b;

		if (order != 0 || a->cost != b->cost || a->hops != b->hops ||
			a->verdict != b->verdict) {
			wrong++;
			print_message("%.*s -> %.*s: what %d/%d, who %d/%d\n",
				STR_ARG(shown->from), STR_ARG(shown->to),
				order <= 0 ? (int)a->cost : -1,
				order <= 0 ? a->verdict : -1,
				order >= 0 ? (int)b->cost : -1,
				order >= 0 ? b->verdict : -1);
		}
		i += order <= 0;
		k += order >= 0;
	}
	print_message("%zu pairs\n", VEC_COUNT(&what, struct pair));
	assert_true(VEC_COUNT(&what, struct pair) > 500);
	assert_int_equal(wrong, 0);
	buf_release(&what);
	buf_release(&who);
	world_close(w);
	world_close(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_directions),
	};

	return cmocka_run_group_tests(tests, acme_setup, acme_teardown);
}
