/*
 * tree_provider.h - a cloud that does not exist, with everything that inherited policies
 * can have and nothing else. A program that links it knows no other provider.
 *
 * Keys: "tree:top", "tree:c:N" containers and resources; "tree:u:N" users, "tree:g:N" groups;
 * "tree:d:N" the set of the users whose number ends so (modulo 3), "tree:in:KEY" of those in a
 * container, "tree:all" of all users. Conditions ask for the open keys "req:N".
 */
#ifndef TESTS_TREE_PROVIDER_H
#define TESTS_TREE_PROVIDER_H

#include "reachability/provider.h"

extern const struct provider tree_provider;

#endif
