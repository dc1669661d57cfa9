#include "reachability/aws_delegation.h"

#include "reachability/aws_naming.h"
#include "reachability/missing.h"
#include "reachability/subject.h"

/*
 * Of those that are not here any account may call them, or the documentation does not
 * say: handshakes, DescribeOrganization, CreateOrganization, transfers of billing.
 */
static const struct {
	const char *name;
	enum provider_caller caller;
} callers[] = {
	{ "AttachPolicy", CALLER_DELEGATE },
	{ "CloseAccount", CALLER_RULER },
	{ "CreateAccount", CALLER_RULER },
	{ "CreateGovCloudAccount", CALLER_RULER },
	{ "CreateOrganizationalUnit", CALLER_RULER },
	{ "CreatePolicy", CALLER_DELEGATE },
	{ "DeleteOrganization", CALLER_RULER },
	{ "DeleteOrganizationalUnit", CALLER_RULER },
	{ "DeletePolicy", CALLER_DELEGATE },
	{ "DeleteResourcePolicy", CALLER_RULER },
	{ "DeregisterDelegatedAdministrator", CALLER_RULER },
	{ "DescribeAccount", CALLER_DELEGATE },
	{ "DescribeCreateAccountStatus", CALLER_DELEGATE },
	{ "DescribeOrganizationalUnit", CALLER_DELEGATE },
	{ "DescribePolicy", CALLER_DELEGATE },
	{ "DescribeResourcePolicy", CALLER_DELEGATE },
	{ "DetachPolicy", CALLER_DELEGATE },
	{ "DisableAWSServiceAccess", CALLER_RULER },
	{ "DisablePolicyType", CALLER_DELEGATE },
	{ "EnableAWSServiceAccess", CALLER_RULER },
	{ "EnableAllFeatures", CALLER_RULER },
	{ "EnablePolicyType", CALLER_DELEGATE },
	{ "InviteAccountToOrganization", CALLER_RULER },
	{ "InviteOrganizationToTransferResponsibility", CALLER_RULER },
	{ "LeaveOrganization", CALLER_RULED },
	{ "ListAWSServiceAccessForOrganization", CALLER_DELEGATE },
	{ "ListAccounts", CALLER_DELEGATE },
	{ "ListAccountsForParent", CALLER_DELEGATE },
	{ "ListAccountsWithInvalidEffectivePolicy", CALLER_DELEGATE },
	{ "ListChildren", CALLER_DELEGATE },
	{ "ListCreateAccountStatus", CALLER_DELEGATE },
	{ "ListDelegatedAdministrators", CALLER_DELEGATE },
	{ "ListDelegatedServicesForAccount", CALLER_DELEGATE },
	{ "ListEffectivePolicyValidationErrors", CALLER_DELEGATE },
	{ "ListHandshakesForOrganization", CALLER_DELEGATE },
	{ "ListOrganizationalUnitsForParent", CALLER_DELEGATE },
	{ "ListParents", CALLER_DELEGATE },
	{ "ListPolicies", CALLER_DELEGATE },
	{ "ListPoliciesForTarget", CALLER_DELEGATE },
	{ "ListRoots", CALLER_DELEGATE },
	{ "ListTagsForResource", CALLER_DELEGATE },
	{ "ListTargetsForPolicy", CALLER_DELEGATE },
	{ "MoveAccount", CALLER_RULER },
	{ "PutResourcePolicy", CALLER_RULER },
	{ "RegisterDelegatedAdministrator", CALLER_RULER },
	{ "RemoveAccountFromOrganization", CALLER_RULER },
	{ "TagResource", CALLER_DELEGATE },
	{ "UntagResource", CALLER_DELEGATE },
	{ "UpdateOrganizationalUnit", CALLER_RULER },
	{ "UpdatePolicy", CALLER_DELEGATE },
};

enum provider_caller aws_delegation_caller(action_id action)
{
	struct catalog_action a;
	struct str name;

	/* asked of every action of a list */
	if (!str_eq(catalog_service_name(catalog_action_service(action)),
		    STR_LIT("organizations")))
		return CALLER_ANY;
	a = catalog_action_get(action);
	name = str_skip(a.name, a.service.n + 1);
	for (size_t i = 0; i < sizeof(callers) / sizeof(callers[0]); i++) {
		if (str_eq(name, str_from(callers[i].name)))
			return callers[i].caller;
	}
	return CALLER_ANY;
}

static bool is_account(struct str kind)
{
	return str_eq(kind, STR_LIT("aws:account:account"));
}

bool aws_delegation_takes_unbound(kind_id kind)
{
	return is_account(catalog_kind_name(kind));
}

bool aws_delegation_governs(kind_id kind)
{
	struct str name;

	if (kind == CATALOG_NONE)
		return false;
	name = catalog_kind_name(kind);
	return is_account(name) || str_starts(name, STR_LIT("aws:organizations:"));
}

/*
 * What an organization has is of its management account, and the accounts that it lists
 * are themselves, whether they are met there first or in their own scope.
 */
struct str aws_delegation_account(struct str key, struct str account)
{
	struct str own, service;

