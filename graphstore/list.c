#include "graphstore/list_priv.h"

#define SPARSE UINT32_MAX /* in the place of the first start, which is 0 */
#define HEAD   2u         /* SPARSE, number of lists */
#define BITS   32u        /* of one word */

static uint32_t word_count(uint32_t lists)
{
	return lists / BITS + (lists % BITS != 0);
}

static uint32_t ones(uint32_t bits)
{
	return (uint32_t)__builtin_popcount(bits);
}

static uint32_t between(const uint32_t *start, uint32_t limit, uint32_t *begin)
{
	if (start[0] > start[1] || start[1] > limit)
		return 0;
	*begin = start[0];
	return start[1] - start[0];
}

uint32_t list_bounds(
	const uint32_t *words, uint32_t size, uint32_t i, uint32_t limit, uint32_t *begin)
{
	const uint32_t *word;
	uint64_t at;

	*begin = 0;
	if (size < HEAD)
		return 0;
	if (words[0] != SPARSE)
		return i < size - 1 ? between(words + i, limit, begin) : 0;
	at = HEAD + 2 * (uint64_t)(i / BITS);
	if (i >= words[1] || at + 1 >= size)
		return 0;
	word = words + at;
	if ((word[0] >> i % BITS & 1) == 0)
		return 0;
	at = HEAD + 2 * (uint64_t)word_count(words[1]) + word[1] +
	     ones(word[0] & ((1u << i % BITS) - 1));
	return at + 1 < size ? between(words + at, limit, begin) : 0;
}

bool list_check(const uint32_t *words, uint32_t size, uint32_t count, uint32_t limit)
{
	uint32_t before = 0, n = word_count(count);
	uint64_t first = HEAD + 2 * (uint64_t)n;

	if (size == 0)
		return limit == 0;
	if (words[0] != SPARSE)
		return size == (uint64_t)count + 1 && words[0] == 0 &&
		       words[count] == limit;
	if (size <= first || words[1] != count)
		return false;
	for (uint32_t k = 0; k < n; k++) {
		if (words[HEAD + 2 * k + 1] != before)
			return false;
		before += ones(words[HEAD + 2 * k]);
	}
	return size == first + before + 1 && words[first] == 0 &&
	       words[size - 1] == limit;
}

uint32_t list_falls(const uint32_t *words, uint32_t size)
{
	bool sparse = size >= HEAD && words[0] == SPARSE;
	uint64_t first = sparse ? HEAD + 2 * (uint64_t)word_count(words[1]) : 0;

	for (uint64_t i = first + 1; i < size; i++) {
		if (words[i] < words[i - 1])
			return (uint32_t)i;
	}
	return size;
}

void list_pack(struct buf *starts)
{
	const uint32_t *start = VEC_DATA(starts, uint32_t);
	uint32_t size = (uint32_t)VEC_COUNT(starts, uint32_t), filled = 0;
	uint32_t count = size > 0 ? size - 1 : 0, n = word_count(count);
	struct buf out = { 0 };

	for (uint32_t i = 0; i < count; i++)
		filled += start[i] < start[i + 1];
	if (HEAD + 2 * (uint64_t)n + filled + 1 >= size)
		return;
	VEC_ADD(&out, uint32_t, SPARSE);
	VEC_ADD(&out, uint32_t, count);
	filled = 0;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t bits = 0;

		for (uint32_t i = k * BITS; i < count && i < (k + 1) * BITS; i++)
			bits |= (uint32_t)(start[i] < start[i + 1]) << i % BITS;
		VEC_ADD(&out, uint32_t, bits);
		VEC_ADD(&out, uint32_t, filled);
		filled += ones(bits);
	}
	for (uint32_t i = 0; i < count; i++) {
		if (start[i] < start[i + 1])
			VEC_ADD(&out, uint32_t, start[i]);
	}
	VEC_ADD(&out, uint32_t, start[count]);
	buf_release(starts);
	*starts = out;
}
