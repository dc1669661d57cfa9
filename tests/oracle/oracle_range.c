/*
 * oracle_range.c - a question about all the strings of an object. What goes through an
 * access point needs the consent of the bucket behind it besides.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
 */
#include "oracle_ask.h"

static struct oracle_ask ask_of(const struct oracle *o, const struct oracle_node *as,
	const uint32_t at[3], const struct oracle_object *target, bool strict)
{
	const struct oracle_class *class = &target->classes[at[2]];

	return (struct oracle_ask){ .o = o,
		.subject = at[0],
		.request = { .subject = as,
			.object = oracle_world_node(&o->world, at[1]),
			.subject_place = &o->world.places[at[0]],
			.object_place = &o->world.places[at[1]],
			.service = class->service,
			.prefix = class->prefix },
		.class = class,
		.strict = strict,
		.scratch = o->scratch };
}

/* What one string gives: in general, and where conditions help nobody. */
struct side {
	struct oracle_truth truth;
	bool plain; /* allowed so, too */
};

static struct side decide_string(struct oracle_ask *q, const struct oracle_string *string)
{
	struct side s;

	q->string = string;
	q->request.resource = string->text;
	s.truth = oracle_ask_decide(q);
	q->plain = true;
	s.plain = oracle_ask_verdict(q, s.truth) == ORACLE_ALLOWED &&
		  oracle_ask_verdict(q, oracle_ask_decide(q)) == ORACLE_ALLOWED;
	q->plain = false;
	return s;
}

/* Some request fits one statement, the others another: no request has all that. */
static enum oracle_verdict verdict_of_side(
	const struct oracle_ask *q, const struct side *s)
{
	enum oracle_verdict v = oracle_ask_verdict(q, s->truth);

	return v == ORACLE_ALLOWED && !s->plain ? ORACLE_CONDITIONAL : v;
}

/* Those of all strings of the targets, each once. */
static void decide_strings(struct buf *out, struct oracle_ask *q,
	const struct oracle_object *object, uint32_t targets)
{
	for (uint32_t t = 0; t < ORACLE_TARGETS; t++) {
		const struct buf *strings = &object->strings[t];

		for (size_t i = 0; (targets >> t & 1) &&
				   i < VEC_COUNT(strings, struct oracle_string);
			i++) {
			struct side s = decide_string(
				q, &VEC_DATA(strings, struct oracle_string)[i]);
			const struct side *old = VEC_DATA(out, struct side);
			size_t k = 0, count = VEC_COUNT(out, struct side);

			while (k < count && (old[k].truth.sure != s.truth.sure ||
						    old[k].truth.maybe != s.truth.maybe ||
						    old[k].plain != s.plain))
				k++;
			if (k == count)
				buf_add(out, &s, sizeof(s));
		}
	}
}

/* The class of the bucket's that has the actions of a class of its access point. */
static const struct oracle_class *class_behind(
	const struct oracle_object *bucket, const struct oracle_class *class)
{
	action_id action = VEC_DATA(&class->actions, action_id)[0];

	for (uint32_t i = 0; i < bucket->class_count; i++) {
		const struct buf *actions = &bucket->classes[i].actions;

		for (size_t k = 0; k < VEC_COUNT(actions, action_id); k++) {
			if (VEC_DATA(actions, action_id)[k] == action)
				return &bucket->classes[i];
		}
	}
	return NULL;
}

/* The same question about the bucket behind the access point. */
static struct oracle_ask ask_behind(const struct oracle_ask *q)
{
	const struct oracle *o = q->o;
	uint32_t bucket = q->request.object->bucket_node;
	struct oracle_ask behind = *q;

	behind.request.object = oracle_world_node(&o->world, bucket);
	behind.request.object_place = &o->world.places[bucket];
	behind.class = class_behind(oracle_object(o, bucket), q->class);
	return behind;
}

static bool goes_through(const struct oracle_ask *q)
{
	return q->request.object->behind.n > 0 && q->class->behind != 0;
}

