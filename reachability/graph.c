#include "reachability/graph.h"

#include <stdlib.h>

#include "base/sparse.h"
#include "reachability/graph_part.h"
#include "reachability/hop_change.h"
#include "reachability/hop_kin.h"

struct hubs {
	const struct hub *const *items;
	uint32_t count;
	bool known;
};

struct graph {
	struct world *world;
	struct hop *hop;
	struct graph_parts *parts;
	struct sparse forward, backward; /* struct hubs, by node */
	struct sparse changes;           /* of forward: those that change somebody */
};

static int changes_of_part(void *ctx, struct buf *nodes, struct buf *steps,
	scope_number scope, struct err *e)
{
	return graph_parts_changes(ctx, nodes, steps, scope, e);
}

static int kin_of_part(
	void *ctx, struct hop_facts *out, scope_number scope, struct err *e)
{
	return graph_parts_kin(ctx, out, scope, e);
}

struct graph *graph_new(struct world *w)
{
	struct graph *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	g->world = w;
	sparse_init(&g->forward, sizeof(struct hubs));
	sparse_init(&g->backward, sizeof(struct hubs));
	sparse_init(&g->changes, sizeof(struct hubs));
	g->parts = graph_parts_new(w);
	g->hop = hop_new(w);
	hop_change_set_source(hop_change_of(g->hop), changes_of_part, g->parts);
	hop_kin_set_source(hop_kin_of(g->hop), kin_of_part, g->parts);
	return g;
}

void graph_free(struct graph *g)
{
	if (!g)
		return;
	hop_free(g->hop);
	sparse_release(&g->forward);
	sparse_release(&g->backward);
	sparse_release(&g->changes);
	graph_parts_free(g->parts);
	free(g);
}

struct world *graph_world(const struct graph *g)
{
	return g->world;
}

struct hop *graph_hop(struct graph *g)
{
	return g->hop;
}

void graph_set_strict(struct graph *g)
{
	hop_set_strict(g->hop);
	graph_parts_forbid(g->parts);
}

void graph_set_alone(struct graph *g)
{
	graph_parts_forbid(g->parts);
}

void graph_set_changes(struct graph *g, const struct str *parts)
{
	graph_parts_forbid(g->parts);
	graph_parts_set_changes(g->parts, parts);
}

static void hubs_keep(struct hubs *slot, struct graph *g, struct buf *found)
{
	const struct hub **items = arena_alloc(world_arena(g->world), found->n + 1);

	if (found->n > 0)
		memcpy(items, found->p, found->n);
	*slot = (struct hubs){ items, (uint32_t)VEC_COUNT(found, const struct hub *),
		true };
	buf_release(found);
}

int graph_hubs(const struct hub *const **out, uint32_t *count, struct graph *g, node_id n,
	bool backward, struct err *e)
{
	struct hubs *slot = sparse_at(backward ? &g->backward : &g->forward, n);
	struct buf found = { 0 };

	if (!slot->known) {
		int rc = backward ? hop_into(&found, g->hop, n, e)
				  : hop_from(&found, g->hop, n, e);

		if (rc < 0) {
			buf_release(&found);
			return rc;
		}
		hubs_keep(slot, g, &found);
	}
	*out = slot->items;
	*count = slot->count;
	return 0;
}

/* --- walking --- */

/* Bundles of the rules have even marks, those of the index odd ones. */
static bool enters(struct graph_walk *walk, bool part, uint32_t mark)
{
	walk->sure = walk->enter(walk->ctx, mark * 2 + part, walk->sure);
	return walk->sure != 0;
}

static void leaves(struct graph_walk *walk)
{
	if (walk->leave)
		walk->leave(walk->ctx);
}

/* What is left of what is wanted behind a hop that is no better than the verdict. */
static uint32_t sure_behind(const struct graph_walk *walk, enum expr_verdict verdict)
{
	return walk->sure & ((2u << (uint32_t)verdict) - 1);
}

static void walk_edge(struct graph_walk *walk, const struct graph_edge *edge)
{
	uint32_t sure = sure_behind(walk, edge->verdict);

	if (sure)
		walk->edge(walk->ctx, edge, sure);
}

