/*
 * provider.h - what differs from one cloud provider to the next, as one table each.
 *
 * The engine knows layers, statements, patterns and conditions; how they add up to a
 * decision, what a principal element names, which condition keys are known without seeing
 * the request, and how keys are read, is the provider's. docs/access-model.md is the
 * meaning.
 */
#ifndef REACHABILITY_PROVIDER_H
#define REACHABILITY_PROVIDER_H

#include "reachability/world.h"

struct decide_object;
struct decide_subject;

/* How a statement on the resource's side names the subject. Stronger ones come later. */
enum provider_match {
	MATCH_NONE,
	MATCH_PERHAPS, /* by a group of which not all members are known */
	MATCH_ACCOUNT, /* its account: delegates to that account's own policies */
	MATCH_ROLE,    /* itself by name; ceilings on the identity still cut implicitly */
	MATCH_SELF,    /* itself by name; they do not */
	MATCH_ANYONE,  /* everybody */
	MATCH_COUNT
};

/* Whether a resource carries a policy that counts for an action. */
enum provider_policy {
	POLICY_NEVER,    /* the kind has none */
	POLICY_OPTIONAL, /* it may have one */
	POLICY_REQUIRED  /* nobody gets in without its consent */
};

/*
 * How far the provider keeps a thing to itself, whatever policies say: of an object, what
 * nobody else does to it; of an action, from which custody on it is nobody's.
 */
enum provider_custody {
	CUSTODY_NONE,
	CUSTODY_SHAPE, /* what it may do and who may use it */
	CUSTODY_ALL    /* all that changes it or hands it on */
};

/*
 * Who may call an action at all, besides what policies say: some belong to the account
 * that rules an organization.
 */
enum provider_caller {
	CALLER_ANY,
	CALLER_RULED,   /* identities of the accounts that are ruled */
	CALLER_RULER,   /* those of the account that rules */
	CALLER_DELEGATE /* these, and those to whom it delegated the action */
};

/* More texts than a subject is named by, its groups' aside. */
#define PROVIDER_TEXTS_MAX 48u

/* Who asks. */
struct subject {
	node_id node;
	const struct node *n;
	/* whose policies it acts with: itself, or the identity that a session is of */
	node_id holder;
	const struct node *h;
	const struct world_organization *organization;
	bool bounded;   /* has a boundary */
	bool sessioned; /* acts within the ceiling of a session */
	bool scps,
		linked; /* ceilings over principals bind it; it is managed by a service */
};

/* What is asked for. */
struct object {
	node_id node;
	const struct node *n;
	kind_id kind;
	struct str resource; /* key or pattern that policies are held against */
	const struct world_organization *organization;
	enum segment_policy_state policy_state;
	enum provider_custody custody;
	/* ceilings over resources do not bind it, wherever it is */
	bool unceiled;
	/* EXPR_FALSE, or that nobody knows whether they do: they may deny */
	expr ceiled;
	bool is_way;                /* to another entity, which must consent too: */
	node_id beneath;            /* that one */
	const struct node *through; /* the way by which one comes to it, or NULL */
	bool blocks_public;         /* its policy is public, and so void for strangers */
	bool ignores_public; /* its access control list's grants to everybody are void */
	bool ignores_lists;  /* all of them are */
	bool grants_known;   /* what LAYER_GRANT has of it was collected */
	bool policy_invalid; /* a policy of its own is none that the provider takes */
	/* EXPR_FALSE, or that lists of what is in it may grant, which nobody collected */
	expr unlisted;
};

