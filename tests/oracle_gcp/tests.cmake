# An independent oracle of Google Cloud on seeded worlds that are written as tools export
# them. More worlds: compare.py LATCHKEY --worlds 5000 --seed 7
find_package(Python3 COMPONENTS Interpreter REQUIRED)
foreach(first 0 250)
	add_test(NAME oracle_gcp_${first} COMMAND ${Python3_EXECUTABLE}
		${CMAKE_CURRENT_LIST_DIR}/compare.py $<TARGET_FILE:latchkey>
		--first ${first} --worlds 250 --questions 10 --each 5)
endforeach()
add_test(NAME oracle_gcp_hops COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/hops.py
	$<TARGET_FILE:latchkey> ${PROJECT_SOURCE_DIR}/reachability/rules)
add_test(NAME oracle_gcp_parts COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/parts.py
	$<TARGET_FILE:latchkey>)
add_test(NAME oracle_gcp_traps COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/traps.py
	$<TARGET_FILE:latchkey>)
