#include "reachability/gcp_vouch.h"

#include "reachability/condition.h"
#include "reachability/gcp_naming.h"
#include "reachability/gcp_stranger.h"
#include "reachability/membership.h"
#include "reachability/token.h"

/* --- claims --- */

/* Piece i of "repo:OWNER/NAME:CONTEXT", and of its context. */
static struct str behind(struct str text, const char *head)
{
	return str_starts(text, str_from(head)) ? str_skip(text, str_from(head).n)
						: (struct str){ 0 };
}

/* What the subject of a job's token says of its other claims. */
static struct str job_claim(struct str subject, struct str name)
{
	struct str rest = behind(subject, "repo:");
	size_t colon = str_find_char(rest, ':', 0);
	struct str repository = str_head(rest, colon);
	struct str where = str_skip(rest, colon + 1);

	if (str_eq(name, STR_LIT("repository")))
		return repository;
	if (str_eq(name, STR_LIT("repository_owner")))
		return str_head(repository, str_find_char(repository, '/', 0));
	if (str_eq(name, STR_LIT("ref")))
		return behind(where, "ref:");
	if (str_eq(name, STR_LIT("environment")))
		return behind(where, "environment:");
	return (struct str){ 0 };
}

struct str gcp_vouch_claim(
	struct world *w, struct str issuer, struct str subject, struct str key)
{
	struct str name = behind(key, "assertion.");

	if (str_eq(name, STR_LIT("sub")))
		return subject;
	if (str_eq(name, STR_LIT("iss")))
		return arena_printf(
			world_arena(w), "https://%.*s", STR_ARG(token_issuer(issuer)));
	if (!str_eq(token_issuer(issuer), STR_LIT("token.actions.githubusercontent.com")))
		return (struct str){ 0 };
	return job_claim(subject, name);
}

/* --- what a provider asks --- */

struct asked {
	struct world *world;
	struct str issuer, subject, account;
};

static void look_up(
	void *ctx, struct str key, struct condition_fact *out, struct arena *arena)
{
	const struct asked *a = ctx;
	const struct world_context *c = world_context(a->world);
	struct str *value = ARENA_NEW(arena, struct str);

	*out = (struct condition_fact){ .knowledge = CONDITION_OPEN };
	for (uint32_t i = 0; i < c->count && value->n == 0; i++) {
		if (str_eq(c->keys[i], key))
			*value = c->values[i];
	}
	if (value->n == 0 && a->subject.n > 0)
		*value = gcp_vouch_claim(a->world, a->issuer, a->subject, key);
	if (value->n == 0 && str_eq(key, STR_LIT("assertion.account")))
		*value = a->account;
	if (value->n == 0)
		return;
	out->knowledge = CONDITION_KNOWN;
	out->values = value;
	out->value_count = 1;
}

/* The provider's condition of such a token: what is left of it. */
static int provider_takes(expr *out, struct asked *a, node_id provider, struct err *e)
{
	struct world *w = a->world;
	struct condition_context c = { .look_up = look_up,
		.ctx = a,
		.pool = world_pool(w),
		.arena = world_arena(w) };
	const struct world_document *docs;
	uint32_t count;

	if (world_documents(&docs, &count, w, provider, LAYER_SESSION, e) < 0)
		return e->code;
	*out = count == 0 ? EXPR_TRUE : EXPR_FALSE;
	for (uint32_t i = 0; i < count; i++) {
		const struct document *d = docs[i].compiled;

		if (!d || (d->flags & DOCUMENT_INVALID)) {
			*out = world_unknown(w, world_node(w, provider)->key,
				STR_LIT("what the provider asks of tokens is not valid"),
				false);
			continue;
		}
		for (uint32_t k = 0; k < d->statement_count; k++)
			*out = expr_or(world_pool(w), *out,
				condition_statement(&c, d, &d->statements[k]));
	}
	return 0;
}

