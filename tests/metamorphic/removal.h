/*
 * removal.h - a world of which one thing was not collected.
 *
 * Each record of a world stands for an answer that a collection got; a removal takes one
 * such answer away, as the inputs would show it: the call was refused, or nobody made it.
 */
#ifndef TESTS_METAMORPHIC_REMOVAL_H
#define TESTS_METAMORPHIC_REMOVAL_H

#include "draft.h"

#define REMOVAL_VARIANTS 4u
#define REMOVAL_NAMES    3u

struct removal {
	const char *what; /* in words */
	struct str about; /* key or scope */
	struct draft world;
	/* Texts of which one must be in what the answers say is not known. */
	struct str names[REMOVAL_NAMES];
	/*
	 * The policy that is gone, in the whole world: what it could have said is known
	 * exactly. SIZE_MAX: something else is gone.
	 */
	size_t document;
	bool people; /* identities, all of an account, or whom they trust */
	/* Answers are given as if there were none, with the note. */
	bool silent;
	/* Nothing that is left speaks of it: no list can say that it lacks it. */
	bool unheard;
};

/* False when the variant does not apply to that record. */
bool removal_make(
	struct removal *out, const struct draft *whole, size_t record, uint32_t variant);
void removal_release(struct removal *r);

/*
 * The world in which the policy that is gone allows (or denies) all that it can, as far
 * as one statement goes.
 */
void removal_complete(
	struct draft *out, const struct draft *whole, size_t document, bool deny);

#endif
