/*
 * deciding.h - one decision in progress: hits, groups of actions, atoms of the resource,
 * and their combination. Used by decide.c, which owns the scratch memory.
 */
#ifndef REACHABILITY_DECIDING_H
#define REACHABILITY_DECIDING_H

#include "base/intern.h"
#include "reachability/action_bits.h"
#include "reachability/decide.h"

/* Conditions of one statement whose keys only some actions carry; others stay open. */
#define DECIDING_ABSENT 8u

/* Memory that all decisions of one question use in turn. */
struct deciding_scratch {
	struct buf hits;     /* struct decide_hit */
	struct buf groups;   /* uint64_t *: bit sets over the list */
	struct buf patterns; /* struct str: what covers a part of the resource */
	/* what the request carries beside the world's context; NULL: nothing */
	const struct world_context *context;
	struct buf *reads; /* as decide_record_reads */
	struct buf *tests; /* as decide_record_tests */
	bool *others;
	/* what conditions leave of this caller's calls (decide_hold); NULL: nobody's */
	const struct decide_subject *caller;
	struct buf key; /* of conditions */
	struct intern conditions;
	struct buf truths; /* expr + 1 by number of the conditions, 0: not known */
};

struct deciding {
	struct world *world;
	struct action_bits *bits;
	struct deciding_scratch *scratch;
	bool strict;                     /* as decide_set_strict */
	const struct provider *provider; /* whose recipe: the object's */
	const struct decide_subject *subject;
	const struct decide_object *object;
	const struct action_list *list;
	struct str resource; /* key or pattern */
	bool literal; /* the resource is compared as it is, '*' too (unbound actions) */
	size_t literal_size; /* bytes before its first wildcard */
	struct condition_context conditions;
	/* keys that requests for the actions of the hit in hand never have */
	struct str absent[DECIDING_ABSENT];
	uint32_t absent_count;
	bool reads_principal, reads_resource, reads_key, reads_parts, incomplete;
	bool recording; /* what is looked up now belongs to the reads */
	const struct endpoint_list *endpoints; /* NULL: none matters */
	bool opened;        /* hops made the object's policy admit the subject */
	struct object anew; /* the object with a policy that was written anew */
	struct str voided;  /* why a grant of the object's side does not count */
	bool too_many;      /* more partial patterns than we can combine */
	uint32_t searched;
};

/* Ready for conditions; the caller then sets list, resource, literal and literal_size. */
void deciding_begin(struct deciding *g, struct world *w, struct action_bits *bits,
	struct deciding_scratch *scratch, const struct decide_subject *s,
	const struct decide_object *o);

/* Collect the hits; `active` as in decide_generic, or NULL. */
void deciding_collect(struct deciding *g, const bool *active);

/* A statement of neither side that looks at the object: a hit, if it covers it. */
void deciding_add_statement(struct deciding *g, const struct decide_statement *statement);

/* Split the list's actions into groups that meet the same hits. */
void deciding_group(struct deciding *g);

/*
 * The atoms of the resource under the hits' patterns; one of no patterns when none is
 * partial.
 */
int deciding_atoms(
	struct deciding *g, const uint64_t **atoms, uint32_t *count, struct err *e);

/* Neutral parts for an action: no hit applied. */
void deciding_neutral(struct deciding *g, struct provider_parts *p, action_id action);

/*
 * The residual of the list's action number `bit` in an atom; *p has what the layers said.
 */
expr deciding_combine(
	struct deciding *g, struct provider_parts *p, uint32_t bit, uint64_t atom);

/* What the ceilings of one level above the subject's account let through. */
expr deciding_level(struct deciding *g, uint32_t level, uint32_t bit, uint64_t atom);

/* "no SCP at 'arn:...' allows it (it has FullAWSAccess, guardrails)". */
struct str deciding_level_words(
	struct world *w, const struct world_organization *o, uint32_t level);

/* Whether the hit covers the strings of an atom. */
bool deciding_is_active(const struct decide_hit *h, uint64_t atom);

/* What stands for the answer when there are too many patterns. */
expr deciding_too_many(struct deciding *g);

#endif
