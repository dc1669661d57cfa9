#include "draft_priv.h"

#include <string.h>

/* --- actions --- */

static struct str service_of(struct str action)
{
	return str_head(action, str_find_char(action, ':', 0));
}

static struct str other_action(struct draft *d)
{
	uint32_t count = 0;

	while (count < 4 && d->kind->actions[count])
		count++;
	return str_from(d->kind->actions[dice_below(&d->dice, count)]);
}

static struct str swapped_case(struct draft *d, struct str text)
{
	char *copy = arena_alloc(&d->arena, text.n + 1);

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		copy[i] = (char)(c >= 'a' && c <= 'z'   ? c - 'a' + 'A'
				 : c >= 'A' && c <= 'Z' ? c - 'A' + 'a'
							: c);
	}
	return (struct str){ copy, text.n };
}

/* The name with '*' for its end, or with '?' for one of its characters. */
static struct str widened_action(struct draft *d, struct str action)
{
	size_t name = service_of(action).n + 1;
	size_t at = name + dice_below(&d->dice, (uint32_t)(action.n - name));
	char *copy;

	if (dice_chance(&d->dice, 70))
		return arena_printf(&d->arena, "%.*s*", (int)at, action.p);
	copy = arena_alloc(&d->arena, action.n + 1);
	memcpy(copy, action.p, action.n);
	copy[at] = '?';
	return (struct str){ copy, action.n };
}

static void write_action(struct draft *d, struct buf *out, bool trust)
{
	struct str action = d->action;

	if (draft_has(d, DRAFT_MISS))
		action = other_action(d);
	if (draft_has(d, DRAFT_WIDE))
		action = dice_chance(&d->dice, 40) && !trust
				 ? STR_LIT("*")
				 : arena_printf(&d->arena, "%.*s:*",
					   STR_ARG(service_of(action)));
	else if (dice_chance(&d->dice, 25))
		action = widened_action(d, action);
	if (dice_chance(&d->dice, 6))
		action = swapped_case(d, action);
	buf_printf(out, "\"%.*s\"", STR_ARG(action));
}

static void write_list(struct draft *d, struct buf *out, bool trust,
	void (*one)(struct draft *d, struct buf *out, bool trust))
{
	uint32_t count = 1 + (dice_chance(&d->dice, 25) ? dice_below(&d->dice, 3) : 0);

	if (count > 1)
		buf_add_char(out, '[');
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		one(d, out, trust);
	}
	if (count > 1)
		buf_add_char(out, ']');
}

/* --- resources --- */

/* The text with a piece of it that has no colon, or one character of it, replaced. */
static struct str holed(struct draft *d, struct str text, const char *filler)
{
	size_t from = dice_below(&d->dice, (uint32_t)text.n);
	size_t room = str_find_char(text, ':', from) - from;
	size_t size =
		*filler == '*' ? dice_below(&d->dice, (uint32_t)room + 1) : room > 0;

	return arena_printf(&d->arena, "%.*s%s%.*s", (int)from, text.p, filler,
		STR_ARG(str_skip(text, from + size)));
}

/* A piece after the fifth colon replaced. */
static struct str holed_name(struct draft *d, struct str text, const char *filler)
{
	size_t head = 0;

	for (int i = 0; i < 5; i++)
		head = str_find_char(text, ':', head) + 1;
	if (head >= text.n)
		return text;
	return arena_printf(&d->arena, "%.*s%.*s", (int)head, text.p,
		STR_ARG(holed(d, str_skip(text, head), filler)));
}

static struct str named_by_variable(struct draft *d)
{
	const char *variable = DICE_PICK(&d->dice, "${aws:username}",
		"${aws:PrincipalTag/team}", "${aws:PrincipalTag/none}",
		"${aws:PrincipalTag/none, 'alice'}", "${aws:PrincipalAccount}");

	return arena_printf(&d->arena, "arn:aws:s3:::b%llu/%s/*",
		(unsigned long long)d->number, variable);
}

static void write_resource(struct draft *d, struct buf *out, bool trust)
{
	struct str text = d->resource;

	(void)trust;
	if (str_eq(text, STR_LIT("*"))) {
		buf_printf(
			out, "\"%s\"", draft_has(d, DRAFT_MISS) ? "arn:aws:s3:::*" : "*");
		return;
	}
	if (draft_has(d, DRAFT_WIDE))
		text = STR_LIT("*");
	else if (d->kind->global && draft_has(d, DRAFT_VARIABLE))
		text = named_by_variable(d);
	else if (dice_chance(&d->dice, 6))
		text = holed(d, text, "*");
	else if (dice_chance(&d->dice, 35))
		text = holed_name(d, text, DICE_PICK(&d->dice, "*", "*", "?"));
	else if (draft_has(d, DRAFT_MISS))
		text = holed_name(d, text, "Z");
	buf_printf(out, "\"%.*s\"", STR_ARG(text));
}

/* --- principals --- */

static void write_one_aws(struct draft *d, struct buf *out, bool trust)
{
	bool miss = draft_has(d, DRAFT_MISS);
	struct str account = miss ? d->other : d->account;
	bool iam = d->caller <= DRAFT_FEDERATED;
	uint32_t way = dice_below(&d->dice, 10);

	(void)trust;
	if (account.n == 0)
		account = d->other;
	if (way < 2)
		buf_add_str(out, STR_LIT("\"*\""));
	else if (way < 4)
		buf_printf(out, "\"%.*s\"", STR_ARG(account));
	else if (way < 5)
		buf_printf(out, "\"arn:aws:iam::%.*s:root\"", STR_ARG(account));
	else if (iam && !miss)
		buf_printf(
			out, "\"%.*s\"", STR_ARG(way < 8 ? d->identity : d->principal));
	else
		buf_printf(out, "\"arn:aws:iam::%.*s:%s\"", STR_ARG(account),
			DICE_PICK(&d->dice, "user/alice", "user/bob", "role/dev"));
}

