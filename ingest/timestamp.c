#include "ingest/timestamp.h"

struct reader {
	struct str text;
	size_t at;
	bool bad;
};

static int64_t digits(struct reader *r, int count, int64_t min, int64_t max)
{
	int64_t v = 0;

	for (int i = 0; i < count; i++) {
		char c = r->at < r->text.n ? r->text.p[r->at++] : '\0';

		if (c < '0' || c > '9')
			r->bad = true;
		else
			v = v * 10 + (c - '0');
	}
	if (v < min || v > max)
		r->bad = true;
	return v;
}

static bool take(struct reader *r, const char *any_of)
{
	if (r->at >= r->text.n || r->text.p[r->at] == '\0' ||
		!strchr(any_of, r->text.p[r->at]))
		return false;
	r->at++;
	return true;
}

static void expect(struct reader *r, const char *any_of)
{
	if (!take(r, any_of))
		r->bad = true;
}

/* Days from 1970-01-01, Gregorian: years begin in March so that the leap day is last. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400, of_era = y % 400;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t read_zone(struct reader *r)
{
	int64_t sign, hours, minutes;

	if (take(r, "Zz") || r->at == r->text.n)
		return 0;
	sign = take(r, "-") ? -1 : 1;
	if (sign > 0)
		expect(r, "+");
	hours = digits(r, 2, 0, 23);
	take(r, ":");
	minutes = digits(r, 2, 0, 59);
	return sign * (hours * 3600 + minutes * 60);
}

bool timestamp_parse(struct str text, int64_t *out)
{
	struct reader r = { .text = text };
	int64_t year, month, day, seconds = 0;

	year = digits(&r, 4, 1, 9999);
	expect(&r, "-");
	month = digits(&r, 2, 1, 12);
	expect(&r, "-");
	day = digits(&r, 2, 1, 31);
	if (!r.bad && r.at < text.n) {
		expect(&r, "Tt ");
		seconds = digits(&r, 2, 0, 23) * 3600;
		expect(&r, ":");
		seconds += digits(&r, 2, 0, 59) * 60;
		expect(&r, ":");
		seconds += digits(&r, 2, 0, 60);
		if (take(&r, ".")) {
			while (take(&r, "0123456789"))
				;
		}
		seconds -= read_zone(&r);
	}
	if (r.bad || r.at != text.n)
		return false;
	*out = days_of(year, month, day) * 86400 + seconds;
	return true;
}
