#include "graphstore/walk_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

#define WALK_BRANCH   0x01u
#define WALK_LEAF     0x02u
#define WALK_OVERFLOW 0x04u
#define WALK_KINDS    0x6fu

#define WALK_NODE_BIG   0x01u /* the value lies on overflow pages */
#define WALK_NODE_TABLE 0x02u /* the value is a tree */
#define WALK_NODE_DUP   0x04u
#define WALK_NODE_HEAD  8u
#define WALK_PAGE_HEAD  16u
#define WALK_DEPTH_MAX  32u
#define WALK_NO_PAGE    UINT64_MAX

/* One tree on its way: counts to compare, and the key that the next one must exceed. */
struct tree {
	struct walk *walk;
	const struct pages_tree *expected;
	uint64_t branches, leaves, overflows, entries;
	bool integer_keys;
	/* What to do with a leaf's value. */
	int (*value)(struct tree *t, struct str value, unsigned flags, struct err *e);
	char last[WALK_KEY_MAX];
	size_t last_size;
	bool last_set, last_allowed; /* allowed: the next key may equal it */
};

struct node {
	struct str key, value; /* of a branch: no value */
	uint64_t page; /* of a branch: the child; of a big value: its first page */
	uint64_t size; /* of the value */
	unsigned flags;
};

static void *memory(size_t size)
{
	void *p = calloc(1, size);

	if (!p) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	return p;
}

static int page_err(struct err *e, uint64_t page, const char *what)
{
	return err_set(e, ERR_CORRUPT, "page %llu: %s", (unsigned long long)page, what);
}

/* Note that pages [page, page + count) are in use. */
static int mark(struct walk *w, uint64_t page, uint64_t count, struct err *e)
{
	for (uint64_t i = page; w->used && i < page + count; i++) {
		uint8_t bit = (uint8_t)(1u << (i % 8));

		if (w->used[i / 8] & bit)
			return page_err(e, i, "used twice");
		w->used[i / 8] |= bit;
	}
	return 0;
}

/* The same for pages that must be in the file. */
static int claim(struct walk *w, uint64_t page, uint64_t count, struct err *e)
{
	uint64_t limit = w->file_pages < w->page_count ? w->file_pages : w->page_count;

	if (page < 2 || page >= limit || count > limit - page)
		return page_err(e, page, "outside of the file");
	return mark(w, page, count, e);
}

static int read_bytes(const struct walk *w, void *out, size_t size, uint64_t page,
	size_t skip, struct err *e)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = pread(w->fd, (char *)out + done, size - done,
			(off_t)(page * w->page_size + skip + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_IO, "cannot read page %llu: %s",
				(unsigned long long)page, strerror(errno));
		if (n == 0)
			return page_err(e, page, "behind the end of the file");
		done += (size_t)n;
	}
	return 0;
}

static int head_check(const struct walk *w, const struct pages_head *head, uint64_t page,
	unsigned kind, struct err *e)
{
	if (head->number != page)
		return page_err(e, page, "has another number");
	if ((head->flags & WALK_KINDS) != kind)
		return page_err(e, page, "is of another kind");
	if (head->lower < WALK_PAGE_HEAD || head->lower > head->upper ||
		head->upper > w->page_size || head->lower % 2 != 0)
		return page_err(e, page, "has a damaged head");
	return 0;
}

/* Node i of a page, checked to lie inside it. */
static int node_read(const struct walk *w, const char *bytes, unsigned i,
	struct node *out, struct err *e)
{
	struct pages_head head;
	uint16_t offset, field[4];
	size_t size, room;

