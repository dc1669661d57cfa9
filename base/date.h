/*
 * date.h - an instant of time as people and providers write it.
 *
 * Two forms are read: ISO 8601 of the W3C profile (year to nanosecond, each
 * later part optional, zone Z or +hh:mm; no zone means UTC) and seconds since
 * 1970-01-01T00:00:00Z. Four digits alone are a year.
 *
 * Source: https://www.w3.org/TR/NOTE-datetime
 *
 * Invariant: nanosecond < 1,000,000,000, also before 1970.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct date {
	int64_t second; /* since the epoch, rounded down */
	uint32_t nanosecond;
};

/* Whether the whole text is a date. Digits behind the ninth of a fraction are dropped. */
bool date_parse(struct date *out, struct str text);

/* "2026-01-02T03:04:05Z", with a fraction only when there is one. Years 0 to 9999. */
void date_print(struct buf *out, struct date d);

static inline int date_cmp(struct date a, struct date b)
{
	if (a.second != b.second)
		return a.second < b.second ? -1 : 1;
	return (a.nanosecond > b.nanosecond) - (a.nanosecond < b.nanosecond);
}

#endif
