/*
 * hop_facts.h - what the policies of one scope say of callers: which of them tell callers
 * of one account apart, and whom they name.
 */
#ifndef REACHABILITY_HOP_FACTS_H
#define REACHABILITY_HOP_FACTS_H

#include "base/buf.h"
#include "reachability/world.h"

/* A statement that has different things to say to callers of one account. */
struct hop_facts_reading {
	uint32_t doc, statement;
};

/* What the policies of one scope say of callers. */
struct hop_facts {
	struct buf readings; /* struct hop_facts_reading: they tell some apart */
	struct buf named;    /* node_id: identities, of any scope, by name */
	struct buf denied;   /* node_id: those that some deny names */
	struct buf abroad;   /* node_id: of other scopes, whom grants name */
	/* entity_id: who comes into question for opening a resource; if known */
	struct buf openers;
	bool has_openers;
};

void hop_facts_release(struct hop_facts *f);

/* From the policies themselves; openers are not found. */
int hop_facts_of_scope(
	struct hop_facts *out, struct world *w, scope_number scope, struct err *e);

/*
 * Whether the statement has different things to say to callers of one account; *exact:
 * its conditions alone say how.
 */
bool hop_facts_tell(const struct provider *p, const struct document *d,
	const struct document_statement *s, bool *exact);

/* Whether a principal of the type (enum document_principal_type) is one identity. */
bool hop_facts_names_one(uint32_t type);

#endif
