#include "base/nearest.h"
#include "catalog/catalog.h"
#include "cli/cmd.h"
#include "cli/listing.h"

#define COUNT(a) (uint32_t)(sizeof(a) / sizeof((a)[0]))

static const char *const action_columns[] = { "action", "level", "service", "rcp",
	"resource_types", "condition_keys" };
static const char *const kind_columns[] = { "kind", "format", "target", "suffix",
	"action", "level" };
static const char *const total_columns[] = { "what", "value" };

static void add_separated(struct buf *b, struct str item, uint32_t index)
{
	if (index > 0)
		buf_add_str(b, STR_LIT(", "));
	buf_add_str(b, item);
}

static void add_action(struct listing *l, action_id id)
{
	struct catalog_action action = catalog_action_get(id);
	const struct catalog_resource *resources;
	const struct str *keys;
	uint32_t resource_count = catalog_action_resources(id, &resources);
	uint32_t key_count = catalog_action_keys(id, &keys);
	struct buf text = { 0 };

	listing_text(l, action.name);
	listing_text(l, catalog_level_name(action.level));
	listing_text(l, action.service);
	listing_text(l, catalog_service_has_rcp(action.service_id) ? STR_LIT("yes")
								   : STR_LIT("no"));
	for (uint32_t i = 0; i < resource_count; i++) {
		add_separated(&text, resources[i].type, i);
		buf_printf(&text, " (%.*s)", STR_ARG(resources[i].format));
	}
	listing_text(l, action.unbound ? STR_LIT("none: needs *") : buf_str(&text));
	buf_clear(&text);
	for (uint32_t i = 0; i < key_count; i++)
		add_separated(&text, keys[i], i);
	listing_text(l, buf_str(&text));
	buf_release(&text);
}

static void add_interval(struct listing *l, action_id begin, action_id end)
{
	for (action_id id = begin; id < end; id++)
		add_action(l, id);
}

/*
 * '*' and '?' without regard to case. Linear: the last star is the only one to go back
 * to.
 */
