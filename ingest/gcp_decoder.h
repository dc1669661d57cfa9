/*
 * gcp_decoder.h - everything of Google Cloud that decoder.c can read: which format a
 * document has, and whose it is.
 *
 *	asset-inventory   assets, one a line or in pages (gcp_asset.h)
 *	asset-search      what searches of assets and policies find
 *	google-directory  people, groups and their members (gcp_directory.h)
 *	gcloud-answer     lists, descriptions and policies (gcp_answer.h)
 */
#ifndef INGEST_GCP_DECODER_H
#define INGEST_GCP_DECODER_H

#include "ingest/decoder_priv.h"

extern const struct decoder_provider gcp_decoder;

#endif
