/*
 * azure_shorthand.h - how Azure users name things: resource ids in any case, and short
 * words for kinds (azure:kv/prod, sp/deploy, rg/web).
 */
#ifndef QUERY_AZURE_SHORTHAND_H
#define QUERY_AZURE_SHORTHAND_H

#include "base/arena.h"
#include "base/str.h"

/*
 * The word as the store has it: ids in lower case, short words in full. Other words are
 * returned as they are.
 */
struct str azure_shorthand_expand(struct str word, struct arena *arena);

/*
 * The pattern of the keys that the id of a management group may mean, which does not say
 * whose it is; empty for all other words.
 */
struct str azure_shorthand_management(struct str word, struct arena *arena);

#endif
