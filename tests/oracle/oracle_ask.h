/*
 * oracle_ask.h - a question to the oracle about one string; for the files that answer it.
 */
#ifndef TESTS_ORACLE_ORACLE_ASK_H
#define TESTS_ORACLE_ORACLE_ASK_H

#include "oracle.h"

/* One question: who, what, on which string. */
struct oracle_ask {
	const struct oracle *o;
	uint32_t subject;
	struct oracle_request request;
	const struct oracle_class *class;
	const struct oracle_string *string;
	struct arena *scratch;
	bool strict; /* one question: what nobody read may let in whoever asks */
	bool plain;  /* a condition that the request decides helps nobody */
};

static inline struct oracle_truth oracle_truth_or(
	struct oracle_truth a, struct oracle_truth b)
{
	return (struct oracle_truth){ a.sure | b.sure, a.maybe | b.maybe };
}

static inline struct oracle_truth oracle_truth_and(
	struct oracle_truth a, struct oracle_truth b)
{
	return (struct oracle_truth){ a.sure & b.sure, a.maybe & b.maybe };
}

static inline struct oracle_truth oracle_truth_without(
	struct oracle_truth a, struct oracle_truth deny)
{
	return (struct oracle_truth){ a.sure & ~deny.maybe, a.maybe & ~deny.sure };
}

static inline struct oracle_truth oracle_ask_always(const struct oracle_ask *q)
{
	uint64_t all = oracle_condition_all(&q->o->opens);

	return (struct oracle_truth){ all, all };
}

static inline struct oracle_truth oracle_ask_perhaps(const struct oracle_ask *q)
{
	return (struct oracle_truth){ 0, oracle_condition_all(&q->o->opens) };
}

static inline enum oracle_verdict oracle_ask_verdict(
	const struct oracle_ask *q, struct oracle_truth t)
{
	if (t.sure == oracle_condition_all(&q->o->opens))
		return ORACLE_ALLOWED;
	if (t.maybe == 0)
		return ORACLE_DENIED;
	return t.sure ? ORACLE_CONDITIONAL : ORACLE_UNKNOWN;
}

/* What the one string gives. */
struct oracle_truth oracle_ask_decide(const struct oracle_ask *q);

#endif
