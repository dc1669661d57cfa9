/*
 * entity.h - one entity's facts as filters and columns name them.
 *
 * Everything returned is borrowed until world_close; a fact that an entity does not have
 * is empty.
 */
#ifndef QUERY_ENTITY_H
#define QUERY_ENTITY_H

#include "reachability/world.h"

/*
 * The node of an entity. Containers and shared entities are seen from several scopes; all
 * of them give the node of the scope that has it as its own.
 */
int entity_node(
	node_id *out, struct world *w, scope_number scope, entity_id id, struct err *e);

/* The native id of the account that it is in; of an account, its own. */
struct str entity_account(struct world *w, node_id n);

/* "aws"; the public has none. */
struct str entity_provider(struct world *w, node_id n);

struct str entity_region(struct world *w, node_id n);

/* 1 and the value of the tag, or 0; the name compares with case. */
int entity_tag(struct str *out, struct world *w, node_id n, struct str name);

/*
 * Whether a word is part of its name, its key or a tag; with wildcards: is one of them.
 */
bool entity_search(struct world *w, node_id n, struct str word);

/* Whether it can sign in at all: 1, 0, or -1 when it is nothing that could. */
int entity_enabled(struct world *w, node_id n);

/* Seconds since 1970; 0 not known, -1 (last use) known never. */
int64_t entity_created(struct world *w, node_id n);
int64_t entity_last_used(struct world *w, node_id n);

/* Full control of its own account, open to everyone: 1, 0 or an ERR_ code. */
int entity_admin(struct world *w, node_id n, struct err *e);
int entity_public(struct world *w, node_id n, struct err *e);
bool entity_external(struct world *w, node_id n);

#endif
