/*
 * alike.h - entities that a decision about one subject cannot tell apart, and the access
 * that they share.
 *
 * What a decision sees of an entity, beside the statements that cover it whole: its kind,
 * the values of the condition keys that were read and, where its own policies name the
 * subject, their state, the documents, and settings that the provider looks at. Entities
 * that agree in all of it get the same access. Which keys are read is found out by
 * deciding: a decision with the same values takes the same course.
 *
 * Documents count as they are seen from the entity (relative.h). Where one speaks of a
 * part of it, or of something else, the entity is like no other and decided for itself.
 *
 * Lifetime: one subject and scope; the accesses lie in the world's arena. Cost: a look at
 * each entity, a decision for each that differs.
 */
#ifndef REACHABILITY_ALIKE_H
#define REACHABILITY_ALIKE_H

#include "reachability/decide.h"

struct alike;

struct alike *alike_new(struct decide *d, const struct decide_subject *s,
	scope_number scope, struct segment *segment);
void alike_free(struct alike *a);

/*
 * Of entities in other scopes than the subject's, one scope after the other. There they
 * have to agree in what stands above their accounts too, and in no answer may be a word
 * of what nobody collected: it would name the scope of the first one.
 */
struct alike *alike_away_new(struct decide *d, const struct decide_subject *s);

/* From now on the entities that are asked about are of this scope. */
int alike_enter(
	struct alike *a, scope_number scope, struct segment *segment, struct err *e);

/*
 * From now on these of the subject's statements cover the entities that are asked about,
 * each whole and with all its targets; no other covers any part of them. Borrowed until
 * the next call.
 */
void alike_begin(struct alike *a, const bool *active);

/*
 * The access on an entity; *out NULL: this cannot tell, decide_entity does. Not `named`:
 * its own policies name neither the subject nor a crowd that it is in.
 */
int alike_access(const struct access **out, struct alike *a, entity_id id, bool named,
	struct err *e);

#endif
