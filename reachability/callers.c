#include "reachability/callers.h"

#include "reachability/subject.h"

/* Decisions of a class of which none was of use for another, after which it is left. */
#define LONELY 32u

struct callers_class {
	const struct decide_test *tests;
	uint32_t test_count;
	uint32_t kept, recalled;
	bool alone; /* each member is decided for itself */
};

void callers_begin(struct callers *c, struct decide *d, const struct decide_object *o)
{
	*c = (struct callers){ .decide = d, .object = o };
	intern_init(&c->said);
}

void callers_end(struct callers *c)
{
	buf_release(&c->classes);
	buf_release(&c->answers);
	buf_release(&c->tests);
	buf_release(&c->key);
	intern_release(&c->said);
}

/* The class and what its tests say of the identity. */
static int key_make(struct callers *c, const struct callers_class *class, uint32_t number,
	node_id n, struct err *e)
{
	struct decide_subject s;

	if (subject_facts(&s, decide_subjects(c->decide), n, e) < 0)
		return e->code;
	buf_clear(&c->key);
	VEC_ADD(&c->key, uint32_t, number);
	VEC_ADD(&c->key, uint32_t, class->test_count);
	for (uint32_t i = 0; i < class->test_count; i++)
		VEC_ADD(&c->key, expr,
			decide_test(c->decide, &s, c->object, &class->tests[i]));
	return 0;
}

static struct callers_class *class_of(struct callers *c, uint32_t number)
{
	while (VEC_COUNT(&c->classes, struct callers_class) <= number)
		VEC_ADD(&c->classes, struct callers_class, { .tests = NULL });
	return &VEC_DATA(&c->classes, struct callers_class)[number];
}

int callers_recall(const struct decide_shared **out, struct callers *c, uint32_t class,
	node_id n, struct err *e)
{
	struct callers_class *k = class_of(c, class);
	uint32_t number;

	*out = NULL;
	if (k->alone || k->kept == 0)
		return 0;
	if (key_make(c, k, class, n, e) < 0)
		return e->code;
	number = intern_find(&c->said, buf_str(&c->key));
	if (number == INTERN_NONE)
		return 0;
	k->recalled++;
	*out = &VEC_DATA(&c->answers, const struct decide_shared)[number];
	return 0;
}

void callers_record(struct callers *c)
{
	buf_clear(&c->tests);
	c->others = false;
	decide_record_tests(c->decide, &c->tests, &c->others);
}

void callers_stop(struct callers *c)
{
	decide_record_tests(c->decide, NULL, NULL);
}

static bool tests_have(
	const struct callers_class *k, const struct decide_test *v, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = 0;

		while (at < k->test_count &&
			(k->tests[at].condition != v[i].condition ||
				!str_eq(k->tests[at].resource, v[i].resource)))
			at++;
		if (at == k->test_count)
			return false;
	}
	return true;
}

/* What this decision asked and no other of the class before. */
static void tests_join(struct callers *c, struct callers_class *k)
{
	const struct decide_test *v = VEC_DATA(&c->tests, const struct decide_test);
	uint32_t count = (uint32_t)VEC_COUNT(&c->tests, struct decide_test);
	uint32_t n = k->test_count;
	struct decide_test *all;

	if (tests_have(k, v, count))
		return;
	all = ARENA_NEW_ARRAY(
		world_arena(decide_world(c->decide)), struct decide_test, n + count + 1);
	if (n > 0)
		memcpy(all, k->tests, n * sizeof(*all));
	for (uint32_t i = 0; i < count; i++) {
		if (!tests_have(k, &v[i], 1))
			all[n++] = v[i];
	}
	k->tests = all;
	k->test_count = n;
}

int callers_keep(struct callers *c, uint32_t class, node_id n,
	const struct decide_shared *answer, struct err *e)
{
	struct callers_class *k = class_of(c, class);
	uint32_t before;

	k->alone |= c->others || answer->access->incomplete ||
		    (k->kept >= LONELY && k->recalled == 0);
	if (k->alone)
		return 0;
	tests_join(c, k);
	if (key_make(c, k, class, n, e) < 0)
		return e->code;
	k->kept++;
	before = intern_count(&c->said);
	if (intern_add(&c->said, buf_str(&c->key)) == before)
		VEC_ADD(&c->answers, struct decide_shared, *answer);
	return 0;
}
