# The oracle, and the worlds that it is compared with the engine on.
set(oracle_dir ${CMAKE_CURRENT_LIST_DIR})
add_library(oracle STATIC ${oracle_dir}/oracle.c ${oracle_dir}/oracle_condition.c
	${oracle_dir}/oracle_policy.c ${oracle_dir}/oracle_target.c ${oracle_dir}/oracle_world.c
	${oracle_dir}/recorder.c)
target_include_directories(oracle PUBLIC ${oracle_dir})
target_link_libraries(oracle PUBLIC catalog base)

add_executable(oracle_rules ${oracle_dir}/oracle_rules.c)
target_link_libraries(oracle_rules PRIVATE oracle PkgConfig::CMOCKA)
add_test(NAME oracle_rules COMMAND oracle_rules)
