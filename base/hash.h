/*
 * hash.h - fast hashes for tables and checksums, SHA-256 for names of content.
 *
 * hash64 and hash128 are XXH3: stable across machines, not safe against an
 * opponent. Content is addressed by SHA-256, because policy text is written by
 * people we do not trust.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "base/str.h"

struct hash128 {
	uint64_t low, high;
};

struct sha256 {
	uint8_t bytes[32];
};

uint64_t hash64(struct str s);
uint64_t hash64_seeded(struct str s, uint64_t seed);
struct hash128 hash128(struct str s);
struct sha256 hash_sha256(struct str s);
/* Of two pieces, as if they were one. */
struct sha256 hash_sha256_of(struct str head, struct str rest);

#endif
