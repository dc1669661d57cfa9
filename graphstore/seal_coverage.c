#include "graphstore/seal_priv.h"

#include <stdlib.h>

struct coverage_row {
	struct str what, detail;
	const struct builder_coverage *from;
};

static int compare_coverage(const void *a, const void *b)
{
	const struct coverage_row *x = a, *y = b;
	int order = str_cmp(x->what, y->what);

	if (order == 0)
		order = (x->from->state > y->from->state) -
			(x->from->state < y->from->state);
	return order != 0 ? order : str_cmp(x->detail, y->detail);
}

static bool is_policy_coverage(struct str what)
{
	return str_eq(what, STR_LIT("trust-policy")) ||
	       str_eq(what, STR_LIT("resource-policy")) ||
	       str_starts(what, STR_LIT("resource-policy:"));
}

/* What the coverage of one entity says about the policy on it. */
static void coverage_state(struct seal *s, const struct builder_coverage *c)
{
	enum segment_policy_state state =
		c->state == COVERAGE_PARTIAL || c->state == COVERAGE_REFUSED
			? SEGMENT_POLICY_REFUSED
			: SEGMENT_POLICY_NONE;
	uint8_t *bits;

	if (c->subject == BUILDER_NO_TEXT ||
		!is_policy_coverage(builder_str(s->b, c->what)))
		return;
	bits = &s->policy_bits[seal_id(s, c->subject)];
	/* one input came without the role's trust policy, and another with it */
	if (!str_eq(builder_str(s->b, c->what), STR_LIT("trust-policy")) ||
		!(*bits & 1u << SEGMENT_POLICY_GOT))
		*bits |= (uint8_t)(1u << state);
}

/* Rows [begin, end) say the same: one entry, and of whom it is said. */
static void coverage_write(struct seal *s, const struct coverage_row *row, size_t begin,
	size_t end, struct buf *subjects)
{
	struct buf *section = &s->set.section[SECTION_COVERAGES];
	uint64_t entry = VEC_COUNT(section, struct segment_coverage);
	struct segment_coverage out = { .state = row[begin].from->state };

	out.what = seal_text(s, row[begin].from->what);
	out.detail = seal_text(s, row[begin].from->detail);
	for (size_t i = begin; i < end; i++) {
		text_id subject = row[i].from->subject;

		if (subject == BUILDER_NO_TEXT)
			out.whole = 1;
		else
			VEC_ADD(subjects, uint64_t, entry << 32 | seal_id(s, subject));
	}
	buf_add(section, &out, sizeof(out));
}

void seal_coverage_make(struct seal *s)
{
	const struct builder_coverage *c =
		VEC_DATA(&s->b->coverages, struct builder_coverage);
	size_t count = VEC_COUNT(&s->b->coverages, struct builder_coverage);
	struct buf rows = { 0 }, subjects = { 0 };
	const struct coverage_row *row;

	for (size_t i = 0; i < count; i++) {
		coverage_state(s, &c[i]);
		VEC_ADD(&rows, struct coverage_row,
			{ builder_str(s->b, c[i].what), builder_str(s->b, c[i].detail),
				&c[i] });
	}
	if (rows.n > 0)
		qsort(rows.p, count, sizeof(*row), compare_coverage);
	row = VEC_DATA(&rows, struct coverage_row);
	for (size_t i = 0, next; i < count; i = next) {
		for (next = i + 1;
			next < count && compare_coverage(&row[i], &row[next]) == 0;)
			next++;
		coverage_write(s, row, i, next, &subjects);
	}
	seal_lists(s, SECTION_COVERAGE_SUBJECT_STARTS,
		(uint32_t)VEC_COUNT(
			&s->set.section[SECTION_COVERAGES], struct segment_coverage),
		&subjects);
	buf_release(&subjects);
	buf_release(&rows);
}

bool seal_coverage_all_policies(const struct seal *s, const char *what)
{
	const struct builder_coverage *c =
		VEC_DATA(&s->b->coverages, struct builder_coverage);
	bool read = false;

	for (size_t i = 0; i < VEC_COUNT(&s->b->coverages, struct builder_coverage);
		i++) {
		if (c[i].subject != BUILDER_NO_TEXT ||
			!str_eq(builder_str(s->b, c[i].what), str_from(what)))
			continue;
		if (c[i].state != COVERAGE_GOT)
			return false;
		read = true;
	}
	return read;
}