static void walk_hub(struct graph_walk *walk, const struct hub *hub)
{
	for (uint32_t k = 0; k < hub->count; k++) {
		const struct hub_end *end = &hub->ends[k];
		struct graph_edge edge = { .node = end->node,
			.rule = hub->rule,
			.verdict = end->verdict,
			.through =
				end->through != NODE_NONE ? end->through : hub->through,
			.residual = end->residual };

		walk_edge(walk, &edge);
	}
}

static void walk_hubs(
	struct graph_walk *walk, const struct hub *const *hubs, uint32_t count)
{
	uint32_t sure = walk->sure;

	for (uint32_t i = 0; i < count; i++) {
		if (enters(walk, false, hubs[i]->number)) {
			walk_hub(walk, hubs[i]);
			leaves(walk);
		}
		walk->sure = sure;
	}
}

static int damaged(struct err *e)
{
	return err_set(e, ERR_CORRUPT, "a part of the hop index leads nowhere");
}

/*
 * Marks of a part: for lists by class of rule; for classes by class of rule and verdict,
 * so that surer hops are no bundle with others; then hubs, classes, sets.
 */
#define CLASS_MARKS (GRAPH_PART_CLASS_MARKS - 1u)
_Static_assert(4u * (VERDICT_ALLOWED + 1u) <= CLASS_MARKS, "a mark per verdict");

static uint32_t mark_of_list(
	const struct graph_part *part, const struct rule *rule, uint32_t list)
{
	return part->mark + 4 * list + (uint32_t)rule->class - 1;
}

static uint32_t mark_of_members(
	const struct graph_part *part, const struct graph_edge *edge, uint32_t class)
{
	return part->mark + 4 * part->part.list_count + CLASS_MARKS * class +
	       4 * (uint32_t)edge->verdict + (uint32_t)edge->rule->class - 1;
}

static uint32_t mark_of_hub(const struct graph_part *part, uint32_t hub)
{
	return part->mark + 4 * part->part.list_count +
	       CLASS_MARKS * part->part.class_count + hub;
}

static uint32_t mark_of_class(const struct graph_part *part, uint32_t class)
{
	return mark_of_hub(part, part->part.hub_count) + class;
}

static uint32_t mark_of_set(const struct graph_part *part, uint32_t set)
{
	return mark_of_class(part, part->part.class_count) + set;
}

/* The members of a class, or one ref. */
static int walk_entry(struct graph_walk *walk, struct graph *g, struct graph_part *part,
	struct graph_edge *edge, uint32_t who, struct err *e)
{
	const struct hop_part *h = &part->part;
	uint32_t class = who & ~HOP_PART_CLASS, count = 1;
	const uint32_t *refs = &who;

	if (who & HOP_PART_CLASS) {
		if (!enters(walk, true, mark_of_members(part, edge, class)))
			return 0;
		refs = hop_part_slice(
			h, HOP_PART_CLASS_BEGINS, HOP_PART_MEMBERS, class, 1, &count);
	}
	for (uint32_t i = 0; i < count; i++) {
		if (graph_part_node(&edge->node, g->parts, part, refs[i], e) < 0)
			return e->code;
		walk_edge(walk, edge);
	}
	return 0;
}

static int walk_list(struct graph_walk *walk, struct graph *g, struct graph_part *part,
	struct graph_edge *edge, uint32_t list, struct err *e)
{
	const struct hop_part *h = &part->part;
	uint32_t count, sure = walk->sure;
	const struct hop_part_entry *entries = hop_part_slice(
		h, HOP_PART_LIST_BEGINS, HOP_PART_ENTRIES, list, 3, &count);
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++) {
		edge->verdict = (enum expr_verdict)entries[i].verdict;
		edge->residual = entries[i].residual;
		walk->sure = sure;
		walk->sure = sure_behind(walk, edge->verdict);
		if (walk->sure)
			rc = walk_entry(walk, g, part, edge, entries[i].who, e);
	}
	walk->sure = sure;
	return rc;
}

static int walk_link(struct graph_walk *walk, struct graph *g, struct graph_part *part,
	const struct hop_part_link *link, struct err *e)
{
	const struct hop_part *h = &part->part;
	const struct hop_part_hub *hub = hop_part_hub(h, link->to);
	struct graph_edge edge = { .part = part, .through = link->through };
	uint32_t sure = walk->sure;
	int rc = 0;

	if (!hub || hub->rule >= hop_rule_count(g->hop) || hub->list >= h->list_count)
		return damaged(e);
	edge.rule = hop_rule(g->hop, hub->rule);
	if (enters(walk, true, mark_of_list(part, edge.rule, hub->list)))
		rc = walk_list(walk, g, part, &edge, hub->list, e);
	walk->sure = sure;
	return rc;
}

