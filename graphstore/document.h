/*
 * document.h - a compiled policy document: normalised statements, read in place.
 *
 * The compiler of a dialect turns a policy text into one value of the store's `docs`
 * table, named by the SHA-256 of the text. Whoever has the bytes reads them through
 * `struct document` without a copy. Actions are catalogue ids; the store's meta table has
 * the catalogue's digest, and a store compiled with another catalogue must be compiled
 * again from its input.
 *
 * Bytes: docs/store-format.md, "compiled document". Little-endian, arrays 8-byte aligned.
 *
 * Invariants, checked by document_open in O(size):
 *  (1) every offset and count lies inside the value
 *  (2) the action intervals of one statement ascend and do not touch
 *  (3) pattern.literal_size is the number of bytes before its first wildcard or variable
 *  (4) a statement with a role has those of its actions that are in its own intervals,
 *      all when it has none
 *  (5) the joins of a statement's conditions never take more truths than there are
 *
 * Lifetime: everything is borrowed from the bytes given to document_open.
 */
#ifndef GRAPHSTORE_DOCUMENT_H
#define GRAPHSTORE_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Document flags. */
#define DOCUMENT_INVALID                                                                 \
	0x01u /* rejected by the provider: neither grants nor denies knowably */
#define DOCUMENT_READS_PRINCIPAL 0x02u /* a statement reads attributes of the caller */
#define DOCUMENT_READS_RESOURCE  0x04u /* a statement reads attributes of the resource */
#define DOCUMENT_DENIES          0x08u /* has a Deny */

/* Statement flags. */
#define DOCUMENT_DENY          0x01u
#define DOCUMENT_NOT_RESOURCE  0x02u /* covers the resources that its patterns do not */
#define DOCUMENT_NOT_PRINCIPAL 0x04u /* covers the principals that its list does not */
#define DOCUMENT_ANY_RESOURCE  0x08u /* "*", or its layer has no resource element */
#define DOCUMENT_NOT_ACTION                                                              \
	0x10u /* written as NotAction; the intervals are its complement already */
/* 0x20, 0x40: the same as the document's READS_ flags, shifted by 4 */
#define DOCUMENT_STATEMENT_READS_PRINCIPAL 0x20u
#define DOCUMENT_STATEMENT_READS_RESOURCE  0x40u
/* gives what it gives only after an activation */
#define DOCUMENT_ELIGIBLE                  0x80u
/* of a container's document: for the container, not for what is beneath it */
#define DOCUMENT_HOLDER_ONLY               0x100u

/* Pattern flags. Exactly one of EXACT, PREFIX or neither holds. */
#define DOCUMENT_PATTERN_VARIABLE 0x01u /* holds ${...}, replaced for each caller */
#define DOCUMENT_PATTERN_EXACT    0x02u /* no wildcard and no variable */
#define DOCUMENT_PATTERN_PREFIX                                                          \
	0x04u /* one wildcard, a '*' at its end, and no variable */
/* of a statement that has others: it covers only what this covers too, or does not */
#define DOCUMENT_PATTERN_ALSO   0x08u
#define DOCUMENT_PATTERN_EXCEPT 0x10u

enum document_principal_type {
	DOCUMENT_ANYONE = 1, /* everybody, anonymous callers too */
	/* an account, which delegates to its own policies: text is its id */
	DOCUMENT_ACCOUNT,
	DOCUMENT_KEY,       /* one user or role: text is its key */
	DOCUMENT_SESSION,   /* one session: text is its key */
	DOCUMENT_SERVICE,   /* a service of the provider: text is its name */
	DOCUMENT_FEDERATED, /* an identity provider: text is its key or host name */
	DOCUMENT_CANONICAL, /* an account by its storage id */
	DOCUMENT_UNIQUE_ID, /* an identity by its unique id */
	DOCUMENT_GROUP,     /* whoever is in a group, nested too: text is its key */
	/* whoever is in a set that the provider knows without a list: text is its name */
	DOCUMENT_SET,
	DOCUMENT_PRINCIPAL_TYPE_END
};

