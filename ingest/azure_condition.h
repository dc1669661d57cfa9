/*
 * azure_condition.h - conditions of role assignments: Azure's attribute language, parsed
 * and taken apart into what a compiled document holds.
 *
 *	(!(ActionMatches{'A'}) OR (@Resource[x:y] StringEquals 'v'))
 *
 * A document's statement has one condition for all of its actions, so a condition that
 * asks for the action becomes several: the actions fall into cells by what the
 * ActionMatches tests say, and each cell has a condition without them.
 *
 * Precedence: NOT, then AND, then OR. What cannot be known of a request beforehand
 * (sub-operations) and what is no operator that we know becomes a test of unknown truth.
 *
 * Source: https://learn.microsoft.com/azure/role-based-access-control/conditions-format
 */
#ifndef INGEST_AZURE_CONDITION_H
#define INGEST_AZURE_CONDITION_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "graphstore/document.h"

struct azure_condition;

/* ERR_FORMAT with the byte, ERR_LIMIT. Everything is in the arena; text is borrowed. */
int azure_condition_parse(struct azure_condition **out, struct str text,
	struct arena *arena, struct err *e);

/* The patterns that the condition asks the action for, each once. */
uint32_t azure_condition_actions(
	const struct azure_condition *c, const struct str **patterns);

/* More of them in one condition are refused: the cells double with each. */
#define AZURE_CONDITION_ACTIONS_MAX 8u

enum azure_condition_truth {
	AZURE_CONDITION_FALSE,
	AZURE_CONDITION_TRUE,
	AZURE_CONDITION_OPEN
};

/*
 * The truth in the cell whose actions match the patterns of the set bits. For
 * AZURE_CONDITION_OPEN azure_condition_add writes what is left to the newest statement;
 * ERR_LIMIT when it is too deep for the document's joins.
 */
enum azure_condition_truth azure_condition_cell(
	const struct azure_condition *c, uint32_t bits);
int azure_condition_add(const struct azure_condition *c, uint32_t bits,
	struct document_builder *out, struct err *e);

#endif
