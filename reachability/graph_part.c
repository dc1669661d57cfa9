#include "reachability/graph_part.h"

#include <stdlib.h>

#include "graphstore/hops.h"
#include "reachability/hop_change.h"
#include "reachability/hop_index.h"
#include "reachability/hop_kin.h"
#include "reachability/imagined.h"
#include "reachability/rule.h"

/* What is known of a scope's parts. */
struct scope_parts {
	bool known;
	struct graph_part **parts;
	uint32_t count;
};

struct graph_parts {
	struct world *world;
	bool forbidden, asked, usable;
	bool looked, whole;         /* graph_parts_whole */
	struct scope_parts *scopes; /* per scope */
	const struct str *changes;  /* per scope, see graph_parts_set_changes */
	uint32_t marks;             /* given out so far */
};

struct graph_parts *graph_parts_new(struct world *w)
{
	struct graph_parts *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->world = w;
	return p;
}

void graph_parts_free(struct graph_parts *p)
{
	free(p);
}

void graph_parts_forbid(struct graph_parts *p)
{
	p->forbidden = true;
}

void graph_parts_set_changes(struct graph_parts *p, const struct str *parts)
{
	p->changes = parts;
}

/* --- opening --- */

static int usable(bool *out, struct graph_parts *p, struct err *e)
{
	if (!p->asked) {
		p->asked = true;
		if (!p->forbidden && hop_index_is_usable(&p->usable, p->world, e) < 0)
			return e->code;
		if (p->usable)
			p->scopes = ARENA_NEW_ARRAY(world_arena(p->world),
				struct scope_parts, world_scope_count(p->world) + 1);
	}
	*out = p->usable;
	return 0;
}

static int part_open(struct graph_part *out, struct graph_parts *p, scope_number scope,
	struct str bytes, struct err *e)
{
	struct arena *arena = world_arena(p->world);
	struct hop_part *h = &out->part;
	struct segment *s;

	if (world_segment(&s, p->world, scope, e) < 0 || hop_part_open(h, bytes, e) < 0)
		return e->code;
	if (h->entity_count != segment_info(s)->entity_count ||
		h->rule_count != rules_count(world_rules(p->world)))
		return err_set(
			e, ERR_CORRUPT, "a part of the hop index is of other data");
	out->scope = scope;
	out->begin = h->words[HOP_PART_RANGE][HOP_PART_BEGIN];
	out->end = h->words[HOP_PART_RANGE][HOP_PART_END];
	out->mark = p->marks;
	p->marks += 4 * h->list_count + GRAPH_PART_CLASS_MARKS * h->class_count +
		    h->hub_count + h->set_count;
	out->nodes = ARENA_NEW_ARRAY(arena, node_id, h->ref_count + 1);
	out->exprs = (struct expr_reader){ .pool = world_pool(p->world),
		.begins = h->words[HOP_PART_EXPR_BEGINS],
		.words = h->words[HOP_PART_EXPR_WORDS],
		.count = h->counts[HOP_PART_EXPR_BEGINS] - 1,
		.word_count = h->counts[HOP_PART_EXPR_WORDS],
		.texts = h->words[HOP_PART_TEXTS],
		.text_count = h->counts[HOP_PART_TEXTS] - 1,
		.heap = { (const char *)h->words[HOP_PART_HEAP],
			h->counts[HOP_PART_HEAP] } };
	out->exprs.made = arena_alloc(arena, (out->exprs.count + 1) * sizeof(expr));
	memset(out->exprs.made, 0xff, (out->exprs.count + 1) * sizeof(expr));
	return 0;
}

static int scope_open(struct scope_parts **out, struct graph_parts *p, scope_number scope,
	struct err *e)
{
	struct scope_parts *here = &p->scopes[scope];
	struct buf parts = { 0 };
	int rc = 1;

	*out = here;
	if (here->known)
		return 0;
	for (uint32_t i = 0; rc == 1; i++) {
		struct hops_name name = { HOPS_PART, scope, i };
		struct graph_part *part;
		struct str bytes;

		rc = hops_get(&bytes, world_snapshot(p->world), name, e);
		if (rc != 1)
			break;
		part = ARENA_NEW(world_arena(p->world), struct graph_part);
		if (part_open(part, p, scope, bytes, e) < 0)
			rc = e->code;
		VEC_ADD(&parts, struct graph_part *, part);
	}
	here->known = rc == 0;
	here->count = (uint32_t)VEC_COUNT(&parts, struct graph_part *);
	here->parts = world_keep(p->world, &parts);
	return rc;
}