	if (!str_starts(account, STR_LIT("o-")))
		return account;
	service = aws_naming_arn(key, 2);
	if (!str_eq(service, STR_LIT("organizations")) &&
		!str_eq(service, STR_LIT("account")))
		return account;
	own = aws_naming_arn(key, 4);
	return own.n == 12 ? own : account;
}

/* The organization itself, by its id. */
static node_id organization_node(struct world *w, struct str id)
{
	scope_number scope =
		id.n > 0 ? world_account_scope(w, id) : (scope_number)SEGMENT_NONE;
	struct segment *s;
	entity_id at;
	struct err e;

	if (scope == SEGMENT_NONE || world_segment(&s, w, scope, &e) < 0)
		return NODE_NONE;
	at = segment_find(s, segment_info(s)->key);
	return at < segment_info(s)->entity_count ? world_node_entity(w, scope, at)
						  : NODE_NONE;
}

node_id aws_delegation_governor(struct world *w, const struct node *n)
{
	struct str service = aws_naming_arn(n->key, 2);
	const struct world_organization *o;
	struct err e;

	if (str_eq(service, STR_LIT("organizations"))) {
		/* "ou/o-example/ou-1234": the second part */
		struct str id = aws_naming_arn(n->key, 5);

		id = str_skip(id, str_find_char(id, '/', 0) + 1);
		return organization_node(w, str_head(id, str_find_char(id, '/', 0)));
	}
	if (!str_eq(service, STR_LIT("account")) || n->type == NODE_ACCOUNT ||
		world_organization(&o, w, aws_naming_arn(n->key, 4), &e) < 0)
		return NODE_NONE;
	return organization_node(w, o->id);
}

void aws_delegation_prepare(struct world *w, struct object *object)
{
	const struct segment_entity *entity;
	node_id n;

	if (!aws_delegation_governs(object->kind))
		return;
	n = aws_delegation_governor(w, object->n);
	entity = n != NODE_NONE ? world_entity(w, n) : NULL;
	if (!entity || entity->policy_state == SEGMENT_POLICY_NOT_ASKED ||
		!missing_covered(world_node_segment(w, n), COVERAGE_GOT,
			STR_LIT("delegated-administrators")))
		object->policy_state = SEGMENT_POLICY_NOT_ASKED;
	else
		object->policy_state = (enum segment_policy_state)entity->policy_state;
}

static bool on_account(const struct provider_parts *p)
{
	return p->object->kind != CATALOG_NONE &&
	       is_account(catalog_kind_name(p->object->kind));
}

/* In an organization, and not the account that manages it; as far as anybody said. */
static bool is_member(const struct world_organization *o)
{
	return o->known && o->id.n > 0 && !o->exempt;
}

bool aws_delegation_asks(const struct provider_parts *p)
{
	return p->caller == CALLER_DELEGATE && on_account(p) &&
	       is_member(p->object->organization);
}

static bool refused(const struct provider_parts *p)
{
	const struct world_organization *o = p->object->organization;

	if (p->caller == CALLER_ANY)
		return false;
	if (!on_account(p))
		return p->caller == CALLER_RULER && !p->same_account;
	if (!p->same_account)
		return true;
	if (!o->known)
		return false;
	if (o->id.n == 0)
		return true;
	return p->caller == (o->exempt ? CALLER_RULED : CALLER_RULER);
}

/* An account of which nobody said where it stands is taken in lists as it is. */
static bool unsaid(const struct provider_parts *p)
{
	const struct world_organization *o = p->object->organization;

	return p->caller != CALLER_ANY && on_account(p) && !o->known &&
	       (p->strict || o->named);
}

expr aws_delegation_limit(struct expr_pool *pool, const struct provider_parts *p)
{
	if (refused(p))
		return EXPR_FALSE;
	if (unsaid(p))
		return expr_unknown(pool, p->object->n->account,
			STR_LIT("whether the account manages its organization was not "
				"collected"));
	return EXPR_TRUE;
}

struct str aws_delegation_refusal(const struct provider_parts *p)
{
	if (!refused(p))
		return aws_delegation_asks(p) ? STR_LIT("the organization's management "
							"account does not delegate it to "
							"the caller's account")
					      : (struct str){ 0 };
	if (p->caller == CALLER_RULED)
		return STR_LIT("only accounts other than the organization's management "
			       "account can do this");
	if (on_account(p) && p->same_account && p->object->organization->id.n == 0)
		return STR_LIT("the account is in no organization");
	return p->caller == CALLER_RULER
		       ? STR_LIT("only the organization's management account can do this")
		       : STR_LIT("each account asks Organizations for itself");
}

#define UNREAD                                                                           \
	"what the organization delegates (delegated administrators, resource policy) "   \
	"was not collected"

expr aws_delegation_unread(
	struct expr_pool *pool, const struct provider_parts *p, bool may_deny)
{
	const struct object *o = p->object;
	struct str scope =
		o->organization->id.n > 0 ? o->organization->id : o->n->account;

	/* it is delegated to members, and on accounts it is asked where it counts */
	if (p->caller != CALLER_DELEGATE ||
		(!aws_delegation_asks(p) && (on_account(p) || p->same_account)))
		return EXPR_FALSE;
	return expr_unknown(
		pool, scope, may_deny ? STR_LIT(UNREAD WORLD_MAY_DENY) : STR_LIT(UNREAD));
}
