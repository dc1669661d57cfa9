#include "tests/tree/tree_world.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "graphstore/builder.h"
#include "graphstore/document.h"

/* --- making one --- */

struct dice {
	uint64_t state;
};

static uint32_t roll(struct dice *d, uint32_t sides)
{
	uint64_t z = (d->state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (uint32_t)((z ^ (z >> 31)) % sides);
}

static bool chance(struct dice *d, uint32_t percent)
{
	return roll(d, 100) < percent;
}

static struct tree_formula make_formula(struct dice *d)
{
	struct tree_formula f = { .count = chance(d, 50) ? 0 : 1 + roll(d, 3) };

	for (uint32_t i = 0; i < f.count; i++) {
		uint32_t n = 0;

		f.atom[i] = roll(d, TREE_ATOMS);
		if (chance(d, 30))
			f.joins[i][n++] = 'n';
		if (i > 0 && chance(d, 70))
			f.joins[i][n++] = chance(d, 60) ? 'o' : 'a';
	}
	return f;
}

static struct tree_block make_block(struct dice *d)
{
	return (struct tree_block){ 1 + roll(d, (1u << TREE_ACTIONS) - 1),
		make_formula(d) };
}

static uint32_t pick_container(const struct tree_world *w, struct dice *d, bool collected)
{
	for (;;) {
		uint32_t p = roll(d, w->place_count);

		if (w->places[p].container && (!collected || w->places[p].collected))
			return p;
	}
}

/* What a scope says of the place that it is; the first is the top. */
static void make_own(struct tree_world *w, struct dice *d)
{
	struct tree_place *p = &w->places[w->place_count];

	*p = (struct tree_place){ .scope = w->scope_count,
		.parent = TREE_NONE,
		.collected = true,
		.container = true };
	if (w->place_count > 0) {
		p->parent = pick_container(w, d, chance(d, 80));
		if (w->places[p->parent].collected && chance(d, 25))
			p->listed = true;
		else if (chance(d, 10)) {
			p->parent = w->own[roll(d, w->scope_count)];
			p->unsaid = true;
		}
	}
	w->own[w->scope_count++] = w->place_count++;
}

static void make_inner(struct tree_world *w, struct dice *d)
{
	struct tree_place *p = &w->places[w->place_count];
	uint32_t scope = roll(d, w->scope_count), parent = w->own[scope];

	*p = (struct tree_place){
		.scope = scope, .collected = true, .container = chance(d, 40)
	};
	for (int i = 0; i < 4; i++) {
		uint32_t other = pick_container(w, d, true);

		if (w->places[other].scope == scope || chance(d, 10))
			parent = other;
	}
	p->parent = parent;
	if (p->container && chance(d, 15)) {
		p->collected = false;
		p->parent = TREE_NONE;
	} else if (chance(d, 10)) {
		p->parent = pick_container(w, d, false);
	}
	w->place_count++;
}

static struct tree_principal make_principal(struct tree_world *w, struct dice *d)
{
	struct tree_principal p = { .means = (enum tree_means)roll(d, 6) };

	if (p.means == TREE_ANYONE && chance(d, 60))
		p.means = TREE_GROUP;
	if (p.means == TREE_USER)
		p.of = roll(d, w->user_count);
	else if (p.means == TREE_GROUP)
		p.of = roll(d, w->group_count);
	else if (p.means == TREE_DOMAIN)
		p.of = roll(d, 3);
	else if (p.means == TREE_IN)
		p.of = pick_container(w, d, false);
	return p;
}

static void make_groups(struct tree_world *w, struct dice *d)
{
	for (uint32_t i = 0; i < w->group_count; i++) {
		struct tree_group *g = &w->groups[i];

		g->scope = roll(d, w->scope_count);
		g->collected = chance(d, 85);
		g->known = g->collected && (w->members_read[g->scope] || chance(d, 50));
		g->member_count = roll(d, 4);
		for (uint32_t k = 0; k < g->member_count; k++) {
			do {
				g->members[k] = make_principal(w, d);
			} while (g->members[k].means == TREE_ANYONE ||
				 g->members[k].means == TREE_IN);
			g->written_in[k] = g->scope;
			if (g->members[k].means == TREE_USER && chance(d, 30))
				g->written_in[k] = w->user_scope[g->members[k].of];
		}
	}
}

static void make_roles(struct tree_world *w, struct dice *d)
{
	w->role_count = TREE_ROLES;
	for (uint32_t i = 0; i < w->role_count; i++) {
		struct tree_role *r = &w->roles[i];

		r->scope = roll(d, w->scope_count);
		r->collected = chance(d, 85);
		r->block_count = 1 + roll(d, 2);
		for (uint32_t k = 0; k < r->block_count; k++)
			r->blocks[k] = make_block(d);
	}
}

static void make_grants(struct tree_world *w, struct dice *d)
{
	w->grant_count = 4 + roll(d, TREE_GRANTS - 4);
	for (uint32_t i = 0; i < w->grant_count; i++) {
		struct tree_grant *g = &w->grants[i];

		do {
			g->holder = roll(d, w->place_count);
		} while (!w->places[g->holder].collected);
		g->deny = chance(d, 25);
		g->apart = g->deny && chance(d, 70);
		g->eligible = !g->deny && chance(d, 15);
		g->holder_only = chance(d, 15);
		g->role = chance(d, 50) ? roll(d, w->role_count) : TREE_NONE;
		g->block = make_block(d);
		g->principal_count = 1 + roll(d, 3);
		for (uint32_t k = 0; k < g->principal_count; k++) {
			g->principals[k] = make_principal(w, d);
			g->principals[k].excepted = k > 0 && chance(d, 30);
		}
	}
}

static void make_ceilings(struct tree_world *w, struct dice *d)
{
	w->ceiling_count = chance(d, 50) ? 0 : 1 + roll(d, TREE_CEILINGS);
	for (uint32_t i = 0; i < w->ceiling_count; i++) {
		struct tree_ceiling *c = &w->ceilings[i];

		c->holder = pick_container(w, d, true);
		do {
			c->principal = make_principal(w, d);
		} while (c->principal.means == TREE_ANYONE ||
			 c->principal.means == TREE_GROUP);
		c->block = make_block(d);
		c->place_count = 1 + roll(d, 2);
		for (uint32_t k = 0; k < c->place_count; k++)
			c->places[k] = pick_container(w, d, false);
	}
}

void tree_world_make(struct tree_world *w, uint64_t seed)
{
	struct dice d = { seed * 0x100000001b3ull + 7 };
	uint32_t places = 6 + roll(&d, TREE_PLACES - 6),
		 scopes = 1 + roll(&d, TREE_SCOPES);

	*w = (struct tree_world){ .user_count = TREE_USERS, .group_count = TREE_GROUPS };
	make_own(w, &d);
	while (w->place_count < places) {
		if (w->scope_count < scopes && chance(&d, 40))
			make_own(w, &d);
		else
			make_inner(w, &d);
	}
	for (uint32_t s = 0; s < w->scope_count; s++) {
		w->policies_read[s] = chance(&d, 75);
		w->members_read[s] = chance(&d, 50);
	}
	for (uint32_t i = 0; i < w->place_count; i++) {
		w->places[i].denies_refused = w->places[i].collected && chance(&d, 4);
		w->places[i].ceilings_refused =
			w->places[i].collected && w->places[i].container && chance(&d, 3);
	}
	for (uint32_t i = 0; i < w->user_count; i++)
		w->user_scope[i] = roll(&d, w->scope_count);
	make_groups(w, &d);
	make_roles(w, &d);
	make_grants(w, &d);
	make_ceilings(w, &d);
}

/* --- names --- */

static struct str name(const char *format, uint32_t i)
{
	static _Thread_local char texts[16][32];
	static _Thread_local unsigned next;
	char *out = texts[next++ % 16];

	snprintf(out, sizeof(texts[0]), format, i);
	return str_from(out);
}

struct str tree_world_place(uint32_t i)
{
	return i == 0 ? STR_LIT("tree:top") : name("tree:c:%u", i);
}

struct str tree_world_user(uint32_t i)
{
	return name("tree:u:%u", i);
}

struct str tree_world_group(uint32_t i)
{
	return name("tree:g:%u", i);
}

static struct str role_key(uint32_t i)
{
	return name("tree:r:%u", i);
}

static struct str scope_id(uint32_t i)
{
	return name("tree:s%u", i);
}

action_id tree_world_action(uint32_t i)
{
	return catalog_kind_target(catalog_kind_find(STR_LIT("aws:sqs:queue")), 0)
		.actions[i];
}

static struct str principal_text(struct tree_principal p, struct arena *arena)
{
	switch (p.means) {
	case TREE_USER:
		return tree_world_user(p.of);
	case TREE_GROUP:
		return tree_world_group(p.of);
	case TREE_DOMAIN:
		return name("tree:d:%u", p.of);
	case TREE_IN:
		return arena_printf(
			arena, "tree:in:%.*s", STR_ARG(tree_world_place(p.of)));
	default:
		return STR_LIT("tree:all");
	}
}

/* --- writing it --- */

static void add_principal(
	struct document_builder *b, struct tree_principal p, struct arena *arena)
{
	static const enum document_principal_type types[] = { DOCUMENT_ANYONE,
		DOCUMENT_KEY, DOCUMENT_GROUP, DOCUMENT_SET, DOCUMENT_SET, DOCUMENT_SET };

	document_add_principal(b, types[p.means],
		p.means == TREE_ANYONE ? STR_LIT("*") : principal_text(p, arena));
	if (p.excepted)
		document_except(b);
}

static void add_actions(struct document_builder *b, uint32_t actions)
{
	for (uint32_t i = 0; i < TREE_ACTIONS; i++) {
		if (actions >> i & 1u)
			document_add_interval(
				b, tree_world_action(i), tree_world_action(i) + 1);
	}
}

static void add_formula(struct document_builder *b, const struct tree_formula *f)
{
	for (uint32_t i = 0; i < f->count; i++) {
		document_add_condition(
			b, name("req:%u", f->atom[i]), STR_LIT("StringEquals"))
			->operator_ = DOCUMENT_STRING_EQUALS;
		document_add_value(b, STR_LIT("y"));
		for (const char *j = f->joins[i]; *j; j++)
			document_add_join(b, *j == 'a'   ? DOCUMENT_AND
					     : *j == 'o' ? DOCUMENT_OR
							 : DOCUMENT_NOT);
	}
}

static void put_document(struct builder *b, struct document_builder *d, struct str holder,
	struct str title, enum record_layer layer)
{
	struct record_document r = { .scope = builder_scope(b),
		.holder = holder,
		.name = title,
		.dialect = STR_LIT("tree"),
		.body = title,
		.layer = layer };
	struct sha256 digest = hash_sha256(title);
	struct buf compiled = { 0 };

	document_finish(d, &compiled);
	builder_add_document(b, &r, &digest, buf_str(&compiled));
	document_builder_release(d);
	buf_release(&compiled);
}

static void put_entity(struct builder *b, struct str key, const char *kind,
	struct str parent, uint32_t flags)
{
	builder_add_entity(b, &(struct record_entity){ .scope = builder_scope(b),
				      .key = key,
				      .kind = str_from(kind),
				      .name = key,
				      .parent = parent,
				      .flags = flags });
}

static void put_coverage(struct builder *b, const char *what, struct str subject,
	enum coverage_state state)
{
	builder_add_coverage(b, &(struct record_coverage){ .scope = builder_scope(b),
					.what = str_from(what),
					.subject = subject,
					.state = state });
}

static void put_places(const struct tree_world *w, struct builder *b, uint32_t scope)
{
	for (uint32_t i = 0; i < w->place_count; i++) {
		const struct tree_place *p = &w->places[i];
		bool own = i == w->own[p->scope];
		struct str parent = { 0 };

		if (p->parent != TREE_NONE && !p->unsaid)
			parent = tree_world_place(p->parent);
		/* a container that its parent's scope lists */
		if (p->listed && w->places[p->parent].scope == scope)
			put_entity(b, tree_world_place(i), "aws:sqs:queue", parent,
				ENTITY_CONTAINER);
		if (p->scope != scope || !p->collected)
			continue;
		if (p->listed || (!own && p->parent == w->own[scope]))
			parent = (struct str){ 0 };
		put_entity(b, tree_world_place(i), "aws:sqs:queue", parent,
			p->container ? ENTITY_CONTAINER : 0);
		if (p->denies_refused)
			put_coverage(b, "denies", tree_world_place(i), COVERAGE_REFUSED);
		if (p->ceilings_refused)
			put_coverage(b, "places", tree_world_place(i), COVERAGE_REFUSED);
	}
}

static void put_people(const struct tree_world *w, struct builder *b, uint32_t scope,
	struct arena *arena)
{
	for (uint32_t i = 0; i < w->user_count; i++) {
		if (w->user_scope[i] == scope)
			put_entity(b, tree_world_user(i), "aws:iam:user",
				(struct str){ 0 }, ENTITY_IDENTITY);
	}
	for (uint32_t i = 0; i < w->group_count; i++) {
		const struct tree_group *g = &w->groups[i];

		if (g->scope == scope && g->collected) {
			put_entity(b, tree_world_group(i), "aws:iam:group",
				(struct str){ 0 }, ENTITY_GROUP);
			if (g->known && !w->members_read[scope])
				put_coverage(
					b, "members", tree_world_group(i), COVERAGE_GOT);
		}
		for (uint32_t k = 0; k < g->member_count; k++) {
			struct record_relation r = { .scope = builder_scope(b),
				.from = principal_text(g->members[k], arena),
				.to = tree_world_group(i),
				.type = RELATION_MEMBER_OF };

			if (g->written_in[k] == scope)
				builder_add_relation(b, &r);
		}
	}
}

static void put_roles(const struct tree_world *w, struct builder *b, uint32_t scope)
{
	for (uint32_t i = 0; i < w->role_count; i++) {
		struct document_builder d = { 0 };

		if (w->roles[i].scope != scope || !w->roles[i].collected)
			continue;
		put_entity(b, role_key(i), "aws:iam:policy", (struct str){ 0 },
			ENTITY_POLICY | ENTITY_SHARED);
		for (uint32_t k = 0; k < w->roles[i].block_count; k++) {
			document_add_statement(&d)->flags = DOCUMENT_ANY_RESOURCE;
			add_actions(&d, w->roles[i].blocks[k].actions);
			add_formula(&d, &w->roles[i].blocks[k].formula);
		}
		put_document(b, &d, role_key(i), name("role %u", i), LAYER_ROLE);
	}
}

static void put_grants(const struct tree_world *w, struct builder *b, uint32_t scope,
	struct arena *arena)
{
	for (uint32_t i = 0; i < w->grant_count; i++) {
		const struct tree_grant *g = &w->grants[i];
		struct document_builder d = { 0 };

		if (w->places[g->holder].scope != scope)
			continue;
		document_add_statement(&d)->flags =
			DOCUMENT_ANY_RESOURCE | (g->deny ? DOCUMENT_DENY : 0) |
			(g->eligible ? DOCUMENT_ELIGIBLE : 0) |
			(g->holder_only ? DOCUMENT_HOLDER_ONLY : 0);
		if (g->role != TREE_NONE)
			document_set_role(&d, role_key(g->role));
		else
			add_actions(&d, g->block.actions);
		for (uint32_t k = 0; k < g->principal_count; k++)
			add_principal(&d, g->principals[k], arena);
		add_formula(&d, &g->block.formula);
		put_document(b, &d, tree_world_place(g->holder), name("grant %u", i),
			g->apart ? LAYER_DENY : LAYER_RESOURCE);
	}
	for (uint32_t i = 0; i < w->ceiling_count; i++) {
		const struct tree_ceiling *c = &w->ceilings[i];
		struct document_builder d = { 0 };

		if (w->places[c->holder].scope != scope)
			continue;
		document_add_statement(&d);
		add_actions(&d, c->block.actions);
		for (uint32_t k = 0; k < c->place_count; k++)
			document_add_pattern(&d, tree_world_place(c->places[k]), false);
		add_principal(&d, c->principal, arena);
		add_formula(&d, &c->block.formula);
		put_document(b, &d, tree_world_place(c->holder), name("ceiling %u", i),
			LAYER_PLACE);
	}
}

static void put_scope(
	const struct tree_world *w, struct store_write *write, uint32_t scope)
{
	const struct tree_place *own = &w->places[w->own[scope]];
	struct builder *b = builder_new(scope_id(scope));
	struct record_scope r = { .id = scope_id(scope),
		.key = tree_world_place(w->own[scope]),
		.collected_at = 1700000000 };
	struct arena arena;
	struct err e = { 0 };

	arena_init(&arena, ARENA_UNLIMITED);
	if (own->listed || own->unsaid)
		r.parent = scope_id(w->places[own->parent].scope);
	builder_set_scope(b, &r);
	put_coverage(b, "identities", (struct str){ 0 }, COVERAGE_GOT);
	if (w->policies_read[scope])
		put_coverage(b, "policies", (struct str){ 0 }, COVERAGE_GOT);
	if (w->members_read[scope])
		put_coverage(b, "members", (struct str){ 0 }, COVERAGE_GOT);
	put_places(w, b, scope);
	put_people(w, b, scope, &arena);
	put_roles(w, b, scope);
	put_grants(w, b, scope, &arena);
	if (builder_seal(b, &e) < 0 || builder_write(b, write, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
	builder_free(b);
	arena_release(&arena);
}

void tree_world_write(const struct tree_world *w, struct store *store)
{
	struct store_write *write;
	struct err e = { 0 };

	if (store_begin(&write, store, 1000, catalog_digest(), 1700000000, &e) < 0)
		abort();
	for (uint32_t s = 0; s < w->scope_count; s++)
		put_scope(w, write, s);
	if (store_commit(write, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
}

/* --- printing it --- */

static void print_formula(const struct tree_formula *f)
{
	for (uint32_t i = 0; i < f->count; i++)
		printf(" %u%s", f->atom[i], f->joins[i]);
}

static void print_principal(struct tree_principal p)
{
	static const char *const words[] = { "*", "u", "g", "d", "in:", "all" };

	printf(" %s%s%u", p.excepted ? "!" : "", words[p.means], p.of);
}

void tree_world_print(const struct tree_world *w)
{
	for (uint32_t s = 0; s < w->scope_count; s++)
		printf("scope %u is place %u%s%s\n", s, w->own[s],
			w->policies_read[s] ? " policies" : "",
			w->members_read[s] ? " members" : "");
	for (uint32_t i = 0; i < w->place_count; i++) {
		const struct tree_place *p = &w->places[i];

		printf("place %u in %d scope %u%s%s%s%s%s%s\n", i, (int)p->parent,
			p->scope, p->container ? " container" : "",
			p->collected ? "" : " missing", p->unsaid ? " unsaid" : "",
			p->listed ? " listed" : "", p->denies_refused ? " nodenies" : "",
			p->ceilings_refused ? " noceilings" : "");
	}
	for (uint32_t i = 0; i < w->user_count; i++)
		printf("user %u scope %u\n", i, w->user_scope[i]);
	for (uint32_t i = 0; i < w->group_count; i++) {
		printf("group %u scope %u%s%s:", i, w->groups[i].scope,
			w->groups[i].collected ? "" : " missing",
			w->groups[i].known ? " known" : "");
		for (uint32_t k = 0; k < w->groups[i].member_count; k++)
			print_principal(w->groups[i].members[k]);
		printf("\n");
	}
	for (uint32_t i = 0; i < w->role_count; i++) {
		printf("role %u%s:", i, w->roles[i].collected ? "" : " missing");
		for (uint32_t k = 0; k < w->roles[i].block_count; k++) {
			printf(" [%02x", w->roles[i].blocks[k].actions);
			print_formula(&w->roles[i].blocks[k].formula);
			printf("]");
		}
		printf("\n");
	}
	for (uint32_t i = 0; i < w->grant_count; i++) {
		const struct tree_grant *g = &w->grants[i];

		printf("%s %u at %u%s%s role %d actions %02x if",
			g->deny ? "deny" : "grant", i, g->holder,
			g->eligible ? " eligible" : "", g->holder_only ? " only" : "",
			(int)g->role, g->block.actions);
		print_formula(&g->block.formula);
		printf(" to");
		for (uint32_t k = 0; k < g->principal_count; k++)
			print_principal(g->principals[k]);
		printf("\n");
	}
	for (uint32_t i = 0; i < w->ceiling_count; i++) {
		const struct tree_ceiling *c = &w->ceilings[i];

		printf("ceiling %u at %u actions %02x if", i, c->holder,
			c->block.actions);
		print_formula(&c->block.formula);
		printf(" of");
		print_principal(c->principal);
		printf(" places");
		for (uint32_t k = 0; k < c->place_count; k++)
			printf(" %u", c->places[k]);
		printf("\n");
	}
}
