# The house rules, and that the program that checks them can fail.
find_program(PYTHON3 python3 REQUIRED)
find_program(PYTEST NAMES pytest-3 pytest REQUIRED)
find_program(CLANG_FORMAT clang-format-14 REQUIRED)

add_test(NAME tidy COMMAND ${PYTHON3} ${PROJECT_SOURCE_DIR}/tests/tidy/tidy.py
	${PROJECT_SOURCE_DIR} --libraries ${PROJECT_BINARY_DIR} --compiler ${CMAKE_C_COMPILER}
	--clang-format ${CLANG_FORMAT})
add_test(NAME tidy_can_fail COMMAND ${PYTEST} -q -p no:cacheprovider
	${PROJECT_SOURCE_DIR}/tests/tidy/test_tidy.py)
