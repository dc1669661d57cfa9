/*
 * aws_acl.h - access control lists of buckets as statements.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html, "mapping
 * of ACL permissions and access policy permissions". Lists of objects are no part of any
 * collection.
 */
#ifndef INGEST_AWS_ACL_H
#define INGEST_AWS_ACL_H

#include "ingest/aws_emit.h"

/*
 * The list as one document of LAYER_ACL: a statement for each grant, none for what the
 * owner has anyway. `bucket` is the key of the bucket, whose scope is open.
 */
int aws_acl_list(struct aws_emit *em, struct str bucket, struct str owner,
	const struct json_value *grants, struct err *e);

#endif
