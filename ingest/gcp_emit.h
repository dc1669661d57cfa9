/*
 * gcp_emit.h - the facts of Google Cloud answers as records: what every GCP decoder
 * shares.
 *
 * An emitter belongs to one batch. It knows whose data it writes and where the value
 * being read stands. A scope is a project or an organization; folders, and whoever is
 * named by an organization's policies, are in the organization's scope.
 *
 * An organization's scope has parts (base/record.h), because several collections tell of
 * it: what an answer about the organization says is its own; what one about a folder, a
 * project or a group says of it is a part that goes by the folder, project or group. The
 * roles that the provider defines are a part each.
 *
 * A project goes by its id, "gcp:my-project". Some answers say its number only: such
 * records are in the scope "gcp:4503", and whoever knows both says that they are one
 * (RECORD_ALIAS, base/record.h).
 *
 * Everything borrowed must live until the call returns; scratch strings lie in the arena.
 */
#ifndef INGEST_GCP_EMIT_H
#define INGEST_GCP_EMIT_H

#include "base/arena.h"
#include "base/intern.h"
#include "base/json.h"
#include "base/record.h"
#include "ingest/decoder_priv.h"

struct gcp_emit {
	struct buf *out;
	struct arena *arena;
	const struct decoder_batch *batch;
	const struct decoder_context *context; /* the batch's */
	const char *format;
	const struct json *json; /* the piece that is being read */
	struct str project;      /* of the context, by id or number; empty: unknown */
	struct str organization; /* of the context: its number; empty: unknown */
	struct str scope;        /* of the records that are written */
	struct str container;    /* key of the scope's container */
	struct str part;         /* of the scope; empty: its own */
	struct str number;       /* of the project that is read; empty: not told */
	uint64_t offset;         /* of the fact being written */
	struct intern told;      /* what the batch's records have said already */
};

/* Whether the text is told for the first time in this batch. */
bool gcp_emit_first(struct gcp_emit *em, struct str text);

/* The same of the part of the scope that is open. */
bool gcp_emit_first_here(struct gcp_emit *em, struct str text);

/*
 * Run over the pieces of a batch: each value and element is parsed (em->json) and given
 * to `visit` with its root; JSON_END comes with root NULL.
 */
typedef int gcp_emit_visit(struct gcp_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e);
int gcp_emit_pieces(const struct decoder_batch *batch, struct buf *out,
	gcp_emit_visit *visit, struct err *e);

/* Write into the scope of a project (id or number) or an organization (number). */
void gcp_emit_open_project(struct gcp_emit *em, struct str project);
void gcp_emit_open_organization(struct gcp_emit *em, struct str number);

/* The scope of a project, for what the open one says of it. */
void gcp_emit_open_part_of(struct gcp_emit *em, struct str project);

/*
 * The organization's scope, for what the open project (or part) says of it; and for what
 * is said of a folder in it, of a number or that of the context. ERR_FORMAT at v when the
 * context has none.
 */
void gcp_emit_open_above(struct gcp_emit *em, struct str number);
int gcp_emit_open_folder(struct gcp_emit *em, struct str folder, struct str number,
	const struct json_value *v, struct err *e);

/* A role that the provider defines, "roles/viewer": it is in no project. */
void gcp_emit_open_role(struct gcp_emit *em, struct str name);

/* The scope that is open belongs to that organization. */
void gcp_emit_parent(struct gcp_emit *em, struct str organization);

/*
 * The project or the organization that a full name or a path says, else that of the
 * context. ERR_FORMAT at v without either.
 */
int gcp_emit_open_name(
	struct gcp_emit *em, struct str name, const struct json_value *v, struct err *e);
int gcp_emit_open_home(struct gcp_emit *em, const struct json_value *v, struct err *e);

/*
 * Of the context: the organization's scope, else the project's; for that part of its
 * directory.
 */
int gcp_emit_open_directory(
	struct gcp_emit *em, struct str part, const struct json_value *v, struct err *e);

/* That a project goes by this number. Opens no scope. */
void gcp_emit_number(struct gcp_emit *em, struct str project, struct str number);

/* That `name` is another name of the entity with that key in the open scope. */
void gcp_emit_alias(struct gcp_emit *em, struct str name, struct str key);

/* Key of a project, organization or folder of "projects/p", "folders/12". */
struct str gcp_emit_container(struct gcp_emit *em, struct str path);

/*
 * One entity of the open scope. Scope, source and, when empty, kind and the container are
 * filled in.
 */
int gcp_emit_entity(struct gcp_emit *em, struct record_entity entity, struct err *e);
int gcp_emit_relation(struct gcp_emit *em, struct str from,
	enum record_relation_type type, struct str to, struct err *e);
int gcp_emit_document(struct gcp_emit *em, enum record_layer layer, struct str holder,
	struct str name, struct str body, struct err *e);
void gcp_emit_coverage(struct gcp_emit *em, struct str what, struct str subject,
	enum coverage_state state, struct str detail);

/*
 * An allow policy (empty: none) of a resource or container, and that it was read; whom it
 * names that no list has (gcp_workload.h).
 */
int gcp_emit_allow_policy(struct gcp_emit *em, struct str holder,
	const struct json_value *policy, struct err *e);

/* {"k": "v"} as tags of the entity. NULL: none. */
int gcp_emit_labels(struct gcp_emit *em, const struct json_value *v,
	struct record_entity *entity, struct err *e);

/* A date. 0 when absent. */
int gcp_emit_date(struct gcp_emit *em, const struct json_value *object, const char *name,
	int64_t *out, struct err *e);

/* The member under either of two names: exports and answers spell them differently. */
const struct json_value *gcp_emit_either(
	const struct json_value *v, const char *camel, const char *snake);
int gcp_emit_want_either(struct gcp_emit *em, const struct json_value *v,
	const char *camel, const char *snake, struct str *out, struct err *e);

/* The text of a path of members, "spec.template.spec.serviceAccountName", or empty. */
struct str gcp_emit_at(const struct json_value *v, const char *path);

#define GCP_EMIT_ATTRIBUTES 10
struct gcp_emit_attributes {
	struct record_pair pairs[GCP_EMIT_ATTRIBUTES];
	uint32_t count;
};
/* Empty values are left out. */
void gcp_emit_attribute(
	struct gcp_emit_attributes *a, const char *name, struct str value);

#endif
