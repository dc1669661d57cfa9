/*
 * rule_draft.h - a rule that is being read, with the places of its words, so that what
 * turns out wrong at its end is still reported where it stands.
 *
 * The text and the arena are the caller's and outlive the draft; what a finished rule
 * points to lies in them.
 */
#ifndef REACHABILITY_RULE_DRAFT_H
#define REACHABILITY_RULE_DRAFT_H

#include "base/buf.h"
#include "reachability/rule.h"
#include "reachability/rule_cursor.h"

/* The words of a need or a test, for messages. */
struct rule_mark {
	struct str first, place;
};

struct rule_draft {
	struct rule_cursor cursor;
	struct arena *arena;
	struct str provider; /* of the file: "aws" */
	struct rule rule;
	struct str mark;              /* the rule's id where it stands */
	struct str target_mark;       /* the first word of its target */
	struct buf needs, need_marks; /* struct rule_need, struct rule_mark */
	struct buf tests, test_marks;
	uint32_t seen; /* lines it has, as bits that the reader chooses */
};

void rule_draft_release(struct rule_draft *d);

/* Forget the rule, keep file and provider. */
void rule_draft_begin(struct rule_draft *d, struct str id);

/* The rule with its lists in the arena. */
struct rule rule_draft_rule(const struct rule_draft *d);

/* ERR_FORMAT unless nothing is left of the line. */
int rule_draft_end_line(struct rule_draft *d, struct err *e);

/* What a word could have been: "a place", and which there are. */
struct rule_choice {
	const char *what;
	const char *const *words;
	uint32_t count;
};

/*
 * ERR_FORMAT at `mark`: `word` is none of the choice; names the nearest or, without one,
 * all of them.
 */
int rule_draft_unknown(const struct rule_draft *d, struct str mark, struct str word,
	const struct rule_choice *choice, struct err *e);

/* "iam:role" as "aws:iam:role", a kind of the catalogue. */
int rule_draft_kind(
	struct rule_draft *d, struct str word, struct str *out, struct err *e);

/* "iam:role|iam:user" */
int rule_draft_kinds(struct rule_draft *d, struct str word, const struct str **out,
	uint32_t *count, struct err *e);

/* A quoted string without its quotes. */
int rule_draft_quoted(
	struct rule_draft *d, struct str word, struct str *out, struct err *e);

#endif
