/*
 * gcp_expression.h - the text of an IAM condition as a tree.
 *
 * The language is a part of CEL: comparisons, &&, ||, !, in, calls and selections. What
 * is no part of it that conditions use (arithmetic, ?:, maps, macros) is an error; the
 * caller keeps the text.
 *
 * Source: https://cloud.google.com/iam/docs/conditions-overview and
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
#ifndef INGEST_GCP_EXPRESSION_H
#define INGEST_GCP_EXPRESSION_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum gcp_expression_type {
	GCP_OR,
	GCP_AND,
	GCP_NOT,     /* of kids[0] */
	GCP_COMPARE, /* kids[0] `name` kids[1]; name: ==, !=, <, <=, >, >=, in */
	GCP_CALL,    /* kids[0].name(kids[1], ...); kids[0] NULL: a function */
	GCP_NAME,    /* "resource.name" */
	GCP_STRING,
	GCP_NUMBER,
	GCP_BOOL, /* name is "true" or "false" */
	GCP_LIST
};

struct gcp_expression {
	enum gcp_expression_type type;
	struct str name; /* of a name or call, operator, or value */
	struct str text; /* as it is written */
	struct gcp_expression **kids;
	uint32_t kid_count;
};

/* ERR_FORMAT or ERR_LIMIT with what was wrong; the tree lies in the arena. */
int gcp_expression_parse(
	struct gcp_expression **out, struct str text, struct arena *arena, struct err *e);

#endif
