/*
 * aws_subject.h - which resource an answer is about when the answer does not say.
 *
 * Two witnesses: the resources that a policy names (a bucket's policy names its
 * bucket), and the directory that the file is in
 * ("s3/buckets/payroll/get-bucket-policy.json"). Neither is guessed from: several
 * resources, a wildcard or no such directory tell nothing.
 */
#ifndef INGEST_AWS_SUBJECT_H
#define INGEST_AWS_SUBJECT_H

#include "ingest/aws_emit.h"

/*
 * The part of the path behind a directory of one of these names: "payroll" of
 * ".../buckets/payroll/x.json" and of ".../buckets/payroll.json". Empty when there is
 * none. Percent-encoded bytes are decoded into the arena.
 */
struct str aws_subject_of_path(struct aws_emit *em, const char *plural);

/* The part of the path that looks like a region, or empty. */
struct str aws_subject_region(struct aws_emit *em);

/*
 * The one resource that all statements of a policy text name, as the key of its entity
 * (bucket of an object, table of an index, function of a version). Empty when there is
 * no such one.
 */
struct str aws_subject_of_policy(struct aws_emit *em, struct str policy);

/* The directory belongs to one subject and none of its files has a policy in its name. */
bool aws_subject_lacks_policy(struct aws_emit *em, const char *plural);

#endif
