#include "duel.h"

#include "duel_priv.h"
#include "oracle_steps.h"

#include "reachability/rule.h"

/* What one answer said of the actions of one class, directly or not. */
struct cell {
	uint32_t count; /* actions of the class in the row */
	uint8_t verdict;
	bool mixed;          /* not all had the same */
	uint32_t cost, hops; /* of the path */
	const struct path_step *steps;
};

/* Rows as a table: [subject][object's first cell + 2 * class + indirect]. */
struct table {
	struct cell *cells;
	uint32_t *first; /* per object */
	uint32_t width;
};

static struct table new_table(struct duel *d)
{
	uint32_t count = oracle_count(&d->oracle);
	struct table t = { .first = ARENA_NEW_ARRAY(&d->arena, uint32_t, count) };

	for (uint32_t y = 0; y < count; y++) {
		t.first[y] = t.width;
		t.width += 2 * oracle_object(&d->oracle, y)->class_count;
	}
	t.cells = ARENA_NEW_ARRAY(&d->arena, struct cell, (size_t)t.width * count);
	return t;
}

static struct cell *cell_at(
	const struct table *t, uint32_t x, uint32_t y, uint32_t class, bool indirect)
{
	return &t->cells[(size_t)x * t->width + t->first[y] + 2 * class + indirect];
}

/* The verdict of each action of the row, by action. */
static void spread_verdicts(struct duel *d, const struct answer_row *row)
{
	for (uint32_t i = 0; i < row->action_count; i++)
		d->verdict_of[row->actions[i]] = ORACLE_ALLOWED;
	for (uint32_t i = 0; i < row->part_count; i++) {
		const struct row_part *p = &row->parts[i];

		for (uint32_t k = 0; k < p->action_count; k++)
			d->verdict_of[p->actions[k]] = (uint8_t)duel_verdict(p->verdict);
	}
}

static uint32_t find_node(const struct duel *d, node_id n)
{
	for (uint32_t i = 0; i < oracle_count(&d->oracle); i++) {
		if (d->nodes[i] == n)
			return i;
	}
	for (uint32_t i = 0; i < oracle_count(&d->oracle); i++) {
		if (str_eq(duel_key(d, i), world_node(d->estate.world, n)->key))
			return i;
	}
	return ORACLE_NONE;
}

static void fill_row(struct duel *d, struct table *t, const char *question, uint32_t x,
	uint32_t y, const struct answer_row *row)
{
	enum oracle_verdict weakest = ORACLE_ALLOWED;

	spread_verdicts(d, row);
	for (uint32_t i = 0; i < row->action_count; i++) {
		enum oracle_verdict v = d->verdict_of[row->actions[i]];
		uint32_t class = d->class_of[y] ? d->class_of[y][row->actions[i]] : 0;

		weakest = v < weakest ? v : weakest;
		if (class == 0 && oracle_target_is_out(row->actions[i]))
			continue;
		if (class == 0) {
			struct str name = catalog_action_get(row->actions[i]).name;

			if (duel_reports(d, DUEL_SORT_OTHER))
				buf_printf(&d->result->report,
					"%s: %.*s on %.*s is no action of it\n", question,
					STR_ARG(name), STR_ARG(duel_key(d, y)));
			continue;
		}
		struct cell *c = cell_at(t, x, y, class - 1, row->indirect);

		c->mixed = c->mixed || (c->count > 0 && c->verdict != v);
		c->verdict = (uint8_t)v;
		c->cost = row->path.cost;
		c->hops = row->path.step_count;
		c->steps = row->path.steps;
		c->count++;
	}
	if (weakest != duel_verdict(row->verdict) && duel_reports(d, DUEL_SORT_OTHER))
		buf_printf(&d->result->report,
			"%s: row of %.*s on %.*s is %s but its weakest action %s\n",
			question, STR_ARG(duel_key(d, x)), STR_ARG(duel_key(d, y)),
			oracle_verdict_name(duel_verdict(row->verdict)),
			oracle_verdict_name(weakest));
}

/* Whoever has one token: the oracle knows those only who have some of its issuer. */
static bool is_token(const struct duel *d, node_id n)
{
	return str_starts(world_node(d->estate.world, n)->key, STR_LIT("oidc:"));
}

