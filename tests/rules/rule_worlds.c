/*
 * rule_worlds.c - each hop rule in its world and in every near miss.
 *
 * rule_worlds WORLDS [SHARD SHARDS [RULE]]
 *
 * Asks how the actor reaches what the hop gives it, and who reaches it: the rule must be
 * a step of a path exactly in the variants in which it should be found, with the right
 * verdict, class, ends and proof. Every built-in rule must have a world.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "estate.h"
#include "rule_world.h"

#include "reachability/rule.h"

#define PATHS_MAX 2000u

struct check {
	const struct rules *rules;
	const struct rule_world *world;
	const struct rule_variant *variant;
	struct world *w;
	uint32_t failures, found, missed;
};

static void complain(struct check *c, const char *text)
{
	struct buf b = { 0 };

	rule_world_describe(&b, c->world, c->variant);
	printf("line %u: %.*s: %s\n", (unsigned)c->world->line, STR_ARG(buf_str(&b)),
		text);
	buf_release(&b);
	c->failures++;
}

static struct action_query probe_of(const struct check *c)
{
	return (struct action_query){ .patterns = &c->variant->probe,
		.pattern_count = 1 };
}

static node_id node_of(struct check *c, struct str key)
{
	struct err e = { 0 };
	node_id n = NODE_NONE;

	if (world_node_of_key(&n, c->w, key, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
	return n;
}

/* The best path whose one step is the world's rule. */
static const struct path *find_path(struct check *c, const struct answer_paths *paths)
{
	const struct path *best = NULL;

	for (uint32_t i = 0; i < paths->path_count; i++) {
		const struct path *p = &paths->paths[i];

		if (p->step_count == 1 && str_eq(p->steps[0].rule, c->world->id) &&
			(!best || p->verdict > best->verdict))
			best = p;
	}
	return best;
}

static void check_step(struct check *c, const struct path_step *step, node_id actor)
{
	bool keeps = (step->hop->yields & (RULE_MEMBER | RULE_ACCESS)) != 0;
	struct str to = world_node(c->w, keeps ? step->through : step->to)->key;
	bool resource = c->world->probe.n > 0;

	if (!str_eq(answer_hop_name(step->class), c->world->class))
		complain(c, "found with another class");
	if (step->from != actor)
		complain(c, "found with another start");
	if (!resource && !str_eq(to, c->variant->target))
		complain(c, "found with another target");
}

static enum expr_verdict expected(const struct check *c)
{
	if (c->world->assumed || c->variant->outcome == RULE_UNSURE)
		return VERDICT_UNKNOWN;
	return c->variant->outcome == RULE_CONDITIONAL ? VERDICT_CONDITIONAL
						       : VERDICT_ALLOWED;
}

static void check_found(struct check *c, const struct path *path, node_id actor)
{
	bool wanted = c->variant->outcome != RULE_NOT_FOUND;

	if (wanted != (path != NULL)) {
		complain(c, wanted ? "not found" : "found");
		return;
	}
	c->missed += !wanted;
	if (!path)
		return;
	c->found++;
	check_step(c, &path->steps[0], actor);
	if (path->verdict != expected(c))
		complain(c, path->verdict == VERDICT_ALLOWED ? "found as allowed"
			    : path->verdict == VERDICT_CONDITIONAL
				    ? "found as conditional"
				    : "found as unknown");
}

/* Each permission is decided in the proof of the hop. */
static void check_proof(struct check *c, const struct answer_hop *hop)
{
	for (uint32_t i = 0; i < c->world->may_count; i++) {
		struct str may = c->world->mays[i];
		struct str action = str_head(may, str_find_char(may, ' ', 0));
		bool there = false;

		for (uint32_t k = 0; k < hop->proof_count; k++)
			there |= hop->proofs[k].action != CATALOG_NONE &&
				 str_eq(catalog_action_get(hop->proofs[k].action).name,
					 action);
		if (!there)
			complain(c, "a permission is not in the proof");
	}
}

static void check_can(struct check *c, node_id actor, const struct answer_object *object)
{
	struct action_query query = probe_of(c);
	struct answer_options o = { .max_hops = UINT32_MAX };
	struct answer_decision d;
	struct err e = { 0 };

	if (answer_can(&d, c->w, actor, &query, object, &o, &e) < 0) {
		complain(c, e.text);
		return;
	}
	if (d.path.step_count == 1 && str_eq(d.path.steps[0].rule, c->world->id))
		check_proof(c, &d.hops[0]);
}

/* Who can: the actor is in the answer when a path leads from it, and only then. */
static void check_who(struct check *c, node_id actor, const struct answer_object *object,
	const struct answer_paths *paths)
{
	struct action_query query = probe_of(c);
	struct answer_options o = { .max_hops = 1 };
	struct answer answer;
	struct err e = { 0 };
	bool listed = false, reached = false;

	if (answer_who(&answer, c->w, object, 1, &query, &o, &e) < 0) {
		complain(c, e.text);
		return;
	}
	for (uint32_t i = 0; i < answer.row_count; i++)
		listed |= answer.rows[i].node == actor;
	for (uint32_t i = 0; i < paths->path_count; i++)
		reached |= paths->paths[i].verdict > VERDICT_DENIED;
	if (listed != reached)
		complain(c, listed ? "who says so, how does not"
				   : "how says so, who does not");
}