static void decide_behind(struct buf *out, const struct oracle_ask *q)
{
	struct oracle_ask behind;

	if (q->request.object->bucket_node == ORACLE_NONE) {
		VEC_ADD(out, struct side, { .truth = oracle_ask_perhaps(q) });
		return;
	}
	behind = ask_behind(q);
	decide_strings(out, &behind, oracle_object(q->o, q->request.object->bucket_node),
		behind.class->targets);
}

/* What both allow: of each some string. */
static struct oracle_range range_of(
	const struct oracle_ask *q, const struct buf *here, const struct buf *behind)
{
	struct oracle_range range = { ORACLE_DENIED, ORACLE_DENIED };
	struct oracle_truth any[2] = { { 0, 0 }, { 0, 0 } };
	const struct side *a = VEC_DATA(here, struct side);
	const struct side *b = VEC_DATA(behind, struct side);

	for (size_t i = 0; i < VEC_COUNT(here, struct side); i++)
		any[0] = oracle_truth_or(any[0], a[i].truth);
	for (size_t k = 0; k < VEC_COUNT(behind, struct side); k++)
		any[1] = oracle_truth_or(any[1], b[k].truth);
	for (size_t i = 0; i < VEC_COUNT(here, struct side); i++) {
		for (size_t k = 0; k < VEC_COUNT(behind, struct side); k++) {
			struct side both = { oracle_truth_and(a[i].truth, b[k].truth),
				a[i].plain && b[k].plain };
			enum oracle_verdict one = verdict_of_side(q, &both);

			range.least = one > range.least ? one : range.least;
		}
	}
	range.most = oracle_ask_verdict(q, oracle_truth_and(any[0], any[1]));
	return range;
}

struct oracle_range oracle_decide_as(const struct oracle *o, const struct oracle_node *as,
	const uint32_t at[3], const struct oracle_object *target, bool strict)
{
	struct oracle_ask q = ask_of(o, as, at, target, strict);
	struct oracle_range range = { ORACLE_DENIED, ORACLE_DENIED };
	struct side always_so = { oracle_ask_always(&q), true };
	struct buf behind = { 0 };

	if (goes_through(&q))
		decide_behind(&behind, &q);
	else
		buf_add(&behind, &always_so, sizeof(always_so));
	for (uint32_t t = 0; t < ORACLE_TARGETS; t++) {
		struct buf here = { 0 };

		if (!(q.class->targets >> t & 1))
			continue;
		decide_strings(&here, &q, target, 1u << t);
		struct oracle_range one = range_of(&q, &here, &behind);

		range.least = one.least > range.least ? one.least : range.least;
		range.most = one.most > range.most ? one.most : range.most;
		buf_release(&here);
	}
	buf_release(&behind);
	return range;
}

/* "arn:aws:s3:eu-west-1:111111111111:accesspoint/p/object/x" of the bucket "b": b/x. */
static struct side side_behind(
	const struct oracle_ask *q, const struct oracle_string *string)
{
	const struct oracle_node *way = q->request.object;
	struct str rest = str_skip(string->text, way->key.n + 8);
	struct oracle_ask behind;
	struct oracle_string mapped;
	struct side s = { .truth = oracle_ask_perhaps(q) };

	if (way->bucket_node == ORACLE_NONE)
		return s;
	behind = ask_behind(q);
	mapped.text = arena_printf(q->o->scratch_of_strings, "arn:aws:s3:::%.*s/%.*s",
		STR_ARG(way->behind), STR_ARG(rest));
	mapped.match = oracle_target_match(
		&q->o->patterns, mapped.text, q->o->scratch_of_strings);
	return decide_string(&behind, &mapped);
}

struct oracle_range oracle_on_string(const struct oracle *o, const uint32_t at[3],
	const struct oracle_string *string, bool strict)
{
	struct oracle_ask q = ask_of(o, oracle_world_node(&o->world, at[0]), at,
		oracle_object(o, at[1]), strict);
	struct side s = decide_string(&q, string);

	if (goes_through(&q)) {
		struct side behind = side_behind(&q, string);

		s.truth = oracle_truth_and(s.truth, behind.truth);
		s.plain = s.plain && behind.plain;
	}
	return (struct oracle_range){ verdict_of_side(&q, &s),
		oracle_ask_verdict(&q, s.truth) };
}
