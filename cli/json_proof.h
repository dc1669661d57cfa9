/*
 * json_proof.h - one decided question with its proof as a JSON object.
 */
#ifndef CLI_JSON_PROOF_H
#define CLI_JSON_PROOF_H

#include "cli/json_out.h"
#include "query/result.h"

/* Which members stand around the verdict. */
enum json_proof_form {
	/* query, as_of, verdict, ...: the whole answer to one question */
	JSON_PROOF_ANSWER,
	JSON_PROOF_ROW /* subject, action, object, verdict, ...: one of several */
};

/* Writes the members into an open object, which the caller closes. */
void json_proof_write(struct json_out *j, struct world *w, const struct result *r,
	const struct result_question *q, enum json_proof_form form);

/* The "unknown" array. */
void json_proof_unknown(
	struct json_out *j, const struct answer_unknown *unknown, uint32_t count);

#endif
