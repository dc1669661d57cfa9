/*
 * rename.h - other words in a world, wherever they stand as words of their own.
 *
 * A word is a run of letters and digits: "ua" of "user/ua" and of "\"ua\"", not of "uab".
 */
#ifndef TESTS_METAMORPHIC_RENAME_H
#define TESTS_METAMORPHIC_RENAME_H

#include "draft.h"

struct rename_word {
	const char *from, *to;
};

/* The text with its words replaced, in the arena. */
struct str rename_text(struct str text, const struct rename_word *words, uint32_t count,
	struct arena *arena);

/* All texts of a world: keys, names, bodies. */
void rename_draft(struct draft *d, const struct rename_word *words, uint32_t count);

#endif
