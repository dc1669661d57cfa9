#include "cli/location.h"

#include <stdlib.h>

/* A variable that is set to nothing is not set. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

static void add_path(struct buf *out, const char *directory, const char *below)
{
	buf_printf(out, "%s%s", directory, below);
	buf_add_char(out, '\0');
}

int location_store(struct buf *out, const char *given, struct err *e)
{
	const char *place = given ? given : variable("LATCHKEY_STORE"), *home;

	if (place) {
		add_path(out, place, "");
		return 0;
	}
	place = variable("XDG_DATA_HOME");
	if (place && place[0] == '/') { /* a relative one counts for nothing, XDG says */
		add_path(out, place, "/latchkey");
		return 0;
	}
	home = variable("HOME");
	if (!home)
		return err_set(e, ERR_SYNTAX, "no --store, and HOME is not set");
	add_path(out, home, "/.local/share/latchkey");
	return 0;
}
