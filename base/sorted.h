/*
 * sorted.h - short lists of numbers, ascending, each once.
 *
 * For keys of a few dozen numbers: adding costs what lies behind the place.
 */
#ifndef BASE_SORTED_H
#define BASE_SORTED_H

#include <stdint.h>

#include "base/buf.h"

/* Add a number to the list of uint32_t that lies behind the first `head` ones. */
void sorted_add(struct buf *list, size_t head, uint32_t number);

#endif
