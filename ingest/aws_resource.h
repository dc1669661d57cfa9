/*
 * aws_resource.h - one described resource as records: an instance, a function, a
 * bucket, a queue.
 *
 * Each function reads the object that the service's describe, get or list call gives
 * for one resource, opens the scope of its account and writes entity, relations and,
 * where the object has it, the resource policy.
 */
#ifndef INGEST_AWS_RESOURCE_H
#define INGEST_AWS_RESOURCE_H

#include "ingest/aws_emit.h"

int aws_resource_reservation(
	struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_resource_function(struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_resource_task_definition(
	struct aws_emit *em, const struct json_value *v, struct err *e);
/* An endpoint of a network, with its policy. */
int aws_resource_endpoint(struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_resource_bucket(struct aws_emit *em, const struct json_value *v, struct err *e);
/* Of list-access-points and get-access-point. */
int aws_resource_access_point(
	struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_resource_key(struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_resource_secret(struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_resource_table(struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_resource_repository(
	struct aws_emit *em, const struct json_value *v, struct err *e);

/*
 * {QueueArn, Policy, ...} and {TopicArn, Policy, ...}: attributes of a queue or a
 * topic.
 */
int aws_resource_attributes(
	struct aws_emit *em, const struct json_value *v, struct err *e);

/* The four members of a public access block as attributes "bpa:...". */
int aws_resource_access_block(struct aws_emit *em, const struct json_value *v,
	struct aws_emit_attributes *out, struct err *e);

/* {Resource, Policy, Account?, PublicAccessBlock?} */
int aws_resource_policy_item(
	struct aws_emit *em, const struct json_value *v, struct err *e);

#endif
