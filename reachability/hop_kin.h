/*
 * hop_kin.h - which identities are the same to everybody once they write their own
 * policies: then one of them stands for the others.
 *
 * Two such identities of an account differ only by what still binds them (boundary,
 * denies) and by what tells them apart: a policy that names one of them, or a condition
 * that reads who calls. All of that becomes bytes, equal for kin.
 *
 * Ownership: keys are appended to the caller's buffer; lists lie in the world's arena.
 */
#ifndef REACHABILITY_HOP_KIN_H
#define REACHABILITY_HOP_KIN_H

#include "reachability/hop_facts.h"
#include "reachability/hop_need.h"

struct hop_kin;

struct hop_kin *hop_kin_new(struct world *w, struct hop_needs *needs);
void hop_kin_free(struct hop_kin *k);

/* Where a scope's facts may be known from; 1, 0 when they are not, or an ERR_ code. */
typedef int hop_kin_source(
	void *ctx, struct hop_facts *out, scope_number scope, struct err *e);

void hop_kin_set_source(struct hop_kin *k, hop_kin_source *source, void *ctx);

/* Whether the identity opens nothing, for all that is known before asking its rights. */
int hop_kin_opens_nothing(bool *out, struct hop_kin *k, node_id n, struct err *e);

/* Those of the scope who may open something: a bit for each entity; NULL: not known. */
int hop_kin_openers(
	const uint64_t **out, struct hop_kin *k, scope_number scope, struct err *e);

/* Whether any condition tells callers apart. */
int hop_kin_tells(bool *out, struct hop_kin *k, struct err *e);

/* Append the identities of the scope that policies of other scopes, or denies, name. */
int hop_kin_singled(
	struct buf *out, struct hop_kin *k, scope_number scope, struct err *e);

/* Whether some policy names the identity, or may: where grants stand on what is above. */
int hop_kin_is_named(bool *out, struct hop_kin *k, node_id n, struct err *e);

/* Append what is equal for kin; `n` may be imagined. */
int hop_kin_add(struct buf *out, struct hop_kin *k, node_id n, struct err *e);

/* A number that is equal for kin; worked out once for a node. */
int hop_kin_number(uint32_t *out, struct hop_kin *k, node_id n, struct err *e);

/*
 * A number that is equal for those to whom every object says the same that names none of
 * them (hop_kin_named); of identities that write their own policies.
 */
int hop_kin_alike(uint32_t *out, struct hop_kin *k, node_id n, struct err *e);

/*
 * Of the scope, one for each sort of identities that conditions, names or bounds tell
 * apart (`yields`: what they write of themselves); none when no condition tells any
 * apart.
 */
int hop_kin_sorts(const node_id **out, uint32_t *count, struct hop_kin *k,
	scope_number scope, uint32_t yields, struct err *e);

/*
 * Identities that could get more by any policy than one who has everything in their
 * scope: policies of other accounts name them, or conditions tell them from `ruler`
 * (`all`: or from each other, for one who is not all that they can be).
 */
int hop_kin_apart(struct buf *out, struct hop_kin *k, node_id ruler, bool all,
	uint32_t yields, struct err *e);

/* Whether some policy denies something to the identity by its name. */
int hop_kin_denied(bool *out, struct hop_kin *k, node_id n, struct err *e);

/* Whether no policy names the identity, and nothing of its own binds it. */
int hop_kin_plain(bool *out, struct hop_kin *k, node_id n, struct err *e);

/* A number that is equal for whom conditions everywhere, and `more`, take alike. */
int hop_kin_vector(
	uint32_t *out, struct hop_kin *k, node_id n, struct str more, struct err *e);

/* Whether a condition may tell anybody from anybody. */
int hop_kin_blind(bool *out, struct hop_kin *k, struct err *e);

/* Identities that the object's own policies name or tell apart by conditions. */
int hop_kin_named(struct buf *out, struct hop_kin *k, node_id object, struct err *e);

#endif
