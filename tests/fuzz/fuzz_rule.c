/*
 * fuzz_rule.c - any bytes are rules, each complete, or an error that names a place.
 */
#include "base/utf8.h"
#include "reachability/rule_syntax.h"

#include "tests/fuzz/fuzz.h"

static void check_rule(const struct rule *r)
{
	FUZZ_REQUIRE(r->id.n > 0 && r->title.n > 0 && r->class != HOP_NONE);
	FUZZ_REQUIRE(r->self || r->target_kind_count > 0);
	FUZZ_REQUIRE(r->need_count + r->test_count > 0 && r->yields != 0);
	for (uint32_t i = 0; i < r->need_count; i++) {
		FUZZ_REQUIRE(catalog_action_find(r->needs[i].action) != CATALOG_NONE);
		FUZZ_REQUIRE(r->needs[i].on != RULE_THROUGH || r->bond != RULE_UNBOUND);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct buf out = { 0 };
	struct arena arena;
	struct err e = { 0 };
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	rc = rule_syntax_read(&out, &arena, STR_LIT("f"), text, &e);
	FUZZ_REQUIRE(rc == 0 || (rc == ERR_FORMAT && e.code == rc));
	if (rc < 0) {
		FUZZ_REQUIRE(str_starts(str_from(e.text), STR_LIT("f:")));
		FUZZ_REQUIRE(strchr(e.text, '\n') == NULL);
		FUZZ_REQUIRE(utf8_valid_size(str_from(e.text)) == strlen(e.text));
	}
	for (size_t i = 0; i < VEC_COUNT(&out, struct rule); i++)
		check_rule(&VEC_DATA(&out, struct rule)[i]);
	arena_release(&arena);
	buf_release(&out);
	return 0;
}
