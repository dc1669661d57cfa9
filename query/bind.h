/*
 * bind.h - a syntax tree with its names looked up: what the engine is to be asked.
 *
 * Binding also tells the world what the query supposes (`without`, `with`), so it comes
 * before anything that asks the engine, and a world serves one query.
 *
 * Lifetime: the world's arena.
 */
#ifndef QUERY_BIND_H
#define QUERY_BIND_H

#include "query/actions.h"
#include "query/filter.h"
#include "query/group.h"
#include "query/order.h"

struct bind_objects {
	bool given; /* written; a set may be empty all the same */
	const struct answer_object *items;
	const node_id *nodes; /* the same without their parts; each once */
	uint32_t count, node_count;
	bool parts; /* some item is a part of an entity */
};

struct bind {
	const struct ast_query *query;
	struct bind_objects subjects, objects;
	struct actions actions;
	const struct str *kinds; /* find */
	uint32_t kind_count;
	const struct filter *where;
	struct answer_options options;
	uint32_t top; /* how: most paths */
	struct group_columns group;
	struct order order;
	const struct str *columns; /* show a, b */
	uint32_t column_count;
	const struct str *removed; /* keys and policy names of `without` */
	uint32_t removed_count;
};

/* 0 or ERR_SYNTAX: unknown or ambiguous names, clauses that the sentence cannot have. */
int bind_query(struct bind *out, struct context *c, struct err *e);

#endif
