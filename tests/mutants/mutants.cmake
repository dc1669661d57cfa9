# The names of all mutants as an enum, and the library that knows which one was chosen.
set(mutants_dir ${CMAKE_CURRENT_LIST_DIR})
set(mutants_list ${mutants_dir}/mutants.tsv)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${mutants_list})
file(STRINGS ${mutants_list} rows REGEX "^[a-z]")
set(enums "")
set(names "\"\"")
foreach(row ${rows})
	string(REGEX REPLACE "\t.*" "" name "${row}")
	string(APPEND enums ", MUTANT_${name}")
	string(APPEND names ", \"${name}\"")
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/mutants_include/base/mutant_names.h CONTENT
	"enum mutant { MUTANT_NONE@enums@ };\n#define MUTANT_NAMES @names@\n" @ONLY)

target_compile_definitions(latchkey_flags INTERFACE LATCHKEY_MUTANTS)
target_include_directories(latchkey_flags INTERFACE ${PROJECT_BINARY_DIR}/mutants_include)
add_library(mutants STATIC ${mutants_dir}/mutant.c)
target_compile_definitions(mutants PRIVATE LATCHKEY_MUTANTS)
target_include_directories(mutants PRIVATE ${PROJECT_SOURCE_DIR}
	${PROJECT_BINARY_DIR}/mutants_include)
target_link_libraries(latchkey_flags INTERFACE mutants)
