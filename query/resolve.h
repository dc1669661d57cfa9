/*
 * resolve.h - which entities a reference means: keys, kind/name@account, names, sets.
 *
 *	arn:aws:iam::111122223333:role/ci      a full key, of an entity or of a part of one
 *	s3://payroll/2026/<star>               the provider's shorthand
 *	role/ci  iam:role/ci  role/ci@prod     kind and name, perhaps the account's id or name
 *	account/111122223333                   an account by id or name
 *	payroll  payroll@prod                  a name, when only one entity has it
 *	role/ci-<star>                         all that match
 *	internet, anyone, public               whoever has no credentials
 *	{filter}                               all that match
 *
 * Nothing is guessed: what fits nothing, or several entities, is ERR_SYNTAX with the
 * nearest names, or with the candidates, in a form that can be pasted back.
 *
 * Names compare without case, unless one is the same with case.
 *
 * Cost: one lookup for a key or a name; the entities of the store for wildcards, sets and
 * mistyped names.
 */
#ifndef QUERY_RESOLVE_H
#define QUERY_RESOLVE_H

#include "query/context.h"
#include "reachability/answer.h"

/* Append struct answer_object for a word. */
int resolve_word(
	struct buf *out, struct context *c, const struct ast_word *word, struct err *e);

/* The same for a reference with alternatives and sets; ascending by key, each once. */
int resolve_ref(
	struct buf *out, struct context *c, const struct ast_ref *ref, struct err *e);

/*
 * A text that resolves to the node, the shortest that names nothing else: "role/ci@prod".
 */
int resolve_name(struct str *out, struct world *w, node_id n, struct err *e);

#endif
