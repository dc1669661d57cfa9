#include "duel_priv.h"
#include "oracle_steps.h"

static const struct answer_options options = { .max_hops = UINT32_MAX };

/* The class of sts:AssumeRole of some role; NULL: the world has no role. */
static const struct oracle_class *class_of_assuming(const struct duel *d)
{
	for (uint32_t y = 0; y < oracle_count(&d->oracle); y++) {
		const struct oracle_object *o = oracle_object(&d->oracle, y);

		for (uint32_t c = 0; c < o->class_count; c++) {
			if (o->classes[c].assume && o->classes[c].login == ORACLE_SIGNED)
				return &o->classes[c];
		}
	}
	return NULL;
}

/* Whether policies of its own let it assume anything: those that were not read may. */
static bool may_assume(const struct duel *d, uint32_t x, const struct oracle_class *class)
{
	const struct oracle_node *n = oracle_world_node(&d->oracle.world, x)->acts;

	if (n->flags & (ENTITY_ROOT | ENTITY_COMPUTE))
		return false;
	for (uint32_t i = 0; i < n->identity.count; i++) {
		const struct oracle_policy *p = &n->identity.items[i]->policy;

		if (p->refused)
			return true;
		for (uint32_t k = 0; k < p->count; k++) {
			const struct oracle_statement *s = &p->statements[k];
			bool hit = false;

			for (uint32_t a = 0; a < s->actions.count; a++)
				hit |= class->match[s->action_ids[a]];
			if (!s->deny && hit != s->not_action)
				return true;
		}
	}
	return n->identity.missing;
}

/*
 * Whether the subject, or whoever it can become, may ask for roles at all, and so for one
 * of an account that nobody collected. The public and strangers are not asked about.
 */
static bool may_leave(const struct duel *d, uint32_t x)
{
	const struct oracle_class *class = class_of_assuming(d);
	uint32_t count = oracle_count(&d->oracle);

	if (oracle_world_node(&d->oracle.world, x)->type != ORACLE_ENTITY)
		return false;
	for (uint32_t z = 0; class && z < count; z++) {
		bool reached = z == x || oracle_steps_comes_to(&d->oracle, x, z);

		if (reached && may_assume(d, z, class))
			return true;
	}
	return !class || oracle_steps_changes(&d->oracle, x);
}

/*
 * Somebody of an account that nobody collected gets at it, or may come to do so; or
 * whoever has a token, which an identity of the estate may have.
 */
static bool outsiders_get_at(const struct duel *d, uint32_t y, uint32_t class)
{
	for (uint32_t z = 0; z < oracle_count(&d->oracle); z++) {
		enum oracle_node_type type = oracle_world_node(&d->oracle.world, z)->type;

		if ((type == ORACLE_FOREIGN || type == ORACLE_ACCOUNT ||
			    type == ORACLE_LOGIN) &&
			oracle_can(&d->oracle, z, y, class).most > ORACLE_DENIED)
			return true;
	}
	return false;
}

/*
 * The way that one decision tells: the best by what is known, else (a denial is asked
 * again) by all that nobody read. False: not decided.
 */
static bool way_of_one(struct oracle_way *out, struct duel *d, const uint32_t at[3])
{
	if (!oracle_steps_reach(out, &d->oracle, at, false))
		return false;
	return out->verdict != ORACLE_DENIED ||
	       oracle_steps_reach(out, &d->oracle, at, true);
}

/* The way of one decision is as cheap and short as there is one. */
static void compare_length(struct duel *d, const struct answer_decision *decision,
	const uint32_t at[3], struct str action)
{
	struct oracle_way want;

	if (!decision->indirect || !way_of_one(&want, d, at) ||
		duel_verdict(decision->verdict) != want.verdict ||
		(decision->path.cost == want.cost &&
			decision->path.step_count == want.hops) ||
		!duel_reports(d, DUEL_SORT_OTHER))
		return;
	buf_printf(&d->result->report,
		"can: %.*s  %.*s  %.*s: engine %u in %u hops, oracle %u in %u\n",
		STR_ARG(duel_key(d, at[0])), STR_ARG(action), STR_ARG(duel_key(d, at[1])),
		decision->path.cost, decision->path.step_count, want.cost, want.hops);
}

