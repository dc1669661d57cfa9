#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "query/moment.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define NO           INT64_MIN

/* clang-format off */
/* A text, the seconds it is as an age and as a date; NO: it is none. */
static const struct {
	const char *text;
	int64_t age, date;
} rows[] = {
	{ "90d",                   90 * 86400, NO },
	{ "2W",                    14 * 86400, NO },
	{ "15m",                   900,        NO },
	{ "0s",                    0,          NO },
	{ "999999y",               999999 * (int64_t)365 * 86400, NO },
	{ "1234567d",              NO,         NO },
	{ "d",                     NO,         NO },
	{ "9",                     NO,         NO },
	{ "",                      NO,         NO },
	{ "-9d",                   NO,         NO },
	{ "9 d",                   NO,         NO },
	{ "9q",                    NO,         NO },
	{ "1970-01-01",            NO,         0 },
	{ "2000-02-29",            NO,         951782400 },
	{ "2026-11-22T16:53:54Z",  NO,         1795366434 },
	{ "2026-11-22T16:53",      NO,         1795366380 },
	{ "2026-11-22T16:53+01:00", NO,        1795362780 },
	{ "2026-01",               NO,         1767225600 },
	{ "2026",                  NO,         1767225600 },
	{ "9999-12-31T23:59:59Z",  NO,         253402300799 },
	{ "1969-12-31",            NO,         -86400 },
	{ "1767225600",            NO,         NO },
	{ "2100-02-29",            NO,         NO },
	{ "2026-13-01",            NO,         NO },
	{ "2026-00-01",            NO,         NO },
	{ "2026-01-00",            NO,         NO },
	{ "2026-1-1",              NO,         NO },
	{ "2026-01-01T25:00",      NO,         NO },
	{ "2026-01-01T",           NO,         NO },
	{ "2026-01-01T10:00:",     NO,         NO },
	{ "2026-01-01T10:00:00ZZ", NO,         NO },
	{ "2026-01-01 10:00",      NO,         1767261600 },
};
/* clang-format on */

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t age = NO, date = NO;

		moment_age(&age, str_from(rows[i].text));
		moment_date(&date, str_from(rows[i].text));
		if (age != rows[i].age || date != rows[i].date)
			fail_msg("'%s': %lld, %lld", rows[i].text, (long long)age,
				(long long)date);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("moment", tests, NULL, NULL);
}
