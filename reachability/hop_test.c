#include "reachability/hop_test.h"

#include <stdlib.h>

#include "reachability/hop_bond.h"
#include "reachability/hop_unseen.h"
#include "reachability/pattern.h"

struct hop_test {
	struct world *world;
	struct hop_needs *needs;
	struct intern keys;   /* service and trust policies -> number */
	struct buf trusts;    /* expr, by that number */
	struct intern scopes; /* rule and scope -> number */
	struct buf assumed;   /* expr, by that number */
};

struct hop_test *hop_test_new(struct world *w, struct hop_needs *needs)
{
	struct hop_test *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->world = w;
	t->needs = needs;
	intern_init(&t->keys);
	intern_init(&t->scopes);
	return t;
}

void hop_test_free(struct hop_test *t)
{
	if (!t)
		return;
	intern_release(&t->keys);
	buf_release(&t->trusts);
	intern_release(&t->scopes);
	buf_release(&t->assumed);
	free(t);
}

bool hop_test_carries(const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->test_count; i++) {
		if (rule->tests[i].type == RULE_CARRIES && !rule->tests[i].unless)
			return true;
	}
	return false;
}

/* --- whom the target's trust policy lets in --- */

static int trusts_decide(
	expr *out, struct hop_test *t, node_id target, struct str service, struct err *e)
{
	const struct provider *p = provider_of_key(service);
	struct str account;
	node_id who = world_node_virtual(
		t->world, p->read_key(service, &account), service, (struct str){ 0 });

	*out = EXPR_FALSE;
	for (uint32_t i = 0; i < p->assumption_count; i++) {
		struct rule_need need = { .action = p->assumptions[i].action,
			.on = RULE_TARGET };
		expr one;

		if (p->assumptions[i].federated !=
			p->is_federated(world_node(t->world, who)))
			continue;
		if (hop_needs_decide(&one, t->needs, hop_needs_get(t->needs, &need), who,
			    target, e) < 0)
			return e->code;
		*out = expr_or(world_pool(t->world), *out, one);
	}
	return 0;
}

/* Targets of one account with the same trust policies trust the same services. */
static int trusts(
	expr *out, struct hop_test *t, node_id target, struct str service, struct err *e)
{
	const struct world_document *docs;
	struct buf key = { 0 };
	uint32_t count, before = intern_count(&t->keys), number;
	bool alone = false;
	int rc = 0;

	if (world_documents(&docs, &count, t->world, target, LAYER_TRUST, e) < 0)
		return e->code;
	buf_add_str(&key, service);
	buf_add_char(&key, '\n');
	buf_add_str(&key, world_node(t->world, target)->account);
	buf_add_char(&key, '\n');
	for (uint32_t i = 0; i < count; i++) {
		alone |= !docs[i].compiled ||
			 (docs[i].compiled->flags & DOCUMENT_READS_RESOURCE);
		VEC_ADD(&key, const void *, docs[i].compiled);
	}
	if (alone || count == 0)
		VEC_ADD(&key, node_id, target);
	number = intern_add(&t->keys, buf_str(&key));
	buf_release(&key);
	if (number == before) {
		VEC_ADD(&t->trusts, expr, EXPR_FALSE);
		rc = trusts_decide(out, t, target, service, e);
		if (rc == 0)
			VEC_DATA(&t->trusts, expr)[number] = *out;
	}
	*out = VEC_DATA(&t->trusts, expr)[number];
	return rc;
}

/* --- facts --- */

static int is_carried(expr *out, struct hop_test *t, node_id n,
	const struct rule_test *test, struct err *e)
{
	struct buf found = { 0 };
	int rc = hop_bond_throughs(&found, t->world, RULE_CARRYING, n, &test->text, 1, e);

	*out = found.n > 0 ? EXPR_TRUE : EXPR_FALSE;
	/* a question about one pair: there may be one that nobody listed */
	if (found.n == 0 && hop_needs_is_strict(t->needs) &&
		!provider_of_node(t->world, n)->inherits &&
		hop_unseen_near(t->world, n, test->text))
		*out = world_unknown(t->world, world_node(t->world, n)->account,
			arena_printf(world_arena(t->world), "not every %.*s was listed",
				STR_ARG(test->text)),
			false);
	buf_release(&found);
	return rc;
}