/* --- refs and nodes --- */

/* The words of struct imagined: base, yields, resource, rule, groups, group... */
static int imagined_make(node_id *out, struct graph_parts *p, struct graph_part *part,
	uint32_t at, struct err *e)
{
	const struct rules *rules = world_rules(p->world);
	const uint32_t *v = part->part.words[HOP_PART_MORE] + at;
	uint64_t count = part->part.counts[HOP_PART_MORE];
	node_id n;

	if ((uint64_t)at + 5 > count || (uint64_t)at + 5 + v[4] > count ||
		(v[3] != HOP_PART_NONE && v[3] >= rules_count(rules)))
		return err_set(e, ERR_CORRUPT, "the hop index imagines what it has not");
	if (graph_part_node(out, p, part, v[0], e) < 0)
		return e->code;
	*out = imagined_identity(p->world, *out, v[1]);
	for (uint32_t i = 0; i < v[4]; i++) {
		if (graph_part_node(&n, p, part, v[5 + i], e) < 0)
			return e->code;
		*out = imagined_member(p->world, *out, n);
	}
	if (v[2] == HOP_PART_NONE || v[3] == HOP_PART_NONE)
		return 0;
	if (graph_part_node(&n, p, part, v[2], e) < 0)
		return e->code;
	*out = imagined_opener(p->world, *out, n, rules_get(rules, v[3]));
	return 0;
}

static int other_make(node_id *out, struct graph_parts *p, struct graph_part *part,
	uint32_t ref, struct err *e)
{
	const struct hop_part_other *other =
		hop_part_other(&part->part, ref - part->part.entity_count);
	struct str key = hop_part_text(&part->part, other->key);

	if (other->type == HOP_PART_ENTITY)
		return world_node_of_key(out, p->world, key, e);
	if (other->type == HOP_PART_IMAGINED)
		return imagined_make(out, p, part, other->account, e);
	*out = world_node_virtual(p->world, (enum node_type)other->type, key,
		hop_part_text(&part->part, other->account));
	return 0;
}

int graph_part_node(node_id *out, struct graph_parts *p, struct graph_part *part,
	uint32_t ref, struct err *e)
{
	if (ref >= part->part.ref_count)
		return err_set(e, ERR_CORRUPT, "the hop index has no node %u", ref);
	if (part->nodes[ref] == 0) {
		node_id n;

		if (ref < part->part.entity_count)
			n = world_node_entity(p->world, part->scope, ref);
		else if (other_make(&n, p, part, ref, e) < 0)
			return e->code;
		part->nodes[ref] = n + 1;
	}
	*out = part->nodes[ref] - 1;
	return 0;
}

static int compare_named(const void *a, const void *b)
{
	const struct graph_named *x = a, *y = b;

	return (x->node > y->node) - (x->node < y->node);
}

static int imagined_load(struct graph_parts *p, struct graph_part *part, struct err *e)
{
	const struct hop_part *h = &part->part;
	struct buf all = { 0 };
	int rc = 0;

	for (uint32_t i = h->entity_count; i < h->ref_count && rc == 0; i++) {
		struct graph_named one = { .ref = i };

		if (hop_part_other(h, i - h->entity_count)->type != HOP_PART_IMAGINED)
			continue;
		rc = graph_part_node(&one.node, p, part, i, e);
		buf_add(&all, &one, sizeof(one));
	}
	part->imagined_count = (uint32_t)VEC_COUNT(&all, struct graph_named);
	if (part->imagined_count > 0)
		qsort(all.p, part->imagined_count, sizeof(struct graph_named),
			compare_named);
	part->imagined = world_keep(p->world, &all);
	return rc;
}

static int imagined_find(uint32_t *out, struct graph_parts *p, struct graph_part *part,
	node_id n, struct err *e)
{
	const struct graph_named key = { .node = n }, *found;

	if (!part->imagined && imagined_load(p, part, e) < 0)
		return e->code;
	found = part->imagined_count == 0
			? NULL
			: bsearch(&key, part->imagined, part->imagined_count, sizeof(key),
				  compare_named);
	*out = found ? found->ref : HOP_PART_NONE;
	return 0;
}

