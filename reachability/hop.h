/*
 * hop.h - hop rules held against the facts: which hops lead to a node, and which from it.
 *
 * The rules are those of the world (world_set_rules), or without any what the provider
 * itself brings. Evaluation is the same for all: needs are decisions of the actor, tests
 * are facts or decisions of the target, bonds are relations. Nothing here knows a rule.
 *
 * Ownership: hubs lie in the world's arena.
 */
#ifndef REACHABILITY_HOP_H
#define REACHABILITY_HOP_H

#include "reachability/hop_need.h"
#include "reachability/hub.h"

struct hop;
struct hop_change;
struct hop_cover;
struct hop_kin;
struct hop_open;

struct hop *hop_new(struct world *w);
void hop_free(struct hop *h);

/* Append the hubs (const struct hub *) that lead to a target, or from an actor. */
int hop_into(struct buf *out, struct hop *h, node_id target, struct err *e);
/* Of the hubs into an identity as it is, those ends only. */
enum hop_actors { HOP_ALL_ACTORS, HOP_REAL_ACTORS, HOP_IMAGINED_ACTORS };

int hop_into_by(struct buf *out, struct hop *h, enum hop_actors actors, node_id target,
	struct err *e);

int hop_from(struct buf *out, struct hop *h, node_id actor, struct err *e);

/*
 * Rules that change what an identity may do: its own policies, boundary, denies or
 * groups, or those of a target that the actor becomes.
 */
bool hop_is_change(const struct rule *rule);

/*
 * Whom an actor's changes are followed to: nobody, whom one could gain by who has
 * everything in its account already (hop_kin_apart), these and anyone else who is bound
 * by nothing (hop_kin_plain), or everybody.
 */
enum hop_reach { HOP_REACH_NONE, HOP_REACH_APART, HOP_REACH_FIRST, HOP_REACH_ALL };

int hop_reach(enum hop_reach *out, struct hop *h, node_id actor, struct err *e);

/* Of those from an actor, the hubs that change what an identity may do. */
int hop_from_changes(struct buf *out, struct hop *h, node_id actor, struct err *e);

/* Of those from an actor, all but the hubs to identities as they are. */
int hop_from_beside(struct buf *out, struct hop *h, node_id actor, struct err *e);

/*
 * Targets that are the same to everybody are each followed, and not one for all: for
 * questions that say whom paths pass. Before any other call.
 */
void hop_set_every(struct hop *h);

/* One question about one resource (graph_set_strict). Before any other call. */
void hop_set_strict(struct hop *h);

bool hop_is_every(const struct hop *h);

/* Of those from an actor, the hubs that open what a question is about (hop_want). */
int hop_from_wanted(struct buf *out, struct hop *h, node_id actor, struct err *e);

/* Whether the actor comes into question for opening a resource (hop_grant.h). */
int hop_may_open(bool *out, struct hop *h, node_id actor, struct err *e);

/* Whether any rule changes others. */
bool hop_changes_others(const struct hop *h);

/* The identity as rules about others change it, each way once (node_id). */
void hop_changed(struct buf *out, struct hop *h, node_id target);

/* Rules that open the object to actors are followed. Before any hop. */
int hop_want(struct hop *h, node_id object, struct err *e);

/*
 * The hubs that open resources to an actor, all on which it could gain by it: for
 * questions about everything. `ruler` (or NODE_NONE): without those on which one of the
 * same scope that search_rules gains or has as much.
 */
int hop_from_openings(
	struct buf *out, struct hop *h, node_id actor, node_id ruler, struct err *e);

struct hop_open *hop_open_of(struct hop *h);

struct hop_kin *hop_kin_of(struct hop *h);

struct hop_cover *hop_cover_of(struct hop *h);

/* What changes make, by account (hop_change.h). */
struct hop_change *hop_change_of(struct hop *h);

uint32_t hop_rule_count(const struct hop *h);
const struct rule *hop_rule(const struct hop *h, uint32_t index);

struct hop_needs *hop_needs(struct hop *h);

/* Numbers of hubs so far, and of the ends that they have. */
uint32_t hop_hub_count(const struct hop *h);
uint64_t hop_end_count(const struct hop *h);

#endif
