/*
 * aws_arn.h - the six fields of an Amazon Resource Name, and the names we build.
 *
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
#ifndef INGEST_AWS_ARN_H
#define INGEST_AWS_ARN_H

#include <stdbool.h>

#include "base/str.h"

struct aws_arn {
	struct str partition, service, region, account, resource; /* borrowed */
};

/* false unless it is "arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE" with a resource. */
bool aws_arn_parse(struct aws_arn *out, struct str text);

/* Twelve digits. */
bool aws_arn_is_account(struct str s);

/* "o-" and 10 to 32 lower-case letters or digits. */
bool aws_arn_is_organization(struct str s);

/* "eu-west-1", "us-gov-east-1": letters, dashes and a digit at the end. */
bool aws_arn_is_region(struct str s);

/* The partition that a region is in. */
struct str aws_arn_region_partition(struct str region);

#endif
