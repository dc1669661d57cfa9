/*
 * subject.h - who asks and what is asked about, made ready for decisions: policies
 * flattened to statements, ceilings found, gaps in the collected data named. Made once
 * per node and query.
 */
#ifndef REACHABILITY_SUBJECT_H
#define REACHABILITY_SUBJECT_H

#include "reachability/decide.h"
#include "reachability/endpoint.h"

struct subject_cache;

struct subject_cache *subject_cache_new(struct world *w);
void subject_cache_free(struct subject_cache *c);

int subject_get(const struct decide_subject **out, struct subject_cache *c, node_id n,
	struct err *e);
/*
 * A subject that has only these of its class's statements (identity ones in front, then
 * its boundary's): enough to decide on a resource that no other statement touches. Not
 * for classes with documents that were not collected.
 */
int subject_narrow(struct decide_subject *out, struct subject_cache *c, node_id n,
	const struct decide_statement *own, uint32_t count, uint32_t identity_count,
	bool bounded, struct err *e);

/* What is known of it whatever its policies say: it has none here. */
int subject_facts(
	struct decide_subject *out, struct subject_cache *c, node_id n, struct err *e);

/* The endpoints of the world, loaded when they are first asked for. */
int subject_endpoints(const struct endpoint_list **out, struct subject_cache *c,
	const struct provider *provider, struct err *e);

/*
 * Whose policies a node acts with: the identity that a session is of, else itself. A
 * session that nobody tied to an identity is itself, without policies.
 */
int subject_holder(node_id *out, struct world *w, node_id n, struct err *e);

int subject_object(const struct decide_object **out, struct subject_cache *c, node_id n,
	struct err *e);

/* Append struct decide_statement of all statements of a document. */
void subject_add_statements(struct buf *out, const struct document *d,
	enum decide_slot slot, uint32_t level, uint32_t doc,
	const struct world_document *origin);

/* A ceiling of the organization that was not collected. */
expr subject_unknown_ceiling(struct world *w, const struct world_organization *o,
	struct str what, bool may_deny);

/* One policy of an identity with the way that it came by it, for proofs. */
struct subject_policy {
	struct world_document document;
	/* key of the policy entity or group that brings it; empty: inline on itself */
	struct str via;
	bool is_boundary;
};

/* Whether the members of a group that nobody collected lack what it holds, by its key. */
bool subject_group_holds(struct str key);

/* All policies of an identity (or group), `without` taken out, in a fixed order. */
int subject_policies(const struct subject_policy **out, uint32_t *count, struct world *w,
	node_id n, struct err *e);

#endif
