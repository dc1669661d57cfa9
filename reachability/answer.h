/*
 * answer.h - the questions, and rows as answers: what can X access, who can access Y, can
 * X do A on Y, how, blast.
 *
 * A question is about sets: subjects, objects and actions are lists. A row is about one
 * (subject or object) entity and one sort of path. All strings and arrays of an answer
 * live in the world's arena until world_close.
 *
 * The rules that both directions share (docs/access-model.md):
 *  - an action on an entity has the best verdict over the entity's targets and paths
 *  - a direct row has the actions that the subject's own credentials allow; an indirect
 *    row has those for which a path of hops does better than the direct verdict
 *  - a row's verdict is the weakest over its actions; rows of nothing but "denied" do not
 *    exist
 *  - of several paths the shown one is the one with the best verdict, then cheapest, then
 *    shortest, then first by key
 *
 * Invariant: Y is in what-can(X) exactly when X is in who-can(Y), with equal verdict and
 * actions.
 */
#ifndef REACHABILITY_ANSWER_H
#define REACHABILITY_ANSWER_H

#include "reachability/world.h"

enum hop_class { HOP_NONE, HOP_ASSUME, HOP_CARRY, HOP_EXPOSE, HOP_ESCALATE };

struct str answer_hop_name(
	enum hop_class c); /* "", "assume", "carry", "expose", "escalate" */

/*
 * Which actions a question is about. Any of the given ones; none given: all ("access").
 */
struct action_query {
	uint32_t level_mask;        /* 1 << enum catalog_level */
	const struct str *patterns; /* "s3:Get*", any case */
	uint32_t pattern_count;
	bool everything; /* access, do: all actions */
	bool become;     /* obtain the identity: hops, not actions */
	bool admin;      /* full control: of a container, everything in it */
	/* one action that the catalogue lacks, and nothing else; empty: none */
	struct str unlisted;
};

struct rule;

struct path_step {
	node_id from, to;
	struct str rule;        /* id of the hop rule: "sts-001", "carry-function" */
	const struct rule *hop; /* the rule itself */
	node_id through;        /* what ties both together, or NODE_NONE */
	enum hop_class class;
	expr residual;
	enum expr_verdict verdict;
};

struct path {
	const struct path_step *steps;
	uint32_t step_count;
	uint32_t cost;
	enum hop_class worst;
	expr residual; /* all steps, AND-ed */
	enum expr_verdict verdict;
};

/* Some actions of a row that share their residual. */
struct row_part {
	const action_id *actions; /* ascending */
	uint32_t action_count;
	expr residual;
	enum expr_verdict verdict;
};

/* What of an entity some actions reach; shared by rows. */
struct answer_reach {
	uint64_t whole;             /* bit per target of its kind: all of it */
	const struct str *patterns; /* other keys and sub-patterns */
	uint32_t pattern_count;
};

struct answer_row {
	node_id node; /* the entity that the row is about */
	/* the entity at the other end: the subject of a what, the object of a who */
	node_id other;
	bool who; /* of a who */
	bool indirect;
	struct path path; /* of an indirect row */
	enum expr_verdict verdict;
	uint32_t level_mask;
	const action_id *actions; /* ascending */
	uint32_t action_count;
	const struct row_part *
		/*
		 * only those that are not plainly allowed, and at least one when the row
		 * is not
		 */
		parts;
	uint32_t part_count;
	const struct answer_reach
		*reach;       /* NULL: nothing to tell; see answer_resources */
	struct str via_group; /* key of a group that alone gives it; empty otherwise */
	bool admin, public, external;
};

/* A grant that would have given access but for something stronger. */
struct answer_exclusion {
	node_id node, other; /* as in answer_row: what a row would be about */
	struct str reason;   /* "denied by SCP 'p-123' statement 0, at 'arn:...'" */
};

struct answer_unknown {
	struct str scope, what;
};

struct answer {
	struct answer_row *rows;
	uint32_t row_count;
	const struct answer_exclusion *excluded;
	uint32_t excluded_count;
	const struct answer_unknown *unknown;
	uint32_t unknown_count;
};

/*
 * The keys and sub-patterns that the row's actions reach, in byte order; made when asked
 * for, so that rows nobody prints have none.
 */
const struct str *answer_resources(
	uint32_t *count, struct world *w, const struct answer_row *row);

