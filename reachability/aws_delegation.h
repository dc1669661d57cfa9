/*
 * aws_delegation.h - who may call AWS Organizations at all: most of its actions belong to
 * the management account, some of these to accounts that it delegated them to, and few to
 * every account.
 *
 * What is delegated is in the organization's own policy (describe-resource-policy), and,
 * to read, follows from being registered for a service (list-delegated-administrators).
 * Both are kept on the organization, and speak of all that it has.
 *
 * Source:
 * https://docs.aws.amazon.com/organizations/latest/APIReference/action-reference.html
 * (actions by account),
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html
 * (the identity's own policies must allow it too).
 */
#ifndef REACHABILITY_AWS_DELEGATION_H
#define REACHABILITY_AWS_DELEGATION_H

#include "reachability/provider.h"

/* provider.caller, refusal, account_of, takes_unbound, governor */
enum provider_caller aws_delegation_caller(action_id action);
struct str aws_delegation_refusal(const struct provider_parts *p);
struct str aws_delegation_account(struct str key, struct str account);
bool aws_delegation_takes_unbound(kind_id kind);
node_id aws_delegation_governor(struct world *w, const struct node *n);

/* Whether the kind is one of Organizations' own, or an account, which asks it. */
bool aws_delegation_governs(kind_id kind);

/* What is known of the delegation, as the state of the object's policy. */
void aws_delegation_prepare(struct world *w, struct object *object);

/*
 * Whether identity and delegation must both allow: a member asks on its own account for
 * what belongs to the management account.
 */
bool aws_delegation_asks(const struct provider_parts *p);

/* Whether the caller's account may call the action: true, false or not known. */
expr aws_delegation_limit(struct expr_pool *pool, const struct provider_parts *p);

/* What nobody read of the delegation; EXPR_FALSE: it does not count here. */
expr aws_delegation_unread(
	struct expr_pool *pool, const struct provider_parts *p, bool may_deny);

#endif
