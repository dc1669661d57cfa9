#include "reachability/condition.h"

#include <assert.h>

#include "base/mutant.h"
#include "reachability/comparison.h"
#include "reachability/literal.h"
#include "reachability/pattern.h"

#define CONDITION_FEW 16u

enum replacement {
	REPLACED,            /* every variable has its value */
	REPLACED_NONE,       /* a variable has no value: the text matches nothing */
	REPLACED_OPEN,       /* a variable is for the request to decide */
	REPLACED_UNCOLLECTED /* a variable's value was not collected */
};

/* One value of a policy with its variables replaced. */
struct condition_value {
	enum replacement state;
	struct str text;  /* open variables stay as ${key} */
	struct str bound; /* a pattern that covers the text whatever open variables say */
	expr unknown;     /* of REPLACED_UNCOLLECTED */
};

/* The parts of ${key, 'default'}. */
struct variable {
	struct str key, fallback;
	bool has_fallback;
	size_t end; /* index behind the '}' */
};

/* One test on its way to an answer. */
struct condition_case {
	struct condition_context *c;
	struct str few[CONDITION_FEW]; /* room for the values of most tests */
	struct expr_test test; /* its values are the replaced ones that are certain */
	struct expr_test undecided; /* its values hold open variables */
	struct str *bounds;         /* per value of `undecided` */
	struct condition_fact fact;
	expr unknown; /* of values that were not collected, OR-ed; EXPR_FALSE when none */
};

static struct str condition_trim(struct str s)
{
	while (s.n > 0 && s.p[0] == ' ')
		s = str_skip(s, 1);
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

/* Index of the '}' that ends a variable, outside of quotes, or text.n. */
static size_t condition_find_end(struct str text, size_t from)
{
	bool quoted = false;

	for (size_t i = from; i < text.n; i++) {
		if (text.p[i] == '\'')
			quoted = !quoted;
		else if (text.p[i] == '}' && !quoted)
			return i;
	}
	return text.n;
}

/* Read the variable that begins with "${" at `at`. False when it has no end. */
static bool condition_read_variable(struct variable *out, struct str text, size_t at)
{
	size_t end = condition_find_end(text, at + 2), comma;
	struct str body;

	if (end == text.n)
		return false;
	body = (struct str){ text.p + at + 2, end - at - 2 };
	comma = str_find_char(body, ',', 0);
	*out = (struct variable){ .key = condition_trim(str_head(body, comma)),
		.end = end + 1 };
	if (comma < body.n) {
		struct str fallback = condition_trim(str_skip(body, comma + 1));

		if (fallback.n >= 2 && fallback.p[0] == '\'' &&
			str_ends(fallback, STR_LIT("'")))
			fallback = (struct str){ fallback.p + 1, fallback.n - 2 };
		out->fallback = fallback;
		out->has_fallback = true;
	}
	return true;
}

/* The variable's value as text in *out. Variables take single-valued keys only. */
static enum replacement condition_read_value(struct str *out, struct condition_fact *fact,
	struct condition_context *c, const struct variable *v)
{
	if (str_eq(v->key, STR_LIT("*")) || str_eq(v->key, STR_LIT("?")) ||
		str_eq(v->key, STR_LIT("$"))) {
		*out = v->key;
		return REPLACED;
	}
	c->look_up(c->ctx, v->key, fact, c->arena);
	switch (fact->knowledge) {
	case CONDITION_OPEN:
	case CONDITION_PRESENT:
		return REPLACED_OPEN;
	case CONDITION_UNCOLLECTED:
		return REPLACED_UNCOLLECTED;
	case CONDITION_KNOWN:
		if (fact->multivalued || fact->value_count > 1)
			return REPLACED_NONE;
		if (fact->value_count == 1) {
			*out = fact->values[0];
			return REPLACED;
		}
		break;
	case CONDITION_MISSING:
		break;
	}
	*out = v->fallback;
	return MUTANT(variable_without_value_is_empty, v->has_fallback, true)
		       ? REPLACED
		       : REPLACED_NONE;
}

/* Replace all variables. `pattern` says that wildcards of the text are wildcards. */
static struct condition_value condition_replace(
	struct condition_context *c, struct str text, bool pattern)
{
	struct condition_value out = { REPLACED, text, text, EXPR_FALSE };
	struct buf exact = { 0 }, bound = { 0 };
	size_t at = 0;

