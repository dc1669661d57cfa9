#include "query/kind.h"

#include "base/nearest.h"
#include "reachability/pattern.h"

/* Kinds of nodes that are in no scope. */
static const char *const virtual_kinds[] = { "public", "service", "federated" };

#define VIRTUAL_COUNT (sizeof(virtual_kinds) / sizeof(virtual_kinds[0]))

/* "aws:s3:bucket" in parts; a kind of one part has only a type. */
struct parts {
	struct str provider, service, type, tail;
};

static struct parts split(struct str kind)
{
	size_t first = str_find_char(kind, ':', 0);
	size_t second = str_find_char(kind, ':', first + 1);
	struct parts p = { .type = kind, .tail = kind };

	if (second >= kind.n)
		return p;
	p.provider = str_head(kind, first);
	p.service = str_head(str_skip(kind, first + 1), second - first - 1);
	p.type = str_skip(kind, second + 1);
	p.tail = str_skip(kind, first + 1);
	return p;
}

static bool has_wildcard(struct str word)
{
	return pattern_literal_size(word) < word.n;
}

/* Whether the word is the text, with '-' where the text has ':'. */
static bool same_dashed(struct str word, struct str text)
{
	if (word.n != text.n)
		return false;
	for (size_t i = 0; i < word.n; i++) {
		char a = str_lower_char(word.p[i]), b = str_lower_char(text.p[i]);

		if (a != b && !(a == '-' && b == ':'))
			return false;
	}
	return true;
}

/* Whether the word is PROVIDER:REST. */
static bool same_prefixed(struct str word, struct str provider, struct str rest)
{
	return word.n == provider.n + 1 + rest.n &&
	       str_eq_fold(str_head(word, provider.n), provider) &&
	       word.p[provider.n] == ':' &&
	       str_eq_fold(str_skip(word, provider.n + 1), rest);
}

bool kind_match(struct str word, struct str kind)
{
	struct parts p = split(kind);

	if (word.n == 0)
		return false;
	if (has_wildcard(word))
		return pattern_match_fold(word, p.type) ||
		       pattern_match_fold(word, p.tail) || pattern_match_fold(word, kind);
	return str_eq_fold(word, p.type) || same_dashed(word, p.tail) ||
	       same_dashed(word, kind) || str_eq_fold(word, p.service) ||
	       (p.provider.n > 0 && (same_prefixed(word, p.provider, p.type) ||
					    same_prefixed(word, p.provider, p.service)));
}

static bool known_statically(struct str word)
{
	for (kind_id k = 0; k < catalog_kind_count(); k++) {
		if (kind_match(word, catalog_kind_name(k)))
			return true;
	}
	for (size_t i = 0; i < VIRTUAL_COUNT; i++) {
		if (kind_match(word, str_from(virtual_kinds[i])))
			return true;
	}
	return false;
}

int kind_known(struct world *w, struct str word, struct err *e)
{
	struct segment *s;

	if (known_statically(word))
		return 1;
	for (scope_number n = 0; n < world_scope_count(w); n++) {
		if (world_segment(&s, w, n, e) < 0)
			return e->code;
		for (uint32_t k = 0; k < segment_info(s)->kind_count; k++) {
			if (kind_match(word, segment_kind(s, k)))
				return 1;
		}
	}
	return 0;
}

static void offer(struct nearest *near, struct str kind)
{
	struct parts p = split(kind);

	nearest_offer(near, p.type);
	nearest_offer(near, p.service);
	nearest_offer(near, p.tail);
	nearest_offer(near, kind);
}

/* Kinds that the store has come first: they are more probable. */
static int find_nearest(struct str *out, struct world *w, struct str word, struct err *e)
{
	struct nearest near;
	struct segment *s;

	nearest_init(&near, word);
	for (scope_number n = 0; n < world_scope_count(w); n++) {
		if (world_segment(&s, w, n, e) < 0)
			return e->code;
		for (uint32_t k = 0; k < segment_info(s)->kind_count; k++)
			offer(&near, segment_kind(s, k));
	}
	for (kind_id k = 0; k < catalog_kind_count(); k++)
		offer(&near, catalog_kind_name(k));
	*out = near.best;
	return 0;
}

int kind_check(struct context *c, const struct ast_word *word, struct err *e)
{
	int known = kind_known(c->w, word->text, e);
	struct str best;

	if (known != 0)
		return known < 0 ? known : 0;
	if (find_nearest(&best, c->w, word->text, e) < 0)
		return e->code;
	diagnostic_set(c->d, word->span, "unknown kind '%.*s'", STR_ARG(word->text));
	diagnostic_expect(c->d, "a kind such as role or s3-bucket");
	diagnostic_suggest(c->d, best);
	return context_refuse(c, e);
}
