/*
 * aws_layout_priv.h - the two halves of the layout: files of accounts and files of
 * organizations.
 */
#ifndef INGEST_AWS_LAYOUT_PRIV_H
#define INGEST_AWS_LAYOUT_PRIV_H

#include "ingest/aws_emit.h"

/* A path of the layout, taken apart. */
struct aws_layout_place {
	struct str partition;
	struct str owner; /* account or organization id */
	bool organization;
	struct str service; /* first directory below the owner; empty for its own files */
	struct str file;    /* the last part */
};

/* false when the path is not of the layout. */
bool aws_layout_place(struct aws_layout_place *out, struct str path);

/* Member `name` of the companion, copied into the arena; empty when there is none. */
struct str aws_layout_metadata(struct aws_emit *em, const char *name);

/* "metadata.json is missing": for files that say nothing without it. */
int aws_layout_fail(struct aws_emit *em, const struct json_value *v, struct err *e);

int aws_layout_account_file(struct aws_emit *em, const struct aws_layout_place *place,
	const struct json_value *v, struct err *e);
int aws_layout_organization_file(struct aws_emit *em,
	const struct aws_layout_place *place, const struct json_value *v, struct err *e);

#endif
