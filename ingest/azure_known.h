/*
 * azure_known.h - role definitions that every tenant has, for inputs that name them and
 * lack them (AzureHound has none at all).
 *
 * Facts of public documentation, in our words. A definition that comes with the input
 * counts beside these.
 *
 * Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 * (general, privileged, compute, storage, security, identity, web),
 * https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
 */
#ifndef INGEST_AZURE_KNOWN_H
#define INGEST_AZURE_KNOWN_H

#include "base/str.h"

/* By the id, any case: the role's name and its definition as JSON; empty when unknown. */
struct str azure_known_role_name(struct str guid);
struct str azure_known_role_body(struct str guid);

#endif
