#include "reachability/policy_grants.h"

#include <stdlib.h>

#include "reachability/provider.h"

/* Scopes up to which all policies are looked through; of more, kinds alone tell. */
#define SCOPES_READ 64u

struct asked {
	action_id action;
	const bool *kinds; /* by kind_id; NULL: any */
	bool may;          /* by kinds that can have a policy at all */
	bool trust;        /* some of those are trust policies */
	bool anyone;       /* somebody granted it to more than those named */
	struct intern names;
};

struct policy_grants {
	struct world *world;
	struct buf asked;    /* struct asked */
	struct intern known; /* action, kinds -> number */
	struct buf unread;   /* kind_id */
	bool strict, loaded, any_named;
	const bool *anyones; /* by number: what everybody may have */
	const bool *most;    /* by number: what somebody may have */
	const bool *none;
};

struct policy_grants *policy_grants_new(struct world *w)
{
	struct policy_grants *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	g->world = w;
	intern_init(&g->known);
	return g;
}

void policy_grants_free(struct policy_grants *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < VEC_COUNT(&g->asked, struct asked); i++)
		intern_release(&VEC_DATA(&g->asked, struct asked)[i].names);
	buf_release(&g->asked);
	buf_release(&g->unread);
	intern_release(&g->known);
	free(g);
}

void policy_grants_set_strict(struct policy_grants *g)
{
	g->strict = true;
}

void policy_grants_set_unread(struct policy_grants *g, kind_id kind)
{
	VEC_ADD(&g->unread, kind_id, kind);
}

/* Whether the kind's own policies, but no trust, may have the action. */
static bool kind_grants(kind_id kind, action_id action, bool *trust)
{
	enum record_layer layer = LAYER_RESOURCE;
	bool may;

	*trust = false;
	/* grants on what is above hold for it */
	if (kind != CATALOG_NONE && provider_of_kind(kind)->inherits)
		return true;
	may = kind != CATALOG_NONE &&
	      provider_of_kind(kind)->policy(kind, action, &layer) != POLICY_NEVER;

	*trust = may && layer == LAYER_TRUST;
	return may;
}

uint32_t policy_grants_add(struct policy_grants *g, action_id action,
	const struct str *kinds, uint32_t kind_count)
{
	struct asked one = { .action = action, .anyone = kind_count == 0 };
	uint32_t before = intern_count(&g->known), number;
	bool *set =
		ARENA_NEW_ARRAY(world_arena(g->world), bool, catalog_kind_count() + 1);
	struct buf key = { 0 };

	VEC_ADD(&key, action_id, action);
	for (uint32_t i = 0; i < kind_count; i++) {
		kind_id kind = catalog_kind_find(kinds[i]);
		bool trust;

		if (!kind_grants(kind, action, &trust))
			continue;
		one.may = true;
		/* whom trust policies name is found by the identity that has them */
		one.trust |= trust;
		one.anyone |= trust;
		set[kind] = true;
		VEC_ADD(&key, kind_id, kind);
	}
	one.may |= one.anyone;
	one.kinds = set;
	number = intern_add(&g->known, buf_str(&key));
	buf_release(&key);
	if (number == before) {
		intern_init(&one.names);
		buf_add(&g->asked, &one, sizeof(one));
	}
	return number;
}

uint32_t policy_grants_count(const struct policy_grants *g)
{
	return (uint32_t)VEC_COUNT(&g->asked, struct asked);
}

/* --- what the policies of all scopes say --- */

/* Kinds of the segment that a question which is still open is about. */
static bool *kinds_wanted(struct policy_grants *g, struct segment *s)
{
	bool *out = ARENA_NEW_ARRAY(
		world_arena(g->world), bool, segment_info(s)->kind_count + 1);

	for (uint32_t k = 0; k < segment_info(s)->kind_count; k++) {
		kind_id kind = catalog_kind_find(segment_kind(s, k));

		for (size_t i = 0; kind != CATALOG_NONE && !out[k] &&
				   i < VEC_COUNT(&g->asked, struct asked);
			i++) {
			const struct asked *a = &VEC_DATA(&g->asked, struct asked)[i];

			out[k] = a->may && !a->trust && a->kinds[kind];
		}
	}
	return out;
}

