#include "reachability/ancestry.h"

#include <stdlib.h>

#include "base/limits.h"
#include "reachability/provider.h"

struct ancestry_cache {
	struct world *world;
	struct buf chains;  /* const struct ancestry *, by node */
	struct buf parents; /* struct parent, by node */
};

struct parent {
	node_id node; /* or NODE_NONE */
	bool known;
	bool skips; /* there may be more between the two */
};

struct ancestry_cache *ancestry_cache_new(struct world *w)
{
	struct ancestry_cache *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->world = w;
	return c;
}

void ancestry_cache_free(struct ancestry_cache *c)
{
	if (!c)
		return;
	buf_release(&c->chains);
	buf_release(&c->parents);
	free(c);
}

/* The container that an entity of a segment names; empty: none. */
static struct str named_parent(struct world *w, struct segment *s, entity_id id)
{
	entity_id parent = segment_entity(s, id)->parent;

	return parent == SEGMENT_NONE ? (struct str){ 0 }
				      : segment_key(s, parent, world_arena(w));
}

/*
 * What the scope that its scope lies in says of a scope's own container, which does not
 * say it itself.
 */
static int listed_parent(struct str *out, bool *skips, struct world *w, struct segment *s,
	struct str key, struct err *e)
{
	struct str parent = segment_info(s)->parent;
	scope_number scope;
	struct segment *above;
	entity_id id;
	int rc;

	if (parent.n == 0 || !str_eq(segment_info(s)->key, key))
		return 0;
	rc = snapshot_find_scope(&scope, world_snapshot(w), parent, e);
	if (rc <= 0)
		return rc;
	if (world_segment(&above, w, scope, e) < 0)
		return e->code;
	id = segment_find(above, key);
	if (id < segment_info(above)->entity_count)
		*out = named_parent(w, above, id);
	*skips = id >= segment_info(above)->entity_count;
	if (*skips)
		*out = segment_info(above)->key;
	return 0;
}

static int parent_find(struct parent *out, struct world *w, node_id n, struct err *e)
{
	const struct node *node = world_node(w, n);
	const struct provider *p = provider_of_node(w, n);
	struct segment *s = world_node_segment(w, n);
	struct str key = { 0 };

	*out = (struct parent){ .node = NODE_NONE, .known = true };
	if (!p->inherits || p->is_top(node))
		return 0;
	if (s) {
		key = named_parent(w, s, node->id);
		if (key.n == 0 &&
			listed_parent(&key, &out->skips, w, s, node->key, e) < 0)
			return e->code;
	}
	if (key.n == 0)
		key = p->above(node->key, world_arena(w));
	if (key.n == 0)
		return 0;
	return world_node_of_key(&out->node, w, key, e);
}

static int parent_of(
	struct parent *out, struct ancestry_cache *c, node_id n, struct err *e)
{
	while (VEC_COUNT(&c->parents, struct parent) <= n)
		VEC_ADD(&c->parents, struct parent, { 0 });
	*out = VEC_DATA(&c->parents, struct parent)[n];
	if (out->known)
		return 0;
	if (parent_find(out, c->world, n, e) < 0)
		return e->code;
	VEC_DATA(&c->parents, struct parent)[n] = *out;
	return 0;
}

int ancestry_parent(node_id *out, struct ancestry_cache *c, node_id n, struct err *e)
{
	struct parent up;

	if (parent_of(&up, c, n, e) < 0)
		return e->code;
	*out = up.node;
	return 0;
}

static int chain_make(
	struct ancestry *out, struct ancestry_cache *c, node_id n, struct err *e)
{
	struct world *w = c->world;
	const struct provider *p = provider_of_node(w, n);
	node_id chain[LIMIT_CONTAINERS], at = n, up;
	struct parent parent;
	node_id *copy;

