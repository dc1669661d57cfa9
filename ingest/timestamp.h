/*
 * timestamp.h - the dates that exports write, as seconds since 1970.
 *
 * RFC 3339 with any offset, "2024-01-02T03:04:05Z", "...05.123+00:00", and a date alone.
 */
#ifndef INGEST_TIMESTAMP_H
#define INGEST_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* false when it is no date; fractions of a second are dropped. */
bool timestamp_parse(struct str text, int64_t *out);

#endif