static void kind_is_open(struct policy_grants *g, kind_id kind)
{
	for (size_t i = 0; kind != CATALOG_NONE && i < VEC_COUNT(&g->asked, struct asked);
		i++) {
		struct asked *a = &VEC_DATA(&g->asked, struct asked)[i];

		a->anyone |= a->kinds[kind];
	}
}

/* What a policy that nobody read says of things of these kinds is anybody's guess. */
static void load_unread(struct policy_grants *g, struct segment *s)
{
	for (uint32_t k = 0; k < segment_info(s)->kind_count; k++) {
		uint32_t count;
		const uint32_t *ids = segment_kind_members(s, k, &count);

		for (uint32_t i = 0; i < count; i++) {
			uint8_t state = segment_entity(s, ids[i])->policy_state;

			if (state != SEGMENT_POLICY_NOT_ASKED &&
				state != SEGMENT_POLICY_REFUSED)
				continue;
			kind_is_open(g, catalog_kind_find(segment_kind(s, k)));
			break;
		}
	}
}

static void grant_add(struct policy_grants *g, struct segment *s, kind_id kind,
	const struct segment_principal *p, const struct document *d)
{
	const struct document_statement *st = &d->statements[p->statement];
	struct str text = segment_str(s, p->text);
	bool named = p->type != DOCUMENT_ANYONE && p->type != DOCUMENT_CANONICAL &&
		     !str_eq(text, STR_LIT(SEGMENT_PINNED));

	for (size_t i = 0; i < VEC_COUNT(&g->asked, struct asked); i++) {
		struct asked *a = &VEC_DATA(&g->asked, struct asked)[i];

		if (!a->may || !a->kinds[kind] || !document_has_action(d, st, a->action))
			continue;
		a->anyone |= !named;
		if (named)
			intern_add(&a->names, text);
		g->any_named |= named;
	}
}

static int load_scope(struct policy_grants *g, struct segment *s, struct err *e)
{
	const struct segment_principal *p = segment_principals(s);
	const bool *wanted = kinds_wanted(g, s);

	for (uint32_t i = 0; i < segment_info(s)->principal_count; i++) {
		const struct document *d;
		kind_id kind;

		if (p[i].type == 0 || p[i].is_deny || p[i].type == DOCUMENT_ACCOUNT ||
			p[i].entity >= segment_info(s)->entity_count ||
			!wanted[segment_entity(s, p[i].entity)->kind])
			continue;
		if (segment_document(&d, s, p[i].doc, e) < 0)
			return e->code;
		kind = catalog_kind_find(
			segment_kind(s, segment_entity(s, p[i].entity)->kind));
		if (d && p[i].statement < d->statement_count)
			grant_add(g, s, kind, &p[i], d);
	}
	if (g->strict)
		load_unread(g, s);
	return 0;
}

/* Where grants stand on what is above, any of the provider's scopes may have them. */
static void open_provider(struct policy_grants *g, const struct provider *p)
{
	for (size_t i = 0; i < VEC_COUNT(&g->asked, struct asked); i++) {
		struct asked *a = &VEC_DATA(&g->asked, struct asked)[i];

		for (kind_id k = 0; !a->anyone && k < catalog_kind_count(); k++)
			a->anyone = a->kinds[k] && provider_of_kind(k) == p;
	}
}

