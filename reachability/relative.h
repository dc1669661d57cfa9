/*
 * relative.h - a document as seen from the entity that carries it: with what its patterns
 * have of the entity's key taken out, so that documents that say the same of their
 * holders are the same bytes.
 */
#ifndef REACHABILITY_RELATIVE_H
#define REACHABILITY_RELATIVE_H

#include "base/buf.h"
#include "graphstore/document.h"

/*
 * Append the bytes. False, with some of them appended: a pattern speaks of something else
 * than the holder, or depends on the caller, or the key is no plain text.
 */
bool relative_add(struct buf *out, const struct document *d, struct str key);

#endif
