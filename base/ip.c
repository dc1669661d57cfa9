#include "base/ip.h"

#include <arpa/inet.h>

#define IP_TEXT_MAX 64u

bool ip_parse(struct ip *out, struct str text)
{
	char copy[IP_TEXT_MAX];
	struct ip address = { .size = 4 };

	if (text.n == 0 || text.n >= sizeof(copy) || memchr(text.p, '\0', text.n))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (inet_pton(AF_INET, copy, address.bytes) != 1) {
		address.size = 16;
		if (inet_pton(AF_INET6, copy, address.bytes) != 1)
			return false;
	}
	*out = address;
	return true;
}

/* The number behind the '/', in digits only. */
static bool ip_parse_length(uint32_t *out, struct str text, uint32_t max)
{
	uint32_t value = 0;

	if (text.n == 0 || text.n > 3)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		value = value * 10 + (uint32_t)(text.p[i] - '0');
	}
	*out = value;
	return value <= max;
}

bool ip_block_parse(struct ip_block *out, struct str text)
{
	size_t slash = str_find_char(text, '/', 0);
	struct ip_block block;
	uint32_t length;

	if (!ip_parse(&block.first, str_head(text, slash)))
		return false;
	length = block.first.size * 8u;
	if (slash < text.n &&
		!ip_parse_length(&length, str_skip(text, slash + 1), length))
		return false;
	block.last = block.first;
	for (uint32_t bit = length; bit < block.first.size * 8u; bit++) {
		uint8_t mask = (uint8_t)(0x80u >> (bit % 8));

		block.first.bytes[bit / 8] &= (uint8_t)~mask;
		block.last.bytes[bit / 8] |= mask;
	}
	*out = block;
	return true;
}

bool ip_block_has(const struct ip_block *block, const struct ip *address)
{
	size_t size = block->first.size;

	return address->size == size &&
	       memcmp(address->bytes, block->first.bytes, size) >= 0 &&
	       memcmp(address->bytes, block->last.bytes, size) <= 0;
}

bool ip_next(struct ip *address)
{
	for (size_t i = address->size; i > 0; i--) {
		address->bytes[i - 1]++;
		if (address->bytes[i - 1] != 0)
			return true;
	}
	return false;
}

void ip_print(struct buf *out, const struct ip *address)
{
	const uint8_t *b = address->bytes;

	if (address->size == 4) {
		buf_printf(out, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
		return;
	}
	for (size_t i = 0; i < 16; i += 2)
		buf_printf(
			out, "%s%x", i > 0 ? ":" : "", (unsigned)(b[i] << 8 | b[i + 1]));
}
