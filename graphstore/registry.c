#include "graphstore/registry_priv.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct registry_entry {
	struct registry_entry *next;
	char *directory;
	dev_t device;
	ino_t inode;
	pid_t pid; /* entries inherited over fork do not count */
};

static pthread_mutex_t registry_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct registry_entry *registry_entries;

static bool is_open(const struct stat *st)
{
	for (const struct registry_entry *r = registry_entries; r; r = r->next) {
		if (r->device == st->st_dev && r->inode == st->st_ino &&
			r->pid == getpid())
			return true;
	}
	return false;
}

int registry_add(const char *directory, struct err *e)
{
	struct registry_entry *r;
	struct stat st;
	bool taken;

	if (stat(directory, &st) < 0)
		return err_set(
			e, ERR_IO, "cannot look at '%s': %s", directory, strerror(errno));
	r = calloc(1, sizeof(*r));
	if (r)
		r->directory = strdup(directory);
	if (!r || !r->directory) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	r->device = st.st_dev;
	r->inode = st.st_ino;
	r->pid = getpid();
	pthread_mutex_lock(&registry_mutex);
	taken = is_open(&st);
	if (!taken) {
		r->next = registry_entries;
		registry_entries = r;
	}
	pthread_mutex_unlock(&registry_mutex);
	if (!taken)
		return 0;
	free(r->directory);
	free(r);
	return err_set(e, ERR_IO, "'%s' is open in this process already", directory);
}

void registry_remove(const char *directory)
{
	pthread_mutex_lock(&registry_mutex);
	for (struct registry_entry **at = &registry_entries; *at; at = &(*at)->next) {
		struct registry_entry *r = *at;

		if (r->pid != getpid() || strcmp(r->directory, directory) != 0)
			continue;
		*at = r->next;
		free(r->directory);
		free(r);
		break;
	}
	pthread_mutex_unlock(&registry_mutex);
}
