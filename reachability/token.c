#include "reachability/token.h"

#include <stdlib.h>

#include "base/limits.h"
#include "reachability/membership.h"
#include "reachability/provider.h"

#define HEAD STR_LIT("oidc:")

struct token_cache {
	struct intern issuers;
	struct buf holders; /* struct buf of node_id, by issuer */
	struct buf takers;  /* node_id */
	bool takers_known;
};

struct token_cache *token_cache_new(void)
{
	struct token_cache *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	intern_init(&c->issuers);
	return c;
}

void token_cache_free(struct token_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < VEC_COUNT(&c->holders, struct buf); i++)
		buf_release(&VEC_DATA(&c->holders, struct buf)[i]);
	buf_release(&c->holders);
	buf_release(&c->takers);
	intern_release(&c->issuers);
	free(c);
}

bool token_is(struct str key)
{
	return str_starts(key, HEAD);
}

struct str token_issuer(struct str written)
{
	const struct str scheme = STR_LIT("https://");

	if (str_starts(written, scheme))
		written = str_skip(written, scheme.n);
	while (written.n > 0 && written.p[written.n - 1] == '/')
		written.n--;
	return written;
}

bool token_subject(struct str *out, struct str token, struct str issuer)
{
	struct str rest = str_skip(token, HEAD.n);

	issuer = token_issuer(issuer);
	if (!token_is(token) || issuer.n == 0 || rest.n <= issuer.n ||
		rest.p[issuer.n] != '/' || !str_eq_fold(str_head(rest, issuer.n), issuer))
		return false;
	*out = str_skip(rest, issuer.n + 1);
	return true;
}

uint32_t token_list(struct str out[TOKEN_MAX], struct world *w, node_id n)
{
	struct str key = world_node(w, n)->key;
	const struct provider *p = provider_of_key(key);

	if (token_is(key)) {
		out[0] = key;
		return 1;
	}
	return p->tokens ? p->tokens(out, w, n) : 0;
}

uint32_t token_texts(struct str out[TOKEN_TEXTS_MAX], struct world *w, node_id n)
{
	struct str tokens[TOKEN_MAX];
	uint32_t count = token_list(tokens, w, n), texts = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct str token = tokens[i];
		uint32_t parts = 0;

		for (size_t at = HEAD.n; at < token.n && parts < LIMIT_ISSUER_PARTS;
			at++) {
			if (token.p[at] != '/')
				continue;
			parts++;
			if (texts < TOKEN_TEXTS_MAX)
				out[texts++] = str_head(token, at);
		}
	}
	return texts;
}

int token_node(node_id *out, struct world *w, struct str token, struct err *e)
{
	const struct provider *p;
	int rc;

	for (uint32_t i = 0; (p = provider_get(i)); i++) {
		*out = NODE_NONE;
		rc = p->bearer ? p->bearer(out, w, token, e) : 0;
		if (rc < 0 || *out != NODE_NONE)
			return rc;
	}
	return world_node_of_key(out, w, token, e);
}

/* --- who has tokens of an issuer --- */

static int compare_nodes(const void *a, const void *b)
{
	node_id x = *(const node_id *)a, y = *(const node_id *)b;

	return (x > y) - (x < y);
}

static void nodes_once(struct buf *nodes)
{
	node_id *v = VEC_DATA(nodes, node_id);
	size_t count = VEC_COUNT(nodes, node_id), kept = 0;

	if (count == 0)
		return;
	qsort(v, count, sizeof(*v), compare_nodes);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || v[kept - 1] != v[i])
			v[kept++] = v[i];
	}
	nodes->n = kept * sizeof(*v);
}

static int add_token(struct buf *out, struct world *w, struct str issuer,
	struct str subject, struct err *e)
{
	node_id n;
	struct str key = arena_printf(
		world_arena(w), "oidc:%.*s/%.*s", STR_ARG(issuer), STR_ARG(subject));

	if (token_node(&n, w, key, e) < 0)
		return e->code;
	VEC_ADD(out, node_id, n);
	return 0;
}

/* Whether the condition asks for the subject of the issuer's token. */
static bool asks_subject(
	const struct document *d, const struct document_condition *c, struct str issuer)
{
	const struct str claim = STR_LIT(":sub");
	struct str key = document_str(d, c->key);

	return key.n > claim.n && str_eq_fold(str_skip(key, key.n - claim.n), claim) &&
	       str_eq_fold(token_issuer(str_head(key, key.n - claim.n)), issuer);
}

static bool is_exact(const struct document_condition *c, struct str value)
{
	if (c->flags & DOCUMENT_CONDITION_VARIABLE)
		return false;
	return c->operator_ == DOCUMENT_STRING_EQUALS ||
	       (str_find_char(value, '*', 0) == value.n &&
		       str_find_char(value, '?', 0) == value.n);
}

/*
 * The subjects that the statement names; *all: those are all that it lets in. Conditions
 * that are joined in other ways leave it open.
 */
