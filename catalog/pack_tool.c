/*
 * pack_tool.c - write catalog_image.c from catalog/data, at build time.
 *
 * catalog_pack OUT ORIGIN CORRECTIONS SERVICE-FILE... [--provider PROVIDER-FILE
 *	SERVICE-FILE...]...
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "catalog/catalog_image_priv.h"
#include "catalog/shape_priv.h"

/* What the tables are made of, before they are printed. */
struct pack {
	struct facts facts;
	struct shape shape;
	struct intern text; /* strings of the image */
	struct buf text_at; /* uint32_t: offset of each */
	uint32_t text_size;
	struct intern lists;  /* lists of keys and resources, as bytes of their numbers */
	struct buf list_at;   /* uint32_t: where each begins in its table */
	struct buf keys;      /* uint32_t: text number */
	struct buf resources; /* struct pack_resource */
	struct buf ids;       /* uint32_t */
	struct buf out;
};

struct pack_resource {
	uint32_t type, format; /* text numbers */
	kind_id kind;
	uint32_t target;
};

struct pack_span {
	uint32_t begin, count;
};

static uint32_t pack_text(struct pack *pack, struct str s)
{
	uint32_t id = intern_add(&pack->text, s);

	if (id == VEC_COUNT(&pack->text_at, uint32_t)) {
		VEC_ADD(&pack->text_at, uint32_t, pack->text_size);
		pack->text_size += (uint32_t)s.n;
	}
	return id;
}

static uint32_t text_offset(const struct pack *pack, uint32_t id)
{
	return VEC_DATA(&pack->text_at, uint32_t)[id];
}

/* "{ 123, 8 }" */
static void put_ref(struct pack *pack, struct str s)
{
	uint32_t id = pack_text(pack, s);

	buf_printf(&pack->out, "{%" PRIu32 ",%zu},", text_offset(pack, id), s.n);
}

static void put_str(struct pack *pack, uint32_t id)
{
	buf_printf(&pack->out, "{catalog_image_text+%" PRIu32 ",%zu}",
		text_offset(pack, id), intern_get(&pack->text, id).n);
}

/* Append items to a table unless the same list is in it. */
static struct pack_span add_list(
	struct pack *pack, struct buf *table, const struct buf *items, size_t item_size)
{
	struct pack_span span = { 0, (uint32_t)(items->n / item_size) };
	struct buf name = { 0 };
	uint32_t id;

	if (items->n == 0)
		return span;
	buf_add_char(&name, table == &pack->keys ? 'k' : 'r');
	buf_add(&name, items->p, items->n);
	id = intern_add(&pack->lists, buf_str(&name));
	buf_release(&name);
	if (id == VEC_COUNT(&pack->list_at, uint32_t)) {
		VEC_ADD(&pack->list_at, uint32_t, (uint32_t)(table->n / item_size));
		buf_add(table, items->p, items->n);
	}
	span.begin = VEC_DATA(&pack->list_at, uint32_t)[id];
	return span;
}

static int str_order(const void *a, const void *b)
{
	const struct str *x = a;
	const struct str *y = b;

	return str_cmp(*x, *y);
}

static void add_keys(struct buf *all, struct str list)
{
	struct str key;

	while (facts_next(&list, STR_LIT(","), &key))
		VEC_ADD(all, struct str, key);
}

static struct str type_keys(
	const struct pack *pack, const struct facts_action *action, struct str name)
{
	const struct facts_type *type =
		facts_type_find(&pack->facts, action->provider, action->service, name);

	return type ? type->keys : STR_LIT("");
}

/* The action's keys and those of its types, once each. */
static struct pack_span pack_keys(struct pack *pack, const struct facts_action *action)
{
	struct buf all = { 0 };
	struct buf items = { 0 };
	struct str rest = action->types;
	struct str name;
	struct pack_span span;

