#include "base/date.h"

#define DATE_DAY_SECONDS  86400
#define DATE_EPOCH_DIGITS 15u /* 10^15 seconds are 30 million years */

/* What is left to read. */
struct date_cursor {
	struct str text;
	size_t at;
};

static bool date_skip_char(struct date_cursor *c, char wanted)
{
	if (c->at >= c->text.n || c->text.p[c->at] != wanted)
		return false;
	c->at++;
	return true;
}

static bool date_is_digit(const struct date_cursor *c)
{
	return c->at < c->text.n && c->text.p[c->at] >= '0' && c->text.p[c->at] <= '9';
}

/* Exactly `digits` digits, a number from low to high. */
static bool date_read_number(
	struct date_cursor *c, int64_t *out, uint32_t digits, int64_t low, int64_t high)
{
	int64_t value = 0;

	for (uint32_t i = 0; i < digits; i++) {
		if (!date_is_digit(c))
			return false;
		value = value * 10 + (c->text.p[c->at++] - '0');
	}
	*out = value;
	return value >= low && value <= high;
}

/* The digits behind a decimal point, at least one. */
static bool date_read_fraction(struct date_cursor *c, uint32_t *nanosecond)
{
	uint32_t scale = 100000000;

	if (!date_is_digit(c))
		return false;
	*nanosecond = 0;
	for (; date_is_digit(c); c->at++, scale /= 10)
		*nanosecond += scale * (uint32_t)(c->text.p[c->at] - '0');
	return true;
}

static bool date_is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t date_month_days(int64_t year, int64_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && date_is_leap(year) ? 1 : 0);
}

/* Days from 1970-01-01; years begin in March, so that the leap day is a year's last. */
static int64_t date_days(int64_t year, int64_t month, int64_t day)
{
	int64_t shifted = month <= 2 ? year - 1 : year;
	int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	int64_t year_of_era = shifted - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era =
		year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

/* "Z", "+hh:mm", "+hhmm" or nothing; *offset is what to take off to get UTC. */
static bool date_read_zone(struct date_cursor *c, int64_t *offset)
{
	int64_t sign = 1, hour, minute = 0;

	*offset = 0;
	if (c->at == c->text.n || date_skip_char(c, 'Z') || date_skip_char(c, 'z'))
		return c->at == c->text.n;
	if (date_skip_char(c, '-'))
		sign = -1;
	else if (!date_skip_char(c, '+'))
		return false;
	if (!date_read_number(c, &hour, 2, 0, 23))
		return false;
	date_skip_char(c, ':');
	if (c->at < c->text.n && !date_read_number(c, &minute, 2, 0, 59))
		return false;
	*offset = sign * (hour * 3600 + minute * 60);
	return c->at == c->text.n;
}

/* hh:mm[:ss[.fraction]]zone; a leap second counts as the next second. */
static bool date_read_clock(struct date_cursor *c, struct date *d)
{
	int64_t hour, minute, second = 0, offset;

	if (!date_read_number(c, &hour, 2, 0, 24) || !date_skip_char(c, ':') ||
		!date_read_number(c, &minute, 2, 0, 59))
		return false;
	if (date_skip_char(c, ':')) {
		if (!date_read_number(c, &second, 2, 0, 60))
			return false;
		if ((date_skip_char(c, '.') || date_skip_char(c, ',')) &&
			!date_read_fraction(c, &d->nanosecond))
			return false;
	}
	if (hour == 24 && (minute > 0 || second > 0 || d->nanosecond > 0))
		return false;
	if (!date_read_zone(c, &offset))
		return false;
	d->second += hour * 3600 + minute * 60 + second - offset;
	return true;
}

static bool date_read_calendar(struct date_cursor *c, struct date *d)
{
	int64_t year, month = 1, day = 1;

	if (!date_read_number(c, &year, 4, 0, 9999))
		return false;
	if (date_skip_char(c, '-')) {
		if (!date_read_number(c, &month, 2, 1, 12))
			return false;
		if (date_skip_char(c, '-') &&
			!date_read_number(c, &day, 2, 1, date_month_days(year, month)))
			return false;
	}
	d->second = date_days(year, month, day) * DATE_DAY_SECONDS;
	if (c->at == c->text.n)
		return true;
	if (!date_skip_char(c, 'T') && !date_skip_char(c, 't') && !date_skip_char(c, ' '))
		return false;
	return date_read_clock(c, d);
}

/* Digits with an optional sign and fraction. Four digits are left to be a year. */
static bool date_read_epoch(struct date_cursor *c, struct date *d)
{
	bool negative = date_skip_char(c, '-');
	size_t first = c->at;

	while (date_is_digit(c) && c->at - first < DATE_EPOCH_DIGITS)
		d->second = d->second * 10 + (c->text.p[c->at++] - '0');
	if (c->at == first || (c->at - first == 4 && c->at == c->text.n && !negative))
		return false;
	if (date_skip_char(c, '.') && !date_read_fraction(c, &d->nanosecond))
		return false;
	if (c->at != c->text.n)
		return false;
	if (negative && d->nanosecond > 0) {
		d->second = -d->second - 1;
		d->nanosecond = 1000000000 - d->nanosecond;
	} else if (negative) {
		d->second = -d->second;
	}
	return true;
}

bool date_parse(struct date *out, struct str text)
{
	struct date_cursor c = { text, 0 };
	struct date d = { 0 };

	if (date_read_epoch(&c, &d)) {
		*out = d;
		return true;
	}
	c = (struct date_cursor){ text, 0 };
	d = (struct date){ 0 };
	if (!date_read_calendar(&c, &d))
		return false;
	*out = d;
	return true;
}

void date_print(struct buf *out, struct date d)
{
	int64_t days = d.second >= 0
			       ? d.second / DATE_DAY_SECONDS
			       : -((DATE_DAY_SECONDS - 1 - d.second) / DATE_DAY_SECONDS);
	int64_t clock = d.second - days * DATE_DAY_SECONDS;
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
				      day_of_era / 146096) /
			      365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month_index = (5 * day_of_year + 2) / 153;
	int64_t month = month_index < 10 ? month_index + 3 : month_index - 9;
	int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);

	buf_printf(out, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lld", (long long)year,
		(long long)month,
		(long long)(day_of_year - (153 * month_index + 2) / 5 + 1),
		(long long)(clock / 3600), (long long)(clock / 60 % 60),
		(long long)(clock % 60));
	if (d.nanosecond > 0)
		buf_printf(out, ".%09u", d.nanosecond);
	buf_add_char(out, 'Z');
}
