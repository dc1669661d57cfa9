/*
 * aws_grant.h - KMS grants as statements: who may do what with a key because somebody
 * called CreateGrant, beside the key's policy.
 *
 * Source: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html and
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantListEntry.html
 */
#ifndef INGEST_AWS_GRANT_H
#define INGEST_AWS_GRANT_H

#include "ingest/aws_emit.h"

/*
 * One document of LAYER_GRANT for each grant of the list, or one without statements when
 * there is none. `key` holds them; its scope is open.
 */
int aws_grant_list(struct aws_emit *em, struct str key, const struct json_value *grants,
	struct err *e);

/* The ARN of the key that the first grant of a list is of; empty when none tells. */
struct str aws_grant_key(const struct json_value *grants);

#endif
