/*
 * tree_world.h - a random estate of the made-up provider: scopes in a tree, users and
 * groups in any of them, grants, denies, roles, ceilings by place, and things that were
 * not collected. Raw facts, as the reference reads them; and the same in a store.
 */
#ifndef TESTS_TREE_WORLD_H
#define TESTS_TREE_WORLD_H

#include "catalog/catalog.h"
#include "graphstore/store.h"

#define TREE_ACTIONS  6u
#define TREE_ATOMS    3u
#define TREE_SCOPES   5u
#define TREE_PLACES   24u
#define TREE_USERS    5u
#define TREE_GROUPS   4u
#define TREE_GRANTS   16u
#define TREE_ROLES    4u
#define TREE_CEILINGS 3u
#define TREE_NONE     UINT32_MAX

/* A condition over atoms, as postfix: atoms, and what follows each. */
struct tree_formula {
	uint32_t count;
	uint32_t atom[3];
	char joins[3][3]; /* of 'a', 'o', 'n'; ends with 0 */
};

enum tree_means { TREE_ANYONE, TREE_USER, TREE_GROUP, TREE_DOMAIN, TREE_IN, TREE_ALL };

struct tree_principal {
	enum tree_means means;
	uint32_t of;
	bool excepted;
};

struct tree_place {
	uint32_t scope, parent; /* TREE_NONE: the top */
	bool collected, container;
	bool unsaid; /* how it lies in its parent is in no input: more may be between */
	bool listed; /* its own scope does not say its parent, the parent's scope does */
	bool denies_refused, ceilings_refused;
};

struct tree_block {
	uint32_t actions; /* bits */
	struct tree_formula formula;
};

struct tree_role {
	uint32_t scope, block_count;
	bool collected;
	struct tree_block blocks[2];
};

struct tree_grant {
	uint32_t holder; /* place */
	bool deny, apart, eligible, holder_only;
	uint32_t role; /* or TREE_NONE */
	struct tree_block block;
	struct tree_principal principals[3];
	uint32_t principal_count;
};

struct tree_group {
	uint32_t scope;
	bool collected;
	bool known; /* all its members were listed */
	struct tree_principal members[3];
	uint32_t written_in[3]; /* scope of each membership */
	uint32_t member_count;
};

struct tree_ceiling {
	uint32_t holder;
	struct tree_principal principal;
	struct tree_block block; /* the actions that it is about */
	uint32_t places[2];
	uint32_t place_count;
};

struct tree_world {
	uint32_t scope_count, place_count, user_count, group_count;
	uint32_t own[TREE_SCOPES]; /* the place that the scope is */
	bool policies_read[TREE_SCOPES], members_read[TREE_SCOPES];
	struct tree_place places[TREE_PLACES];
	uint32_t user_scope[TREE_USERS];
	struct tree_group groups[TREE_GROUPS];
	struct tree_role roles[TREE_ROLES];
	struct tree_grant grants[TREE_GRANTS];
	struct tree_ceiling ceilings[TREE_CEILINGS];
	uint32_t role_count, grant_count, ceiling_count;
};

void tree_world_make(struct tree_world *w, uint64_t seed);
/* Put it into an empty store. Aborts when that does not work. */
void tree_world_write(const struct tree_world *w, struct store *store);
/* What is in it, for whoever has to find out why a world fails. */
void tree_world_print(const struct tree_world *w);

/* The actions by number, ascending. */
action_id tree_world_action(uint32_t i);
/* The keys, valid until the next few calls. */
struct str tree_world_place(uint32_t i);
struct str tree_world_user(uint32_t i);
struct str tree_world_group(uint32_t i);

#endif
