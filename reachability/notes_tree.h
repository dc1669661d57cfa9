/*
 * notes_tree.h - what an answer does not know where policies hold beneath their holder.
 */
#ifndef REACHABILITY_NOTES_TREE_H
#define REACHABILITY_NOTES_TREE_H

#include "reachability/notes.h"

/*
 * About an entity: containers above it whose policies nobody read, denies that nobody
 * asked for, and groups that are granted something of the question while not all their
 * members are known.
 */
int notes_tree_object(struct notes *n, struct decide *d, node_id object, struct err *e);

/* About whatever an identity might have access to besides. */
int notes_tree_subject(struct notes *n, node_id subject, struct err *e);

#endif
