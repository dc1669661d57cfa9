/*
 * expr_code.h - formulas as numbers in a table that is read in place: what the hop index
 * keeps of residuals.
 *
 * A code is a place in the table shifted left by one, its lowest bit saying "not", as in
 * a pool; 0 and 1 are false and true. Operands stand before what is made of them. A
 * reader makes those formulas of its own pool that somebody asks for.
 *
 *	u32 words of one formula     kind | rest
 *	FALSE (only place 0)         0
 *	test                         1, operator, qualifier, present, key, values, value...
 *	data that is missing         2, scope, words
 *	activation                   3, words
 *	AND                          4, operands, operand...
 *
 * A text is two words, offset and size, in the caller's heap.
 */
#ifndef REACHABILITY_EXPR_CODE_H
#define REACHABILITY_EXPR_CODE_H

#include "base/err.h"
#include "base/intern.h"
#include "reachability/expr.h"

/* Formulas of one pool on their way to bytes. */
struct expr_writer {
	const struct expr_pool *pool;
	struct intern *texts; /* the caller's: each text once, by number */
	struct buf places;    /* uint32_t: per formula of the pool, its place; 0: none */
	struct buf begins;    /* uint32_t: per place, its first word */
	struct buf words; /* uint32_t; texts as numbers until the caller knows better */
};

void expr_writer_init(
	struct expr_writer *w, const struct expr_pool *pool, struct intern *texts);
void expr_writer_release(struct expr_writer *w);

/* The formula's code; what it is made of is put before it. */
uint32_t expr_writer_add(struct expr_writer *w, expr x);

/* A table that was read, with what was made of it so far. */
struct expr_reader {
	struct expr_pool *pool;
	const uint32_t *begins; /* count + 1 */
	const uint32_t *words;
	uint32_t count, word_count;
	const uint32_t *texts; /* text_count + 1 ends in the heap */
	uint32_t text_count;
	struct str heap;
	expr *made; /* count, the caller's: EXPR_NONE where nothing was made yet */
};

#define EXPR_NONE UINT32_MAX

/* The formula of a code; ERR_CORRUPT when the table is no table. */
int expr_reader_get(expr *out, struct expr_reader *r, uint32_t code, struct err *e);

#endif