/* What the layers say of one action on one resource, conditions folded in. */
struct provider_parts {
	const struct subject *subject;
	const struct object *object;
	action_id action;
	enum provider_policy policy;
	enum record_layer policy_layer; /* LAYER_RESOURCE or LAYER_TRUST */
	enum provider_custody custody;  /* from which on the action is nobody's */
	enum provider_caller caller;
	expr identity; /* grants of its own policies */
	expr boundary; /* EXPR_TRUE when it has none; with the session's ceiling */
	expr session;  /* that ceiling alone */
	expr resource
		/* grants of the resource's policy, by how they name the subject */
		[MATCH_COUNT];
	/* what calls granted on the resource, beside all policies; by how it names */
	expr grants[MATCH_COUNT];
	expr scps, rcps; /* all levels let through */
	expr place;      /* ceilings by place let through: see place.h */
	/* grants and denies of the resource and of what is above it that nobody read */
	expr unread_grants, unread_denies;
	expr deny; /* some statement denies, in whichever layer */
	/* why a grant of the resource's side does not count; empty: all do */
	struct str voided;
	/* key of the endpoint whose policy leaves nothing; empty: none does */
	struct str endpoint;
	bool same_account;
	/* a resource policy that nobody asked for makes the decision unknown */
	bool strict;
};

/* An action that obtains another identity directly, and the hop rule that it is. */
struct provider_assumption {
	struct str action, rule;
	/* asked by whom an identity provider vouches for, and by nobody else */
	bool federated;
};

/* Whether the action is nobody's on this object, whatever the layers say. */
static inline bool provider_bars(const struct provider_parts *p)
{
	return p->custody != CUSTODY_NONE && p->object->custody >= p->custody;
}

struct provider {
	struct str name; /* "aws": what scope ids begin with */

	/* Whether the provider's keys look like this. */
	bool (*owns_key)(struct str key);

	/* Node type and account of a key that no scope has. */
	enum node_type (*read_key)(struct str key, struct str *account);

	/* How resources of the kind are governed for the action, and by which layer. */
	enum provider_policy (*policy)(
		kind_id kind, action_id action, enum record_layer *layer);

	/* Whether calls grant access to the kind beside its policy (LAYER_GRANT). */
	bool (*has_grants)(kind_id kind);

	/* The custody of a key, and from which on an action on a kind is nobody's. */
	enum provider_custody (*custody_of)(struct str key);
	enum provider_custody (*custody_bars)(kind_id kind, action_id action);

	/*
	 * Who may call the action; why it is denied to whom policies would give it,
	 * empty: for another reason. NULL: whoever policies let.
	 */
	enum provider_caller (*caller)(action_id action);
	struct str (*refusal)(const struct provider_parts *p);

	/*
	 * The account of an entity, where its key tells another one than that of the
	 * scope that has it; whether actions that name no resource are asked of the kind;
	 * and the entity whose policies speak of this one too, or NODE_NONE. NULL: there
	 * are none, but of all kinds.
	 */
	struct str (*account_of)(struct str key, struct str account);
	bool (*takes_unbound)(kind_id kind);
	node_id (*governor)(struct world *w, const struct node *n);

	/*
	 * The action that anyone with credentials may do in an account, whatever policies
	 * say. Who may do it is no news: lists go by the policies.
	 */
	struct str free_action;

	/* Kinds that may carry a policy of their own. Ends with NULL. */
	const char *const *policy_kinds;

	/* Fill what of an object only the provider knows. */
	void (*prepare_object)(struct world *w, struct object *object);

	/* Whether it fills anything for entities of the kind; NULL: for all. */
	bool (*prepares)(kind_id kind);

	/*
	 * How a statement of a resource-side policy names the subject. *condition is
	 * AND-ed with what naming it depends on (the name of a session).
	 */
	enum provider_match (*match)(struct world *w, const struct document *d,
		const struct document_statement *s, const struct subject *subject,
		const struct object *object, expr *condition);

	/*
	 * When a statement that names the subject more weakly than MATCH_SELF names it so
	 * besides: in which of its sessions. NULL: never.
	 */
	expr (*sessions)(struct world *w, const struct document *d,
		const struct document_statement *s, const struct subject *subject);

