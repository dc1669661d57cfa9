#include "reachability/expr_code.h"

#include "reachability/expr_priv.h"

enum code_kind { CODE_FALSE, CODE_TEST, CODE_UNKNOWN, CODE_ACTIVATION, CODE_AND };

void expr_writer_init(
	struct expr_writer *w, const struct expr_pool *pool, struct intern *texts)
{
	*w = (struct expr_writer){ .pool = pool, .texts = texts };
	VEC_ADD(&w->begins, uint32_t, 0);
	VEC_ADD(&w->words, uint32_t, CODE_FALSE);
}

void expr_writer_release(struct expr_writer *w)
{
	buf_release(&w->places);
	buf_release(&w->begins);
	buf_release(&w->words);
}

static void word(struct expr_writer *w, uint32_t n)
{
	VEC_ADD(&w->words, uint32_t, n);
}

static uint32_t *place_of(struct expr_writer *w, uint32_t node)
{
	while (VEC_COUNT(&w->places, uint32_t) <= node)
		VEC_ADD(&w->places, uint32_t, 0);
	return &VEC_DATA(&w->places, uint32_t)[node];
}

static void write_node(struct expr_writer *w, const struct expr_node *n)
{
	const expr *operands = expr_operands(w->pool, n);

	switch (n->kind) {
	case EXPR_NODE_FALSE:
		break;
	case EXPR_NODE_TEST:
		word(w, CODE_TEST);
		word(w, n->test.op);
		word(w, n->test.qualifier);
		word(w, n->test.present);
		word(w, intern_add(w->texts, n->test.key));
		word(w, n->test.value_count);
		for (uint32_t i = 0; i < n->test.value_count; i++)
			word(w, intern_add(w->texts, n->test.values[i]));
		break;
	case EXPR_NODE_UNKNOWN:
		word(w, CODE_UNKNOWN);
		word(w, intern_add(w->texts, n->scope));
		word(w, intern_add(w->texts, n->what));
		break;
	case EXPR_NODE_ACTIVATION:
		word(w, CODE_ACTIVATION);
		word(w, intern_add(w->texts, n->what));
		break;
	case EXPR_NODE_AND:
		word(w, CODE_AND);
		word(w, n->count);
		for (uint32_t i = 0; i < n->count; i++)
			word(w, *place_of(w, operands[i] >> 1) << 1 | (operands[i] & 1));
		break;
	}
}

uint32_t expr_writer_add(struct expr_writer *w, expr x)
{
	struct buf nodes = { 0 };

	if (x >> 1 == 0 || *place_of(w, x >> 1) != 0)
		return *place_of(w, x >> 1) << 1 | (x & 1);
	expr_collect(&nodes, w->pool, x);
	for (size_t i = 0; i < VEC_COUNT(&nodes, uint32_t); i++) {
		uint32_t node = VEC_DATA(&nodes, const uint32_t)[i];

		if (node == 0 || *place_of(w, node) != 0)
			continue;
		*place_of(w, node) = (uint32_t)VEC_COUNT(&w->begins, uint32_t);
		VEC_ADD(&w->begins, uint32_t, (uint32_t)VEC_COUNT(&w->words, uint32_t));
		write_node(w, expr_node(w->pool, node << 1));
	}
	buf_release(&nodes);
	return *place_of(w, x >> 1) << 1 | (x & 1);
}

/* --- reading --- */

static int corrupt(struct err *e, uint32_t place)
{
	return err_set(e, ERR_CORRUPT, "formula %u of the hop index is damaged", place);
}

/* The words of a place; fewer than `least` are none. */
static const uint32_t *words_of(
	const struct expr_reader *r, uint32_t place, uint32_t least, uint32_t *count)
{
	uint32_t begin, end;

	if (place >= r->count)
		return NULL;
	begin = r->begins[place];
	end = r->begins[place + 1];
	if (begin > end || end > r->word_count || end - begin < least)
		return NULL;
	*count = end - begin;
	return r->words + begin;
}

static bool text_of(struct str *out, const struct expr_reader *r, uint32_t n)
{
	if (n >= r->text_count || r->texts[n] > r->texts[n + 1] ||
		r->texts[n + 1] > r->heap.n)
		return false;
	*out = (struct str){ r->heap.p + r->texts[n], r->texts[n + 1] - r->texts[n] };
	return true;
}

