/*
 * pattern_search.c - the first place where a core fits, all places at once.
 *
 * A core is a part of a pattern without stars. 64 of its bytes are one word of bits (a
 * "block"); a word per byte of the alphabet says which of them it fits. Reading the text
 * from left to right, bit i of
 *
 *	here = (here << 1 | 1) & fits[text byte]
 *
 * is set when the block's first i + 1 bytes fit the text that ends there. Each block is
 * run over the text by itself and strikes out the beginnings where it does not fit: what
 * is left fits all blocks. So a '?' costs nothing, and a core of n bytes costs n / 64
 * readings of the text, wherever its '?'s stand.
 */
#include "reachability/pattern_priv.h"

#define BLOCK 64u

/* Beginnings that are tried in one go, at most; fewer first, as most are found soon. */
#define WINDOW_MAX   8192u
#define WINDOW_FIRST 256u

struct pattern_hunt {
	struct str core, text;
	enum pattern_reading reading;
	size_t from; /* the first beginning of the window */
	size_t count;
	uint64_t
		left[WINDOW_MAX / 64]; /* bit: a beginning that no block has struck out */
	uint64_t steps;
};

static void fits_add(
	uint64_t fits[256], enum pattern_reading reading, char byte, uint64_t bit)
{
	fits[(unsigned char)byte] |= bit;
	if (reading != PATTERN_READ_FOLDED)
		return;
	for (unsigned c = 0; c < 256; c++) {
		if (str_lower_char((char)c) == str_lower_char(byte))
			fits[c] |= bit;
	}
}

/* Which bytes of the block fit each byte of a text. */
static void fits_make(uint64_t fits[256], enum pattern_reading reading, struct str block)
{
	uint64_t any = 0;

	for (size_t i = 0; i < block.n; i++)
		any |= (uint64_t)(block.p[i] == '?') << i;
	for (unsigned c = 0; c < 256; c++)
		fits[c] = any;
	for (size_t i = 0; i < block.n; i++) {
		if (block.p[i] != '?')
			fits_add(fits, reading, block.p[i], 1ull << i);
	}
	if (reading == PATTERN_READ_MEETS)
		fits['?'] = UINT64_MAX;
	if (reading == PATTERN_READ_WITHIN)
		fits['*'] = 0;
}

/* Strike out the window's beginnings from which the block at `offset` does not fit. */
static void strike(struct pattern_hunt *h, size_t offset)
{
	struct str block = str_head(str_skip(h->core, offset), BLOCK);
	uint64_t fits[256], here = 0, last = 1ull << (block.n - 1);
	const char *text = h->text.p + h->from + offset;
	uint64_t kept[WINDOW_MAX / 64] = { 0 };

	fits_make(fits, h->reading, block);
	for (size_t i = 0; i < h->count + block.n - 1; i++) {
		here = (here << 1 | 1) & fits[(unsigned char)text[i]];
		if (here & last)
			kept[(i + 1 - block.n) / 64] |= 1ull << ((i + 1 - block.n) % 64);
	}
	h->steps += h->count + block.n - 1;
	for (size_t i = 0; i < (h->count + 63) / 64; i++)
		h->left[i] &= kept[i];
}

/* The first beginning in the window, or its count. */
static size_t hunt(struct pattern_hunt *h)
{
	memset(h->left, 0xff, sizeof(h->left));
	for (size_t offset = 0; offset < h->core.n; offset += BLOCK)
		strike(h, offset);
	for (size_t i = 0; i < (h->count + 63) / 64; i++) {
		if (h->left[i])
			return i * 64 + (size_t)__builtin_ctzll(h->left[i]);
	}
	return h->count;
}

size_t pattern_search(
	struct str core, struct str text, enum pattern_reading reading, uint64_t *steps)
{
	struct pattern_hunt h = { .core = core, .text = text, .reading = reading };
	size_t places = text.n < core.n ? 0 : text.n - core.n + 1, size = WINDOW_FIRST;

	for (size_t at = 0; at < places; at += h.count) {
		h.from = at;
		/* not smaller than the core, which is read for each window again */
		size = size < core.n ? core.n : size;
		size = size < WINDOW_MAX ? size : WINDOW_MAX;
		h.count = places - at < size ? places - at : size;
		size_t found = hunt(&h);

		if (found < h.count) {
			*steps += h.steps;
			return at + found;
		}
		size *= 2;
	}
	*steps += h.steps;
	return SIZE_MAX;
}
