#include "base/sort.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEW 64u /* up to here insertion is faster */

static void insert_few(uint64_t *v, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		uint64_t x = v[i];
		size_t at = i;

		for (; at > 0 && v[at - 1] > x; at--)
			v[at] = v[at - 1];
		v[at] = x;
	}
}

/* One pass: by the byte at `shift`, numbers of equal bytes staying in their order. */
static void place(uint64_t *to, const uint64_t *from, size_t count, unsigned shift)
{
	size_t next[256] = { 0 }, sum = 0;

	for (size_t i = 0; i < count; i++)
		next[from[i] >> shift & 0xff]++;
	for (unsigned b = 0; b < 256; b++) {
		size_t here = next[b];

		next[b] = sum;
		sum += here;
	}
	for (size_t i = 0; i < count; i++)
		to[next[from[i] >> shift & 0xff]++] = from[i];
}

static void *get(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (!p) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	return p;
}

void sort_u64(uint64_t *numbers, size_t count)
{
	uint64_t *from = numbers, *to, *other, differ = 0;

	if (count <= FEW) {
		insert_few(numbers, count);
		return;
	}
	for (size_t i = 1; i < count; i++)
		differ |= numbers[i] ^ numbers[0];
	other = to = get(count, sizeof(*other));
	for (unsigned shift = 0; shift < 64; shift += 8) {
		uint64_t *swap = from;

		if (!(differ >> shift & 0xff))
			continue;
		place(to, from, count, shift);
		from = to;
		to = swap;
	}
	if (from != numbers)
		memcpy(numbers, from, count * sizeof(*numbers));
	free(other);
}

/* An item's key, and where it was. */
struct keyed {
	uint64_t key;
	uint32_t index;
};

static void place_keyed(
	struct keyed *to, const struct keyed *from, size_t count, unsigned shift)
{
	size_t next[256] = { 0 }, sum = 0;

	for (size_t i = 0; i < count; i++)
		next[from[i].key >> shift & 0xff]++;
	for (unsigned b = 0; b < 256; b++) {
		size_t here = next[b];

		next[b] = sum;
		sum += here;
	}
	for (size_t i = 0; i < count; i++)
		to[next[from[i].key >> shift & 0xff]++] = from[i];
}

/* The items in the order of their keys. */
static void gather(
	unsigned char *items, const struct keyed *order, size_t count, size_t size)
{
	unsigned char *copy = get(count, size);

	memcpy(copy, items, count * size);
	for (size_t i = 0; i < count; i++)
		memcpy(items + i * size, copy + order[i].index * size, size);
	free(copy);
}

void sort_items(void *items, size_t count, size_t size, uint64_t (*key)(const void *))
{
	struct keyed *from, *to, *first, *second;
	uint64_t differ = 0;
	bool sorted = true;

	if (count < 2)
		return;
	first = from = get(count, sizeof(*from));
	for (size_t i = 0; i < count; i++) {
		from[i] = (struct keyed){ key((const unsigned char *)items + i * size),
			(uint32_t)i };
		differ |= from[i].key ^ from[0].key;
		sorted &= i == 0 || from[i - 1].key <= from[i].key;
	}
	if (sorted) {
		free(first);
		return;
	}
	second = to = get(count, sizeof(*to));
	for (unsigned shift = 0; shift < 64; shift += 8) {
		struct keyed *swap = from;

		if (!(differ >> shift & 0xff))
			continue;
		place_keyed(to, from, count, shift);
		from = to;
		to = swap;
	}
	gather(items, from, count, size);
	free(first);
	free(second);
}
