/*
 * pattern.h - exact questions about sets of wildcard patterns.
 *
 * '*' matches any run of bytes, '?' exactly one byte. There is no escape and no
 * class, because no provider has one. Bytes compare with case; fold both sides
 * first where a provider folds.
 *
 * A "target" is itself a pattern: a key without wildcards, or what stands for
 * many keys (all objects of a bucket). A policy pattern is against a target one of
 * PATTERN_NONE (no string in common), PATTERN_ALL (contains the target) or
 * PATTERN_SOME (some strings of the target but not all).
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 *
 * Cost: match, intersects, contains and cover allocate nothing. They read the text at
 * most once for each part between two stars, and there once more for each 64 bytes of a
 * part that holds a '?'. Atoms take O(count^2) comparisons while every pattern is a
 * literal or a literal and a star, else at most LIMIT_ATOM_STATES states are explored.
 * Results are in the arena given; working memory is at most LIMIT_PATTERN_MEMORY and gone
 * at return. No recursion anywhere.
 */
#ifndef REACHABILITY_PATTERN_H
#define REACHABILITY_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum pattern_cover { PATTERN_NONE, PATTERN_SOME, PATTERN_ALL };

/* Whether the text, taken literally, is in the pattern's set. */
bool pattern_match(struct str pattern, struct str text);

/* The same, letters compared without case (actions, some condition operators). */
bool pattern_match_fold(struct str pattern, struct str text);

/* Bytes before the first wildcard. */
size_t pattern_literal_size(struct str pattern);

/* Whether the two sets have a string in common. Exact. */
bool pattern_intersects(struct str a, struct str b);

/* Whether every string of `inner` is in `outer`. Exact. */
bool pattern_contains(struct str outer, struct str inner);

enum pattern_cover pattern_cover(struct str pattern, struct str target);

/*
 * Patterns whose union is exactly pattern AND target, none containing another, in byte
 * order: what of a target a policy pattern reaches ("b/2026/" + star of "b/" + star). At
 * most `max` are stored; returns how many there are, which may exceed max. Two that take
 * more than LIMIT_PATTERN_STEPS or LIMIT_PATTERN_MEMORY give PATTERN_TOO_MANY and nothing
 * is stored: only the pair itself describes that set.
 */
#define PATTERN_TOO_MANY UINT32_MAX

uint32_t pattern_intersection(struct str *out, uint32_t max, struct str pattern,
	struct str target, struct arena *arena);

/*
 * Which combinations of patterns do strings of the target really meet? Each combination
 * ("atom") is a bit set over the patterns (bit i: the string is in patterns[i]); all
 * atoms that some string of the target has, and no other, are stored in *out in ascending
 * order. Exact: two patterns that overlap give 4 atoms at most, fewer when one contains
 * the other.
 * count <= 64. Returns the number of atoms (at least 1), or ERR_LIMIT. The empty set of
 * patterns has the one atom 0.
 */
int pattern_atoms(const uint64_t **out, const struct str *patterns, uint32_t count,
	struct str target, struct arena *arena, struct err *e);

/*
 * A string of the target that has exactly that atom: a witness for a proof. p is NULL
 * (and n is 0) when there is none, or none was found within LIMIT_ATOM_STATES states.
 */
struct str pattern_witness(const struct str *patterns, uint32_t count, uint64_t atom,
	struct str target, struct arena *arena);

#endif
