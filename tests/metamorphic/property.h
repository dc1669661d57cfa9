/*
 * property.h - changes of a world of which it is known what they may change.
 */
#ifndef TESTS_METAMORPHIC_PROPERTY_H
#define TESTS_METAMORPHIC_PROPERTY_H

#include "draft.h"

enum property_relation {
	PROPERTY_SAME,      /* each verdict is as before */
	PROPERTY_NOT_LESS,  /* none is weaker */
	PROPERTY_NOT_MORE,  /* none is stronger */
	PROPERTY_NOT_DENIED /* none is stronger, and what was open is not denied */
};

struct property {
	const char *name;
	enum property_relation relation;
	/*
	 * Make of the world a pair of worlds, with a random choice; false when the choice
	 * fits nothing.
	 */
	bool (*make)(struct draft *before, struct draft *after, uint64_t choice);
};

extern const struct property properties[];
extern const uint32_t property_count;

#endif
