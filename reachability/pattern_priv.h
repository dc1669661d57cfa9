/*
 * pattern_priv.h - what the pattern files share: questions with a count, and the product.
 *
 * Steps are bytes looked at. They bound work that an opponent's pattern could
 * make large, and they are what the tests of cost measure, because time is not
 * repeatable.
 */
#ifndef REACHABILITY_PATTERN_PRIV_H
#define REACHABILITY_PATTERN_PRIV_H

#include "reachability/pattern.h"

#define PATTERN_MAX_COUNT 64u /* an atom is one 64-bit word */

/* How a text is read; see pattern.c. */
enum pattern_reading {
	PATTERN_READ_LITERAL,
	PATTERN_READ_FOLDED,
	PATTERN_READ_MEETS,
	PATTERN_READ_WITHIN
};

/*
 * The first place of the text where a core (a part without stars, not empty) fits, or
 * SIZE_MAX. The bytes looked at, once for each 64 bytes of the core, are added to *steps.
 */
size_t pattern_search(
	struct str core, struct str text, enum pattern_reading reading, uint64_t *steps);

/* As their public namesakes; the bytes looked at are added to *steps. */
bool pattern_match_counted(struct str pattern, struct str text, uint64_t *steps);
bool pattern_intersects_counted(struct str a, struct str b, uint64_t *steps);
bool pattern_contains_counted(struct str outer, struct str inner, uint64_t *steps);

/*
 * The one spelling of a pattern's set: in each run of wildcards every '?' first, then at
 * most one star. Borrowed from `pattern` when it is already so spelt, else in the arena.
 */
struct str pattern_canonical(struct str pattern, struct arena *arena);

/*
 * What deciding about several patterns within a target comes down to: those
 * that the target meets in every string or in none have a fixed bit and take no
 * part, equal ones share a slot.
 */
struct pattern_family {
	struct str target;
	uint32_t count; /* patterns that hold for some strings of the target only */
	struct str patterns[PATTERN_MAX_COUNT];
	uint64_t bits[PATTERN_MAX_COUNT]; /* of each, its bits in an atom */
	uint64_t always; /* bits of the patterns that contain the target */
};

void pattern_family_init(struct pattern_family *f, const struct str *patterns,
	uint32_t count, struct str target);

/* A state of the product: where the target and each pattern of the family may stand. */
struct pattern_state {
	const struct pattern_state *parent;
	uint64_t hash;
	uint64_t atom;      /* of the strings that end here; only if `accepts` */
	uint32_t depth;     /* bytes read */
	uint32_t count;     /* places */
	unsigned char byte; /* read on the way from the parent */
	bool accepts;       /* the target ends here */
	uint32_t places[];  /* ascending */
};

struct pattern_product {
	struct pattern_state **states; /* in the order found: breadth first */
	uint32_t count;
	const struct pattern_state *found; /* the first with the wanted atom, or NULL */
};

/*
 * Visit every reachable state, or stop at the first whose atom is *want (NULL: none).
 * All memory is in the arena. 0, or ERR_LIMIT.
 */
int pattern_product_explore(struct pattern_product *out,
	const struct pattern_family *family, const uint64_t *want, struct arena *arena,
	struct err *e);

#endif