/* Digits only; false: no number. */
static bool number_of(struct str text, uint64_t *out)
{
	*out = 0;
	if (text.n == 0 || text.n > 18)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(text.p[i] - '0');
	}
	return true;
}

/* *known: the attribute was collected, and is of the sort that can be compared. */
static bool attribute_is(
	struct hop_test *t, node_id n, const struct rule_test *test, bool *known)
{
	struct str value = world_attribute(t->world, n, test->attribute);
	uint64_t have, want;

	*known = value.p != NULL && value.n > 0;
	if (!*known || test->comparison == RULE_EQUAL)
		return str_eq_fold(value, test->text);
	*known = number_of(value, &have) && number_of(test->text, &want);
	if (!*known)
		return false;
	return test->comparison == RULE_LESS ? have < want : have > want;
}

/* An attribute of the node that a hop depends on and nobody collected. */
static expr not_collected(struct hop_test *t, node_id n, struct str attribute)
{
	struct segment *s = world_node_segment(t->world, n);

	return world_unknown(t->world,
		s ? segment_info(s)->scope : world_node(t->world, n)->account,
		arena_printf(world_arena(t->world), "%.*s of %.*s not collected",
			STR_ARG(attribute), STR_ARG(world_node(t->world, n)->key)),
		false);
}

/* What the rule takes for granted and no data shows: the same for all of a scope. */
static expr assumed(struct hop_test *t, const struct rule *rule, node_id target)
{
	struct segment *s = world_node_segment(t->world, target);
	struct str scope =
		s ? segment_info(s)->scope : world_node(t->world, target)->account;
	uint32_t before = intern_count(&t->scopes), number;
	struct buf key = { 0 };

	if (rule->assumes.n == 0)
		return EXPR_TRUE;
	VEC_ADD(&key, const struct rule *, rule);
	buf_add_str(&key, scope);
	number = intern_add(&t->scopes, buf_str(&key));
	buf_release(&key);
	if (number == before)
		VEC_ADD(&t->assumed, expr,
			world_unknown(t->world, scope,
				arena_printf(world_arena(t->world), "whether %.*s (%.*s)",
					STR_ARG(rule->assumes), STR_ARG(rule->id)),
				false));
	return VEC_DATA(&t->assumed, const expr)[number];
}

static int test_one(expr *out, struct hop_test *t, const struct rule_test *test,
	node_id n, struct err *e)
{
	bool known = true, holds = true;
	int rc = 0;

	switch (test->type) {
	case RULE_TRUSTS:
		rc = trusts(out, t, n, test->text, e);
		break;
	case RULE_CARRIED:
		rc = is_carried(out, t, n, test, e);
		break;
	case RULE_MATCHES:
		holds = pattern_match(test->text, world_node(t->world, n)->key);
		*out = holds ? EXPR_TRUE : EXPR_FALSE;
		break;
	case RULE_ATTRIBUTE:
		holds = attribute_is(t, n, test, &known);
		*out = holds ? EXPR_TRUE : EXPR_FALSE;
		if (!known && !test->unless)
			*out = not_collected(t, n, test->attribute);
		break;
	case RULE_CARRIES: /* the search for targets asks for it */
		*out = test->unless ? EXPR_FALSE : EXPR_TRUE;
		break;
	}
	/* Only a known fact rules out. */
	if (rc == 0 && test->unless)
		*out = *out == EXPR_TRUE ? EXPR_FALSE : EXPR_TRUE;
	return rc;
}

int hop_test_all(expr *out, struct hop_test *t, const struct rule *rule,
	enum rule_place place, node_id n, struct err *e)
{
	*out = place == RULE_TARGET ? assumed(t, rule, n) : EXPR_TRUE;
	for (uint32_t i = 0; i < rule->test_count && *out != EXPR_FALSE; i++) {
		const struct rule_test *test = &rule->tests[i];
		expr one = EXPR_FALSE;

		if (test->of != place)
			continue;
		if (test_one(&one, t, test, n, e) < 0)
			return e->code;
		*out = expr_and(world_pool(t->world), *out, one);
	}
	return 0;
}
