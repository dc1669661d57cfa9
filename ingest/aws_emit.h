/*
 * aws_emit.h - the facts of AWS answers as records: what every AWS decoder shares.
 *
 * An emitter belongs to one batch. It knows whose data it writes (scope, account,
 * partition), where the value being read stands, and writes the records that follow
 * from the account alone (its container, its root user) the first time the account is
 * used.
 *
 * Everything borrowed must live until the call returns; scratch strings lie in the arena.
 */
#ifndef INGEST_AWS_EMIT_H
#define INGEST_AWS_EMIT_H

#include "base/arena.h"
#include "base/json.h"
#include "base/record.h"
#include "ingest/decoder_priv.h"

struct aws_emit {
	struct buf *out;
	struct arena *arena;
	const struct decoder_batch *batch;
	const struct decoder_context *context; /* the batch's */
	const char *format;
	const struct json *json;         /* the piece that is being read */
	struct str home_partition, home; /* account of the context; empty: unknown */
	struct str partition, account;   /* account of the open scope; may be empty */
	struct str scope;                /* scope of the records that are written */
	bool complete;   /* a member that is left out is known to be empty */
	uint64_t offset; /* of the fact being written */
};

void aws_emit_init(struct aws_emit *em, const struct decoder_batch *batch,
	struct buf *out, struct arena *arena);

/*
 * Run over the pieces of a batch: each value and element is parsed (em->json) and given
 * to `visit` with its root; JSON_END comes with root NULL.
 */
typedef int aws_emit_visit(struct aws_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e);
int aws_emit_pieces(const struct decoder_batch *batch, struct buf *out,
	aws_emit_visit *visit, struct err *e);

/* Write into the scope of that account from here on. */
void aws_emit_open_account(struct aws_emit *em, struct str partition, struct str account);

/*
 * The account of the ARN when it names one, else that of the context. ERR_FORMAT at v
 * without either.
 */
int aws_emit_open_arn(
	struct aws_emit *em, struct str arn, const struct json_value *v, struct err *e);
int aws_emit_open_home(struct aws_emit *em, const struct json_value *v, struct err *e);

/* Write into the scope of an organization. */
void aws_emit_open_organization(struct aws_emit *em, struct str partition, struct str id);

/* The scope that is open belongs to that organization ("": to none). */
void aws_emit_parent(struct aws_emit *em, struct str organization);

/* Key of an account's container. */
struct str aws_emit_account_key(
	struct aws_emit *em, struct str partition, struct str account);

/* Kind of a key: the catalogue's, else service and resource type of the ARN. */
struct str aws_emit_kind(struct aws_emit *em, struct str key);

/* One entity of the open scope. Scope, source and, when empty, kind are filled in. */
int aws_emit_entity(struct aws_emit *em, struct record_entity entity, struct err *e);
int aws_emit_relation(struct aws_emit *em, struct str from,
	enum record_relation_type type, struct str to, struct err *e);
int aws_emit_document(struct aws_emit *em, enum record_layer layer, struct str holder,
	struct str name, struct str body, struct err *e);
void aws_emit_coverage(struct aws_emit *em, struct str what, struct str subject,
	enum coverage_state state, struct str detail);

/* A resource policy, body empty for none, and that it was read. */
int aws_emit_resource_policy(
	struct aws_emit *em, struct str holder, struct str body, struct err *e);

/*
 * A policy document wherever exports put one: an object (its own bytes), a string that
 * holds JSON, or the same URL-encoded. NULL and "" give an empty body.
 */
int aws_emit_body(
	struct aws_emit *em, const struct json_value *v, struct str *out, struct err *e);

/*
 * Percent-decoding of RFC 3986: only % and two digits mean something, + is a plus.
 * false when that or the UTF-8 that comes out is wrong.
 */
bool aws_emit_decode_url(struct arena *arena, struct str text, struct str *out);

/* [{"Key":...,"Value":...}] in any case of the first letter, or {"k":"v"}. NULL: none. */
int aws_emit_tags(struct aws_emit *em, const struct json_value *v,
	struct record_entity *entity, struct err *e);

/* A date: text or seconds. 0 when absent. */
int aws_emit_date(struct aws_emit *em, const struct json_value *object, const char *name,
	int64_t *out, struct err *e);

/* Add an attribute to an entity whose attributes are an array of AWS_EMIT_ATTRIBUTES. */
#define AWS_EMIT_ATTRIBUTES 8
struct aws_emit_attributes {
	struct record_pair pairs[AWS_EMIT_ATTRIBUTES];
	uint32_t count;
};
void aws_emit_attribute(
	struct aws_emit_attributes *a, const char *name, struct str value);

#endif
