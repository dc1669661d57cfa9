#include "reachability/path_queue.h"

#include <stdlib.h>
#include <string.h>

struct bucket {
	struct path_price price;
	struct buf items; /* struct path_item */
};

void path_queue_clear(struct path_queue *q)
{
	for (size_t i = 0; i < VEC_COUNT(&q->buckets, struct bucket *); i++) {
		struct bucket *b = VEC_DATA(&q->buckets, struct bucket *)[i];

		buf_release(&b->items);
		free(b);
	}
	buf_clear(&q->buckets);
	q->at = q->next = 0;
}

void path_queue_release(struct path_queue *q)
{
	path_queue_clear(q);
	buf_release(&q->buckets);
	buf_release(&q->scratch);
}

static bool price_before(struct path_price a, struct path_price b)
{
	return a.cost != b.cost ? a.cost < b.cost : a.hops < b.hops;
}

/* There are few prices, and most that is put is dear. */
static struct bucket *bucket_of(struct path_queue *q, struct path_price price)
{
	struct bucket **v = VEC_DATA(&q->buckets, struct bucket *), *made;
	size_t count = VEC_COUNT(&q->buckets, struct bucket *), i = count;

	while (i > 0 && price_before(price, v[i - 1]->price))
		i--;
	if (i > 0 && !price_before(v[i - 1]->price, price))
		return v[i - 1];
	made = calloc(1, sizeof(*made));
	if (!made)
		abort();
	made->price = price;
	VEC_ADD(&q->buckets, struct bucket *, made);
	v = VEC_DATA(&q->buckets, struct bucket *);
	memmove(v + i + 1, v + i, (count - i) * sizeof(struct bucket *));
	v[i] = made;
	return made;
}

void path_queue_put(struct path_queue *q, struct path_price price, struct path_item item)
{
	buf_add(&bucket_of(q, price)->items, &item, sizeof(item));
}

static bool item_before(
	const struct path_queue *q, struct path_item a, struct path_item b)
{
	return a.group != b.group ? a.group < b.group
				  : q->before(q->ctx, a.state, b.state);
}

static void merge(const struct path_queue *q, struct path_item *v, struct path_item *room,
	size_t middle, size_t end)
{
	size_t i = 0, k = middle, n = 0;

	memcpy(room, v, middle * sizeof(*v));
	while (i < middle && k < end)
		v[n++] = item_before(q, v[k], room[i]) ? v[k++] : room[i++];
	memcpy(v + n, room + i, (middle - i) * sizeof(*v));
}

/* Runs that ascend already are merged: most come in order. */
static void sort(struct path_queue *q, struct path_item *v, size_t count)
{
	struct path_item *room;
	size_t run = 1;

	while (run < count && !item_before(q, v[run], v[run - 1]))
		run++;
	if (run >= count)
		return;
	buf_clear(&q->scratch);
	buf_reserve(&q->scratch, count * sizeof(*v));
	room = VEC_DATA(&q->scratch, struct path_item);
	for (size_t width = 1; width < count; width *= 2) {
		for (size_t i = 0; i + width < count; i += 2 * width) {
			size_t end = i + 2 * width < count ? 2 * width : count - i;

			if (item_before(q, v[i + width], v[i + width - 1]))
				merge(q, v + i, room, width, end);
		}
	}
}

bool path_queue_take(uint32_t *state, struct path_queue *q)
{
	struct bucket *const *v = VEC_DATA(&q->buckets, struct bucket *);

	for (; q->at < VEC_COUNT(&q->buckets, struct bucket *); q->at++, q->next = 0) {
		struct buf *items = &v[q->at]->items;

		if (q->next == 0)
			sort(q, VEC_DATA(items, struct path_item),
				VEC_COUNT(items, struct path_item));
		if (q->next < VEC_COUNT(items, struct path_item)) {
			*state = VEC_DATA(items, struct path_item)[q->next++].state;
			return true;
		}
	}
	return false;
}
