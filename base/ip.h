/*
 * ip.h - IP addresses and blocks of them, version 4 and 6.
 *
 * The two versions never match each other. A block is written address/length;
 * an address alone is a block of one, and a length of 0 is every address of its version.
 *
 * Source: RFC 4632, RFC 4291 section 2.2
 */
#ifndef BASE_IP_H
#define BASE_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct ip {
	uint8_t bytes[16]; /* version 4 uses the first four, the others are 0 */
	uint8_t size;      /* 4 or 16 */
};

struct ip_block {
	struct ip first, last;
};

bool ip_parse(struct ip *out, struct str text);

/* Bits behind the length are cleared: 10.1.2.3/8 is 10.0.0.0/8. */
bool ip_block_parse(struct ip_block *out, struct str text);

bool ip_block_has(const struct ip_block *block, const struct ip *address);

/* The address that follows; false after the last one. */
bool ip_next(struct ip *address);

/* Dotted, or eight groups without shortening. */
void ip_print(struct buf *out, const struct ip *address);

#endif