static void fill(struct duel *d, struct table *t, const char *question,
	const struct answer *answer, bool what)
{
	for (uint32_t i = 0; i < answer->row_count; i++) {
		const struct answer_row *row = &answer->rows[i];
		uint32_t x = find_node(d, what ? row->other : row->node);
		uint32_t y = find_node(d, what ? row->node : row->other);

		if (y != ORACLE_NONE && !oracle_is_object(&d->oracle, y))
			continue;
		if (x == ORACLE_NONE && is_token(d, what ? row->other : row->node))
			continue;
		if (x != ORACLE_NONE && y != ORACLE_NONE) {
			fill_row(d, t, question, x, y, row);
		} else if (y != ORACLE_NONE && duel_reports(d, DUEL_SORT_OTHER)) {
			const struct node *a = world_node(d->estate.world, row->node);
			const struct node *b = world_node(d->estate.world, row->other);

			buf_printf(&d->result->report,
				"%s: a row between %.*s and %.*s, which nobody knows\n",
				question, STR_ARG(a->key), STR_ARG(b->key));
		}
	}
}

static const struct answer_options options = { .max_hops = UINT32_MAX };
static const struct action_query everything = { .everything = true };

static int ask_what(struct duel *d, struct table *t, struct err *e)
{
	for (uint32_t x = 0; x < oracle_count(&d->oracle); x++) {
		struct answer answer;

		if (!oracle_is_subject(&d->oracle, x))
			continue;
		int rc = answer_what(&answer, d->estate.world, &d->nodes[x], 1,
			&everything, NULL, 0, &options, e);

		if (rc < 0)
			return rc;
		fill(d, t, "what", &answer, true);
		for (uint32_t i = 0; i < answer.row_count; i++) {
			const struct answer_row *row = &answer.rows[i];
			uint32_t y = find_node(d, row->node);

			/* all of them would take longer than everything else */
			if (!row->indirect && y != ORACLE_NONE && (x + i) % 4 == 0)
				duel_reach_compare(d, x, y, row);
		}
	}
	return 0;
}

static int ask_who(struct duel *d, struct table *t, struct err *e)
{
	for (uint32_t y = 0; y < oracle_count(&d->oracle); y++) {
		struct answer_object object = { .node = d->nodes[y] };
		struct answer answer;

		if (!oracle_is_object(&d->oracle, y))
			continue;
		int rc = answer_who(
			&answer, d->estate.world, &object, 1, &everything, &options, e);

		if (rc < 0)
			return rc;
		fill(d, t, "who", &answer, false);
	}
	return 0;
}

/* The right verdicts of a row: of an indirect one only where hops do better. */
static struct oracle_range expected(const struct duel *d, uint32_t x, uint32_t y,
	uint32_t class, bool indirect, bool *undecided)
{
	struct oracle_range direct = oracle_direct(&d->oracle, x, y, class);
	struct oracle_range none = { ORACLE_DENIED, ORACLE_DENIED };

	*undecided = direct.least != direct.most;
	if (!indirect)
		return direct;
	struct oracle_range hops = oracle_indirect(&d->oracle, x, y, class);

	*undecided = *undecided || hops.least != hops.most;
	return hops.least > direct.least ? hops : none;
}

/*
 * Services and strangers exist because some policy names them. Who can access an object
 * finds those of its own policies, and of others only that hops lead from them; what
 * each can access is asked in full.
 */
static bool is_stranger(const struct duel *d, uint32_t x)
{
	enum oracle_node_type type = oracle_world_node(&d->oracle.world, x)->type;

	return type != ORACLE_ENTITY && type != ORACLE_PUBLIC;
}

static void compare_cell(struct duel *d, const struct table *t, enum question question,
	const uint32_t at[3], bool indirect)
{
	const struct oracle_class *class =
		&oracle_object(&d->oracle, at[1])->classes[at[2]];
	uint32_t size = (uint32_t)VEC_COUNT(&class->actions, action_id);
	const struct cell *c = cell_at(t, at[0], at[1], at[2], indirect);
	enum oracle_verdict got = c->count > 0 ? c->verdict : ORACLE_DENIED;
	bool undecided;
	struct oracle_range want = expected(d, at[0], at[1], at[2], indirect, &undecided);

	d->result->verdicts++;
	d->result->undecided += undecided;
	if (undecided || (question == QUESTION_WHO && (indirect || c->count == 0) &&
				 is_stranger(d, at[0])))
		return;
	bool whole = c->count == 0 || (c->count == size && !c->mixed);

	uint32_t sort = duel_sort(question, indirect, got, want.least);

	if ((whole && got == want.least) || !duel_reports(d, sort))
		return;
	struct str name =
		catalog_action_get(VEC_DATA(&class->actions, action_id)[0]).name;

	buf_printf(&d->result->report,
		"%s %s: %.*s  %.*s (1 of %u)  %.*s: engine %s (%u%s), oracle %s\n",
		question == QUESTION_WHAT ? "what" : "who",
		indirect ? "indirectly" : "directly", STR_ARG(duel_key(d, at[0])),
		STR_ARG(name), size, STR_ARG(duel_key(d, at[1])),
		oracle_verdict_name(got), c->count, c->mixed ? ", mixed" : "",
		oracle_verdict_name(want.least));
}

