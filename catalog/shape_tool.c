/* shape_tool.c - from ARN formats to kinds and their targets. */
#include "catalog/shape_priv.h"

#include <stdlib.h>

#include "catalog/place_priv.h"

#define ARN_PARTS 6

static struct facts_type *type_at(const struct facts *facts, uint32_t index)
{
	return &VEC_DATA(&facts->types, struct facts_type)[index];
}

static struct shape_format *format_at(const struct shape *shape, uint32_t index)
{
	return &VEC_DATA(&shape->formats, struct shape_format)[index];
}

static int place_error(
	struct facts_place place, struct str text, const char *what, struct err *e)
{
	return err_set(e, ERR_FORMAT, "%s:%u: '%.*s' %s", place.file, place.line,
		STR_ARG(text), what);
}

/* "${Region}" becomes "*", and so do neighbours. */
static struct str normalise(struct arena *arena, struct str arn)
{
	char *out = arena_alloc(arena, arn.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < arn.n; i++) {
		char c = arn.p[i];

		if (c == '$' && i + 1 < arn.n && arn.p[i + 1] == '{') {
			i = str_find_char(arn, '}', i);
			c = '*';
		}
		if (c != '*' || n == 0 || out[n - 1] != '*')
			out[n++] = c;
	}
	return (struct str){ out, n };
}

static uint32_t variable_count(struct str arn)
{
	uint32_t n = 0;

	for (size_t i = 0; i < arn.n; i++)
		n += arn.p[i] == '$';
	return n;
}

static int arn_split(struct str arn, struct str part[ARN_PARTS])
{
	for (int i = 0; i < ARN_PARTS - 1; i++) {
		size_t end = str_find_char(arn, ':', 0);

		if (end == arn.n)
			return 0;
		part[i] = str_head(arn, end);
		arn = str_skip(arn, end + 1);
	}
	part[ARN_PARTS - 1] = arn;
	return 1;
}

/*
 * Whether a names the format better than b: the ARN's own service knows best, then the
 * type with more variables ("every user" has none), then the shorter word.
 */
static bool type_is_better(
	const struct facts_type *a, const struct facts_type *b, struct str service)
{
	bool own = str_eq(a->service, service);

	if (own != str_eq(b->service, service))
		return own;
	if (!str_eq(a->service, b->service))
		return str_cmp(a->service, b->service) < 0;
	if (variable_count(a->arn) != variable_count(b->arn))
		return variable_count(a->arn) > variable_count(b->arn);
	if (a->name.n != b->name.n)
		return a->name.n < b->name.n;
	return str_cmp(a->name, b->name) < 0;
}

static int add_use(struct shape *shape, const struct facts *facts, uint32_t type_index,
	struct str arn, struct err *e)
{
	const struct facts_type *type = type_at(facts, type_index);
	struct str text = normalise(&shape->arena, arn);
	struct str part[ARN_PARTS];
	uint32_t id;

	if (!arn_split(text, part) || !str_eq(part[0], STR_LIT("arn")) || part[5].n == 0)
		return place_error(type->place, arn, "is not an ARN format", e);
	if (part[2].n == 0 || str_find_char(part[2], '*', 0) < part[2].n)
		return place_error(type->place, arn, "leaves the service open", e);
	id = intern_add(&shape->names, text);
	if (id == VEC_COUNT(&shape->formats, struct shape_format))
		VEC_ADD(&shape->formats, struct shape_format,
			(struct shape_format){ text, id, type_index, NULL, 0 });
	else if (type_is_better(
			 type, type_at(facts, format_at(shape, id)->type), part[2]))
		format_at(shape, id)->type = type_index;
	VEC_ADD(&shape->uses, struct shape_use, (struct shape_use){ type_index, id });
	return 0;
}

static int collect_formats(struct shape *shape, const struct facts *facts, struct err *e)
{
	for (uint32_t i = 0; i < VEC_COUNT(&facts->types, struct facts_type); i++) {
		struct str rest = type_at(facts, i)->arn;
		struct str arn;

		if (type_at(facts, i)->dropped || type_at(facts, i)->provider > 0)
			continue;
		while (facts_next(&rest, STR_LIT(", "), &arn))
			if (add_use(shape, facts, i, arn, e) < 0)
				return e->code;
	}
	return 0;
}