	while (at < text.n && out.state != REPLACED_NONE) {
		struct condition_fact fact = { 0 };
		struct variable v = { .end = at + 1 };
		enum replacement state = REPLACED;
		struct str value = { text.p + at, 1 };
		bool found = text.p[at] == '$' && at + 1 < text.n &&
			     text.p[at + 1] == '{' &&
			     condition_read_variable(&v, text, at);

		if (found)
			state = condition_read_value(&value, &fact, c, &v);
		if (state == REPLACED_UNCOLLECTED)
			out.unknown = expr_or(c->pool, out.unknown,
				expr_unknown(c->pool, fact.scope, fact.what));
		if (state > out.state || state == REPLACED_NONE)
			out.state = state;
		if (state == REPLACED_OPEN || state == REPLACED_UNCOLLECTED) {
			buf_add(&exact, text.p + at, v.end - at);
			buf_add_char(&bound, '*');
		} else if (state == REPLACED) {
			struct str literal = found || !pattern
						     ? literal_encode(value, c->arena)
						     : value;

			buf_add_str(&exact, pattern ? literal : value);
			buf_add_str(&bound, literal);
		}
		at = v.end;
	}
	out.text = arena_copy(c->arena, buf_str(&exact));
	out.bound = arena_copy(c->arena, buf_str(&bound));
	buf_release(&exact);
	buf_release(&bound);
	return out;
}

/* Put one value of the policy among the certain, undecided or uncollected ones. */
static void condition_add_value(struct condition_case *k, struct str *certain,
	struct str *open, struct str written)
{
	enum comparison_type type = comparison_type(k->test.op);
	struct condition_value v = condition_replace(
		k->c, written, type == COMPARISON_PATTERN || type == COMPARISON_ARN);

