# The built-in hop rules: reviewable text in reachability/rules, linked in as text; they are
# read at start by the same reader as a user's own.
set(rule_image ${PROJECT_BINARY_DIR}/reachability/rule_image.c)
file(GLOB rule_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/reachability/rules/*.rules)

add_executable(rule_pack reachability/rule_pack_tool.c)
target_link_libraries(rule_pack PRIVATE base)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/reachability)
add_custom_command(OUTPUT ${rule_image}
	COMMAND rule_pack ${rule_image} ${rule_files}
	DEPENDS rule_pack ${rule_files}
	COMMENT "Packing the hop rules" VERBATIM)
target_sources(reachability PRIVATE ${rule_image})
# The text is one literal a file, longer than the standard asks every compiler to take.
set_source_files_properties(${rule_image} PROPERTIES
	COMPILE_OPTIONS "-Wno-overlength-strings")
