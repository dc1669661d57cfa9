/*
 * oracle_bucket.h - the settings of buckets and of their accounts that void what a policy
 * or a list of access control gives.
 *
 * Source:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
 */
#ifndef TESTS_ORACLE_ORACLE_BUCKET_H
#define TESTS_ORACLE_ORACLE_BUCKET_H

#include "oracle_world.h"

/* Fill canonical and bucket of all nodes; everything else is there. */
void oracle_bucket_gather(struct oracle_world *w);

/* Whether what the object's policy allows is void for who asks. */
bool oracle_bucket_voids(
	const struct oracle_node *subject, const struct oracle_node *object);

#endif
