/*
 * session.h - an open store that is asked queries, each answered into a sink.
 *
 * Owns the store until session_close. Each query gets a world of its own, because clauses
 * such as `without` change it.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/options.h"
#include "cli/sink.h"
#include "graphstore/store.h"
#include "query/result.h"
#include "reachability/rule.h"

struct session {
	struct store *store;
	struct rules *rules;
	const struct options *options;
	struct sink *out;
	uint64_t open_us; /* what store_open took */
};

/* The hop rules that are built in and those of --rules; rules_free afterwards. */
int session_rules(struct rules **out, const struct options *o, struct err *e);

int session_open(struct session *s, const char *directory, const struct options *o,
	struct sink *out, struct err *e);
void session_close(struct session *s);

/*
 * Answer one query. 0, 1 when --exit-code, --expect or --fail-on say so, or an ERR_ code;
 * then the picture with carets, if there is one, is appended to *diagnostic.
 */
int session_ask(
	struct session *s, struct str query, struct buf *diagnostic, struct err *e);

/* The same, with the complaint made already: always an exit status. */
int session_tell(struct session *s, struct str query);

/* Tell the user what was wrong with a query: the message, then the picture. */
void session_complain(const struct err *e, const struct buf *diagnostic);

/* Whether the answer is the one that the options ask for: 0 or 1. */
int session_status(const struct options *o, const struct result *r);

#endif
