#include "reachability/azure_provider.h"

#include "reachability/azure_naming.h"
#include "reachability/azure_unit.h"
#include "reachability/azure_unlisted.h"
#include "reachability/azure_unread.h"
#include "reachability/inherited.h"
#include "reachability/membership.h"

static bool is_federated(const struct node *n)
{
	(void)n;
	return false;
}

static bool is_group(struct str key)
{
	(void)key;
	return false;
}

static const char *const policy_kinds[] = { NULL };

/*
 * In a directory, and in its management groups, its own objects alone are granted
 * anything: what nobody read of them lets in nobody of another tenant.
 */
static expr combine(struct expr_pool *pool, const struct provider_parts *p)
{
	struct provider_parts own = *p;

	if (!p->same_account && str_starts(p->object->n->key, STR_LIT("azure:")))
		own.unread_grants = EXPR_FALSE;
	return inherited_combine(pool, &own);
}

/* Users are what says that identities were listed; there are others. */
static const char *const identity_lists[] = { "service-principals", NULL };

static const char *const power_actions[] = {
	"Microsoft.Authorization/roleAssignments/write",
	"Microsoft.Authorization/roleDefinitions/write", NULL
};

const struct provider azure_provider = {
	.name = { "azure", 5 },
	.owns_key = azure_naming_owns,
	.read_key = azure_naming_read,
	.policy = inherited_policy,
	.policy_kinds = policy_kinds,
	.has_grants = inherited_no_grants,
	.custody_of = inherited_no_custody,
	.custody_bars = inherited_no_bars,
	.prepare_object = inherited_prepare,
	.match = membership_match,
	.look_up = azure_context_look_up,
	.check_key = azure_context_check,
	.voids = inherited_no_voids,
	.session_needs_policy = inherited_no_session,
	.scps_bind = inherited_no_scps,
	.rcps_bind = inherited_no_rcps,
	.rcps_cover = inherited_no_rcp_action,
	.combine = combine,
	.principal_texts = azure_naming_texts,
	.any_identity = azure_naming_any_identity,
	.principal_node = inherited_principal_node,
	.is_federated = is_federated,
	.may_call = inherited_may_call,
	.new_key = azure_naming_new_key,
	.endpoint_serves = inherited_no_endpoint,
	.identity_lists = identity_lists,
	.power_actions = power_actions,
	.folds = true,
	.inherits = true,
	.above = azure_naming_above,
	.is_top = azure_naming_is_top,
	.may_join = azure_naming_may_join,
	.any_carried = azure_unread_users,
	.is_group = is_group,
	.is_set = azure_naming_is_set,
	.aside = azure_unit_aside,
	.aside_unread = azure_unread,
	.is_operation = azure_unlisted_is_operation,
	.decide_unlisted = azure_unlisted_decide,
	.tokens = azure_naming_tokens,
	.bearer = azure_naming_bearer,
	.bearers = azure_naming_bearers,
};
