#include "base/mutant.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNREAD (-1)

static const char *const names[] = { MUTANT_NAMES };

static int read_choice(void)
{
	const char *name = getenv("LATCHKEY_MUTANT");

	if (!name || !*name)
		return MUTANT_NONE;
	for (int i = 1; i < (int)(sizeof(names) / sizeof(names[0])); i++) {
		if (strcmp(name, names[i]) == 0)
			return i;
	}
	fprintf(stderr, "LATCHKEY_MUTANT: there is no mutant '%s'\n", name);
	exit(70);
}

enum mutant mutant_chosen(void)
{
	static _Atomic int chosen = UNREAD;
	int now = atomic_load_explicit(&chosen, memory_order_relaxed);

	if (now == UNREAD) {
		now = read_choice();
		atomic_store_explicit(&chosen, now, memory_order_relaxed);
	}
	return (enum mutant)now;
}
