/*
 * sort.h - 64-bit numbers, and items that have one each, in ascending order.
 *
 * Cost: a pass over the numbers for each byte in which they differ; few numbers are
 * compared instead.
 */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

void sort_u64(uint64_t *numbers, size_t count);

/* Items of equal keys stay in their order. At most UINT32_MAX. */
void sort_items(void *items, size_t count, size_t size, uint64_t (*key)(const void *));

#endif
