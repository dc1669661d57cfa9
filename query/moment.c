#include "query/moment.h"

#include "base/date.h"

#define MINUTE     60
#define HOUR       (60 * MINUTE)
#define DAY        (24 * HOUR)
#define DIGITS_MAX 6 /* of an age: a million years is enough */

static const struct {
	char letter;
	int64_t seconds;
} units[] = { { 's', 1 }, { 'm', MINUTE }, { 'h', HOUR }, { 'd', DAY }, { 'w', 7 * DAY },
	{ 'y', 365 * (int64_t)DAY } };

int moment_age(int64_t *seconds, struct str text)
{
	int64_t value = 0;

	if (text.n < 2 || text.n > DIGITS_MAX + 1)
		return 0;
	for (size_t i = 0; i < text.n - 1; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return 0;
		value = value * 10 + (text.p[i] - '0');
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (str_lower_char(text.p[text.n - 1]) == units[i].letter) {
			*seconds = value * units[i].seconds;
			return 1;
		}
	}
	return 0;
}

int moment_date(int64_t *unix_seconds, struct str text)
{
	struct date date;
	bool year = text.n == 4 || (text.n > 4 && text.p[4] == '-');

	/* a number alone would be seconds since 1970, which nobody means in a query */
	if (!year || !date_parse(&date, text))
		return 0;
	*unix_seconds = date.second;
	return 1;
}
