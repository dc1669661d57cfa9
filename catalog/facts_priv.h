/*
 * facts_priv.h - catalog/data as records, for the program that packs it.
 *
 * Owns the text of all files and the records, until facts_release. After facts_finish
 * and facts_join services ascend by provider, plane and name, and types and actions are
 * grouped by service and ascend by name.
 */
#ifndef CATALOG_FACTS_PRIV_H
#define CATALOG_FACTS_PRIV_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "catalog/catalog.h"

/* In place of a type: all kinds of the provider whose keys are paths. */
#define FACTS_EVERYWHERE STR_LIT("*")

/* A line of a file, for messages. */
struct facts_place {
	const char *file; /* borrowed from the caller of facts_read_* */
	unsigned line;
};

/*
 * Who defines the actions. The first one's kinds are derived from ARN formats; the others
 * declare theirs.
 */
struct facts_provider {
	struct str name;
	char separator; /* between service and name of an action */
	bool folds;     /* keys mean the same in any case */
	uint32_t plane_begin, plane_count;
};

/* Actions that one grant of "*" covers, and no more: what the provider keeps apart. */
struct facts_plane {
	uint32_t provider;
	struct str name;
};

/* The level of actions whose name fits the pattern; the first rule that fits decides. */
struct facts_level {
	uint32_t provider;
	struct str pattern;
	enum catalog_level level;
};

/* A kind, or a part of a kind's entities, as data declares it. */
struct facts_kind {
	uint32_t provider;
	struct str service, type, name;
	struct str text; /* the format of its keys, or what follows the entity's key */
	bool is_part;
	struct facts_place place;
};

struct facts_service {
	uint32_t provider, plane;
	struct str name, title;
	bool has_rcp;
	struct facts_place place;
};

struct facts_type {
	uint32_t provider;
	struct str service, name;
	struct str
		arn; /* as the provider writes it, or a format; several joined by ", " */
	struct str keys; /* joined by commas */
	bool dropped;    /* no kind of entity */
	struct facts_place place;
};

struct facts_action {
	uint32_t provider, plane;
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
	struct buf services;  /* struct facts_service */
	struct buf types;     /* struct facts_type */
	struct buf actions;   /* struct facts_action */
	struct buf notes;     /* struct facts_note */
	struct buf providers; /* struct facts_provider */
	struct buf planes;    /* struct facts_plane */
	struct buf levels;    /* struct facts_level */
	struct buf kinds;     /* struct facts_kind */
	struct str origin;    /* for catalog_origin */
	uint32_t service_count, type_count, action_count,
		rcp_count; /* what ORIGIN claims */
};

void facts_init(struct facts *facts);
void facts_release(struct facts *facts);

/* The package's version and counts: data/ORIGIN. */
int facts_read_origin(struct facts *facts, const char *path, struct err *e);

/* One file of a service, of the provider that was read last. */
int facts_read_service(struct facts *facts, const char *path, struct err *e);

/* Sort everything and compare the counts with ORIGIN's. */
int facts_finish(struct facts *facts, struct err *e);

/* Apply data/corrections.txt, after facts_finish. */
int facts_correct(struct facts *facts, const char *path, struct err *e);

/* A provider of its own from here on: data/PROVIDER/provider.txt. */
int facts_read_provider(struct facts *facts, const char *path, struct err *e);

/* Sort everything again, after the last file. */
int facts_join(struct facts *facts, struct err *e);

/* The type of that name of a service, or NULL. */
struct facts_type *facts_type_find(const struct facts *facts, uint32_t provider,
	struct str service, struct str name);

/* "a*b": a star stands for any bytes, none too; case does not count. */
bool facts_fits(struct str pattern, struct str s);

/* Cut the next item off a list: 1 and *item, or 0 at its end. */
int facts_next(struct str *list, struct str separator, struct str *item);

#endif
