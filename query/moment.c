#include "query/moment.h"

#include <stdbool.h>

#define MINUTE     60
#define HOUR       (60 * MINUTE)
#define DAY        (24 * HOUR)
#define DIGITS_MAX 6 /* of an age: a million years is enough */

static const struct {
	char letter;
	int64_t seconds;
} units[] = { { 's', 1 }, { 'm', MINUTE }, { 'h', HOUR }, { 'd', DAY }, { 'w', 7 * DAY },
	{ 'y', 365 * (int64_t)DAY } };

/* A number of exactly `digits` digits at the front of s, taken off it. */
static bool take_number(int *out, struct str *s, size_t digits)
{
	int value = 0;

	if (s->n < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		value = value * 10 + (s->p[i] - '0');
	}
	*out = value;
	*s = str_skip(*s, digits);
	return true;
}

static bool take_char(struct str *s, char c)
{
	if (s->n == 0 || str_lower_char(s->p[0]) != str_lower_char(c))
		return false;
	*s = str_skip(*s, 1);
	return true;
}

int moment_age(int64_t *seconds, struct str text)
{
	int value;

	if (text.n < 2 || text.n > DIGITS_MAX + 1 ||
		!take_number(&value, &text, text.n - 1))
		return 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (take_char(&text, units[i].letter)) {
			*seconds = value * units[i].seconds;
			return 1;
		}
	}
	return 0;
}

/* Days from 1970-01-01; March starts the year here, so that leap days end it. */
static int64_t days_from_date(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year;
	int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

static bool is_date(int year, int month, int day)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return year >= 1970 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= lengths[month - 1] + (month == 2 && leap);
}

/* HH:MM[:SS][Z] up to the end of the text. */
static bool read_clock(int *seconds, struct str text)
{
	int hour, minute, second = 0;

	if (!take_number(&hour, &text, 2) || !take_char(&text, ':') ||
		!take_number(&minute, &text, 2))
		return false;
	if (take_char(&text, ':') && !take_number(&second, &text, 2))
		return false;
	take_char(&text, 'Z');
	*seconds = hour * HOUR + minute * MINUTE + second;
	return text.n == 0 && hour < 24 && minute < 60 && second < 60;
}

int moment_date(int64_t *unix_seconds, struct str text)
{
	int year, month, day, clock = 0;

	if (!take_number(&year, &text, 4) || !take_char(&text, '-') ||
		!take_number(&month, &text, 2) || !take_char(&text, '-') ||
		!take_number(&day, &text, 2) || !is_date(year, month, day))
		return 0;
	if (text.n > 0 && (!take_char(&text, 'T') || !read_clock(&clock, text)))
		return 0;
	*unix_seconds = days_from_date(year, month, day) * DAY + clock;
	return 1;
}
