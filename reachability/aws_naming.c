#include "reachability/aws_naming.h"

#include "base/mutant.h"
#include "reachability/aws_bucket.h"
#include "reachability/aws_provider.h"
#include "reachability/missing.h"
#include "reachability/subject.h"
#include "reachability/token.h"

/* Piece i (0-based) of a key split at ':'; the sixth is the rest. */
struct str aws_naming_arn(struct str key, unsigned i)
{
	size_t from = 0, end;

	for (unsigned k = 0; k < i; k++)
		from = str_find_char(key, ':', from) + 1;
	if (from > key.n)
		return (struct str){ 0 };
	end = i == 5 ? key.n : str_find_char(key, ':', from);
	return (struct str){ key.p + from, end - from };
}

bool aws_naming_is_provider(struct str key, const char *type)
{
	/* IAM has no regions: what stands before the account is known */
	static const char service[] = ":iam::";
	size_t at = str_find_char(key, ':', sizeof("arn:") - 1);

	if (!str_starts(str_skip(key, at), STR_LIT(service)))
		return false;
	at = str_find_char(key, ':', at + sizeof(service) - 1);
	return str_starts(str_skip(key, at), STR_LIT(":")) &&
	       str_starts(str_skip(key, at + 1), str_from(type));
}

/*
 * Identity providers that every account knows, by their own names. Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
bool aws_naming_is_login(struct str key)
{
	static const char *const names[] = { "cognito-identity.amazonaws.com",
		"www.amazon.com", "graph.facebook.com", "accounts.google.com" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(key, str_from(names[i])))
			return true;
	}
	return false;
}

static bool is_role(const struct node *n)
{
	return str_starts(aws_naming_arn(n->key, 5), STR_LIT("role/"));
}

static struct str last_part(struct str path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '/')
		i--;
	return str_skip(path, i);
}

/* "arn:aws:sts::111122223333:assumed-role/NAME/SESSION" against a role's key. */
static bool session_of(struct str session, const struct node *n, struct str *name)
{
	struct str rest = aws_naming_arn(session, 5), role;
	struct str head = STR_LIT("assumed-role/");
	size_t slash;

	if (!is_role(n) || !str_starts(rest, head) ||
		!str_eq(aws_naming_arn(session, 4), n->account) ||
		!str_eq(aws_naming_arn(session, 1), aws_naming_arn(n->key, 1)))
		return false;
	rest = str_skip(rest, head.n);
	slash = str_find_char(rest, '/', 0);
	role = str_head(rest, slash);
	*name = str_skip(rest, slash + 1);
	return str_eq(role, last_part(aws_naming_arn(n->key, 5)));
}

static expr session_named(struct world *w, struct str name)
{
	const struct world_context *c = world_context(w);
	struct expr_test t = { .op = DOCUMENT_STRING_EQUALS,
		.key = STR_LIT("sts:RoleSessionName"),
		.values = &name,
		.value_count = 1 };

	for (uint32_t i = 0; i < c->count; i++) {
		if (str_eq_fold(c->keys[i], t.key))
			return str_eq(c->values[i], name) ? EXPR_TRUE : EXPR_FALSE;
	}
	return expr_test(world_pool(w), &t);
}

/* Of an identity that its account's collection lacks nobody knows the unique id. */
static expr unread_id(struct world *w, const struct node *n)
{
	return world_unknown(w, n->account,
		arena_printf(world_arena(w), "the unique id of '%.*s' was not collected",
			STR_ARG(n->key)),
		false);
}

/*
 * Who is named as the identity that it acts as: what limits a role, or a session of a
 * user, limits that grant too.
 */
static enum provider_match own_match(const struct subject *s)
{
	return s->h != s->n || is_role(s->n)
		       ? MUTANT(role_name_as_session, MATCH_ROLE, MATCH_SELF)
		       : MATCH_SELF;
}

/*
 * Whether the identity provider takes a token of the stranger. The issuer alone is a name
 * by which it is found, and lets nobody in.
 */
static bool vouches_for(struct world *w, struct str provider, node_id stranger)
{
	struct str tokens[TOKEN_MAX], subject, issuer = provider;
	uint32_t count = token_list(tokens, w, stranger);

	if (token_is(provider) || world_removed(w, provider))
		return false;
	if (str_starts(provider, STR_LIT("arn:"))) {
		if (!aws_naming_is_provider(provider, "oidc-provider/"))
			return false;
		issuer = str_skip(provider, str_find_char(provider, '/', 0) + 1);
	}
	for (uint32_t i = 0; i < count; i++) {
		if (token_subject(&subject, tokens[i], issuer))
			return true;
	}
	return false;
}

