/*
 * provider_list.h - the providers that there are. A program that brings a list of its own
 * (a test with a provider of its own) is not linked with the one here.
 */
#ifndef REACHABILITY_PROVIDER_LIST_H
#define REACHABILITY_PROVIDER_LIST_H

#include "reachability/provider.h"

/* Ends with NULL. The first is asked for what no other owns. */
extern const struct provider *const provider_list[];

#endif
