/*
 * azure_hound.h - the objects of AzureHound: {"kind":"AZUser","data":{...}}.
 *
 * Its file is {"data":[...],"meta":{...}}, or one object a line; the order of kinds is
 * arbitrary. It collects no definitions, conditions and deny assignments of Azure roles,
 * no eligible ones, and role assignments of some types of resources only: that is written
 * as coverage, so that answers say what they do not know.
 *
 * Source: https://github.com/SpecterOps/AzureHound (enums/kind.go, models)
 */
#ifndef INGEST_AZURE_HOUND_H
#define INGEST_AZURE_HOUND_H

#include "ingest/azure_emit.h"

/* Whether the value is one of its objects. */
bool azure_hound_owns(const struct json_value *v);

/* An object of a kind that we do not know is an error. */
int azure_hound_object(struct azure_emit *em, const struct json_value *v, struct err *e);

#endif