static int named_subjects(struct buf *out, bool *all, struct world *w,
	const struct document *d, const struct document_statement *s, struct str issuer,
	struct err *e)
{
	*all = false;
	for (uint32_t i = 0; i < s->condition_count; i++) {
		const struct document_condition *c =
			&d->conditions[s->condition_first + i];
		bool whole = !(c->flags & DOCUMENT_IF_EXISTS) && c->joins == 0 &&
			     c->qualifier != DOCUMENT_FOR_ALL;

		if ((c->operator_ != DOCUMENT_STRING_EQUALS &&
			    c->operator_ != DOCUMENT_STRING_LIKE) ||
			!asks_subject(d, c, issuer))
			continue;
		for (uint32_t k = 0; k < c->value_count; k++) {
			struct str value = document_str(d, d->values[c->value_first + k]);

			if (!is_exact(c, value))
				whole = false;
			else if (add_token(out, w, issuer, value, e) < 0)
				return e->code;
		}
		*all |= whole;
	}
	return 0;
}

/* What policies of one scope name that name the issuer. */
static int named_in_scope(struct buf *out, struct world *w, scope_number scope,
	struct str text, struct err *e)
{
	struct segment *s;
	uint32_t begin, end;

	if (world_segment(&s, w, scope, e) < 0)
		return e->code;
	segment_principal_range(s, text, &begin, &end);
	for (uint32_t i = begin; i < end; i++) {
		const struct segment_principal *p = &segment_principals(s)[i];
		const struct document *d;
		bool all;

		if (p->type == 0 || p->is_deny)
			continue;
		if (segment_document(&d, s, p->doc, e) < 0)
			return e->code;
		if (d && p->statement < d->statement_count &&
			named_subjects(out, &all, w, d, &d->statements[p->statement],
				str_skip(text, HEAD.n), e) < 0)
			return e->code;
	}
	return 0;
}

static bool scope_add(void *ctx, scope_number scope)
{
	VEC_ADD((struct buf *)ctx, scope_number, scope);
	return true;
}

static int named_everywhere(
	struct buf *out, struct world *w, struct str text, struct err *e)
{
	struct buf scopes = { 0 };
	int rc = snapshot_links(world_snapshot(w), text, scope_add, &scopes, e);

	for (size_t i = 0; i < VEC_COUNT(&scopes, scope_number) && rc == 0; i++)
		rc = named_in_scope(
			out, w, VEC_DATA(&scopes, const scope_number)[i], text, e);
	buf_release(&scopes);
	return rc;
}

/* Credentials are listed as members of their issuer. */
static int listed_tokens(struct buf *out, struct world *w, struct str text, struct err *e)
{
	struct buf members = { 0 };
	int rc = membership_members(&members, world_membership(w), text, e);

	for (size_t i = 0; i < VEC_COUNT(&members, struct str) && rc == 0; i++) {
		node_id n;

		rc = token_node(&n, w, VEC_DATA(&members, const struct str)[i], e);
		if (rc == 0)
			VEC_ADD(out, node_id, n);
	}
	buf_release(&members);
	return rc;
}

static int holders_find(
	struct buf *out, struct world *w, struct str issuer, struct err *e)
{
	struct str text = arena_printf(world_arena(w), "oidc:%.*s", STR_ARG(issuer));
	const struct provider *p;
	int rc = named_everywhere(out, w, text, e);

	if (rc == 0)
		rc = listed_tokens(out, w, text, e);
	for (uint32_t i = 0; (p = provider_get(i)) && rc == 0; i++) {
		if (p->bearers)
			rc = p->bearers(out, w, issuer, e);
	}
	nodes_once(out);
	return rc;
}

int token_holders(struct buf *out, struct world *w, struct str issuer, struct err *e)
{
	struct token_cache *c = world_tokens(w);
	struct buf found = { 0 };
	uint32_t number, before = intern_count(&c->issuers);
	const struct buf *known;

	issuer = token_issuer(issuer);
	number = intern_find(&c->issuers, issuer);
	if (number == INTERN_NONE) {
		if (holders_find(&found, w, issuer, e) < 0) {
			buf_release(&found);
			return e->code;
		}
		before = intern_count(&c->issuers);
		number = intern_add(&c->issuers, issuer);
		if (number == before)
			VEC_ADD(&c->holders, struct buf, { 0 });
		VEC_DATA(&c->holders, struct buf)[number] = found;
	}
	known = &VEC_DATA(&c->holders, const struct buf)[number];
	buf_add(out, known->p, known->n);
	return 0;
}

int token_named(struct buf *out, struct world *w, const struct document *d,
	const struct document_statement *s, struct str issuer, struct err *e)
{
	bool all;

	if (named_subjects(out, &all, w, d, s, issuer, e) < 0)
		return e->code;
	return all ? 0 : token_holders(out, w, issuer, e);
}

/* --- what takes them --- */

int token_takers(const node_id **out, uint32_t *count, struct world *w, struct err *e)
{
	struct token_cache *c = world_tokens(w);
	struct buf keys = { 0 };
	int rc = 0;

	if (!c->takers_known)
		rc = membership_members(&keys, world_membership(w), HEAD, e);
	for (size_t i = 0; i < VEC_COUNT(&keys, struct str) && rc == 0; i++) {
		node_id n;

		rc = world_node_of_key(&n, w, VEC_DATA(&keys, const struct str)[i], e);
		if (rc == 0)
			VEC_ADD(&c->takers, node_id, n);
	}
	buf_release(&keys);
	c->takers_known = rc == 0;
	nodes_once(&c->takers);
	*out = VEC_DATA(&c->takers, const node_id);
	*count = (uint32_t)VEC_COUNT(&c->takers, node_id);
	return rc;
}
