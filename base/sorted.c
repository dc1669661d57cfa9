#include "base/sorted.h"

#include <string.h>

void sorted_add(struct buf *list, size_t head, uint32_t number)
{
	size_t count = VEC_COUNT(list, uint32_t), at = count;
	uint32_t *v = VEC_DATA(list, uint32_t);

	while (at > head && v[at - 1] > number)
		at--;
	if (at > head && v[at - 1] == number)
		return;
	VEC_ADD(list, uint32_t, number);
	v = VEC_DATA(list, uint32_t);
	memmove(&v[at + 1], &v[at], (count - at) * sizeof(*v));
	v[at] = number;
}
