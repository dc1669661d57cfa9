/*
 * azure_naming.h - what keys of Azure say by their form: whose they are, what they are,
 * and what they lie in. docs/access-model.md has the forms.
 */
#ifndef REACHABILITY_AZURE_NAMING_H
#define REACHABILITY_AZURE_NAMING_H

#include "reachability/provider.h"

/* provider.owns_key, read_key, above, is_top, principal_texts, may_join, new_key */
bool azure_naming_owns(struct str key);
enum node_type azure_naming_read(struct str key, struct str *account);
struct str azure_naming_above(struct str key, struct arena *arena);
bool azure_naming_is_top(const struct node *n);
uint32_t azure_naming_texts(
	struct str *out, uint32_t max, struct world *w, node_id subject);
bool azure_naming_is_set(struct str text);
bool azure_naming_may_join(struct world *w, node_id n, struct str group);
struct str azure_naming_new_key(struct str format, struct str account,
	struct str account_key, struct arena *arena);
struct str azure_naming_any_identity(struct str account, struct arena *arena);

/* provider.tokens, bearer, bearers: service principals, whom tokens name by their id */
uint32_t azure_naming_tokens(struct str *out, struct world *w, node_id n);
int azure_naming_bearer(node_id *out, struct world *w, struct str token, struct err *e);
int azure_naming_bearers(
	struct buf *out, struct world *w, struct str issuer, struct err *e);

/*
 * The name of the part that the type names, of a key or a pattern: "c" of
 * ".../containers/c/blobs/x" by "containers". Empty when there is none.
 */
struct str azure_naming_part(struct str key, const char *type);

/* What follows that name, without a slash: "x/y" of ".../blobs/x/y" by "blobs". */
struct str azure_naming_rest(struct str key, const char *type);

#endif
