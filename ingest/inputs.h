/*
 * inputs.h - which files an ingest reads, and what their neighbours say about them.
 *
 * A path that is a file is read whatever its name. In a directory, and in those below,
 * files are read whose names end in .json, .jsonl, .ndjson, .msgpack,
 * credential-report.csv or credential_report.csv, or one of these and .gz or .zst; others
 * are counted as skipped, as are names that begin with a dot. Symbolic links to
 * directories are not followed.
 *
 * Inputs are in the byte order of their paths, "-" first, each path once: the order in
 * which they were named does not matter.
 *
 * Owns all it lends, until inputs_free. One thread at a time.
 */
#ifndef INGEST_INPUTS_H
#define INGEST_INPUTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "ingest/decoder.h"

struct inputs;

struct input {
	const char *path;
	uint64_t size;      /* of the file as it is stored; 0 unknown */
	uint32_t directory; /* for inputs_context */
};

/* ERR_IO for a path that is not there or cannot be listed. */
int inputs_find(
	struct inputs **out, const char *const *paths, size_t path_count, struct err *e);
void inputs_free(struct inputs *in);

size_t inputs_count(const struct inputs *in);
const struct input *inputs_get(const struct inputs *in, size_t i);

/* Files in directories whose names are not those of inputs. */
uint64_t inputs_skipped(const struct inputs *in);

/*
 * What is known about input i apart from its bytes. `companion` holds the companion's
 * content and must live as long as the context. May read the heads of the files beside
 * and above.
 */
int inputs_context(struct decoder_context *out, struct inputs *in, size_t i,
	struct buf *companion, struct err *e);

#endif
