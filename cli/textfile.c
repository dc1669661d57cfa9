#include "cli/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"

#define READ_BYTES (64u << 10)

static int read_all(struct buf *out, int fd, const char *path, struct err *e)
{
	for (;;) {
		ssize_t n = read(fd, buf_reserve(out, READ_BYTES), READ_BYTES);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(
				e, ERR_IO, "cannot read '%s': %s", path, strerror(errno));
		if (n == 0)
			return 0;
		out->n += (size_t)n;
		if (out->n > LIMIT_SCRIPT_BYTES)
			return err_set(e, ERR_LIMIT,
				"'%s' is larger than %u bytes (LIMIT_SCRIPT_BYTES)", path,
				LIMIT_SCRIPT_BYTES);
	}
}

int textfile_read(struct buf *out, const char *path, struct err *e)
{
	int fd, rc;

	if (strcmp(path, "-") == 0)
		return read_all(out, STDIN_FILENO, path, e);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
	rc = read_all(out, fd, path, e);
	close(fd);
	return rc;
}
