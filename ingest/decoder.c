#include "ingest/decoder.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/record.h"
#include "ingest/aws_decoder.h"
#include "ingest/azure_decoder.h"
#include "ingest/decoder_priv.h"
#include "ingest/gcp_decoder.h"

static const struct decoder_provider *const providers[] = { &aws_decoder, &gcp_decoder,
	&azure_decoder };
#define PROVIDER_COUNT (sizeof(providers) / sizeof(providers[0]))

enum input_type { INPUT_UNKNOWN, INPUT_JSON, INPUT_RECORDS, INPUT_TEXT };

struct decoder {
	struct arena arena; /* holds the context */
	struct decoder_context context;
	enum input_type type;
	struct json_splitter splitter;       /* INPUT_RECORDS uses its buffer only */
	const struct decoder_format *format; /* of the open document, or the last one */
	const struct decoder_provider *provider;
	bool open;   /* inside a document that is read in pieces */
	bool begun;  /* the format of the next document is known */
	bool any;    /* something was handed out */
	bool header; /* INPUT_RECORDS: the header was read */
	bool more;
	char hint[DECODER_HINT_MAX]; /* of the open document */
	struct decoder_batch *batch; /* being filled */
};

static void copy_context(struct decoder_context *out, struct arena *arena,
	const struct decoder_context *context)
{
	struct str *siblings =
		ARENA_NEW_ARRAY(arena, struct str, context->sibling_count + 1);

	*out = *context;
	out->path = arena_copy(arena, context->path);
	out->hint = arena_copy(arena, context->hint);
	out->companion = arena_copy(arena, context->companion);
	for (size_t i = 0; i < context->sibling_count; i++)
		siblings[i] = arena_copy(arena, context->siblings[i]);
	out->siblings = siblings;
}

struct str decoder_companion(struct str path)
{
	for (size_t i = 0; i < PROVIDER_COUNT; i++) {
		struct str name = providers[i]->companion(path);

		if (name.n > 0)
			return name;
	}
	return (struct str){ 0 };
}

int decoder_identify(struct str head, char hint[DECODER_HINT_MAX])
{
	for (size_t i = 0; i < PROVIDER_COUNT; i++) {
		if (providers[i]->identify(head, hint))
			return 1;
	}
	return 0;
}

void decoder_open(struct decoder **out, const struct decoder_context *context)
{
	struct decoder *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	arena_init(&d->arena, ARENA_UNLIMITED);
	copy_context(&d->context, &d->arena, context);
	json_splitter_init(&d->splitter);
	*out = d;
}

void decoder_close(struct decoder *d)
{
	if (!d)
		return;
	decoder_batch_free(d->batch);
	json_splitter_release(&d->splitter);
	arena_release(&d->arena);
	free(d);
}

void decoder_feed(struct decoder *d, struct str bytes, bool last)
{
	json_splitter_feed(&d->splitter, bytes, last);
}

const char *decoder_format(const struct decoder *d)
{
	if (d->type == INPUT_RECORDS)
		return "record-stream";
	return d->format ? d->format->name : "";
}

/* The batch that is being filled; begun with the format of the open document. */
static struct decoder_batch *filling(struct decoder *d, uint64_t offset)
{
	struct decoder_batch *b = d->batch;

	if (b)
		return b;
	b = calloc(1, sizeof(*b));
	if (!b)
		abort();
	arena_init(&b->arena, ARENA_UNLIMITED);
	b->format = d->type == INPUT_RECORDS ? NULL : d->format;
	b->offset = offset;
	d->batch = b;
	return b;
}

/* Texts were noted as offsets while the buffer could still move. */
static void seal(struct decoder_batch *b)
{
	struct decoder_piece *pieces = VEC_DATA(&b->pieces, struct decoder_piece);
	size_t at = 0;

	for (size_t i = 0; i < VEC_COUNT(&b->pieces, struct decoder_piece); i++) {
		pieces[i].text.p = b->text.p ? b->text.p + at : "";
		at += pieces[i].text.n;
	}
}

static int hand_out(struct decoder *d, struct decoder_batch **out)
{
	struct decoder_context context = d->context;

	if (d->hint[0] != '\0')
		context.hint = str_from(d->hint);
	copy_context(&d->batch->context, &d->batch->arena, &context);
	seal(d->batch);
	*out = d->batch;
	d->batch = NULL;
	d->any = true;
	return 1;
}

