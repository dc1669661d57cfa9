/*
 * aws_layout.h - the directory that cloud-copilot's iam-collect writes.
 *
 *	aws/PARTITION/accounts/ID/organization.json
 *	aws/PARTITION/accounts/ID/SERVICE/[REGION/][TYPE/]NAME/FILE.json
 *	aws/PARTITION/organizations/ORG/{metadata,accounts,ous}.json
 *	aws/PARTITION/organizations/ORG/{ous,scps,rcps}/ID/{metadata,policy,tags}.json
 *
 * NAME is lower-cased and URL-encoded, so ARNs come from the metadata.json in the same
 * directory: it is the companion of every other file. Files that say nothing about access
 * (indexes, encryption, structure, which accounts and ous repeat) give no records.
 *
 * A resource whose policy the tool collects and that has no policy.json has no policy.
 *
 * Source: https://github.com/cloud-copilot/iam-collect
 */
#ifndef INGEST_AWS_LAYOUT_H
#define INGEST_AWS_LAYOUT_H

#include "ingest/decoder_priv.h"

/* The format of a file at that path, or NULL when the path is not of the layout. */
const struct decoder_format *aws_layout_detect(const struct decoder_context *context);

/* "metadata.json" for files that need it, else empty. */
struct str aws_layout_companion(struct str path);

#endif
