/*
 * oracle_caller.h - who may call AWS Organizations for an account, beside what policies
 * say. Nothing is delegated in these worlds, and nobody read that nothing is.
 *
 * https://docs.aws.amazon.com/organizations/latest/APIReference/action-reference.html
 */
#ifndef TESTS_ORACLE_ORACLE_CALLER_H
#define TESTS_ORACLE_ORACLE_CALLER_H

#include "oracle_world.h"

enum oracle_caller {
	ORACLE_ANYBODY,
	ORACLE_MEMBERS,
	ORACLE_MANAGEMENT,
	ORACLE_MANAGEMENT_OR_DELEGATE
};

/* Of the actions that name no resource. */
enum oracle_caller oracle_caller_of(struct str action);

/* Whether the account may: yes, no, or nobody knows. */
enum oracle_calling { ORACLE_MAY_NOT, ORACLE_MAY, ORACLE_MAY_PERHAPS };
enum oracle_calling oracle_caller_may(
	enum oracle_caller caller, const struct oracle_place *place, bool strict);

#endif
