# Some files of the sample organization taken away in turn; all of them, with more questions:
# tests/sample/removal.py PROGRAM examples/acme
find_program(PYTHON3 python3 REQUIRED)
add_test(NAME sample_removal COMMAND ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/removal.py
	$<TARGET_FILE:latchkey> ${PROJECT_SOURCE_DIR}/examples/acme --one-of 60 --first 7 --most 3
	--also dev/lambda/list-functions.json)
add_test(NAME sample_unlisted COMMAND ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/unlisted.py $<TARGET_FILE:latchkey>)
add_test(NAME sample_removal_azure COMMAND ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/removal.py
	$<TARGET_FILE:latchkey> ${PROJECT_SOURCE_DIR}/examples/three-clouds/azure --cloud azure
	--one-of 3 --first 1 --most 2)
add_test(NAME sample_removal_gcp COMMAND ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/removal.py
	$<TARGET_FILE:latchkey> ${PROJECT_SOURCE_DIR}/examples/three-clouds/gcp --cloud gcp --most 4)
add_test(NAME sample_excluded COMMAND ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/excluded.py $<TARGET_FILE:latchkey>
	${PROJECT_SOURCE_DIR}/examples/acme --one-of 4)