static struct str fold(struct arena *arena, struct str s)
{
	char *out = arena_alloc(arena, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		out[i] = str_lower_char(s.p[i]);
	return (struct str){ out, s.n };
}

/* The kind that a part belongs to, or itself. */
static const struct facts_kind *declared_root(
	const struct facts *facts, const struct facts_kind *kind)
{
	const struct facts_kind *all = VEC_DATA(&facts->kinds, struct facts_kind);

	if (!kind->is_part)
		return kind;
	for (size_t i = 0; i < VEC_COUNT(&facts->kinds, struct facts_kind); i++)
		if (!all[i].is_part && str_eq(all[i].name, kind->name))
			return &all[i];
	return NULL;
}

static struct str declared_text(struct shape *shape, const struct facts *facts,
	const struct facts_kind *root, const struct facts_kind *kind)
{
	const struct facts_provider *p =
		&VEC_DATA(&facts->providers, struct facts_provider)[kind->provider];
	struct str text = kind == root
				  ? root->text
				  : arena_printf(&shape->arena, "%.*s%.*s",
					    STR_ARG(root->text), STR_ARG(kind->text));

	return p->folds ? fold(&shape->arena, text) : text;
}

/* The text under which a declared format is known: two kinds may look the same. */
static struct str declared_name(
	struct shape *shape, const struct facts_kind *kind, struct str text)
{
	return arena_printf(
		&shape->arena, "%.*s\n%.*s", STR_ARG(kind->name), STR_ARG(text));
}

static int declare_format(struct shape *shape, const struct facts *facts,
	const struct facts_kind *kind, struct err *e)
{
	const struct facts_type *type =
		facts_type_find(facts, kind->provider, kind->service, kind->type);
	const struct facts_kind *root = declared_root(facts, kind);
	struct str text;
	uint32_t id, root_id;

	if (!root)
		return place_error(kind->place, kind->name, "is no kind", e);
	if (kind->is_part && kind->text.p[0] != '/')
		return place_error(
			kind->place, kind->text, "does not begin with a slash", e);
	text = declared_text(shape, facts, root, kind);
	id = intern_add(&shape->names, declared_name(shape, kind, text));
	if (id != VEC_COUNT(&shape->formats, struct shape_format))
		return place_error(kind->place, text, "is declared twice", e);
	root_id = kind == root
			  ? id
			  : intern_find(&shape->names,
				    declared_name(shape, root,
					    declared_text(shape, facts, root, root)));
	if (root_id == INTERN_NONE)
		return place_error(
			kind->place, kind->name, "is declared further down", e);
	VEC_ADD(&shape->formats, struct shape_format,
		(struct shape_format){
			text, root_id, (uint32_t)(type - type_at(facts, 0)), kind, 0 });
	VEC_ADD(&shape->uses, struct shape_use,
		(struct shape_use){ (uint32_t)(type - type_at(facts, 0)), id });
	return 0;
}

static int use_cmp(const void *a, const void *b)
{
	const struct shape_use *x = a;
	const struct shape_use *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return (x->format > y->format) - (x->format < y->format);
}

static int declare_formats(struct shape *shape, const struct facts *facts, struct err *e)
{
	const struct facts_kind *all = VEC_DATA(&facts->kinds, struct facts_kind);

	for (size_t i = 0; i < VEC_COUNT(&facts->kinds, struct facts_kind); i++)
		if (declare_format(shape, facts, &all[i], e) < 0)
			return e->code;
	if (shape->uses.n > 0)
		qsort(shape->uses.p, VEC_COUNT(&shape->uses, struct shape_use),
			sizeof(struct shape_use), use_cmp);
	return 0;
}

/*
 * The correction of that format: a new name if named, else "apart". NULL when there is
 * none.
 */
static struct facts_note *note_find(
	const struct facts *facts, struct str format, bool named)
{
	struct facts_note *notes = VEC_DATA(&facts->notes, struct facts_note);

	for (size_t i = 0; i < VEC_COUNT(&facts->notes, struct facts_note); i++)
		if (str_eq(notes[i].format, format) && (notes[i].type.n > 0) == named)
			return &notes[i];
	return NULL;
}

/* The shortest format that this one extends, or itself. */
static uint32_t root_find(
	const struct shape *shape, const struct facts *facts, uint32_t id)
{
	struct str text = format_at(shape, id)->text;

	for (size_t i = 1; i < text.n; i++) {
		struct facts_note *apart;
		uint32_t base;

		if (text.p[i - 1] != '*' || (text.p[i] != '/' && text.p[i] != ':'))
			continue;
		base = intern_find(&shape->names, str_head(text, i));
		if (base == INTERN_NONE)
			continue;
		apart = note_find(facts, text, false);
		if (!apart)
			return base;
		apart->used = true;
		return id;
	}
	return id;
}

/* "listener/app" and "code signing config" become words of a query. */
static struct str kind_word(struct arena *arena, struct str type)
{
	char *out = arena_alloc(arena, type.n + 1);

