/*
 * rule_syntax.h - the text of a rules file as rules. docs/hop-rules.md is the language.
 */
#ifndef REACHABILITY_RULE_SYNTAX_H
#define REACHABILITY_RULE_SYNTAX_H

#include "base/arena.h"
#include "base/buf.h"
#include "reachability/rule.h"

/*
 * Append the rules of the text, struct rule, to `out`. They lie in the text and in the
 * arena, which must outlive them; so must `file`, what the rules' `file` says. ERR_FORMAT
 * "file:line:column: what was expected".
 */
int rule_syntax_read(struct buf *out, struct arena *arena, struct str file,
	struct str text, struct err *e);

#endif
