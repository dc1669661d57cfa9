/*
 * aws_shorthand.h - names of resources that AWS users write and that are no ARNs:
 * s3://bucket/key, account/111122223333.
 */
#ifndef QUERY_AWS_SHORTHAND_H
#define QUERY_AWS_SHORTHAND_H

#include "base/arena.h"
#include "base/str.h"

struct aws_shorthand {
	struct str kind; /* "aws:s3:bucket" */
	struct str name; /* of the entity; borrowed from the word */
	struct str rest; /* what follows the name, "/2026/x"; empty when nothing does */
	struct str key_prefix; /* in front of the name: "arn:aws:s3:::" */
};

/* 1 and its parts, or 0 when the word is none. */
int aws_shorthand_parse(struct aws_shorthand *out, struct str word);

/*
 * 1 and the key of an account, for account/111122223333; accounts of others have no other
 * name.
 */
int aws_shorthand_account(struct str *key, struct str word, struct arena *arena);

#endif
