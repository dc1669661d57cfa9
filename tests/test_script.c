#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "query/script.h"

static void test_script(void **state)
{
	struct str text =
		STR_LIT("# first\nfind user\n\n  \nwho can read x\n\twhere admin:true\r\n"
			"  limit 5\n  # done\nkind:role");
	struct script s;
	struct str query;
	uint32_t line;

	(void)state;
	script_init(&s, text);
	assert_int_equal(script_next(&s, &query, &line), 1);
	assert_true(str_eq(query, STR_LIT("find user")) && line == 2);
	assert_int_equal(script_next(&s, &query, &line), 1);
	assert_true(str_eq(
		query, STR_LIT("who can read x\n\twhere admin:true\r\n  limit 5")));
	assert_int_equal(line, 5);
	assert_int_equal(script_next(&s, &query, &line), 1);
	assert_true(str_eq(query, STR_LIT("kind:role")) && line == 9);
	assert_int_equal(script_next(&s, &query, &line), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_script),
	};

	return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
