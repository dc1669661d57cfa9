# Deliberate faults are found: one of twelve here, others each day. All of them:
# tests/mutants/hunt.py build/mutants
if(LATCHKEY_MUTANTS)
	find_program(PYTHON3 python3 REQUIRED)
	add_custom_target(mutant_hunt DEPENDS campaign metamorphic laws unread conformance_conditions
		conformance_decisions differential rule_worlds test_ingest)
	add_test(NAME mutants COMMAND ${PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/hunt.py
		${PROJECT_BINARY_DIR} --share 12)
endif()
