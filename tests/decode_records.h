/*
 * decode_records.h - run an input through a decoder and write its records as lines, for
 * tests.
 *
 *	S scope parent                              E key kind name flags tags attributes
 *	R from relation to                          D layer holder (name) body
 *	C what subject state (detail)
 *
 * Containers and root users that follow from an account alone are left out.
 */
#ifndef TESTS_DECODE_RECORDS_H
#define TESTS_DECODE_RECORDS_H

#include <stdio.h>

#include "base/record.h"
#include "ingest/decoder.h"

static inline void decode_records_entity(
	struct buf *out, const struct record_entity *n, bool plain)
{
	if (!plain && (n->flags & (ENTITY_ROOT | ENTITY_CONTAINER)) &&
		(n->flags & ENTITY_ROOT ||
			(n->name.n == 0 && n->attribute_count == 1 && n->tag_count == 0)))
		return;
	buf_printf(out, "E %.*s %.*s %.*s %x", STR_ARG(n->key), STR_ARG(n->kind),
		STR_ARG(n->name), n->flags);
	for (uint32_t i = 0; i < n->tag_count; i++)
		buf_printf(out, " #%.*s=%.*s", STR_ARG(n->tags[i].key),
			STR_ARG(n->tags[i].value));
	for (uint32_t i = 0; i < n->attribute_count; i++)
		buf_printf(out, " %.*s=%.*s", STR_ARG(n->attributes[i].key),
			STR_ARG(n->attributes[i].value));
	if (n->created != 0)
		buf_printf(out, " c=%lld", (long long)n->created);
	if (n->last_used != 0)
		buf_printf(out, " u=%lld", (long long)n->last_used);
	buf_add_str(out, n->tags_known ? STR_LIT(" tagged\n") : STR_LIT("\n"));
}

static inline void decode_records_line(struct buf *out, const struct record *r)
{
	switch (r->type) {
	case RECORD_SCOPE:
		if (r->scope.parent.n > 0)
			buf_printf(out, "S %.*s %.*s\n", STR_ARG(r->scope.id),
				STR_ARG(r->scope.parent));
		break;
	case RECORD_ENTITY:
		decode_records_entity(out, &r->entity, false);
		break;
	case RECORD_RELATION:
		buf_printf(out, "R %.*s %.*s %.*s\n", STR_ARG(r->relation.from),
			STR_ARG(record_relation_name(r->relation.type)),
			STR_ARG(r->relation.to));
		break;
	case RECORD_DOCUMENT:
		buf_printf(out, "D %.*s %.*s (%.*s) %.*s\n",
			STR_ARG(record_layer_name(r->document.layer)),
			STR_ARG(r->document.holder), STR_ARG(r->document.name),
			STR_ARG(r->document.body));
		break;
	case RECORD_COVERAGE:
		buf_printf(out, "C %.*s %.*s %d (%.*s)\n", STR_ARG(r->coverage.what),
			STR_ARG(r->coverage.subject), (int)r->coverage.state,
			STR_ARG(r->coverage.detail));
		break;
	default:
		buf_add_str(out, STR_LIT("?\n"));
	}
}

/* Lines of encoded records; every record must decode. */
static inline int decode_records_lines(struct buf *out, struct str bytes, struct err *e)
{
	struct arena arena;
	struct record r;
	size_t at = 0;
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	while ((rc = record_decode(&r, bytes, &at, false, &arena, e)) == 1)
		decode_records_line(out, &r);
	arena_release(&arena);
	return rc;
}

/* Decode `input` fed in chunks; the encoded records go to `out`. */
static inline int decode_records(const struct decoder_context *context, struct str input,
	size_t chunk, struct buf *out, struct err *e)
{
	struct decoder *d = NULL;
	struct decoder_batch *batch = NULL;
	size_t at = 0;
	int rc = 0;

	decoder_open(&d, context);
	do {
		size_t n = input.n - at < chunk ? input.n - at : chunk;

		decoder_feed(d, (struct str){ input.p + at, n }, at + n == input.n);
		at += n;
		while ((rc = decoder_next(d, &batch, e)) == 1) {
			rc = decoder_batch_run(batch, out, e);
			decoder_batch_free(batch);
			if (rc < 0)
				break;
		}
	} while (rc >= 0 && at < input.n);
	decoder_close(d);
	return rc;
}

#endif
