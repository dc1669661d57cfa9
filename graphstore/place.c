#include "graphstore/place_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PLACE_PATH_MAX 4096

/* File systems by the f_type of statfs(2). */
static const struct {
	unsigned long type;
	const char *name;
} remote_types[] = {
	{ 0x6969, "nfs" },
	{ 0x517b, "smb" },
	{ 0xff534d42, "cifs" },
	{ 0xfe534d42, "smb2" },
	{ 0x01021997, "9p" },
	{ 0x65735546, "fuse" },
	{ 0x00c36400, "ceph" },
	{ 0x5346414f, "afs" },
	{ 0x6b414653, "afs" },
	{ 0x73757245, "coda" },
	{ 0x0bd00bd0, "lustre" },
	{ 0x01161970, "gfs2" },
	{ 0x7461636f, "ocfs2" },
	{ 0x786f4256, "vboxsf" },
	{ 0xbacbacbc, "vmhgfs" },
};

#define PLACE_OVERLAY 0x794c7630ul

static int path_join(
	char out[PLACE_PATH_MAX], const char *directory, const char *name, struct err *e)
{
	int n = snprintf(out, PLACE_PATH_MAX, "%s/%s", directory, name);

	if (n < 0 || n >= PLACE_PATH_MAX)
		return err_set(e, ERR_LIMIT, "path is longer than %d bytes: '%.64s...'",
			PLACE_PATH_MAX, directory);
	return 0;
}

static int sys_err(struct err *e, const char *doing, const char *path)
{
	return err_set(e, ERR_IO, "cannot %s '%s': %s", doing, path, strerror(errno));
}

int place_has_store(const char *directory, struct err *e)
{
	char path[PLACE_PATH_MAX];
	struct stat st;

	if (path_join(path, directory, "data.mdb", e) < 0)
		return e->code;
	if (lstat(path, &st) == 0)
		return 1;
	return errno == ENOENT ? 0 : sys_err(e, "look at", path);
}

static int owner_check(const char *path, const struct stat *st, struct err *e)
{
	if (st->st_uid != geteuid())
		return err_set(e, ERR_IO, "'%s' belongs to user %lu, not to us", path,
			(unsigned long)st->st_uid);
	if (st->st_mode & 077)
		return err_set(e, ERR_IO,
			"'%s' is open to other users: mode %03o, expected %s", path,
			(unsigned)st->st_mode & 0777,
			S_ISDIR(st->st_mode) ? "700" : "600");
	return 0;
}

static int file_check(
	const char *directory, const char *name, bool optional, struct err *e)
{
	char path[PLACE_PATH_MAX];
	struct stat st;

	if (path_join(path, directory, name, e) < 0)
		return e->code;
	if (lstat(path, &st) < 0)
		return optional && errno == ENOENT ? 0 : sys_err(e, "look at", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_IO, "'%s' is not a regular file", path);
	return owner_check(path, &st, e);
}

static int file_system_check(
	const char *directory, char *warning, size_t warning_size, struct err *e)
{
	struct statfs fs;
	unsigned long type;

	if (statfs(directory, &fs) < 0)
		return sys_err(e, "look at the file system of", directory);
	type = (unsigned long)fs.f_type & 0xfffffffful;
	for (size_t i = 0; i < sizeof(remote_types) / sizeof(remote_types[0]); i++) {
		if (type == remote_types[i].type)
			return err_set(e, ERR_IO,
				"'%s' is on a %s file system, where the map is not coherent",
				directory, remote_types[i].name);
	}
	if (type == PLACE_OVERLAY)
		snprintf(warning, warning_size,
			"the store is on an overlay file system: a store that came with the lower layer may be read stale");
	return 0;
}

