/*
 * expr_priv.h - how formulas are stored; for the files that print and decide them.
 *
 * A formula is a node number shifted left by one, its lowest bit saying "not". Only AND
 * has a node of its own: a OR b is NOT (NOT a AND NOT b), so De Morgan holds by
 * construction, negation costs nothing, and a formula reads as AND, OR, atom or negated
 * atom. Node 0 is the constant false.
 *
 * Invariants: (1) operands of a node have smaller numbers than the node, so that
 * ascending order visits operands first; (2) operands ascend, are distinct, hold no
 * constant, no plain AND, and not both x and NOT x; (3) a node's number is its
 * content's number in `content`.
 */
#ifndef REACHABILITY_EXPR_PRIV_H
#define REACHABILITY_EXPR_PRIV_H

#include "base/intern.h"
#include "reachability/expr.h"

enum expr_kind {
	EXPR_NODE_FALSE,
	EXPR_NODE_TEST,
	EXPR_NODE_UNKNOWN,
	EXPR_NODE_ACTIVATION,
	EXPR_NODE_AND
};

/* Answers kept per formula, so that each is decided once. */
#define EXPR_SATISFIABLE_KNOWN 0x01u
#define EXPR_SATISFIABLE       0x02u
#define EXPR_VERDICT_KNOWN     0x04u
#define EXPR_VERDICT_SHIFT     4

struct expr_node {
	enum expr_kind kind;
	uint32_t first, count;  /* of AND: its operands in the pool's list */
	uint64_t operand_bits;  /* a small set that holds the operands, for quick "no" */
	struct expr_test test;  /* of TEST */
	uint32_t key;           /* of TEST: number of its folded key */
	struct str scope, what; /* of UNKNOWN; `what` is activated of ACTIVATION */
	uint8_t answers[2];     /* for the node and for its negation */
};

struct expr_pool {
	struct intern content; /* bytes that identify each node */
	struct intern keys;    /* folded keys */
	struct buf nodes;      /* struct expr_node */
	struct buf operands;   /* expr */
	struct arena text;
	struct buf scratch, list; /* of the constructor at work */
	struct buf values;        /* of the test being made: struct str */
	struct intern
		conjunctions; /* literals of one key that were asked about together */
	struct buf possible;  /* uint8_t per conjunction: whether they can hold */
};

static inline struct expr_node *expr_node(const struct expr_pool *p, expr x)
{
	return VEC_DATA(&p->nodes, struct expr_node) + (x >> 1);
}

static inline const expr *expr_operands(
	const struct expr_pool *p, const struct expr_node *n)
{
	return VEC_DATA(&p->operands, const expr) + n->first;
}

static inline bool expr_is_and(const struct expr_pool *p, expr x)
{
	return (x & 1) == 0 && expr_node(p, x)->kind == EXPR_NODE_AND;
}

static inline bool expr_is_or(const struct expr_pool *p, expr x)
{
	return (x & 1) == 1 && expr_node(p, x)->kind == EXPR_NODE_AND;
}

static inline bool expr_is_literal(const struct expr_pool *p, expr x)
{
	return expr_node(p, x)->kind != EXPR_NODE_AND;
}

/* Every node that the formula reaches, as uint32_t numbers in ascending order. */
void expr_collect(struct buf *out, const struct expr_pool *p, expr x);

/* The AND of a list; the list is reordered. For the OR negate list and result. */
expr expr_and_list(struct expr_pool *p, const expr *list, size_t count);

#endif
