/*
 * estate.h - a store made of a stream of records, in a directory of its own, open for
 * questions.
 */
#ifndef TESTS_ORACLE_ESTATE_H
#define TESTS_ORACLE_ESTATE_H

#include "reachability/answer.h"

struct estate {
	char directory[128];
	struct store *store;
	struct world *world;
};

/* Under `parent`, which must exist. On failure nothing is left behind. */
int estate_open(struct estate *out, const char *parent, struct str stream, struct err *e);

/* The same, where policies of the stream may be malformed. */
int estate_open_lenient(
	struct estate *out, const char *parent, struct str stream, struct err *e);
/* Such a one of several streams, each written by itself, in that order. */
int estate_open_parts(struct estate *out, const char *parent, const struct str *streams,
	uint32_t count, struct err *e);
/* The same as files, each read by a run of ingest. */
int estate_open_files(struct estate *out, const char *parent, const struct str *streams,
	uint32_t count, struct err *e);
void estate_close(struct estate *s);

#endif
