#include "base/hash.h"

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

struct sha256 hash_sha256(struct str s)
{
	struct sha256 out;

	SHA256((const unsigned char *)s.p, s.n, out.bytes);
	return out;
}
