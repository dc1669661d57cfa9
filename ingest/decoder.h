/*
 * decoder.h - from the bytes of one input to encoded records.
 *
 * A decoder is fed with the decompressed bytes of one file, recognises the format by what
 * they say (never by the file's name), cuts them into batches and hands the batches out.
 * Decoding a batch is a pure function, so batches can be run on any thread, in any order:
 *
 *	bytes -> decoder_feed -> decoder_next -> batch -> decoder_batch_run -> records
 *	         (one thread, in order)                   (any thread)
 *
 * Records carry no header record, and each names its scope; the caller groups them by
 * scope. Several documents that follow each other in one file (pages joined with cat,
 * one document a line) are several documents, each with its own format.
 *
 * Owns: what it was fed and did not hand out yet. A batch owns its bytes and outlives
 * its decoder.
 *
 * Invariants:
 *  (1) every record that a batch gives names a scope, and keys are at most
 *      LIMIT_KEY_BYTES
 *  (2) nothing is guessed: when neither the bytes nor the context tell which account or
 *      which resource an answer is about, it is an error that says what would tell
 *  (3) memory is bounded by DECODER_BATCH_BYTES and the largest single element, which
 *      is at most LIMIT_DOCUMENT_BYTES; a page that names its account only at its end
 *      is held back until then, at most LIMIT_DOCUMENT_BYTES of it
 *
 * Vocabulary of the records:
 *  scope      "aws:111122223333", "aws:o-example" for the data of an organization
 *  entity     attribute "id": unique id; "region"; "path";
 *             "bpa:BlockPublicPolicy" and its three fellows "true"/"false":
 *             public access block, on a bucket or (account-wide) on the account;
 *             "status": of an account;
 *             "versions": how many a managed policy has;
 *             "access_keys": how many a user has, active or not; "login_profile" and
 *             "mfa", "true"/"false": whether it has a password, a second factor
 *  holders    the holder of a document and both ends of a relation are keys, or
 *             "name:KIND:NAME" (record.h): the entity with that kind and name in the
 *             scope
 *  documents  layer RESOURCE with an empty body: known to have no policy; layer GRANT
 *             without statements: known to have no grants
 *  coverage   "identities"         users, groups, roles and their policies of the scope
 *             "entities:KIND"      the list of one kind in the scope (detail: region)
 *             "entity:KIND"        what one entity's description lacks (subject)
 *             "resource-policy:KIND"   one resource's policy, or that it has none
 *                                      (subject)
 *             "grants:aws:kms:key" the grants of one key (subject)
 *             "credentials"        keys, passwords and devices of all users
 *             "organization"       which organization the account is in; ABSENT: none
 *             "organization-policies"  in an organization's scope: its tree and ceilings
 *             A page that says that more follows is PARTIAL; the last page is GOT. Of two
 *             records about one `what` and `subject` the later one counts.
 */
#ifndef INGEST_DECODER_H
#define INGEST_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * About how many bytes of input one batch holds: enough work for a thread to be worth
 * waking.
 */
#define DECODER_BATCH_BYTES (1u << 20)

/* The first bytes of a file that decoder_identify wants to see. */
#define DECODER_HEAD_BYTES (1u << 16)

/* Room for a hint: partition, colon, account. */
#define DECODER_HINT_MAX 64

/* What the bytes alone do not say. Everything is copied by decoder_open. */
struct decoder_context {
	struct str path; /* as errors and sources name the file; "-" for standard input */
	struct str
		hint; /* decoder_identify of a file in this directory or the nearest one
	                    above; empty: none */
	/* content of the file that decoder_companion names; empty: not there */
	struct str companion;
	const struct str *siblings; /* names of all files in the directory */
	size_t sibling_count;
	bool siblings_known; /* so that a file that is not among them is not there */
};

/*
 * The name of the file in the same directory whose content explains the file at `path`,
 * or empty. Static. The caller reads it and puts it into the context.
 */
struct str decoder_companion(struct str path);

/*
 * Whose data is this: reads the first DECODER_HEAD_BYTES of a file. 1 and a
 * NUL-terminated hint for the files of its directory and below, 0 when it does not
 * tell. Never fails: the decoder itself reports what is wrong with the bytes.
 */
int decoder_identify(struct str head, char hint[DECODER_HINT_MAX]);

struct decoder;
struct decoder_batch;

void decoder_open(struct decoder **out, const struct decoder_context *context);
void decoder_close(struct decoder *d);

/* Add bytes; `last` says that no more will come. Copies. */
void decoder_feed(struct decoder *d, struct str bytes, bool last);

/*
 * The next batch: 1 and *out (owned), 0 when more bytes are needed or, after the last,
 * when all is handed out. ERR_FORMAT and ERR_LIMIT name file and offset.
 */
int decoder_next(struct decoder *d, struct decoder_batch **out, struct err *e);

/*
 * The format of the document that was last begun, "" before: for progress and
 * --verbose.
 */
const char *decoder_format(const struct decoder *d);

/*
 * Append the batch's records. On failure *out may hold some of them: drop it. Any
 * thread.
 */
int decoder_batch_run(const struct decoder_batch *batch, struct buf *out, struct err *e);
void decoder_batch_free(struct decoder_batch *batch);

/* How many bytes of decompressed input the batch came from. */
uint64_t decoder_batch_bytes(const struct decoder_batch *batch);

#endif