static enum provider_match match_one(struct world *w, const struct document *d,
	const struct document_principal *p, const struct subject *s, expr *condition)
{
	struct str text = document_str(d, p->text), session;
	enum node_type type = s->n->type;
	bool federated = aws_provider_is_federated(s->n);
	bool account_member =
		!federated &&
		(type == NODE_ENTITY || type == NODE_FOREIGN || type == NODE_ACCOUNT);

	switch (p->type) {
	case DOCUMENT_ANYONE:
		return MATCH_ANYONE;
	case DOCUMENT_ACCOUNT:
		return account_member && str_eq(text, s->n->account) ? MATCH_ACCOUNT
								     : MATCH_NONE;
	case DOCUMENT_KEY:
		/* an origin access identity has no policies of its own */
		if (type == NODE_SERVICE)
			return str_eq(text, s->n->key) ? MATCH_SELF : MATCH_NONE;
		if (!account_member || !str_eq(text, s->h->key))
			return MATCH_NONE;
		return own_match(s);
	case DOCUMENT_SESSION:
		if (s->h != s->n)
			return !str_eq(text, s->n->key) ? MATCH_NONE
							: MUTANT(session_name_as_role,
								  MATCH_SELF, MATCH_ROLE);
		if (!session_of(text, s->n, &session))
			return MATCH_NONE;
		*condition = session_named(w, session);
		return MATCH_SELF;
	case DOCUMENT_SERVICE:
		return type == NODE_SERVICE && str_eq(text, s->n->key) ? MATCH_SELF
								       : MATCH_NONE;
	case DOCUMENT_FEDERATED:
		if (aws_provider_is_stranger(s->n))
			return vouches_for(w, text, s->node) ? MATCH_SELF : MATCH_NONE;
		return federated && str_eq(text, s->n->key) ? MATCH_SELF : MATCH_NONE;
	case DOCUMENT_CANONICAL:
		return account_member && str_eq(text,
						 aws_bucket_canonical(w, s->n->account))
			       ? MATCH_ACCOUNT
			       : MATCH_NONE;
	case DOCUMENT_UNIQUE_ID:
		if (type == NODE_FOREIGN && missing_node(w, s->node) &&
			world_account_scope(w, s->n->account) != SEGMENT_NONE) {
			*condition = unread_id(w, s->n);
			return MATCH_SELF;
		}
		if (!str_eq(text, world_attribute(w, s->holder, STR_LIT("id"))))
			return MATCH_NONE;
		return own_match(s);
	default:
		return MATCH_NONE;
	}
}

enum provider_match aws_naming_match(struct world *w, const struct document *d,
	const struct document_statement *s, const struct subject *subject,
	const struct object *object, expr *condition)
{
	const struct document_principal *p = d->principals + s->principal_first;
	enum provider_match best = MATCH_NONE;
	expr sessions = EXPR_FALSE;
	bool inverted = MUTANT(not_principal_as_principal,
		(s->flags & DOCUMENT_NOT_PRINCIPAL) != 0, false);

	(void)object;
	if (s->principal_count == 0)
		return inverted ? MATCH_ANYONE : MATCH_NONE;
	/* A deny for all but some reaches whoever has a boundary, named or not:
	 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
	 */
	if (inverted && (s->flags & DOCUMENT_DENY) &&
		MUTANT(not_principal_spares_bounded, subject->bounded, false))
		return MATCH_ANYONE;
	for (uint32_t i = 0; i < s->principal_count; i++) {
		expr needs = EXPR_TRUE;
		enum provider_match one = match_one(w, d, &p[i], subject, &needs);

		if (one == MATCH_NONE)
			continue;
		if (needs != EXPR_TRUE)
			sessions = expr_or(world_pool(w), sessions, needs);
		else if (one > best)
			best = one;
	}
	if (inverted) {
		if (best != MATCH_NONE)
			return MATCH_NONE;
		if (sessions != EXPR_FALSE)
			*condition = expr_and(world_pool(w), *condition,
				expr_not(world_pool(w), sessions));
		return MATCH_ANYONE;
	}
	if (best == MATCH_NONE && sessions != EXPR_FALSE) {
		*condition = expr_and(world_pool(w), *condition, sessions);
		return MATCH_SELF;
	}
	return best;
}

expr aws_naming_sessions(struct world *w, const struct document *d,
	const struct document_statement *s, const struct subject *subject)
{
	const struct document_principal *p = d->principals + s->principal_first;
	expr sessions = EXPR_FALSE;
	struct str name;

	if (s->flags & DOCUMENT_NOT_PRINCIPAL)
		return EXPR_FALSE;
	for (uint32_t i = 0; i < s->principal_count; i++) {
		if (p[i].type == DOCUMENT_SESSION && subject->h == subject->n &&
			session_of(document_str(d, p[i].text), subject->n, &name))
			sessions =
				expr_or(world_pool(w), sessions, session_named(w, name));
	}
	return sessions;
}

