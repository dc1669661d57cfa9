/* facts_tool.c - read catalog/data line by line. */
#include "catalog/facts_priv.h"

#include <stdio.h>
#include <stdlib.h>

#define FACTS_FIELDS_MAX 5

struct line {
	struct facts_place place;
	struct str field[FACTS_FIELDS_MAX];
	unsigned field_count;
};

typedef int (*line_reader)(struct facts *facts, const struct line *line, struct err *e);

static int line_error(const struct line *line, struct err *e, const char *what)
{
	return err_set(
		e, ERR_FORMAT, "%s:%u: %s", line->place.file, line->place.line, what);
}

static int line_split(struct line *line, struct str text, struct err *e)
{
	struct str rest = text;

	line->field_count = 0;
	for (;;) {
		size_t end = str_find_char(rest, '\t', 0);

		if (line->field_count == FACTS_FIELDS_MAX)
			return line_error(line, e, "too many fields");
		if (end == 0)
			return line_error(line, e, "empty field");
		line->field[line->field_count++] = str_head(rest, end);
		if (end == rest.n)
			return 0;
		rest = str_skip(rest, end + 1);
	}
}

static int file_text(
	struct facts *facts, const char *path, struct str *out, struct err *e)
{
	struct buf b = { 0 };
	FILE *f = fopen(path, "rb");
	size_t got = 0;

	if (!f)
		return err_set(e, ERR_IO, "cannot open '%s'", path);
	do {
		b.n += got;
		got = fread(buf_reserve(&b, 65536), 1, 65536, f);
	} while (got > 0);
	if (ferror(f)) {
		fclose(f);
		buf_release(&b);
		return err_set(e, ERR_IO, "cannot read '%s'", path);
	}
	fclose(f);
	*out = arena_copy(&facts->arena, buf_str(&b));
	buf_release(&b);
	return 0;
}

static int each_line(
	struct facts *facts, const char *path, line_reader reader, struct err *e)
{
	struct line line = { .place = { path, 0 } };
	struct str text;

	if (file_text(facts, path, &text, e) < 0)
		return e->code;
	while (text.n > 0) {
		size_t end = str_find_char(text, '\n', 0);
		struct str one = str_head(text, end);

		line.place.line++;
		if (end == text.n)
			return line_error(&line, e, "the last line does not end");
		text = str_skip(text, end + 1);
		if (one.n > 0 && one.p[0] == '#')
			continue;
		if (line_split(&line, one, e) < 0 || reader(facts, &line, e) < 0)
			return e->code;
	}
	return 0;
}

static bool line_is(const struct line *line, const char *word, unsigned field_count)
{
	return line->field_count == field_count && str_eq(line->field[0], str_from(word));
}

/* "-" stands for an empty list. */
static struct str list_field(struct str field)
{
	return str_eq(field, STR_LIT("-")) ? (struct str){ field.p, 0 } : field;
}

static int count_field(const struct line *line, uint32_t *out, struct err *e)
{
	uint64_t n = 0;

	for (size_t i = 0; i < line->field[1].n; i++) {
		char c = line->field[1].p[i];

		if (c < '0' || c > '9' || n > 100000000)
			return line_error(line, e, "not a count");
		n = n * 10 + (uint64_t)(c - '0');
	}
	*out = (uint32_t)n;
	return 0;
}

static int origin_line(struct facts *facts, const struct line *line, struct err *e)
{
	struct str value = line->field[1];
	struct arena *a = &facts->arena;

	if (line_is(line, "package", 2)) {
		facts->origin = value;
		return 0;
	}
	if (line_is(line, "version", 2)) {
		facts->origin = arena_printf(
			a, "%.*s %.*s", STR_ARG(facts->origin), STR_ARG(value));
		return 0;
	}
	if (line_is(line, "date", 2)) {
		facts->origin = arena_printf(
			a, "%.*s (%.*s)", STR_ARG(facts->origin), STR_ARG(value));
		return 0;
	}
	if (line_is(line, "services", 2))
		return count_field(line, &facts->service_count, e);
	if (line_is(line, "types", 2))
		return count_field(line, &facts->type_count, e);
	if (line_is(line, "actions", 2))
		return count_field(line, &facts->action_count, e);
	if (line_is(line, "rcp", 2))
		return count_field(line, &facts->rcp_count, e);
	if (line_is(line, "licence", 2) || line_is(line, "integrity", 2))
		return 0;
	return line_error(line, e, "unknown line");
}

static int level_field(const struct line *line, enum catalog_level *out, struct err *e)
{
	static const char *const names[CATALOG_LEVEL_COUNT] = { "list", "read", "write",
		"tag", "permissions" };

	for (int i = 0; i < CATALOG_LEVEL_COUNT; i++) {
		if (str_eq(line->field[2], str_from(names[i]))) {
			*out = (enum catalog_level)i;
			return 0;
		}
	}
	return line_error(line, e, "unknown access level");
}

