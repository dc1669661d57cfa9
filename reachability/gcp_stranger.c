#include "reachability/gcp_stranger.h"

#include "reachability/gcp_naming.h"
#include "reachability/gcp_vouch.h"
#include "reachability/membership.h"
#include "reachability/token.h"

static void add(struct buf *out, struct str text)
{
	VEC_ADD(out, struct str, text);
}

/* "//iam.googleapis.com/.../workloadIdentityPools/POOL" of a provider of the pool. */
static struct str pool_of(struct str provider)
{
	const struct str mark = STR_LIT("/providers/");

	for (size_t i = 0; i + mark.n <= provider.n; i++) {
		if (str_starts(str_skip(provider, i), mark))
			return str_head(provider, i);
	}
	return (struct str){ 0 };
}

/* Somebody whom a pool's provider vouches for, on the way to its names. */
struct vouched {
	struct buf *out;
	struct world *world;
	struct str pool, issuer, subject;
};

/* The name by one attribute of the mapping, where its claim is known. */
static void add_attribute(struct vouched *v, struct str attribute, struct str claim)
{
	struct arena *arena = world_arena(v->world);
	struct str value = gcp_vouch_claim(v->world, v->issuer, v->subject, claim);

	if (value.n == 0)
		return;
	if (str_eq(attribute, STR_LIT("google.subject")))
		add(v->out, arena_printf(arena, "principal:%.*s/subject/%.*s",
				    STR_ARG(v->pool), STR_ARG(value)));
	else
		add(v->out,
			arena_printf(arena, "principalSet:%.*s/%.*s/%.*s",
				STR_ARG(v->pool), STR_ARG(attribute), STR_ARG(value)));
}

/* The mapping that the input has, or that of repositories. */
static void add_vouched(struct vouched *v, struct str mapping)
{
	add(v->out, arena_printf(world_arena(v->world), "principalSet:%.*s/*",
			    STR_ARG(v->pool)));
	if (mapping.n == 0)
		mapping =
			STR_LIT("attribute.repository=assertion.repository,"
				"attribute.repository_owner=assertion.repository_owner");
	if (!str_contains_fold(mapping, STR_LIT("google.subject=")))
		add_attribute(v, STR_LIT("google.subject"), STR_LIT("assertion.sub"));
	while (mapping.n > 0) {
		struct str one = str_head(mapping, str_find_char(mapping, ',', 0));
		size_t equals = str_find_char(one, '=', 0);

		add_attribute(v, str_head(one, equals), str_skip(one, equals + 1));
		mapping = str_skip(mapping, one.n + 1);
	}
}

/* Whether the provider of a pool lets anybody in. */
static bool takes(struct world *w, node_id provider)
{
	return !str_eq(world_attribute(w, provider, STR_LIT("disabled")),
		       STR_LIT("true")) &&
	       !str_eq(world_attribute(w, provider, STR_LIT("state")),
		       STR_LIT("DELETED")) &&
	       !world_removed(w, world_node(w, provider)->key);
}

/* Piece i of a key split at ':'; the sixth is the rest. */
static struct str arn_piece(struct str key, unsigned i)
{
	size_t from = 0;

	for (unsigned k = 0; k < i; k++)
		from = str_find_char(key, ':', from) + 1;
	if (from > key.n)
		return (struct str){ 0 };
	return i == 5 ? str_skip(key, from)
		      : str_head(str_skip(key, from),
				str_find_char(key, ':', from) - from);
}

/* Roles call by the name of their session, whose last part is chosen for each. */
static struct str caller_of(struct world *w, struct str arn)
{
	struct str rest = arn_piece(arn, 5);

	if (!str_starts(rest, STR_LIT("role/")))
		return arn;
	return arena_printf(world_arena(w), "arn:%.*s:sts::%.*s:assumed-role/%.*s",
		STR_ARG(arn_piece(arn, 1)), STR_ARG(arn_piece(arn, 4)),
		STR_ARG(world_last_piece(arn)));
}

/*
 * What a pool that takes callers of an account calls one of them, by the mapping that
 * holds where none is given.
 * https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds
 */
static void add_caller(struct buf *out, struct world *w, struct str pool, struct str arn)
{
	struct arena *arena = world_arena(w);
	struct str caller = caller_of(w, arn), role = caller;

	if (str_starts(arn_piece(arn, 5), STR_LIT("assumed-role/"))) {
		/* without the name of the session */
		role.n -= world_last_piece(role).n + 1;
	}
	add(out, arena_printf(arena, "principal:%.*s/subject/%.*s", STR_ARG(pool),
			 STR_ARG(caller)));
	add(out, arena_printf(arena, "principalSet:%.*s/attribute.aws_role/%.*s",
			 STR_ARG(pool), STR_ARG(role)));
	add(out, arena_printf(arena, "principalSet:%.*s/attribute.account/%.*s",
			 STR_ARG(pool), STR_ARG(arn_piece(arn, 4))));
	add(out, arena_printf(arena, "principalSet:%.*s/*", STR_ARG(pool)));
}

