/*
 * decide.h - one subject, one resource, a list of actions: the residual of each.
 *
 * A decision gathers the statements that touch any of the actions and may cover the
 * resource ("hits"), splits the actions into groups that meet the same hits, splits the
 * resource (when it is a pattern) into the atoms of the hits' patterns, and lets the
 * provider's recipe combine the layers for each group and atom. An action is granted on a
 * pattern when it is on some string of it.
 *
 * Ownership: all results lie in the world's arena. Threads: one per decide.
 */
#ifndef REACHABILITY_DECIDE_H
#define REACHABILITY_DECIDE_H

#include "reachability/action_plan.h"
#include "reachability/answer.h"
#include "reachability/provider.h"

struct decide;

/* One statement that may matter to a subject, flattened. */
enum decide_slot {
	SLOT_IDENTITY,
	SLOT_BOUNDARY,
	SLOT_SESSION,
	SLOT_SCP,
	SLOT_RCP,
	SLOT_RESOURCE,
	SLOT_ENDPOINT,
	SLOT_PLACE
};

struct decide_statement {
	const struct document *document;
	const struct document_statement *statement;
	enum decide_slot slot;
	uint32_t level; /* of an SCP or RCP; which endpoint */
	uint32_t doc;   /* in the subject's segment, of identity and boundary */
	const struct world_document *origin; /* of the others */
	/*
	 * Of a statement that names a role: one block of it, which has the actions and a
	 * condition more, in a document of the role; or what of the role nobody read.
	 */
	const struct document_statement *block;
	const struct world_document *role;
	expr gap;
};

/* Where the actions of a statement are; not for one with a gap. */
static inline const struct document *decide_action_document(
	const struct decide_statement *st)
{
	return st->block ? st->role->compiled : st->document;
}

static inline const struct document_statement *decide_action_statement(
	const struct decide_statement *st)
{
	return st->block ? st->block : st->statement;
}

struct decide_subject {
	struct subject s;
	const struct provider *provider;
	const struct decide_statement *statements; /* identity, boundary, session, SCP */
	uint32_t statement_count;
	uint32_t identity_count; /* of them, in front: identity */
	uint32_t scp_levels;
	expr unknown_identity; /* EXPR_FALSE, or documents not collected that may grant */
	expr unknown_boundary; /* ... that may let through */
	expr unknown_session;
	expr unknown_deny; /* ... and the same as they may deny */
	expr unknown_scp;
	const expr *
		/* per level: EXPR_FALSE, or documents not collected there */
		scp_level_unknown;
	const expr *scp_level_deny; /* the same as they may deny */
	bool reads_principal;       /* some statement reads attributes of the caller */
	const struct decide_statement *places; /* ceilings by place that name it */
	uint32_t place_count;
	expr unknown_place; /* EXPR_FALSE, or such that nobody could read */
	/* what hops added to the policy of one object (imagined.h); NULL: nothing */
	const struct decide_statement *opening;
	node_id opened; /* that object */
	bool rewritten; /* what denied in its policy is gone */
	bool undenied;  /* what denies on it and beneath it, apart from its policy */
};

struct decide_object {
	struct object o;
	const struct provider *provider;
	const struct decide_statement
		*statements;             /* resource, trust, RCP; layer by origin */
	const enum record_layer *layers; /* one per statement */
	uint32_t statement_count;
	expr unknown_rcp;
	bool reads_tags;
	/* its container, whose policies hold for it too; NULL: there is none such */
	const struct decide_object *above;
	/* what nobody read of its policies and of those above */
	expr unread_grants, unread_denies;
	expr beneath_grants, beneath_denies; /* of these, what holds beneath it too */
};

/* Whether a statement of `holder` holds for `o`: holder is o or above it. */
static inline bool decide_reaches(const struct decide_object *o,
	const struct decide_object *holder, uint32_t statement)
{
	const struct decide_statement *st = &holder->statements[statement];

	return o == holder || (st->slot == SLOT_RESOURCE &&
				      !(st->statement->flags & DOCUMENT_HOLDER_ONLY));
}

/* Actions with one residual; never EXPR_FALSE. */
struct access_part {
	const struct action_list *list;
	const uint64_t *bits;
	expr residual;
};

/* What a subject may do on one entity, over all its targets. */
struct access {
	const struct access_part *parts;
	uint32_t part_count;
	uint64_t whole;              /* bit per target index: all of it is reached */
	const struct str *resources; /* other keys and patterns that are reached */
	uint32_t resource_count;
	bool reads_principal; /* another member of the class may get another answer */
	bool reads_resource;
	bool reads_key;   /* patterns on the entity's side were held against its key */
	bool reads_parts; /* and some cover a part of it, or too many do */
	/* decide_generic left out what endpoints or an entity beneath have to say */
	bool incomplete;
};

/* A statement that took part in a decision, for proofs. */
struct decide_hit {
	const struct decide_statement *statement;
	enum provider_match match; /* of the resource's side */
	const uint64_t *bits;
	expr condition;
	/* patterns that cover a part of the resource, as bits of the atoms */
	uint64_t partial;
	uint64_t also, except; /* parts that it is narrowed to, or that are taken out */
	bool always;           /* covers the whole resource, where nothing narrows it */
	bool inverted;         /* NotResource: covers what its patterns do not */
	/* of a ceiling by place: the actions that it is about, whether it lets in */
	const uint64_t *enforced;
	bool inside;
};

