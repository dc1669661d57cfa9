/*
 * rule_world.h - the worlds of tests/rules: a line of aws.worlds, and the accounts that
 * are made of it. README.md is the language.
 *
 * Each variant of a world is an account of its own in one organization: the world as it
 * stands, and what it becomes when one permission or fact is taken away, blocked, made
 * conditional or turned to something else.
 */
#ifndef TESTS_RULES_RULE_WORLD_H
#define TESTS_RULES_RULE_WORLD_H

#include "base/arena.h"
#include "base/buf.h"

#define RULE_WORLD_MAX 8u /* permissions or facts of one world */

struct rule_world {
	struct str id, class, actor, target, probe;
	bool assumed; /* found, and not certain */
	bool waits;   /* the engine does not have what the rule yields */
	struct str facts[RULE_WORLD_MAX], mays[RULE_WORLD_MAX];
	uint32_t fact_count, may_count;
	uint32_t line;
};

enum rule_change {
	CHANGE_NONE,
	CHANGE_WITHOUT, /* the permission */
	CHANGE_MOVED,   /* it is about something else */
	CHANGE_DENIED,
	CHANGE_DENIED_KIND, /* on all of its kind, spelled out */
	CHANGE_CEILING,     /* the organization denies it */
	CHANGE_BOUNDARY,    /* the actor's boundary lacks it */
	CHANGE_CONDITION,
	CHANGE_NO_FACT,
	CHANGE_OTHER_FACT, /* the attribute has the other value */
};

enum rule_outcome { RULE_FOUND, RULE_NOT_FOUND, RULE_CONDITIONAL, RULE_UNSURE };

struct rule_variant {
	enum rule_change change;
	uint32_t at; /* which permission or fact */
	enum rule_outcome outcome;
	char account[13];
	struct str actor, target; /* keys */
	struct str object;        /* resource that the probe is about */
	struct str probe;         /* action */
};

/* Read a line; false for one that has no world. Aborts on what is not the language. */
bool rule_world_read(struct rule_world *out, struct str line, uint32_t number);

/* All variants of a world (struct rule_variant). */
void rule_world_variants(
	struct buf *out, const struct rule_world *w, struct arena *arena);

/* The records of all variants and of their organization. */
void rule_world_stream(struct buf *out, const struct rule_world *w,
	const struct buf *variants, struct arena *arena);

/* "without lambda:InvokeFunction function:n" */
void rule_world_describe(
	struct buf *out, const struct rule_world *w, const struct rule_variant *v);

#endif
