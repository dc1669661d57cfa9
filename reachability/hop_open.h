/*
 * hop_open.h - resources whose own policy an actor can make admit itself: who opens a
 * resource, and which an actor opens.
 *
 * An actor with a resource open to it is an imagined identity (imagined_opener). It
 * leads on only by what the resource carries; rules with equal effect make equal ones.
 * Resources are followed where a question wants them (hop_want) or they carry somebody:
 * nothing else can follow from one.
 */
#ifndef REACHABILITY_HOP_OPEN_H
#define REACHABILITY_HOP_OPEN_H

#include "reachability/hop.h"

/* One way to open a resource. */
struct hop_opening {
	node_id node; /* the actor with the resource open to it */
	const struct rule *rule;
	struct hub_end end; /* the actor */
};

struct hop_open;

struct hop_open *hop_open_new(struct world *w, struct hop *h);
void hop_open_free(struct hop_open *o);

/* The resource is what a question is about. Before any hop. */
void hop_open_want(struct hop_open *o, node_id resource);

/* Whether there is any. */
bool hop_open_is_wanted(const struct hop_open *o);

/* All who open the resource, by node. */
int hop_open_who(const struct hop_opening **out, uint32_t *count, struct hop_open *o,
	node_id resource, struct err *e);

/*
 * Append the nodes, ascending, of those who open the resource by a way than which they
 * have none that gives as much, at the same price and as surely.
 */
int hop_open_best(struct buf *out, struct hop_open *o, node_id resource, struct err *e);

/* Equal for resources that the same open. */
int hop_open_number(uint32_t *out, struct hop_open *o, node_id resource, struct err *e);

/* Which resources one asks for. */
enum hop_open_sort {
	HOP_OPEN_WANTED,  /* those that a question is about */
	HOP_OPEN_LEADING, /* and those that carry somebody */
	HOP_OPEN_ALL      /* on which the actor could gain by it */
};

/*
 * Append the resources (node_id) that the actor may open by the rule; without those that
 * the ruler, if any, opens or has as well.
 */
int hop_open_what(struct buf *out, struct hop_open *o, const struct rule *rule,
	node_id actor, enum hop_open_sort sort, node_id ruler, struct err *e);

/* The actor with the resource open to it by such a rule. */
node_id hop_open_node(
	struct hop_open *o, const struct rule *rule, node_id actor, node_id resource);

#endif
