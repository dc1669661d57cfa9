/*
 * literal.h - wildcard bytes that mean themselves.
 *
 * Patterns have no escape, yet the text that replaces a policy variable is literal: a
 * user named "a*" must not match every name that begins with a. Inside a pattern a
 * literal '*' is therefore the byte LITERAL_STAR and a literal '?' is LITERAL_QUESTION.
 * Neither occurs in UTF-8, so no key or value holds them. Text that is compared with
 * patterns goes through literal_encode, which costs nothing unless it holds a wildcard;
 * patterns can then be matched, intersected and printed like all others.
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 * (the three predefined values ${*}, ${?}, ${$})
 */
#ifndef REACHABILITY_LITERAL_H
#define REACHABILITY_LITERAL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

#define LITERAL_STAR     '\xfe'
#define LITERAL_QUESTION '\xff'

static inline char literal_encode_char(char c)
{
	if (c == '*')
		return LITERAL_STAR;
	return c == '?' ? LITERAL_QUESTION : c;
}

static inline char literal_decode_char(char c)
{
	if (c == LITERAL_STAR)
		return '*';
	return c == LITERAL_QUESTION ? '?' : c;
}

/* Whether a wildcard, or an encoded one, is in the text. */
bool literal_has_wildcard(struct str text);
bool literal_is_encoded(struct str text);

/* Text as a pattern that matches it alone: itself, or a copy in the arena. */
struct str literal_encode(struct str text, struct arena *arena);

/* The text that an encoded one stands for: itself, or a copy in the arena. */
struct str literal_decode(struct str text, struct arena *arena);

/* A pattern as policies write it: literal wildcards as ${*} and ${?}. */
void literal_print(struct buf *out, struct str pattern);

#endif
