#include "query/actions.h"

#include "base/nearest.h"
#include "reachability/pattern.h"
#include "reachability/provider.h"

static const char *const words_of_sentences[] = { "access", "list", "read", "write",
	"tag", "permissions", "admin", "become", "do" };

#define WORD_COUNT (sizeof(words_of_sentences) / sizeof(words_of_sentences[0]))

static int find_level(struct str word)
{
	for (int l = 0; l < CATALOG_LEVEL_COUNT; l++) {
		if (str_eq_fold(word, catalog_level_name((enum catalog_level)l)))
			return l;
	}
	return -1;
}

static bool is_action(struct str pattern)
{
	struct str prefix = str_head(pattern, pattern_literal_size(pattern));

	for (uint32_t plane = 0; plane < catalog_plane_count(); plane++) {
		action_id begin, end;

		catalog_action_prefix(plane, prefix, &begin, &end);
		for (action_id a = begin; a < end; a++) {
			if (pattern_match_fold(pattern, catalog_action_get(a).name))
				return true;
		}
	}
	return false;
}

/* "GetObject" is "s3:GetObject" without its service; of several services the shortest. */
static struct str nearest(struct str word)
{
	action_id near = CATALOG_NONE;
	struct nearest words;

	nearest_init(&words, word);
	for (size_t i = 0; i < WORD_COUNT; i++)
		nearest_offer(&words, str_from(words_of_sentences[i]));
	if (words.best.n > 0)
		return words.best;
	for (action_id a = 0; a < catalog_action_count(); a++) {
		struct catalog_action action = catalog_action_get(a);

		if (!pattern_match_fold(
			    word, str_skip(action.name, action.service.n + 1)))
			continue;
		if (near == CATALOG_NONE ||
			action.name.n < catalog_action_get(near).name.n)
			near = a;
	}
	if (near == CATALOG_NONE)
		near = catalog_action_nearest(word);
	return near != CATALOG_NONE ? catalog_action_get(near).name : (struct str){ 0 };
}

static int fail_unknown(struct context *c, const struct ast_word *word, struct err *e)
{
	diagnostic_set(
		c->d, word->span, "no action is named '%.*s'", STR_ARG(word->text));
	diagnostic_expect(c->d, "access, a level such as write, or an action such as "
				"s3:GetObject");
	diagnostic_suggest(c->d, nearest(word->text));
	return context_refuse(c, e);
}

struct actions actions_everything(void)
{
	return (struct actions){ .query = { .everything = true },
		.text = STR_LIT("access") };
}

/* The words that ask for something else than some actions. */
static bool bind_special(struct actions *out, struct str word)
{
	if (str_eq_fold(word, STR_LIT("become")))
		out->query.become = true;
	else if (str_eq_fold(word, STR_LIT("admin")))
		out->query.admin = true;
	else if (str_eq_fold(word, STR_LIT("do")))
		out->each = out->query.everything = true;
	else
		return false;
	return true;
}

static bool is_operation(struct str word)
{
	const struct provider *p;

	for (uint32_t i = 0; (p = provider_get(i)); i++) {
		if (p->is_operation && p->is_operation(word))
			return true;
	}
	return false;
}

/* An action that the catalogue lacks: of one thing the texts of policies tell. */
static int bind_unlisted(struct actions *out, struct context *c,
	const struct ast_word *word, struct err *e)
{
	if (c->query->verb != AST_CAN || c->query->action.count > 1)
		return context_fail(c, e, word->span,
			"the catalogue has no operation '%.*s'; of such a one, alone, 'can' "
			"tells what the roles say",
			STR_ARG(word->text));
	out->query.unlisted = word->text;
	return 0;
}

static int bind_word(struct actions *out, struct buf *patterns, struct context *c,
	const struct ast_word *word, struct err *e)
{
	int level = find_level(word->text);

	if (str_eq_fold(word->text, STR_LIT("access")))
		out->query.everything = true;
	else if (level >= 0)
		out->query.level_mask |= 1u << level;
	else if (is_action(word->text))
		VEC_ADD(patterns, struct str, word->text);
	else if (is_operation(word->text))
		return bind_unlisted(out, c, word, e);
	else
		return fail_unknown(c, word, e);
	return 0;
}

static struct str join(struct arena *arena, const struct ast_words *words)
{
	struct buf b = { 0 };
	struct str out;

	for (uint32_t i = 0; i < words->count; i++) {
		if (i > 0)
			buf_add_char(&b, '|');
		buf_add_str(&b, words->items[i].text);
	}
	out = arena_copy(arena, buf_str(&b));
	buf_release(&b);
	return out;
}

int actions_bind(struct actions *out, struct context *c, const struct ast_words *words,
	struct err *e)
{
	struct arena *arena = world_arena(c->w);
	struct buf patterns = { 0 };
	struct str *kept;
	int rc = 0;

	*out = (struct actions){ .text = join(arena, words) };
	for (uint32_t i = 0; i < words->count && rc == 0; i++) {
		struct ast_word word = words->items[i];

		if (!bind_special(out, word.text))
			rc = bind_word(out, &patterns, c, &word, e);
		else if (words->count > 1)
			rc = context_fail(c, e, word.span,
				"'%.*s' does not go with other actions",
				STR_ARG(word.text));
	}
	kept = ARENA_NEW_ARRAY(arena, struct str, VEC_COUNT(&patterns, struct str) + 1);
	if (patterns.n > 0)
		memcpy(kept, patterns.p, patterns.n);
	out->query.patterns = kept;
	out->query.pattern_count = (uint32_t)VEC_COUNT(&patterns, struct str);
	buf_release(&patterns);
	return rc;
}
