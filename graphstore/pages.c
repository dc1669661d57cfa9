#include "graphstore/pages_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGES_MAGIC      0xbeefc0deu
#define PAGES_VERSION    1u
#define PAGES_FLAG_META  0x08u
#define PAGES_TORN_TRIES 20 /* a writer may be replacing a meta page as we read it */

struct page_head {
	uint64_t number;
	uint16_t pad, flags;
	uint16_t lower, upper;
};

struct page_tree {
	uint32_t pad; /* of the first tree of a meta page: the page size */
	uint16_t flags, depth;
	uint64_t branches, leaves, overflows, entries;
	uint64_t root;
};

struct page_meta {
	uint32_t magic, version;
	uint64_t address, map_size;
	struct page_tree free, main;
	uint64_t last_page, txn;
};

static int meta_read(
	int fd, unsigned slot, uint32_t page_size, struct page_meta *out, struct err *e)
{
	struct {
		struct page_head head;
		struct page_meta meta;
	} page;
	ssize_t n = pread(fd, &page, sizeof(page), (off_t)slot * page_size);

	if (n < 0)
		return err_set(e, ERR_IO, "cannot read data.mdb: %s", strerror(errno));
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
	*out = page.meta;
	return 0;
}

static bool size_is_possible(uint32_t size)
{
	return size >= 256 && size <= 65536 && (size & (size - 1)) == 0;
}

static int metas_read(int fd, struct page_meta meta[2], struct err *e)
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

static int size_check(int fd, const struct page_meta *meta, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(e, ERR_IO, "cannot look at data.mdb: %s", strerror(errno));
	if (meta->last_page >= (uint64_t)st.st_size / meta->free.pad)
		return err_set(e, ERR_CORRUPT,
			"data.mdb is cut: %lld bytes, %llu pages of %u expected",
			(long long)st.st_size, (unsigned long long)meta->last_page + 1,
			meta->free.pad);
	return 0;
}

int pages_preopen(const char *directory, struct err *e)
{
	const struct timespec pause = { 0, 5000000 };
	struct page_meta meta[2];
	char path[4096];
	int fd, rc = -1;

	if ((size_t)snprintf(path, sizeof(path), "%s/data.mdb", directory) >=
		sizeof(path))
		return err_set(e, ERR_LIMIT, "path is too long: '%s'", directory);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_set(e, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
	for (int i = 0; rc != 0 && i < PAGES_TORN_TRIES; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		rc = metas_read(fd, meta, e);
		if (rc == 0)
			rc = size_check(fd, &meta[meta[1].txn > meta[0].txn], e);
	}
	close(fd);
	return rc;
}
