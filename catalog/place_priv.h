/*
 * place_priv.h - where the kinds of a key that is no ARN are looked up.
 *
 * Lends parts of the key. The program that packs the catalogue and the library that reads
 * it share it.
 */
#ifndef CATALOG_PLACE_PRIV_H
#define CATALOG_PLACE_PRIV_H

#include "base/str.h"

/*
 * Of a key or of a kind's format:
 *
 *   //host/projects/p            service "//host",  token ""
 *   /a/x/providers/Name/type/y   service "/",       token "Name", of the last one
 *   /subscriptions/s             service "/",       token "subscriptions"
 *   word:type:rest               service "word",    token "type"
 *   word:rest                    service "word",    token ""
 */
void place_of_key(struct str key, struct str *service, struct str *token);

#endif
