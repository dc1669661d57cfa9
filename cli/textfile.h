/*
 * textfile.h - a small file, or standard input, as a whole.
 */
#ifndef CLI_TEXTFILE_H
#define CLI_TEXTFILE_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Append the file's bytes; "-" is standard input. ERR_IO, or ERR_LIMIT past
 * LIMIT_SCRIPT_BYTES.
 */
int textfile_read(struct buf *out, const char *path, struct err *e);

#endif
