/*
 * sink.h - buffered writing to standard output that notices when it fails.
 *
 * A reader that goes away (`| head`) ends the output and is no failure; a full disk is.
 * After the first failure nothing more is written, so a caller may render on and ask
 * once, at sink_close.
 *
 * Owns: its buffer; the descriptor is the caller's. Threads: one.
 */
#ifndef CLI_SINK_H
#define CLI_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct sink {
	struct buf
		buf; /* append here with base/out.h, then call sink_poll now and then */
	int fd;
	int error;      /* errno of the first write that failed, else 0 */
	bool terminal;  /* a person is looking */
	bool color;     /* and likes colours */
	uint32_t width; /* columns of the terminal; 0: not one, nothing is cut */
};

/* Finds out whether fd is a terminal, and its width. */
void sink_open(struct sink *s, int fd, bool no_color);

/* Write what has piled up once it is worth a call. */
void sink_poll(struct sink *s);

/* Write everything out now. */
void sink_flush(struct sink *s);

/* Whether more output has any use. */
bool sink_broken(const struct sink *s);

/* Flush and release. ERR_IO when output was lost for any reason but that nobody reads. */
int sink_close(struct sink *s, struct err *e);

#endif