	add_keys(&all, action->keys);
	while (facts_next(&rest, STR_LIT(","), &name))
		add_keys(&all, type_keys(pack, action, name));
	if (all.n > 0)
		qsort(all.p, VEC_COUNT(&all, struct str), sizeof(struct str), str_order);
	for (size_t i = 0; i < VEC_COUNT(&all, struct str); i++) {
		const struct str *key = &VEC_DATA(&all, struct str)[i];

		if (i == 0 || !str_eq(key[-1], *key))
			VEC_ADD(&items, uint32_t, pack_text(pack, *key));
	}
	span = add_list(pack, &pack->keys, &items, sizeof(uint32_t));
	buf_release(&all);
	buf_release(&items);
	return span;
}

/* The kind whose targets hold that one. */
static kind_id kind_of_target(const struct shape *shape, uint32_t target)
{
	const struct shape_kind *kinds = VEC_DATA(&shape->kinds, struct shape_kind);
	uint32_t count = (uint32_t)VEC_COUNT(&shape->kinds, struct shape_kind);
	uint32_t low = 0;

	for (uint32_t high = count; low < high;) {
		uint32_t middle = low + (high - low) / 2;

		if (kinds[middle].target_begin + kinds[middle].target_count <= target)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void add_resources(
	struct pack *pack, struct buf *items, const struct facts_type *type)
{
	const struct facts_type *types = VEC_DATA(&pack->facts.types, struct facts_type);
	const struct shape *shape = &pack->shape;
	struct pack_resource item = { pack_text(pack, type->name), 0, CATALOG_NONE, 0 };
	size_t begin;
	size_t end;

	shape_type_uses(shape, (uint32_t)(type - types), &begin, &end);
	if (begin == end) {
		item.format = pack_text(pack, type->arn);
		VEC_ADD(items, struct pack_resource, item);
	}
	for (size_t i = begin; i < end; i++) {
		const struct shape_use *use =
			&VEC_DATA(&shape->uses, struct shape_use)[i];
		const struct shape_format *format =
			&VEC_DATA(&shape->formats, struct shape_format)[use->format];

		item.format = pack_text(pack, format->text);
		item.kind = kind_of_target(shape, format->target);
		item.target = format->target -
			      VEC_DATA(&shape->kinds, struct shape_kind)[item.kind]
				      .target_begin;
		VEC_ADD(items, struct pack_resource, item);
	}
}

/* What actions on all kinds of a provider act on. */
static void add_everywhere(struct pack *pack, struct buf *items, uint32_t provider)
{
	const struct shape *shape = &pack->shape;
	const struct facts_type *types = VEC_DATA(&pack->facts.types, struct facts_type);

	for (uint32_t i = 0; i < intern_count(&shape->names); i++) {
		const struct shape_format *format =
			&VEC_DATA(&shape->formats, struct shape_format)[i];
		struct pack_resource item = { 0 };

		if (!shape_is_everywhere(format, provider))
			continue;
		item.type = pack_text(pack, types[format->type].name);
		item.format = pack_text(pack, format->text);
		item.kind = kind_of_target(shape, format->target);
		VEC_ADD(items, struct pack_resource, item);
	}
}

static struct pack_span pack_resources(
	struct pack *pack, const struct facts_action *action)
{
	struct buf items = { 0 };
	struct str rest = action->types;
	struct str name;
	struct pack_span span;

	while (facts_next(&rest, STR_LIT(","), &name)) {
		const struct facts_type *type = facts_type_find(
			&pack->facts, action->provider, action->service, name);

		if (type)
			add_resources(pack, &items, type);
		else
			add_everywhere(pack, &items, action->provider);
	}
	span = add_list(pack, &pack->resources, &items, sizeof(struct pack_resource));
	buf_release(&items);
	return span;
}

static uint32_t service_index(const struct facts *facts, uint32_t plane, struct str name)
{
	const struct facts_service *services =
		VEC_DATA(&facts->services, struct facts_service);
	uint32_t count = (uint32_t)VEC_COUNT(&facts->services, struct facts_service);

	for (uint32_t i = 0; i < count; i++)
		if (services[i].plane == plane && str_eq(services[i].name, name))
			return i;
	return count;
}

static void put_actions(struct pack *pack)
{
	const struct facts_action *actions =
		VEC_DATA(&pack->facts.actions, struct facts_action);
	size_t count = VEC_COUNT(&pack->facts.actions, struct facts_action);

	buf_printf(&pack->out,
		"const uint32_t catalog_image_action_count = %zu;\n"
		"const struct catalog_image_action catalog_image_actions[] = {\n",
		count);
	for (size_t i = 0; i < count; i++) {
		struct pack_span resources = pack_resources(pack, &actions[i]);
		struct pack_span keys = pack_keys(pack, &actions[i]);

		buf_add_char(&pack->out, '{');
		put_ref(pack, actions[i].name);
		buf_printf(&pack->out, "%u,%u,%u,%u,%u,%u,%u},\n", resources.begin,
			resources.count, keys.begin, keys.count,
			service_index(&pack->facts, actions[i].plane, actions[i].service),
			(unsigned)actions[i].level, actions[i].plane);
	}
	buf_add_str(&pack->out, STR_LIT("};\n"));
}

/* Types are sorted by service, so those of one are an interval. */
static struct pack_span service_types(
	struct pack *pack, const struct facts_service *service)
{
	const struct facts_type *types = VEC_DATA(&pack->facts.types, struct facts_type);
	struct buf items = { 0 };
	struct pack_span span;

	for (size_t i = 0; i < VEC_COUNT(&pack->facts.types, struct facts_type); i++)
		if (types[i].provider == service->provider &&
			str_eq(types[i].service, service->name))
			add_resources(pack, &items, &types[i]);
	span = add_list(pack, &pack->resources, &items, sizeof(struct pack_resource));
	buf_release(&items);
	return span;
}

static bool is_action_of(
	const struct facts_action *action, const struct facts_service *service)
{
	return action->plane == service->plane && str_eq(action->service, service->name);
}

static void put_services(struct pack *pack)
{
	const struct facts_service *services =
		VEC_DATA(&pack->facts.services, struct facts_service);
	const struct facts_action *actions =
		VEC_DATA(&pack->facts.actions, struct facts_action);
	size_t action_count = VEC_COUNT(&pack->facts.actions, struct facts_action);
	size_t count = VEC_COUNT(&pack->facts.services, struct facts_service);

	buf_printf(&pack->out,
		"const uint32_t catalog_image_service_count = %zu;\n"
		"const struct catalog_image_service catalog_image_services[] = {\n",
		count);
	for (size_t i = 0; i < count; i++) {
		struct pack_span types = service_types(pack, &services[i]);
		size_t begin = 0;
		size_t end;

		while (begin < action_count &&
			!is_action_of(&actions[begin], &services[i]))
			begin++;
		end = begin;
		while (end < action_count && is_action_of(&actions[end], &services[i]))
			end++;
		buf_add_char(&pack->out, '{');
		put_ref(pack, services[i].name);
		put_ref(pack, services[i].title);
		buf_printf(&pack->out, "%zu,%zu,%u,%u,%d},\n", begin, end, types.begin,
			types.count, services[i].has_rcp);
	}
	buf_add_str(&pack->out, STR_LIT("};\n"));
}

static void put_planes(struct pack *pack)
{
	const struct facts_plane *planes =
		VEC_DATA(&pack->facts.planes, struct facts_plane);
	const struct facts_action *actions =
		VEC_DATA(&pack->facts.actions, struct facts_action);
	const struct facts_service *services =
		VEC_DATA(&pack->facts.services, struct facts_service);
	size_t count = VEC_COUNT(&pack->facts.planes, struct facts_plane);
	size_t action = 0, service = 0;

	buf_printf(&pack->out,
		"const uint32_t catalog_image_plane_count = %zu;\n"
		"const struct catalog_image_plane catalog_image_planes[] = {\n",
		count);
	for (size_t i = 0; i < count; i++) {
		const struct facts_provider *p = &VEC_DATA(&pack->facts.providers,
			struct facts_provider)[planes[i].provider];
		size_t action_begin = action, service_begin = service;

		while (action < VEC_COUNT(&pack->facts.actions, struct facts_action) &&
			actions[action].plane == i)
			action++;
		while (service < VEC_COUNT(&pack->facts.services, struct facts_service) &&
			services[service].plane == i)
			service++;
		buf_add_char(&pack->out, '{');
		put_ref(pack, p->name);
		put_ref(pack, planes[i].name);
		buf_printf(&pack->out, "%zu,%zu,%zu,%zu,%u},\n", action_begin, action,
			service_begin, service, (unsigned)(unsigned char)p->separator);
	}
	buf_add_str(&pack->out, STR_LIT("};\n"));
}

/* The format as a pattern: what takes the rest of a key is one star. */
static struct str pattern_of(struct str format)
{
	bool rest = format.n > 1 && format.p[format.n - 1] == '*' &&
		    format.p[format.n - 2] == '*';

	return str_head(format, format.n - rest);
}

static void put_kinds(struct pack *pack)
{
	const struct shape *shape = &pack->shape;
	size_t count = VEC_COUNT(&shape->kinds, struct shape_kind);

	buf_printf(&pack->out,
		"const uint32_t catalog_image_kind_count = %zu;\n"
		"const struct catalog_image_kind catalog_image_kinds[] = {\n",
		count);
	for (size_t i = 0; i < count; i++) {
		const struct shape_kind *kind =
			&VEC_DATA(&shape->kinds, struct shape_kind)[i];

		buf_add_char(&pack->out, '{');
		put_ref(pack, kind->name);
		put_ref(pack, pattern_of(VEC_DATA(
				      &shape->formats, struct shape_format)[kind->format]
						 .text));
		put_ref(pack, kind->region);
		put_ref(pack, kind->account);
		put_ref(pack, kind->resource);
		buf_printf(&pack->out, "%u,%u,%u},\n", kind->target_begin,
			kind->target_count,
			(VEC_DATA(&shape->formats, struct shape_format)[kind->format]
						.declared
					? CATALOG_KIND_PATH
					: 0) |
				(kind->folds ? CATALOG_KIND_FOLDS : 0));
	}
	buf_add_str(&pack->out, STR_LIT("};\n"));
}

static void put_targets(struct pack *pack)
{
	const struct facts_type *types = VEC_DATA(&pack->facts.types, struct facts_type);
	const struct shape *shape = &pack->shape;
	size_t count = VEC_COUNT(&shape->targets, struct shape_target);

	buf_printf(&pack->out,
		"const uint32_t catalog_image_target_count = %zu;\n"
		"const struct catalog_image_target catalog_image_targets[] = {\n",
		count);
	for (size_t i = 0; i < count; i++) {
		const struct shape_target *target =
			&VEC_DATA(&shape->targets, struct shape_target)[i];
		const struct shape_format *format =
			&VEC_DATA(&shape->formats, struct shape_format)[target->format];

		buf_add_char(&pack->out, '{');
		put_ref(pack, types[format->type].name);
		put_ref(pack, target->suffix);
		buf_printf(&pack->out, "%zu,%zu},\n", VEC_COUNT(&pack->ids, uint32_t),
			VEC_COUNT(&target->actions, action_id));
		buf_add(&pack->ids, target->actions.p, target->actions.n);
	}
	buf_add_str(&pack->out, STR_LIT("};\n"));
}

struct probe {
	const struct shape_kind *kind;
	uint32_t index;
};

static int probe_place_cmp(const struct probe *a, const struct probe *b)
{
	int rc = str_cmp(a->kind->service, b->kind->service);

	return rc != 0 ? rc : str_cmp(a->kind->token, b->kind->token);
}

/* By place, then most specific first. */
static int probe_cmp(const void *a, const void *b)
{
	const struct probe *x = a;
	const struct probe *y = b;
	int rc = probe_place_cmp(x, y);

	if (rc != 0)
		return rc;
	if (x->kind->literal_count != y->kind->literal_count)
		return x->kind->literal_count > y->kind->literal_count ? -1 : 1;
	return x->index < y->index ? -1 : 1;
}

static void put_probes(struct pack *pack)
{
	const struct shape_kind *kinds = VEC_DATA(&pack->shape.kinds, struct shape_kind);
	size_t all = VEC_COUNT(&pack->shape.kinds, struct shape_kind), count = 0;
	struct probe *probes = ARENA_NEW_ARRAY(&pack->shape.arena, struct probe, all + 1);
	size_t probe_count = 0;

	for (size_t i = 0; i < all; i++)
		if (!kinds[i].shared)
			probes[count++] = (struct probe){ &kinds[i], (uint32_t)i };
	qsort(probes, count, sizeof(*probes), probe_cmp);
	buf_add_str(&pack->out,
		STR_LIT("const struct catalog_image_probe catalog_image_probes[] = {\n"));
	for (size_t i = 0; i < count;) {
		size_t end = i;

		buf_add_char(&pack->out, '{');
		put_ref(pack, probes[i].kind->service);
		put_ref(pack, probes[i].kind->token);
		buf_printf(&pack->out, "%zu,", VEC_COUNT(&pack->ids, uint32_t));
		for (; end < count && probe_place_cmp(&probes[i], &probes[end]) == 0;
			end++)
			VEC_ADD(&pack->ids, uint32_t, probes[end].index);
		buf_printf(&pack->out, "%zu},\n", end - i);
		i = end;
		probe_count++;
	}
	buf_printf(&pack->out, "};\nconst uint32_t catalog_image_probe_count = %zu;\n",
		probe_count);
}

static void put_lists(struct pack *pack)
{
	size_t key_count = VEC_COUNT(&pack->keys, uint32_t);
	size_t resource_count = VEC_COUNT(&pack->resources, struct pack_resource);
	size_t id_count = VEC_COUNT(&pack->ids, uint32_t);

	buf_printf(&pack->out,
		"const uint32_t catalog_image_key_count = %zu;\n"
		"const struct str catalog_image_keys[] = {\n",
		key_count);
	for (size_t i = 0; i < key_count; i++) {
		put_str(pack, VEC_DATA(&pack->keys, uint32_t)[i]);
		buf_add_str(&pack->out, STR_LIT(",\n"));
	}
	buf_printf(&pack->out,
		"};\nconst uint32_t catalog_image_resource_count = %zu;\n"
		"const struct catalog_resource catalog_image_resources[] = {\n",
		resource_count);
	for (size_t i = 0; i < resource_count; i++) {
		const struct pack_resource *item =
			&VEC_DATA(&pack->resources, struct pack_resource)[i];

		buf_add_char(&pack->out, '{');
		put_str(pack, item->type);
		buf_add_char(&pack->out, ',');
		put_str(pack, item->format);
		buf_printf(&pack->out, ",%uu,%u},\n", item->kind, item->target);
	}
	buf_printf(&pack->out,
		"};\nconst uint32_t catalog_image_id_count = %zu;\n"
		"const uint32_t catalog_image_ids[] = {\n",
		id_count);
	for (size_t i = 0; i < id_count; i++)
		buf_printf(&pack->out, "%u,%s", VEC_DATA(&pack->ids, uint32_t)[i],
			i % 16 == 15 ? "\n" : "");
	buf_add_str(&pack->out, STR_LIT("};\n"));
}

/*
 * One string literal per string, joined by the compiler; all but plain characters in
 * octal.
 */
static void put_text(struct pack *pack)
{
	buf_printf(&pack->out,
		"const uint32_t catalog_image_text_size = %u;\n"
		"const char catalog_image_text[%u] =\n",
		pack->text_size, pack->text_size + 1);
	for (uint32_t id = 0; id < intern_count(&pack->text); id++) {
		struct str s = intern_get(&pack->text, id);

		buf_add_char(&pack->out, '"');
		for (size_t i = 0; i < s.n; i++) {
			unsigned char c = (unsigned char)s.p[i];

			if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '?')
				buf_printf(&pack->out, "\\%03o", c);
			else
				buf_add_char(&pack->out, (char)c);
		}
		buf_add_str(&pack->out, STR_LIT("\"\n"));
	}
	buf_add_str(&pack->out, STR_LIT(";\n"));
}

static void put_digest(struct pack *pack)
{
	struct sha256 digest = hash_sha256(buf_str(&pack->out));

	buf_add_str(&pack->out, STR_LIT("const char catalog_image_digest[65] = \""));
	for (size_t i = 0; i < sizeof(digest.bytes); i++)
		buf_printf(&pack->out, "%02x", digest.bytes[i]);
	buf_add_str(&pack->out, STR_LIT("\";\n"));
}

static void put_image(struct pack *pack)
{
	buf_add_str(&pack->out,
		STR_LIT("/* Written by catalog/pack_tool.c from catalog/data. */\n"
			"#include \"catalog/catalog_image_priv.h\"\n"));
	put_actions(pack);
	put_services(pack);
	put_planes(pack);
	put_kinds(pack);
	put_targets(pack);
	put_probes(pack);
	put_lists(pack);
	buf_add_str(&pack->out,
		STR_LIT("const struct catalog_image_ref catalog_image_origin = "));
	put_ref(pack, pack->facts.origin);
	pack->out.n--;
	buf_add_str(&pack->out, STR_LIT(";\n"));
	put_text(pack);
	put_digest(pack);
}

static int write_file(const char *path, struct str text, struct err *e)
{
	FILE *f = fopen(path, "wb");

	if (!f)
		return err_set(e, ERR_IO, "cannot create '%s'", path);
	if (fwrite(text.p, 1, text.n, f) != text.n) {
		fclose(f);
		return err_set(e, ERR_IO, "cannot write '%s'", path);
	}
	if (fclose(f) != 0)
		return err_set(e, ERR_IO, "cannot write '%s'", path);
	return 0;
}

static bool is_option(const char *arg)
{
	return str_eq(str_from(arg), STR_LIT("--provider"));
}

static int read_all(struct pack *pack, int argc, char **argv, struct err *e)
{
	int i = 4;

	if (facts_read_origin(&pack->facts, argv[2], e) < 0)
		return e->code;
	for (; i < argc && !is_option(argv[i]); i++)
		if (facts_read_service(&pack->facts, argv[i], e) < 0)
			return e->code;
	if (facts_finish(&pack->facts, e) < 0 ||
		facts_correct(&pack->facts, argv[3], e) < 0)
		return e->code;
	for (; i < argc; i++) {
		int rc = is_option(argv[i]) && i + 1 < argc
				 ? facts_read_provider(&pack->facts, argv[++i], e)
				 : facts_read_service(&pack->facts, argv[i], e);

		if (rc < 0)
			return rc;
	}
	return facts_join(&pack->facts, e);
}

static void pack_release(struct pack *pack)
{
	facts_release(&pack->facts);
	shape_release(&pack->shape);
	intern_release(&pack->text);
	intern_release(&pack->lists);
	buf_release(&pack->text_at);
	buf_release(&pack->list_at);
	buf_release(&pack->keys);
	buf_release(&pack->resources);
	buf_release(&pack->ids);
	buf_release(&pack->out);
}

int main(int argc, char **argv)
{
	struct pack pack = { 0 };
	struct err e = { 0 };

	if (argc < 5) {
		fputs("usage: catalog_pack OUT ORIGIN CORRECTIONS SERVICE-FILE... "
		      "[--provider PROVIDER-FILE SERVICE-FILE...]...\n",
			stderr);
		return 2;
	}
	facts_init(&pack.facts);
	shape_init(&pack.shape);
	intern_init(&pack.text);
	intern_init(&pack.lists);
	if (read_all(&pack, argc, argv, &e) == 0 &&
		shape_build(&pack.shape, &pack.facts, &e) == 0) {
		put_image(&pack);
		write_file(argv[1], buf_str(&pack.out), &e);
	}
	pack_release(&pack);
	if (e.code < 0)
		fprintf(stderr, "%s\n", e.text);
	return err_exit_status(e.code);
}
