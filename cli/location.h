/*
 * location.h - where the store is when nobody says: --store, $LATCHKEY_STORE,
 * $XDG_DATA_HOME/latchkey, ~/.local/share/latchkey, in this order.
 */
#ifndef CLI_LOCATION_H
#define CLI_LOCATION_H

#include "base/buf.h"
#include "base/err.h"

/* Append the directory and a NUL. `given` is the option's value or NULL. */
int location_store(struct buf *out, const char *given, struct err *e);

#endif
