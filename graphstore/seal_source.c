#include "graphstore/seal_priv.h"

#include <stdlib.h>

#include "graphstore/packed.h"
#include "graphstore/source_priv.h"

static struct source source_of(const struct seal *s, const struct builder_source *from)
{
	return (struct source){ builder_str(s->b, from->file), from->offset };
}

static void block_end(struct seal *s, struct source_writer *w)
{
	struct buf bytes = { 0 }, packed = { 0 };

	source_end(w, &bytes);
	packed_add(&packed, buf_str(&bytes));
	buf_add(&s->b->blocks, &packed, sizeof(packed));
	buf_release(&bytes);
}

void seal_source_make(struct seal *s)
{
	const struct builder_entity *entity =
		VEC_DATA(&s->b->entities, struct builder_entity);
	struct source_writer w = { 0 };

	for (uint32_t id = 0; id < s->total; id++) {
		struct source of = { .offset = 0 };
		uint32_t begin, count = seal_holding_range(s, id, &begin);

		if (id < s->entity_count)
			of = source_of(s, &entity[seal_entity(s, id)].source);
		source_add(&w, &of, count);
		for (uint32_t i = begin; i < begin + count; i++) {
			of = source_of(s,
				VEC_DATA(&s->holding_sources, struct builder_source) + i);
			source_add_holding(&w, &of);
		}
		if ((id + 1) % SOURCE_IDS == 0 || id + 1 == s->total)
			block_end(s, &w);
	}
	source_writer_release(&w);
}