	for (;;) {
		if (parent_of(&parent, c, at, e) < 0)
			return e->code;
		up = parent.node;
		if (up == NODE_NONE)
			break;
		out->open |= parent.skips;
		out->loose |= parent.skips && at == n;
		for (uint32_t i = 0; i < out->count; i++) {
			if (chain[i] == up)
				up = n;
		}
		if (up == n)
			return err_set(e, ERR_FORMAT, "container '%.*s' lies in itself",
				STR_ARG(world_node(w, at)->key));
		if (out->count == LIMIT_CONTAINERS)
			return err_set(e, ERR_LIMIT,
				"'%.*s' lies in more than LIMIT_CONTAINERS (%u) containers",
				STR_ARG(world_node(w, n)->key), LIMIT_CONTAINERS);
		chain[out->count++] = up;
		at = up;
	}
	if (p->inherits && !p->is_top(world_node(w, at))) {
		out->open = true;
		out->loose |= out->count == 0;
	}
	copy = ARENA_NEW_ARRAY(world_arena(w), node_id, out->count + 1);
	memcpy(copy, chain, out->count * sizeof(*chain));
	out->nodes = copy;
	return 0;
}

int ancestry_of(
	const struct ancestry **out, struct ancestry_cache *c, node_id n, struct err *e)
{
	struct ancestry *made;

	while (VEC_COUNT(&c->chains, struct ancestry *) <= n)
		VEC_ADD(&c->chains, struct ancestry *, NULL);
	*out = VEC_DATA(&c->chains, struct ancestry *)[n];
	if (*out)
		return 0;
	made = ARENA_NEW(world_arena(c->world), struct ancestry);
	if (chain_make(made, c, n, e) < 0)
		return e->code;
	VEC_DATA(&c->chains, struct ancestry *)[n] = made;
	*out = made;
	return 0;
}

static bool scope_add(void *ctx, scope_number scope)
{
	VEC_ADD((struct buf *)ctx, scope_number, scope);
	return true;
}

static void place_add(void *ctx, scope_number scope)
{
	VEC_ADD((struct buf *)ctx, scope_number, scope);
}

int ancestry_scopes(struct buf *out, struct world *w, node_id container, struct err *e)
{
	const struct node *n = world_node(w, container);
	struct segment *s = world_node_segment(w, container);
	struct str text =
		arena_printf(world_arena(w), SEGMENT_ABOVE "%.*s", STR_ARG(n->key));

	if (snapshot_links(world_snapshot(w), text, scope_add, out, e) < 0 ||
		snapshot_each_place(world_snapshot(w), n->key, place_add, out, e) < 0)
		return e->code;
	if (!s || !str_eq(segment_info(s)->key, n->key))
		return 0;
	text = arena_printf(
		world_arena(w), SEGMENT_ABOVE "%.*s", STR_ARG(segment_info(s)->scope));
	return snapshot_links(world_snapshot(w), text, scope_add, out, e);
}

/* The first entry of the coverage, which ascends by it, that is about `what`. */
static uint32_t coverage_begin(const struct segment *s, struct str what)
{
	const struct segment_coverage *c = segment_coverages(s);
	uint32_t low = 0, high = segment_info(s)->coverage_count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (str_cmp(segment_str(s, c[mid].what), what) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool coverage_is(const struct segment *s, uint32_t i, struct str what)
{
	return i < segment_info(s)->coverage_count &&
	       str_eq(segment_str(s, segment_coverages(s)[i].what), what);
}

enum coverage_state ancestry_coverage(struct world *w, node_id n, struct str what)
{
	struct segment *s = world_node_segment(w, n);
	enum coverage_state out = COVERAGE_ABSENT;
	const struct segment_coverage *c;
	entity_id id;

	if (!s)
		return out;
	c = segment_coverages(s);
	id = world_node(w, n)->id;
	/* What is said of the scope, then what is said of the node itself. */
	for (int own = 0; own < 2; own++) {
		for (uint32_t i = coverage_begin(s, what); coverage_is(s, i, what); i++) {
			if (own ? !segment_coverage_has(s, i, id) : !c[i].whole)
				continue;
			out = (enum coverage_state)c[i].state;
			if (out == COVERAGE_REFUSED || out == COVERAGE_PARTIAL)
				return out;
		}
	}
	return out;
}

bool ancestry_speaks_of(const struct segment *s, entity_id id, struct str what)
{
	for (uint32_t i = coverage_begin(s, what); coverage_is(s, i, what); i++) {
		if (segment_coverage_has(s, i, id))
			return true;
	}
	return false;
}

bool ancestry_speaks(struct world *w, node_id n, struct str what)
{
	struct segment *s = world_node_segment(w, n);

	return s && ancestry_speaks_of(s, world_node(w, n)->id, what);
}
