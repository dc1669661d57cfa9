/*
 * simulator.h - the other evaluator, as a process of its own that answers a line with a
 * line (simulator.mjs).
 *
 * Ownership: replies are borrowed until the next one. Threads: one.
 */
#ifndef TESTS_DIFFERENTIAL_SIMULATOR_H
#define TESTS_DIFFERENTIAL_SIMULATOR_H

#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

struct simulator {
	pid_t pid;
	FILE *to, *from;
	char *reply;
	size_t reply_size;
};

/*
 * `script` is simulator.mjs, `directory` where its package is installed. ERR_IO when it
 * cannot be started.
 */
int simulator_open(
	struct simulator *out, const char *script, const char *directory, struct err *e);
void simulator_close(struct simulator *s);

/* Send a line, without newline. */
void simulator_send(struct simulator *s, struct str line);

/* The next answer, in the order of the lines. ERR_IO when the process has ended. */
int simulator_receive(struct str *out, struct simulator *s, struct err *e);

#endif
