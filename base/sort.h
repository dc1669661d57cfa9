/*
 * sort.h - 64-bit numbers in ascending order.
 *
 * Cost: a pass over the numbers for each byte in which they differ; few numbers are
 * compared instead.
 */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

void sort_u64(uint64_t *numbers, size_t count);

#endif
