/*
 * facts_priv.h - catalog/data as records, for the program that packs it.
 *
 * Owns the text of all files and the records, until facts_release. After facts_finish
 * services ascend by name, and types and actions are grouped by service and ascend by
 * name.
 */
#ifndef CATALOG_FACTS_PRIV_H
#define CATALOG_FACTS_PRIV_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "catalog/catalog.h"

/* A line of a file, for messages. */
struct facts_place {
	const char *file; /* borrowed from the caller of facts_read_* */
	unsigned line;
};

struct facts_service {
	struct str name, title;
	bool has_rcp;
	struct facts_place place;
};

struct facts_type {
	struct str service, name;
	struct str
		arn; /* as the provider writes it, or a format; several joined by ", " */
	struct str keys; /* joined by commas */
	bool dropped;    /* no kind of entity */
	struct facts_place place;
};

struct facts_action {
	struct str service;
	struct str name;   /* "s3:GetObject" */
	struct str folded; /* "s3:getobject" */
	enum catalog_level level;
	struct str types, keys; /* joined by commas */
	struct facts_place place;
};

/* "apart" and "name" lines of the corrections. */
struct facts_note {
	struct str format;
	struct str type; /* empty for "apart" */
	bool used;
	struct facts_place place;
};

struct facts {
	struct arena arena;
	struct buf services; /* struct facts_service */
	struct buf types;    /* struct facts_type */
	struct buf actions;  /* struct facts_action */
	struct buf notes;    /* struct facts_note */
	struct str origin;   /* for catalog_origin */
	uint32_t service_count, type_count, action_count,
		rcp_count; /* what ORIGIN claims */
};

void facts_init(struct facts *facts);
void facts_release(struct facts *facts);

/* The package's version and counts: data/ORIGIN. */
int facts_read_origin(struct facts *facts, const char *path, struct err *e);

/* One file of data/aws. */
int facts_read_service(struct facts *facts, const char *path, struct err *e);

/* Sort everything and compare the counts with ORIGIN's. */
int facts_finish(struct facts *facts, struct err *e);

/* Apply data/corrections.txt, after facts_finish. */
int facts_correct(struct facts *facts, const char *path, struct err *e);

/* The type of that name of a service, or NULL. */
struct facts_type *facts_type_find(
	const struct facts *facts, struct str service, struct str name);

/* Cut the next item off a list: 1 and *item, or 0 at its end. */
int facts_next(struct str *list, struct str separator, struct str *item);

#endif
