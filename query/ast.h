/*
 * ast.h - the syntax tree of one query, as plain tagged structs.
 *
 * parser_parse builds it in an arena, together with its own copy of the query text;
 * everything here, names included, dies with that arena. A tree is never changed after it
 * is built, so threads may share it.
 *
 * Invariants:
 *  (1) every node has the span of source bytes it came from, so that a later error about
 *      meaning can put carets under it; spans lie within ast_query.source
 *  (2) texts are decoded: quotes and escapes are gone, and quoting changes no meaning
 *  (3) an optional part that was not written has count 0, given false, or a NULL pointer
 *  (4) no AND has an AND child and no OR has an OR child; AND and OR have 2 children or
 *      more
 *  (5) filters nest at most LIMIT_QUERY_DEPTH deep, so walking them by recursion is
 *      bounded
 *  (6) the values of a term have the type of its key (filterkey.h)
 */
#ifndef QUERY_AST_H
#define QUERY_AST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "query/filterkey.h"

/* Bytes [begin, end) of the source; empty at the end of the query. */
struct ast_span {
	uint32_t begin, end;
};

/* A name, action, kind or column as the user meant it. */
struct ast_word {
	struct str text;
	struct ast_span span;
};

struct ast_words {
	const struct ast_word *items;
	uint32_t count;
	struct ast_span span;
};

enum ast_op { AST_EQ, AST_LT, AST_LE, AST_GT, AST_GE };

/* What a value turned out to be; its key's type says which are possible. */
enum ast_form {
	AST_FORM_TEXT,   /* text, perhaps with '*' and '?' */
	AST_FORM_CHOICE, /* number is the index in the key's choices */
	AST_FORM_BOOL,   /* number is 0 or 1 */
	AST_FORM_COUNT,  /* number */
	AST_FORM_AGE,    /* 90d, 12h: number is seconds before the time of the query */
	AST_FORM_TIME,   /* 2026-01-31, 2026-01-31T08:00:00Z: number is Unix seconds */
	AST_FORM_NEVER,  /* the word never */
};

struct ast_value {
	struct str text;
	struct ast_span span;
	enum ast_form form;
	int64_t number;
};

enum ast_filter_kind {
	AST_AND,
	AST_OR,
	AST_NOT,  /* children[0] */
	AST_TERM, /* key op values[0..value_count): any of them; or key:{inner} */
	AST_TEXT, /* values[0]: searched for in name, key and tags */
};

struct ast_filter {
	enum ast_filter_kind kind;
	struct ast_span span;
	const struct ast_filter *const *children; /* AST_AND, AST_OR, AST_NOT */
	uint32_t child_count;

	enum filterkey key;       /* AST_TERM */
	struct ast_word key_word; /* as written */
	struct str tag;           /* K of tag.K when key is FILTERKEY_TAG */
	enum ast_op op;           /* other than AST_EQ only for ordered types */
	const struct ast_value *values;
	uint32_t value_count;
	const struct ast_filter *inner; /* key:{filter}; then value_count is 0 */
};

/* One alternative of a reference: a name (filter is NULL) or a set {filter}. */
struct ast_ref_item {
	struct ast_word name;
	const struct ast_filter *filter;
	struct ast_span span;
};

/* a|b|{filter}: the union of its items. count 0: not written. */
struct ast_ref {
	const struct ast_ref_item *items;
	uint32_t count;
	struct ast_span span;
};

struct ast_refs {
	const struct ast_ref *items;
	uint32_t count;
};

/* One key=value of a with clause. The same key again gives the key another value. */
struct ast_pair {
	struct ast_word key, value;
};

struct ast_pairs {
	const struct ast_pair *items;
	uint32_t count;
};

struct ast_order {
	struct ast_word column;
	bool descending;
};

struct ast_orders {
	const struct ast_order *items;
	uint32_t count;
	struct ast_span span;
};

struct ast_number {
	bool given;
	uint32_t value;
	struct ast_span span; /* of the whole clause */
};

enum ast_path { AST_PATH_ANY, AST_PATH_DIRECT, AST_PATH_INDIRECT };

/* What follows the sentence, each clause in its own place whatever the order written. */
struct ast_clauses {
	const struct ast_filter *where; /* several where clauses are joined by AND */
	enum ast_path path;             /* directly, indirectly */
	struct ast_span path_span;
	struct ast_refs via;      /* a path passes through each of these */
	struct ast_refs avoiding; /* and through none of these */
	struct ast_refs without;  /* answer as if these did not exist */
	struct ast_pairs with;    /* request context */
	struct ast_word as_of;    /* text.n 0: now */
	struct ast_number max_hops, top, limit, offset;
	bool all;
	struct ast_span all_span;
	struct ast_words group_by;
	struct ast_orders order_by;
	struct ast_words show;
};

/* Which parts of the body each verb has; "later" verbs are refused by reserved_check. */
enum ast_verb {
	AST_FILTER,    /* a line without a verb: clauses.where, over all entities */
	AST_WHAT,      /* what can SUBJECT ACTION [on OBJECT] */
	AST_WHO,       /* who can ACTION OBJECT */
	AST_CAN,       /* can SUBJECT ACTION OBJECT */
	AST_HOW,       /* how can SUBJECT ACTION OBJECT */
	AST_BLAST,     /* blast SUBJECT */
	AST_FIND,      /* find KINDS */
	AST_SHOW,      /* show OBJECT */
	AST_SNAPSHOTS, /* snapshots; later */
	AST_WHEN,      /* when can SUBJECT ACTION OBJECT; later */
	AST_DIFF,      /* diff FROM..TO INNER; later. INNER has the clauses */
	AST_CHOKE,     /* choke SUBJECT to OBJECT; later */
	AST_RISKS,     /* risks [of SUBJECT]; later */
	AST_GAP,       /* gap SUBJECT; later */
	AST_SUGGEST,   /* suggest SUBJECT; later */
	AST_VERB_COUNT
};

struct ast_query {
	struct str source; /* the arena's copy of the whole query text */
	struct ast_span span;
	bool explain;
	enum ast_verb verb;
	struct ast_span verb_span; /* "what can"; empty for AST_FILTER */
	struct ast_ref subject;    /* who acts */
	struct ast_words action;   /* any of them: access, write, s3:Get* */
	struct ast_ref object;     /* what is acted on */
	struct ast_words kinds;    /* find */
	struct ast_word from, to;  /* diff */
	const struct ast_query *inner;
	struct ast_clauses clauses;
};

/* Whether two trees mean the same: everything but spans and the way keys were spelled. */
bool ast_equal(const struct ast_query *a, const struct ast_query *b);
bool ast_filter_equal(const struct ast_filter *a, const struct ast_filter *b);

/* The smallest span that covers both; an empty span at 0 counts for nothing. */
struct ast_span ast_span_join(struct ast_span a, struct ast_span b);

#endif
