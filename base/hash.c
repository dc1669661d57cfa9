#include "base/hash.h"

/* The calls that replace these look the algorithm up by name for every text. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <xxhash.h>

uint64_t hash64(struct str s)
{
	return XXH3_64bits(s.p, s.n);
}

uint64_t hash64_seeded(struct str s, uint64_t seed)
{
	return XXH3_64bits_withSeed(s.p, s.n, seed);
}

struct hash128 hash128(struct str s)
{
	XXH128_hash_t h = XXH3_128bits(s.p, s.n);

	return (struct hash128){ h.low64, h.high64 };
}

struct sha256 hash_sha256_of(struct str head, struct str rest)
{
	struct sha256 out;
	SHA256_CTX context;

	SHA256_Init(&context);
	SHA256_Update(&context, head.p, head.n);
	SHA256_Update(&context, rest.p, rest.n);
	SHA256_Final(out.bytes, &context);
	return out;
}

struct sha256 hash_sha256(struct str s)
{
	return hash_sha256_of((struct str){ s.p, 0 }, s);
}
