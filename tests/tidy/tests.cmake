# That the program which checks the house rules can fail.
find_program(PYTEST NAMES pytest-3 pytest REQUIRED)

add_test(NAME tidy_can_fail COMMAND ${PYTEST} -q -p no:cacheprovider
	${PROJECT_SOURCE_DIR}/tests/tidy/test_tidy.py)
