/*
 * identities.h - the answer of get-account-authorization-details of the made-up account.
 */
#ifndef BENCHMARKS_IDENTITIES_H
#define BENCHMARKS_IDENTITIES_H

#include "benchmarks/estate.h"
#include "benchmarks/writer.h"

void identities_write(struct writer *w, struct estate *s);

#endif
