/*
 * deciding_tests.h - notes what a decision asks of who calls (decide_record_tests).
 */
#ifndef REACHABILITY_DECIDING_TESTS_H
#define REACHABILITY_DECIDING_TESTS_H

#include "reachability/deciding.h"

/* The statement's conditions are asked now. */
void deciding_tests_record(struct deciding *g, const struct decide_statement *st);

/* Something that is no condition is asked. */
void deciding_tests_other(struct deciding *g);

#endif