	while (type.n > 0 && type.p[type.n - 1] == '/')
		type.n--;
	for (size_t i = 0; i < type.n; i++) {
		char c = str_lower_char(type.p[i]);
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			     c == '.' || c == '_' || c == '-';

		out[i] = plain ? c : '-';
	}
	return (struct str){ out, type.n };
}

static struct str resource_token(struct str resource)
{
	struct str rest = resource.p[0] == '/' ? str_skip(resource, 1) : resource;
	size_t slash = str_find_char(rest, '/', 0);
	size_t colon = str_find_char(rest, ':', 0);
	struct str token = str_head(rest, slash < colon ? slash : colon);

	return str_find_char(token, '*', 0) < token.n ? STR_LIT("*") : token;
}

static uint32_t literal_count(struct str text)
{
	uint32_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] != '*';
	return n;
}

static void add_kind(struct shape *shape, const struct facts *facts, uint32_t id)
{
	const struct shape_format *format = format_at(shape, id);
	struct shape_kind kind = { .format = id };
	struct facts_note *note = note_find(facts, format->text, true);
	struct str part[ARN_PARTS];
	struct str word;

	if (!arn_split(format->text, part))
		return;
	word = note ? note->type : type_at(facts, format->type)->name;
	if (note)
		note->used = true;
	kind.name = arena_printf(&shape->arena, "aws:%.*s:%.*s", STR_ARG(part[2]),
		STR_ARG(kind_word(&shape->arena, word)));
	kind.service = part[2];
	kind.region = part[3];
	kind.account = part[4];
	kind.resource = part[5];
	kind.token = resource_token(part[5]);
	kind.literal_count = literal_count(format->text);
	VEC_ADD(&shape->kinds, struct shape_kind, kind);
}

/* Whether keys of another kind look the same. */
static bool is_shared(const struct shape *shape, const struct shape_format *format)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < intern_count(&shape->names); i++)
		count += format_at(shape, i)->declared &&
			 !format_at(shape, i)->declared->is_part &&
			 str_eq(format_at(shape, i)->text, format->text);
	return count > 1;
}

static void declared_kind(struct shape *shape, const struct facts *facts, uint32_t id)
{
	const struct shape_format *format = format_at(shape, id);
	struct shape_kind kind = { .format = id, .name = format->declared->name };

	kind.resource = format->text;
	kind.region = kind.account = STR_LIT("");
	kind.shared = is_shared(shape, format);
	kind.folds = VEC_DATA(
		&facts->providers, struct facts_provider)[format->declared->provider]
			     .folds;
	place_of_key(format->text, &kind.service, &kind.token);
	kind.literal_count = literal_count(format->text);
	VEC_ADD(&shape->kinds, struct shape_kind, kind);
}

static int kind_cmp(const void *a, const void *b)
{
	const struct shape_kind *x = a;
	const struct shape_kind *y = b;

	return str_cmp(x->name, y->name);
}

static int derive_kinds(struct shape *shape, const struct facts *facts, struct err *e)
{
	uint32_t format_count = intern_count(&shape->names);
	const struct shape_kind *kinds;

	for (uint32_t i = 0; i < format_count; i++) {
		struct shape_format *format = format_at(shape, i);

		if (!format->declared)
			format->root = root_find(shape, facts, i);
		if (format->root == i && format->declared)
			declared_kind(shape, facts, i);
		else if (format->root == i)
			add_kind(shape, facts, i);
	}
	kinds = VEC_DATA(&shape->kinds, struct shape_kind);
	if (shape->kinds.n > 0)
		qsort(shape->kinds.p, VEC_COUNT(&shape->kinds, struct shape_kind),
			sizeof(struct shape_kind), kind_cmp);
	for (size_t i = 1; i < VEC_COUNT(&shape->kinds, struct shape_kind); i++)
		if (str_eq(kinds[i - 1].name, kinds[i].name))
			return place_error(
				type_at(facts, format_at(shape, kinds[i].format)->type)
					->place,
				kinds[i].name, "is the name of two kinds", e);
	return 0;
}

/* Where each format's root comes among the kinds, then its own text. */
struct target_order {
	uint32_t kind, format;
	struct str text;
};

static int target_cmp(const void *a, const void *b)
{
	const struct target_order *x = a;
	const struct target_order *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return str_cmp(x->text, y->text);
}

static void add_target(struct shape *shape, const struct target_order *order)
{
	struct shape_kind *kind =
		&VEC_DATA(&shape->kinds, struct shape_kind)[order->kind];
	struct str root = format_at(shape, kind->format)->text;
	uint32_t index = (uint32_t)VEC_COUNT(&shape->targets, struct shape_target);

	if (kind->target_count == 0)
		kind->target_begin = index;
	kind->target_count++;
	format_at(shape, order->format)->target = index;
	VEC_ADD(&shape->targets, struct shape_target,
		(struct shape_target){
			order->format, str_skip(order->text, root.n), { 0 } });
}