static int add_action(
	struct facts *facts, struct str service, const struct line *line, struct err *e)
{
	struct facts_action action = { .service = service, .place = line->place };
	struct str name;
	char *folded;

	if (level_field(line, &action.level, e) < 0)
		return e->code;
	name = arena_printf(
		&facts->arena, "%.*s:%.*s", STR_ARG(service), STR_ARG(line->field[1]));
	folded = arena_alloc(&facts->arena, name.n);
	for (size_t i = 0; i < name.n; i++)
		folded[i] = str_lower_char(name.p[i]);
	action.name = name;
	action.folded = (struct str){ folded, name.n };
	action.types = list_field(line->field[3]);
	action.keys = list_field(line->field[4]);
	VEC_ADD(&facts->actions, struct facts_action, action);
	return 0;
}

static int service_line(struct facts *facts, const struct line *line, struct err *e)
{
	size_t count = VEC_COUNT(&facts->services, struct facts_service);
	const struct facts_service *last =
		count > 0 ? &VEC_DATA(&facts->services, struct facts_service)[count - 1]
			  : NULL;
	struct facts_service service = { .place = line->place };

	if (line_is(line, "service", 4)) {
		if (line->place.line != 1)
			return line_error(line, e, "not the first line");
		service.name = line->field[1];
		service.title = line->field[2];
		service.has_rcp = str_eq(line->field[3], STR_LIT("rcp"));
		VEC_ADD(&facts->services, struct facts_service, service);
		return 0;
	}
	if (!last || last->place.file != line->place.file)
		return line_error(line, e, "the first line is not the service's");
	if (line_is(line, "type", 4)) {
		VEC_ADD(&facts->types, struct facts_type,
			(struct facts_type){ last->name, line->field[1], line->field[2],
				list_field(line->field[3]), false, line->place });
		return 0;
	}
	if (line_is(line, "action", 5))
		return add_action(facts, last->name, line, e);
	return line_error(line, e, "unknown line");
}

static int service_cmp(const void *a, const void *b)
{
	const struct facts_service *x = a;
	const struct facts_service *y = b;

	return str_cmp(x->name, y->name);
}

static int type_cmp(const void *a, const void *b)
{
	const struct facts_type *x = a;
	const struct facts_type *y = b;
	int rc = str_cmp(x->service, y->service);

	return rc != 0 ? rc : str_cmp(x->name, y->name);
}

static int action_cmp(const void *a, const void *b)
{
	const struct facts_action *x = a;
	const struct facts_action *y = b;

	return str_cmp(x->folded, y->folded);
}

static int twice_error(struct facts_place place, struct str name, struct err *e)
{
	return err_set(e, ERR_FORMAT, "%s:%u: '%.*s' is there twice", place.file,
		place.line, STR_ARG(name));
}

static int check_unique(const struct facts *facts, struct err *e)
{
	const struct facts_service *services =
		VEC_DATA(&facts->services, struct facts_service);
	const struct facts_type *types = VEC_DATA(&facts->types, struct facts_type);
	const struct facts_action *actions =
		VEC_DATA(&facts->actions, struct facts_action);

	for (size_t i = 1; i < VEC_COUNT(&facts->services, struct facts_service); i++)
		if (service_cmp(&services[i - 1], &services[i]) == 0)
			return twice_error(services[i].place, services[i].name, e);
	for (size_t i = 1; i < VEC_COUNT(&facts->types, struct facts_type); i++)
		if (type_cmp(&types[i - 1], &types[i]) == 0)
			return twice_error(types[i].place, types[i].name, e);
	for (size_t i = 1; i < VEC_COUNT(&facts->actions, struct facts_action); i++)
		if (action_cmp(&actions[i - 1], &actions[i]) == 0)
			return twice_error(actions[i].place, actions[i].name, e);
	return 0;
}

static void sort_vec(struct buf *b, size_t size, int (*cmp)(const void *, const void *))
{
	if (b->n > 0)
		qsort(b->p, b->n / size, size, cmp);
}

static int sort_all(struct facts *facts, struct err *e)
{
	sort_vec(&facts->services, sizeof(struct facts_service), service_cmp);
	sort_vec(&facts->types, sizeof(struct facts_type), type_cmp);
	sort_vec(&facts->actions, sizeof(struct facts_action), action_cmp);
	return check_unique(facts, e);
}

