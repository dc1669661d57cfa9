#include "cli/rule_text.h"

static const char *const places[] = { "actor", "target", "through", "account", "new" };

void rule_text_kinds(struct buf *out, const struct str *kinds, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		buf_printf(out, "%s%.*s", i > 0 ? "|" : "", STR_ARG(kinds[i]));
}

void rule_text_target(struct buf *out, const struct rule *r)
{
	if (r->self)
		buf_add_str(out, STR_LIT("actor"));
	else
		rule_text_kinds(out, r->target_kinds, r->target_kind_count);
}

void rule_text_through(struct buf *out, const struct rule *r)
{
	static const char *const bonds[] = { "", " carrying target",
		" attached to target", " containing target", " trusted by target" };

	rule_text_kinds(out, r->through_kinds, r->through_kind_count);
	buf_add_str(out, str_from(bonds[r->bond]));
}

void rule_text_need(struct buf *out, const struct rule_need *need)
{
	buf_printf(out, "%.*s on ", STR_ARG(need->action));
	if (need->on == RULE_PATTERN)
		buf_printf(out, "\"%.*s\"", STR_ARG(need->pattern));
	else
		buf_add_str(out, str_from(places[need->on]));
	if (need->on == RULE_NEW)
		buf_printf(out, " %.*s", STR_ARG(need->kind));
	for (uint32_t i = 0; i < need->context_count; i++)
		buf_printf(out, "%s %.*s=%.*s", i > 0 ? "," : " with",
			STR_ARG(need->keys[i]), STR_ARG(need->values[i]));
}

void rule_text_test(struct buf *out, const struct rule_test *test)
{
	static const char signs[] = { '=', '<', '>' };

	buf_add_str(out, str_from(places[test->of]));
	switch (test->type) {
	case RULE_TRUSTS:
		buf_printf(out, " trusts %.*s", STR_ARG(test->text));
		break;
	case RULE_CARRIED:
		buf_printf(out, " carried by %.*s", STR_ARG(test->text));
		break;
	case RULE_MATCHES:
		buf_printf(out, " matches \"%.*s\"", STR_ARG(test->text));
		break;
	case RULE_ATTRIBUTE:
		buf_printf(out, ".%.*s %c %.*s", STR_ARG(test->attribute),
			signs[test->comparison], STR_ARG(test->text));
		break;
	case RULE_CARRIES:
		buf_add_str(out, STR_LIT(" carries target"));
		break;
	}
}

static void add_opening(struct buf *out, const struct rule *r)
{
	if (r->yields & RULE_GRANTED)
		buf_add_str(out, STR_LIT("grant of "));
	else if (r->access_count > 0)
		buf_add_str(out, STR_LIT("access to "));
	else
		buf_add_str(out, STR_LIT("access"));
	for (uint32_t i = 0; i < r->access_count; i++)
		buf_printf(out, "%s%.*s", i > 0 ? "|" : "", STR_ARG(r->accesses[i]));
	if (r->yields & RULE_REWRITTEN)
		buf_add_str(out, STR_LIT(" without denies"));
}

void rule_text_yields(struct buf *out, const struct rule *r)
{
	static const struct {
		uint32_t flag;
		const char *text;
	} parts[] = {
		{ RULE_MEMBER, "membership" },
		{ RULE_AS_TARGET, "target" },
		{ RULE_ANY_POLICY, " with any policy" },
		{ RULE_NO_BOUNDARY, " without boundary" },
		{ RULE_NO_DENY, " without denies" },
	};
	bool more = false; /* a phrase behind "target" stands already */

	if (r->yields & RULE_ACCESS)
		add_opening(out, r);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!(r->yields & parts[i].flag))
			continue;
		buf_printf(out, "%s%s", more ? "," : "", parts[i].text);
		more = parts[i].text[0] == ' ';
	}
}
