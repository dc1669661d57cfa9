#include "graphstore/pages_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "graphstore/walk_priv.h"

#define PAGES_MAGIC      0xbeefc0deu
#define PAGES_VERSION    1u
#define PAGES_FLAG_META  0x08u
#define PAGES_TORN_TRIES 20 /* a writer may be replacing a meta page as we read it */

static int meta_read(
	int fd, unsigned slot, uint32_t page_size, struct pages_meta *out, struct err *e)
{
	struct {
		struct pages_head head;
		struct pages_meta meta;
	} page = { 0 };
	ssize_t n = pread(fd, &page, sizeof(page), (off_t)slot * page_size);

	if (n < 0)
		return err_set(e, ERR_IO, "cannot read data.mdb: %s", strerror(errno));
	*out = page.meta;
	if (n < (ssize_t)sizeof(page) || page.meta.magic != PAGES_MAGIC)
		return err_set(
			e, ERR_CORRUPT, "data.mdb is no store: meta page %u", slot);
	if (page.meta.version != PAGES_VERSION)
		return err_set(e, ERR_FORMAT, "data.mdb has version %u, expected %u",
			page.meta.version, PAGES_VERSION);
	if (page.head.number != slot || !(page.head.flags & PAGES_FLAG_META) ||
		page.meta.txn % 2 != slot)
		return err_set(
			e, ERR_CORRUPT, "data.mdb has a damaged meta page %u", slot);
	return 0;
}

static bool size_is_possible(uint32_t size)
{
	return size >= 256 && size <= 65536 && (size & (size - 1)) == 0;
}

static int metas_read(int fd, struct pages_meta meta[2], struct err *e)
{
	uint64_t low, high;

	if (meta_read(fd, 0, 0, &meta[0], e) < 0)
		return e->code;
	if (!size_is_possible(meta[0].free.pad))
		return err_set(e, ERR_CORRUPT, "data.mdb has pages of %u bytes",
			meta[0].free.pad);
	if (meta_read(fd, 1, meta[0].free.pad, &meta[1], e) < 0)
		return e->code;
	low = meta[0].txn < meta[1].txn ? meta[0].txn : meta[1].txn;
	high = meta[0].txn < meta[1].txn ? meta[1].txn : meta[0].txn;
	if (meta[1].free.pad != meta[0].free.pad || high - low != 1)
		return err_set(e, ERR_CORRUPT,
			"data.mdb has meta pages that do not belong together");
	return 0;
}

static int open_data(const char *directory, struct err *e)
{
	char path[4096];
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/data.mdb", directory) >=
		sizeof(path))
		return err_set(e, ERR_LIMIT, "path is too long: '%s'", directory);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_set(e, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
	return fd;
}

static int walk_init(struct walk *w, int fd, const struct pages_meta *meta, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(e, ERR_IO, "cannot look at data.mdb: %s", strerror(errno));
	*w = (struct walk){ .fd = fd,
		.page_size = meta->free.pad,
		.page_count = meta->last_page + 1,
		.file_pages = (uint64_t)st.st_size / meta->free.pad };
	return 0;
}

/* Every page that the commit reaches, each once. */
static int walk_all(struct walk *w, const struct pages_meta *meta, struct err *e)
{
	int rc;

	w->used = calloc(1, (size_t)(w->page_count / 8 + 1));
	if (!w->used) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	rc = walk_main(w, &meta->main, e);
	if (rc == 0)
		rc = walk_free(w, &meta->free, e);
	free(w->used);
	w->used = NULL;
	return rc;
}

/*
 * LMDB may count pages at the end that it never wrote, because it had no use for them. A
 * file that is shorter than it says is therefore whole when nothing points behind its
 * end.
 */
static int newest_check(int fd, const struct pages_meta *meta, struct err *e)
{
	struct walk w;

	if (walk_init(&w, fd, meta, e) < 0)
		return e->code;
	if (w.page_count / 2 > w.file_pages)
		return err_set(e, ERR_CORRUPT, "data.mdb is cut: %llu pages of %llu",
			(unsigned long long)w.file_pages,
			(unsigned long long)w.page_count);
	if (w.page_count > w.file_pages && walk_all(&w, meta, e) < 0)
		return err_wrap(e, "data.mdb is cut: %llu pages of %llu",
			(unsigned long long)w.file_pages,
			(unsigned long long)w.page_count);
	return walk_main(&w, &meta->main, e);
}

int pages_preopen(const char *directory, struct err *e)
{
	const struct timespec pause = { 0, 5000000 };
	struct pages_meta meta[2] = { 0 }, last[2];
	int fd = open_data(directory, e), rc = -1;

	if (fd < 0)
		return fd;
	for (int i = 0; rc != 0 && i < PAGES_TORN_TRIES; i++) {
		if (i > 1 && memcmp(meta, last, sizeof(meta)) == 0)
			break;
		if (i > 0)
			nanosleep(&pause, NULL);
		memcpy(last, meta, sizeof(meta));
		rc = metas_read(fd, meta, e);
		if (rc == 0)
			rc = newest_check(fd, &meta[meta[1].txn > meta[0].txn], e);
	}
	close(fd);
	return rc;
}

int pages_check(const char *directory, uint64_t txn, struct err *e)
{
	const struct timespec pause = { 0, 5000000 };
	struct pages_meta meta[2];
	struct walk w;
	int fd = open_data(directory, e), rc;

	if (fd < 0)
		return fd;
	rc = metas_read(fd, meta, e);
	for (int i = 0; rc != 0 && i < PAGES_TORN_TRIES; i++) {
		nanosleep(&pause, NULL);
		rc = metas_read(fd, meta, e);
	}
	if (rc == 0 && meta[txn % 2].txn != txn) {
		close(fd);
		return 0;
	}
	if (rc == 0)
		rc = walk_init(&w, fd, &meta[txn % 2], e);
	if (rc == 0 && w.page_count / 2 > w.file_pages)
		rc = err_set(e, ERR_CORRUPT, "data.mdb is cut");
	if (rc == 0)
		rc = walk_all(&w, &meta[txn % 2], e);
	close(fd);
	return rc == 0 ? 1 : rc;
}
