/*
 * segment_priv.h - opening a segment over its bytes; shared by snapshot, builder and
 * check.
 */
#ifndef GRAPHSTORE_SEGMENT_PRIV_H
#define GRAPHSTORE_SEGMENT_PRIV_H

#include "graphstore/dictionary_priv.h"
#include "graphstore/section_priv.h"
#include "graphstore/segment.h"
#include "graphstore/source_priv.h"

/* Where a segment gets documents from: the snapshot, or nothing. */
struct segment_reader {
	int (*compiled)(void *ctx, const struct document **out,
		const struct sha256 *digest, struct err *e);
	int (*text)(
		void *ctx, struct str *out, const struct sha256 *digest, struct err *e);
	/* Which of its holdings; 0: the entity itself. */
	int (*source)(void *ctx, struct source *out, const struct segment *s,
		entity_id id, uint32_t which, struct err *e);
	uint32_t scope;
	void *ctx;
};

struct segment {
	struct segment_info info;
	struct segment_head head;
	struct section_view view[SECTION_COUNT];
	struct dictionary keys, foreign;
	struct str part0;
	struct segment_reader reader;
};

/* `parts` stay borrowed. Checks bounds and list shapes only. */
int segment_open(struct segment *s, const struct str *parts, uint32_t part_count,
	uint32_t version, struct err *e);

/* Verify checksums and every element. */
int segment_check(const struct segment *s, struct err *e);

#endif