/* Over all providers of the pool that know the subject by a token, or its account. */
static int pool_takes(
	expr *out, struct world *w, node_id n, struct str text, struct err *e)
{
	struct str tokens[TOKEN_MAX], key = world_node(w, n)->key;
	uint32_t count = token_list(tokens, w, n), taker_count;
	const node_id *takers;

	*out = EXPR_FALSE;
	if (token_takers(&takers, &taker_count, w, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < taker_count; i++) {
		struct asked a = { .world = w,
			.issuer = world_attribute(w, takers[i], STR_LIT("issuer")),
			.account = world_attribute(w, takers[i], STR_LIT("account")) };
		bool known = a.account.n > 0 && str_starts(key, STR_LIT("arn:"));
		expr one;

		if (!gcp_stranger_is_of(w, takers[i], text))
			continue;
		for (uint32_t k = 0; k < count && !known; k++)
			known = token_subject(&a.subject, tokens[k], a.issuer);
		if (!known)
			continue;
		if (provider_takes(&one, &a, takers[i], e) < 0)
			return e->code;
		*out = expr_or(world_pool(w), *out, one);
	}
	return 0;
}

/* --- who is meant --- */

static bool is_pool(struct str text)
{
	return str_starts(text, STR_LIT("principal"));
}

/* What must hold for the subject to be whom the statement means; TRUE: it is. */
static int taken(expr *out, struct world *w, const struct document *d,
	const struct document_statement *s, node_id n, struct err *e)
{
	const struct provider *p = provider_of_key(STR_LIT("gcp:user:"));
	expr one;

	*out = EXPR_FALSE;
	for (uint32_t i = 0; i < s->principal_count && *out != EXPR_TRUE; i++) {
		const struct document_principal *q =
			&d->principals[s->principal_first + i];
		struct str text = document_str(d, q->text);
		uint32_t number;

		if (q->flags & DOCUMENT_EXCEPTED)
			continue;
		if (membership_find(&number, world_membership(w), p, n, text, e) < 0)
			return e->code;
		if (number == MEMBERSHIP_NONE)
			continue;
		one = EXPR_TRUE;
		if (is_pool(text) && pool_takes(&one, w, n, text, e) < 0)
			return e->code;
		*out = expr_or(world_pool(w), *out, one);
	}
	return 0;
}

/* A deny for one subject leaves the others of its pool. */
static bool is_for_all(
	const struct document *d, const struct document_statement *s, struct str pool)
{
	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct document_principal *q =
			&d->principals[s->principal_first + i];
		struct str rest =
			str_skip(document_str(d, q->text), STR_LIT("principalSet:").n);

		if (q->flags & DOCUMENT_EXCEPTED)
			continue;
		if (q->type == DOCUMENT_ANYONE ||
			(str_starts(rest, pool) &&
				str_eq(str_skip(rest, pool.n), STR_LIT("/*"))))
			return true;
	}
	return false;
}

/*
 * All of an organization are those of its own directory: whom its policies name may be of
 * another. The organization goes by its first domain.
 */
static expr is_of(struct world *w, struct str organization, node_id n)
{
	struct str user = world_node(w, n)->key;
	struct str domain = str_skip(user, str_find_char(user, '@', 0) + 1);
	node_id above;
	struct err e;

	if (str_eq(world_attribute(w, n, STR_LIT("listed")), STR_LIT("true")))
		return EXPR_TRUE;
	if (world_node_of_key(&above, w, organization, &e) == 0 &&
		str_eq_fold(world_node_name(w, above), domain))
		return EXPR_TRUE;
	return world_unknown(w, organization,
		arena_printf(world_arena(w),
			"whether '%.*s' is of the directory of '%.*s'", STR_ARG(user),
			STR_ARG(organization)),
		true);
}

/* Whether a user whom the statement means by the whole organization is of it. */
static expr is_insider(struct world *w, const struct document *d,
	const struct document_statement *s, node_id n)
{
	const struct str head = STR_LIT(GCP_NAMING_MEMBERS "organizations/");
	expr out = EXPR_FALSE;

	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct document_principal *q =
			&d->principals[s->principal_first + i];
		struct str text = document_str(d, q->text);

		if (q->flags & DOCUMENT_EXCEPTED)
			continue;
		if (!str_starts(text, head))
			return EXPR_TRUE;
		out = expr_or(world_pool(w), out,
			is_of(w, str_skip(text, STR_LIT("principalSet:").n), n));
	}
	return out;
}

enum provider_match gcp_vouch_match(struct world *w, const struct document *d,
	const struct document_statement *s, const struct subject *subject,
	const struct object *object, expr *condition)
{
	enum provider_match m = membership_match(w, d, s, subject, object, condition);
	struct err e;
	expr x;

	if (gcp_naming_is_pool(subject->n->key))
		return (s->flags & DOCUMENT_DENY) && !is_for_all(d, s, subject->n->key)
			       ? MATCH_NONE
			       : m;
	if (m == MATCH_SELF && gcp_naming_is_user(subject->n->key))
		*condition = expr_and(
			world_pool(w), *condition, is_insider(w, d, s, subject->node));
	if (m != MATCH_SELF || !gcp_stranger_is_known(w, subject->node))
		return m;
	if (taken(&x, w, d, s, subject->node, &e) < 0)
		x = world_unknown(w, subject->n->key, str_from(e.text),
			(s->flags & DOCUMENT_DENY) != 0);
	*condition = expr_and(world_pool(w), *condition, x);
	return m;
}
