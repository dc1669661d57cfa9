/*
 * oracle.h - a slow answer to what the engine answers fast: obvious loops over raw
 * records.
 *
 * Written from the provider's documents (docs/access-model.md has the rules in our
 * words) and from nothing of the engine, so that both agree only where both are right.
 * It knows one provider, the whole of the world's facts at once, and no index. It reads
 * policies as text.
 *
 * What it can be asked is bounded by the worlds that the tests make: few open condition
 * keys (oracle_condition.h) and resource patterns of simple shapes (oracle_target.h).
 */
#ifndef TESTS_ORACLE_ORACLE_H
#define TESTS_ORACLE_ORACLE_H

#include "oracle_target.h"

enum oracle_verdict { ORACLE_DENIED, ORACLE_UNKNOWN, ORACLE_CONDITIONAL, ORACLE_ALLOWED };

/*
 * A verdict that an engine may round down: `most` is what holds for each request on its
 * own (this string or that statement if A, another if not A), `least` what one string
 * and, for each statement, one answer for all requests give.
 */
struct oracle_range {
	enum oracle_verdict least, most;
};

struct oracle_ways;
struct rules;

struct oracle {
	const struct rules *rules; /* of hops; NULL: to assume and to be run with */
	struct oracle_world world;
	struct oracle_opens opens;
	struct oracle_patterns patterns;
	struct arena arena, *scratch;
	struct arena *scratch_of_strings; /* what one question makes */
	struct buf kinds;                 /* of struct oracle_kind */
	struct buf objects;               /* of struct oracle_object, one for each node */
	struct buf
		*direct; /* per object: struct oracle_range for each subject and class */
	struct oracle_ways *ways; /* of hops (oracle_steps.h) */
	/* the same for one question: a role whose trust nobody read may let in anybody */
	struct oracle_ways *ways_alone;
};

/* `stream`: encoded records of all scopes. */
int oracle_open(
	struct oracle *out, const struct rules *rules, struct str stream, struct err *e);
void oracle_release(struct oracle *o);

uint32_t oracle_count(const struct oracle *o);
bool oracle_is_subject(const struct oracle *o, uint32_t n);
bool oracle_is_object(const struct oracle *o, uint32_t n);

/* An object's classes of actions: within one all verdicts are the same. */
const struct oracle_object *oracle_object(const struct oracle *o, uint32_t n);

/*
 * What there is to decide about a node that is no object of questions; the strings are
 * the caller's.
 */
void oracle_prepare(struct oracle_object *out, struct oracle *o, uint32_t n);

/*
 * One class of such a node, or of an object, for the subject as it is now: `ask` is the
 * node that it is made of, the object and the class.
 */
struct oracle_range oracle_decide_as(const struct oracle *o, const struct oracle_node *as,
	const uint32_t ask[3], const struct oracle_object *object, bool strict);

/* By the subject's own credentials; with hops only. */
struct oracle_range oracle_direct(
	const struct oracle *o, uint32_t subject, uint32_t object, uint32_t class);
struct oracle_range oracle_indirect(
	const struct oracle *o, uint32_t subject, uint32_t object, uint32_t class);

/* By the subject's own credentials, asked about the one pair. */
struct oracle_range oracle_alone(
	const struct oracle *o, uint32_t subject, uint32_t object, uint32_t class);

/* The same of one string: subject, object, class. `strict`: asked about this alone. */
struct oracle_range oracle_on_string(const struct oracle *o, const uint32_t at[3],
	const struct oracle_string *string, bool strict);

/*
 * Either way, asked about the one pair: a policy of the object that was not read may let
 * in whoever asks.
 */
struct oracle_range oracle_can(
	const struct oracle *o, uint32_t subject, uint32_t object, uint32_t class);

const char *oracle_verdict_name(enum oracle_verdict v);

#endif
