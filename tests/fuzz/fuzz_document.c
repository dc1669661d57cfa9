/*
 * fuzz_document.c - a damaged compiled document is refused, or every part of it lies
 * inside its bytes.
 *
 * An input that starts with "LKCD" is the document. Any other one changes a document that
 * the target builds: each three bytes are a little-endian offset and what to xor there.
 */
#include "graphstore/document.h"

#include "base/buf.h"
#include "tests/fuzz/fuzz.h"

#define CHANGE_BYTES 3u

static void build(struct buf *out)
{
	struct document_builder b = { 0 };
	struct document_statement *s = document_add_statement(&b);

	s->flags = DOCUMENT_DENY;
	s->sid = document_add_text(&b, STR_LIT("sid"));
	document_add_interval(&b, 1, 4);
	document_add_interval(&b, 6, 9);
	document_add_pattern(&b, STR_LIT("arn:aws:s3:::a/${aws:username}/*"), true);
	document_add_pattern(&b, STR_LIT("arn:aws:s3:::b*"), true);
	document_add_principal(&b, DOCUMENT_KEY, STR_LIT("user/b"));
	document_add_condition(&b, STR_LIT("aws:SourceIp"), STR_LIT("IpAddress"))
		->operator_ = DOCUMENT_IP_ADDRESS;
	document_add_value(&b, STR_LIT("10.0.0.0/8"));
	document_add_condition(&b, STR_LIT("aws:username"), STR_LIT("StringEquals"))
		->operator_ = DOCUMENT_STRING_EQUALS;
	document_add_value(&b, STR_LIT("b"));
	document_add_join(&b, DOCUMENT_NOT);
	document_add_join(&b, DOCUMENT_OR);
	document_add_statement(&b)->service = 3;
	document_add_interval(&b, 2, 3);
	document_add_statement(&b)->flags = DOCUMENT_ELIGIBLE | DOCUMENT_HOLDER_ONLY;
	document_set_role(&b, STR_LIT("role/r"));
	document_add_principal(&b, DOCUMENT_GROUP, STR_LIT("group/g"));
	document_add_principal(&b, DOCUMENT_SET, STR_LIT("all"));
	document_except(&b);
	document_finish(&b, out);
	document_builder_release(&b);
}

static size_t read_text(const struct document *d, struct document_text t)
{
	struct str s = document_str(d, t);
	size_t sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned char)s.p[i];
	return sum;
}

static size_t read_statement(const struct document *d, const struct document_statement *s)
{
	size_t sum = read_text(d, s->sid) + read_text(d, s->role);
	uint64_t truths = 0;

	FUZZ_REQUIRE(s->role.size == 0 || s->action_count == 0);

	for (uint32_t i = 0; i < s->resource_count; i++)
		sum += read_text(d, d->patterns[s->resource_first + i].text);
	for (uint32_t i = 0; i < s->principal_count; i++)
		sum += read_text(d, d->principals[s->principal_first + i].text);
	for (uint32_t i = 0; i < s->condition_count; i++) {
		const struct document_condition *c =
			&d->conditions[s->condition_first + i];

		sum += read_text(d, c->key) + read_text(d, c->written);
		truths++;
		for (uint32_t joins = c->joins; joins != 0; joins >>= 2) {
			FUZZ_REQUIRE((joins & 3u) != DOCUMENT_JOIN_NONE);
			if ((joins & 3u) == DOCUMENT_NOT)
				continue;
			FUZZ_REQUIRE(truths >= 2);
			truths--;
		}
		for (uint32_t k = 0; k < c->value_count; k++)
			sum += read_text(d, d->values[c->value_first + k]);
	}
	for (uint32_t i = 0; i < s->action_count; i++) {
		const struct document_interval *v = &d->intervals[s->action_first + i];

		FUZZ_REQUIRE(v->begin < v->end);
		FUZZ_REQUIRE(document_has_action(d, s, v->begin));
		FUZZ_REQUIRE(document_has_action(d, s, v->end - 1));
		FUZZ_REQUIRE(!document_has_action(d, s, v->end));
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf bytes = { 0 };
	struct document d;
	struct err e = { 0 };
	size_t sum = 0;

	if (size >= 4 && memcmp(data, "LKCD", 4) == 0) {
		buf_add(&bytes, data, size);
	} else {
		build(&bytes);
		for (size_t i = 0; i + CHANGE_BYTES <= size; i += CHANGE_BYTES) {
			size_t at = (data[i] | (size_t)data[i + 1] << 8) % bytes.n;

			bytes.p[at] = (char)((unsigned char)bytes.p[at] ^ data[i + 2]);
		}
	}
	if (document_open(&d, buf_str(&bytes), &e) == 0) {
		for (uint32_t i = 0; i < d.statement_count && i < 256; i++)
			sum += read_statement(&d, &d.statements[i]);
	}
	FUZZ_REQUIRE(e.code == 0 || e.code == ERR_CORRUPT);
	FUZZ_REQUIRE(sum < SIZE_MAX);
	buf_release(&bytes);
	return 0;
}
