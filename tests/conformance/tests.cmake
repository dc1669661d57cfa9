# Cases of other evaluators, kept outside of this repository; skipped where they are absent.
add_executable(conformance_conditions ${CMAKE_CURRENT_LIST_DIR}/conditions.c)
target_link_libraries(conformance_conditions PRIVATE cli PkgConfig::YYJSON)
add_test(NAME conformance_conditions
	COMMAND conformance_conditions ${PROJECT_SOURCE_DIR}/../shared/oracles)
set_tests_properties(conformance_conditions PROPERTIES SKIP_RETURN_CODE 77)

add_executable(conformance_decisions ${CMAKE_CURRENT_LIST_DIR}/decisions.c)
target_link_libraries(conformance_decisions PRIVATE replay)
add_test(NAME conformance_decisions
	COMMAND conformance_decisions ${PROJECT_SOURCE_DIR}/../shared/oracles
		${CMAKE_CURRENT_LIST_DIR}/decision_exceptions.tsv)
set_tests_properties(conformance_decisions PROPERTIES SKIP_RETURN_CODE 77)