static int walk_into(struct graph_walk *walk, struct graph *g,
	const struct graph_place *at, struct err *e)
{
	const struct hop_part *h = &at->part->part;
	const uint32_t *wide = h->words[HOP_PART_WIDE] + (size_t)2 * at->ref;
	uint32_t count, sure = walk->sure;
	const struct hop_part_link *into = hop_part_slice(
		h, HOP_PART_INTO_BEGINS, HOP_PART_INTO, at->ref, 2, &count);
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++) {
		if (i == wide[0] && !enters(walk, true, mark_of_set(at->part, wide[1])))
			break;
		rc = walk_link(walk, g, at->part, &into[i], e);
	}
	walk->sure = sure;
	return rc;
}

/* The targets of one hub that the actor has by an entry. */
static int walk_targets(struct graph_walk *walk, struct graph *g, struct graph_part *part,
	const struct hop_part_entry *entry, uint32_t index, bool whole, struct err *e)
{
	const struct hop_part *h = &part->part;
	const struct hop_part_hub *hub = hop_part_hub(h, index);
	struct graph_edge edge = { .part = part,
		.verdict = (enum expr_verdict)entry->verdict,
		.residual = entry->residual };
	const struct hop_part_link *targets;
	uint32_t count;

	if (!hub || hub->rule >= hop_rule_count(g->hop))
		return damaged(e);
	edge.rule = hop_rule(g->hop, hub->rule);
	if (!enters(walk, true, mark_of_hub(part, index)))
		return 0;
	targets = hop_part_slice(
		h, HOP_PART_TARGET_BEGINS, HOP_PART_TARGETS, index, 2, &count);
	for (uint32_t i = 0; i < count; i++) {
		edge.through = targets[i].through;
		if (graph_part_node(&edge.node, g->parts, part, targets[i].to, e) < 0)
			return e->code;
		/* Whom changes make is found from the actor, if not all of it is here. */
		if (whole || !world_node(g->world, edge.node)->imagined)
			walk_edge(walk, &edge);
	}
	leaves(walk);
	return 0;
}

static int walk_place(struct graph_walk *walk, struct graph *g, struct graph_part *part,
	const struct hop_part_place *place, bool whole, struct err *e)
{
	const struct hop_part *h = &part->part;
	const struct hop_part_entry *entry = hop_part_entry(h, place->entry);
	uint32_t hubs, sure = walk->sure, behind;
	const uint32_t *hub = hop_part_slice(
		h, HOP_PART_LIST_HUB_BEGINS, HOP_PART_LIST_HUBS, place->list, 1, &hubs);
	int rc = 0;

	if (!entry)
		return damaged(e);
	behind = sure_behind(walk, (enum expr_verdict)entry->verdict);
	for (uint32_t k = 0; k < hubs && behind && rc == 0; k++) {
		walk->sure = behind;
		rc = walk_targets(walk, g, part, entry, hub[k], whole, e);
	}
	walk->sure = sure;
	return rc;
}

static int walk_places(struct graph_walk *walk, struct graph *g, struct graph_part *part,
	const struct hop_part_place *places, uint32_t count, bool whole, struct err *e)
{
	for (uint32_t i = 0; i < count; i++) {
		if (walk_place(walk, g, part, &places[i], whole, e) < 0)
			return e->code;
	}
	return 0;
}

static int walk_from(struct graph_walk *walk, struct graph *g,
	const struct graph_place *at, bool whole, struct err *e)
{
	const struct hop_part *h = &at->part->part;
	uint32_t class = h->words[HOP_PART_CLASS_OF][at->ref], count, sure = walk->sure;
	const struct hop_part_place *places = hop_part_slice(
		h, HOP_PART_FROM_BEGINS, HOP_PART_FROM, at->ref, 2, &count);
	int rc = walk_places(walk, g, at->part, places, count, whole, e);

	if (rc < 0 || class == HOP_PART_NONE)
		return rc;
	places = hop_part_slice(
		h, HOP_PART_CLASS_FROM_BEGINS, HOP_PART_CLASS_FROM, class, 2, &count);
	if (enters(walk, true, mark_of_class(at->part, class))) {
		rc = walk_places(walk, g, at->part, places, count, whole, e);
		leaves(walk);
	}
	walk->sure = sure;
	return rc;
}