uint32_t aws_naming_texts(struct str *out, uint32_t max, struct world *w, node_id subject)
{
	const struct node *n = world_node(w, subject);
	node_id holder;
	struct str id;
	uint32_t count = 0;
	struct err e;

	/* sessions are indexed by what is in front of their names */
	if ((n->flags & ENTITY_SESSION) && count < max)
		out[count++] = str_head(n->key, n->key.n - last_part(n->key).n - 1);
	if (subject_holder(&holder, w, subject, &e) == 0)
		n = world_node(w, holder);
	else
		holder = subject;
	id = world_attribute(w, holder, STR_LIT("id"));
	if (count < max)
		out[count++] = n->key;
	if (count < max &&
		is_role(n)) /* sessions are named by the role's name, indexed below it */
		out[count++] = arena_printf(world_arena(w),
			"arn:%.*s:sts::%.*s:assumed-role/%.*s",
			STR_ARG(aws_naming_arn(n->key, 1)), STR_ARG(n->account),
			STR_ARG(last_part(aws_naming_arn(n->key, 5))));
	if (count < max && id.n > 0)
		out[count++] = id;
	if (count < max && n->account.n > 0 && !aws_provider_is_federated(n))
		out[count++] = n->account;
	id = aws_bucket_canonical(w, n->account);
	if (count < max && id.n > 0 && !aws_provider_is_federated(n))
		out[count++] = id;
	if (count < max)
		out[count++] = STR_LIT("*");
	return count;
}

/* The one identity that has a unique id, or (of an account) a role's name. */
struct bearer {
	struct world *world;
	struct str id, account; /* account: of the role, empty for a unique id */
	node_id node;
};

static bool is_bearer(void *ctx, scope_number scope, entity_id id)
{
	struct bearer *b = ctx;
	struct segment *s;
	const struct node *n;
	node_id node;
	struct err e;

	if (world_segment(&s, b->world, scope, &e) < 0 ||
		!(segment_entity(s, id)->flags & ENTITY_IDENTITY))
		return true;
	node = world_node_entity(b->world, scope, id);
	n = world_node(b->world, node);
	if (b->account.n > 0 ? !is_role(n) || !str_eq(n->account, b->account) ||
				       !str_eq(last_part(n->key), b->id)
			     : !str_eq(segment_unique_id(s, id), b->id))
		return true;
	b->node = node;
	return false;
}

static int bearer_node(
	node_id *out, struct world *w, struct str id, struct str account, struct err *e)
{
	struct bearer b = { .world = w, .id = id, .account = account, .node = NODE_NONE };
	int rc = snapshot_find_name(world_snapshot(w), id, is_bearer, &b, e);

	*out = b.node;
	return rc;
}

/*
 * A session that was collected, else the role that it is of, wherever its path is. Whose
 * session a federated user is does not follow from its name.
 */
static int session_node(node_id *out, struct world *w, struct str text, struct err *e)
{
	struct str rest = aws_naming_arn(text, 5), account = aws_naming_arn(text, 4);
	struct str head = STR_LIT("assumed-role/"), name;

	scope_number scope;
	entity_id id;
	int rc = snapshot_find_key(&scope, &id, world_snapshot(w), text, e);

	if (rc < 0)
		return rc;
	if (rc == 1)
		return world_node_of_key(out, w, text, e);
	if (!str_starts(rest, head))
		return 0;
	rest = str_skip(rest, head.n);
	name = str_head(rest, str_find_char(rest, '/', 0));
	if (world_account_scope(w, account) != SEGMENT_NONE)
		return bearer_node(out, w, name, account, e);
	return world_node_of_key(out, w,
		arena_printf(world_arena(w), "arn:%.*s:iam::%.*s:role/%.*s",
			STR_ARG(aws_naming_arn(text, 1)), STR_ARG(account),
			STR_ARG(name)),
		e);
}

int aws_naming_node(node_id *out, struct world *w, const struct document *d,
	const struct document_principal *p, struct err *e)
{
	struct str text = document_str(d, p->text);

	*out = NODE_NONE;
	switch (p->type) {
	case DOCUMENT_ANYONE:
		*out = world_node_virtual(
			w, NODE_PUBLIC, STR_LIT("public"), (struct str){ 0 });
		return 0;
	case DOCUMENT_ACCOUNT:
		if (world_account_scope(w, text) == SEGMENT_NONE)
			*out = world_node_virtual(w, NODE_ACCOUNT,
				arena_printf(world_arena(w),
					"arn:aws:account::%.*s:account", STR_ARG(text)),
				arena_copy(world_arena(w), text));
		return 0;
	case DOCUMENT_KEY:
		return world_node_of_key(out, w, text, e);
	case DOCUMENT_SESSION:
		return session_node(out, w, text, e);
	case DOCUMENT_UNIQUE_ID:
		return bearer_node(out, w, text, (struct str){ 0 }, e);
	case DOCUMENT_SERVICE:
		*out = world_node_virtual(w,
			aws_naming_is_login(text) ? NODE_FEDERATED : NODE_SERVICE,
			arena_copy(world_arena(w), text), (struct str){ 0 });
		return 0;
	case DOCUMENT_FEDERATED:
		if (token_is(text))
			return 0;
		if (str_starts(text, STR_LIT("arn:")))
			return world_node_of_key(out, w, text, e);
		*out = world_node_virtual(w, NODE_FEDERATED,
			arena_copy(world_arena(w), text), (struct str){ 0 });
		return 0;
	default: /* nobody collected whose canonical ids are */
		return 0;
	}
}
