/*
 * hop_bond.h - what ties an actor's act to its target: the compute that carries it, a
 * policy that is attached to it, a group that it is in, a provider that it trusts.
 */
#ifndef REACHABILITY_HOP_BOND_H
#define REACHABILITY_HOP_BOND_H

#include "reachability/rule.h"

/* Whether the node is of one of the kinds; no kinds: of any. */
bool hop_bond_is_kind(
	struct world *w, node_id n, const struct str *kinds, uint32_t kind_count);

/* What hop_bond_is_kind compares: for one node and many lists of kinds. */
struct str hop_bond_kind(struct world *w, node_id n);
bool hop_bond_has_kind(struct str kind, const struct str *kinds, uint32_t kind_count);

/*
 * Append what is bound to the target in that way (node_id, each once), of the kinds; or,
 * backward, the targets that something is bound to.
 */
int hop_bond_throughs(struct buf *out, struct world *w, enum rule_bond bond,
	node_id target, const struct str *kinds, uint32_t kind_count, struct err *e);
int hop_bond_targets(struct buf *out, struct world *w, enum rule_bond bond,
	node_id through, struct err *e);

/*
 * Append the identity providers that trust policies of the account name and nobody
 * collected: no list of entities has them.
 */
int hop_bond_providers(
	struct buf *out, struct world *w, struct str account, struct err *e);

/* Identities whose credentials compute holds, or (backward) who holds an identity's. */
int hop_bond_carried(
	struct buf *out, struct world *w, node_id n, bool backward, struct err *e);

/*
 * Why the rule's targets may be carried although nothing says so, as texts (struct str):
 * things are carried that nobody collected, or provider.any_carried says so.
 */
int hop_bond_unread(struct buf *out, struct world *w, node_id n, const struct rule *rule,
	struct err *e);

#endif
