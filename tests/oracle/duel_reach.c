#include "duel_priv.h"

/* Classes of which a row is asked about, of those that are about many keys. */
#define CLASSES_MAX 4u

static uint32_t classes_of(const struct duel *d, uint32_t y, const struct answer_row *row,
	uint32_t out[CLASSES_MAX])
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < row->action_count && count < CLASSES_MAX; i++) {
		uint32_t class = d->class_of[y] ? d->class_of[y][row->actions[i]] : 0;
		bool known = class == 0 || !duel_strings(d, y, class - 1);

		for (uint32_t k = 0; k < count; k++)
			known = known || out[k] == class - 1;
		if (!known)
			out[count++] = class - 1;
	}
	return count;
}

static bool lists(
	const struct str *patterns, uint32_t count, struct str text, struct arena *arena)
{
	for (uint32_t i = 0; i < count; i++) {
		struct str pattern;

		oracle_policy_pattern(&pattern, patterns[i], false, NULL, NULL, arena);
		if (oracle_policy_glob(pattern, text, false))
			return true;
	}
	return false;
}

/*
 * Each key that some action of the row is granted on lies in what the row says that it
 * reaches. The other way round holds of whole patterns only, which may be longer than
 * what is left of them.
 */
void duel_reach_compare(
	struct duel *d, uint32_t x, uint32_t y, const struct answer_row *row)
{
	uint32_t classes[CLASSES_MAX], count = classes_of(d, y, row, classes), listed;
	const struct str *patterns;

	if (count == 0)
		return;
	patterns = answer_resources(&listed, d->estate.world, row);
	for (uint32_t c = 0; listed > 0 && c < count; c++) {
		const uint32_t at[3] = { x, y, classes[c] };
		const struct buf *strings = duel_strings(d, y, classes[c]);

		for (size_t i = 0; i < VEC_COUNT(strings, struct oracle_string); i++) {
			const struct oracle_string *s =
				&VEC_DATA(strings, struct oracle_string)[i];

			if (lists(patterns, listed, s->text, &d->arena) ||
				oracle_on_string(&d->oracle, at, s, false).least ==
					ORACLE_DENIED)
				continue;
			d->result->verdicts++;
			if (duel_reports(d, DUEL_SORT_OTHER))
				buf_printf(&d->result->report,
					"what: the row of %.*s on %.*s lacks %.*s\n",
					STR_ARG(duel_key(d, x)), STR_ARG(duel_key(d, y)),
					STR_ARG(s->text));
			return;
		}
	}
}
