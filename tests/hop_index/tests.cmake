# Answers with the hop index and without it.
set(hop_index_dir ${CMAKE_CURRENT_LIST_DIR})
add_executable(hop_index_duel ${hop_index_dir}/hop_index_duel.c
	${PROJECT_SOURCE_DIR}/tests/rules/rule_world.c
	${PROJECT_SOURCE_DIR}/tests/oracle/estate.c
	${PROJECT_SOURCE_DIR}/tests/oracle/worldgen.c ${PROJECT_SOURCE_DIR}/tests/oracle/worldgen_bucket.c
	${PROJECT_SOURCE_DIR}/tests/oracle/worldgen_twin.c
	${PROJECT_SOURCE_DIR}/tests/oracle/worldgen_condition.c)
target_include_directories(hop_index_duel PRIVATE ${PROJECT_SOURCE_DIR}/tests/rules)
target_link_libraries(hop_index_duel PRIVATE oracle cli)
# More: hop_index_duel WORLDS 500 1 1
add_test(NAME hop_index COMMAND hop_index_duel
	${PROJECT_SOURCE_DIR}/tests/rules/aws.worlds 2 1 90)
