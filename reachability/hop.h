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

struct hop *hop_new(struct world *w);
void hop_free(struct hop *h);

/* Append the hubs (const struct hub *) that lead to a target, or from an actor. */
int hop_into(struct buf *out, struct hop *h, node_id target, struct err *e);
int hop_from(struct buf *out, struct hop *h, node_id actor, struct err *e);

/*
 * Rules by which an identity writes its own policies: the changes that are followed. What
 * else would change policies of others, boundaries, denies or membership is not yet.
 */
bool hop_is_change(const struct rule *rule);

/* Of those from an actor, the hubs that change what an identity may do. */
int hop_from_changes(struct buf *out, struct hop *h, node_id actor, struct err *e);

/* What such changes make, by account (hop_change.h). */
struct hop_change *hop_change_of(struct hop *h);

uint32_t hop_rule_count(const struct hop *h);
const struct rule *hop_rule(const struct hop *h, uint32_t index);

struct hop_needs *hop_needs(struct hop *h);

/* Numbers of hubs so far, and of the ends that they have. */
uint32_t hop_hub_count(const struct hop *h);
uint64_t hop_end_count(const struct hop *h);

#endif
