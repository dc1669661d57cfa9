/*
 * azure_emit.h - the facts of Azure's answers as records: what all its decoders share.
 *
 * An emitter belongs to one batch. It knows whose data it writes (tenant, scope), where
 * the value being read stands, and writes the scope with its container the first time it
 * is used.
 *
 * Scopes: "azure:TENANT" has the directory, management groups and role definitions,
 * "azure:SUBSCRIPTION" what lies in a subscription. A subscription's container is a
 * management group; nobody guesses which one.
 *
 * Everything borrowed must live until the call returns; scratch strings lie in the arena.
 */
#ifndef INGEST_AZURE_EMIT_H
#define INGEST_AZURE_EMIT_H

#include "base/arena.h"
#include "base/json.h"
#include "base/record.h"
#include "ingest/azure_id.h"
#include "ingest/decoder_priv.h"

/* What a document lists, one after the other: the first, and whether there are others. */
struct azure_list {
	struct str first;
	bool several;
};

struct azure_emit {
	struct buf *out;
	struct arena *arena;
	const struct decoder_batch *batch;
	const struct decoder_context *context; /* the batch's */
	const char *format;
	const struct json *json; /* the piece that is being read */
	struct str home;         /* tenant of the context; empty: unknown */
	struct str tenant;       /* of the value being read; empty: unknown */
	struct str scope;        /* scope of the records that are written */
	struct buf opened;       /* struct str: scopes that were written */
	uint64_t offset;         /* of the fact being written */
	bool beside;             /* the file lists members or owners of something */
	struct azure_list permitted, consents; /* see azure_permission.h */
	struct str holders_of; /* tenant whose unlisted permissions were written */
};

/*
 * Run over the pieces of a batch: each value and element is parsed (em->json) and given
 * to `visit` with its root; JSON_END comes with root NULL.
 */
typedef int azure_emit_visit(struct azure_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e);
int azure_emit_pieces(const struct decoder_batch *batch, struct buf *out,
	azure_emit_visit *visit, struct err *e);

/* The value's own tenant from here on; empty: the context's. */
void azure_emit_set_tenant(struct azure_emit *em, struct str tenant);

/* Write into the scope of the tenant. ERR_FORMAT at v when nothing says which it is. */
int azure_emit_open_tenant(
	struct azure_emit *em, const struct json_value *v, struct err *e);

/* Write into the scope of a subscription, or of the tenant for other ids. */
int azure_emit_open_subscription(struct azure_emit *em, struct str subscription,
	const struct json_value *v, struct err *e);
int azure_emit_open_id(
	struct azure_emit *em, struct str id, const struct json_value *v, struct err *e);

/*
 * The key of what an id names: "/" is the tenant. ERR_FORMAT when it is no id, or when
 * the tenant is not known.
 */
int azure_emit_key(struct str *out, struct azure_emit *em, struct str id,
	const struct json_value *v, struct err *e);

/* The key of a directory object of the tenant. */
int azure_emit_object(struct str *out, struct azure_emit *em, struct str object,
	const struct json_value *v, struct err *e);

/*
 * One entity of the open scope. Scope, source and, when empty, kind are filled in. The id
 * as the input spells it is kept beside the key.
 */
int azure_emit_entity(
	struct azure_emit *em, struct record_entity entity, struct str id, struct err *e);

/* A container or resource of which only the id is known. Opens its scope. */
int azure_emit_place(struct str *key, struct azure_emit *em, struct str id,
	const struct json_value *v, struct err *e);

int azure_emit_relation(struct azure_emit *em, struct str from,
	enum record_relation_type type, struct str to, struct err *e);

/*
 * A document: the value's own text, with the tenant whose principals it names, as
 * {"tenantId":...,"MEMBER":...}.
 */
int azure_emit_document(struct azure_emit *em, enum record_layer layer, struct str holder,
	struct str name, const char *member, const struct json_value *v, struct err *e);
int azure_emit_text(struct azure_emit *em, enum record_layer layer, struct str holder,
	struct str name, struct str body, struct err *e);

void azure_emit_coverage(struct azure_emit *em, const char *what, struct str subject,
	enum coverage_state state, struct str detail);

/*
 * That a list was read as far as the page has it: GOT, or PARTIAL when another follows.
 * Whether the input is a list at all and not one object that was asked for.
 */
void azure_emit_read(struct azure_emit *em, const char *what, struct str subject);
bool azure_emit_is_list(const struct azure_emit *em);

/* {"k":"v"}; NULL: none. Other values than strings are taken as they are written. */
int azure_emit_tags(struct azure_emit *em, const struct json_value *v,
	struct record_entity *entity, struct err *e);

/* A date text. 0 when absent or not one. */
int64_t azure_emit_date(const struct json_value *v, const char *name);

/*
 * A member of v's "properties", or of v: REST answers have them below, az lifts them up.
 * NULL when neither has it.
 */
const struct json_value *azure_emit_property(
	const struct json_value *v, const char *name);

/* The same as a string, empty when it is none. */
struct str azure_emit_string(const struct json_value *v, const char *name);

/* Add an attribute to an entity that has an array of AZURE_EMIT_ATTRIBUTES. */
#define AZURE_EMIT_ATTRIBUTES 12
struct azure_emit_attributes {
	struct record_pair pairs[AZURE_EMIT_ATTRIBUTES];
	uint32_t count;
};
void azure_emit_attribute(
	struct azure_emit_attributes *a, const char *name, struct str value);

#endif