struct decide_trace {
	struct decide_hit *hits;
	uint32_t hit_count;
	uint32_t searched;           /* statements looked at */
	struct provider_parts parts; /* of the best atom */
	uint64_t atom;
	uint32_t bit;        /* of the action in the hits' bits */
	struct str resource; /* what the policies were held against */
	expr residual;
};

struct decide *decide_new(struct world *w, const struct action_query *query);
void decide_free(struct decide *d);
struct world *decide_world(const struct decide *d);

/* The question's actions, by kind of entity. */
struct action_planner *decide_planner(struct decide *d);
const struct action_plan *decide_plan(struct decide *d, const struct decide_object *o);

/* Who asks: cached per node. */
int decide_subject(
	const struct decide_subject **out, struct decide *d, node_id n, struct err *e);

/* The cache behind decide_subject, for subjects of few statements (subject_narrow). */
struct subject_cache *decide_subjects(struct decide *d);

/*
 * Tables over one scope that searches use in turn: zero between uses, so that a search
 * costs what it touches.
 */
struct decide_room {
	bool *classes;        /* per class */
	uint32_t *docs;       /* per document */
	uint32_t *statements; /* per statement */
};

struct decide_room *decide_room(struct decide *d, scope_number scope, struct segment *s);

/* What is asked about: cached per node. */
int decide_object(
	const struct decide_object **out, struct decide *d, node_id n, struct err *e);

/* Everything on one entity. `resource` (n > 0): only what lies in that key or pattern. */
int decide_entity(struct access *out, struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, struct str resource, struct err *e);

/*
 * The same for an entity of which it is known which of the subject's statements cover it
 * whole (active[i] for statements[i]) and that no other covers any part of it.
 */
int decide_generic(struct access *out, struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, const bool *active, struct err *e);

/*
 * Append to `reads` (struct str; NULL: stop) each condition key that decisions look up
 * for statements that read the resource.
 */
void decide_record_reads(struct decide *d, struct buf *reads);

/* A condition that reads who calls, and what was asked about then. */
struct decide_test {
	const struct document *document;
	const struct document_condition *condition;
	struct str resource;
};

/*
 * Append to `tests` (struct decide_test; NULL: stop) what tells callers apart, each once:
 * callers with equal answers to them, of which nothing else is told apart, are decided
 * alike. *others: something else does, too.
 */
void decide_record_tests(struct decide *d, struct buf *tests, bool *others);

/* What it leaves for this subject. */
expr decide_test(struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, const struct decide_test *test);

/*
 * Many resources will be asked about for this subject, one of decide_subject: what
 * conditions leave of its calls is remembered. NULL: no more.
 */
void decide_hold(struct decide *d, const struct decide_subject *s);

/*
 * Whether a resource policy that nobody asked for makes a decision unknown (one question
 * about one resource), or is a caveat beside the answer (lists, which would otherwise
 * name everybody).
 */
void decide_set_strict(struct decide *d, bool strict);
bool decide_is_strict(const struct decide *d);

/*
 * A grant on an object that a deny or a ceiling undoes: what `excluded` lists. Off until
 * asked for.
 */
struct decide_exclusion {
	node_id subject, object;
	/* NULL: no statement denies, a ceiling does not let through */
	const struct decide_statement *denier;
	bool sure; /* it denies whatever the request */
	/* which, where it can be said: "no SCP at 'arn:...' allows it" */
	struct str ceiling;
	enum decide_slot slot; /* of the ceiling, or of nothing: SLOT_RESOURCE */
};

/*
 * What the requests carry beside the world's context: keys that the act itself fixes.
 * Borrowed.
 */
void decide_set_context(struct decide *d, const struct world_context *context);

void decide_want_exclusions(struct decide *d, bool want);
bool decide_wants_exclusions(const struct decide *d);
const struct decide_exclusion *decide_exclusions(const struct decide *d, uint32_t *count);

/* Forget all but the first `count`. */
void decide_exclusions_cut(struct decide *d, uint32_t count);

/* What those share that a decision cannot tell apart. */
struct decide_shared {
	const struct access *access; /* NULL: not known yet */
	const struct decide_exclusion *excluded;
	uint32_t excluded_count;
};

/* Keep what was excluded since there were `before`. */
void decide_shared_keep(struct decide_shared *s, struct decide *d, uint32_t before);

/* Exclude the same for another pair. */
void decide_shared_repeat(
	struct decide *d, const struct decide_shared *s, node_id subject, node_id object);

/*
 * Whether the statement has any action of the plan's lists that are governed in that way.
 */
bool decide_lists_have(struct decide *d, const struct action_plan *plan,
	enum provider_policy policy, const struct decide_statement *statement);

/* What is left of a statement's conditions for this subject and object. */
expr decide_condition(struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, const struct decide_statement *statement);

/* Whether one of its conditions alone can never hold, whatever the action. */
bool decide_never_holds(struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, const struct decide_statement *statement);

/*
 * What is left of a statement of the object's side, or of a ceiling by place: whom it
 * names, its conditions, its role's, an activation.
 */
expr decide_residual(struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, const struct decide_statement *statement);

/* Whether the statement has any action that the question asks about on the object. */
bool decide_concerns(struct decide *d, const struct decide_object *o,
	const struct document *document, const struct document_statement *statement);
bool decide_concerns_statement(struct decide *d, const struct decide_object *o,
	const struct decide_statement *statement);

/* One action on one resource with all that took part in it. */
int decide_trace(struct decide_trace *out, struct decide *d,
	const struct decide_subject *s, const struct decide_object *o, action_id action,
	struct str resource, struct err *e);

#endif