/* The ref of a node that is no entity of the part's scope, or HOP_PART_NONE. */
static int other_find(uint32_t *out, struct graph_parts *p, struct graph_part *part,
	node_id n, struct err *e)
{
	const struct node *node = world_node(p->world, n);
	const struct hop_part *h = &part->part;

	*out = HOP_PART_NONE;
	if (node->imagined)
		return imagined_find(out, p, part, n, e);
	for (uint32_t i = h->entity_count; i < h->ref_count; i++) {
		const struct hop_part_other *other =
			hop_part_other(h, i - h->entity_count);
		node_id made;

		if (other->type != HOP_PART_ENTITY ||
			!str_eq(hop_part_text(h, other->key), node->key))
			continue;
		if (graph_part_node(&made, p, part, i, e) < 0)
			return e->code;
		if (made != n)
			continue;
		*out = i;
		return 0;
	}
	return 0;
}

/* --- where a node is --- */

/* An imagined identity: any part of its scope that has all hops into it. */
static int imagined_into(
	struct graph_place *out, struct graph_parts *p, node_id n, struct err *e)
{
	struct scope_parts *here;

	if (scope_open(&here, p, world_node(p->world, n)->scope, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < here->count; i++) {
		if (other_find(&out->ref, p, here->parts[i], n, e) < 0)
			return e->code;
		out->part = here->parts[i];
		if (out->ref != HOP_PART_NONE)
			return 1;
	}
	return 0;
}

int graph_parts_into(
	struct graph_place *out, struct graph_parts *p, node_id n, struct err *e)
{
	const struct node *node = world_node(p->world, n);
	struct scope_parts *here;
	bool good;

