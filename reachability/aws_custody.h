/*
 * aws_custody.h - what AWS keeps to itself: its managed policies, its aliases, the roles
 * of Identity Center, and those of services. Nobody else changes them, whatever policies
 * say.
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
 * (nobody changes an AWS managed policy),
 * https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html (aliases that begin
 * with aws/), https://repost.aws/knowledge-center/identity-center-aws-reserved-sso, and
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
 * (UnmodifiableEntity: roles of services).
 */
#ifndef REACHABILITY_AWS_CUSTODY_H
#define REACHABILITY_AWS_CUSTODY_H

#include "reachability/provider.h"

enum provider_custody aws_custody_of(struct str key);
enum provider_custody aws_custody_bars(kind_id kind, action_id action);

#endif
