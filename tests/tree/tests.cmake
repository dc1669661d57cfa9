# Inherited policies: a provider made up for the purpose, random worlds of it, and a
# reference that reads the raw facts. The list of providers is the test's own.
set(tree_dir ${CMAKE_CURRENT_LIST_DIR})
add_executable(tree_duel ${tree_dir}/tree_duel.c ${tree_dir}/tree_provider.c
	${tree_dir}/tree_reference.c ${tree_dir}/tree_world.c)
target_link_libraries(tree_duel PRIVATE cli)
add_test(NAME tree_duel COMMAND tree_duel 500)
