/*
 * resources.h - the answers about the resources of the made-up account, placed as a
 * script of `aws` calls would place them: one file for each list, one directory for each
 * described thing.
 */
#ifndef BENCHMARKS_RESOURCES_H
#define BENCHMARKS_RESOURCES_H

#include "benchmarks/estate.h"
#include "benchmarks/writer.h"

/* All files below the directory. */
int resources_write(struct estate *s, const char *directory, struct err *e);

#endif
