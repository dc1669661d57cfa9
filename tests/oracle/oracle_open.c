/* oracle_open.c - the oracle on the records of a world, with all that it decides. */
#include "oracle_steps.h"

#include "reachability/rule.h"

struct oracle_kind {
	struct str name;
	struct buf classes; /* of struct oracle_class */
};

static const struct oracle_kind *find_kind(
	struct oracle *o, struct str name, bool account)
{
	for (size_t i = 0; i < VEC_COUNT(&o->kinds, struct oracle_kind); i++) {
		if (str_eq(VEC_DATA(&o->kinds, struct oracle_kind)[i].name, name))
			return &VEC_DATA(&o->kinds, struct oracle_kind)[i];
	}
	VEC_ADD(&o->kinds, struct oracle_kind, { .name = name });
	struct oracle_kind *new = &VEC_DATA(&o->kinds,
		struct oracle_kind)[VEC_COUNT(&o->kinds, struct oracle_kind) - 1];

	oracle_target_classes(&new->classes, &o->patterns, name, account, &o->arena);
	return new;
}

void oracle_prepare(struct oracle_object *out, struct oracle *o, uint32_t n)
{
	const struct oracle_node *node = oracle_world_node(&o->world, n);
	const struct oracle_kind *kind = find_kind(o, node->entity->kind, false);

	*out = (struct oracle_object){ 0 };
	out->classes = VEC_DATA(&kind->classes, struct oracle_class);
	out->class_count = (uint32_t)VEC_COUNT(&kind->classes, struct oracle_class);
	oracle_target_strings(out, &o->patterns, node, false, &o->arena);
}

static void prepare_objects(struct oracle *o)
{
	for (uint32_t i = 0; i < oracle_count(o); i++) {
		const struct oracle_node *n = oracle_world_node(&o->world, i);
		struct oracle_object object = { 0 };

		if (oracle_is_object(o, i)) {
			bool account =
				str_eq(n->entity->kind, STR_LIT("aws:account:account"));
			const struct oracle_kind *kind =
				find_kind(o, n->entity->kind, account);

			object.classes = VEC_DATA(&kind->classes, struct oracle_class);
			object.class_count =
				(uint32_t)VEC_COUNT(&kind->classes, struct oracle_class);
			oracle_target_strings(
				&object, &o->patterns, n, account, &o->arena);
		}
		VEC_ADD(&o->objects, struct oracle_object, object);
	}
}

static void decide_all(struct oracle *o)
{
	uint32_t count = oracle_count(o);

	o->direct = ARENA_NEW_ARRAY(&o->arena, struct buf, count);
	for (uint32_t y = 0; y < count; y++) {
		uint32_t classes = oracle_object(o, y)->class_count;

		for (uint32_t k = 0; k < count * classes; k++) {
			struct oracle_range none = { ORACLE_DENIED, ORACLE_DENIED };
			bool asks = oracle_is_subject(o, k / classes);

			VEC_ADD(&o->direct[y], struct oracle_range,
				asks ? oracle_decide_as(o,
					       oracle_world_node(&o->world, k / classes),
					       (const uint32_t[3]){
						       k / classes, y, k % classes },
					       oracle_object(o, y), false)
				     : none);
		}
	}
}

/* Actions that rules open one by one are told apart as if a policy named each. */
static void number_accesses(struct oracle_patterns *p, const struct rules *rules)
{
	for (uint32_t i = 0; i < rules_count(rules); i++) {
		const struct rule *r = rules_get(rules, i);

		for (uint32_t k = 0; k < r->access_count; k++)
			VEC_ADD(&p->actions, struct str, r->accesses[k]);
	}
}

int oracle_open(
	struct oracle *out, const struct rules *rules, struct str stream, struct err *e)
{
	*out = (struct oracle){ .rules = rules };
	int rc = oracle_world_read(&out->world, rules, stream, e);

	if (rc < 0)
		return rc;
	arena_init(&out->arena, ARENA_UNLIMITED);
	out->scratch = ARENA_NEW(&out->arena, struct arena);
	arena_init(out->scratch, ARENA_UNLIMITED);
	out->scratch_of_strings = ARENA_NEW(&out->arena, struct arena);
	arena_init(out->scratch_of_strings, ARENA_UNLIMITED);
	rc = oracle_condition_survey(&out->opens, &out->world, e);
	if (rc < 0) {
		oracle_release(out);
		return rc;
	}
	oracle_target_number(&out->patterns, &out->world);
	if (rules)
		number_accesses(&out->patterns, rules);
	prepare_objects(out);
	decide_all(out);
	oracle_steps_make(out);
	return 0;
}

void oracle_release(struct oracle *o)
{
	for (uint32_t i = 0; o->direct && i < oracle_count(o); i++)
		buf_release(&o->direct[i]);
	for (size_t i = 0; i < VEC_COUNT(&o->objects, struct oracle_object); i++) {
		for (uint32_t t = 0; t < ORACLE_TARGETS; t++)
			buf_release(&VEC_DATA(&o->objects, struct oracle_object)[i]
					     .strings[t]);
	}
	for (size_t i = 0; i < VEC_COUNT(&o->kinds, struct oracle_kind); i++)
		oracle_target_classes_release(
			&VEC_DATA(&o->kinds, struct oracle_kind)[i].classes);
	buf_release(&o->objects);
	buf_release(&o->kinds);
	oracle_steps_release(o);
	oracle_target_release(&o->patterns);
	oracle_world_release(&o->world);
	if (o->scratch)
		arena_release(o->scratch);
	if (o->scratch_of_strings)
		arena_release(o->scratch_of_strings);
	arena_release(&o->arena);
}
