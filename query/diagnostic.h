/*
 * diagnostic.h - what is wrong with a query, and where, to be shown with carets.
 *
 * Filled by the parser, and by the binder for errors of meaning ("no entity
 * 'bucket/payrol'"). A plain value that the caller owns; nothing in it is allocated.
 *
 * Invariants:
 *  (1) span lies in the source the query was parsed from; an empty span is the end of the
 *      query
 *  (2) texts are one line; control characters of the source never appear in a rendering
 */
#ifndef QUERY_DIAGNOSTIC_H
#define QUERY_DIAGNOSTIC_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "query/ast.h"

#define DIAGNOSTIC_TEXT_MAX 512

struct diagnostic {
	struct ast_span span;
	char message[DIAGNOSTIC_TEXT_MAX];  /* the failure: "unknown filter key 'knid'" */
	char expected[DIAGNOSTIC_TEXT_MAX]; /* "a filter key"; or empty */
	char nearest
		[DIAGNOSTIC_TEXT_MAX]; /* the word that was probably meant; or empty */
};

/* Record an error of meaning or syntax at a span; expected and nearest become empty. */
void diagnostic_set(struct diagnostic *d, struct ast_span span, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Add "expected ...". */
void diagnostic_expect(struct diagnostic *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Add "did you mean '...'?"; an empty word adds nothing. */
void diagnostic_suggest(struct diagnostic *d, struct str word);

/*
 * Turn the diagnostic into an error: code, and "column 17: " or "line 2: column 3: "
 * before the message. Columns count characters from 1. Returns code.
 */
int diagnostic_err(
	const struct diagnostic *d, struct str source, enum err_code code, struct err *e);

/*
 * Append the caret picture, each line ended by a newline:
 *
 *     error: unknown filter key 'knid'
 *       find role where knid:role
 *                       ^^^^
 *       expected a filter key; did you mean 'kind'?
 *
 * Only the source line of the error is shown (the part in the span, if that runs over
 * several); where the line is wider than `width` columns a part around the carets is
 * shown between "...". width 0: never shortened.
 */
void diagnostic_render(
	const struct diagnostic *d, struct str source, uint32_t width, struct buf *out);

#endif
