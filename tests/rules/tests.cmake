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

# The same for Azure, through the program: tenants as its tools write them.
find_program(PYTHON3 python3 REQUIRED)
foreach(shard 0 1 2)
	add_test(NAME rule_worlds_azure_${shard} COMMAND ${PYTHON3}
		${rules_dir}/azure_worlds.py $<TARGET_FILE:latchkey> --shard ${shard} 3)
endforeach()
