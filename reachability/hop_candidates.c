#include "reachability/hop_candidates.h"

#include <stdlib.h>

void hop_candidates_release(struct hop_candidates *c)
{
	buf_release(&c->ends);
}

void hop_candidates_add(
	struct hop_candidates *c, struct world *w, node_id n, node_id through, expr x)
{
	struct hub_end end = { .node = n,
		.through = through,
		.residual = x,
		.verdict = expr_verdict(world_pool(w), x) };

	c->begun = true;
	if (end.verdict != VERDICT_DENIED)
		buf_add(&c->ends, &end, sizeof(end));
}

static int compare_ends(const void *a, const void *b)
{
	const struct hub_end *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->verdict != y->verdict)
		return x->verdict > y->verdict ? -1 : 1;
	if (x->through != y->through)
		return x->through < y->through ? -1 : 1;
	return (x->residual > y->residual) - (x->residual < y->residual);
}

static bool is_sorted(const struct hub_end *v, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (v[i - 1].node >= v[i].node)
			return false;
	}
	return true;
}

void hop_candidates_sort(struct hop_candidates *c)
{
	struct hub_end *v = VEC_DATA(&c->ends, struct hub_end);
	size_t count = VEC_COUNT(&c->ends, struct hub_end), kept = 0;

	c->begun = true;
	if (is_sorted(v, count))
		return;
	qsort(v, count, sizeof(*v), compare_ends);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || v[kept - 1].node != v[i].node)
			v[kept++] = v[i];
	}
	c->ends.n = kept * sizeof(*v);
}

void hop_candidates_and(
	struct hub_end *end, struct world *w, expr x, enum expr_verdict verdict)
{
	expr both = expr_and(world_pool(w), end->residual, x);

	/* Requests of their own: what they ask for cannot clash. */
	if (both != EXPR_FALSE)
		end->residual = both;
	if (verdict < end->verdict)
		end->verdict = verdict;
}

bool hop_candidates_has(
	struct hub_end *end, struct world *w, const struct hop_candidates *c)
{
	const struct hub_end *v = VEC_DATA(&c->ends, const struct hub_end);
	size_t low = 0, high = VEC_COUNT(&c->ends, struct hub_end);

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (v[mid].node < end->node)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == VEC_COUNT(&c->ends, struct hub_end) || v[low].node != end->node)
		return false;
	hop_candidates_and(end, w, v[low].residual, v[low].verdict);
	return true;
}

void hop_candidates_meet(
	struct hop_candidates *c, struct world *w, struct hop_candidates *other)
{
	struct hub_end *a, *b;
	size_t n, m, kept = 0, k = 0;

	hop_candidates_sort(other);
	if (!c->begun) {
		buf_release(&c->ends);
		*c = *other;
		*other = (struct hop_candidates){ 0 };
		return;
	}
	a = VEC_DATA(&c->ends, struct hub_end);
	b = VEC_DATA(&other->ends, struct hub_end);
	n = VEC_COUNT(&c->ends, struct hub_end);
	m = VEC_COUNT(&other->ends, struct hub_end);
	for (size_t i = 0; i < n; i++) {
		while (k < m && b[k].node < a[i].node)
			k++;
		if (k == m || b[k].node != a[i].node)
			continue;
		a[kept] = a[i];
		hop_candidates_and(&a[kept], w, b[k].residual, b[k].verdict);
		if (a[kept].through == NODE_NONE)
			a[kept].through = b[k].through;
		kept++;
	}
	c->ends.n = kept * sizeof(*a);
	hop_candidates_release(other);
	*other = (struct hop_candidates){ 0 };
}
