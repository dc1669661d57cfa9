/*
 * aws_decoder.h - everything AWS that decoder.c can read: which format a document has,
 * and whose it is.
 *
 * Formats, by the names of a document's members (never the file's name):
 *
 *	iam-authorization-details  UserDetailList, GroupDetailList, RoleDetailList, Policies
 *	aws-answer                 one answer of a `aws ... --output json` call (aws_answer.h)
 *	organizations-answer       the same for `aws organizations` (aws_organization.h)
 *	resource-policy-list       [{Resource, Policy, Account, PublicAccessBlock?}]
 *	iam-collect                a file of that tool's layout (aws_layout.h)
 */
#ifndef INGEST_AWS_DECODER_H
#define INGEST_AWS_DECODER_H

#include "ingest/decoder_priv.h"

extern const struct decoder_provider aws_decoder;

#endif