static void check_variant(struct check *c)
{
	node_id actor = node_of(c, c->variant->actor);
	struct answer_object object = { .node = node_of(c, c->variant->object) };
	struct action_query query = probe_of(c);
	struct answer_options o = { .max_hops = 1 };
	struct answer_paths paths;
	struct err e = { 0 };

	if (answer_how(&paths, c->w, actor, &query, &object, PATHS_MAX, &o, &e) < 0) {
		complain(c, e.text);
		return;
	}
	check_found(c, find_path(c, &paths), actor);
	check_who(c, actor, &object, &paths);
	if (c->variant->change == CHANGE_NONE)
		check_can(c, actor, &object);
}

static void check_world(struct check *c, const char *parent)
{
	struct buf variants = { 0 }, stream = { 0 };
	struct arena arena;
	struct estate estate;
	struct err e = { 0 };

	arena_init(&arena, ARENA_UNLIMITED);
	rule_world_variants(&variants, c->world, &arena);
	rule_world_stream(&stream, c->world, &variants, &arena);
	c->variant = VEC_DATA(&variants, struct rule_variant);
	if (estate_open(&estate, parent, buf_str(&stream), &e) < 0) {
		complain(c, e.text);
	} else {
		c->w = estate.world;
		world_set_rules(c->w, c->rules);
		for (size_t i = 0; i < VEC_COUNT(&variants, struct rule_variant); i++) {
			c->variant = &VEC_DATA(&variants, struct rule_variant)[i];
			check_variant(c);
		}
		estate_close(&estate);
	}
	buf_release(&variants);
	buf_release(&stream);
	arena_release(&arena);
}

static void read_file(struct buf *out, const char *path)
{
	FILE *f = fopen(path, "rb");
	int byte;

	if (!f) {
		perror(path);
		exit(2);
	}
	while ((byte = fgetc(f)) != EOF)
		buf_add_char(out, (char)byte);
	fclose(f);
}

/* The worlds of a file, struct rule_world. */
static void read_worlds(struct buf *out, struct str text)
{
	uint32_t line = 0;

	while (text.n > 0) {
		size_t end = str_find_char(text, '\n', 0);
		struct rule_world w;

		if (rule_world_read(&w, str_head(text, end), ++line))
			VEC_ADD(out, struct rule_world, w);
		text = str_skip(text, end + 1);
	}
}

static bool names_action(const struct rule_world *w, struct str action)
{
	for (uint32_t i = 0; i < w->may_count; i++) {
		struct str may = w->mays[i];

		if (str_eq(str_head(may, str_find_char(may, ' ', 0)), action))
			return true;
	}
	return false;
}

/* What keeps the world from having each outcome: see lack_of. */
static const char *lack_of_world(const struct rule *rule, const struct rule_world *w)
{
	if (w->waits)
		return "a world that waits for the engine";
	if (w->may_count + w->fact_count == 0)
		return "a world with nothing that could be missing";
	/* outside tokens ask the trust policy alone, which is a fact */
	for (uint32_t i = 0; i < rule->need_count && w->may_count > 0; i++) {
		if (!names_action(w, rule->needs[i].action))
			return "a world without one of its permissions";
	}
	return NULL;
}

/*
 * What keeps the worlds from having each outcome for the rule: a permission of the world
 * is taken away, denied in each way and put under a condition in turn, so there must be
 * one for each need; without needs it is a fact that is taken away.
 */
static const char *lack_of(const struct rule *rule, const struct buf *worlds)
{
	const char *lack = "no world";

	for (size_t k = 0; k < VEC_COUNT(worlds, struct rule_world); k++) {
		const struct rule_world *w = &VEC_DATA(worlds, struct rule_world)[k];

		if (!str_eq(w->id, rule->id))
			continue;
		lack = lack_of_world(rule, w);
		if (lack)
			return lack;
	}
	return lack;
}

static uint32_t check_complete(const struct rules *rules, const struct buf *worlds)
{
	uint32_t missing = 0;

	for (uint32_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_get(rules, i);
		const char *lack = lack_of(rule, worlds);

		/* those of other providers have worlds of their own */
		if (!lack || !str_starts(rule->file, STR_LIT("aws-")))
			continue;
		printf("%s for the rule '%.*s'\n", lack, STR_ARG(rule->id));
		missing++;
	}
	return missing;
}

int main(int argc, char **argv)
{
	unsigned long shard = argc > 3 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long shards = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
	struct buf text = { 0 }, worlds = { 0 };
	struct rules *rules = NULL;
	struct check c = { 0 };
	struct err e = { 0 };

	if (argc < 2 || shards == 0 || rules_load(&rules, NULL, 0, &e) < 0) {
		fprintf(stderr, "usage: %s WORLDS [SHARD SHARDS [RULE]] %s\n", argv[0],
			e.text);
		return 2;
	}
	read_file(&text, argv[1]);
	read_worlds(&worlds, buf_str(&text));
	c.rules = rules;
	c.failures = check_complete(rules, &worlds);
	for (size_t i = 0; i < VEC_COUNT(&worlds, struct rule_world); i++) {
		c.world = &VEC_DATA(&worlds, struct rule_world)[i];
		if (!c.world->waits && i % shards == shard &&
			(argc < 5 || str_eq(c.world->id, str_from(argv[4]))))
			check_world(&c, ".");
	}
	printf("%zu worlds: %u variants found, %u near misses not found, %u failures\n",
		VEC_COUNT(&worlds, struct rule_world), (unsigned)c.found,
		(unsigned)c.missed, (unsigned)c.failures);
	rules_free(rules);
	buf_release(&worlds);
	buf_release(&text);
	return c.failures > 0;
}
