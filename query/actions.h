/*
 * actions.h - the action words of a sentence as the engine's question.
 */
#ifndef QUERY_ACTIONS_H
#define QUERY_ACTIONS_H

#include "query/context.h"
#include "reachability/answer.h"

struct actions {
	struct action_query query;
	struct str text; /* as asked: "list|s3:Get*" */
	bool each;       /* do: answered with the actions one by one */
};

/*
 * ERR_SYNTAX for a pattern that no action of the catalogue has, and for become, admin and
 * do beside other actions.
 */
int actions_bind(struct actions *out, struct context *c, const struct ast_words *words,
	struct err *e);

/* Everything, as "access" asks. */
struct actions actions_everything(void);

#endif
