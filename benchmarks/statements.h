/*
 * statements.h - policy documents of a made-up account, as people write them.
 *
 * A document is drawn from a list of typical statements (statements.c); the resources in
 * them are those of an application, now and then those of another. Equal `random` and
 * application give the equal document.
 */
#ifndef BENCHMARKS_STATEMENTS_H
#define BENCHMARKS_STATEMENTS_H

#include "benchmarks/estate.h"
#include "benchmarks/writer.h"

/* A policy of that many statements as the member `name`. */
void statements_policy(struct writer *w, struct estate *s, const char *name,
	uint32_t application, uint32_t count, struct estate_random *r);

/*
 * A policy of one statement: `actions` and `resources` with blanks between them, as in
 * the table of statements.c; a condition "OPERATOR KEY VALUE" or NULL.
 */
void statements_simple(struct writer *w, struct estate *s, const char *name,
	const char *actions, const char *resources, const char *condition);

/* Everything but `actions` on everything. */
void statements_except(
	struct writer *w, struct estate *s, const char *name, const char *actions);

/* The trust policy of a role as the member `name`. */
void statements_trust(
	struct writer *w, struct estate *s, uint32_t role, const char *name);

#endif