	memcpy(&head, bytes, sizeof(head));
	memcpy(&offset, bytes + WALK_PAGE_HEAD + 2 * (size_t)i, sizeof(offset));
	if (offset < head.upper || offset + WALK_NODE_HEAD > w->page_size)
		return page_err(e, head.number, "has a node outside of it");
	memcpy(field, bytes + offset, sizeof(field));
	room = w->page_size - offset - WALK_NODE_HEAD;
	if (field[3] > room || field[3] > WALK_KEY_MAX)
		return page_err(e, head.number, "has a key outside of it");
	out->key = (struct str){ bytes + offset + WALK_NODE_HEAD, field[3] };
	out->value = (struct str){ out->key.p + out->key.n, 0 };
	out->flags = 0;
	out->page = field[0] | (uint64_t)field[1] << 16 | (uint64_t)field[2] << 32;
	if (head.flags & WALK_BRANCH)
		return 0;
	out->flags = field[2];
	out->size = size = field[0] | (uint32_t)field[1] << 16;
	if (out->flags & WALK_NODE_BIG)
		size = sizeof(out->page);
	if (size > room - field[3])
		return page_err(e, head.number, "has a value outside of it");
	out->value.n = size;
	if (out->flags & WALK_NODE_BIG)
		memcpy(&out->page, out->value.p, sizeof(out->page));
	return 0;
}

static int compare_keys(const struct tree *t, struct str a, struct str b)
{
	uint64_t x, y;

	if (!t->integer_keys || a.n != sizeof(x) || b.n != sizeof(y))
		return str_cmp(a, b);
	memcpy(&x, a.p, sizeof(x));
	memcpy(&y, b.p, sizeof(y));
	return (x > y) - (x < y);
}

/* Keys ascend over the whole tree; what a branch says bounds what is below it. */
static int key_check(
	struct tree *t, struct str key, bool is_leaf, uint64_t page, struct err *e)
{
	int order = t->last_set
			    ? compare_keys(t, (struct str){ t->last, t->last_size }, key)
			    : -1;

	if (order > 0 || (order == 0 && !(is_leaf && t->last_allowed)))
		return page_err(e, page, "has keys out of order");
	memcpy(t->last, key.p, key.n);
	t->last_size = key.n;
	t->last_set = true;
	t->last_allowed = !is_leaf;
	return 0;
}

/* Check the overflow pages of a value; they are one run. */
static int overflow_check(struct tree *t, const struct node *n, struct err *e)
{
	struct walk *w = t->walk;
	uint64_t count = (WALK_PAGE_HEAD + n->size + w->page_size - 1) / w->page_size;
	struct pages_head head;
	uint32_t have;

	if (claim(w, n->page, count, e) < 0 ||
		read_bytes(w, &head, sizeof(head), n->page, 0, e) < 0)
		return e->code;
	have = head.lower | (uint32_t)head.upper << 16;
	if (head.number != n->page || (head.flags & WALK_KINDS) != WALK_OVERFLOW ||
		have != count)
		return page_err(e, n->page, "is not the overflow page expected here");
	t->overflows += count;
	return 0;
}

static int leaf_value(struct tree *t, const struct node *n, uint64_t page, struct err *e)
{
	struct str value = n->value;
	char *big = NULL;
	int rc;

	if (n->flags & WALK_NODE_DUP)
		return page_err(e, page, "has duplicates, which no table of ours has");
	if (!(n->flags & WALK_NODE_BIG))
		return t->value ? t->value(t, value, n->flags, e) : 0;
	if (t->walk->used && overflow_check(t, n, e) < 0)
		return e->code;
	if (!t->value)
		return 0;
	big = memory(n->size);
	rc = read_bytes(t->walk, big, n->size, n->page, WALK_PAGE_HEAD, e);
	if (rc == 0)
		rc = t->value(t, (struct str){ big, n->size }, n->flags, e);
	free(big);
	return rc;
}

static int leaf_walk(
	struct tree *t, const char *bytes, unsigned count, uint64_t page, struct err *e)
{
	struct node n;

	t->leaves++;
	t->entries += count;
	for (unsigned i = 0; i < count; i++) {
		if (node_read(t->walk, bytes, i, &n, e) < 0 ||
			key_check(t, n.key, true, page, e) < 0 ||
			leaf_value(t, &n, page, e) < 0)
			return e->code;
	}
	return 0;
}

