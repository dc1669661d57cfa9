#include "base/sort.h"

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

void sort_u64(uint64_t *numbers, size_t count)
{
	uint64_t *from = numbers, *to, *other, differ = 0;

	if (count <= FEW) {
		insert_few(numbers, count);
		return;
	}
	for (size_t i = 1; i < count; i++)
		differ |= numbers[i] ^ numbers[0];
	other = to = malloc(count * sizeof(*other));
	if (!other) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
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