static int load(struct policy_grants *g, struct err *e)
{
	uint32_t scopes = world_scope_count(g->world);
	size_t count = VEC_COUNT(&g->asked, struct asked);
	bool *anyones = ARENA_NEW_ARRAY(world_arena(g->world), bool, count + 1);
	bool *most = ARENA_NEW_ARRAY(world_arena(g->world), bool, count + 1);
	const struct provider *opened = NULL; /* once will do for all its scopes */

	g->loaded = true;
	for (size_t i = 0; i < VEC_COUNT(&g->unread, kind_id); i++)
		kind_is_open(g, VEC_DATA(&g->unread, const kind_id)[i]);
	for (scope_number n = 0; n < scopes && scopes <= SCOPES_READ; n++) {
		const struct provider *p;
		struct segment *s;

		if (world_segment(&s, g->world, n, e) < 0)
			return e->code;
		p = provider_of_scope(segment_info(s)->scope);
		if (p->inherits && p != opened)
			open_provider(g, p);
		if (p->inherits)
			opened = p;
		else if (load_scope(g, s, e) < 0)
			return e->code;
	}
	for (size_t i = 0; i < count; i++) {
		const struct asked *a = &VEC_DATA(&g->asked, struct asked)[i];

		most[i] = a->may;
		anyones[i] = a->anyone || (a->may && scopes > SCOPES_READ);
	}
	g->anyones = anyones;
	g->most = most;
	g->none = ARENA_NEW_ARRAY(world_arena(g->world), bool, count + 1);
	return 0;
}

/* Of one question: whether policies have one of the texts. */
static bool names_one(const struct asked *a, const struct str *texts, uint32_t count)
{
	for (uint32_t k = 0; k < count && intern_count(&a->names) > 0; k++) {
		if (intern_find(&a->names, texts[k]) != INTERN_NONE)
			return true;
	}
	return false;
}

/* Whether names tell: else whatever somebody may have the actor may have. */
static bool is_told(const struct policy_grants *g, node_id actor)
{
	/* by which names policies of others may mean it, only its own provider knows */
	return world_node(g->world, actor)->type == NODE_ENTITY &&
	       !provider_of_node(g->world, actor)->inherits;
}

int policy_grants_to(
	const bool **out, struct policy_grants *g, node_id actor, struct err *e)
{
	size_t count = VEC_COUNT(&g->asked, struct asked);
	struct str texts[PROVIDER_TEXTS_MAX];
	bool *own = NULL;
	uint32_t n;

	if (!g->loaded && load(g, e) < 0)
		return e->code;
	*out = is_told(g, actor) ? g->anyones : g->most;
	if (*out == g->most || !g->any_named)
		return 0;
	n = provider_of_node(g->world, actor)
		    ->principal_texts(texts, PROVIDER_TEXTS_MAX, g->world, actor);
	for (size_t i = 0; i < count; i++) {
		const struct asked *a = &VEC_DATA(&g->asked, struct asked)[i];

		if (g->anyones[i] || !names_one(a, texts, n))
			continue;
		if (!own) {
			own = ARENA_NEW_ARRAY(world_arena(g->world), bool, count + 1);
			memcpy(own, g->anyones, count * sizeof(*own));
			*out = own;
		}
		own[i] = true;
	}
	return 0;
}

int policy_grants_named(
	const bool **out, struct policy_grants *g, node_id actor, struct err *e)
{
	size_t count = VEC_COUNT(&g->asked, struct asked);
	struct str texts[PROVIDER_TEXTS_MAX];
	bool told = is_told(g, actor), *own;
	uint32_t n;

	if (!g->loaded && load(g, e) < 0)
		return e->code;
	*out = told ? g->none : g->most;
	if (!told || !g->any_named)
		return 0;
	n = provider_of_node(g->world, actor)
		    ->principal_texts(texts, PROVIDER_TEXTS_MAX, g->world, actor);
	own = ARENA_NEW_ARRAY(world_arena(g->world), bool, count + 1);
	for (size_t i = 0; i < count; i++)
		own[i] = names_one(&VEC_DATA(&g->asked, struct asked)[i], texts, n);
	*out = own;
	return 0;
}
