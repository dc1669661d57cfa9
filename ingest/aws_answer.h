/*
 * aws_answer.h - answers of single `aws ... --output json` calls, recognised by their
 * members.
 *
 * Lists (Users, Roles, Reservations, Functions, Buckets, ...) are read element by
 * element; answers about one thing (taskDefinition, KeyMetadata, Policy, ...) whole.
 * docs/inputs.md lists them.
 *
 * An answer that does not name its account takes it from the context, and one that does
 * not name its subject from aws_subject.h; without either it is an error.
 *
 * Source: the output shapes of the AWS API reference of each service.
 */
#ifndef INGEST_AWS_ANSWER_H
#define INGEST_AWS_ANSWER_H

#include "ingest/aws_emit.h"
#include "ingest/decoder_priv.h"

/* The format of such a document, or NULL. */
const struct decoder_format *aws_answer_detect(const struct json_shape *shape);

/*
 * At the end of an answer: that it had the list, and whether completely. A list belongs
 * to the account of the context, else of what was read; without one there is nobody to
 * say it about.
 */
void aws_answer_list_end(struct aws_emit *em, const char *member, const char *kind);

#endif
