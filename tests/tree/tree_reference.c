#include "tests/tree/tree_reference.h"

/* One way in which everything that is not known may be. */
struct guess {
	uint32_t request; /* bits: which atoms hold */
	bool active;      /* everything eligible was activated */
	bool kind;        /* what nobody read is in favour of the subject */
};

static bool holds(const struct tree_formula *f, uint32_t request)
{
	bool stack[8] = { false };
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->count; i++) {
		stack[n++] = request >> f->atom[i] & 1u;
		for (const char *j = f->joins[i]; *j; j++) {
			if (*j == 'n') {
				stack[n - 1] = !stack[n - 1];
				continue;
			}
			stack[n - 2] = *j == 'a' ? stack[n - 2] && stack[n - 1]
						 : stack[n - 2] || stack[n - 1];
			n--;
		}
	}
	for (uint32_t i = 0; i < n; i++) {
		if (!stack[i])
			return false;
	}
	return true;
}

/* Whether `place` is `of` or above it, as far as anybody said. */
static bool is_above(const struct tree_world *w, uint32_t place, uint32_t of)
{
	for (uint32_t at = of; at != TREE_NONE; at = w->places[at].parent) {
		if (at == place)
			return true;
		if (!w->places[at].collected)
			return false;
	}
	return false;
}

static void mark_groups(const struct tree_world *w, uint32_t group, bool *marked)
{
	if (marked[group])
		return;
	marked[group] = true;
	for (uint32_t k = 0; k < w->groups[group].member_count; k++) {
		if (w->groups[group].members[k].means == TREE_GROUP)
			mark_groups(w, w->groups[group].members[k].of, marked);
	}
}

bool tree_reference_gap(const struct tree_world *w, uint32_t group)
{
	bool marked[TREE_GROUPS] = { false };

	mark_groups(w, group, marked);
	for (uint32_t i = 0; i < w->group_count; i++) {
		if (marked[i] && !w->groups[i].known)
			return true;
	}
	return false;
}

static bool means_user(const struct tree_world *w, struct tree_principal p, uint32_t user)
{
	switch (p.means) {
	case TREE_USER:
		return p.of == user;
	case TREE_DOMAIN:
		return p.of == user % 3;
	case TREE_IN:
		return is_above(w, p.of, w->own[w->user_scope[user]]);
	case TREE_ALL:
		return true;
	default:
		return false;
	}
}

static bool is_member(const struct tree_world *w, uint32_t group, struct tree_subject s)
{
	bool marked[TREE_GROUPS] = { false };

	mark_groups(w, group, marked);
	for (uint32_t i = 0; i < w->group_count; i++) {
		if (!marked[i])
			continue;
		if (s.sort == TREE_IS_GROUP && s.of == i)
			return true;
		for (uint32_t k = 0; k < w->groups[i].member_count; k++) {
			if (s.sort == TREE_IS_USER &&
				means_user(w, w->groups[i].members[k], s.of))
				return true;
		}
	}
	return false;
}

static bool means(
	const struct tree_world *w, struct tree_principal p, struct tree_subject s)
{
	if (p.means == TREE_ANYONE)
		return true;
	if (p.means == TREE_GROUP)
		return is_member(w, p.of, s);
	return s.sort == TREE_IS_USER && means_user(w, p, s.of);
}

/*
 * Whether the statement is about the subject, guessed. `list`: guesses are not for
 * grants.
 */
static bool is_about(const struct tree_world *w, const struct tree_grant *g,
	struct tree_subject s, struct guess guess, bool list)
{
	/* one who may be in a group is, when that helps, or when it harms */
	bool perhaps = guess.kind != g->deny;
	bool about = false;

	for (uint32_t k = 0; k < g->principal_count; k++) {
		struct tree_principal p = g->principals[k];
		bool may = p.means == TREE_GROUP && s.sort != TREE_IS_PUBLIC &&
			   tree_reference_gap(w, p.of);

		if (means(w, p, s)) {
			if (p.excepted)
				return false;
			about = true;
		} else if (may && p.excepted && !perhaps) {
			return false;
		} else if (may && !p.excepted && perhaps && (g->deny || !list)) {
			about = true;
		}
	}
	/* what a group is given, those are whom nobody listed */
	if (!g->deny && s.sort == TREE_IS_GROUP && tree_reference_gap(w, s.of) &&
		!guess.kind)
		return false;
	return about;
}

