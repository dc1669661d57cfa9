/*
 * decoder_priv.h - between decoder.c and the decoders of the providers.
 *
 * A provider recognises documents by their shape and turns the pieces of a batch into
 * records.
 */
#ifndef INGEST_DECODER_PRIV_H
#define INGEST_DECODER_PRIV_H

#include "base/arena.h"
#include "base/json_splitter.h"
#include "ingest/decoder.h"

struct decoder_batch;

struct decoder_format {
	const char *name;
	bool whole; /* documents are wanted as one piece, else by their elements */
	int (*run)(const struct decoder_batch *batch, struct buf *out, struct err *e);
};

struct decoder_provider {
	/* The format of a document, or NULL when it is none of the provider's. */
	const struct decoder_format *(*detect)(
		const struct json_shape *shape, const struct decoder_context *context);
	/* How a text that is no JSON begins, and its format: one batch without pieces. */
	const char *text_head; /* NULL: it has none */
	const struct decoder_format *text;
	/*
	 * Whether a member of a document read in pieces says that another page follows.
	 */
	bool (*more_follows)(struct str member, struct str value);
	/* decoder_identify and decoder_companion for the provider's files. */
	int (*identify)(struct str head, char hint[DECODER_HINT_MAX]);
	struct str (*companion)(struct str path);
	const char *expected; /* what it can read, for messages */
};

struct decoder_piece {
	enum json_piece_type type;
	struct str member, text;
	uint64_t index, offset;
};

/* Everything in it is owned by the batch. */
struct decoder_batch {
	const struct decoder_format *format; /* NULL: encoded records, in `text` */
	struct decoder_context context; /* hint: of the document, else of the directory */
	struct arena arena;
	struct buf text;
	struct buf pieces; /* struct decoder_piece */
	uint64_t offset;   /* of the first byte in the file */
	bool more; /* with JSON_END: the document says that another page follows */
	const struct str *members; /* with JSON_END: names of the document's members */
	size_t member_count;
};

#endif
