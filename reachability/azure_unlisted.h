/*
 * azure_unlisted.h - operations that the catalogue lacks, decided by the texts of roles.
 *
 * Compiled documents know operations of the catalogue alone. Of another one the words of
 * a role tell whether it has it: patterns are held against its name. Whether it is an
 * operation of management or on data no name tells; a role that names it without a star
 * does. Else what only one of the two gives is unknown.
 */
#ifndef REACHABILITY_AZURE_UNLISTED_H
#define REACHABILITY_AZURE_UNLISTED_H

#include "reachability/decide.h"

/* provider.is_operation, decide_unlisted */
bool azure_unlisted_is_operation(struct str word);
int azure_unlisted_decide(expr *out, struct world *w, const struct decide_subject *s,
	const struct decide_object *o, struct str operation, struct err *e);

#endif
