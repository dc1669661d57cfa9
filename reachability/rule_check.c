#include "reachability/rule_check.h"

#include "reachability/provider.h"

struct kinds {
	const struct str *names;
	uint32_t count;
};

static int check_complete(const struct rule_draft *d, struct err *e)
{
	const struct rule *r = &d->rule;
	const struct {
		const char *line;
		bool there;
	} lines[] = {
		{ "title", r->title.n > 0 },
		{ "class", r->class != HOP_NONE },
		{ "target", r->self || r->target_kind_count > 0 },
		{ "yields", r->yields != 0 },
		{ "needs or when", d->needs.n + d->tests.n > 0 },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!lines[i].there)
			return rule_cursor_fail(&d->cursor, d->mark, e,
				"the rule '%.*s' has no line '%s'", STR_ARG(r->id),
				lines[i].line);
	}
	return 0;
}

/* The kinds that a place can be. */
static struct kinds kinds_of(const struct rule *r, enum rule_place place)
{
	if (place == RULE_THROUGH)
		return (struct kinds){ r->through_kinds, r->through_kind_count };
	if (place == RULE_TARGET && !r->self)
		return (struct kinds){ r->target_kinds, r->target_kind_count };
	return (struct kinds){ r->actor_kinds, r->actor_kind_count };
}

static bool acts_on(action_id action, struct str kind)
{
	const struct catalog_resource *resources;
	uint32_t count = catalog_action_resources(action, &resources);

	for (uint32_t i = 0; i < count; i++) {
		if (resources[i].kind != CATALOG_NONE &&
			str_eq(catalog_kind_name(resources[i].kind), kind))
			return true;
	}
	return false;
}

static int wrong_kind(const struct rule_draft *d, const struct rule_mark *mark,
	action_id action, struct str kind, struct err *e)
{
	const struct catalog_resource *resources;
	uint32_t count = catalog_action_resources(action, &resources);
	struct str name = catalog_action_get(action).name;
	struct buf list = { 0 };
	int rc;

	for (uint32_t i = 0; i < count; i++)
		buf_printf(
			&list, "%s%.*s", i > 0 ? ", " : "", STR_ARG(resources[i].type));
	if (count == 0)
		buf_add_str(&list, STR_LIT("no resource: it needs 'on account'"));
	rc = rule_cursor_fail(&d->cursor, mark->place, e,
		"'%.*s' does not act on '%.*s', but on %.*s", STR_ARG(name),
		STR_ARG(kind), STR_ARG(buf_str(&list)));
	buf_release(&list);
	return rc;
}

static int check_kinds(const struct rule_draft *d, const struct rule_mark *mark,
	action_id action, struct kinds kinds, struct err *e)
{
	for (uint32_t i = 0; i < kinds.count; i++) {
		if (!acts_on(action, kinds.names[i]))
			return wrong_kind(d, mark, action, kinds.names[i], e);
	}
	return 0;
}

/* That the place is something in this rule. */
static int check_place(const struct rule_draft *d, const struct rule_mark *mark,
	enum rule_place place, struct err *e)
{
	if (place == RULE_THROUGH && d->rule.bond == RULE_UNBOUND)
		return rule_cursor_fail(
			&d->cursor, mark->place, e, "the rule has no line 'through'");
	return 0;
}

/*
 * What names no resource is asked about the container that it happens in, where policies
 * of containers hold for what is in them. What opens a
 * target may be one of its own.
 */
static bool is_in_container(const struct rule *r, const struct rule_need *need)
{
	struct kinds kinds = kinds_of(r, need->on);

	if ((need->on != RULE_THROUGH || r->bond != RULE_CONTAINING) &&
		(need->on != RULE_TARGET || !(r->yields & RULE_ACCESS)))
		return false;
	for (uint32_t i = 0; i < kinds.count; i++) {
		if (!provider_of_kind(catalog_kind_find(kinds.names[i]))->inherits)
			return false;
	}
	return kinds.count > 0;
}

static int check_need(const struct rule_draft *d, const struct rule_need *need,
	const struct rule_mark *mark, struct err *e)
{
	action_id action = catalog_action_find(need->action);
	bool unbound = catalog_action_get(action).unbound;
	size_t size;
	kind_id kind;

	switch (need->on) {
	case RULE_ACCOUNT:
		return unbound ? 0
			       : rule_cursor_fail(&d->cursor, mark->place, e,
					 "'%.*s' names a resource; 'account' is for "
					 "actions that do not",
					 STR_ARG(need->action));
	case RULE_NEW:
	case RULE_SOME:
		return check_kinds(d, mark, action, (struct kinds){ &need->kind, 1 }, e);
	case RULE_PATTERN:
		kind = catalog_kind_of_key(need->pattern, &size);
		if (unbound || (kind != CATALOG_NONE &&
				       !acts_on(action, catalog_kind_name(kind))))
			return wrong_kind(d, mark, action, need->pattern, e);
		return 0;
	default:
		if (kinds_of(&d->rule, need->on).count == 0 && need->on != RULE_THROUGH)
			return rule_cursor_fail(&d->cursor, mark->place, e,
				"a need on the actor asks for a line 'actor'");
		if (check_place(d, mark, need->on, e) < 0)
			return e->code;
		if (unbound && is_in_container(&d->rule, need))
			return 0;
		return check_kinds(d, mark, action, kinds_of(&d->rule, need->on), e);
	}
}

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.n > 0;
}

/* "T1078", "T1078.004" */
static int check_attack(const struct rule_draft *d, struct err *e)
{
	struct str id = d->rule.attack;
	size_t dot = str_find_char(id, '.', 0);

	if (id.n == 0)
		return 0;
	if (id.p[0] == 'T' && dot == 5 && is_digits(str_head(str_skip(id, 1), 4)) &&
		(id.n == 5 || (id.n == 9 && is_digits(str_skip(id, 6)))))
		return 0;
	return rule_cursor_fail(&d->cursor, d->mark, e,
		"expected an ATT&CK technique such as T1078.004, found '%.*s'",
		STR_ARG(id));
}

int rule_check_draft(const struct rule_draft *d, struct err *e)
{
	if (check_complete(d, e) < 0 || check_attack(d, e) < 0)
		return e->code;
	for (size_t i = 0; i < VEC_COUNT(&d->needs, struct rule_need); i++) {
		if (check_need(d, &VEC_DATA(&d->needs, struct rule_need)[i],
			    &VEC_DATA(&d->need_marks, struct rule_mark)[i], e) < 0)
			return e->code;
	}
	for (size_t i = 0; i < VEC_COUNT(&d->tests, struct rule_test); i++) {
		if (check_place(d, &VEC_DATA(&d->test_marks, struct rule_mark)[i],
			    VEC_DATA(&d->tests, struct rule_test)[i].of, e) < 0)
			return e->code;
	}
	return 0;
}
