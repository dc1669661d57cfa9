# The hop index grows with actors and targets, not with their pairs.
set(hubs_dir ${CMAKE_CURRENT_LIST_DIR})
add_executable(hubs ${hubs_dir}/hubs.c ${PROJECT_SOURCE_DIR}/tests/oracle/estate.c)
target_link_libraries(hubs PRIVATE oracle cli)
add_test(NAME hubs COMMAND hubs 2000)