	if (v.state == REPLACED) {
		certain[k->test.value_count++] = v.text;
	} else if (v.state == REPLACED_OPEN) {
		k->bounds[k->undecided.value_count] = v.bound;
		open[k->undecided.value_count++] = v.text;
	} else if (v.state == REPLACED_UNCOLLECTED) {
		k->unknown = expr_or(k->c->pool, k->unknown, v.unknown);
	}
}

static void condition_add_values(struct condition_case *k, const struct document *d,
	const struct document_condition *condition)
{
	bool variables = comparison_takes_variables(k->test.op) &&
			 (condition->flags & DOCUMENT_CONDITION_VARIABLE) != 0;
	uint32_t count = condition->value_count;
	const struct document_text *texts = d->values + condition->value_first;
	struct str *certain = k->few, *open = NULL;

	if (count > CONDITION_FEW)
		certain = ARENA_NEW_ARRAY(k->c->arena, struct str, count);
	if (variables) {
		open = ARENA_NEW_ARRAY(k->c->arena, struct str, count + 1u);
		k->bounds = ARENA_NEW_ARRAY(k->c->arena, struct str, count + 1u);
	}
	k->test.values = certain;
	k->undecided.values = open;
	for (uint32_t i = 0; i < count; i++) {
		if (variables)
			condition_add_value(k, certain, open, document_str(d, texts[i]));
		else
			certain[k->test.value_count++] = document_str(d, texts[i]);
	}
}

/*
 * What further values that may match add: an alternative, or one more thing that must
 * not be.
 */
static expr condition_add_doubt(struct condition_case *k, expr truth, expr doubt)
{
	if (comparison_is_negated(k->test.op))
		return expr_and(k->c->pool, truth, doubt);
	return expr_or(k->c->pool, truth, doubt);
}

/* The test's residual when the request decides the key. */
static expr condition_residual(struct condition_case *k)
{
	uint32_t count = k->test.value_count + k->undecided.value_count;
	struct expr_test test = k->test;
	struct str *all;
	expr out;

	if (k->undecided.value_count == 0 && k->unknown == EXPR_FALSE)
		return expr_test(k->c->pool, &test);
	all = ARENA_NEW_ARRAY(k->c->arena, struct str, count + 1u);
	for (uint32_t i = 0; i < k->test.value_count; i++)
		all[i] = k->test.values[i];
	for (uint32_t i = 0; i < k->undecided.value_count; i++)
		all[k->test.value_count + i] = k->undecided.values[i];
	test.values = all;
	test.value_count = count;
	out = expr_test(k->c->pool, &test);
	return k->unknown == EXPR_FALSE ? out : condition_add_doubt(k, out, k->unknown);
}

/* The undecided values that the request's value could equal. */
static struct expr_test condition_undecided(
	const struct condition_case *k, struct str value)
{
	struct expr_test test = k->undecided;
	struct str *kept =
		ARENA_NEW_ARRAY(k->c->arena, struct str, test.value_count + 1u);
	struct str literal = literal_encode(value, k->c->arena);
	enum comparison_type type = comparison_type(test.op);
	bool fold = type == COMPARISON_STRING_FOLD || type == COMPARISON_BOOL;
	uint32_t count = 0;

	for (uint32_t i = 0; i < test.value_count; i++) {
		if (fold ? pattern_match_fold(k->bounds[i], literal)
			 : pattern_match(k->bounds[i], literal))
			kept[count++] = test.values[i];
	}
	test.values = kept;
	test.value_count = count;
	return test;
}

/* The truth for one known value of the key. */
static expr condition_known(struct condition_case *k, struct str value)
{
	bool negated = comparison_is_negated(k->test.op);
	bool holds = comparison_holds(
		k->test.op, k->test.values, k->test.value_count, value, k->c->arena);
	expr out = holds ? EXPR_TRUE : EXPR_FALSE;

	if (holds != negated)
		return out;
	if (k->undecided.value_count > 0) {
		struct expr_test rest = condition_undecided(k, value);

		if (rest.value_count > 0)
			out = condition_add_doubt(k, out, expr_test(k->c->pool, &rest));
	}
	if (k->unknown != EXPR_FALSE)
		out = condition_add_doubt(k, out, k->unknown);
	return out;
}

static expr condition_known_all(struct condition_case *k)
{
	bool any = k->test.qualifier == DOCUMENT_FOR_ANY;
	expr out = any ? EXPR_FALSE : EXPR_TRUE;

	for (uint32_t i = 0; i < k->fact.value_count; i++) {
		expr one = condition_known(k, k->fact.values[i]);

		out = any ? expr_or(k->c->pool, out, one)
			  : expr_and(k->c->pool, out, one);
	}
	return out;
}

static expr condition_missing(const struct expr_test *t)
{
	bool truth = comparison_is_negated(t->op);

	if (MUTANT(if_exists_ignored, t->if_exists, false) ||
		MUTANT(all_of_none_fails, t->qualifier == DOCUMENT_FOR_ALL, false))
		truth = true;
	else if (MUTANT(any_of_none_holds, t->qualifier == DOCUMENT_FOR_ANY, false))
		truth = false;
	return truth ? EXPR_TRUE : EXPR_FALSE;
}

/* The residual "the key is absent", where only that makes the test true. */
static expr condition_if_absent(struct condition_case *k)
{
	struct str yes = STR_LIT("true");
	struct expr_test absent = { .op = DOCUMENT_NULL,
		.present = k->test.present,
		.key = k->test.key,
		.values = &yes,
		.value_count = 1 };

	if (condition_missing(&k->test) == EXPR_FALSE)
		return EXPR_FALSE;
	return expr_test(k->c->pool, &absent);
}

/* Null: "true" asks whether the key is absent, "false" whether it is there. */
static expr condition_presence(struct condition_case *k)
{
	bool absent = k->fact.knowledge == CONDITION_MISSING;
	struct str wanted = MUTANT(null_inverted, absent, !absent) ? STR_LIT("true")
								   : STR_LIT("false");

	if (k->fact.knowledge == CONDITION_OPEN)
		return expr_test(k->c->pool, &k->test);
	for (uint32_t i = 0; i < k->test.value_count; i++) {
		if (str_eq_fold(k->test.values[i], wanted))
			return EXPR_TRUE;
	}
	return EXPR_FALSE;
}

/*
 * A key that carries a list needs a qualifier: without one the test does not match a
 * list, not even of one value.
 */
static bool condition_lacks_qualifier(const struct condition_case *k)
{
	return MUTANT(list_needs_no_qualifier, k->test.qualifier == DOCUMENT_PLAIN,
		       false) &&
	       (k->fact.multivalued ||
		       (k->fact.knowledge == CONDITION_KNOWN && k->fact.value_count > 1));
}

/*
 * The truth of a test of a fact that nobody collected. Another test of the same fact is
 * another unknown: what grants under the one and what denies under the other do not
 * exclude each other.
 */
static expr condition_uncollected(struct condition_case *k)
{
	struct expr_pool *pool = k->c->pool;
	struct buf what = { 0 };
	expr x;

	buf_add_str(&what, k->fact.what);
	buf_add_str(&what, STR_LIT(" (asked: "));
	expr_print(&what, pool, expr_test(pool, &k->test));
	buf_add_char(&what, ')');
	x = expr_unknown(pool, k->fact.scope, buf_str(&what));
	buf_release(&what);
	return x;
}

/*
 * Of a key that never carries a list, all values and any value are the one that it has:
 * what is left of a qualifier is what it says of an absent key. True: it must be there.
 */
static bool condition_drop_qualifier(struct condition_case *k)
{
	bool any = k->test.qualifier == DOCUMENT_FOR_ANY;

	if (!k->fact.single || k->test.op == DOCUMENT_NULL ||
		k->test.qualifier == DOCUMENT_PLAIN)
		return false;
	k->test.if_exists |=
		MUTANT(all_of_none_fails, k->test.qualifier == DOCUMENT_FOR_ALL, false);
	k->test.qualifier = DOCUMENT_PLAIN;
	return MUTANT(any_of_none_holds, any, false) && !k->test.if_exists &&
	       !k->test.present && comparison_is_negated(k->test.op);
}

static expr condition_case_truth(struct condition_case *k)
{
	if (k->fact.knowledge == CONDITION_KNOWN && k->fact.value_count == 0)
		k->fact.knowledge = CONDITION_MISSING;
	if (k->fact.knowledge == CONDITION_UNCOLLECTED)
		return condition_uncollected(k);
	if (k->test.op == DOCUMENT_NULL)
		return condition_presence(k);
	if (k->fact.knowledge == CONDITION_MISSING)
		return condition_missing(&k->test);
	if (condition_lacks_qualifier(k))
		return k->fact.knowledge == CONDITION_OPEN ? condition_if_absent(k)
							   : EXPR_FALSE;
	if (k->fact.knowledge == CONDITION_KNOWN)
		return condition_known_all(k);
	return condition_residual(k);
}

expr condition_test(struct condition_context *c, const struct document *d,
	const struct document_condition *condition)
{
	struct condition_case k = { .c = c };
	struct str no = STR_LIT("false");
	bool needed;
	expr truth;

	k.test.op = (enum document_operator)condition->operator_;
	k.test.qualifier = (enum document_qualifier)condition->qualifier;
	k.test.if_exists = (condition->flags & DOCUMENT_IF_EXISTS) != 0;
	k.test.key = document_str(d, condition->key);
	if (comparison_type(k.test.op) == COMPARISON_UNKNOWN)
		return expr_unknown(c->pool, STR_LIT(""),
			arena_printf(c->arena, "condition operator '%.*s' is not known",
				STR_ARG(document_str(d, condition->written))));
	c->look_up(c->ctx, k.test.key, &k.fact, c->arena);
	k.test.present = k.fact.knowledge == CONDITION_PRESENT ||
			 k.fact.knowledge == CONDITION_KNOWN;
	needed = condition_drop_qualifier(&k);
	k.undecided = k.test;
	condition_add_values(&k, d, condition);
	truth = condition_case_truth(&k);
	if (needed && k.fact.knowledge == CONDITION_MISSING)
		return EXPR_FALSE;
	if (!needed || k.fact.knowledge != CONDITION_OPEN)
		return truth;
	k.test.values = &no;
	k.test.value_count = 1;
	k.test.op = DOCUMENT_NULL;
	return expr_and(c->pool, truth, expr_test(c->pool, &k.test));
}

/* Truths that conditions left, newest last; checked by document_open. */
static void condition_join(struct expr_pool *pool, struct buf *truths, uint32_t joins)
{
	for (; joins != 0; joins >>= 2) {
		size_t count = VEC_COUNT(truths, expr);
		expr *newest = VEC_DATA(truths, expr) + count - 1;

		if ((joins & 3u) == DOCUMENT_NOT) {
			*newest = expr_not(pool, *newest);
			continue;
		}
		assert(count >= 2);
		newest[-1] = (joins & 3u) == DOCUMENT_AND
				     ? expr_and(pool, newest[-1], newest[0])
				     : expr_or(pool, newest[-1], newest[0]);
		truths->n -= sizeof(expr);
	}
}

static expr condition_joined(struct condition_context *c, const struct document *d,
	const struct document_condition *v, uint32_t count)
{
	struct buf truths = { 0 };
	expr out = EXPR_TRUE;

	for (uint32_t i = 0; i < count; i++) {
		VEC_ADD(&truths, expr, condition_test(c, d, &v[i]));
		condition_join(c->pool, &truths, v[i].joins);
	}
	for (size_t i = 0; i < VEC_COUNT(&truths, expr); i++)
		out = expr_and(c->pool, out, VEC_DATA(&truths, const expr)[i]);
	buf_release(&truths);
	return out;
}

expr condition_statement(struct condition_context *c, const struct document *d,
	const struct document_statement *s)
{
	const struct document_condition *v = d->conditions + s->condition_first;
	uint32_t count = MUTANT(last_condition_lost, s->condition_count,
		s->condition_count > 1 ? s->condition_count - 1u : s->condition_count);
	expr out = EXPR_TRUE;

	for (uint32_t i = 0; i < s->condition_count; i++) {
		if (v[i].joins != 0)
			return condition_joined(c, d, v, s->condition_count);
	}
	for (uint32_t i = 0; i < count && out != EXPR_FALSE; i++)
		out = expr_and(c->pool, out, condition_test(c, d, &v[i]));
	return out;
}

int condition_substitute(struct str *out, bool *literal_ok, struct condition_context *c,
	struct str pattern)
{
	struct condition_value v = condition_replace(c, pattern, true);

	*out = v.bound;
	*literal_ok = !literal_is_encoded(v.bound);
	if (v.state == REPLACED_NONE)
		return 0;
	return v.state == REPLACED ? 1 : 2;
}
