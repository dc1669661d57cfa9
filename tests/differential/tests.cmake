# Requests of other evaluators, put to the engine.
add_library(replay STATIC ${CMAKE_CURRENT_LIST_DIR}/replay.c
	${PROJECT_SOURCE_DIR}/tests/oracle/estate.c)
target_include_directories(replay PUBLIC ${CMAKE_CURRENT_LIST_DIR})
target_link_libraries(replay PUBLIC oracle cli PkgConfig::YYJSON)

add_executable(differential ${CMAKE_CURRENT_LIST_DIR}/differential.c
	${CMAKE_CURRENT_LIST_DIR}/dice.c ${CMAKE_CURRENT_LIST_DIR}/draft.c
	${CMAKE_CURRENT_LIST_DIR}/draft_condition.c ${CMAKE_CURRENT_LIST_DIR}/draft_policy.c
	${CMAKE_CURRENT_LIST_DIR}/simulator.c)
target_link_libraries(differential PRIVATE replay)
# Other numbers and seeds: differential SCRIPT PACKAGES CASES SEED. One seed is enough here: what
# it found once is a row of test_decide.
add_test(NAME differential
	COMMAND differential ${CMAKE_CURRENT_LIST_DIR}/simulator.mjs
		${PROJECT_SOURCE_DIR}/build/simulator 20000 1)
set_tests_properties(differential PROPERTIES SKIP_RETURN_CODE 77)
