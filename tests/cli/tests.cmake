# The program as a user meets it, and its manual pages.
find_program(PYTEST NAMES pytest-3 pytest REQUIRED)

add_executable(latchkey_manual ${PROJECT_SOURCE_DIR}/cli/man_tool.c)
target_link_libraries(latchkey_manual PRIVATE cli)

file(GLOB cli_tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/cli/test_*.py)
foreach(file ${cli_tests})
	get_filename_component(name ${file} NAME_WE)
	string(REGEX REPLACE "^test_" "cli_" name ${name})
	add_test(NAME ${name} COMMAND ${PYTEST} -q -p no:cacheprovider ${file})
	set_tests_properties(${name} PROPERTIES ENVIRONMENT
		"LATCHKEY=$<TARGET_FILE:latchkey>;LATCHKEY_MANUAL=$<TARGET_FILE:latchkey_manual>")
endforeach()