/*
 * Operators without qualifier and IfExists. Each negated one directly follows its
 * positive one.
 */
enum document_operator {
	DOCUMENT_STRING_EQUALS = 1,
	DOCUMENT_STRING_NOT_EQUALS,
	DOCUMENT_STRING_EQUALS_FOLD,
	DOCUMENT_STRING_NOT_EQUALS_FOLD,
	DOCUMENT_STRING_LIKE,
	DOCUMENT_STRING_NOT_LIKE,
	DOCUMENT_ARN_LIKE, /* ArnEquals means the same */
	DOCUMENT_ARN_NOT_LIKE,
	DOCUMENT_IP_ADDRESS,
	DOCUMENT_NOT_IP_ADDRESS,
	DOCUMENT_NUMERIC_EQUALS,
	DOCUMENT_NUMERIC_NOT_EQUALS,
	DOCUMENT_DATE_EQUALS,
	DOCUMENT_DATE_NOT_EQUALS,
	DOCUMENT_NUMERIC_LESS,
	DOCUMENT_NUMERIC_LESS_EQUALS,
	DOCUMENT_NUMERIC_GREATER,
	DOCUMENT_NUMERIC_GREATER_EQUALS,
	DOCUMENT_DATE_LESS,
	DOCUMENT_DATE_LESS_EQUALS,
	DOCUMENT_DATE_GREATER,
	DOCUMENT_DATE_GREATER_EQUALS,
	DOCUMENT_BOOL,
	DOCUMENT_BINARY_EQUALS,
	DOCUMENT_NULL,
	DOCUMENT_OPERATOR_UNKNOWN, /* not one that we know: its truth is unknown */
	DOCUMENT_OPERATOR_END
};

/* Principal flags. */
#define DOCUMENT_EXCEPTED 0x01u /* not meant, though another one of the list names it */

/*
 * How the truths of a statement's conditions come together: behind each condition up to
 * DOCUMENT_JOINS_MAX of these, as in postfix notation, two bits each, the first lowest.
 * AND and OR take the two newest truths, NOT the newest one. What is left at the end must
 * all hold; so conditions without joins must all hold.
 */
enum document_join { DOCUMENT_JOIN_NONE, DOCUMENT_AND, DOCUMENT_OR, DOCUMENT_NOT };
#define DOCUMENT_JOINS_MAX 16u

enum document_qualifier { DOCUMENT_PLAIN, DOCUMENT_FOR_ALL, DOCUMENT_FOR_ANY };

/* Condition flags. */
#define DOCUMENT_IF_EXISTS 0x01u
#define DOCUMENT_CONDITION_READS_PRINCIPAL                                               \
	0x02u /* key, or a variable in a value, is of the caller */
#define DOCUMENT_CONDITION_READS_RESOURCE 0x04u
#define DOCUMENT_CONDITION_VARIABLE       0x08u /* a value holds ${...} */
/* holds only for callers of the accounts whose native ids its values are */
#define DOCUMENT_CONDITION_PINS           0x10u

/* Shapes on disk. */
struct document_text {
	uint32_t offset, size; /* in the text heap */
};

struct document_interval {
	uint32_t begin, end; /* action ids [begin, end) */
};

struct document_pattern {
	struct document_text text;
	uint32_t literal_size;
	uint32_t flags; /* DOCUMENT_PATTERN_ */
};

struct document_principal {
	struct document_text text;
	uint32_t type;  /* enum document_principal_type */
	uint32_t flags; /* DOCUMENT_EXCEPTED */
};

struct document_condition {
	struct document_text key;     /* as written; keys compare without case */
	struct document_text written; /* the operator as written, for display */
	uint32_t value_first, value_count;
	uint16_t operator_; /* enum document_operator */
	uint8_t qualifier;  /* enum document_qualifier */
	uint8_t flags;
	uint32_t joins; /* enum document_join, two bits each */
};

