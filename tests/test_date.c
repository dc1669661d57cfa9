#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "base/date.h"

struct row {
	const char *text, *printed; /* NULL: not a date */
};

/* clang-format off */
static const struct row rows[] = {
	{ "2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z" },
	{ "2024-01-02T03:04:05.25Z", "2024-01-02T03:04:05.250000000Z" },
	{ "2024-01-02T03:04:05.1234567891Z", "2024-01-02T03:04:05.123456789Z" },
	{ "2024-01-02T03:04Z", "2024-01-02T03:04:00Z" },
	{ "2024-01-02T03:04:05", "2024-01-02T03:04:05Z" },
	{ "2024-01-02 03:04:05", "2024-01-02T03:04:05Z" },
	{ "2024-01-02", "2024-01-02T00:00:00Z" },
	{ "2024-01", "2024-01-01T00:00:00Z" },
	{ "2024", "2024-01-01T00:00:00Z" },
	{ "2024-01-02T01:00:00+02:30", "2024-01-01T22:30:00Z" },
	{ "2024-01-02T23:00:00-0130", "2024-01-03T00:30:00Z" },
	{ "2024-02-29T24:00:00Z", "2024-03-01T00:00:00Z" },
	{ "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z" },
	{ "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000000Z" },
	{ "0000-01-01", "0000-01-01T00:00:00Z" },
	{ "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z" },
	{ "2000-02-29", "2000-02-29T00:00:00Z" },
	{ "0", "1970-01-01T00:00:00Z" },
	{ "1704067200", "2024-01-01T00:00:00Z" },
	{ "1704067200.5", "2024-01-01T00:00:00.500000000Z" },
	{ "-1", "1969-12-31T23:59:59Z" },
	{ "-0.25", "1969-12-31T23:59:59.750000000Z" },
	{ "", NULL },
	{ "-", NULL },
	{ "1900-02-29", NULL },
	{ "2024-13-01", NULL },
	{ "2024-00-01", NULL },
	{ "2024-04-31", NULL },
	{ "2024-1-1", NULL },
	{ "2024-01-02T", NULL },
	{ "2024-01-02T25:00Z", NULL },
	{ "2024-01-02T24:00:01Z", NULL },
	{ "2024-01-02T03:04:05.Z", NULL },
	{ "2024-01-02T03:04:05ZZ", NULL },
	{ "2024-01-02T03:04:05+2", NULL },
	{ "1704067200s", NULL },
	{ "1704067200.", NULL },
	{ "1234567890123456", NULL },
	{ "yesterday", NULL },
};
/* clang-format on */

static void dates_are_read_in_both_forms(void **state)
{
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct date d;
		bool ok = date_parse(&d, str_from(rows[i].text));

		buf_clear(&out);
		if (ok)
			date_print(&out, d);
		if (ok != (rows[i].printed != NULL) ||
			(ok && !str_eq(buf_str(&out), str_from(rows[i].printed))))
			fail_msg("'%s': '%.*s'", rows[i].text, (int)out.n, out.p);
	}
	buf_release(&out);
}

/*
 * Every day of 400 years comes back as it was printed, and is a day after the one before.
 */
static void days_follow_each_other(void **state)
{
	struct buf out = { 0 };

	(void)state;
	for (int64_t day = -80000; day < 66097; day++) {
		struct date d = { day * 86400, 0 }, back;

		buf_clear(&out);
		date_print(&out, d);
		assert_true(date_parse(&back, buf_str(&out)));
		assert_int_equal(date_cmp(d, back), 0);
		d.second++;
		assert_true(date_cmp(d, back) > 0);
	}
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_read_in_both_forms),
		cmocka_unit_test(days_follow_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