	/* A condition key, from what is known of subject and object. */
	void (*look_up)(struct world *w, const struct subject *subject,
		const struct object *object, struct str key, struct condition_fact *out,
		struct arena *arena);

	/*
	 * Whether requests for some actions never have the key, and whether those for one
	 * may; NULL: nobody knows of any.
	 */
	bool (*key_tells)(struct str key);
	bool (*may_carry)(action_id action, struct str key);

	/*
	 * What is wrong with a condition key that a person gives a value, in words; empty
	 * when nothing is.
	 */
	struct str (*check_key)(struct str key, struct str value, struct arena *arena);

	/*
	 * Whether a condition key of the caller tells identities of one account apart.
	 * NULL: all do.
	 */
	bool (*tells_apart)(struct str key);

	/*
	 * Settings of the object under which a grant of its policy or list is void for
	 * the subject, however it names it: what to say of it, or empty.
	 */
	struct str (*voids)(const struct subject *subject, const struct object *object,
		enum record_layer layer, enum provider_match match);

	/*
	 * Kind of the groups whose members have what they hold; empty where policies of
	 * resources name groups.
	 */
	struct str group_kind;

	/* Whether a session with that key can do nothing without a policy of its own. */
	bool (*session_needs_policy)(struct str key);

	/* Whether ceilings of the organization bind. */
	bool (*scps_bind)(const struct subject *subject);
	bool (*rcps_bind)(const struct subject *subject, const struct object *object);
	/* whether they speak of the action at all */
	bool (*rcps_cover)(action_id action);

	/* The decision. */
	expr (*combine)(struct expr_pool *pool, const struct provider_parts *parts);

	/*
	 * The texts under which resource-side policies may name a subject, strongest
	 * first; at most `max`. Its key, and sets that it is in; of groups only the
	 * engine knows (membership.h).
	 */
	uint32_t (*principal_texts)(
		struct str *out, uint32_t max, struct world *w, node_id subject);

	/*
	 * Whether the identity gets at things of other accounts only where its own
	 * policies say so too; NULL: no.
	 */
	bool (*needs_own)(const struct node *n);

	/*
	 * Lists beside that of "identities" (coverage) that an account's identities are
	 * in. Ends with NULL; NULL: there are none.
	 */
	const char *const *identity_lists;

	/* The pattern of all identities of an account that can be obtained. */
	struct str (*any_identity)(struct str account, struct arena *arena);

	/*
	 * Which node a principal of a policy is: for rows about identities that nobody
	 * collected.
	 */
	int (*principal_node)(node_id *out, struct world *w, const struct document *d,
		const struct document_principal *p, struct err *e);

	/* Whether an identity provider stands for those whom it vouches for. */
	bool (*is_federated)(const struct node *n);

	/*
	 * Whether such a caller can make the call at all, whatever policies say: of
	 * actions that LAYER_TRUST governs.
	 */
	bool (*may_call)(const struct node *n, action_id action);

	/*
	 * The keys that things of a kind's format have in an account, as a pattern; what
	 * else tells them apart from other accounts' is as in the account's own key.
	 */
	struct str (*new_key)(struct str format, struct str account,
		struct str account_key, struct arena *arena);

	/*
	 * Whether compute of the kind gets identities that let the service in. NULL where
	 * policies are inherited.
	 */
	bool (*works_as)(struct str kind, struct str service);

	const struct provider_assumption *assumptions;
	uint32_t assumption_count;

	/*
	 * People of a directory who carry the roles that they were assigned: pattern of
	 * their keys, and the hop rule that this is.
	 */
	struct str assigned, assigned_rule;

	/*
	 * Private ways into services: kind of their entities, the keys that name in a
	 * request the endpoint and its network, and whether one of that service (an
	 * attribute of the entity) takes the action.
	 */
	struct str endpoint_kind, endpoint_key, network_key;
	bool (*endpoint_serves)(struct str service, action_id action);

