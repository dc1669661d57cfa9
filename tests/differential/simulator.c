#include "simulator.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int spawn_node(struct simulator *s, const char *script, const char *directory,
	const int to[2], const int from[2])
{
	char name[] = "node", *file = strdup(script), *where = strdup(directory);
	char *argv[] = { name, file, where, NULL };
	posix_spawn_file_actions_t actions;
	int rc;

	if (!file || !where)
		abort();
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, to[0], 0);
	posix_spawn_file_actions_adddup2(&actions, from[1], 1);
	rc = posix_spawnp(&s->pid, name, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	free(file);
	free(where);
	return rc;
}

int simulator_open(
	struct simulator *out, const char *script, const char *directory, struct err *e)
{
	int to[2], from[2], rc;

	*out = (struct simulator){ 0 };
	signal(SIGPIPE, SIG_IGN);
	if (pipe2(to, O_CLOEXEC) != 0)
		return err_set(e, ERR_IO, "cannot make a pipe");
	if (pipe2(from, O_CLOEXEC) != 0) {
		close(to[0]);
		close(to[1]);
		return err_set(e, ERR_IO, "cannot make a pipe");
	}
	rc = spawn_node(out, script, directory, to, from);
	close(to[0]);
	close(from[1]);
	out->to = fdopen(to[1], "w");
	out->from = fdopen(from[0], "r");
	if (!out->to || !out->from)
		abort();
	if (rc == 0)
		return 0;
	simulator_close(out);
	return err_set(e, ERR_IO, "cannot start node: %s", strerror(rc));
}

void simulator_close(struct simulator *s)
{
	if (s->to)
		fclose(s->to);
	if (s->from)
		fclose(s->from);
	if (s->pid > 0)
		waitpid(s->pid, NULL, 0);
	free(s->reply);
	*s = (struct simulator){ 0 };
}

void simulator_send(struct simulator *s, struct str line)
{
	fwrite(line.p, 1, line.n, s->to);
	fputc('\n', s->to);
}

int simulator_receive(struct str *out, struct simulator *s, struct err *e)
{
	ssize_t n;

	fflush(s->to);
	n = getline(&s->reply, &s->reply_size, s->from);
	if (n <= 0)
		return err_set(e, ERR_IO, "the simulator has ended");
	*out = (struct str){ s->reply, (size_t)n - (s->reply[n - 1] == '\n') };
	return 0;
}