/* Recursion as deep as the tree, at most WALK_DEPTH_MAX. */
static int page_walk(struct tree *t, uint64_t page, unsigned depth, struct err *e)
{
	unsigned kind = depth == t->expected->depth ? WALK_LEAF : WALK_BRANCH, count;
	struct pages_head head;
	struct node n;
	char *bytes;

	if (claim(t->walk, page, 1, e) < 0)
		return e->code;
	bytes = memory(t->walk->page_size);
	if (read_bytes(t->walk, bytes, t->walk->page_size, page, 0, e) < 0)
		goto fail;
	memcpy(&head, bytes, sizeof(head));
	if (head_check(t->walk, &head, page, kind, e) < 0)
		goto fail;
	count = (head.lower - WALK_PAGE_HEAD) / 2;
	if (kind == WALK_LEAF && leaf_walk(t, bytes, count, page, e) < 0)
		goto fail;
	t->branches += kind == WALK_BRANCH;
	for (unsigned i = 0; kind == WALK_BRANCH && i < count; i++) {
		if (node_read(t->walk, bytes, i, &n, e) < 0 ||
			(i > 0 && key_check(t, n.key, false, page, e) < 0) ||
			page_walk(t, n.page, depth + 1, e) < 0)
			goto fail;
	}
	free(bytes);
	return 0;
fail:
	free(bytes);
	return e->code;
}

static int tree_walk(struct tree *t, struct err *e)
{
	const struct pages_tree *expected = t->expected;

	if (expected->root == WALK_NO_PAGE)
		return expected->entries == 0
			       ? 0
			       : err_set(e, ERR_CORRUPT, "a table lost its pages");
	if (expected->depth == 0 || expected->depth > WALK_DEPTH_MAX)
		return page_err(e, expected->root, "begins a tree of a wrong depth");
	if (page_walk(t, expected->root, 1, e) < 0)
		return e->code;
	if (t->walk->used &&
		(t->branches != expected->branches || t->leaves != expected->leaves ||
			t->overflows != expected->overflows ||
			t->entries != expected->entries))
		return page_err(e, expected->root, "begins a tree with other counts");
	return 0;
}

/* Only the first page of a table: enough for LMDB to open it. */
static int root_check(struct walk *w, const struct pages_tree *tree, struct err *e)
{
	struct pages_head head;
	unsigned kind = tree->depth == 1 ? WALK_LEAF : WALK_BRANCH;

	if (tree->root == WALK_NO_PAGE)
		return 0;
	if (claim(w, tree->root, 1, e) < 0 ||
		read_bytes(w, &head, sizeof(head), tree->root, 0, e) < 0)
		return e->code;
	return head_check(w, &head, tree->root, kind, e);
}

static int table_value(struct tree *t, struct str value, unsigned flags, struct err *e)
{
	struct pages_tree expected;
	struct tree table = { .walk = t->walk, .expected = &expected };

	if (!(flags & WALK_NODE_TABLE) || value.n != sizeof(expected))
		return err_set(e, ERR_CORRUPT, "the table of tables is damaged");
	memcpy(&expected, value.p, sizeof(expected));
	if (expected.flags != 0)
		return err_set(e, ERR_CORRUPT, "a table has flags %x", expected.flags);
	return t->walk->used ? tree_walk(&table, e) : root_check(t->walk, &expected, e);
}

int walk_main(struct walk *w, const struct pages_tree *tree, struct err *e)
{
	struct tree t = { .walk = w, .expected = tree, .value = table_value };

	return tree_walk(&t, e);
}

/* A count, then so many page numbers. */
static int free_value(struct tree *t, struct str value, unsigned flags, struct err *e)
{
	uint64_t count, page;

	(void)flags;
	if (value.n < sizeof(count))
		return err_set(e, ERR_CORRUPT, "the list of free pages is damaged");
	memcpy(&count, value.p, sizeof(count));
	if (count > value.n / sizeof(page) - 1)
		return err_set(e, ERR_CORRUPT, "the list of free pages is damaged");
	for (uint64_t i = 1; i <= count; i++) {
		memcpy(&page, value.p + i * sizeof(page), sizeof(page));
		if (page < 2 || page >= t->walk->page_count)
			return page_err(e, page, "is free and outside of the file");
		if (mark(t->walk, page, 1, e) < 0)
			return err_wrap(e, "list of free pages");
	}
	return 0;
}

int walk_free(struct walk *w, const struct pages_tree *tree, struct err *e)
{
	struct tree t = {
		.walk = w, .expected = tree, .integer_keys = true, .value = free_value
	};

	return tree_walk(&t, e);
}
