/*
 * What was not collected is unknown, never denied.
 *
 *	unread [WORLDS [FIRST_SEED [ONE_OF]]]
 *
 * Each input (or one of so many, other ones in each world) is taken away in turn
 * (removal.h), and everything is asked again. Let S be the whole world, and S' the one
 * without the input x. Any world that has S' and some x is a completion of S'; S is one,
 * and where x is a policy so are S with x allowing everything and with x denying
 * everything. Of each identity, action and entity must hold, with the better of the
 * direct and the indirect verdict:
 *
 *  (1) what some completion does not deny, S' does not deny. A list may leave it out when
 *      the same answer says of x, by name, that it was not collected; then the single
 *      question about it is not denied
 *  (2) what S' allows, every completion allows, and what is conditional in S' no
 *      completion denies
 *  (3) what is unknown in S' and was not in S: the answer names x
 *
 * Of an account that nothing else speaks of no list can say that it lacks it; (1) is
 * about single questions then. Ways of a stranger (the public, a service, an identity of
 * another estate) through identities that nobody collected are not asked about.
 *
 * Two exceptions, as documented: of an account about whose organization nobody said
 * anything, answers are given as if there were none; and of a resource of whose policy
 * nobody asked, as if it denied nothing. They say so: (2) asks for that note then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "matrix.h"
#include "removal.h"
#include "worldgen.h"

enum fault {
	FAULT_DENIED,
	FAULT_WHO,
	FAULT_CAN_DENIED,
	FAULT_CERTAIN,
	FAULT_UNNAMED,
	FAULT_COUNT
};

static const char *const fault_texts[FAULT_COUNT] = {
	"left out, and the answer does not say why",
	"left out, and who-can does not say why",
	"denied when asked, but some completion allows it",
	"more certain than some completion",
	"unknown, and the answer does not say why",
};

struct unread {
	const char *directory;
	uint64_t seed;
	uint64_t removals, cells, unknown;
	uint32_t faults;
	struct intern names;
	uint32_t asked; /* subjects: names below it */
	uint64_t one_of;
	/* of one removal: the last pair that was asked in full, and faults told */
	uint32_t pair[2], told;
};

#define TOLD 3u

static void tell(struct unread *u, const struct removal *r,
	const struct matrix_walk *walk, enum fault fault)
{
	u->faults++;
	if (u->told++ >= TOLD)
		return;
	printf("seed %llu without %s (%.*s): %.*s  %.*s  %.*s: ",
		(unsigned long long)u->seed, r->what, STR_ARG(r->about),
		STR_ARG(intern_get(&u->names, walk->cell.subject)),
		STR_ARG(catalog_action_get(walk->cell.action).name),
		STR_ARG(intern_get(&u->names, walk->cell.object)));
	for (uint32_t i = 0; i < walk->count; i++)
		printf("%s%.*s",
			i == 0   ? ""
			: i == 1 ? ", was "
				 : " or ",
			STR_ARG(expr_verdict_name(matrix_verdict(walk->cells[i]))));
	printf(": %s\n", fault_texts[fault]);
}

static bool contains(struct str text, struct str part)
{
	for (size_t i = 0; part.n > 0 && i + part.n <= text.n; i++) {
		if (memcmp(text.p + i, part.p, part.n) == 0)
			return true;
	}
	return false;
}

/* Naming the entity that the question is about is naming what is missing of it. */
static bool is_named(const struct unread *u, const struct removal *r,
	const struct matrix_cell *cell, struct str scope, struct str what)
{
	if (contains(what, intern_get(&u->names, cell->subject)) ||
		contains(what, intern_get(&u->names, cell->object)))
		return true;
	for (uint32_t i = 0; i < REMOVAL_NAMES; i++) {
		if (contains(scope, r->names[i]) || contains(what, r->names[i]))
			return true;
	}
	return false;
}

static bool list_names(const struct unread *u, const struct removal *r,
	const struct matrix *m, const struct matrix_cell *cell)
{
	const struct matrix_note *n = VEC_DATA(&m->notes, const struct matrix_note);

	for (size_t i = 0; i < VEC_COUNT(&m->notes, struct matrix_note); i++) {
		if (n[i].asked == cell->subject &&
			is_named(u, r, cell, n[i].scope, n[i].what))
			return true;
	}
	return false;
}

static bool answer_names(const struct unread *u, const struct removal *r,
	const struct matrix_cell *cell, const struct answer_unknown *unknown,
	uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (is_named(u, r, cell, unknown[i].scope, unknown[i].what))
			return true;
	}
	return false;
}

static bool is_stranger(const struct unread *u, const struct matrix *m, uint32_t subject)
{
	node_id n;
	struct err e;

	return world_node_of_key(
		       &n, m->estate.world, intern_get(&u->names, subject), &e) == 0 &&
	       world_node(m->estate.world, n)->type != NODE_ENTITY;
}

