/*
 * run.h - one query text to one result.
 */
#ifndef QUERY_RUN_H
#define QUERY_RUN_H

#include "base/buf.h"
#include "query/result.h"

struct run_options {
	bool want_excluded;
	struct buf *
		/*
		 * for a wrong query: the line with carets and hints is appended; may be
		 * NULL
		 */
		diagnostic;
};

/*
 * Parse, bind, answer. ERR_SYNTAX for a query that cannot be understood, names nobody, or
 * names more than one; the message is one line, `diagnostic` has the picture. `without`
 * and `with` change the world, so a world serves one query.
 */
int run_query(struct result *out, struct world *w, struct str text,
	const struct run_options *o, struct err *e);

#endif
