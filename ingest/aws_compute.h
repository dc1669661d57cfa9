/*
 * aws_compute.h - answers about things that act as a role: builds, jobs, notebooks,
 * stacks, services, tasks, launch templates, state machines, clusters.
 *
 * Each gives the entity and that it carries the role (or the profile, or the task
 * definition that carries it). Where an answer has no ARN the key is made of the account
 * of the context and the region in the path. docs/inputs.md lists the calls.
 *
 * Source: the output shapes of the AWS API reference of each service.
 */
#ifndef INGEST_AWS_COMPUTE_H
#define INGEST_AWS_COMPUTE_H

#include "ingest/decoder_priv.h"

/* The format of such a document, or NULL. */
const struct decoder_format *aws_compute_detect(const struct json_shape *shape);

#endif
