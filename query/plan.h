/*
 * plan.h - how a query would be answered, in words, for explain.
 */
#ifndef QUERY_PLAN_H
#define QUERY_PLAN_H

#include "query/bind.h"

/* Append the lines (struct str, in the world's arena). */
int plan_lines(struct buf *out, const struct bind *b, struct world *w, struct err *e);

#endif
