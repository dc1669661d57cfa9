/*
 * shape_priv.h - kinds and targets: derived from the ARN formats of resource types, or as
 * the data declares them.
 *
 * A format is an ARN with every variable written as '*'. A format that begins with
 * another one that ends in '*', and goes on with '/' or ':', is a target of the other's
 * kind; every other format is a kind. So "table/<star>/index/<star>" is a target of
 * "table/<star>".
 *
 * Owns its records; borrows text from the facts, which must live as long.
 */
#ifndef CATALOG_SHAPE_PRIV_H
#define CATALOG_SHAPE_PRIV_H

#include "base/intern.h"
#include "catalog/facts_priv.h"

struct shape_format {
	struct str text;
	uint32_t root; /* the format of its kind; itself for a kind's own */
	uint32_t type; /* index of the type that names it best */
	/* what declares it; NULL for one that is derived */
	const struct facts_kind *declared;
	uint32_t target; /* index in targets */
};

struct shape_target {
	uint32_t format;
	struct str suffix;
	struct buf actions; /* action_id, ascending */
};

/* The six parts of an ARN format, and where a key of it is looked up. */
struct shape_kind {
	struct str name;
	uint32_t format;
	struct str service, region, account, resource;
	struct str token;       /* first word of the resource part, or "*" */
	bool shared, folds;     /* no key tells it; keys compare without case */
	uint32_t literal_count; /* characters that are no variable */
	uint32_t target_begin, target_count;
};

struct shape_use {
	uint32_t type, format;
};

struct shape {
	struct arena arena;
	struct intern names; /* of formats */
	struct buf formats;  /* struct shape_format, by id in names */
	struct buf uses;     /* struct shape_use, by type */
	struct buf kinds;    /* struct shape_kind, by name */
	struct buf targets;  /* struct shape_target, by kind and suffix */
};

void shape_init(struct shape *shape);
void shape_release(struct shape *shape);

/* Marks the notes of the facts that it used. */
int shape_build(struct shape *shape, struct facts *facts, struct err *e);

/* Whether actions on FACTS_EVERYWHERE of the provider act on what the format names. */
bool shape_is_everywhere(const struct shape_format *format, uint32_t provider);

/* The uses of a type are neighbours: [*begin, *end). */
void shape_type_uses(
	const struct shape *shape, uint32_t type, size_t *begin, size_t *end);

#endif
