#include "reachability/relative.h"

static void number_add(struct buf *out, uint32_t n)
{
	VEC_ADD(out, uint32_t, n);
}

static void text_add(struct buf *out, struct str s)
{
	number_add(out, (uint32_t)s.n);
	buf_add_str(out, s);
}

static bool is_plain(struct str key)
{
	return str_find_char(key, '*', 0) == key.n &&
	       str_find_char(key, '?', 0) == key.n && str_find_char(key, '$', 0) == key.n;
}

static bool patterns_add(struct buf *out, const struct document *d,
	const struct document_statement *s, struct str key)
{
	for (uint32_t i = 0; i < s->resource_count; i++) {
		const struct document_pattern *p = &d->patterns[s->resource_first + i];
		struct str text = document_str(d, p->text);

		if ((p->flags & DOCUMENT_PATTERN_VARIABLE) || !str_starts(text, key))
			return false;
		number_add(out, p->flags);
		text_add(out, str_skip(text, key.n));
	}
	return true;
}

static void conditions_add(
	struct buf *out, const struct document *d, const struct document_statement *s)
{
	for (uint32_t i = 0; i < s->condition_count; i++) {
		const struct document_condition *c =
			&d->conditions[s->condition_first + i];

		text_add(out, document_str(d, c->key));
		text_add(out, document_str(d, c->written));
		number_add(out, (uint32_t)c->operator_ << 16 |
					(uint32_t)c->qualifier << 8 | c->flags);
		number_add(out, c->joins);
		number_add(out, c->value_count);
		for (uint32_t k = 0; k < c->value_count; k++)
			text_add(out, document_str(d, d->values[c->value_first + k]));
	}
}

bool relative_add(struct buf *out, const struct document *d, struct str key)
{
	if (!is_plain(key) || (d->flags & DOCUMENT_INVALID))
		return false;
	number_add(out, d->statement_count);
	for (uint32_t i = 0; i < d->statement_count; i++) {
		const struct document_statement *s = &d->statements[i];
		const uint32_t head[] = { s->flags, s->service, s->action_count,
			s->resource_count, s->principal_count, s->condition_count };

		buf_add(out, head, sizeof(head));
		buf_add(out, &d->intervals[s->action_first],
			s->action_count * sizeof(d->intervals[0]));
		text_add(out, document_str(d, s->role));
		if (!(s->flags & DOCUMENT_ANY_RESOURCE) && !patterns_add(out, d, s, key))
			return false;
		for (uint32_t k = 0; k < s->principal_count; k++) {
			const struct document_principal *p =
				&d->principals[s->principal_first + k];

			number_add(out, p->type);
			number_add(out, p->flags);
			text_add(out, document_str(d, p->text));
		}
		conditions_add(out, d, s);
	}
	return true;
}
