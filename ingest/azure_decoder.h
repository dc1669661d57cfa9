/*
 * azure_decoder.h - Azure's formats, by content: answers of `az` and of the REST APIs,
 * Resource Graph, AzureHound.
 *
 *	[{...}, ...]                    az ... list
 *	{"value":[...], "nextLink"}     a page of ARM or Microsoft Graph
 *	{"data":[...], "count", ...}    Resource Graph, AzureHound
 *	{...}                           one object of these; AzureHound's lines
 *
 * Every element says itself what it is. What does not: members and owners of a group, of
 * which the file's name must have the group's object id.
 */
#ifndef INGEST_AZURE_DECODER_H
#define INGEST_AZURE_DECODER_H

#include "ingest/decoder_priv.h"

extern const struct decoder_provider azure_decoder;

#endif
