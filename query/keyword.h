/*
 * keyword.h - the words of the query language.
 *
 * Keywords are reserved: as a name, action or search text they must be quoted. They
 * compare without case. The names of actions (access, read, become) are not keywords.
 * Static data; any thread.
 */
#ifndef QUERY_KEYWORD_H
#define QUERY_KEYWORD_H

#include <stdbool.h>

#include "base/nearest.h"
#include "base/str.h"

/* What a keyword can do; one may do several. */
#define KEYWORD_VERB    1u  /* begin a query */
#define KEYWORD_CLAUSE  2u  /* begin a clause, and so end a reference or a filter */
#define KEYWORD_LOGIC   4u  /* join filters */
#define KEYWORD_SMALL   8u  /* hold a sentence together */
#define KEYWORD_ARTICLE 16u /* be left out */

/* clang-format off */
#define KEYWORD_LIST(X)                                                                  \
	X(KEYWORD_EXPLAIN,    "explain",    KEYWORD_VERB)                                \
	X(KEYWORD_WHAT,       "what",       KEYWORD_VERB)                                \
	X(KEYWORD_WHO,        "who",        KEYWORD_VERB)                                \
	X(KEYWORD_CAN,        "can",        KEYWORD_VERB)                                \
	X(KEYWORD_DOES,       "does",       KEYWORD_VERB)                                \
	X(KEYWORD_HOW,        "how",        KEYWORD_VERB)                                \
	X(KEYWORD_BLAST,      "blast",      KEYWORD_VERB)                                \
	X(KEYWORD_FIND,       "find",       KEYWORD_VERB)                                \
	X(KEYWORD_SHOW,       "show",       KEYWORD_VERB | KEYWORD_CLAUSE)               \
	X(KEYWORD_SNAPSHOTS,  "snapshots",  KEYWORD_VERB)                                \
	X(KEYWORD_WHEN,       "when",       KEYWORD_VERB)                                \
	X(KEYWORD_DIFF,       "diff",       KEYWORD_VERB)                                \
	X(KEYWORD_CHOKE,      "choke",      KEYWORD_VERB)                                \
	X(KEYWORD_RISKS,      "risks",      KEYWORD_VERB)                                \
	X(KEYWORD_GAP,        "gap",        KEYWORD_VERB)                                \
	X(KEYWORD_SUGGEST,    "suggest",    KEYWORD_VERB)                                \
	X(KEYWORD_WHERE,      "where",      KEYWORD_CLAUSE)                              \
	X(KEYWORD_DIRECTLY,   "directly",   KEYWORD_CLAUSE)                              \
	X(KEYWORD_INDIRECTLY, "indirectly", KEYWORD_CLAUSE)                              \
	X(KEYWORD_VIA,        "via",        KEYWORD_CLAUSE)                              \
	X(KEYWORD_AVOIDING,   "avoiding",   KEYWORD_CLAUSE)                              \
	X(KEYWORD_WITHOUT,    "without",    KEYWORD_CLAUSE)                              \
	X(KEYWORD_WITH,       "with",       KEYWORD_CLAUSE)                              \
	X(KEYWORD_AS,         "as",         KEYWORD_CLAUSE)                              \
	X(KEYWORD_MAX,        "max",        KEYWORD_CLAUSE)                              \
	X(KEYWORD_TOP,        "top",        KEYWORD_CLAUSE)                              \
	X(KEYWORD_ALL,        "all",        KEYWORD_CLAUSE)                              \
	X(KEYWORD_GROUP,      "group",      KEYWORD_CLAUSE)                              \
	X(KEYWORD_ORDER,      "order",      KEYWORD_CLAUSE)                              \
	X(KEYWORD_LIMIT,      "limit",      KEYWORD_CLAUSE)                              \
	X(KEYWORD_OFFSET,     "offset",     KEYWORD_CLAUSE)                              \
	X(KEYWORD_AND,        "and",        KEYWORD_LOGIC)                               \
	X(KEYWORD_OR,         "or",         KEYWORD_LOGIC)                               \
	X(KEYWORD_NOT,        "not",        KEYWORD_LOGIC)                               \
	X(KEYWORD_ON,         "on",         KEYWORD_SMALL)                               \
	X(KEYWORD_TO,         "to",         KEYWORD_SMALL)                               \
	X(KEYWORD_FROM,       "from",       KEYWORD_SMALL)                               \
	X(KEYWORD_OF,         "of",         KEYWORD_SMALL)                               \
	X(KEYWORD_BY,         "by",         KEYWORD_SMALL)                               \
	X(KEYWORD_HAS,        "has",        KEYWORD_SMALL)                               \
	X(KEYWORD_HAVE,       "have",       KEYWORD_SMALL)                               \
	X(KEYWORD_THE,        "the",        KEYWORD_ARTICLE)                             \
	X(KEYWORD_A,          "a",          KEYWORD_ARTICLE)                             \
	X(KEYWORD_AN,         "an",         KEYWORD_ARTICLE)
/* clang-format on */

enum keyword {
	KEYWORD_NONE,
#define X(id, name, roles) id,
	KEYWORD_LIST(X)
#undef X
		KEYWORD_COUNT
};

/* The keyword a word is, or KEYWORD_NONE. */
enum keyword keyword_find(struct str word);

/* In lower case; empty for KEYWORD_NONE. */
struct str keyword_name(enum keyword k);

/* Whether it has one of the roles, a set of the bits above. */
bool keyword_is(enum keyword k, unsigned roles);

/* The nearest keyword with one of the roles, or empty. */
struct str keyword_nearest(struct str word, unsigned roles);

#endif
