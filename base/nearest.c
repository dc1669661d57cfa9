#include "base/nearest.h"

#include <assert.h>

static bool same(struct str a, size_t i, struct str b, size_t j)
{
	return str_lower_char(a.p[i]) == str_lower_char(b.p[j]);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/*
 * One row of the distance table: cell j is the distance of a's first i + 1 bytes from b's
 * first j. Returns the least cell, which no later row can undercut.
 */
static uint32_t fill_row(
	uint32_t rows[3][NEAREST_LENGTH_MAX + 1], struct str a, size_t i, struct str b)
{
	uint32_t *row = rows[(i + 1) % 3];
	const uint32_t *above = rows[i % 3], *above2 = rows[(i + 2) % 3];
	uint32_t low = row[0] = (uint32_t)i + 1;

	for (size_t j = 0; j < b.n; j++) {
		uint32_t cell = above[j] + (same(a, i, b, j) ? 0 : 1);

		cell = least(cell, least(above[j + 1], row[j]) + 1);
		if (i > 0 && j > 0 && same(a, i, b, j - 1) && same(a, i - 1, b, j))
			cell = least(cell, above2[j - 1] + 1);
		row[j + 1] = cell;
		low = least(low, cell);
	}
	return low;
}

uint32_t nearest_distance(struct str a, struct str b, uint32_t max)
{
	uint32_t rows[3][NEAREST_LENGTH_MAX + 1];
	size_t gap = a.n > b.n ? a.n - b.n : b.n - a.n;
	uint32_t before = 0;

	assert(max <= NEAREST_DISTANCE_MAX);
	if (gap > max || a.n > NEAREST_LENGTH_MAX || b.n > NEAREST_LENGTH_MAX)
		return max + 1;
	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = (uint32_t)j;
	for (size_t i = 0; i < a.n; i++) {
		uint32_t low = fill_row(rows, a, i, b);

		/* a swap reaches back over one row, so two rows must be past max */
		if (low > max && before > max)
			return max + 1;
		before = low;
	}
	return least(rows[a.n % 3][b.n], max + 1);
}

uint32_t nearest_tolerance(struct str word)
{
	return word.n <= 4 ? 1 : NEAREST_DISTANCE_MAX;
}

void nearest_init(struct nearest *n, struct str word)
{
	n->word = word;
	n->best = (struct str){ NULL, 0 };
	n->distance = nearest_tolerance(word) + 1;
}

bool nearest_offer(struct nearest *n, struct str candidate)
{
	uint32_t distance;

	if (n->distance == 0 || candidate.n == 0)
		return false;
	distance = nearest_distance(n->word, candidate, n->distance - 1);
	/* replacing every letter of a short word is no slip */
	if (distance >= n->distance || distance >= n->word.n)
		return false;
	n->best = candidate;
	n->distance = distance;
	return true;
}
