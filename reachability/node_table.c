#include "reachability/node_table.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sparse.h"
#include "reachability/provider.h"

/* Whose numbers a page of SPARSE_PAGE numbers has. */
struct node_page {
	const struct provider *provider;
	struct segment *segment; /* NULL: nodes by name */
	struct str account;
	scope_number scope;
	entity_id first;
};

struct node_table {
	struct arena arena;
	struct sparse nodes; /* const struct node *, by number */
	struct buf pages;    /* struct node_page */
	struct intern names;
	struct buf named; /* node_id, by number of the name */
	uint32_t left;    /* numbers by name that the newest page of them has */
	node_id next;     /* the next of those */
};

struct node_table *node_table_new(void)
{
	struct node_table *t = calloc(1, sizeof(*t));

	if (!t) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	arena_init(&t->arena, ARENA_UNLIMITED);
	sparse_init(&t->nodes, sizeof(const struct node *));
	intern_init(&t->names);
	return t;
}

void node_table_free(struct node_table *t)
{
	if (!t)
		return;
	intern_release(&t->names);
	buf_release(&t->named);
	buf_release(&t->pages);
	sparse_release(&t->nodes);
	arena_release(&t->arena);
	free(t);
}

static node_id page_add(struct node_table *t, struct node_page page)
{
	size_t number = VEC_COUNT(&t->pages, struct node_page);

	assert(number < NODE_NONE / SPARSE_PAGE);
	buf_add(&t->pages, &page, sizeof(page));
	return (node_id)number * SPARSE_PAGE;
}

node_id node_table_block(struct node_table *t, const struct provider *provider,
	struct segment *s, scope_number scope, struct str account)
{
	uint32_t count = segment_info(s)->entity_count;
	node_id begin = NODE_NONE;

	for (entity_id first = 0; first < count || begin == NODE_NONE;
		first += SPARSE_PAGE) {
		node_id n = page_add(t, (struct node_page){ .provider = provider,
						.segment = s,
						.account = account,
						.scope = scope,
						.first = first });

		if (begin == NODE_NONE)
			begin = n;
	}
	return begin;
}

static const struct node *keep(struct node_table *t, node_id id, struct node n)
{
	struct node *kept = ARENA_NEW(&t->arena, struct node);

	*kept = n;
	*(const struct node **)sparse_at(&t->nodes, id) = kept;
	return kept;
}

node_id node_table_add(struct node_table *t, struct str name, struct node n)
{
	uint32_t before = intern_count(&t->names), number = intern_add(&t->names, name);
	node_id id;

	if (number < before)
		return VEC_DATA(&t->named, const node_id)[number];
	if (t->left == 0) {
		t->next = page_add(t, (struct node_page){ .scope = SEGMENT_NONE });
		t->left = SPARSE_PAGE;
	}
	t->left--;
	id = t->next++;
	n.key = str_eq(name, n.key) ? intern_get(&t->names, number)
				    : arena_copy(&t->arena, n.key);
	keep(t, id, n);
	VEC_ADD(&t->named, node_id, id);
	return id;
}

node_id node_table_find(const struct node_table *t, struct str name)
{
	uint32_t number = intern_find(&t->names, name);

	return number != INTERN_NONE ? VEC_DATA(&t->named, const node_id)[number]
				     : NODE_NONE;
}

static const struct node *make(struct node_table *t, node_id n)
{
	const struct node_page *page;
	struct str key;
	entity_id id;

	assert(n / SPARSE_PAGE < VEC_COUNT(&t->pages, struct node_page));
	page = &VEC_DATA(&t->pages, const struct node_page)[n / SPARSE_PAGE];
	assert(page->segment);
	id = page->first + n % SPARSE_PAGE;
	assert(id < segment_info(page->segment)->entity_count);
	key = segment_key(page->segment, id, &t->arena);
	return keep(t, n,
		(struct node){ .type = NODE_ENTITY,
			.scope = page->scope,
			.id = id,
			.key = key,
			.account =
				provider_account_of(page->provider, key, page->account),
			.flags = segment_entity(page->segment, id)->flags });
}

struct node_glance node_table_glance(const struct node_table *t, node_id n)
{
	const struct node *const *slot = sparse_get(&t->nodes, n);
	const struct node_page *page =
		&VEC_DATA(&t->pages, const struct node_page)[n / SPARSE_PAGE];
	entity_id id = page->first + n % SPARSE_PAGE;

	if (slot && *slot)
		return (struct node_glance){ (*slot)->scope, (*slot)->id,
			(*slot)->flags };
	return (struct node_glance){ page->scope, id,
		segment_entity(page->segment, id)->flags };
}

const struct node *node_table_get(struct node_table *t, node_id n)
{
	const struct node *const *slot = sparse_get(&t->nodes, n);

	return slot && *slot ? *slot : make(t, n);
}