/* What the rules say beside the index: all changes, or what the question wants opened. */
static int walk_beside(
	struct graph_walk *walk, struct graph *g, node_id n, bool whole, struct err *e)
{
	struct hubs *slot = sparse_at(&g->changes, n);
	struct buf found = { 0 };

	if (!slot->known) {
		int rc = whole ? hop_from_wanted(&found, g->hop, n, e)
			       : hop_from_beside(&found, g->hop, n, e);

		if (rc < 0) {
			buf_release(&found);
			return rc;
		}
		hubs_keep(slot, g, &found);
	}
	walk_hubs(walk, slot->items, slot->count);
	return 0;
}

/* What the index says the identity makes of itself. */
static int walk_steps(struct graph_walk *walk, struct graph *g, node_id n, struct err *e)
{
	const struct hop_change_step *const *steps;
	uint32_t count;

	if (hop_change_from(&steps, &count, hop_change_of(g->hop), n, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		const struct hub_end *end = &steps[i]->end;
		const struct graph_edge edge = { .node = end->node,
			.rule = steps[i]->rule,
			.verdict = end->verdict,
			.through = end->through,
			.residual = end->residual };

		walk_edge(walk, &edge);
	}
	return 0;
}

static int each_into(struct graph_walk *walk, struct graph *g, node_id n,
	const struct graph_place *at, struct err *e)
{
	struct hubs *slot;
	struct buf found = { 0 };

	if (walk_into(walk, g, at, e) < 0)
		return e->code;
	if (at->part->part.words[HOP_PART_RANGE][HOP_PART_WHOLE] ||
		world_node(g->world, n)->imagined)
		return 0;
	slot = sparse_at(&g->backward, n);
	if (!slot->known) {
		if (hop_into_by(&found, g->hop, HOP_IMAGINED_ACTORS, n, e) < 0) {
			buf_release(&found);
			return e->code;
		}
		hubs_keep(slot, g, &found);
	}
	walk_hubs(walk, slot->items, slot->count);
	return 0;
}

static int each_from(struct graph_walk *walk, struct graph *g, node_id n,
	const struct buf *places, struct err *e)
{
	const struct graph_place *v = VEC_DATA(places, const struct graph_place);
	bool whole;

	if (graph_parts_whole(&whole, g->parts, e) < 0)
		return e->code;
	whole = whole && !hop_is_every(g->hop);
	for (size_t i = 0; i < VEC_COUNT(places, struct graph_place); i++) {
		if (walk_from(walk, g, &v[i], whole, e) < 0)
			return e->code;
	}
	if (whole && walk_steps(walk, g, n, e) < 0)
		return e->code;
	return walk_beside(walk, g, n, whole, e);
}

int graph_each(
	struct graph_walk *walk, struct graph *g, node_id n, bool backward, struct err *e)
{
	const struct hub *const *hubs;
	struct graph_place at;
	struct buf places = { 0 };
	uint32_t count;
	int rc = backward ? graph_parts_into(&at, g->parts, n, e)
			  : graph_parts_from(&places, g->parts, n, e);

	if (rc == 1)
		rc = backward ? each_into(walk, g, n, &at, e)
			      : each_from(walk, g, n, &places, e);
	else if (rc == 0) {
		rc = graph_hubs(&hubs, &count, g, n, backward, e);
		if (rc == 0)
			walk_hubs(walk, hubs, count);
	}
	buf_release(&places);
	return rc;
}

int graph_residual(
	expr *out, struct graph *g, const struct graph_edge *edge, struct err *e)
{
	(void)g;
	*out = edge->residual;
	return edge->part ? expr_reader_get(out, &edge->part->exprs, edge->residual, e)
			  : 0;
}

int graph_through(
	node_id *out, struct graph *g, const struct graph_edge *edge, struct err *e)
{
	*out = edge->through;
	if (!edge->part || edge->through == HOP_PART_NONE)
		return 0;
	return graph_part_node(out, g->parts, edge->part, edge->through, e);
}
