# How many instructions fixed cases take: of the release build, under callgrind.
#
#	cmake --build --preset release --target update_instructions
#
# writes the numbers of now into expected.txt.
set(LATCHKEY_INSTRUCTION_TOLERANCE 20 CACHE STRING
	"By how many percent the cases of tests/instructions may exceed expected.txt")
find_program(VALGRIND valgrind)
find_program(PYTHON3 python3 REQUIRED)

add_executable(instructions instructions/instructions.c)
target_link_libraries(instructions PRIVATE bench_estate bench_measure)

set(instructions_command ${PYTHON3} ${PROJECT_SOURCE_DIR}/tests/instructions/instructions.py
	$<TARGET_FILE:instructions>)
if(VALGRIND AND CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT LATCHKEY_SANITIZE)
	add_test(NAME instructions COMMAND ${instructions_command}
		--tolerance ${LATCHKEY_INSTRUCTION_TOLERANCE})
endif()
add_custom_target(update_instructions COMMAND ${instructions_command} --update
	DEPENDS instructions USES_TERMINAL)
