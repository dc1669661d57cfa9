/*
 * progress.h - one line on a terminal that says how far a long run is.
 *
 * Written only where standard error is a terminal; elsewhere nothing is.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct progress {
	bool shown; /* a terminal, and not --quiet */
	uint32_t width;
};

void progress_open(struct progress *p, bool quiet);

/* Replace the line; done of total (0: unknown) as a bar, then the text. */
void progress_show(
	const struct progress *p, uint64_t done, uint64_t total, struct str text);

/* Take the line away. */
void progress_close(const struct progress *p);

#endif