/*
 * Who changes what a pool takes is whomever it likes of it: all that policies name, and
 * the pool.
 */
static int pool_texts(struct buf *out, struct world *w, struct str pool, struct err *e)
{
	struct str all =
		arena_printf(world_arena(w), "principalSet:%.*s/*", STR_ARG(pool));

	add(out, all);
	return membership_members(out, world_membership(w), all, e);
}

/*
 * Somebody whom pools of any project may take: by a token, or as an account's caller; or
 * a pool itself.
 */
int gcp_stranger_texts(struct buf *out, struct world *w, node_id n, struct err *e)
{
	struct str tokens[TOKEN_MAX], key = world_node(w, n)->key;
	uint32_t count = token_list(tokens, w, n), taker_count;
	const node_id *takers;

	if (gcp_naming_is_pool(key))
		return pool_texts(out, w, key, e);
	if (token_takers(&takers, &taker_count, w, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < taker_count; i++) {
		struct str pool = pool_of(world_node(w, takers[i])->key);
		struct str issuer = world_attribute(w, takers[i], STR_LIT("issuer"));
		struct str account = world_attribute(w, takers[i], STR_LIT("account"));

		if (pool.n == 0 || !takes(w, takers[i]))
			continue;
		for (uint32_t k = 0; k < count; k++) {
			struct vouched v = { out, w, pool, issuer, { 0 } };

			if (token_subject(&v.subject, tokens[k], issuer))
				add_vouched(&v, world_attribute(w, takers[i],
							STR_LIT("mapping")));
		}
		if (account.n > 0 && str_starts(key, STR_LIT("arn:")) &&
			str_eq(account, arn_piece(key, 4)))
			add_caller(out, w, pool, key);
	}
	return 0;
}

bool gcp_stranger_is_known(struct world *w, node_id n)
{
	struct str tokens[TOKEN_MAX], key = world_node(w, n)->key;

	const node_id *takers;
	uint32_t count;
	struct err e;

	if (gcp_naming_is_pool(key))
		return true;
	/* asked of every identity of every cloud: where no pool is, none is known */
	if (str_starts(key, STR_LIT("//")) || token_takers(&takers, &count, w, &e) < 0 ||
		count == 0)
		return false;
	if (str_starts(key, STR_LIT("arn:")))
		return (world_node(w, n)->flags & ENTITY_IDENTITY) != 0;
	return token_list(tokens, w, n) > 0;
}

/* The identities of an account by the callers' names, or all of them. */
static int callers(struct buf *out, struct world *w, struct str account,
	struct str caller, struct err *e)
{
	scope_number scope = world_account_scope(w, account);
	struct segment *s;

	if (scope == SEGMENT_NONE)
		return 0;
	if (world_segment(&s, w, scope, e) < 0)
		return e->code;
	for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
		uint32_t flags = segment_entity(s, id)->flags;
		struct str key;

		if (!(flags & ENTITY_IDENTITY) || (flags & ENTITY_COMPUTE))
			continue;
		key = segment_key(s, id, world_arena(w));
		if (caller.n > 0 && !str_eq(key, caller) &&
			!str_starts(caller, caller_of(w, key)) &&
			!str_starts(key, caller))
			continue;
		VEC_ADD(out, node_id, world_node_entity(w, scope, id));
	}
	return 0;
}

/* What follows "POOL/MARK" in the text of a principal: one subject, or a part of a set. */
static struct str behind(struct str text, struct str pool, const char *mark)
{
	struct str rest = str_skip(text, str_find_char(text, ':', 0) + 1),
		   m = str_from(mark);

	if (!str_starts(rest, pool) || !str_starts(str_skip(rest, pool.n), m))
		return (struct str){ 0 };
	return str_skip(rest, pool.n + m.n);
}

static int strangers_of(struct buf *out, struct world *w, node_id taker, struct str pool,
	struct str text, struct err *e)
{
	struct str issuer = world_attribute(w, taker, STR_LIT("issuer"));
	struct str account = world_attribute(w, taker, STR_LIT("account"));
	struct str subject = behind(text, pool, "/subject/");
	node_id n;

	if (account.n > 0)
		return callers(out, w, account,
			subject.n > 0 ? subject
				      : behind(text, pool, "/attribute.aws_role/"),
			e);
	if (issuer.n == 0)
		return 0;
	if (subject.n == 0)
		return token_holders(out, w, issuer, e);
	if (token_node(&n, w,
		    arena_printf(world_arena(w), "oidc:%.*s/%.*s",
			    STR_ARG(token_issuer(issuer)), STR_ARG(subject)),
		    e) < 0)
		return e->code;
	VEC_ADD(out, node_id, n);
	return 0;
}

bool gcp_stranger_is_of(struct world *w, node_id taker, struct str text)
{
	struct str pool = pool_of(world_node(w, taker)->key);

	return pool.n > 0 && behind(text, pool, "/").n > 0 && takes(w, taker);
}