/* A cell that S' denies and a completion does not: the list says so, `can` is no no. */
static int check_left_out(struct unread *u, const struct removal *r,
	const struct matrix_walk *walk, struct err *e)
{
	const struct matrix *m = walk->m[0];
	struct answer_decision decision;
	struct answer who;
	int rc;

	if (!r->unheard && !list_names(u, r, m, &walk->cell)) {
		tell(u, r, walk, FAULT_DENIED);
		return 0;
	}
	/* Once a pair: questions take their time. */
	if (u->pair[0] == walk->cell.subject && u->pair[1] == walk->cell.object)
		return 0;
	u->pair[0] = walk->cell.subject;
	u->pair[1] = walk->cell.object;
	rc = matrix_can(&decision, m, walk->cell.subject, walk->cell.object,
		walk->cell.action, e);
	if (rc == 0)
		rc = matrix_who_notes(&who, m, walk->cell.object, e);
	if (rc < 0)
		return rc;
	if (decision.verdict == VERDICT_DENIED && r->people &&
		is_stranger(u, m, walk->cell.subject))
		return 0;
	if (decision.verdict == VERDICT_DENIED)
		tell(u, r, walk, FAULT_CAN_DENIED);
	else if (!answer_names(
			 u, r, &walk->cell, decision.unknown, decision.unknown_count))
		tell(u, r, walk, FAULT_UNNAMED);
	else if (!r->unheard &&
		 !answer_names(u, r, &walk->cell, who.unknown, who.unknown_count))
		tell(u, r, walk, FAULT_WHO);
	return 0;
}

/* walk->cells[0] is S', the others are completions. */
static int check_cell(struct unread *u, const struct removal *r,
	const struct matrix_walk *walk, struct err *e)
{
	enum expr_verdict now = matrix_verdict(walk->cells[0]);
	enum expr_verdict least = VERDICT_ALLOWED, most = VERDICT_DENIED;
	bool named;

	u->cells++;
	u->unknown += now == VERDICT_UNKNOWN;
	for (uint32_t i = 1; i < walk->count; i++) {
		enum expr_verdict v = matrix_verdict(walk->cells[i]);

		least = v < least ? v : least;
		most = v > most ? v : most;
	}
	if (now == VERDICT_DENIED)
		return most > VERDICT_DENIED ? check_left_out(u, r, walk, e) : 0;
	named = list_names(u, r, walk->m[0], &walk->cell);
	if (now > VERDICT_UNKNOWN && least < now && !(r->silent && named))
		tell(u, r, walk, FAULT_CERTAIN);
	if (now == VERDICT_UNKNOWN && matrix_verdict(walk->cells[1]) != VERDICT_UNKNOWN &&
		!named)
		tell(u, r, walk, FAULT_UNNAMED);
	return 0;
}

static int check_cells(struct unread *u, const struct removal *r, const struct matrix *m,
	uint32_t count, struct err *e)
{
	struct matrix_walk walk = { .count = count };
	int rc = 0;

	for (uint32_t i = 0; i < count; i++)
		walk.m[i] = &m[i];
	u->pair[0] = INTERN_NONE;
	u->told = 0;
	while (rc == 0 && matrix_next(&walk)) {
		if (walk.cell.subject < u->asked)
			rc = check_cell(u, r, &walk, e);
	}
	return rc;
}

static int check_removal(struct unread *u, const struct draft *whole,
	const struct matrix *base, const struct removal *r, struct err *e)
{
	struct matrix m[MATRIX_WALK_MAX];
	uint32_t count = 2;

	m[1] = *base;
	int rc = matrix_open(
		&m[0], &r->world, u->directory, &u->names, u->asked, MATRIX_WHAT, e);

	if (rc < 0)
		return rc;
	for (int deny = 0; deny < 2 && rc == 0 && r->document != SIZE_MAX; deny++) {
		struct draft completion;

		removal_complete(&completion, whole, r->document, deny);
		rc = matrix_open(&m[count], &completion, u->directory, &u->names,
			u->asked, MATRIX_WHAT, e);
		draft_release(&completion);
		count += rc == 0;
	}
	if (rc == 0)
		rc = check_cells(u, r, m, count, e);
	while (count-- > 2)
		matrix_close(&m[count]);
	matrix_close(&m[0]);
	u->removals++;
	return rc;
}

static int check_world(struct unread *u, const struct draft *whole, struct err *e)
{
	struct matrix base;

	intern_init(&u->names);
	matrix_subjects(&u->names, whole);
	u->asked = intern_count(&u->names);
	int rc = matrix_open(
		&base, whole, u->directory, &u->names, u->asked, MATRIX_WHAT, e);

	if (rc == 0) {
		for (size_t i = 0; i < draft_count(whole) * REMOVAL_VARIANTS && rc == 0;
			i++) {
			struct removal r;

			if ((i + u->seed) % u->one_of > 0 ||
				!removal_make(&r, whole, i / REMOVAL_VARIANTS,
					(uint32_t)(i % REMOVAL_VARIANTS)))
				continue;
			rc = check_removal(u, whole, &base, &r, e);
			removal_release(&r);
		}
		matrix_close(&base);
	}
	intern_release(&u->names);
	return rc;
}

int main(int argc, char **argv)
{
	unsigned long worlds = argc > 1 ? strtoul(argv[1], NULL, 10) : 20;
	unsigned long first = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	struct unread u = { .directory =
				    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp" };
	int rc = 0;

	u.one_of = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	u.one_of += u.one_of == 0;
	for (unsigned long seed = first; seed < first + worlds && rc == 0; seed++) {
		struct buf stream = { 0 };
		struct draft whole;
		struct err e = { 0 };

		u.seed = seed;
		worldgen_make(&stream, seed, false);
		draft_read(&whole, buf_str(&stream));
		rc = check_world(&u, &whole, &e);
		if (rc < 0)
			printf("seed %lu: error: %s\n", seed, e.text);
		draft_release(&whole);
		buf_release(&stream);
	}
	printf("%lu worlds from seed %lu: %llu inputs removed, %llu cells, %llu unknown, "
	       "%u faults\n",
		worlds, first, (unsigned long long)u.removals,
		(unsigned long long)u.cells, (unsigned long long)u.unknown, u.faults);
	return rc < 0 || u.faults > 0;
}
