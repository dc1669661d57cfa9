/*
 * pattern_intersection.c - what two patterns have in common, as patterns.
 *
 * Two patterns are read side by side from a place (i, j). Where both have a
 * byte they must agree; where one has a star, either its star ends or it
 * swallows what the other has; where both have a star so has the result, and
 * then one of the two ends. Every way to the end spells a pattern, and together
 * these are the intersection. Ways that have spelt the same so far are kept
 * together as a branch. A place that cannot reach the end is not entered, nor is one
 * that another place of its branch covers: what a reads from i it also reads
 * from a star at a later i'.
 *
 * For literal + star, the usual target, nothing forks before the target's star,
 * so the work is that of a match.
 *
 * Invariants:
 *  (1) both patterns are canonical, so no two stars are adjacent
 *  (2) every place reaches the end, so every branch spells at least one pattern
 *  (3) with a place where one pattern has a star and the other has none, the
 *      place after that star has been considered for the same branch
 */
#include "reachability/pattern.h"

#include <stdlib.h>

#include "base/limits.h"
#include "reachability/pattern_priv.h"

struct place {
	struct place *next;
	size_t i, j;
};

struct branch {
	struct branch *next;
	const struct branch *parent;
	struct place *places;
	size_t depth; /* bytes spelt so far */
	char spelt;   /* the last of them */
};

struct found {
	struct found *next;
	struct str text;
};

struct crossing {
	struct str a, b;
	struct arena *scratch;
	struct arena *arena;
	struct branch *open; /* still to be followed, last found first */
	struct found *found; /* none contains another */
	uint32_t count;
	uint64_t steps;
};

static bool over_limit(const struct crossing *x)
{
	return x->steps > LIMIT_PATTERN_STEPS || x->scratch->used > LIMIT_PATTERN_MEMORY;
}

static bool star_at(struct str pattern, size_t i)
{
	return i < pattern.n && pattern.p[i] == '*';
}

/* Whether everything that can be read from i can be read from `by` too. */
static bool covers(struct str pattern, size_t i, size_t by)
{
	return i == by || (i < by && star_at(pattern, by));
}

static void add_place(struct crossing *x, struct branch *branch, size_t i, size_t j)
{
	for (struct place *p = branch->places; p; p = p->next) {
		x->steps++;
		if (covers(x->a, i, p->i) && covers(x->b, j, p->j))
			return;
	}
	if (!pattern_intersects_counted(str_skip(x->a, i), str_skip(x->b, j), &x->steps))
		return;
	struct place **link = &branch->places;
	while (*link) {
		if (covers(x->a, (*link)->i, i) && covers(x->b, (*link)->j, j))
			*link = (*link)->next;
		else
			link = &(*link)->next;
	}
	*link = ARENA_NEW(x->scratch, struct place);
	**link = (struct place){ .i = i, .j = j };
}

/* A place, and by invariant (3) the one after its star. */
static void enter(struct crossing *x, struct branch *branch, size_t i, size_t j)
{
	bool a_star = star_at(x->a, i);
	bool b_star = star_at(x->b, j);

	add_place(x, branch, i, j);
	if (a_star && !b_star)
		add_place(x, branch, i + 1, j);
	if (b_star && !a_star)
		add_place(x, branch, i, j + 1);
}

static struct branch *child_of(struct crossing *x, const struct branch *parent,
	struct branch **children, char spelt)
{
	for (struct branch *child = *children; child; child = child->next)
		if (child->spelt == spelt)
			return child;
	struct branch *child = ARENA_NEW(x->scratch, struct branch);
	child->parent = parent;
	child->depth = parent->depth + 1;
	child->spelt = spelt;
	child->next = *children;
	*children = child;
	return child;
}

/* Read on from one place, into the child of the branch that spells the next byte. */
static void follow_place(struct crossing *x, const struct branch *branch,
	struct branch **children, const struct place *p)
{
	bool a_star = star_at(x->a, p->i);
	bool b_star = star_at(x->b, p->j);

