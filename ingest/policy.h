/*
 * policy.h - the compilers of policy texts, one per dialect.
 *
 * A compiler is a pure function from a text and its layer to a compiled document. It
 * never fails: a text that the provider would refuse gives an invalid document with the
 * reason. Threads: any; each call has its own builder.
 */
#ifndef INGEST_POLICY_H
#define INGEST_POLICY_H

#include <stdint.h>

#include "base/hash.h"
#include "base/record.h"
#include "base/str.h"
#include "graphstore/document.h"

/*
 * Who hears of what is legal but cannot mean what its author hoped. `warn` NULL: nobody.
 */
struct policy_listener {
	/* `statement` is the 0-based index; the text is valid during the call. */
	void (*warn)(void *ctx, uint32_t statement, struct str text);
	void *ctx;
};

struct policy_dialect {
	const char *name; /* as in record_document.dialect */
	void (*compile)(struct document_builder *out, struct str text,
		enum record_layer layer, const struct policy_listener *listener);
};

/* NULL for a dialect that nobody here speaks. Static. */
const struct policy_dialect *policy_find(struct str name);

/*
 * The name of a compiled document: the SHA-256 of dialect, layer and text, because one
 * text means different things in different layers.
 */
struct sha256 policy_digest(struct str dialect, enum record_layer layer, struct str text);

#endif
