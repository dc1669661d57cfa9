#include "graphstore/lock_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define LOCK_POLL_MS 10

static int64_t monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int open_file(const char *directory, struct err *e)
{
	char path[4096];
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/write.lock", directory) >=
		sizeof(path))
		return err_set(e, ERR_LIMIT, "path is too long: '%s'", directory);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_set(e, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
	return fd;
}

static int refuse(int fd, struct err *e)
{
	char text[128] = { 0 };
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	char *end = n > 0 ? strchr(text, '\n') : NULL;

	if (!end)
		return err_set(e, ERR_IO, "locked by another process");
	*end = '\0';
	return err_set(e, ERR_IO, "locked by %s", text);
}

static int sign(int fd, int64_t now, struct err *e)
{
	char text[128], when[32] = "";
	struct tm parts;
	time_t t = (time_t)now;
	int n;

	if (gmtime_r(&t, &parts))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &parts);
	n = snprintf(text, sizeof(text), "process %ld since %s\n", (long)getpid(), when);
	if (pwrite(fd, text, (size_t)n, 0) != n || ftruncate(fd, n) < 0)
		return err_set(
			e, ERR_IO, "cannot write the lock file: %s", strerror(errno));
	return 0;
}

int lock_take(const char *directory, uint32_t timeout_ms, int64_t now, struct err *e)
{
	int64_t deadline = monotonic_ms() + timeout_ms;
	const struct timespec pause = { 0, LOCK_POLL_MS * 1000000L };
	int fd = open_file(directory, e);

	if (fd < 0)
		return fd;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			err_set(e, ERR_IO, "cannot lock: %s", strerror(errno));
			goto fail;
		}
		if (monotonic_ms() >= deadline) {
			refuse(fd, e);
			goto fail;
		}
		nanosleep(&pause, NULL);
	}
	if (sign(fd, now, e) < 0)
		goto fail;
	return fd;
fail:
	close(fd);
	return e->code;
}

void lock_drop(int lock)
{
	if (lock >= 0)
		close(lock);
}
