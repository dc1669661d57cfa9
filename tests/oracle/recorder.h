/*
 * recorder.h - writes the records of made-up AWS worlds: fewer words for what tests say
 * often.
 *
 * Each scope's records are one run of bytes, so that a scope can be compiled alone.
 * Strings are C strings or strs that are copied at once.
 */
#ifndef TESTS_ORACLE_RECORDER_H
#define TESTS_ORACLE_RECORDER_H

#include "base/record.h"

struct recorder {
	struct buf out;
	struct str scope;   /* "aws:111122223333" */
	struct str account; /* "111122223333" */
	/* attributes of the next entity that is no identity; borrowed */
	const struct record_pair *attributes;
	uint32_t attribute_count;
};

/* Scope, container and root user of an account; `organization`: scope of it, or empty. */
void recorder_account(struct recorder *r, struct str account, struct str organization);

/* Scope and key of an organization. */
void recorder_organization(struct recorder *r, struct str id, struct str management);

void recorder_entity(struct recorder *r, const char *kind, struct str key,
	struct str name, uint32_t flags, const struct record_pair *tags,
	uint32_t tag_count);
void recorder_relation(struct recorder *r, struct str from,
	enum record_relation_type type, struct str to);
void recorder_document(struct recorder *r, enum record_layer layer, struct str holder,
	struct str name, struct str body);
void recorder_coverage(struct recorder *r, struct str what, struct str subject,
	enum coverage_state state);

#endif
