/*
 * column.h - the facts of a row by name: for show, order by and group by.
 *
 * Filter keys are columns, and some more (conditions, resources, count). One table for
 * all of them; a column that a row does not have is empty and sorts first.
 */
#ifndef QUERY_COLUMN_H
#define QUERY_COLUMN_H

#include "query/context.h"
#include "reachability/answer.h"

enum column_name {
	COLUMN_KEY,
	COLUMN_NAME,
	COLUMN_KIND,
	COLUMN_ACCOUNT,
	COLUMN_ACCOUNT_NAME,
	COLUMN_PROVIDER,
	COLUMN_REGION,
	COLUMN_TAG,
	COLUMN_OTHER, /* the entity at the other end */
	COLUMN_PATH,
	COLUMN_HOPS,
	COLUMN_HOP,
	COLUMN_VERDICT,
	COLUMN_LEVEL,
	COLUMN_ACTION,
	COLUMN_VIA,
	COLUMN_CONDITIONS,
	COLUMN_RESOURCES,
	COLUMN_ADMIN,
	COLUMN_PUBLIC,
	COLUMN_EXTERNAL,
	COLUMN_ENABLED,
	COLUMN_CREATED,
	COLUMN_LAST_USED,
	COLUMN_COUNT_OF_GROUP /* "count": of groups only */
};

struct column {
	enum column_name name;
	struct str tag;  /* K of tag.K */
	struct str text; /* as it is printed at the head of a table */
	bool of_row;     /* a fact of an answer, not of an entity alone */
	bool costly;     /* of an entity alone: takes a question to the engine */
};

/* number decides the order before text does. */
struct column_value {
	int64_t number;
	struct str text;
};

/* 1 and the column, or 0. */
int column_find(struct column *out, struct str name);

struct str column_nearest(struct str name);

/* 0, or ERR_SYNTAX at the word. */
int column_bind(struct column *out, struct context *c, const struct ast_word *word,
	struct err *e);

/* Its value for an entity, or for a row about it (row may be NULL). 0 or an ERR_ code. */
int column_value(struct column_value *out, const struct column *column, struct world *w,
	node_id n, const struct answer_row *row, struct err *e);

#endif
