/*
 * tree.h - the files of an organization as iam-collect lays them out: its units, where
 * its accounts are, its SCPs and RCPs and what they are attached to.
 */
#ifndef BENCHMARKS_TREE_H
#define BENCHMARKS_TREE_H

#include "benchmarks/organization.h"
#include "benchmarks/writer.h"

int tree_write(struct target *target, const struct organization *o, struct err *e);

#endif
