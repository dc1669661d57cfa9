/*
 * collected.h - one account as iam-collect lays it out: a directory for each thing, so
 * that other readers of that layout can be asked the same questions.
 */
#ifndef BENCHMARKS_COLLECTED_H
#define BENCHMARKS_COLLECTED_H

#include "benchmarks/estate.h"
#include "benchmarks/writer.h"

int collected_write(struct target *target, struct estate *s, struct err *e);

#endif
