# The action catalogue: reviewable text in catalog/data, packed at build time by a host tool
# into a C source of constant tables.
add_module(catalog DEPS base)

set(catalog_data ${PROJECT_SOURCE_DIR}/catalog/data)
set(catalog_image ${PROJECT_BINARY_DIR}/catalog/catalog_image.c)
file(GLOB catalog_services CONFIGURE_DEPENDS ${catalog_data}/aws/*.txt)
# The others declare their kinds; what is theirs alone is in provider.txt, read first.
foreach(provider azure gcp)
	file(GLOB files CONFIGURE_DEPENDS ${catalog_data}/${provider}/*.txt)
	list(REMOVE_ITEM files ${catalog_data}/${provider}/provider.txt)
	list(APPEND catalog_others --provider ${catalog_data}/${provider}/provider.txt
		${files})
	list(APPEND catalog_other_files ${catalog_data}/${provider}/provider.txt ${files})
endforeach()

add_executable(catalog_pack catalog/pack_tool.c catalog/facts_tool.c catalog/shape_tool.c
	catalog/place.c)
target_link_libraries(catalog_pack PRIVATE base)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/catalog)
add_custom_command(OUTPUT ${catalog_image}
	COMMAND catalog_pack ${catalog_image} ${catalog_data}/ORIGIN
		${catalog_data}/corrections.txt ${catalog_services} ${catalog_others}
	DEPENDS catalog_pack ${catalog_data}/ORIGIN ${catalog_data}/corrections.txt
		${catalog_services} ${catalog_other_files}
	COMMENT "Packing the action catalogue" VERBATIM)
target_sources(catalog PRIVATE ${catalog_image})
# The text is one literal, longer than the standard asks every compiler to take.
set_source_files_properties(${catalog_image} PROPERTIES
	COMPILE_OPTIONS "-Wno-overlength-strings")
