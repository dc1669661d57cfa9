#include "base/utf8.h"

#include <stdint.h>

#include <utf8proc.h>

static size_t decode(struct str s, utf8proc_int32_t *code)
{
	utf8proc_ssize_t n = 0;

	if (s.n > 0)
		n = utf8proc_iterate((const utf8proc_uint8_t *)s.p,
			s.n < 4 ? (utf8proc_ssize_t)s.n : 4, code);
	return n > 0 ? (size_t)n : 0;
}

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
		utf8proc_int32_t code;
		size_t n = decode(str_skip(s, i), &code);

		if (n == 0)
			return i;
		i = ascii_run(s, i + n);
	}
	return s.n;
}

size_t utf8_next(struct str s)
{
	utf8proc_int32_t code;

	return decode(s, &code);
}

size_t utf8_width(struct str s)
{
	size_t width = 0;

	while (s.n > 0) {
		utf8proc_int32_t code;
		size_t bytes = decode(s, &code);
		bool control = bytes > 0 && (code < 0x20 || code == 0x7f);

		width += bytes == 0 || control ? 1 : (size_t)utf8proc_charwidth(code);
		s = str_skip(s, bytes > 0 ? bytes : 1);
	}
	return width;
}
