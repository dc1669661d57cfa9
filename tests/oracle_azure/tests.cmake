# Random tenants of Azure: engine against a brute-force oracle, 500 worlds a run.
#	python3 tests/oracle_azure/compare.py build/release/latchkey SEED WORLDS
# runs any number of others.
find_program(PYTHON3 python3 REQUIRED)
add_test(NAME oracle_azure COMMAND ${PYTHON3}
	${PROJECT_SOURCE_DIR}/tests/oracle_azure/compare.py $<TARGET_FILE:latchkey> 1 500)
set_tests_properties(oracle_azure PROPERTIES TIMEOUT 120)
# few at a time: small stores have a hop index by another way
add_test(NAME oracle_azure_few COMMAND ${PYTHON3}
	${PROJECT_SOURCE_DIR}/tests/oracle_azure/compare.py $<TARGET_FILE:latchkey> 51 10)
add_test(NAME oracle_azure_traps COMMAND ${PYTHON3}
	${PROJECT_SOURCE_DIR}/tests/oracle_azure/traps.py $<TARGET_FILE:latchkey>)
add_test(NAME oracle_azure_directions COMMAND ${PYTHON3}
	${PROJECT_SOURCE_DIR}/tests/oracle_azure/directions.py $<TARGET_FILE:latchkey> 3 2)
add_test(NAME oracle_azure_hops COMMAND ${PYTHON3}
	${PROJECT_SOURCE_DIR}/tests/oracle_azure/hops.py $<TARGET_FILE:latchkey> 61 30)
