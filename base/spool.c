#include "base/spool.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct spool {
	pthread_mutex_t mutex;
	char *directory;
	size_t memory_max, held;
	int file;
	uint64_t file_size;
};

void spool_new(struct spool **out, const char *directory, size_t memory_max)
{
	struct spool *s = calloc(1, sizeof(*s));

	if (!s || pthread_mutex_init(&s->mutex, NULL) != 0)
		abort();
	s->directory = strdup(directory);
	if (!s->directory)
		abort();
	s->memory_max = memory_max;
	s->file = -1;
	*out = s;
}

void spool_free(struct spool *s)
{
	if (!s)
		return;
	if (s->file >= 0)
		close(s->file);
	pthread_mutex_destroy(&s->mutex);
	free(s->directory);
	free(s);
}

/* A file without a name; by way of a name where the file system knows no other. */
static int open_file(struct spool *s, struct err *e)
{
	struct buf name = { 0 };

	s->file = open(s->directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (s->file >= 0)
		return 0;
	buf_printf(&name, "%s/.ingest-XXXXXX", s->directory);
	buf_add_char(&name, '\0');
	s->file = mkostemp(name.p, O_CLOEXEC);
	if (s->file >= 0)
		unlink(name.p);
	buf_release(&name);
	if (s->file < 0)
		return err_set(e, ERR_IO, "cannot create a temporary file in '%s': %s",
			s->directory, strerror(errno));
	return 0;
}

static int write_all(
	const struct spool *s, struct str bytes, uint64_t offset, struct err *e)
{
	while (bytes.n > 0) {
		ssize_t n = pwrite(s->file, bytes.p, bytes.n, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(e, ERR_IO,
				"cannot write a temporary file in '%s': %s", s->directory,
				n < 0 ? strerror(errno) : "no progress");
		bytes = str_skip(bytes, (size_t)n);
		offset += (uint64_t)n;
	}
	return 0;
}

/* Take room: in memory (1), in the file (0), or none. */
static int reserve(struct spool *s, struct spool_place *place, struct err *e)
{
	int rc = 0;

	pthread_mutex_lock(&s->mutex);
	if (place->size <= s->memory_max && s->held <= s->memory_max - place->size) {
		s->held += place->size;
		rc = 1;
	} else if (s->file < 0) {
		rc = open_file(s, e);
	}
	if (rc == 0) {
		place->offset = s->file_size;
		s->file_size += place->size;
	}
	pthread_mutex_unlock(&s->mutex);
	return rc;
}

int spool_append(
	struct spool *s, struct str bytes, struct spool_place *out, struct err *e)
{
	int rc;

	*out = (struct spool_place){ .size = bytes.n };
	if (bytes.n == 0)
		return 0;
	rc = reserve(s, out, e);
	if (rc <= 0)
		return rc < 0 ? rc : write_all(s, bytes, out->offset, e);
	out->memory = malloc(bytes.n);
	if (!out->memory)
		abort();
	memcpy(out->memory, bytes.p, bytes.n);
	return 0;
}

int spool_read_part(struct spool *s, const struct spool_place *place,
	struct spool_part part, struct buf *buffer, struct str *out, struct err *e)
{
	size_t done = 0;

	assert(part.offset <= place->size && part.size <= place->size - part.offset);
	*out = (struct str){ place->memory ? place->memory + part.offset : NULL,
		part.size };
	if (place->memory || part.size == 0)
		return 0;
	buf_clear(buffer);
	buf_reserve(buffer, part.size);
	while (done < part.size) {
		ssize_t n = pread(s->file, buffer->p + done, part.size - done,
			(off_t)(place->offset + part.offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(e, ERR_IO,
				"cannot read a temporary file in '%s': %s", s->directory,
				n < 0 ? strerror(errno) : "it is shorter than written");
		done += (size_t)n;
	}
	buffer->n = done;
	*out = buf_str(buffer);
	return 0;
}

int spool_read(struct spool *s, const struct spool_place *place, struct buf *buffer,
	struct str *out, struct err *e)
{
	const struct spool_part whole = { 0, place->size };

	return spool_read_part(s, place, whole, buffer, out, e);
}

void spool_forget(struct spool *s, struct spool_place *place)
{
	if (place->memory) {
		pthread_mutex_lock(&s->mutex);
		s->held -= place->size;
		pthread_mutex_unlock(&s->mutex);
		free(place->memory);
	}
	*place = (struct spool_place){ 0 };
}