	if (a_star && b_star) {
		struct branch *child = child_of(x, branch, children, '*');

		enter(x, child, p->i + 1, p->j);
		enter(x, child, p->i, p->j + 1);
	} else if (a_star && p->j < x->b.n) {
		enter(x, child_of(x, branch, children, x->b.p[p->j]), p->i, p->j + 1);
	} else if (b_star && p->i < x->a.n) {
		enter(x, child_of(x, branch, children, x->a.p[p->i]), p->i + 1, p->j);
	} else if (!a_star && !b_star && p->i < x->a.n && p->j < x->b.n) {
		char spelt = x->a.p[p->i] == '?' ? x->b.p[p->j] : x->a.p[p->i];

		enter(x, child_of(x, branch, children, spelt), p->i + 1, p->j + 1);
	}
}

static struct str spell(const struct branch *branch, struct arena *arena)
{
	char *text = (char *)arena_alloc(arena, branch->depth + 1);
	size_t n = branch->depth;

	for (; branch->parent; branch = branch->parent)
		text[branch->depth - 1] = branch->spelt;
	return (struct str){ text, n };
}

/* Keep a pattern unless one that is kept contains it; drop those that it contains. */
static void keep(struct crossing *x, struct str text)
{
	for (struct found *f = x->found; f; f = f->next)
		if (pattern_contains_counted(f->text, text, &x->steps))
			return;
	struct found **link = &x->found;
	while (*link) {
		if (pattern_contains_counted(text, (*link)->text, &x->steps)) {
			*link = (*link)->next;
			x->count--;
		} else {
			link = &(*link)->next;
		}
	}
	*link = ARENA_NEW(x->scratch, struct found);
	(*link)->text = text;
	x->count++;
}

static void follow(struct crossing *x)
{
	struct branch *branch = x->open;
	struct branch *children = NULL;

	x->open = branch->next;
	for (const struct place *p = branch->places; p; p = p->next) {
		if (p->i == x->a.n && p->j == x->b.n)
			keep(x, pattern_canonical(spell(branch, x->scratch), x->scratch));
		else
			follow_place(x, branch, &children, p);
	}
	while (children) {
		struct branch *next = children->next;

		/* A child whose places all lead nowhere spells nothing. */
		if (children->places) {
			children->next = x->open;
			x->open = children;
		}
		children = next;
	}
}

static int compare_texts(const void *a, const void *b)
{
	const struct found *const *x = (const struct found *const *)a;
	const struct found *const *y = (const struct found *const *)b;

	return str_cmp((*x)->text, (*y)->text);
}

static uint32_t store_found(struct crossing *x, struct str *out, uint32_t max)
{
	struct found **sorted = ARENA_NEW_ARRAY(x->scratch, struct found *, x->count);
	uint32_t n = 0;

	for (struct found *f = x->found; f; f = f->next)
		sorted[n++] = f;
	qsort(sorted, n, sizeof(struct found *), compare_texts);
	for (uint32_t i = 0; i < n && i < max; i++)
		out[i] = arena_copy(x->arena, sorted[i]->text);
	return n;
}

static uint32_t store_one(struct str *out, uint32_t max, struct str text)
{
	if (max > 0)
		out[0] = text;
	return 1;
}

uint32_t pattern_intersection(struct str *out, uint32_t max, struct str pattern,
	struct str target, struct arena *arena)
{
	if (pattern_contains(pattern, target))
		return store_one(out, max, pattern_canonical(target, arena));
	if (pattern_contains(target, pattern))
		return store_one(out, max, pattern_canonical(pattern, arena));
	if (!pattern_intersects(pattern, target))
		return 0;

	struct arena scratch;
	arena_init(&scratch, ARENA_UNLIMITED);
	struct crossing x = {
		.a = pattern_canonical(pattern, &scratch),
		.b = pattern_canonical(target, &scratch),
		.scratch = &scratch,
		.arena = arena,
		.open = ARENA_NEW(&scratch, struct branch),
	};
	enter(&x, x.open, 0, 0);
	while (x.open && !over_limit(&x))
		follow(&x);
	uint32_t n = x.open ? PATTERN_TOO_MANY : store_found(&x, out, max);
	arena_release(&scratch);
	return n;
}
