/*
 * mutant.h - deliberate faults, of which the tests must find every one.
 *
 * MUTANT(name, correct, wrong) is `correct`, and of `wrong` there is no code. In a build
 * with LATCHKEY_MUTANTS it is `wrong` in a process whose environment says
 * LATCHKEY_MUTANT=name. tests/mutants/mutants.tsv lists all names and the false answer
 * that each stands for; a name that is not there does not compile.
 *
 * A mutant that no campaign tells from the program means that a check is missing.
 */
#ifndef BASE_MUTANT_H
#define BASE_MUTANT_H

#ifdef LATCHKEY_MUTANTS
#include "base/mutant_names.h" /* made from mutants.tsv: enum mutant */

enum mutant mutant_chosen(void);
#define MUTANT(name, correct, wrong)                                                     \
	(mutant_chosen() == MUTANT_##name ? (wrong) : (correct))
#else
#define MUTANT(name, correct, wrong) ((void)sizeof(wrong), (correct))
#endif

#endif
