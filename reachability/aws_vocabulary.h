/*
 * aws_vocabulary.h - whether a condition key exists and takes a value, for those that a
 * person writes.
 */
#ifndef REACHABILITY_AWS_VOCABULARY_H
#define REACHABILITY_AWS_VOCABULARY_H

#include "base/arena.h"
#include "base/str.h"

/*
 * What is wrong with a key, or with its value, in words; empty when nothing is. Keys of
 * identity providers cannot be known and pass. O(actions of the key's service).
 */
struct str aws_vocabulary_check(struct str key, struct str value, struct arena *arena);

#endif
