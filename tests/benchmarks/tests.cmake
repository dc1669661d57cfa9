# The programs of benchmarks/ at a small size, so that they do not rot.
find_program(PYTEST NAMES pytest-3 pytest REQUIRED)

file(GLOB benchmark_tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/benchmarks/test_*.py)
foreach(file ${benchmark_tests})
	get_filename_component(name ${file} NAME_WE)
	string(REGEX REPLACE "^test_" "bench_" name ${name})
	add_test(NAME ${name} COMMAND ${PYTEST} -q -p no:cacheprovider ${file})
	set_tests_properties(${name} PROPERTIES ENVIRONMENT
		"LATCHKEY=$<TARGET_FILE:latchkey>;BENCHMARKS=${PROJECT_BINARY_DIR}/benchmarks")
endforeach()
