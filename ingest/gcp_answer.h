/*
 * gcp_answer.h - answers of `gcloud ... --format=json` and of the REST calls behind them:
 * lists and descriptions of things, allow policies, deny policies, boundaries.
 *
 * Most things say what they are by their name or their link. An allow policy does not say
 * what it is on: the directories do (docs/inputs.md).
 */
#ifndef INGEST_GCP_ANSWER_H
#define INGEST_GCP_ANSWER_H

#include "ingest/decoder_priv.h"

/* The format of such a document, or NULL. */
const struct decoder_format *gcp_answer_detect(const struct json_shape *shape);

#endif
