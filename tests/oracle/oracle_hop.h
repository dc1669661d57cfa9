/*
 * oracle_hop.h - hop rules held against a world by brute force: every rule, target, tie
 * and state of every identity.
 *
 * Reads the rules through reachability/rule.h and shares nothing else with the engine.
 */
#ifndef TESTS_ORACLE_ORACLE_HOP_H
#define TESTS_ORACLE_ORACLE_HOP_H

#include "oracle_state.h"

/*
 * Nodes that the rules speak of and the world does not: services that a role may trust,
 * things that an account may create. None of them is a subject or an object.
 */
void oracle_hop_nodes(struct oracle_world *w, const struct rules *rules);

/* Adds the states that hops make of those that there are, and the steps between all. */
void oracle_hop_steps(struct oracle_states *s, const struct rules *rules);

#endif
