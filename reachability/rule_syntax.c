#include "reachability/rule_syntax.h"

#include "base/utf8.h"
#include "reachability/rule_check.h"
#include "reachability/rule_phrase.h"

#define COUNT(a) (uint32_t)(sizeof(a) / sizeof((a)[0]))

/* One line of a rule. */
struct field {
	const char *word;
	bool again; /* may stand more than once */
	int (*read)(struct rule_draft *d, struct err *e);
};

static int read_text(struct rule_draft *d, struct str *out, struct err *e)
{
	*out = rule_cursor_rest(&d->cursor, d->arena);
	return out->n > 0 ? 0
			  : rule_cursor_fail(&d->cursor, *out, e,
				    "expected text, found the end of the line");
}

static int read_title(struct rule_draft *d, struct err *e)
{
	return read_text(d, &d->rule.title, e);
}

static int read_assumes(struct rule_draft *d, struct err *e)
{
	return read_text(d, &d->rule.assumes, e);
}

static int read_attack(struct rule_draft *d, struct err *e)
{
	return read_text(d, &d->rule.attack, e);
}

static int read_reference(struct rule_draft *d, struct err *e)
{
	return read_text(d, &d->rule.reference, e);
}

static int read_remedy(struct rule_draft *d, struct err *e)
{
	return read_text(d, &d->rule.remedy, e);
}

static int read_class(struct rule_draft *d, struct err *e)
{
	static const char *const words[] = { "assume", "carry", "expose", "escalate" };
	struct str word = rule_cursor_word(&d->cursor);

	for (uint32_t i = 0; i < COUNT(words); i++) {
		if (!str_eq(word, str_from(words[i])))
			continue;
		d->rule.class = (enum hop_class)(HOP_ASSUME + i);
		return rule_draft_end_line(d, e);
	}
	return rule_draft_unknown(d, word, word,
		&(struct rule_choice){ "a class", words, COUNT(words) }, e);
}

static int read_actor(struct rule_draft *d, struct err *e)
{
	struct str word = rule_cursor_word(&d->cursor);

	if (rule_draft_kinds(
		    d, word, &d->rule.actor_kinds, &d->rule.actor_kind_count, e) < 0)
		return e->code;
	return rule_draft_end_line(d, e);
}

static int read_when(struct rule_draft *d, struct err *e)
{
	return rule_phrase_test(d, false, e);
}

static int read_unless(struct rule_draft *d, struct err *e)
{
	return rule_phrase_test(d, true, e);
}

static const struct field fields[] = {
	{ "title", false, read_title },
	{ "class", false, read_class },
	{ "actor", false, read_actor },
	{ "target", false, rule_phrase_target },
	{ "through", false, rule_phrase_through },
	{ "needs", true, rule_phrase_need },
	{ "when", true, read_when },
	{ "unless", true, read_unless },
	{ "yields", false, rule_phrase_yields },
	{ "assumes", false, read_assumes },
	{ "attack", false, read_attack },
	{ "reference", false, read_reference },
	{ "remedy", false, read_remedy },
};

static int read_field(struct rule_draft *d, struct err *e)
{
	const char *words[COUNT(fields)];
	struct str word = rule_cursor_word(&d->cursor);

	if (d->mark.n == 0)
		return rule_cursor_fail(&d->cursor, word, e,
			"expected 'rule ID' in the first column, found '%.*s'",
			STR_ARG(word));
	for (uint32_t i = 0; i < COUNT(fields); i++) {
		words[i] = fields[i].word;
		if (!str_eq(word, str_from(words[i])))
			continue;
		if (!fields[i].again && (d->seen & 1u << i))
			return rule_cursor_fail(&d->cursor, word, e,
				"the rule '%.*s' has a second line '%s'",
				STR_ARG(d->rule.id), words[i]);
		d->seen |= 1u << i;
		return fields[i].read(d, e);
	}
	return rule_draft_unknown(d, word, word,
		&(struct rule_choice){ "a line of a rule", words, COUNT(words) }, e);
}

static bool is_name(struct str word)
{
	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return word.n > 0;
}

/* The word behind "provider" or "rule". */
static int read_name(struct rule_draft *d, struct str *out, struct err *e)
{
	*out = rule_cursor_word(&d->cursor);
	if (!is_name(*out))
		return rule_cursor_fail(&d->cursor, *out, e,
			"expected a name of small letters, digits and '-', found '%.*s'",
			STR_ARG(*out));
	return rule_draft_end_line(d, e);
}

static int finish_rule(const struct rule_draft *d, struct buf *out, struct err *e)
{
	if (d->mark.n == 0)
		return 0;
	if (rule_check_draft(d, e) < 0)
		return e->code;
	VEC_ADD(out, struct rule, rule_draft_rule(d));
	return 0;
}

static bool is_provider(struct str name)
{
	for (kind_id k = 0; k < catalog_kind_count(); k++) {
		struct str kind = catalog_kind_name(k);

		if (str_starts(kind, name) && kind.n > name.n && kind.p[name.n] == ':')
			return true;
	}
	return false;
}

/* A line that begins in the first column. */
static int read_head(struct rule_draft *d, struct buf *out, struct err *e)
{
	struct str word = rule_cursor_word(&d->cursor), id;

	if (d->provider.n == 0) {
		if (!str_eq(word, STR_LIT("provider")))
			return rule_cursor_fail(&d->cursor, word, e,
				"expected 'provider NAME' first, found '%.*s'",
				STR_ARG(word));
		if (read_name(d, &d->provider, e) < 0)
			return e->code;
		return is_provider(d->provider)
			       ? 0
			       : rule_cursor_fail(&d->cursor, d->provider, e,
					 "unknown provider '%.*s'", STR_ARG(d->provider));
	}
	if (!str_eq(word, STR_LIT("rule")))
		return rule_cursor_fail(&d->cursor, word, e,
			"expected 'rule ID' in the first column, found '%.*s'; the lines "
			"of a rule are indented",
			STR_ARG(word));
	if (finish_rule(d, out, e) < 0 || read_name(d, &id, e) < 0)
		return e->code;
	rule_draft_begin(d, id);
	return 0;
}

/* Messages quote the text, so it must be fit to print. */
static int check_text(const struct rule_cursor *c, struct err *e)
{
	size_t valid = utf8_valid_size(c->text);

	for (size_t i = 0; i < valid; i++) {
		char byte = c->text.p[i];

		if (((unsigned char)byte < 0x20 || byte == 0x7f) && byte != '\n' &&
			byte != '\t' && byte != '\r')
			return rule_cursor_fail(c, str_head(str_skip(c->text, i), 1), e,
				"a control character (0x%02x)", (unsigned)byte);
	}
	return valid == c->text.n
		       ? 0
		       : rule_cursor_fail(c, str_head(str_skip(c->text, valid), 1), e,
				 "the text is not UTF-8");
}

int rule_syntax_read(struct buf *out, struct arena *arena, struct str file,
	struct str text, struct err *e)
{
	struct rule_draft d = { .arena = arena };
	int rc;

	rule_cursor_init(&d.cursor, file, text);
	rc = check_text(&d.cursor, e);
	while (rc == 0 && rule_cursor_line(&d.cursor))
		rc = d.cursor.indented ? read_field(&d, e) : read_head(&d, out, e);
	if (rc == 0)
		rc = finish_rule(&d, out, e);
	rule_draft_release(&d);
	return rc;
}