static bool make_test(expr *out, struct expr_reader *r, const uint32_t *v, uint32_t count)
{
	struct expr_test t = { .value_count = count < 6 ? 0 : v[5] };
	struct buf values = { 0 };
	bool good = count >= 6 && t.value_count == count - 6 && v[1] <= UINT8_MAX &&
		    v[2] <= UINT8_MAX && text_of(&t.key, r, v[4]);

	for (uint32_t i = 0; good && i < t.value_count; i++) {
		struct str value;

		good = text_of(&value, r, v[6 + i]);
		VEC_ADD(&values, struct str, value);
	}
	if (good) {
		t.op = (enum document_operator)v[1];
		t.qualifier = (enum document_qualifier)v[2];
		t.present = v[3] != 0;
		t.values = VEC_DATA(&values, const struct str);
		*out = expr_test(r->pool, &t);
	}
	buf_release(&values);
	return good;
}

/* All operands were made before. */
static bool make_and(expr *out, struct expr_reader *r, const uint32_t *v, uint32_t count)
{
	struct buf list = { 0 };
	bool good = count >= 2 && v[1] == count - 2;

	for (uint32_t i = 2; good && i < count; i++)
		VEC_ADD(&list, expr, r->made[v[i] >> 1] ^ (v[i] & 1));
	if (good)
		*out = expr_and_list(
			r->pool, VEC_DATA(&list, const expr), VEC_COUNT(&list, expr));
	buf_release(&list);
	return good;
}

static bool make(expr *out, struct expr_reader *r, const uint32_t *v, uint32_t count)
{
	struct str a, b;

	switch (v[0]) {
	case CODE_FALSE:
		*out = EXPR_FALSE;
		return true;
	case CODE_TEST:
		return make_test(out, r, v, count);
	case CODE_UNKNOWN:
		if (count != 3 || !text_of(&a, r, v[1]) || !text_of(&b, r, v[2]))
			return false;
		*out = expr_unknown(r->pool, a, b);
		return true;
	case CODE_ACTIVATION:
		if (count != 2 || !text_of(&a, r, v[1]))
			return false;
		*out = expr_activation(r->pool, a);
		return true;
	case CODE_AND:
		return make_and(out, r, v, count);
	default:
		return false;
	}
}

/* Push the operands that nobody made yet; operands stand before what they make. */
static bool push_operands(
	struct buf *stack, const struct expr_reader *r, uint32_t place, bool *any)
{
	uint32_t count;
	const uint32_t *v = words_of(r, place, 1, &count);

	*any = false;
	if (!v)
		return false;
	for (uint32_t i = 2; v[0] == CODE_AND && i < count; i++) {
		if (v[i] >> 1 >= place)
			return false;
		if (r->made[v[i] >> 1] != EXPR_NONE)
			continue;
		VEC_ADD(stack, uint32_t, v[i] >> 1);
		*any = true;
	}
	return true;
}

int expr_reader_get(expr *out, struct expr_reader *r, uint32_t code, struct err *e)
{
	struct buf stack = { 0 };
	int rc = 0;

	if (code <= EXPR_TRUE) {
		*out = code;
		return 0;
	}
	if (code >> 1 >= r->count)
		return corrupt(e, code >> 1);
	VEC_ADD(&stack, uint32_t, code >> 1);
	while (stack.n > 0 && rc == 0) {
		uint32_t place =
			VEC_DATA(&stack, const uint32_t)[VEC_COUNT(&stack, uint32_t) - 1];
		uint32_t count = 0;
		const uint32_t *v = words_of(r, place, 1, &count);
		bool any = false;

		if (r->made[place] == EXPR_NONE &&
			(!v || !push_operands(&stack, r, place, &any)))
			rc = corrupt(e, place);
		if (any || rc < 0)
			continue;
		if (r->made[place] == EXPR_NONE && !make(&r->made[place], r, v, count))
			rc = corrupt(e, place);
		stack.n -= sizeof(uint32_t);
	}
	buf_release(&stack);
	if (rc == 0)
		*out = r->made[code >> 1] ^ (code & 1);
	return rc;
}