static void add_piece(struct decoder *d, const struct json_piece *piece)
{
	struct decoder_batch *b = filling(d, piece->offset);
	struct str member = { 0 };

	if (piece->member.n > 0)
		member = arena_copy(&b->arena, piece->member);
	buf_add_str(&b->text, piece->text);
	VEC_ADD(&b->pieces, struct decoder_piece,
		{ .type = piece->type,
			.member = member,
			.text = { NULL, piece->text.n },
			.index = piece->index,
			.offset = piece->offset });
}

static int unknown_content(const struct json_shape *shape, struct err *e)
{
	struct buf found = { 0 }, expected = { 0 };

	for (size_t i = 0; i < PROVIDER_COUNT; i++)
		buf_printf(&expected, "%s%s", i > 0 ? "; " : "", providers[i]->expected);
	for (uint32_t i = 0; i < shape->member_count && i < 6; i++) {
		struct str name = str_head(shape->members[i].name, 40);

		buf_printf(&found, "%s'%.*s'", i > 0 ? ", " : "", STR_ARG(name));
	}
	if (shape->top != '{' && shape->top != '[')
		buf_printf(&found, "no object and no array");
	else if (found.n == 0)
		buf_printf(&found, "an empty %s", shape->top == '{' ? "object" : "array");
	err_set(e, ERR_FORMAT, "byte %llu: unknown content: found %.*s, expected %.*s",
		(unsigned long long)shape->offset, STR_ARG(buf_str(&found)),
		STR_ARG(buf_str(&expected)));
	buf_release(&found);
	buf_release(&expected);
	return e->code;
}

static int detect(struct decoder *d, const struct json_shape *shape, struct err *e)
{
	for (size_t i = 0; i < PROVIDER_COUNT; i++) {
		d->format = providers[i]->detect(shape, &d->context);
		d->provider = providers[i];
		if (d->format)
			return 0;
	}
	return unknown_content(shape, e);
}

/* Note what the batch that ends a document needs to know about it. */
static void end_document(struct decoder *d)
{
	struct decoder_batch *b = d->batch;
	size_t count = VEC_COUNT(&d->splitter.members, struct str);
	struct str *members = ARENA_NEW_ARRAY(&b->arena, struct str, count + 1);

	for (size_t i = 0; i < count; i++)
		members[i] = arena_copy(
			&b->arena, VEC_DATA(&d->splitter.members, struct str)[i]);
	b->members = members;
	b->member_count = count;
	b->more = d->more;
	d->open = d->begun = d->more = false;
}

/* One piece of the open document. 1: a batch is full, 2: go on. */
static int take_piece(struct decoder *d, struct decoder_batch **out, struct err *e)
{
	struct json_piece piece;
	int rc = json_splitter_next(&d->splitter, &piece, e);

	if (rc <= 0)
		return rc;
	d->open = true;
	if (piece.type == JSON_VALUE &&
		d->provider->more_follows(piece.member, piece.text))
		d->more = true;
	if (piece.type == JSON_ELEMENT && d->hint[0] == '\0')
		d->provider->identify(piece.text, d->hint);
	add_piece(d, &piece);
	if (piece.type == JSON_END) {
		end_document(d);
		rc = hand_out(d, out);
		d->hint[0] = '\0';
		return rc;
	}
	if (d->batch->text.n < DECODER_BATCH_BYTES)
		return 2;
	if (d->hint[0] != '\0' || d->batch->text.n >= LIMIT_DOCUMENT_BYTES)
		return hand_out(d, out);
	return 2;
}

static int take_whole(struct decoder *d, struct decoder_batch **out, struct err *e)
{
	struct json_piece piece;
	int rc = json_splitter_whole(&d->splitter, &piece, e);

	if (rc <= 0)
		return rc;
	add_piece(d, &piece);
	d->begun = false;
	return d->batch->text.n < DECODER_BATCH_BYTES ? 2 : hand_out(d, out);
}

static int begin_document(struct decoder *d, struct decoder_batch **out, struct err *e)
{
	struct json_shape shape;
	int rc = json_splitter_begin(&d->splitter, &shape, e);

	if (rc < 0)
		return rc;
	if (rc == 0) {
		if (d->splitter.last && d->batch)
			return hand_out(d, out);
		if (d->splitter.last && !d->any)
			return err_set(e, ERR_FORMAT, "byte 0: input is empty");
		return 0;
	}
	rc = detect(d, &shape, e);
	if (rc < 0)
		return rc;
	d->begun = true;
	return d->batch && d->batch->format != d->format ? hand_out(d, out) : 2;
}

