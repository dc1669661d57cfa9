/*
 * gcp_asset.h - exports and pages of Cloud Asset Inventory: one asset a line as an export
 * writes it (snake_case), or a page of them as the API answers (camelCase).
 *
 * An asset has one of: its description (RESOURCE), the allow policy on it (IAM_POLICY),
 * constraints of the organization on it (ORG_POLICY). Its ancestors say which project,
 * folders and organization it is in; exports of old have none.
 *
 * Also what `gcloud asset search-all-iam-policies` and `search-all-resources` find.
 *
 * Source: https://cloud.google.com/asset-inventory/docs/reference/rest/v1/assets and
 * https://cloud.google.com/asset-inventory/docs/exporting-to-cloud-storage
 */
#ifndef INGEST_GCP_ASSET_H
#define INGEST_GCP_ASSET_H

#include "ingest/decoder_priv.h"

/* The format of such a document, or NULL. */
const struct decoder_format *gcp_asset_detect(const struct json_shape *shape);

#endif
