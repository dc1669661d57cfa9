/*
 * matrix.h - all answers about a world: who may do what on which entity.
 *
 * A cell is one subject, one object and one action with the verdicts of the direct and
 * of the indirect row; cells that are denied both ways are left out. Names come from a
 * table that several matrices share, so that cells of two worlds can be compared.
 */
#ifndef TESTS_METAMORPHIC_MATRIX_H
#define TESTS_METAMORPHIC_MATRIX_H

#include "draft.h"
#include "estate.h"

struct matrix_cell {
	uint32_t subject, object; /* numbers in names */
	action_id action;
	uint8_t direct, indirect; /* enum expr_verdict */
};

/* What an answer said that it does not know. */
struct matrix_note {
	uint32_t asked; /* name: the subject of "what can", the object of "who can" */
	bool who;
	struct str scope, what;
};

struct matrix {
	struct estate estate;
	struct intern *names;
	struct buf cells; /* of struct matrix_cell, ascending */
	struct buf notes; /* of struct matrix_note */
};

enum matrix_side { MATRIX_WHAT, MATRIX_WHO };

/*
 * Make the world's store and ask what each subject can do, or who can do something on
 * each object. `names` holds the keys to ask about in numbers below `asked`; those of no
 * world are asked about as well, as keys that nobody collected.
 */
int matrix_open(struct matrix *out, const struct draft *world, const char *directory,
	struct intern *names, uint32_t asked, enum matrix_side side, struct err *e);
void matrix_close(struct matrix *m);

struct matrix_how {
	uint32_t asked;
	enum matrix_side side;
	struct str removed; /* answer `without` it; empty: with all */
	bool by_scope;      /* each scope is written by itself */
	struct str mention; /* read in another run after the world; empty: nothing */
};

/* The same in other ways. */
int matrix_open_as(struct matrix *out, const struct draft *world, const char *directory,
	struct intern *names, const struct matrix_how *how, struct err *e);

/* Put the cells in order again, after their names were changed. */
void matrix_sort(struct matrix *m);

/* Add the identities of a world, or all that are asked about as objects. */
void matrix_subjects(struct intern *names, const struct draft *world);
void matrix_objects(struct intern *names, const struct draft *world);

/* The better of both verdicts; of no cell: denied. */
enum expr_verdict matrix_verdict(const struct matrix_cell *c);
const struct matrix_cell *matrix_find(
	const struct matrix *m, uint32_t subject, uint32_t object, action_id action);

/* The actions that are asked about: the query of all matrices. */
const struct action_query *matrix_query(void);

/* The verdict of one question about one action. */
int matrix_can(struct answer_decision *out, const struct matrix *m, uint32_t subject,
	uint32_t object, action_id action, struct err *e);

/* The notes of "who can access". */
int matrix_who_notes(
	struct answer *out, const struct matrix *m, uint32_t object, struct err *e);

/*
 * Walk the cells that any of the matrices has, in order; cells[i] is NULL where matrix i
 * denies.
 */
#define MATRIX_WALK_MAX 4u
struct matrix_walk {
	const struct matrix *m[MATRIX_WALK_MAX];
	uint32_t count;
	size_t at[MATRIX_WALK_MAX];
	struct matrix_cell cell; /* which one: names and action */
	const struct matrix_cell *cells[MATRIX_WALK_MAX];
};
bool matrix_next(struct matrix_walk *walk);

#endif
