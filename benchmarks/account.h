/*
 * account.h - all files of one account of a made-up organization.
 */
#ifndef BENCHMARKS_ACCOUNT_H
#define BENCHMARKS_ACCOUNT_H

#include "benchmarks/organization.h"
#include "benchmarks/target.h"

enum account_form {
	ACCOUNT_EXPORTS,  /* authorization details and raw answers */
	ACCOUNT_COLLECTED /* iam-collect's layout */
};

int account_write(struct target *target, const struct organization *o, uint32_t number,
	enum account_form form, struct err *e);

#endif