static bool matches(struct str pattern, struct str name)
{
	size_t p = 0, n = 0, star = SIZE_MAX, mark = 0;

	while (n < name.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			mark = n;
		} else if (p < pattern.n &&
			   (pattern.p[p] == '?' || str_lower_char(pattern.p[p]) ==
							   str_lower_char(name.p[n]))) {
			p++;
			n++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			n = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

static void add_matching(struct listing *l, struct str pattern)
{
	for (action_id id = 0; id < catalog_action_count(); id++) {
		if (matches(pattern, catalog_action_get(id).name))
			add_action(l, id);
	}
}

static void add_kind(struct listing *l, kind_id kind)
{
	for (uint32_t t = 0; t < catalog_kind_target_count(kind); t++) {
		struct catalog_target target = catalog_kind_target(kind, t);

		for (uint32_t a = 0; a < target.action_count; a++) {
			struct catalog_action action =
				catalog_action_get(target.actions[a]);

			listing_text(l, catalog_kind_name(kind));
			listing_text(l, catalog_kind_format(kind));
			listing_text(l, target.type);
			listing_text(l, target.suffix);
			listing_text(l, action.name);
			listing_text(l, catalog_level_name(action.level));
		}
	}
}

static void add_total(struct listing *l, const char *what, struct str value)
{
	listing_text(l, str_from(what));
	listing_text(l, value);
}

static void add_total_count(struct listing *l, const char *what, uint64_t count)
{
	listing_text(l, str_from(what));
	listing_count(l, count);
}

static void add_totals(struct listing *l)
{
	add_total(l, "origin", catalog_origin());
	add_total(l, "digest", catalog_digest());
	add_total_count(l, "services", catalog_service_count());
	add_total_count(l, "actions", catalog_action_count());
	add_total_count(l, "kinds", catalog_kind_count());
}

static int write_listing(struct listing *l, const struct command_context *c,
	const char *title, struct err *e)
{
	struct json_out j;

	if (c->options->format != FORMAT_JSON)
		return listing_print(l, c->out, c->options->format, e);
	json_out_init(&j, c->out);
	json_out_open(&j, '{');
	json_out_pair(&j, "catalog", str_from(title));
	json_out_key(&j, "rows");
	listing_json(l, &j);
	json_out_close(&j, '}');
	buf_add_char(&c->out->buf, '\n');
	return 0;
}

/* The kind by its full name, or by a part behind a colon when only one kind ends so. */
static kind_id find_kind(struct str name)
{
	kind_id found = catalog_kind_find(name);
	uint32_t count = 0;

	if (found != CATALOG_NONE)
		return found;
	for (kind_id k = 0; k < catalog_kind_count(); k++) {
		struct str full = catalog_kind_name(k);

		if (full.n > name.n && str_ends(full, name) &&
			full.p[full.n - name.n - 1] == ':') {
			found = k;
			count++;
		}
	}
	return count == 1 ? found : CATALOG_NONE;
}

static int not_found(struct str name, struct err *e)
{
	struct nearest near;
	action_id action = catalog_action_nearest(name);

	if (action != CATALOG_NONE)
		return err_set(e, ERR_SYNTAX,
			"the catalogue has no '%.*s'; did you mean '%.*s'?",
			STR_ARG(name), STR_ARG(catalog_action_get(action).name));
	nearest_init(&near, name);
	for (uint32_t i = 0; i < catalog_service_count(); i++)
		nearest_offer(&near, catalog_service_name(i));
	for (kind_id k = 0; k < catalog_kind_count(); k++)
		nearest_offer(&near, catalog_kind_name(k));
	if (near.best.n > 0)
		return err_set(e, ERR_SYNTAX,
			"the catalogue has no '%.*s'; did you mean '%.*s'?",
			STR_ARG(name), STR_ARG(near.best));
	return err_set(e, ERR_SYNTAX, "the catalogue has no '%.*s'", STR_ARG(name));
}

/* The services of that name, of all providers. */
static bool add_service(struct listing *l, struct str name)
{
	bool found = false;

	for (uint32_t plane = 0; plane < catalog_plane_count(); plane++) {
		uint32_t service = catalog_service_find(plane, name);
		action_id begin, end;

		if (service == CATALOG_NONE)
			continue;
		catalog_service_actions(service, &begin, &end);
		add_interval(l, begin, end);
		found = true;
	}
	return found;
}

static void add_actions(struct listing *l, struct str name)
{
	action_id id = catalog_action_find(name);

	if (id != CATALOG_NONE) {
		add_action(l, id);
	} else if (add_service(l, name)) {
		return;
	} else if (str_find_char(name, '*', 0) < name.n ||
		   str_find_char(name, '?', 0) < name.n) {
		add_matching(l, name);
	}
}

static int show(const struct command_context *c, const char *text, struct err *e)
{
	struct str name = str_from(text);
	struct listing l;
	int rc;

	listing_init(&l, action_columns, COUNT(action_columns));
	add_actions(&l, name);
	if (l.cells.n == 0 && find_kind(name) != CATALOG_NONE) {
		listing_release(&l);
		listing_init(&l, kind_columns, COUNT(kind_columns));
		add_kind(&l, find_kind(name));
	}
	rc = l.cells.n > 0 ? write_listing(&l, c, text, e) : not_found(name, e);
	listing_release(&l);
	return rc;
}

static int show_totals(const struct command_context *c, struct err *e)
{
	struct listing l;
	int rc;

	listing_init(&l, total_columns, COUNT(total_columns));
	add_totals(&l);
	rc = write_listing(&l, c, "", e);
	listing_release(&l);
	return rc;
}

int cmd_catalog(const struct command_context *c, struct err *e)
{
	char *const *operands = c->options->operands;

	if (!str_eq(str_from(operands[0]), STR_LIT("show")))
		return err_set(e, ERR_SYNTAX, "usage: latchkey catalog show [NAME]");
	return c->options->operand_count == 1 ? show_totals(c, e)
					      : show(c, operands[1], e);
}
