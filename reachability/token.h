/*
 * token.h - those whom clouds know by the word of an issuer: tokens of OpenID Connect.
 *
 * "oidc:ISSUER/SUBJECT" is whoever has a token of that issuer for that subject; the
 * issuer is a host and a path, without scheme and without a slash at its end. It is one
 * node, whichever clouds take such tokens. Identities of a cloud may get tokens of their
 * own cloud's issuer, which others take (struct provider, `tokens`): they are meant where
 * such a token is, and no node of its own stands for it.
 *
 * Whom a policy means that names an issuer and not all of a subject is everybody whose
 * token some policy or credential of the store names, and every identity that gets one.
 *
 * Ownership: what is returned is borrowed until world_close. Threads: as world.h.
 * Source: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
 */
#ifndef REACHABILITY_TOKEN_H
#define REACHABILITY_TOKEN_H

#include "reachability/world.h"

/* Tokens that one identity gets, and names of issuers that these may be of. */
#define TOKEN_MAX       4u
#define TOKEN_TEXTS_MAX 24u

struct token_cache;

struct token_cache *token_cache_new(void);
void token_cache_free(struct token_cache *c);

bool token_is(struct str key);

/* "https://host/path/" as "host/path". */
struct str token_issuer(struct str written);

/* Whether the token is of the issuer (any spelling); *out is then its subject. */
bool token_subject(struct str *out, struct str token, struct str issuer);

/* The tokens that a node can show, at most TOKEN_MAX: its own key, or those it gets. */
uint32_t token_list(struct str out[TOKEN_MAX], struct world *w, node_id n);

/*
 * "oidc:ISSUER" of all issuers that tokens of the node may be of: what policies name. At
 * most TOKEN_TEXTS_MAX, because an issuer has at most LIMIT_ISSUER_PARTS parts.
 */
uint32_t token_texts(struct str out[TOKEN_TEXTS_MAX], struct world *w, node_id n);

/* The node of a token: the identity that gets it, where that was collected. */
int token_node(node_id *out, struct world *w, struct str token, struct err *e);

/* Append everybody who is known to have tokens of the issuer (node_id, each once). */
int token_holders(struct buf *out, struct world *w, struct str issuer, struct err *e);

/* The same of those whom the statement, which names the issuer, may mean. */
int token_named(struct buf *out, struct world *w, const struct document *d,
	const struct document_statement *s, struct str issuer, struct err *e);

/* The entities that take others' tokens into a cloud: inputs list them under "oidc:". */
int token_takers(const node_id **out, uint32_t *count, struct world *w, struct err *e);

#endif
