/*
 * gcp_condition.h - IAM conditions as alternatives of tests.
 *
 * A condition becomes an OR of ANDs of tests on keys:
 *
 *	resource.name, resource.type, resource.service     of the resource
 *	resource.tag/NAMESPACED-KEY, resource.tagId/ID     matchTag, hasTagKey
 *	request.time, request.time.getHours("TZ")          of the request
 *	request.path, destination.ip, ATTRIBUTE            as written; api.getAttribute
 *	principal.type, principal.subject                  of boundaries
 *
 * The name of a thing in a bucket ("projects/_/buckets/B/objects/...") becomes a pattern
 * of keys, so that part of a bucket can be granted; where that cannot be, it is a test of
 * "storage:resource.name" or "storage:key", which is known of one thing and open of
 * many. What is none of these is a test of its own text, which only
 * the request decides: never yes and never no.
 *
 * Source: https://cloud.google.com/iam/docs/conditions-attribute-reference and
 * https://cloud.google.com/iam/docs/conditions-resource-attributes
 */
#ifndef INGEST_GCP_CONDITION_H
#define INGEST_GCP_CONDITION_H

#include "base/arena.h"
#include "base/str.h"
#include "graphstore/document.h"

#define GCP_CONDITION_BYTES 16384u /* a condition of more is one test of its text */

/* Alternatives, and tests in one: beyond, the condition is one test of its text. */
#define GCP_CONDITION_ALTERNATIVES 32u
#define GCP_CONDITION_TESTS        64u

struct gcp_test {
	struct str key;
	enum document_operator op;
	enum document_qualifier qualifier;
	const struct str *values;
	uint32_t value_count;
	/* of a thing in a bucket: the pattern of keys that the test is about */
	struct str pattern;
	bool negated; /* of `pattern`: keys outside it */
};

struct gcp_alternative {
	const struct gcp_test *tests; /* all must hold; none: always */
	uint32_t count;
};

struct gcp_condition {
	const struct gcp_alternative *alternatives; /* none: never */
	uint32_t count;
	const char *problem; /* why it is one test of its text; NULL: it is not */
};

/* In the arena. An empty text holds always. */
void gcp_condition_read(struct gcp_condition *out, struct str text, struct arena *arena);

/*
 * Put an alternative's resources and tests into the newest statement; what comes back are
 * flags for it (DOCUMENT_).
 */
uint32_t gcp_condition_add(struct document_builder *out, const struct gcp_alternative *a);

/* The same of the tests alone, where the statement's resources say something else. */
uint32_t gcp_condition_add_tests(
	struct document_builder *out, const struct gcp_alternative *a);

#endif
