/*
 * result.h - the answer to one query, ready to be rendered: typed rows, in their final
 * order.
 *
 * The renderers (cli/) know only this and the world's names; they decide nothing.
 * Everything is borrowed from the world's arena and lives until world_close.
 */
#ifndef QUERY_RESULT_H
#define QUERY_RESULT_H

#include "reachability/answer.h"

enum result_type {
	RESULT_ACCESS,  /* what can, who can: rows about entities */
	RESULT_ACTIONS, /* what can X do on Y: rows about actions */
	/* what can X become, who can become Y: rows about identities and paths */
	RESULT_BECOME,
	RESULT_ENTITIES, /* find, a query-bar line */
	RESULT_GROUPS,   /* group by: counts */
	RESULT_BLAST,    /* blast: counts by group, and a total */
	RESULT_DECISION, /* can: one verdict per question */
	RESULT_PATHS,    /* how can */
	RESULT_SHOW,     /* show: everything about one entity */
	RESULT_PLAN      /* explain: how the query would be answered, in words */
};

/* One action of "do". */
struct result_action {
	action_id action;
	enum expr_verdict verdict;
	expr residual;
	bool indirect;
	const struct path *path; /* of an indirect one */
	const struct str *resources;
	uint32_t resource_count;
};

struct result_group {
	const struct str *values; /* one per name in group_by */
	uint64_t count;
	double share; /* of blast: count / all entities of that group, 0..1 */
};

struct result_question {
	node_id subject, object_node;
	struct str object; /* key or pattern as asked */
	struct str action; /* as asked */
	struct answer_decision decision;
};

struct result {
	enum result_type type;
	struct str query; /* canonical text */
	int64_t as_of;    /* of the snapshot, seconds since 1970 */
	bool who; /* rows are about those who can; else about what can be accessed */

	const struct answer_row *rows; /* ACCESS, BECOME */
	const struct result_action *actions;
	const node_id *entities;
	const struct result_group *groups;
	const struct result_question *questions; /* DECISION */
	const struct path *paths;
	bool more; /* PATHS: there are more than were asked for (top) */
	node_id shown;
	const struct str *plan; /* lines */
	uint32_t count;         /* of whichever of these it is */

	const struct str *group_by; /* names */
	uint32_t group_by_count;
	/* rows before limit and offset; of BLAST and GROUPS: all that is counted */
	uint64_t total;
	const struct str
		*columns; /* "show a, b": columns asked for; 0: the default ones */
	uint32_t column_count;

	const struct answer_exclusion *excluded;
	uint32_t excluded_count;
	const struct answer_unknown *unknown;
	uint32_t unknown_count;

	const struct str *warnings; /* about the query: it may not mean what it says */
	uint32_t warning_count;
};

/*
 * The value of a filter key or column for a row or an entity, as text; empty when it has
 * none.
 */
struct str result_field(struct world *w, const struct answer_row *row, struct str name);
struct str result_entity_field(struct world *w, node_id n, struct str name);

#endif
