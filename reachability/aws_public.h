/*
 * aws_public.h - what S3 calls a public bucket policy.
 *
 * A policy is public when some Allow reaches everybody and no condition confines it to fixed values of
 * certain keys. Source:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html,
 * "The meaning of public"
 */
#ifndef REACHABILITY_AWS_PUBLIC_H
#define REACHABILITY_AWS_PUBLIC_H

#include "graphstore/document.h"

bool aws_public_document(const struct document *d);

#endif
