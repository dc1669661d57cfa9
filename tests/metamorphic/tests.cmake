# Answers about pairs of worlds: what one change of a world may change.
set(metamorphic_dir ${CMAKE_CURRENT_LIST_DIR})
set(worlds_dir ${CMAKE_CURRENT_LIST_DIR}/../oracle)
add_library(worlds STATIC ${metamorphic_dir}/draft.c ${metamorphic_dir}/matrix.c
	${metamorphic_dir}/removal.c ${worlds_dir}/estate.c ${worlds_dir}/worldgen.c ${worlds_dir}/worldgen_bucket.c
	${worlds_dir}/worldgen_twin.c
	${worlds_dir}/worldgen_condition.c)
target_include_directories(worlds PUBLIC ${metamorphic_dir} ${worlds_dir})
target_link_libraries(worlds PUBLIC oracle cli)

add_executable(unread ${metamorphic_dir}/unread.c)
target_link_libraries(unread PRIVATE worlds)
# A part of the inputs of each world; all of them: unread 500 1
add_test(NAME unread COMMAND unread 14 1 23)

add_executable(metamorphic ${metamorphic_dir}/metamorphic.c ${metamorphic_dir}/property.c)
target_link_libraries(metamorphic PRIVATE worlds)
add_test(NAME metamorphic COMMAND metamorphic 8 1)

# Laws about each world; one of them over many worlds: laws 500 1 pairs
add_executable(laws ${metamorphic_dir}/laws.c ${metamorphic_dir}/rename.c)
target_link_libraries(laws PRIVATE worlds)
add_test(NAME laws COMMAND laws 10 1)
