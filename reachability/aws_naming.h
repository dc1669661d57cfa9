/*
 * aws_naming.h - how AWS policies name a caller: keys, unique ids, sessions, accounts,
 * services and identity providers.
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
#ifndef REACHABILITY_AWS_NAMING_H
#define REACHABILITY_AWS_NAMING_H

#include "reachability/provider.h"

/* Piece i (0-based) of a key split at ':'; the sixth is the rest. */
struct str aws_naming_arn(struct str key, unsigned i);

/* Whether the key is an identity provider's; `type` is "saml-provider/" or the other. */
bool aws_naming_is_provider(struct str key, const char *type);

/* Identity providers that every account knows, by their own names. */
bool aws_naming_is_login(struct str key);

/* provider.sessions */
expr aws_naming_sessions(struct world *w, const struct document *d,
	const struct document_statement *s, const struct subject *subject);

/* The provider's functions: struct provider tells what each does. */
enum provider_match aws_naming_match(struct world *w, const struct document *d,
	const struct document_statement *s, const struct subject *subject,
	const struct object *object, expr *condition);
uint32_t aws_naming_texts(
	struct str *out, uint32_t max, struct world *w, node_id subject);
int aws_naming_node(node_id *out, struct world *w, const struct document *d,
	const struct document_principal *p, struct err *e);

#endif
