/*
 * aws_compute.h - which services get the roles of which compute.
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 * and the pages on service roles of each service.
 */
#ifndef REACHABILITY_AWS_COMPUTE_H
#define REACHABILITY_AWS_COMPUTE_H

#include "base/str.h"

/* provider.works_as */
bool aws_compute_works_as(struct str kind, struct str service);

#endif
