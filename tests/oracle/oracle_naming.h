/*
 * oracle_naming.h - how a statement of a resource's side names who asks.
 */
#ifndef TESTS_ORACLE_ORACLE_NAMING_H
#define TESTS_ORACLE_ORACLE_NAMING_H

#include "oracle_condition.h"

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

/*
 * The combinations in which who asks, a role, does so in a session that the statement
 * lists by its name: NAMED_SELF beside what oracle_naming_of says.
 */
uint64_t oracle_naming_sessions(const struct oracle_opens *opens,
	const struct oracle_node *n, const struct oracle_statement *s);

#endif
