/*
 * moment.h - points in time as people write them: 90d, 2026-01-31, 2026-01-31T08:00:00Z.
 *
 * An age is a number and one of s m h d w y (a minute is m, a year 365 days). A date
 * without a time is its first second, UTC. Nothing here asks what time it is.
 */
#ifndef QUERY_MOMENT_H
#define QUERY_MOMENT_H

#include <stdint.h>

#include "base/str.h"

/* 1 and the seconds of an age, or 0 when the text is none. */
int moment_age(int64_t *seconds, struct str text);

/*
 * 1 and the Unix time of a date as base/date.h reads it, or 0 when the text is none.
 * Seconds since 1970 are not a date here.
 */
int moment_date(int64_t *unix_seconds, struct str text);

#endif
