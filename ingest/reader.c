#include "ingest/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

enum packing { PACKING_UNKNOWN, PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

#define GZIP_WINDOW     (15 + 16) /* zlib: the largest window, gzip frames only */
#define ZSTD_WINDOW_LOG 27        /* 128 MiB, what the zstd program accepts by default */

struct reader {
	char *path;
	int fd;
	enum packing packing;
	bool ended;     /* the file has no more bytes */
	bool in_member; /* inside a compressed member: the end would come too early */
	uint64_t size, position;
	size_t in_at, in_size;
	z_stream gzip;
	ZSTD_DStream *zstd;
	/* not zeroed at first: most files are smaller */
	unsigned char in[READER_CHUNK_BYTES];
	unsigned char out[READER_CHUNK_BYTES];
};

int reader_open(struct reader **out, const char *path, struct err *e)
{
	struct reader *r = NULL;
	struct stat st;
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
					: open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_set(e, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		return err_set(e, ERR_IO, "cannot read '%s': is a directory", path);
	}
	r = malloc(sizeof(*r));
	if (!r)
		abort();
	memset(r, 0, offsetof(struct reader, in));
	r->path = strdup(path);
	if (!r->path)
		abort();
	r->fd = fd;
	r->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	*out = r;
	return 0;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	if (r->packing == PACKING_GZIP)
		inflateEnd(&r->gzip);
	ZSTD_freeDStream(r->zstd);
	close(r->fd);
	free(r->path);
	free(r);
}

uint64_t reader_size(const struct reader *r)
{
	return r->size;
}

uint64_t reader_position(const struct reader *r)
{
	return r->position;
}

/* Add to the input what the file gives; nothing at its end. */
static int fill(struct reader *r, struct err *e)
{
	ssize_t n;

	if (r->in_at > 0) {
		memmove(r->in, r->in + r->in_at, r->in_size - r->in_at);
		r->in_size -= r->in_at;
		r->in_at = 0;
	}
	if (r->ended || r->in_size == sizeof(r->in))
		return 0;
	do {
		n = read(r->fd, r->in + r->in_size, sizeof(r->in) - r->in_size);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(
			e, ERR_IO, "cannot read '%s': %s", r->path, strerror(errno));
	r->ended = n == 0;
	r->in_size += (size_t)n;
	r->position += (uint64_t)n;
	return 0;
}

static int begin(struct reader *r, struct err *e)
{
	int rc = 0;

	while (rc == 0 && r->in_size < 4 && !r->ended)
		rc = fill(r, e);
	if (rc < 0)
		return rc;
	r->packing = PACKING_NONE;
	if (r->in_size >= 2 && r->in[0] == 0x1f && r->in[1] == 0x8b)
		r->packing = PACKING_GZIP;
	if (r->in_size >= 4 && memcmp(r->in, "\x28\xb5\x2f\xfd", 4) == 0)
		r->packing = PACKING_ZSTD;
	if (r->packing == PACKING_GZIP && inflateInit2(&r->gzip, GZIP_WINDOW) != Z_OK)
		abort();
	if (r->packing != PACKING_ZSTD)
		return 0;
	r->zstd = ZSTD_createDStream();
	if (!r->zstd)
		abort();
	ZSTD_DCtx_setParameter(r->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
	return 0;
}

static int fail_format(const struct reader *r, const char *what, struct err *e)
{
	uint64_t at = r->position - (r->in_size - r->in_at);

	return err_set(e, ERR_FORMAT, "%s: byte %llu of the compressed file: %s", r->path,
		(unsigned long long)at, what);
}

/* Decompress once; *made is how many bytes came out. */
static int step_gzip(struct reader *r, size_t *made, struct err *e)
{
	int rc;

	if (!r->in_member && inflateReset(&r->gzip) != Z_OK)
		abort();
	r->gzip.next_in = r->in + r->in_at;
	r->gzip.avail_in = (uInt)(r->in_size - r->in_at);
	r->gzip.next_out = r->out;
	r->gzip.avail_out = sizeof(r->out);
	rc = inflate(&r->gzip, Z_NO_FLUSH);
	r->in_at = r->in_size - r->gzip.avail_in;
	*made = sizeof(r->out) - r->gzip.avail_out;
	r->in_member = rc != Z_STREAM_END;
	if (rc == Z_MEM_ERROR)
		abort();
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return fail_format(r, r->gzip.msg ? r->gzip.msg : "gzip is damaged", e);
	return 0;
}

static int step_zstd(struct reader *r, size_t *made, struct err *e)
{
	ZSTD_inBuffer in = { r->in, r->in_size, r->in_at };
	ZSTD_outBuffer out = { r->out, sizeof(r->out), 0 };
	size_t rc = ZSTD_decompressStream(r->zstd, &out, &in);

	r->in_at = in.pos;
	*made = out.pos;
	r->in_member = rc != 0;
	if (ZSTD_isError(rc))
		return fail_format(r, ZSTD_getErrorName(rc), e);
	return 0;
}

static int next_packed(struct reader *r, struct str *out, struct err *e)
{
	size_t made = 0;
	int rc = 0;

	for (;;) {
		bool more = r->in_at < r->in_size;

		if (!more && r->ended && !r->in_member)
			return 0;
		if (more || r->in_member)
			rc = r->packing == PACKING_GZIP ? step_gzip(r, &made, e)
							: step_zstd(r, &made, e);
		if (rc < 0)
			return rc;
		if (made > 0)
			break;
		if (r->ended && r->in_at == r->in_size && r->in_member)
			return fail_format(r, "the file ends inside compressed data", e);
		rc = fill(r, e);
		if (rc < 0)
			return rc;
	}
	*out = (struct str){ (const char *)r->out, made };
	return 1;
}

int reader_next(struct reader *r, struct str *out, struct err *e)
{
	int rc = r->packing == PACKING_UNKNOWN ? begin(r, e) : 0;

	if (rc < 0)
		return rc;
	if (r->packing != PACKING_NONE)
		return next_packed(r, out, e);
	if (r->in_size == r->in_at) {
		r->in_at = r->in_size = 0;
		rc = fill(r, e);
	}
	if (rc < 0)
		return rc;
	*out = (struct str){ (const char *)r->in + r->in_at, r->in_size - r->in_at };
	r->in_at = r->in_size;
	return out->n > 0;
}
