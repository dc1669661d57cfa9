#include "reachability/away.h"

#include <stdio.h>
#include <stdlib.h>

#include "reachability/alike.h"
#include "reachability/pattern.h"
#include "reachability/span.h"

struct away {
	struct world *w;
	struct alike *alike;
	struct segment_cursor *cursor;
	struct arena room; /* the cursor */
	bool *active;      /* per statement: it speaks of what no pattern of it meets */
	struct buf
		patterns; /* struct span: of statements that do not speak of everything */
	struct buf reach; /* the key in hand and a star */
};

struct away *away_new(struct decide *d, const struct decide_subject *s)
{
	struct away *a = calloc(1, sizeof(*a));

	if (!a) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	a->w = decide_world(d);
	a->alike = alike_away_new(d, s);
	a->active = calloc(s->statement_count + 1, sizeof(bool));
	if (!a->active) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	arena_init(&a->room, ARENA_UNLIMITED);
	for (uint32_t i = 0; i < s->statement_count; i++) {
		uint32_t flags = s->statements[i].statement->flags;

		a->active[i] = ((flags & DOCUMENT_ANY_RESOURCE) != 0) !=
			       ((flags & DOCUMENT_NOT_RESOURCE) != 0);
	}
	span_patterns(&a->patterns, a->w, s);
	alike_begin(a->alike, a->active);
	return a;
}

void away_free(struct away *a)
{
	if (!a)
		return;
	alike_free(a->alike);
	arena_release(&a->room);
	free(a->active);
	buf_release(&a->patterns);
	buf_release(&a->reach);
	free(a);
}

int away_enter(struct away *a, scope_number scope, struct segment *segment, struct err *e)
{
	arena_reset(&a->room);
	a->cursor = segment_cursor_new(segment, &a->room);
	return alike_enter(a->alike, scope, segment, e);
}

/* Whether a pattern of the subject's statements may speak of the entity, or of a part. */
static bool is_met(struct away *a, entity_id id)
{
	const struct span *v = VEC_DATA(&a->patterns, const struct span);
	size_t count = VEC_COUNT(&a->patterns, struct span);

	if (count == 0)
		return false;
	buf_clear(&a->reach);
	buf_add_str(&a->reach, segment_cursor_key(a->cursor, id));
	buf_add_char(&a->reach, '*');
	for (size_t i = 0; i < count; i++) {
		if (pattern_intersects(v[i].pattern, buf_str(&a->reach)))
			return true;
	}
	return false;
}

int away_access(const struct access **out, struct away *a, entity_id id, struct err *e)
{
	*out = NULL;
	return is_met(a, id) ? 0 : alike_access(out, a->alike, id, true, e);
}
