/*
 * scan.h - all entities of the store that match: what find, a line without a verb, and
 * {sets} mean.
 *
 * Entities that are taken away (`without`) are not among them.
 * Cost: the entities of the kinds that can match.
 */
#ifndef QUERY_SCAN_H
#define QUERY_SCAN_H

#include "query/filter.h"

struct scan_options {
	const struct str *kinds; /* words; any of them */
	uint32_t kind_count;     /* 0: all kinds */
	bool shared; /* also what belongs to the provider and is seen from many scopes */
};

/* Append node_id of each, ascending by key. f NULL: all. */
int scan_entities(struct buf *out, struct world *w, const struct filter *f,
	const struct scan_options *o, struct err *e);

/* Sort nodes [from, end) by key and drop repetitions. */
void scan_sort(struct buf *nodes, size_t from, struct world *w);

#endif