	if (usable(&good, p, e) < 0)
		return e->code;
	if (!good || node->type != NODE_ENTITY)
		return 0;
	if (node->imagined)
		return imagined_into(out, p, n, e);
	if (!(node->flags & (ENTITY_IDENTITY | ENTITY_GROUP)))
		return 0;
	if (scope_open(&here, p, node->scope, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < here->count; i++) {
		*out = (struct graph_place){ here->parts[i], node->id };
		if (node->id >= out->part->begin && node->id < out->part->end)
			return 1;
	}
	return 0;
}

static int from_scope(struct buf *out, struct graph_parts *p, scope_number scope,
	node_id n, struct err *e)
{
	const struct node *node = world_node(p->world, n);
	struct scope_parts *here;

	if (scope >= world_scope_count(p->world))
		return err_set(e, ERR_CORRUPT, "the hop index names scope %u", scope);
	if (scope_open(&here, p, scope, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < here->count; i++) {
		struct graph_place at = { here->parts[i], node->id };

		if ((scope != node->scope || node->imagined) &&
			other_find(&at.ref, p, at.part, n, e) < 0)
			return e->code;
		if (at.ref != HOP_PART_NONE)
			VEC_ADD(out, struct graph_place, at);
	}
	return 0;
}

int graph_parts_from(struct buf *out, struct graph_parts *p, node_id n, struct err *e)
{
	const struct node *node = world_node(p->world, n);
	struct hops_name name = { HOPS_FROM, node->scope, 0 };
	struct str bytes;
	size_t before = out->n;
	bool good;
	int rc;

	if (usable(&good, p, e) < 0)
		return e->code;
	if (good && node->imagined && graph_parts_whole(&good, p, e) < 0)
		return e->code;
	if (!good || node->type != NODE_ENTITY)
		return 0;
	rc = hops_get(&bytes, world_snapshot(p->world), name, e);
	for (size_t i = 0; rc == 1 && i + 4 <= bytes.n; i += 4) {
		uint32_t scope;

		memcpy(&scope, bytes.p + i, sizeof(scope));
		if (from_scope(out, p, scope, n, e) < 0)
			return e->code;
	}
	if (rc < 0)
		return rc;
	/* of an imagined one that no part knows the rules have to tell */
	return !node->imagined || out->n > before;
}

static int scope_whole(
	bool *out, struct graph_parts *p, scope_number scope, struct err *e)
{
	struct scope_parts *here;
	struct segment *s;

	if (scope_open(&here, p, scope, e) < 0 ||
		world_segment(&s, p->world, scope, e) < 0)
		return e->code;
	*out = here->count > 0
		       ? here->parts[0]->part.words[HOP_PART_RANGE][HOP_PART_WHOLE] != 0
		       : segment_info(s)->class_count == 0;
	return 0;
}

int graph_parts_whole(bool *out, struct graph_parts *p, struct err *e)
{
	if (usable(out, p, e) < 0)
		return e->code;
	if (*out && !p->looked) {
		p->whole = true;
		for (scope_number n = 0; p->whole && n < world_scope_count(p->world);
			n++) {
			if (scope_whole(&p->whole, p, n, e) < 0)
				return e->code;
		}
		p->looked = true;
	}
	*out = *out && p->whole;
	return 0;
}

/* --- what identities make of themselves --- */

static int change_make(struct hop_change_step *out, struct graph_parts *p,
	struct graph_part *part, const struct hop_part_change *c, struct err *e)
{
	*out = (struct hop_change_step){
		.end = { .through = NODE_NONE, .verdict = (enum expr_verdict)c->verdict }
	};
	if (c->rule >= rules_count(world_rules(p->world)))
		return err_set(e, ERR_CORRUPT, "the hop index has no rule %u", c->rule);
	out->rule = rules_get(world_rules(p->world), c->rule);
	if (graph_part_node(&out->from, p, part, c->from, e) < 0 ||
		graph_part_node(&out->end.node, p, part, c->to, e) < 0 ||
		expr_reader_get(&out->end.residual, &part->exprs, c->residual, e) < 0)
		return e->code;
	if (c->through == HOP_PART_NONE)
		return 0;
	return graph_part_node(&out->end.through, p, part, c->through, e);
}

static int refs_read(struct buf *out, struct graph_parts *p, struct graph_part *part,
	enum hop_part_section section, struct err *e)
{
	const struct hop_part *h = &part->part;

	for (uint32_t i = 0; i < h->counts[section]; i++) {
		node_id n;

		if (graph_part_node(&n, p, part, h->words[section][i], e) < 0)
			return e->code;
		VEC_ADD(out, node_id, n);
	}
	return 0;
}

int graph_parts_kin(
	struct graph_parts *p, struct hop_facts *out, scope_number scope, struct err *e)
{
	struct scope_parts *here;
	const struct hop_part *h;
	bool good;

	if (usable(&good, p, e) < 0 || (good && scope_open(&here, p, scope, e) < 0))
		return e->code;
	if (!good || here->count == 0)
		return 0;
	h = &here->parts[0]->part;
	buf_add(&out->readings, h->words[HOP_PART_READINGS],
		h->counts[HOP_PART_READINGS] / 2 * sizeof(struct hop_facts_reading));
	buf_add(&out->openers, h->words[HOP_PART_OPENERS],
		h->counts[HOP_PART_OPENERS] * sizeof(entity_id));
	out->has_openers = true;
	if (refs_read(&out->abroad, p, here->parts[0], HOP_PART_ABROAD, e) < 0 ||
		refs_read(&out->named, p, here->parts[0], HOP_PART_NAMED, e) < 0 ||
		refs_read(&out->denied, p, here->parts[0], HOP_PART_DENIED, e) < 0)
		return e->code;
	return 1;
}

static int changes_read(struct buf *nodes, struct buf *steps, struct graph_parts *p,
	struct graph_part *part, struct err *e)
{
	const struct hop_part *h = &part->part;
	const void *words = h->words[HOP_PART_CHANGES];
	const struct hop_part_change *changes = words;

	if (refs_read(nodes, p, part, HOP_PART_CHANGED, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < h->counts[HOP_PART_CHANGES] / 6; i++) {
		struct hop_change_step step;

		if (change_make(&step, p, part, &changes[i], e) < 0)
			return e->code;
		buf_add(steps, &step, sizeof(step));
	}
	return 1;
}

int graph_parts_changes(struct graph_parts *p, struct buf *nodes, struct buf *steps,
	scope_number scope, struct err *e)
{
	struct scope_parts *here;
	bool good;

	if (p->changes) {
		struct graph_part *part;

		if (p->changes[scope].n == 0)
			return 0;
		part = ARENA_NEW(world_arena(p->world), struct graph_part);
		if (part_open(part, p, scope, p->changes[scope], e) < 0)
			return e->code;
		return changes_read(nodes, steps, p, part, e);
	}
	if (usable(&good, p, e) < 0 || (good && scope_open(&here, p, scope, e) < 0))
		return e->code;
	if (!good || here->count == 0 ||
		!here->parts[0]->part.words[HOP_PART_RANGE][HOP_PART_WHOLE])
		return 0;
	return changes_read(nodes, steps, p, here->parts[0], e);
}
