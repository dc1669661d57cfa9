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

static struct facts_provider *last_provider(struct facts *facts)
{
	return &VEC_DATA(&facts->providers, struct facts_provider)
		[VEC_COUNT(&facts->providers, struct facts_provider) - 1];
}

static uint32_t last_provider_index(const struct facts *facts)
{
	return (uint32_t)VEC_COUNT(&facts->providers, struct facts_provider) - 1;
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

/* The level that the provider's rules give a name. */
static int level_by_rule(struct facts *facts, const struct line *line, struct str name,
	enum catalog_level *out, struct err *e)
{
	const struct facts_level *rules = VEC_DATA(&facts->levels, struct facts_level);

	for (size_t i = 0; i < VEC_COUNT(&facts->levels, struct facts_level); i++) {
		if (rules[i].provider == last_provider_index(facts) &&
			facts_fits(rules[i].pattern, name)) {
			*out = rules[i].level;
			return 0;
		}
	}
	return line_error(line, e, "no level rule fits the action");
}

static int add_action(struct facts *facts, const struct facts_service *service,
	const struct line *line, struct err *e)
{
	struct facts_action action = { .provider = service->provider,
		.plane = service->plane,
		.service = service->name,
		.place = line->place };
	struct str name =
		arena_printf(&facts->arena, "%.*s%c%.*s", STR_ARG(service->name),
			last_provider(facts)->separator, STR_ARG(line->field[1]));
	bool by_rule = service->provider > 0 && str_eq(line->field[2], STR_LIT("-"));
	char *folded;

	if ((by_rule ? level_by_rule(facts, line, name, &action.level, e)
		     : level_field(line, &action.level, e)) < 0)
		return e->code;
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

/* The plane of the last provider that has that name, or UINT32_MAX. */
static uint32_t plane_find(struct facts *facts, struct str name)
{
	const struct facts_provider *p = last_provider(facts);

	for (uint32_t i = p->plane_begin; i < p->plane_begin + p->plane_count; i++)
		if (str_eq(VEC_DATA(&facts->planes, struct facts_plane)[i].name, name))
			return i;
	return UINT32_MAX;
}

static int add_service(struct facts *facts, const struct line *line, struct err *e)
{
	struct facts_service service = { .place = line->place,
		.name = line->field[1],
		.title = line->field[2],
		.provider = last_provider_index(facts) };

	if (line->place.line != 1)
		return line_error(line, e, "not the first line");
	if (service.provider == 0)
		service.has_rcp = str_eq(line->field[3], STR_LIT("rcp"));
	else
		service.plane = plane_find(facts, line->field[3]);
	if (service.plane == UINT32_MAX)
		return line_error(line, e, "no such plane");
	VEC_ADD(&facts->services, struct facts_service, service);
	return 0;
}

/* "kind NAME TYPE FORMAT", "part KIND TYPE SUFFIX" */
static void add_kind(
	struct facts *facts, const struct facts_service *service, const struct line *line)
{
	struct facts_kind kind = { .provider = service->provider,
		.service = service->name,
		.name = line->field[1],
		.type = line->field[2],
		.text = line->field[3],
		.is_part = str_eq(line->field[0], STR_LIT("part")),
		.place = line->place };
	const struct facts_kind *all = VEC_DATA(&facts->kinds, struct facts_kind);
	size_t i = 0;

	while (i < VEC_COUNT(&facts->kinds, struct facts_kind) &&
		!(all[i].place.file == line->place.file &&
			str_eq(all[i].type, kind.type)))
		i++;
	if (i == VEC_COUNT(&facts->kinds, struct facts_kind))
		VEC_ADD(&facts->types, struct facts_type,
			(struct facts_type){ .provider = kind.provider,
				.service = kind.service,
				.name = kind.type,
				.arn = kind.text,
				.keys = STR_LIT(""),
				.place = kind.place });
	VEC_ADD(&facts->kinds, struct facts_kind, kind);
}

/* The service of the same name in a plane, made when it is not there. */
static struct facts_service service_in_plane(
	struct facts *facts, const struct facts_service *service, uint32_t plane)
{
	struct facts_service made = *service;
	const struct facts_service *all =
		VEC_DATA(&facts->services, struct facts_service);

	for (size_t i = 0; i < VEC_COUNT(&facts->services, struct facts_service); i++)
		if (all[i].plane == plane && str_eq(all[i].name, service->name))
			return all[i];
	made.plane = plane;
	VEC_ADD(&facts->services, struct facts_service, made);
	return made;
}

static const struct facts_service *service_of_file(
	const struct facts *facts, const char *file)
{
	const struct facts_service *all =
		VEC_DATA(&facts->services, struct facts_service);

	for (size_t i = 0; i < VEC_COUNT(&facts->services, struct facts_service); i++)
		if (all[i].place.file == file)
			return &all[i];
	return NULL;
}

static int service_line(struct facts *facts, const struct line *line, struct err *e)
{
	const struct facts_service *own = service_of_file(facts, line->place.file);
	uint32_t data = plane_find(facts, STR_LIT("data"));
	struct facts_service service;

	if (line_is(line, "service", 4))
		return add_service(facts, line, e);
	if (!own)
		return line_error(line, e, "the first line is not the service's");
	service = *own;
	if (service.provider == 0 && line_is(line, "type", 4)) {
		VEC_ADD(&facts->types, struct facts_type,
			(struct facts_type){ 0, service.name, line->field[1],
				line->field[2], list_field(line->field[3]), false,
				line->place });
		return 0;
	}
	if (line_is(line, "action", 5))
		return add_action(facts, &service, line, e);
	if (service.provider > 0 &&
		(line_is(line, "kind", 4) || line_is(line, "part", 4))) {
		add_kind(facts, &service, line);
		return 0;
	}
	if (!line_is(line, "data", 5) || data == UINT32_MAX)
		return line_error(line, e, "unknown line");
	service = service_in_plane(facts, &service, data);
	return add_action(facts, &service, line, e);
}

/* "provider NAME SEPARATOR fold|exact", "plane NAME", "level PATTERN LEVEL" */
static int provider_line(struct facts *facts, const struct line *line, struct err *e)
{
	struct facts_level rule = { .provider = last_provider_index(facts) };

	if (line_is(line, "provider", 4)) {
		if (line->field[2].n != 1)
			return line_error(line, e, "the separator is one character");
		VEC_ADD(&facts->providers, struct facts_provider,
			(struct facts_provider){ line->field[1], line->field[2].p[0],
				str_eq(line->field[3], STR_LIT("fold")),
				(uint32_t)VEC_COUNT(&facts->planes, struct facts_plane),
				0 });
		return 0;
	}
	if (rule.provider == 0)
		return line_error(line, e, "the first line is not the provider's");
	if (line_is(line, "plane", 2)) {
		VEC_ADD(&facts->planes, struct facts_plane,
			(struct facts_plane){ rule.provider, line->field[1] });
		last_provider(facts)->plane_count++;
		return 0;
	}
	if (!line_is(line, "level", 3))
		return line_error(line, e, "unknown line");
	if (level_field(line, &rule.level, e) < 0)
		return e->code;
	rule.pattern = line->field[1];
	VEC_ADD(&facts->levels, struct facts_level, rule);
	return 0;
}

static int service_cmp(const void *a, const void *b)
{
	const struct facts_service *x = a;
	const struct facts_service *y = b;

	if (x->plane != y->plane)
		return x->plane < y->plane ? -1 : 1;
	return str_cmp(x->name, y->name);
}

static int type_cmp(const void *a, const void *b)
{
	const struct facts_type *x = a;
	const struct facts_type *y = b;
	int rc = str_cmp(x->service, y->service);

	if (x->provider != y->provider)
		return x->provider < y->provider ? -1 : 1;
	return rc != 0 ? rc : str_cmp(x->name, y->name);
}

static int action_cmp(const void *a, const void *b)
{
	const struct facts_action *x = a;
	const struct facts_action *y = b;

	if (x->plane != y->plane)
		return x->plane < y->plane ? -1 : 1;
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
	struct facts_type *type =
		facts_type_find(facts, 0, line->field[1], line->field[2]);

	if (line_is(line, "type", 4)) {
		if (type)
			return line_error(line, e, "the type exists");
		VEC_ADD(&facts->types, struct facts_type,
			(struct facts_type){ 0, line->field[1], line->field[2],
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
	VEC_ADD(&facts->providers, struct facts_provider,
		(struct facts_provider){ STR_LIT("aws"), ':', false, 0, 1 });
	VEC_ADD(&facts->planes, struct facts_plane,
		(struct facts_plane){ 0, STR_LIT("actions") });
}

void facts_release(struct facts *facts)
{
	buf_release(&facts->services);
	buf_release(&facts->types);
	buf_release(&facts->actions);
	buf_release(&facts->notes);
	buf_release(&facts->providers);
	buf_release(&facts->planes);
	buf_release(&facts->levels);
	buf_release(&facts->kinds);
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

int facts_read_provider(struct facts *facts, const char *path, struct err *e)
{
	return each_line(facts, path, provider_line, e);
}

int facts_join(struct facts *facts, struct err *e)
{
	return sort_all(facts, e);
}

struct facts_type *facts_type_find(
	const struct facts *facts, uint32_t provider, struct str service, struct str name)
{
	struct facts_type key = {
		.provider = provider, .service = service, .name = name
	};

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

bool facts_fits(struct str pattern, struct str s)
{
	size_t p = 0, i = 0, star = SIZE_MAX, resume = 0;

	while (i < s.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			resume = i;
		} else if (p < pattern.n &&
			   str_lower_char(pattern.p[p]) == str_lower_char(s.p[i])) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}
