/*
 * oracle_condition.h - whether the conditions of a statement hold, for every request at
 * once.
 *
 * What a request brings is known for some keys (who asks, for what) and open for the
 * others. The worlds that the oracle is asked about have few open keys, so it tries them
 * all: each open key has a small domain (absent, each value that a policy mentions and
 * its neighbours, one value that none mentions), and a truth is one bit for each
 * combination, twice: `sure` with everything that was not collected at its worst, `maybe`
 * at its best. A decision grows with what is granted and shrinks with what is denied, so
 * the worst and the best of each suffice.
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * and reference_policies_condition-keys.html.
 */
#ifndef TESTS_ORACLE_ORACLE_CONDITION_H
#define TESTS_ORACLE_ORACLE_CONDITION_H

#include "catalog/catalog.h"
#include "oracle_world.h"

#define ORACLE_COMBINATIONS 64u /* bits of a truth */
#define ORACLE_OPEN_KEYS    6u
#define ORACLE_OPEN_VALUES  16u

struct oracle_truth {
	uint64_t sure, maybe;
};

struct oracle_open {
	struct str key;
	struct str values[ORACLE_OPEN_VALUES];
	uint32_t value_count;
	bool always; /* no request comes without it */
	uint32_t stride;
};

struct oracle_opens {
	struct oracle_open keys[ORACLE_OPEN_KEYS];
	uint32_t key_count, combinations;
};

/* Who asks for what. */
struct oracle_request {
	const struct oracle_node *subject, *object;
	const struct oracle_place *subject_place, *object_place;
	struct str service;  /* of the action */
	bool prefix;         /* the action may carry s3:prefix */
	struct str resource; /* one string; "*" for an action that acts on no resource */
};

/* All combinations; no bits but these are ever set. */
uint64_t oracle_condition_all(const struct oracle_opens *opens);

/* Find the open keys of all policies. ERR_LIMIT when they have too many combinations. */
int oracle_condition_survey(
	struct oracle_opens *out, struct oracle_world *w, struct err *e);

/* The combinations in which the key has that value; none when no policy asks for it. */
uint64_t oracle_condition_carries(
	const struct oracle_opens *opens, struct str key, struct str value);

/* All tests of the statement. `scratch` is for variables. */
struct oracle_truth oracle_condition_holds(const struct oracle_opens *opens,
	const struct oracle_statement *s, bool variables, const struct oracle_request *r,
	struct arena *scratch);

/* The value of a variable that is known of who asks, for resource patterns. */
bool oracle_condition_variable(void *request, struct str key, struct str *out);

#endif
