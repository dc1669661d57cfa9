/*
 * identities.h - the answer of get-account-authorization-details of the made-up account.
 *
 * Of 100 roles about 40 share their inline policies with others, as roles made by one
 * template do; 10 have a permissions boundary; one is an administrator; three may read
 * or do nearly everything.
 */
#ifndef BENCHMARKS_IDENTITIES_H
#define BENCHMARKS_IDENTITIES_H

#include "benchmarks/estate.h"
#include "benchmarks/writer.h"

void identities_write(struct writer *w, struct estate *s);

#endif
