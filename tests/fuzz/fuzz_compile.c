/*
 * fuzz_compile.c - any records compile to segments, or are refused; never half, never a
 * crash.
 *
 * The input is a record stream without its header: what a foreign collector could send.
 */
#include "ingest/compile.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str records = { (const char *)data, size };
	struct compile_result result;
	struct documents *documents = NULL;
	struct compile *compile = NULL;
	struct spool *spool = NULL;
	struct err e = { 0 };
	uint32_t count;

	spool_new(&spool, ".", SIZE_MAX);
	documents_new(&documents, spool, 0);
	compile_new(&compile, spool, documents, 1);
	if (compile_add(compile, records, (struct compile_order){ 0 }, &e) < 0)
		FUZZ_REQUIRE(e.code == ERR_FORMAT || e.code == ERR_LIMIT);
	count = compile_finish(compile);
	for (uint32_t i = 0; i < count; i++) {
		if (compile_scope(&result, compile, i, &e) == 0)
			compile_result_release(&result);
		else
			FUZZ_REQUIRE(e.code == ERR_FORMAT || e.code == ERR_LIMIT);
	}
	compile_free(compile);
	documents_free(documents);
	spool_free(spool);
	return 0;
}