static bool gives(const struct tree_world *w, const struct tree_grant *g, uint32_t action,
	struct guess guess)
{
	if (!holds(&g->block.formula, guess.request) || (g->eligible && !guess.active))
		return false;
	if (g->role == TREE_NONE)
		return g->block.actions >> action & 1u;
	if (!w->roles[g->role].collected)
		return guess.kind != g->deny;
	for (uint32_t k = 0; k < w->roles[g->role].block_count; k++) {
		const struct tree_block *b = &w->roles[g->role].blocks[k];

		if ((b->actions >> action & 1u) && holds(&b->formula, guess.request))
			return true;
	}
	return false;
}

static bool policies_known(const struct tree_world *w, uint32_t place)
{
	if (!w->places[place].collected)
		return false;
	for (uint32_t i = 0; i < w->grant_count; i++) {
		if (w->grants[i].holder == place && !w->grants[i].apart)
			return true;
	}
	return w->policies_read[w->places[place].scope];
}

/* Whether something above may grant of which nobody read anything. */
static bool grants_unread(const struct tree_world *w, uint32_t place)
{
	for (uint32_t at = place; at != TREE_NONE; at = w->places[at].parent) {
		if (!policies_known(w, at) || w->places[at].unsaid)
			return true;
		if (!w->places[at].collected)
			return true;
		if (w->places[at].parent == TREE_NONE && at != 0)
			return true;
	}
	return false;
}

static bool denies_unread(const struct tree_world *w, uint32_t place)
{
	for (uint32_t at = place; at != TREE_NONE && w->places[at].collected;
		at = w->places[at].parent) {
		if (w->places[at].denies_refused)
			return true;
	}
	return false;
}

/* Whether the ceilings by place let the subject have the action there. */
static bool lets_in(const struct tree_world *w, struct tree_subject s, uint32_t action,
	uint32_t place, struct guess guess)
{
	bool binds = false, lets = false;

	if (s.sort == TREE_IS_PUBLIC)
		return true;
	for (uint32_t i = 0; i < w->ceiling_count; i++) {
		const struct tree_ceiling *c = &w->ceilings[i];
		bool inside = false;

		if (!means(w, c->principal, s) ||
			!holds(&c->block.formula, guess.request))
			continue;
		binds = true;
		for (uint32_t k = 0; k < c->place_count; k++)
			inside |= is_above(w, c->places[k], place);
		lets |= inside || !(c->block.actions >> action & 1u);
	}
	return !binds || lets;
}

static bool ceilings_unread(const struct tree_world *w, struct tree_subject s)
{
	uint32_t at;

	if (s.sort == TREE_IS_PUBLIC ||
		(s.sort == TREE_IS_GROUP && !w->groups[s.of].collected))
		return false;
	at = w->own[s.sort == TREE_IS_USER ? w->user_scope[s.of] : w->groups[s.of].scope];
	for (; at != TREE_NONE && w->places[at].collected; at = w->places[at].parent) {
		if (w->places[at].ceilings_refused)
			return true;
	}
	return false;
}

static bool may(const struct tree_world *w, struct tree_subject s, uint32_t action,
	uint32_t place, struct guess guess, bool list)
{
	bool granted = !list && guess.kind && grants_unread(w, place);

	for (uint32_t i = 0; i < w->grant_count; i++) {
		const struct tree_grant *g = &w->grants[i];

		if (g->holder_only ? g->holder != place : !is_above(w, g->holder, place))
			continue;
		if (!is_about(w, g, s, guess, list) || !gives(w, g, action, guess))
			continue;
		if (g->deny)
			return false;
		granted = true;
	}
	if (!guess.kind && (denies_unread(w, place) || ceilings_unread(w, s)))
		return false;
	return granted && lets_in(w, s, action, place, guess);
}

enum expr_verdict tree_reference(const struct tree_world *w, struct tree_subject s,
	uint32_t action, uint32_t place, bool one)
{
	uint32_t always = 0, sometimes = 0, active = 0, at_best = 0;

	for (uint32_t request = 0; request < 1u << TREE_ATOMS; request++) {
		struct guess worst = { request, false, false };
		struct guess eligible = { request, true, false };
		struct guess best = { request, true, true };
		bool now = may(w, s, action, place, worst, !one);

		always += now;
		sometimes += now;
		active += may(w, s, action, place, eligible, !one);
		at_best += may(w, s, action, place, best, !one);
	}
	if (always == 1u << TREE_ATOMS)
		return VERDICT_ALLOWED;
	if (at_best == 0)
		return VERDICT_DENIED;
	if (sometimes > 0)
		return VERDICT_CONDITIONAL;
	return active > 0 ? VERDICT_ELIGIBLE : VERDICT_UNKNOWN;
}
