/*
 * replay.h - a request with every policy that bears on it, as one line of JSON: made into
 * records of a world, and put to the engine.
 *
 * The line is an object: principal (key, service, or {type: "Anonymous"}), action,
 * resource {resource, accountId}, context {key: text or list}, identityPolicies[],
 * permissionBoundaries[], sessionPolicy, resourcePolicy, scps[] and rcps[] of
 * {policies[]} from the root to the account, endpointPolicies[]. Of our own also:
 * identity (key of user or role, where a session does not tell its path), organizations
 * {principal, resource} (ids), exempt {principal, resource: the account is its
 * organization's own, linked: the role is a service's}, principalTags{}, resourceTags{},
 * blockPublicAccess.
 *
 * The request's context is complete: keys that it lacks are absent, except those that
 * follow from caller and resource.
 *
 * Ownership: replay_open keeps the parsed line, everything else lies in the arena of the
 * replay, until replay_close. Threads: one per replay.
 */
#ifndef TESTS_DIFFERENTIAL_REPLAY_H
#define TESTS_DIFFERENTIAL_REPLAY_H

#include <yyjson.h>

#include "base/arena.h"
#include "reachability/answer.h"

enum replay_verdict {
	REPLAY_ALLOWED,
	REPLAY_IMPLICIT, /* denied, and no statement says so */
	REPLAY_EXPLICIT, /* denied by a statement */
	REPLAY_CONDITIONAL,
	REPLAY_UNKNOWN,
	REPLAY_VERDICT_COUNT
};

struct replay {
	yyjson_doc *doc;
	yyjson_val *root;
	struct arena arena;
	struct str principal; /* as the line has it; "public" for anonymous callers */
	struct str subject;   /* key of the identity: a session's role */
	struct str session;   /* name of the session, or empty */
	/* the session is an entity: it is asked for itself, not as its role or user */
	bool session_asked;
	struct str action;
	struct str entity;   /* key of the entity that is asked about */
	struct str resource; /* what of it; empty for actions without resource */
	struct str principal_account, resource_account;
	/*
	 * Keys are open, but those that `constraints` says are known; and places in an
	 * organization that nobody names are not known.
	 */
	bool open;
};

/* What the engine said, and why. */
struct replay_answer {
	enum replay_verdict verdict;
	struct str reason;
	expr residual;
};

const char *replay_verdict_name(enum replay_verdict v);

/* ERR_FORMAT for a line that is no such request. *out is to be closed in any case. */
int replay_open(struct replay *out, struct str line, struct err *e);
void replay_close(struct replay *r);

/* Append the records of its accounts and organizations. */
void replay_record(struct replay *r, struct buf *stream);

/* The request, put to the world that has its records. */
int replay_ask(
	struct replay_answer *out, struct replay *r, struct world *w, struct err *e);

/* Member of the line's object, or NULL when it is absent, null or empty. */
yyjson_val *replay_member(const struct replay *r, const char *name);

#endif