static void compare(struct duel *d, const struct table *t, enum question question)
{
	uint32_t count = oracle_count(&d->oracle), at[3];

	for (at[0] = 0; at[0] < count; at[0]++) {
		for (at[1] = 0; at[1] < count; at[1]++) {
			uint32_t classes = oracle_object(&d->oracle, at[1])->class_count;

			if (!oracle_is_subject(&d->oracle, at[0]))
				continue;
			for (at[2] = 0; at[2] < classes; at[2]++) {
				compare_cell(d, t, question, at, false);
				compare_cell(d, t, question, at, true);
			}
		}
	}
}

/* "  iam-021 arn:...", a line for each hop. */
static void report_steps(struct duel *d, const struct cell *c)
{
	for (uint32_t i = 0; i < c->hops; i++)
		buf_printf(&d->result->report, "  %u: %.*s to %.*s\n", (unsigned)i,
			STR_ARG(c->steps[i].rule),
			STR_ARG(world_node(d->estate.world, c->steps[i].to)->key));
}

/* The object whose cell it is. */
static struct str key_of_cell(const struct duel *d, const struct table *t, uint32_t cell)
{
	uint32_t y = oracle_count(&d->oracle) - 1;

	while (t->first[y] > cell)
		y--;
	return duel_key(d, y);
}

/* Both directions show paths of one length for a pair. */
static void compare_paths(
	struct duel *d, const struct table *what, const struct table *who)
{
	uint32_t count = oracle_count(&d->oracle);

	for (uint32_t x = 0; x < count; x++) {
		for (uint32_t i = 0; i < what->width; i++) {
			const struct cell *a = &what->cells[(size_t)x * what->width + i];
			const struct cell *b = &who->cells[(size_t)x * what->width + i];

			if (a->count == 0 || b->count == 0 || is_stranger(d, x) ||
				(a->cost == b->cost && a->hops == b->hops) ||
				!duel_reports(d, DUEL_SORT_OTHER))
				continue;
			buf_printf(&d->result->report,
				"paths of %.*s on %.*s: what %u in %u hops, who %u in %u\n",
				STR_ARG(duel_key(d, x)), STR_ARG(key_of_cell(d, what, i)),
				a->cost, a->hops, b->cost, b->hops);
			report_steps(d, a);
			report_steps(d, b);
		}
	}
}

/* --- whom one can become --- */

static const struct action_query become = { .become = true };

/* The row of an answer about the node, or NULL. */
static const struct answer_row *row_of(const struct answer *a, node_id n)
{
	for (uint32_t i = 0; i < a->row_count; i++) {
		if (a->rows[i].node == n)
			return &a->rows[i];
	}
	return NULL;
}

/* Verdict, cost and hops of the best way between two, as one direction tells them. */
static void compare_way(struct duel *d, const char *question, uint32_t x, uint32_t y,
	const struct answer_row *row)
{
	struct oracle_way want;
	enum oracle_verdict got = row ? duel_verdict(row->verdict) : ORACLE_DENIED;
	bool decided = oracle_steps_become(&want, &d->oracle, x, y);
	uint32_t cost = row ? row->path.cost : 0, hops = row ? row->path.step_count : 0;

	d->result->verdicts++;
	d->result->undecided += !decided;
	if (!decided ||
		(got == want.verdict &&
			(!row || (cost == want.cost && hops == want.hops))) ||
		!duel_reports(d, DUEL_SORT_OTHER))
		return;
	buf_printf(&d->result->report,
		"%s become: %.*s  %.*s: engine %s, cost %u in %u hops, oracle %s, %u in %u\n",
		question, STR_ARG(duel_key(d, x)), STR_ARG(duel_key(d, y)),
		oracle_verdict_name(got), cost, hops, oracle_verdict_name(want.verdict),
		want.cost, want.hops);
}

static bool is_identity(const struct duel *d, uint32_t n)
{
	const struct oracle_node *node = oracle_world_node(&d->oracle.world, n);

	return oracle_is_subject(&d->oracle, n) && node->type == ORACLE_ENTITY;
}