static void write_service(struct draft *d, struct buf *out)
{
	bool own = d->caller == DRAFT_SERVICE && !draft_has(d, DRAFT_MISS);

	buf_printf(out, "{\"Service\":\"%.*s\"}",
		STR_ARG(own ? d->principal
			    : str_from(DICE_PICK(&d->dice, "lambda.amazonaws.com",
				      "sns.amazonaws.com"))));
}

static void write_principal(struct draft *d, struct buf *out)
{
	if (dice_chance(&d->dice, d->caller == DRAFT_SERVICE ? 70 : 6)) {
		write_service(d, out);
		return;
	}
	if (dice_chance(&d->dice, d->caller == DRAFT_ANONYMOUS ? 50 : 10)) {
		buf_add_str(out, STR_LIT("\"*\""));
		return;
	}
	buf_add_str(out, STR_LIT("{\"AWS\":"));
	write_list(d, out, false, write_one_aws);
	buf_add_char(out, '}');
}

/*
 * Whom a deny spares: as the documentation has it, a session is spared for sure only when
 * account, role and session are all named.
 */
static void write_spared(struct draft *d, struct buf *out)
{
	bool own = d->account.n > 0 && !draft_has(d, DRAFT_MISS);
	struct str account = own ? d->account : d->other;
	struct str key = own ? d->identity
			     : arena_printf(&d->arena, "arn:aws:iam::%.*s:user/bob",
				       STR_ARG(account));
	bool all = dice_chance(&d->dice, 70);

	buf_add_str(out, STR_LIT("{\"AWS\":["));
	if (all || dice_chance(&d->dice, 50))
		buf_printf(out, "\"arn:aws:iam::%.*s:root\",", STR_ARG(account));
	if (own && d->caller != DRAFT_USER && (all || dice_chance(&d->dice, 50)))
		buf_printf(out, "\"%.*s\",", STR_ARG(d->principal));
	buf_printf(out, "\"%.*s\"]}", STR_ARG(key));
}

/* --- statements --- */

static void write_scope(struct draft *d, struct buf *out, enum draft_layer layer)
{
	bool trust = layer == DRAFT_OF_TRUST;
	bool except = layer != DRAFT_OF_RCP && !trust &&
		      dice_chance(&d->dice, d->weight[DRAFT_NOT] / 2);

	buf_printf(out, ",\"%s\":", except ? "NotAction" : "Action");
	write_list(d, out, trust, write_action);
	if (trust)
		return;
	except = dice_chance(&d->dice, d->weight[DRAFT_NOT] / 2);
	buf_printf(out, ",\"%s\":", except ? "NotResource" : "Resource");
	write_list(d, out, trust, write_resource);
}

static void write_statement(struct draft *d, struct buf *out, enum draft_layer layer)
{
	bool resource_side = layer == DRAFT_OF_RESOURCE || layer == DRAFT_OF_TRUST;
	bool deny = layer == DRAFT_OF_RCP || draft_has(d, DRAFT_DENY);

	buf_printf(out, "{\"Effect\":\"%s\"", deny ? "Deny" : "Allow");
	if (layer == DRAFT_OF_RCP || layer == DRAFT_OF_ENDPOINT) {
		buf_add_str(out, STR_LIT(",\"Principal\":\"*\""));
	} else if (layer == DRAFT_OF_RESOURCE &&
		   dice_chance(&d->dice,
			   deny ? d->weight[DRAFT_NOT] / 2 : d->weight[DRAFT_NOT] / 12)) {
		buf_add_str(out, STR_LIT(",\"NotPrincipal\":"));
		write_spared(d, out);
	} else if (resource_side) {
		buf_add_str(out, STR_LIT(",\"Principal\":"));
		write_principal(d, out);
	}
	write_scope(d, out, layer);
	draft_condition(d, out);
	buf_add_char(out, '}');
}

/* What lets everything through, as most ceilings have it beside their denies. */
static void write_everything(struct buf *out, enum draft_layer layer)
{
	buf_printf(out, "{\"Effect\":\"Allow\"%s,\"Action\":\"*\",\"Resource\":\"*\"}",
		layer == DRAFT_OF_ENDPOINT ? ",\"Principal\":\"*\"" : "");
}

void draft_policy(struct draft *d, struct buf *out, enum draft_layer layer)
{
	bool ceiling = layer == DRAFT_OF_SCP || layer == DRAFT_OF_BOUNDARY ||
		       layer == DRAFT_OF_SESSION || layer == DRAFT_OF_ENDPOINT;
	uint32_t count = 1 + dice_below(&d->dice, 3);
	bool old = draft_has(d, DRAFT_OLD);

	buf_add_char(out, '{');
	if (!old || dice_chance(&d->dice, 50))
		buf_printf(out, "\"Version\":\"%s\",", old ? "2008-10-17" : "2012-10-17");
	buf_add_str(out, STR_LIT("\"Statement\":["));
	if (ceiling && dice_chance(&d->dice, 60)) {
		write_everything(out, layer);
		if (count-- > 1)
			buf_add_char(out, ',');
	}
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		write_statement(d, out, layer);
	}
	buf_add_str(out, STR_LIT("]}"));
}
