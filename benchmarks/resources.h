/*
 * resources.h - the answers about the resources of a made-up account, placed as a script
 * of `aws` calls would place them: one file for each list. Of an account that is alone
 * what describes one thing has a directory of its own; of a member of an organization
 * such answers are joined in one file, and resource policies are one flat list.
 */
#ifndef BENCHMARKS_RESOURCES_H
#define BENCHMARKS_RESOURCES_H

#include "benchmarks/estate.h"
#include "benchmarks/writer.h"

/* All files below the directory ("", or with its last slash). */
int resources_write(
	struct target *target, struct estate *s, const char *directory, struct err *e);

#endif