/* One question about one action: its verdict is the better of both ways. */
static int ask_can(struct duel *d, uint64_t pick, struct err *e)
{
	uint32_t count = oracle_count(&d->oracle);
	uint32_t x = (uint32_t)(pick % count), y = (uint32_t)(pick / 64 % count);
	uint32_t classes = oracle_object(&d->oracle, y)->class_count;

	if (classes == 0 || !oracle_is_subject(&d->oracle, x))
		return 0;
	uint32_t c = (uint32_t)(pick / 4096 % classes);
	struct oracle_range want = oracle_can(&d->oracle, x, y, c);
	enum oracle_verdict least = want.least;
	const struct buf *actions = &oracle_object(&d->oracle, y)->classes[c].actions;
	struct str name = catalog_action_get(VEC_DATA(actions, action_id)[0]).name;
	struct action_query query = { .patterns = &name, .pattern_count = 1 };
	struct answer_object object = { .node = d->nodes[y] };
	struct answer_decision decision;
	int rc = answer_can(
		&decision, d->estate.world, d->nodes[x], &query, &object, &options, e);

	if (rc < 0)
		return rc;
	d->result->verdicts++;
	compare_length(d, &decision, (const uint32_t[3]){ x, y, c }, name);
	if (least != want.most || duel_verdict(decision.verdict) == least ||
		(decision.verdict == VERDICT_UNKNOWN && least == ORACLE_DENIED &&
			outsiders_get_at(d, y, c) && may_leave(d, x)) ||
		!duel_reports(d, duel_sort(QUESTION_CAN, false,
					 duel_verdict(decision.verdict), least)))
		return 0;
	buf_printf(&d->result->report, "can: %.*s  %.*s  %.*s: engine %s, oracle %s\n",
		STR_ARG(duel_key(d, x)), STR_ARG(name), STR_ARG(duel_key(d, y)),
		oracle_verdict_name(duel_verdict(decision.verdict)),
		oracle_verdict_name(least));
	return 0;
}

/* The next object and class from these on that stand for many keys; NULL: none. */
static const struct buf *next_strings(const struct duel *d, uint32_t at[3], uint64_t pick)
{
	uint32_t count = oracle_count(&d->oracle);

	for (uint32_t i = 0; i < count; i++, at[1] = (at[1] + 1) % count) {
		uint32_t classes = oracle_object(&d->oracle, at[1])->class_count;

		for (uint32_t c = 0; c < classes; c++) {
			at[2] = (uint32_t)((pick + c) % classes);
			const struct buf *strings = duel_strings(d, at[1], at[2]);

			if (strings)
				return strings;
		}
	}
	return NULL;
}

/* One action on one key of those that an entity stands for, by own credentials. */
static int ask_string(struct duel *d, uint64_t pick, struct err *e)
{
	static const struct answer_options direct = { .direct_only = true };
	uint32_t count = oracle_count(&d->oracle);
	uint32_t at[3] = { (uint32_t)(pick % count), (uint32_t)(pick / 64 % count), 0 };
	const struct buf *strings = next_strings(d, at, pick / 4096);

	if (!strings || !oracle_is_subject(&d->oracle, at[0]))
		return 0;
	const struct oracle_string *string = &VEC_DATA(
		strings, struct oracle_string)[pick / 65536 %
					       VEC_COUNT(strings, struct oracle_string)];
	struct oracle_range want = oracle_on_string(&d->oracle, at, string, true);
	const struct oracle_class *class =
		&oracle_object(&d->oracle, at[1])->classes[at[2]];
	struct str name =
		catalog_action_get(VEC_DATA(&class->actions, action_id)[0]).name;
	struct action_query query = { .patterns = &name, .pattern_count = 1 };
	struct answer_object object = { .node = d->nodes[at[1]],
		.resource = string->text };
	struct answer_decision decision;
	int rc = answer_can(
		&decision, d->estate.world, d->nodes[at[0]], &query, &object, &direct, e);

	if (rc < 0)
		return rc;
	enum oracle_verdict got = duel_verdict(decision.verdict);

	d->result->verdicts++;
	d->result->undecided += want.least != want.most;
	if (want.least != want.most || got == want.least ||
		!duel_reports(d, duel_sort(QUESTION_STRING, false, got, want.least)))
		return 0;
	buf_printf(&d->result->report, "can: %.*s  %.*s  %.*s: engine %s, oracle %s\n",
		STR_ARG(duel_key(d, at[0])), STR_ARG(name), STR_ARG(string->text),
		oracle_verdict_name(got), oracle_verdict_name(want.least));
	return 0;
}

int duel_single_ask(struct duel *d, uint64_t seed, struct err *e)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < 150; i++) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		rc = (i < 50 ? ask_can : ask_string)(d, seed >> 20, e);
	}
	return rc;
}