struct answer_options {
	/* leave out indirect rows; direct_only and indirect_only are not both set */
	bool direct_only;
	bool indirect_only;
	uint32_t max_hops;  /* UINT32_MAX: no bound */
	const node_id *via; /* paths must pass all of these */
	uint32_t via_count;
	const node_id *avoiding; /* and none of these */
	uint32_t avoiding_count;
	bool want_excluded;
};

/* what can SUBJECTS ACTION [on OBJECT...]. objects NULL: every entity. */
int answer_what(struct answer *out, struct world *w, const node_id *subjects,
	uint32_t subject_count, const struct action_query *actions,
	const node_id *objects, uint32_t object_count, const struct answer_options *o,
	struct err *e);

/*
 * An object of a question: an entity, and where a sub-resource was meant
 * ("s3://b/2026/x") the pattern of it; no resource (n == 0): the entity with all its
 * targets.
 */
struct answer_object {
	node_id node;
	struct str resource;
};

/* who can ACTION OBJECTS. */
int answer_who(struct answer *out, struct world *w, const struct answer_object *objects,
	uint32_t object_count, const struct action_query *actions,
	const struct answer_options *o, struct err *e);

/* One verdict with its proof. */
enum proof_type {
	PROOF_ALLOW,   /* a statement that grants */
	PROOF_DENY,    /* a statement that denies */
	PROOF_CEILING, /* a ceiling, and whether it lets through */
	PROOF_NOTHING, /* nothing grants: how many statements were searched */
	PROOF_UNKNOWN, /* data that was not collected */
	PROOF_RULE     /* a rule of the provider, in words */
};

struct proof_item {
	enum proof_type type;
	struct str layer;  /* "identity policy", "trust policy", "SCP", ... */
	struct str policy; /* name of the policy */
	struct str holder; /* key of the entity that carries it */
	struct str via;   /* key of the group or policy entity that brings it, or empty */
	struct str level; /* of an organization's policy: key of where it is attached */
	/* key of the role that it gives, and which of its blocks, 0-based; or empty */
	struct str role;
	uint32_t block;
	struct str sid;
	uint32_t statement; /* 0-based */
	struct str text;    /* the statement, as the provider wrote it; or the words */
	struct str source;  /* file */
	expr condition;     /* what the statement still asks for */
	/* it has the effect that its type says (a ceiling: it lets through) */
	bool holds;
};

struct proof {
	enum expr_verdict verdict;
	expr residual;
	/* one line: "explicit deny by ...", "nothing grants: 12 statements searched" */
	struct str reason;
	action_id action;
	struct str resource;
	const struct proof_item *items;
	uint32_t item_count;
};

/* The decisions that one step rests on; for what is no decision, a proof of words. */
struct answer_hop {
	const struct proof *proofs;
	uint32_t proof_count;
};

struct answer_decision {
	enum expr_verdict verdict; /* best of direct and, unless direct_only, indirect */
	expr residual;
	bool indirect;
	struct path path;
	/* of the last decision: the path's end (or the subject itself) on the object */
	struct proof proof;
	const struct answer_hop *hops; /* one per step of the path */
	uint32_t hop_count;
	const struct answer_unknown *unknown;
	uint32_t unknown_count;
};

/* can SUBJECT ACTION OBJECT: any of the actions, the best one is shown. */
int answer_can(struct answer_decision *out, struct world *w, node_id subject,
	const struct action_query *actions, const struct answer_object *object,
	const struct answer_options *o, struct err *e);

/*
 * how can SUBJECT ACTION OBJECT: the best `top` loopless paths, cheapest first; a direct
 * way is a path of no steps.
 */
struct answer_paths {
	const struct path *paths;
	uint32_t path_count;
	const struct answer_unknown *unknown;
	uint32_t unknown_count;
};
int answer_how(struct answer_paths *out, struct world *w, node_id subject,
	const struct action_query *actions, const struct answer_object *object,
	uint32_t top, const struct answer_options *o, struct err *e);

/* Whether an identity has full control of its own account. */
enum expr_verdict answer_admin(struct world *w, node_id identity, struct err *e);

/* Whether a resource is open to anonymous callers (any action). */
enum expr_verdict answer_public(struct world *w, node_id resource, struct err *e);

#endif
