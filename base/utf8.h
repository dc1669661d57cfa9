/*
 * utf8.h - whether bytes are UTF-8 as Unicode defines it: no overlong forms, no
 * surrogates, nothing above U+10FFFF. Linear; runs of ASCII go eight bytes at a time.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

/* How many bytes from the start are UTF-8: s.n when all are. */
size_t utf8_valid_size(struct str s);

/*
 * Bytes of the first character, 1 to 4; 0 when s is empty or does not begin with UTF-8.
 */
size_t utf8_next(struct str s);

/*
 * Terminal columns of all of s: 0 for a combining mark, 2 for a wide character, else 1. A
 * control character or a byte that is not UTF-8 counts 1, for whatever is shown in its
 * place.
 */
size_t utf8_width(struct str s);

#endif
