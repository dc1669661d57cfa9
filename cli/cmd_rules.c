#include "base/nearest.h"
#include "cli/cmd.h"
#include "cli/listing.h"
#include "cli/rule_text.h"
#include "cli/session.h"

#define COUNT(a) (uint32_t)(sizeof(a) / sizeof((a)[0]))

static const char *const rule_columns[] = { "id", "class", "target", "title" };
static const char *const line_columns[] = { "line", "text" };

static void add_rule(struct listing *l, const struct rule *r)
{
	struct buf target = { 0 };

	rule_text_target(&target, r);
	listing_text(l, r->id);
	listing_text(l, answer_hop_name(r->class));
	listing_text(l, buf_str(&target));
	listing_text(l, r->title);
	buf_release(&target);
}

/* A line of the rule; one without text is left out. The text is used up. */
static void add_line(struct listing *l, const char *word, struct buf *text)
{
	if (text->n > 0) {
		listing_text(l, str_from(word));
		listing_text(l, buf_str(text));
	}
	buf_clear(text);
}

static void add_text(struct listing *l, const char *word, struct str value)
{
	if (value.n == 0)
		return;
	listing_text(l, str_from(word));
	listing_text(l, value);
}

static void add_lines(struct listing *l, const struct rule *r)
{
	struct buf text = { 0 };

	add_text(l, "rule", r->id);
	add_text(l, "title", r->title);
	add_text(l, "class", answer_hop_name(r->class));
	rule_text_kinds(&text, r->actor_kinds, r->actor_kind_count);
	add_line(l, "actor", &text);
	rule_text_target(&text, r);
	add_line(l, "target", &text);
	rule_text_through(&text, r);
	add_line(l, "through", &text);
	for (uint32_t i = 0; i < r->need_count; i++) {
		rule_text_need(&text, &r->needs[i]);
		add_line(l, "needs", &text);
	}
	for (uint32_t i = 0; i < r->test_count; i++) {
		rule_text_test(&text, &r->tests[i]);
		add_line(l, r->tests[i].unless ? "unless" : "when", &text);
	}
	rule_text_yields(&text, r);
	add_line(l, "yields", &text);
	add_text(l, "assumes", r->assumes);
	add_text(l, "attack", r->attack);
	add_text(l, "reference", r->reference);
	add_text(l, "remedy", r->remedy);
	buf_printf(&text, "%.*s:%u", STR_ARG(r->file), (unsigned)r->line);
	add_line(l, "file", &text);
	buf_release(&text);
}

static int write_listing(struct listing *l, const struct command_context *c,
	struct str title, struct err *e)
{
	struct json_out j;

	if (c->options->format != FORMAT_JSON)
		return listing_print(l, c->out, c->options->format, e);
	json_out_init(&j, c->out);
	json_out_open(&j, '{');
	json_out_pair(&j, "rules", title);
	json_out_key(&j, "rows");
	listing_json(l, &j);
	json_out_close(&j, '}');
	buf_add_char(&c->out->buf, '\n');
	return 0;
}

static int not_found(const struct rules *rules, struct str id, struct err *e)
{
	struct nearest near;

	nearest_init(&near, id);
	for (uint32_t i = 0; i < rules_count(rules); i++)
		nearest_offer(&near, rules_get(rules, i)->id);
	if (near.best.n > 0)
		return err_set(e, ERR_SYNTAX,
			"there is no rule '%.*s'; did you mean '%.*s'?", STR_ARG(id),
			STR_ARG(near.best));
	return err_set(e, ERR_SYNTAX, "there is no rule '%.*s'", STR_ARG(id));
}

static int list_all(
	const struct rules *rules, const struct command_context *c, struct err *e)
{
	struct listing l;
	int rc;

	listing_init(&l, rule_columns, COUNT(rule_columns));
	for (uint32_t i = 0; i < rules_count(rules); i++)
		add_rule(&l, rules_get(rules, i));
	rc = write_listing(&l, c, (struct str){ "", 0 }, e);
	listing_release(&l);
	return rc;
}

static int show(const struct rules *rules, const struct command_context *c, struct str id,
	struct err *e)
{
	const struct rule *r = rules_find(rules, id);
	struct listing l;
	int rc;

	if (!r)
		return not_found(rules, id, e);
	listing_init(&l, line_columns, COUNT(line_columns));
	add_lines(&l, r);
	rc = write_listing(&l, c, id, e);
	listing_release(&l);
	return rc;
}

int cmd_rules(const struct command_context *c, struct err *e)
{
	char *const *operands = c->options->operands;
	struct rules *rules;
	int rc;

	if (c->options->operand_count > 0 &&
		(c->options->operand_count != 2 ||
			!str_eq(str_from(operands[0]), STR_LIT("show"))))
		return err_set(e, ERR_SYNTAX, "usage: latchkey rules [show ID]");
	if (session_rules(&rules, c->options, e) < 0)
		return e->code;
	rc = c->options->operand_count == 0 ? list_all(rules, c, e)
					    : show(rules, c, str_from(operands[1]), e);
	rules_free(rules);
	return rc;
}
