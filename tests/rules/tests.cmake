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

# What is published under an id, and the rules and worlds that are it.
find_program(PYTHON3 python3 REQUIRED)
add_test(NAME hop_list COMMAND ${PYTHON3} ${rules_dir}/hop_list.py
	$<TARGET_FILE:latchkey> ${PROJECT_SOURCE_DIR}/docs/hop-list.md)

# The same for Azure, through the program: tenants as its tools write them.
foreach(shard 0 1 2)
	add_test(NAME rule_worlds_azure_${shard} COMMAND ${PYTHON3}
		${rules_dir}/azure_worlds.py $<TARGET_FILE:latchkey> --shard ${shard} 3)
endforeach()