	/*
	 * Actions that rewrite policies: who has everything and keeps one of these rules
	 * the account. Ends with NULL.
	 */
	const char *const *power_actions;

	/*
	 * Keys mean the same in any case, and the store has them in lower case: an
	 * attribute, "spelled", has one as it was written.
	 */
	bool folds;

	/*
	 * Policies of a container hold for all that is beneath it, in whatever scope.
	 * inherited.h has what such providers share, and the hooks below are of theirs.
	 */
	bool inherits;

	/*
	 * The container of a key as the key's own form tells, for keys that no scope has
	 * and entities that do not say it; empty: it does not tell.
	 */
	struct str (*above)(struct str key, struct arena *arena);

	/* Whether nothing is above the node: where a chain of containers is complete. */
	bool (*is_top)(const struct node *n);

	/* Whether the node could be in the group, whose members are not all known. */
	bool (*may_join)(struct world *w, node_id n, struct str group);

	/*
	 * Why the node may act as any identity of the kind in its account, beside those
	 * that the store says; empty: it is not. NULL: there is no such thing.
	 */
	struct str (*any_carried)(struct world *w, node_id n, struct str kind);

	/* Whether a key that no scope has is that of a group. */
	bool (*is_group)(struct str key);

	/*
	 * Whether a member of a group is a set (DOCUMENT_SET) and no identity: all whom
	 * principal_texts gives this text.
	 */
	bool (*is_set)(struct str text);

	/*
	 * Things may be in several containers that are above none: appended, those whose
	 * policies hold for a node beside its own and those above it, or (down) what is
	 * in one. And what of them nobody read, as it may grant and as it may deny. NULL:
	 * there are none.
	 */
	int (*aside)(
		struct buf *out, struct world *w, node_id n, bool down, struct err *e);
	int (*aside_unread)(
		expr *grants, expr *denies, struct world *w, node_id n, struct err *e);

	/*
	 * Actions that the catalogue lacks: whether a word has the form of one, and what
	 * the texts of policies say of it. NULL: nobody asks about such.
	 */
	bool (*is_operation)(struct str word);
	int (*decide_unlisted)(expr *out, struct world *w, const struct decide_subject *s,
		const struct decide_object *o, struct str operation, struct err *e);

	/*
	 * Tokens that an identity gets of its own cloud, which others take (token.h):
	 * their keys, at most TOKEN_MAX; who gets a given one (NODE_NONE: nobody known);
	 * and, appended, everybody who gets tokens of an issuer. NULL: there are none.
	 */
	uint32_t (*tokens)(struct str *out, struct world *w, node_id n);
	int (*bearer)(node_id *out, struct world *w, struct str token, struct err *e);
	int (*bearers)(
		struct buf *out, struct world *w, struct str issuer, struct err *e);

	/*
	 * Whether its policies may name an identity of another provider, NULL: no; by
	 * which texts (struct str, appended), beside principal_texts; and, appended,
	 * those of others whom a principal of its policies may mean.
	 */
	bool (*knows)(struct world *w, node_id n);
	int (*aliases)(struct buf *out, struct world *w, node_id n, struct err *e);
	int (*strangers)(
		struct buf *out, struct world *w, struct str text, struct err *e);
};

static inline struct str provider_account_of(
	const struct provider *p, struct str key, struct str account)
{
	return p->account_of ? p->account_of(key, account) : account;
}

/* The provider of a key, scope id or kind; the first known one when nothing tells. */
const struct provider *provider_of_key(struct str key);
const struct provider *provider_of_scope(struct str scope);
const struct provider *provider_of_kind(kind_id kind);
const struct provider *provider_of_node(const struct world *w, node_id n);
const struct provider *provider_get(uint32_t index); /* NULL past the last */

/* The node's key as its input spelled it: for people, and to be pasted back. */
struct str provider_written_key(struct world *w, node_id n);

#endif