static int fix_type(struct facts *facts, const struct line *line, struct err *e)
{
	struct facts_type *type = facts_type_find(facts, line->field[1], line->field[2]);

	if (line_is(line, "type", 4)) {
		if (type)
			return line_error(line, e, "the type exists");
		VEC_ADD(&facts->types, struct facts_type,
			(struct facts_type){ line->field[1], line->field[2],
				line->field[3], STR_LIT(""), false, line->place });
		return sort_all(facts, e);
	}
	if (!type)
		return line_error(line, e, "no such type");
	if (line_is(line, "drop", 3))
		type->dropped = true;
	else if (str_eq(type->arn, line->field[3]))
		return line_error(line, e, "the type has this format");
	else
		type->arn = line->field[3];
	return 0;
}

/* Make an action act on one more type. */
static int bind_type(struct facts *facts, const struct line *line, struct err *e)
{
	struct facts_action *actions = VEC_DATA(&facts->actions, struct facts_action);
	struct str want = arena_printf(&facts->arena, "%.*s:%.*s",
		STR_ARG(line->field[1]), STR_ARG(line->field[2]));
	struct str name;

	for (size_t i = 0; i < VEC_COUNT(&facts->actions, struct facts_action); i++) {
		struct str rest = actions[i].types;

		if (!str_eq(actions[i].name, want))
			continue;
		while (facts_next(&rest, STR_LIT(","), &name))
			if (str_eq(name, line->field[3]))
				return line_error(
					line, e, "the action acts on this type");
		actions[i].types = arena_printf(&facts->arena, "%.*s%s%.*s",
			STR_ARG(actions[i].types), actions[i].types.n > 0 ? "," : "",
			STR_ARG(line->field[3]));
		return 0;
	}
	return line_error(line, e, "no such action");
}

static int correction_line(struct facts *facts, const struct line *line, struct err *e)
{
	struct facts_note note = { .format = line->field[1], .place = line->place };

	if (line_is(line, "replace", 4) || line_is(line, "drop", 3) ||
		line_is(line, "type", 4))
		return fix_type(facts, line, e);
	if (line_is(line, "bind", 4))
		return bind_type(facts, line, e);
	if (line_is(line, "name", 3))
		note.type = line->field[2];
	else if (!line_is(line, "apart", 2))
		return line_error(line, e, "unknown line");
	VEC_ADD(&facts->notes, struct facts_note, note);
	return 0;
}

static int check_count(const char *what, size_t have, uint32_t want, struct err *e)
{
	if (have == want)
		return 0;
	return err_set(e, ERR_FORMAT, "%zu %s, but ORIGIN says %u", have, what, want);
}

static int check_origin(const struct facts *facts, struct err *e)
{
	const struct facts_service *services =
		VEC_DATA(&facts->services, struct facts_service);
	size_t service_count = VEC_COUNT(&facts->services, struct facts_service);
	size_t rcp_count = 0;

	for (size_t i = 0; i < service_count; i++)
		rcp_count += services[i].has_rcp;
	if (check_count("services", service_count, facts->service_count, e) < 0 ||
		check_count("types", VEC_COUNT(&facts->types, struct facts_type),
			facts->type_count, e) < 0 ||
		check_count("actions", VEC_COUNT(&facts->actions, struct facts_action),
			facts->action_count, e) < 0 ||
		check_count("services with rcp", rcp_count, facts->rcp_count, e) < 0)
		return e->code;
	return 0;
}

void facts_init(struct facts *facts)
{
	*facts = (struct facts){ 0 };
	arena_init(&facts->arena, ARENA_UNLIMITED);
}

void facts_release(struct facts *facts)
{
	buf_release(&facts->services);
	buf_release(&facts->types);
	buf_release(&facts->actions);
	buf_release(&facts->notes);
	arena_release(&facts->arena);
}

int facts_read_origin(struct facts *facts, const char *path, struct err *e)
{
	return each_line(facts, path, origin_line, e);
}

int facts_read_service(struct facts *facts, const char *path, struct err *e)
{
	return each_line(facts, path, service_line, e);
}

int facts_finish(struct facts *facts, struct err *e)
{
	if (sort_all(facts, e) < 0)
		return e->code;
	return check_origin(facts, e);
}

int facts_correct(struct facts *facts, const char *path, struct err *e)
{
	return each_line(facts, path, correction_line, e);
}

struct facts_type *facts_type_find(
	const struct facts *facts, struct str service, struct str name)
{
	struct facts_type key = { .service = service, .name = name };

	if (facts->types.n == 0)
		return NULL;
	return bsearch(&key, facts->types.p, VEC_COUNT(&facts->types, struct facts_type),
		sizeof(key), type_cmp);
}

int facts_next(struct str *list, struct str separator, struct str *item)
{
	if (list->n == 0)
		return 0;
	for (size_t i = 0; i + separator.n <= list->n; i++) {
		if (str_starts(str_skip(*list, i), separator)) {
			*item = str_head(*list, i);
			*list = str_skip(*list, i + separator.n);
			return 1;
		}
	}
	*item = *list;
	*list = (struct str){ list->p + list->n, 0 };
	return 1;
}
