/*
 * oracle_naming.h - how a statement of a resource's side names who asks.
 */
#ifndef TESTS_ORACLE_ORACLE_NAMING_H
#define TESTS_ORACLE_ORACLE_NAMING_H

#include "oracle_world.h"

/* How a statement names who asks; stronger ones come later. */
enum oracle_naming {
	NAMED_NOT,
	NAMED_ACCOUNT, /* its account, which leaves it to its own policies */
	NAMED_ROLE, /* itself, a role: its boundary still cuts what it does not allow */
	NAMED_SELF,
	NAMED_ANYONE,
	NAMED_COUNT
};

enum oracle_naming oracle_naming_of(
	const struct oracle_node *n, const struct oracle_statement *s);

#endif