static void derive_targets(struct shape *shape)
{
	uint32_t format_count = intern_count(&shape->names);
	struct target_order *order =
		ARENA_NEW_ARRAY(&shape->arena, struct target_order, format_count + 1);
	uint32_t *kind_of = ARENA_NEW_ARRAY(&shape->arena, uint32_t, format_count + 1);

	for (uint32_t i = 0; i < VEC_COUNT(&shape->kinds, struct shape_kind); i++)
		kind_of[VEC_DATA(&shape->kinds, struct shape_kind)[i].format] = i;
	for (uint32_t i = 0; i < format_count; i++)
		order[i] = (struct target_order){ kind_of[format_at(shape, i)->root], i,
			format_at(shape, i)->text };
	qsort(order, format_count, sizeof(*order), target_cmp);
	for (uint32_t i = 0; i < format_count; i++)
		add_target(shape, &order[i]);
}

static void bind_format(struct shape *shape, uint32_t format, action_id id)
{
	struct shape_target *target = &VEC_DATA(
		&shape->targets, struct shape_target)[format_at(shape, format)->target];
	size_t count = VEC_COUNT(&target->actions, action_id);

	if (count == 0 || VEC_DATA(&target->actions, action_id)[count - 1] != id)
		VEC_ADD(&target->actions, action_id, id);
}

static void bind_action(struct shape *shape, uint32_t type, action_id id)
{
	size_t begin;
	size_t end;

	shape_type_uses(shape, type, &begin, &end);
	for (size_t i = begin; i < end; i++)
		bind_format(
			shape, VEC_DATA(&shape->uses, struct shape_use)[i].format, id);
}

bool shape_is_everywhere(const struct shape_format *format, uint32_t provider)
{
	return format->declared && !format->declared->is_part &&
	       format->declared->provider == provider && format->text.p[0] == '/';
}

/* An action of every kind whose keys are paths. */
static void bind_everywhere(
	struct shape *shape, const struct facts_action *action, action_id id)
{
	for (uint32_t i = 0; i < intern_count(&shape->names); i++)
		if (shape_is_everywhere(format_at(shape, i), action->provider))
			bind_format(shape, i, id);
}

static int bind_actions(struct shape *shape, const struct facts *facts, struct err *e)
{
	const struct facts_action *actions =
		VEC_DATA(&facts->actions, struct facts_action);

	for (uint32_t i = 0; i < VEC_COUNT(&facts->actions, struct facts_action); i++) {
		struct str rest = actions[i].types;
		struct str name;

		while (facts_next(&rest, STR_LIT(","), &name)) {
			const struct facts_type *type = facts_type_find(
				facts, actions[i].provider, actions[i].service, name);

			if (str_eq(name, FACTS_EVERYWHERE) && actions[i].provider > 0) {
				bind_everywhere(shape, &actions[i], i);
				continue;
			}
			if (!type)
				return place_error(actions[i].place, name,
					"is not a type of this service", e);
			bind_action(shape, (uint32_t)(type - type_at(facts, 0)), i);
		}
	}
	return 0;
}

static int check_notes(const struct facts *facts, struct err *e)
{
	const struct facts_note *notes = VEC_DATA(&facts->notes, struct facts_note);

	for (size_t i = 0; i < VEC_COUNT(&facts->notes, struct facts_note); i++)
		if (!notes[i].used)
			return place_error(
				notes[i].place, notes[i].format, "corrects nothing", e);
	return 0;
}

void shape_init(struct shape *shape)
{
	*shape = (struct shape){ 0 };
	arena_init(&shape->arena, ARENA_UNLIMITED);
	intern_init(&shape->names);
}

void shape_release(struct shape *shape)
{
	for (size_t i = 0; i < VEC_COUNT(&shape->targets, struct shape_target); i++)
		buf_release(&VEC_DATA(&shape->targets, struct shape_target)[i].actions);
	buf_release(&shape->formats);
	buf_release(&shape->uses);
	buf_release(&shape->kinds);
	buf_release(&shape->targets);
	intern_release(&shape->names);
	arena_release(&shape->arena);
}

int shape_build(struct shape *shape, struct facts *facts, struct err *e)
{
	if (collect_formats(shape, facts, e) < 0 ||
		declare_formats(shape, facts, e) < 0 || derive_kinds(shape, facts, e) < 0)
		return e->code;
	derive_targets(shape);
	if (bind_actions(shape, facts, e) < 0)
		return e->code;
	return check_notes(facts, e);
}

void shape_type_uses(const struct shape *shape, uint32_t type, size_t *begin, size_t *end)
{
	const struct shape_use *uses = VEC_DATA(&shape->uses, struct shape_use);
	size_t count = VEC_COUNT(&shape->uses, struct shape_use);
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (uses[middle].type < type)
			low = middle + 1;
		else
			high = middle;
	}
	*begin = low;
	while (low < count && uses[low].type == type)
		low++;
	*end = low;
}
