# Every hop rule in its world and in each near miss.
set(rules_dir ${CMAKE_CURRENT_LIST_DIR})
add_executable(rule_worlds ${rules_dir}/rule_worlds.c ${rules_dir}/rule_world.c
	${PROJECT_SOURCE_DIR}/tests/oracle/estate.c)
target_include_directories(rule_worlds PRIVATE ${rules_dir})
target_link_libraries(rule_worlds PRIVATE oracle cli)
foreach(shard 0 1)
	add_test(NAME rule_worlds_${shard}
		COMMAND rule_worlds ${rules_dir}/aws.worlds ${shard} 2)
endforeach()