static int next_json(struct decoder *d, struct decoder_batch **out, struct err *e)
{
	int rc = 2;

	while (rc == 2) {
		if (!d->begun && !d->open)
			rc = begin_document(d, out, e);
		else if (d->format->whole)
			rc = take_whole(d, out, e);
		else
			rc = take_piece(d, out, e);
	}
	return rc;
}

static int take_record(
	struct decoder *d, struct str rest, struct arena *arena, struct err *e)
{
	struct json_splitter *s = &d->splitter;
	struct record r;
	size_t at = 0;
	int rc = record_decode(&r, rest, &at, !s->last, arena, e);

	if (rc < 0)
		return err_wrap(e, "record stream, from byte %llu",
			(unsigned long long)(s->base + s->at));
	if (rc == 0)
		return 0;
	if (!d->header && r.type != RECORD_HEADER)
		return err_set(e, ERR_FORMAT,
			"byte %llu: record stream does not begin with its header",
			(unsigned long long)(s->base + s->at));
	d->header = true;
	if (r.type != RECORD_HEADER)
		buf_add(&filling(d, s->base + s->at)->text, rest.p, at);
	s->at += at;
	return 1;
}

static int next_records(struct decoder *d, struct decoder_batch **out, struct err *e)
{
	struct json_splitter *s = &d->splitter;
	struct arena arena;
	int rc = 1;

	arena_init(&arena, ARENA_UNLIMITED);
	while (rc > 0 && (!d->batch || d->batch->text.n < DECODER_BATCH_BYTES)) {
		rc = take_record(d, str_skip(buf_str(&s->data), s->at), &arena, e);
		arena_reset(&arena);
	}
	arena_release(&arena);
	if (rc < 0)
		return rc;
	return d->batch ? hand_out(d, out) : 0;
}

/* The whole text at once: its first line explains the others. */
static int next_text(struct decoder *d, struct decoder_batch **out, struct err *e)
{
	struct json_splitter *s = &d->splitter;

	if (s->data.n > LIMIT_DOCUMENT_BYTES)
		return err_set(e, ERR_LIMIT,
			"more than %u bytes of text (LIMIT_DOCUMENT_BYTES)",
			LIMIT_DOCUMENT_BYTES);
	if (!s->last || s->at == s->data.n)
		return 0;
	buf_add_str(&filling(d, 0)->text, buf_str(&s->data));
	s->at = s->data.n;
	return hand_out(d, out);
}

/* What the input is when it begins like a text of some provider. */
static enum input_type text_type(struct decoder *d)
{
	struct str have = buf_str(&d->splitter.data);

	for (size_t i = 0; i < PROVIDER_COUNT; i++) {
		struct str head = str_from(providers[i]->text_head);

		if (head.n == 0 || !str_starts(head, str_head(have, head.n)))
			continue;
		if (have.n < head.n)
			return d->splitter.last ? INPUT_JSON : INPUT_UNKNOWN;
		d->provider = providers[i];
		d->format = providers[i]->text;
		return INPUT_TEXT;
	}
	return INPUT_JSON;
}

/* A record stream begins with an array of two, which as JSON would be no UTF-8. */
static enum input_type input_type(struct decoder *d)
{
	if (d->splitter.data.n == 0)
		return d->splitter.last ? INPUT_JSON : INPUT_UNKNOWN;
	return (unsigned char)d->splitter.data.p[0] == 0x92 ? INPUT_RECORDS
							    : text_type(d);
}

int decoder_next(struct decoder *d, struct decoder_batch **out, struct err *e)
{
	int rc;

	if (d->type == INPUT_UNKNOWN)
		d->type = input_type(d);
	if (d->type == INPUT_UNKNOWN)
		return 0;
	if (d->type == INPUT_TEXT)
		rc = next_text(d, out, e);
	else
		rc = d->type == INPUT_JSON ? next_json(d, out, e)
					   : next_records(d, out, e);
	if (rc < 0)
		err_wrap(e, "%.*s", STR_ARG(d->context.path));
	return rc;
}

int decoder_batch_run(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	int rc;

	if (!batch->format) {
		buf_add_str(out, buf_str(&batch->text));
		return 0;
	}
	rc = batch->format->run(batch, out, e);
	if (rc < 0)
		err_wrap(e, "%.*s", STR_ARG(batch->context.path));
	return rc;
}

void decoder_batch_free(struct decoder_batch *batch)
{
	if (!batch)
		return;
	buf_release(&batch->text);
	buf_release(&batch->pieces);
	arena_release(&batch->arena);
	free(batch);
}

uint64_t decoder_batch_bytes(const struct decoder_batch *batch)
{
	return batch->text.n;
}
