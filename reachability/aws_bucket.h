/*
 * aws_bucket.h - what S3 adds to the decision about a bucket: its public access block and
 * its access control list.
 */
#ifndef REACHABILITY_AWS_BUCKET_H
#define REACHABILITY_AWS_BUCKET_H

#include "reachability/provider.h"

/* Fill what the settings of the bucket and of its account say. */
void aws_bucket_prepare(struct world *w, struct object *object);

/* Whether there is anything to fill for a kind. */
bool aws_bucket_prepares(kind_id kind);

/* Why a grant of the bucket's policy or list does not count for the subject, or empty. */
struct str aws_bucket_voids(const struct subject *subject, const struct object *object,
	enum record_layer layer, enum provider_match match);

/* The id by which lists name an account; empty when nobody said it. */
struct str aws_bucket_canonical(struct world *w, struct str account);

#endif
