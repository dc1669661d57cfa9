/*
 * utf8.h - whether bytes are UTF-8 as Unicode defines it: no overlong forms, no surrogates,
 * nothing above U+10FFFF. Linear; runs of ASCII go eight bytes at a time.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

/* How many bytes from the start are UTF-8: s.n when all are. */
size_t utf8_valid_size(struct str s);

#endif