int place_check(const char *directory, char *warning, size_t warning_size, struct err *e)
{
	struct stat st;

	if (stat(directory, &st) < 0)
		return sys_err(e, "look at", directory);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_IO, "'%s' is not a directory", directory);
	if (owner_check(directory, &st, e) < 0 ||
		file_check(directory, "data.mdb", false, e) < 0 ||
		file_check(directory, "lock.mdb", true, e) < 0 ||
		file_check(directory, "write.lock", true, e) < 0)
		return e->code;
	return file_system_check(directory, warning, warning_size, e);
}

int place_allocate_lock(const char *directory, struct err *e)
{
	char path[PLACE_PATH_MAX];
	int fd, rc;

	if (path_join(path, directory, "lock.mdb", e) < 0)
		return e->code;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno == EEXIST || errno == EROFS ? 0 : sys_err(e, "create", path);
	rc = posix_fallocate(fd, 0, PLACE_LOCK_BYTES);
	if (rc != 0) {
		errno = rc;
		sys_err(e, "allocate", path);
		unlink(path);
	}
	close(fd);
	return rc != 0 ? e->code : 0;
}

static int sync_path(const char *path, int flags, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
	int rc = fd < 0 ? -1 : fsync(fd);

	if (rc < 0)
		sys_err(e, "sync", path);
	if (fd >= 0)
		close(fd);
	return rc < 0 ? e->code : 0;
}

/* Missing directories above the store, each for us alone. */
static int parents_make(const char *directory, struct err *e)
{
	char path[PLACE_PATH_MAX];
	size_t n = strlen(directory);

	if (n >= sizeof(path))
		return err_set(
			e, ERR_LIMIT, "path is longer than %d bytes", PLACE_PATH_MAX);
	memcpy(path, directory, n + 1);
	for (size_t i = 1; i < n; i++) {
		if (path[i] != '/')
			continue;
		path[i] = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return sys_err(e, "create", path);
		path[i] = '/';
	}
	return 0;
}

static void remove_aside(const char *aside)
{
	static const char *const names[] = { "data.mdb", "lock.mdb", "write.lock" };
	struct err ignored = { 0 };
	char path[PLACE_PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (path_join(path, aside, names[i], &ignored) == 0)
			unlink(path);
	}
	rmdir(aside);
}

static int sync_all(const char *aside, struct err *e)
{
	char path[PLACE_PATH_MAX];

	if (path_join(path, aside, "data.mdb", e) < 0 || sync_path(path, 0, e) < 0 ||
		path_join(path, aside, "lock.mdb", e) < 0 || sync_path(path, 0, e) < 0)
		return e->code;
	return sync_path(aside, O_DIRECTORY, e);
}

static int sync_parent(const char *directory, struct err *e)
{
	char path[PLACE_PATH_MAX];

	return path_join(path, directory, "..", e) < 0 ? e->code
						       : sync_path(path, O_DIRECTORY, e);
}

/* Put the finished directory in its place. */
static int move_in(const char *aside, const char *directory, struct err *e)
{
	int saved, there;

	if (rename(aside, directory) == 0)
		return sync_parent(directory, e);
	saved = errno;
	there = place_has_store(directory, e);
	if (there == 0) {
		errno = saved;
		sys_err(e, "create", directory);
	}
	remove_aside(aside);
	return there == 1 ? 0 : e->code;
}

int place_create(const char *directory, int (*fill)(const char *directory, struct err *e),
	struct err *e)
{
	char aside[PLACE_PATH_MAX];
	int n = snprintf(aside, sizeof(aside), "%s.new-XXXXXX", directory);

	if (n < 0 || (size_t)n >= sizeof(aside))
		return err_set(
			e, ERR_LIMIT, "path is longer than %d bytes", PLACE_PATH_MAX);
	if (parents_make(directory, e) < 0)
		return e->code;
	if (!mkdtemp(aside))
		return sys_err(e, "create", aside);
	if (place_allocate_lock(aside, e) < 0 || fill(aside, e) < 0 ||
		sync_all(aside, e) < 0) {
		remove_aside(aside);
		return e->code;
	}
	return move_in(aside, directory, e);
}
