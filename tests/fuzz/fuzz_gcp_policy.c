/*
 * fuzz_gcp_policy.c - any text compiles to a document that opens; an invalid one grants
 * nothing.
 *
 * The first byte chooses the layer, the rest is the policy.
 */
#include "ingest/gcp_policy.h"

#include "catalog/catalog.h"
#include "tests/fuzz/fuzz.h"

static void check_statement(
	const struct document *d, const struct document_statement *s, size_t size)
{
	FUZZ_REQUIRE(s->span_begin < s->span_end && s->span_end <= size);
	FUZZ_REQUIRE(!(s->flags & DOCUMENT_ANY_RESOURCE) ||
		     !(s->flags & DOCUMENT_NOT_RESOURCE));
	if (s->action_count > 0)
		FUZZ_REQUIRE(d->intervals[s->action_first + s->action_count - 1].end <=
			     catalog_action_count());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document_builder b = { 0 };
	struct buf first = { 0 }, second = { 0 };
	struct document d;
	struct err e = { 0 };
	enum record_layer layer;
	struct str text;

	if (size == 0)
		return 0;
	layer = (enum record_layer)(data[0] % (LAYER_END - 1) + 1);
	text = (struct str){ (const char *)data + 1, size - 1 };
	gcp_policy_compile(&b, text, layer, NULL);
	document_finish(&b, &first);
	FUZZ_REQUIRE(document_open(&d, buf_str(&first), &e) == 0);
	if (d.flags & DOCUMENT_INVALID)
		FUZZ_REQUIRE(d.statement_count == 0 && d.problem.n > 0);
	for (uint32_t i = 0; i < d.statement_count; i++)
		check_statement(&d, &d.statements[i], text.n);

	document_builder_clear(&b);
	gcp_policy_compile(&b, text, layer, NULL);
	document_finish(&b, &second);
	FUZZ_REQUIRE(str_eq(buf_str(&first), buf_str(&second)));
	document_builder_release(&b);
	buf_release(&first);
	buf_release(&second);
	return 0;
}
