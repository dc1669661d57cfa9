/*
 * oracle_hop.h - hop rules held against a world by brute force: every rule, target, tie
 * and actor.
 *
 * Reads the rules through reachability/rule.h and shares nothing else with the engine.
 * It knows the rules that yield the target itself (oracle_hop_knows).
 */
#ifndef TESTS_ORACLE_ORACLE_HOP_H
#define TESTS_ORACLE_ORACLE_HOP_H

#include "oracle.h"

#include "reachability/rule.h"

bool oracle_hop_knows(const struct rule *rule);

/*
 * Nodes that the rules speak of and the world does not: services that a role may trust,
 * things that an account may create. None of them is a subject or an object.
 */
void oracle_hop_nodes(struct oracle_world *w, const struct rules *rules);

/* Adds the step of every rule. */
void oracle_hop_steps(struct oracle *o, struct oracle_range *reach);

#endif
