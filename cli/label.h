/*
 * label.h - what an entity is called in output for people: "role/ci", "role/ci@prod".
 *
 * A label can be pasted back into a query; where it is not unique there, the query says
 * so. Labels hold text from outside: they still go through base/out.h. They live in the
 * arena.
 */
#ifndef CLI_LABEL_H
#define CLI_LABEL_H

#include "base/arena.h"
#include "reachability/answer.h"

/* "role/ci"; the key of what is in no scope. */
struct str label_entity(struct world *w, node_id n, struct arena *arena);

/* "role/ci@prod": with the account it lives in. */
struct str label_place(struct world *w, node_id n, struct arena *arena);

/*
 * The same with what hops changed of it: "user/eve@prod (any policy)". Not to be pasted
 * back.
 */
struct str label_changed(struct world *w, node_id n, struct arena *arena);

/* The account's name, else its id, else empty. */
struct str label_account(struct world *w, node_id n);

/*
 * "role/ci@dev > role/ci-deploy@prod": who is passed on the way; "group g" for one that
 * gives it.
 */
struct str label_via(struct world *w, const struct answer_row *row, struct arena *arena);
struct str label_path(struct world *w, const struct path *path, struct arena *arena);

/* The residual condition as text; empty when nothing is left over. */
struct str label_condition(struct world *w, expr residual, struct arena *arena);

/* "2026-01-02T03:04:05Z"; empty for 0, "never" for -1. */
struct str label_time(int64_t seconds, struct arena *arena);

/* A policy text on one line: blanks between its tokens are left out. */
struct str label_policy(struct str text, struct arena *arena);

/* "a, b, c" */
struct str label_list(const struct str *items, uint32_t count, struct arena *arena);
struct str label_actions(const action_id *actions, uint32_t count, struct arena *arena);
struct str label_levels(uint32_t level_mask, struct arena *arena);

#endif