/* The pool that a principal is of, where some input has it. */
static int pool_named(struct buf *out, struct world *w, struct str text, struct err *e)
{
	struct str key = str_skip(text, str_find_char(text, ':', 0) + 1);
	struct str pool = gcp_naming_part(key, "workloadIdentityPools");
	scope_number scope;
	entity_id id;
	int rc;

	if (pool.n == 0)
		return 0;
	key = str_head(key, (size_t)(pool.p + pool.n - key.p));
	rc = snapshot_find_key(&scope, &id, world_snapshot(w), key, e);
	if (rc > 0 && !world_removed(w, key))
		VEC_ADD(out, node_id, world_node_entity(w, scope, id));
	return rc < 0 ? rc : 0;
}

int gcp_stranger_named(struct buf *out, struct world *w, struct str text, struct err *e)
{
	const node_id *takers;
	uint32_t count;

	if (!str_starts(text, STR_LIT("principal")))
		return 0;
	if (pool_named(out, w, text, e) < 0)
		return e->code;
	if (token_takers(&takers, &count, w, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		struct str pool = pool_of(world_node(w, takers[i])->key);

		if (!gcp_stranger_is_of(w, takers[i], text))
			continue;
		if (strangers_of(out, w, takers[i], pool, text, e) < 0)
			return e->code;
	}
	return 0;
}

/*
 * Tokens that the provider makes for a service account name it by its number.
 * https://cloud.google.com/docs/authentication/token-types#id
 */
#define OWN_ISSUER STR_LIT("accounts.google.com")

uint32_t gcp_stranger_tokens(struct str *out, struct world *w, node_id n)
{
	struct str id = world_attribute(w, n, STR_LIT("id"));

	if (id.n == 0 || !gcp_naming_is_account(world_node(w, n)->key))
		return 0;
	out[0] = arena_printf(
		world_arena(w), "oidc:%.*s/%.*s", STR_ARG(OWN_ISSUER), STR_ARG(id));
	return 1;
}

struct bearer {
	struct world *world;
	struct str id;
	node_id node;
};

static bool is_bearer(void *ctx, scope_number scope, entity_id id)
{
	struct bearer *b = ctx;
	struct segment *s;
	node_id n;
	struct err e;

	if (world_segment(&s, b->world, scope, &e) < 0 ||
		!str_eq(segment_unique_id(s, id), b->id))
		return true;
	n = world_node_entity(b->world, scope, id);
	if (!gcp_naming_is_account(world_node(b->world, n)->key))
		return true;
	b->node = n;
	return false;
}

int gcp_stranger_bearer(node_id *out, struct world *w, struct str token, struct err *e)
{
	struct bearer b = { .world = w, .node = NODE_NONE };
	int rc = 0;

	if (token_subject(&b.id, token, OWN_ISSUER))
		rc = snapshot_find_name(world_snapshot(w), b.id, is_bearer, &b, e);
	*out = b.node;
	return rc;
}

/* Subjects that policies name in the pool: inputs list them as members of it. */
static int bearers_named(struct buf *out, struct world *w, struct str pool,
	struct str issuer, struct err *e)
{
	struct str set =
		arena_printf(world_arena(w), "principalSet:%.*s/*", STR_ARG(pool));
	struct buf members = { 0 };
	int rc = membership_members(&members, world_membership(w), set, e);

	for (size_t i = 0; i < VEC_COUNT(&members, struct str) && rc == 0; i++) {
		struct str subject = behind(
			VEC_DATA(&members, const struct str)[i], pool, "/subject/");
		node_id n;

		if (subject.n == 0)
			continue;
		rc = token_node(&n, w,
			arena_printf(world_arena(w), "oidc:%.*s/%.*s", STR_ARG(issuer),
				STR_ARG(subject)),
			e);
		if (rc == 0)
			VEC_ADD(out, node_id, n);
	}
	buf_release(&members);
	return rc;
}

/* Of each pool's own policies, and all service accounts. */
int gcp_stranger_bearers(
	struct buf *out, struct world *w, struct str issuer, struct err *e)
{
	const struct str kind = STR_LIT("gcp:iam:service-account");
	const node_id *takers;
	uint32_t count;

	if (token_takers(&takers, &count, w, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		struct str pool = pool_of(world_node(w, takers[i])->key);
		struct str theirs =
			token_issuer(world_attribute(w, takers[i], STR_LIT("issuer")));

		if (pool.n > 0 && str_eq_fold(theirs, issuer) &&
			bearers_named(out, w, pool, issuer, e) < 0)
			return e->code;
	}
	for (scope_number n = 0; str_eq(issuer, OWN_ISSUER) && n < world_scope_count(w);
		n++) {
		struct segment *s;

		if (world_segment(&s, w, n, e) < 0)
			return e->code;
		for (uint32_t k = 0; k < segment_info(s)->kind_count; k++) {
			const uint32_t *members = segment_kind_members(s, k, &count);

			if (!str_eq(segment_kind(s, k), kind))
				continue;
			for (uint32_t i = 0; i < count; i++)
				VEC_ADD(out, node_id,
					world_node_entity(w, n, members[i]));
		}
	}
	return 0;
}
