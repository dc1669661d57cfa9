/*
 * render.h - a result in the form that the user asked for, into a sink.
 *
 * One file per form; each writes all sorts of results and decides nothing: order and
 * content are the result's. Two runs over one store write the same bytes.
 *
 * An answer's "unknown" is part of it: the forms that have room carry it, for the others
 * (csv, ndjson of rows, dot, mermaid) it goes to standard error, so that it is never
 * lost.
 */
#ifndef CLI_RENDER_H
#define CLI_RENDER_H

#include "cli/options.h"
#include "cli/sink.h"
#include "query/result.h"

struct render_time {
	uint64_t open_us, answer_us; /* opening the store; answering */
	uint64_t rows;
};

struct render {
	struct sink *sink;
	struct world *w;
	const struct options *options;
	const struct render_time *time; /* NULL without --stats */
};

int render_result(const struct render *d, const struct result *r, struct err *e);

/* One query that failed, as a line of ndjson, so that line n still answers query n. */
void render_failure(struct sink *sink, struct str query, struct str message);

/* Microseconds of the monotonic clock. */
uint64_t render_clock_us(void);

/* The forms. */
int render_json(const struct render *d, const struct result *r, struct err *e);
int render_json_lines(const struct render *d, const struct result *r, struct err *e);
int render_csv(const struct render *d, const struct result *r, struct err *e);
int render_markdown(const struct render *d, const struct result *r, struct err *e);
int render_table(const struct render *d, const struct result *r, struct err *e);
int render_graph_dot(const struct render *d, const struct result *r, struct err *e);
int render_graph_mermaid(const struct render *d, const struct result *r, struct err *e);

#endif
