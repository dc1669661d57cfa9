/*
 * azure_policy.h - the dialect "azure": assignments, role definitions and access policies
 * as compiled documents.
 *
 * A text of LAYER_ROLE is a role definition as Azure or Microsoft Graph write it: each of
 * its permission blocks is a statement, whose NotActions take away from its own Actions
 * only. All other texts are objects of azure_emit_document: the tenant whose principals
 * are named, and one member that says what it is:
 *
 *  member                        statements
 *  roleAssignment                a grant of a role
 *  eligibleAssignment            the same after an activation
 *  denyAssignment                a denial per permission block, with exceptions
 *  delegation                    grants of roles to another tenant's principals
 *  directoryAssignment           a grant of a role of the directory
 *  eligibleDirectoryAssignment   the same after an activation
 *  accessPolicies, accessPolicy  of a vault
 *  onlyAccessPolicies            ... what all others may not
 *  anonymousBlobs                of a storage account: what it and its containers let
 *                                everybody read
 *  appRoleAssignment             what a Graph permission allows, on the tenant
 *  permissionHolders             what those may do whose permissions nobody listed
 *  authorizationPolicy           what every member of the tenant may do
 *  eligibleGroup, activeOwner    who may become a member or owner of a group, or owns it
 *  groupOwner, applicationOwner, servicePrincipalOwner, deviceOwner   what owners may
 *
 * An assignment whose condition asks for the action is several statements: see
 * azure_condition.h.
 *
 * Source: https://learn.microsoft.com/azure/role-based-access-control/overview,
 * deny-assignments, https://learn.microsoft.com/azure/key-vault/general/rbac-migration,
 * https://learn.microsoft.com/graph/permissions-reference
 */
#ifndef INGEST_AZURE_POLICY_H
#define INGEST_AZURE_POLICY_H

#include "ingest/policy.h"

void azure_policy_compile(struct document_builder *out, struct str text,
	enum record_layer layer, const struct policy_listener *listener);

#endif