static int ask_become(struct duel *d, struct err *e)
{
	uint32_t count = oracle_count(&d->oracle);
	int rc = 0;

	for (uint32_t x = 0; x < count && rc == 0; x++) {
		struct answer_object object = { .node = d->nodes[x] };
		struct answer what, who;

		if (!is_identity(d, x))
			continue;
		rc = answer_what(&what, d->estate.world, &d->nodes[x], 1, &become, NULL,
			0, &options, e);
		if (rc == 0)
			rc = answer_who(
				&who, d->estate.world, &object, 1, &become, &options, e);
		for (uint32_t y = 0; y < count && rc == 0; y++) {
			if (y == x || !is_identity(d, y))
				continue;
			compare_way(d, "what", x, y, row_of(&what, d->nodes[y]));
			compare_way(d, "who", y, x, row_of(&who, d->nodes[y]));
		}
	}
	return rc;
}

static int find_nodes(struct duel *d, struct err *e)
{
	uint32_t count = oracle_count(&d->oracle);

	d->nodes = ARENA_NEW_ARRAY(&d->arena, node_id, count);
	for (uint32_t i = 0; i < count; i++) {
		int rc = world_node_of_key(
			&d->nodes[i], d->estate.world, duel_key(d, i), e);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Objects of one kind share their classes, and so the map. */
static void map_classes(struct duel *d)
{
	uint32_t count = oracle_count(&d->oracle);

	d->class_of = ARENA_NEW_ARRAY(&d->arena, uint16_t *, count);
	for (uint32_t y = 0; y < count; y++) {
		const struct oracle_object *o = oracle_object(&d->oracle, y);

		for (uint32_t z = 0; z < y && !d->class_of[y]; z++) {
			if (oracle_object(&d->oracle, z)->classes == o->classes)
				d->class_of[y] = d->class_of[z];
		}
		if (d->class_of[y] || o->class_count == 0)
			continue;
		d->class_of[y] =
			ARENA_NEW_ARRAY(&d->arena, uint16_t, catalog_action_count());
		for (uint32_t c = 0; c < o->class_count; c++) {
			const struct buf *actions = &o->classes[c].actions;

			for (size_t i = 0; i < VEC_COUNT(actions, action_id); i++)
				d->class_of[y][VEC_DATA(actions, action_id)[i]] =
					(uint16_t)(c + 1);
		}
	}
}

static int fight(struct duel *d, uint64_t seed, struct err *e)
{
	int rc = find_nodes(d, e);

	if (rc < 0)
		return rc;
	map_classes(d);
	d->verdict_of = ARENA_NEW_ARRAY(&d->arena, uint8_t, catalog_action_count());
	struct table what = new_table(d), who = new_table(d);

	rc = ask_what(d, &what, e);
	if (rc == 0)
		rc = ask_who(d, &who, e);
	if (rc < 0)
		return rc;
	compare(d, &what, QUESTION_WHAT);
	compare(d, &who, QUESTION_WHO);
	compare_paths(d, &what, &who);
	rc = ask_become(d, e);
	return rc == 0 ? duel_single_ask(d, seed, e) : rc;
}

/*
 * Rules of the provider that the worlds are of. A pattern of a bucket's objects may match
 * what has the form of an access point's key and is none ("arn:aws:s3:" ":b/a"
 * ":111111111111:accesspoint/a"): of strings that nothing has the oracle tries none.
 */
static bool is_told(const struct rule *rule)
{
	if (!str_starts(rule->file, STR_LIT("aws")))
		return false;
	for (uint32_t i = 0; i < rule->need_count; i++) {
		if (str_eq(rule->needs[i].kind, STR_LIT("aws:s3:accesspoint")))
			return false;
	}
	return true;
}

int duel_run(struct duel_result *out, struct str stream, const char *directory,
	uint64_t seed, struct err *e)
{
	struct duel d = { .result = out };
	struct rules *rules = NULL;
	int rc = 0;

	*out = (struct duel_result){ 0 };
	if (seed % DUEL_HOPS_EVERY == 0)
		rc = rules_load(&rules, NULL, 0, e);
	if (rc < 0)
		return rc;
	if (rules)
		rules_keep(rules, is_told);
	rc = oracle_open(&d.oracle, rules, stream, e);
	if (rc < 0) {
		rules_free(rules);
		return rc;
	}
	rc = estate_open_lenient(&d.estate, directory, stream, e);
	if (rc == 0) {
		world_set_rules(d.estate.world, rules);
		arena_init(&d.arena, ARENA_UNLIMITED);
		rc = fight(&d, seed, e);
		arena_release(&d.arena);
		estate_close(&d.estate);
	}
	oracle_release(&d.oracle);
	rules_free(rules);
	return rc;
}

void duel_result_release(struct duel_result *r)
{
	buf_release(&r->report);
}
