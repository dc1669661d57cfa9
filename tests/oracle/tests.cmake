# The oracle, and the worlds that it is compared with the engine on.
set(oracle_dir ${CMAKE_CURRENT_LIST_DIR})
add_library(oracle STATIC ${oracle_dir}/oracle.c ${oracle_dir}/oracle_condition.c
	${oracle_dir}/oracle_bucket.c ${oracle_dir}/oracle_caller.c ${oracle_dir}/oracle_endpoint.c ${oracle_dir}/oracle_hop.c ${oracle_dir}/oracle_naming.c
	${oracle_dir}/oracle_open.c ${oracle_dir}/oracle_policy.c ${oracle_dir}/oracle_range.c ${oracle_dir}/oracle_state.c
	${oracle_dir}/oracle_steps.c ${oracle_dir}/oracle_target.c
	${oracle_dir}/oracle_world.c
	${oracle_dir}/recorder.c)
target_include_directories(oracle PUBLIC ${oracle_dir})
# of reachability only the rules: what they mean it works out itself
target_link_libraries(oracle PUBLIC reachability catalog base)

add_executable(oracle_rules ${oracle_dir}/oracle_rules.c)
target_link_libraries(oracle_rules PRIVATE oracle PkgConfig::CMOCKA)
add_test(NAME oracle_rules COMMAND oracle_rules)

add_executable(campaign ${oracle_dir}/campaign.c ${oracle_dir}/duel.c ${oracle_dir}/duel_reach.c
	${oracle_dir}/duel_single.c
	${oracle_dir}/estate.c
	${oracle_dir}/shrink.c ${oracle_dir}/worldgen.c ${oracle_dir}/worldgen_bucket.c
	${oracle_dir}/worldgen_twin.c
	${oracle_dir}/worldgen_condition.c)
target_link_libraries(campaign PRIVATE oracle cli)
# 500 worlds, in parts that can run at once.
add_test(NAME oracle COMMAND campaign 250 1)
add_test(NAME oracle_second_half COMMAND campaign 250 251)
