# What everybody reaches, at once and one by one.
set(blast_dir ${CMAKE_CURRENT_LIST_DIR})
add_executable(blast_duel ${blast_dir}/blast_duel.c
	${PROJECT_SOURCE_DIR}/tests/rules/rule_world.c
	${PROJECT_SOURCE_DIR}/tests/oracle/estate.c
	${PROJECT_SOURCE_DIR}/tests/oracle/worldgen.c ${PROJECT_SOURCE_DIR}/tests/oracle/worldgen_bucket.c
	${PROJECT_SOURCE_DIR}/tests/oracle/worldgen_twin.c
	${PROJECT_SOURCE_DIR}/tests/oracle/worldgen_condition.c)
target_include_directories(blast_duel PRIVATE ${PROJECT_SOURCE_DIR}/tests/rules)
target_link_libraries(blast_duel PRIVATE oracle cli)
# More: blast_duel WORLDS 500 1 1
add_test(NAME blast COMMAND blast_duel
	${PROJECT_SOURCE_DIR}/tests/rules/aws.worlds 1 1 130)
