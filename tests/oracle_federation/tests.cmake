# Identities that clouds let in from each other: engine against the facts, both ways.
#	python3 tests/oracle_federation/compare.py build/release/latchkey SEED WORLDS
# runs any number of others.
find_program(PYTHON3 python3 REQUIRED)
add_test(NAME oracle_federation COMMAND ${PYTHON3}
	${PROJECT_SOURCE_DIR}/tests/oracle_federation/compare.py $<TARGET_FILE:latchkey> 1 6)

# What is open to everybody, in all clouds and to those of all.
add_test(NAME oracle_everybody COMMAND ${PYTHON3}
	${PROJECT_SOURCE_DIR}/tests/oracle_federation/everybody.py $<TARGET_FILE:latchkey> 1 12)
