#include "query/script.h"

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next line without its newline; the script goes past it. */
static struct str take_line(struct script *s)
{
	size_t end = str_find_char(s->text, '\n', s->at);
	struct str line = str_head(str_skip(s->text, s->at), end - s->at);

	s->at = end < s->text.n ? end + 1 : end;
	s->line++;
	return line;
}

static bool is_skipped(struct str line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (!is_space(line.p[i]))
			return line.p[i] == '#';
	}
	return true;
}

/* Whether the line to come goes on with the query above it. */
static bool continues(const struct script *s)
{
	struct script ahead = *s;
	struct str line;

	if (s->at >= s->text.n)
		return false;
	line = take_line(&ahead);
	return !is_skipped(line) && is_space(line.p[0]);
}

void script_init(struct script *s, struct str text)
{
	*s = (struct script){ .text = text, .line = 1 };
}

int script_next(struct script *s, struct str *query, uint32_t *line)
{
	while (s->at < s->text.n) {
		struct str first;

		*line = s->line;
		first = take_line(s);
		if (is_skipped(first))
			continue;
		*query = first;
		while (continues(s)) {
			struct str more = take_line(s);

			query->n = (size_t)(more.p + more.n - query->p);
		}
		return 1;
	}
	return 0;
}
