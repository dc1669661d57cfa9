/*
 * aws_bucket.h - what S3 adds to the decision about a bucket: its public access block and
 * its access control lists.
 */
#ifndef REACHABILITY_AWS_BUCKET_H
#define REACHABILITY_AWS_BUCKET_H

#include "reachability/provider.h"

/* Fill what the settings of the bucket and of its account say. */
void aws_bucket_prepare(struct world *w, struct object *object);

#endif
