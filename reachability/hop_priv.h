/*
 * hop_priv.h - what the evaluation of hop rules shares between its two directions.
 */
#ifndef REACHABILITY_HOP_PRIV_H
#define REACHABILITY_HOP_PRIV_H

#include "reachability/hop.h"
#include "reachability/hop_grant.h"
#include "reachability/hop_list.h"
#include "reachability/hop_test.h"

/* Sets of flags that there are. */
#define HOP_GAINS_MAX 8u

/* A hub by what decides it; `alone`: what ties its target decides it as well. */
struct shared_hub {
	const struct hub *hub;
	bool alone;
};

struct hop {
	struct world *world;
	struct hop_needs *needs;
	struct hop_lists *lists;
	struct hop_test *test;
	struct hop_grants *grants;
	struct hop_change *change;
	struct hop_kin *kin;
	struct hop_cover *cover;
	struct hop_open *open;
	struct hop_unseen *unseen;
	enum hop_actors actors;        /* that are looked for */
	bool every;                    /* see hop_set_every */
	uint32_t gains[HOP_GAINS_MAX]; /* of rules about others, each once */
	uint32_t gain_count;
	struct buf rules;     /* const struct rule * */
	struct intern shared; /* what decides a hub -> its place in `hubs` */
	struct buf hubs;      /* struct shared_hub */
	node_id kind_node;    /* whose kind was asked for last, + 1 */
	struct str kind;
	struct intern alone_rules; /* const struct rule * -> its place in `alone` */
	struct buf alone;          /* struct alone (hop.c) */
	struct buf imagined;       /* const struct hop_list *, by number of a who list */
	uint32_t count;
	uint64_t ends;
};

/* The target as it is, become by somebody else. */
bool hop_is_plain(const struct rule *rule);

/* The hubs of one rule that lead to a target. */
int hop_into_rule(struct buf *out, struct hop *h, const struct rule *rule, node_id target,
	struct err *e);

/*
 * Whom the ends of a rule's hub, found as its targets, make of the actor or of
 * themselves; of kin one is left.
 */
int hop_yield(struct hop_candidates *c, struct hop *h, const struct rule *rule,
	node_id actor, struct err *e);

/* A need on the target or on what ties it; whether the rule has one. */
bool hop_on_pair(const struct rule_need *need);
bool hop_has_pair(const struct rule *rule);

/* What the actor needs by itself, folded into the end. */
int hop_actor_alone(struct hub_end *end, struct hop *h, const struct rule *rule,
	node_id actor, struct err *e);

/* The candidates as a hub of its own. */
const struct hub *hop_hub_keep(
	struct hop *h, const struct rule *rule, const struct hop_candidates *c);

/* Whether the actor's account may meet needs that name no target. */
int hop_reaches_account(
	bool *out, struct hop *h, node_id actor, node_id target, struct err *e);

/* The need that tells who comes into question; NULL: no rule of that sort. */
const struct rule_need *hop_first_need(const struct rule *rule);

#endif
