#include "base/utf8.h"

#include <stdint.h>

#include <utf8proc.h>

static size_t ascii_run(struct str s, size_t from)
{
	size_t i = from;
	uint64_t word;

	for (; i + sizeof(word) <= s.n; i += sizeof(word)) {
		memcpy(&word, s.p + i, sizeof(word));
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < s.n && (unsigned char)s.p[i] < 0x80)
		i++;
	return i;
}

size_t utf8_valid_size(struct str s)
{
	size_t i = ascii_run(s, 0);

	while (i < s.n) {
		size_t left = s.n - i;
		utf8proc_int32_t code;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.p + i,
			left < 4 ? (utf8proc_ssize_t)left : 4, &code);

		if (n <= 0)
			return i;
		i = ascii_run(s, i + (size_t)n);
	}
	return s.n;
}
