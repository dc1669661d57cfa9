#include "reachability/aws_key.h"

#include "base/mutant.h"
#include "reachability/aws_provider.h"

bool aws_key_has_grants(kind_id kind)
{
	return kind != CATALOG_NONE &&
	       str_eq(catalog_kind_name(kind), STR_LIT("aws:kms:key"));
}

/* Whether its policy lets anybody change it: of the provider's own keys nobody may. */
static bool policy_may_change(struct world *w, node_id n)
{
	action_id change = catalog_action_find(STR_LIT("kms:PutKeyPolicy"));
	const struct world_document *docs;
	uint32_t count;
	struct err e;

	if (world_documents(&docs, &count, w, n, LAYER_RESOURCE, &e) < 0)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		const struct document *d = docs[i].compiled;

		for (uint32_t k = 0; d && k < d->statement_count; k++) {
			const struct document_statement *s = &d->statements[k];

			if (!(s->flags & DOCUMENT_DENY) &&
				document_has_action(d, s, change))
				return true;
		}
	}
	return false;
}

/*
 * RCPs do not bind keys that the provider manages. Who does is in the answer of
 * DescribeKey; where nobody said it, a policy that lets somebody change it is of a
 * customer's key, and of all others it is not known.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
 * https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
 */
void aws_key_prepare(struct world *w, struct object *object)
{
	struct str manager;

	if (!aws_key_has_grants(object->kind) || object->n->type != NODE_ENTITY)
		return;
	manager = world_attribute(w, object->node, STR_LIT("manager"));
	object->unceiled = str_eq(manager, STR_LIT("AWS"));
	if (manager.n == 0 && !policy_may_change(w, object->node))
		object->ceiled = world_unknown(w, object->n->account,
			arena_printf(world_arena(w),
				"who manages the key '%.*s' was not collected",
				STR_ARG(object->n->key)),
			true);
}

/*
 * KMS grants are a way in beside the key policy and all policies of the caller, across
 * accounts too. One whose grantee is an account leaves it to that account's policies.
 * Source: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
 */
static expr granted(struct expr_pool *pool, const struct provider_parts *p)
{
	bool root = (p->subject->n->flags & ENTITY_ROOT) != 0;
	expr identity = root ? EXPR_TRUE : expr_and(pool, p->identity, p->boundary);
	expr x = expr_or(pool, p->grants[MATCH_SELF], p->grants[MATCH_ANYONE]);

	x = expr_or(pool, x,
		MUTANT(grant_escapes_boundary,
			expr_and(pool, p->grants[MATCH_ROLE], p->boundary),
			p->grants[MATCH_ROLE]));
	return expr_or(pool, x, expr_and(pool, p->grants[MATCH_ACCOUNT], identity));
}

/*
 * What a grant can let one do. Source:
 * https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#terms-grant-operations
 */
static bool grant_operation(struct str action)
{
	static const char *const names[] = { "kms:CreateGrant", "kms:Decrypt",
		"kms:DeriveSharedSecret", "kms:DescribeKey", "kms:Encrypt",
		"kms:GenerateDataKey", "kms:GenerateDataKeyPair",
		"kms:GenerateDataKeyPairWithoutPlaintext",
		"kms:GenerateDataKeyWithoutPlaintext", "kms:GenerateMac",
		"kms:GetPublicKey", "kms:ReEncryptFrom", "kms:ReEncryptTo",
		"kms:RetireGrant", "kms:Sign", "kms:Verify", "kms:VerifyMac" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(action, str_from(names[i])))
			return true;
	}
	return false;
}

/* Grants that nobody listed may let anyone in. */
static expr grants_unread(struct expr_pool *pool, const struct provider_parts *p)
{
	const struct object *o = p->object;
	const struct node *n = p->subject->n;

	if (n->type == NODE_PUBLIC || aws_provider_is_federated(n))
		return EXPR_FALSE;
	if (!p->strict || o->grants_known || !aws_key_has_grants(o->kind) ||
		!grant_operation(catalog_action_get(p->action).name))
		return EXPR_FALSE;
	return expr_unknown(pool, o->n->account.n > 0 ? o->n->account : o->n->key,
		STR_LIT("grants of the key were not collected"));
}

expr aws_key_grants(struct expr_pool *pool, const struct provider_parts *p)
{
	return expr_or(pool, granted(pool, p), grants_unread(pool, p));
}