struct document_statement {
	uint32_t flags;
	uint32_t source_index; /* 0-based place in the policy's statement list */
	uint32_t action_first, action_count;       /* intervals */
	uint32_t resource_first, resource_count;   /* patterns */
	uint32_t principal_first, principal_count; /* none in layers without principals */
	uint32_t condition_first, condition_count; /* all must hold, or see joins */
	struct document_text sid;
	uint32_t span_begin, span_end; /* bytes of the statement in the policy text */
	/* the one catalogue service of its actions, or DOCUMENT_ANY_SERVICE */
	uint32_t service;
	uint32_t reserved;
	/*
	 * key of a role definition that has the actions (LAYER_ROLE), or empty: they are
	 * the statement's own
	 */
	struct document_text role;
};

#define DOCUMENT_ANY_SERVICE UINT32_MAX

/* A document as read. */
struct document {
	const struct document_statement *statements;
	const struct document_interval *intervals;
	const struct document_pattern *patterns;
	const struct document_principal *principals;
	const struct document_condition *conditions;
	const struct document_text *values;
	struct str text;
	struct str problem; /* why an invalid one is invalid */
	uint32_t statement_count;
	uint32_t flags; /* DOCUMENT_ */
};

int document_open(struct document *out, struct str bytes, struct err *e);

static inline struct str document_str(const struct document *d, struct document_text t)
{
	return (struct str){ d->text.p + t.offset, t.size };
}

/* Whether the statement covers the action. O(log intervals). */
bool document_has_action(
	const struct document *d, const struct document_statement *s, uint32_t action);

/*
 * The condition of the statement that pins its callers to accounts, or NULL.
 */
const struct document_condition *document_pin(
	const struct document *d, const struct document_statement *s);

/*
 * Builds one document: add a statement, then its parts, then the next; finish. Zero to
 * start.
 */
struct document_builder {
	struct buf statements, intervals, patterns, principals, conditions, values, text;
	struct document_text problem;
	uint32_t flags;
};

void document_builder_release(struct document_builder *b);
void document_builder_clear(struct document_builder *b);

struct document_text document_add_text(struct document_builder *b, struct str s);

/* The new statement; the pointer is valid until the next call that adds a statement. */
struct document_statement *document_add_statement(struct document_builder *b);

/* In ascending order; touching and overlapping ones are joined. */
void document_add_interval(struct document_builder *b, uint32_t begin, uint32_t end);

/*
 * Finds out literal size and EXACT or PREFIX; `variables` says that ${...} means a
 * variable.
 */
void document_add_pattern(struct document_builder *b, struct str text, bool variables);

/*
 * The newest pattern narrows the others of its statement: DOCUMENT_PATTERN_ALSO or
 * _EXCEPT. Not beside DOCUMENT_NOT_RESOURCE.
 */
void document_narrow(struct document_builder *b, uint32_t flag);

void document_add_principal(
	struct document_builder *b, enum document_principal_type type, struct str text);

/* The newest principal is an exception. */
void document_except(struct document_builder *b);

/* Its actions are those of a role; intervals that follow leave no other ones. */
void document_set_role(struct document_builder *b, struct str key);

/*
 * Behind the newest condition. False when it has DOCUMENT_JOINS_MAX already: nothing is
 * added.
 */
bool document_add_join(struct document_builder *b, enum document_join join);

/* Values follow with document_add_value. Valid until the next condition. */
struct document_condition *document_add_condition(
	struct document_builder *b, struct str key, struct str written);

void document_add_value(struct document_builder *b, struct str value);

/* Drop what was added and keep the reason. */
void document_set_invalid(struct document_builder *b, struct str problem);

/*
 * Append the finished bytes to `out`, which must be 8-byte aligned. Statement flags go up
 * into the document's.
 */
void document_finish(struct document_builder *b, struct buf *out);

#endif
