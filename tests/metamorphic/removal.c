#include "removal.h"

static struct str account_of(struct str scope)
{
	return str_skip(scope, str_find_char(scope, ':', 0) + 1);
}

static void drop_document(struct draft *d, const struct record_document *gone)
{
	for (size_t i = draft_count(d); i-- > 0;) {
		const struct record_document *doc = &draft_at(d, i)->document;

		if (draft_at(d, i)->type == RECORD_DOCUMENT &&
			doc->layer == gone->layer && str_eq(doc->holder, gone->holder) &&
			str_eq(doc->name, gone->name))
			draft_drop(d, i);
	}
}

/* The entity, its documents, what is said of it alone, and what it relates to. */
static void drop_entity(struct draft *d, struct str scope, struct str key)
{
	for (size_t i = draft_count(d); i-- > 0;) {
		const struct record *r = draft_at(d, i);
		bool gone =
			(r->type == RECORD_ENTITY && str_eq(r->entity.key, key)) ||
			(r->type == RECORD_DOCUMENT && str_eq(r->document.holder, key)) ||
			(r->type == RECORD_COVERAGE &&
				str_eq(r->coverage.subject, key)) ||
			(r->type == RECORD_RELATION && str_eq(r->relation.from, key));

		if (gone && str_eq(draft_scope(r), scope))
			draft_drop(d, i);
	}
}

static void drop_coverage(
	struct draft *d, struct str scope, struct str what, struct str subject)
{
	for (size_t i = draft_count(d); i-- > 0;) {
		const struct record_coverage *c = &draft_at(d, i)->coverage;

		if (draft_at(d, i)->type == RECORD_COVERAGE && str_eq(c->scope, scope) &&
			str_starts(c->what, what) && str_eq(c->subject, subject))
			draft_drop(d, i);
	}
}

static void add_coverage(struct draft *d, struct str scope, struct str what,
	struct str subject, enum coverage_state state)
{
	struct record r = { .type = RECORD_COVERAGE,
		.coverage = { .scope = scope,
			.what = what,
			.subject = subject,
			.detail = STR_LIT("AccessDenied"),
			.state = state } };

	draft_insert(d, draft_count(d), &r);
}

static bool remove_own_policy(struct removal *out, const struct draft *whole,
	const struct record *r, bool refused)
{
	const struct record_entity *entity = draft_entity(whole, r->document.holder);
	struct str key = r->document.holder;

	out->what = refused ? "the policy of a resource, refused"
			    : "the policy of a resource, not asked for";
	out->names[0] = key;
	out->names[1] = entity->kind;
	out->silent = !refused;
	out->people = r->document.layer == LAYER_TRUST;
	drop_document(&out->world, &r->document);
	drop_coverage(&out->world, r->document.scope, STR_LIT("resource-policy:"), key);
	if (refused)
		add_coverage(&out->world, r->document.scope,
			arena_printf(&out->world.arena, "resource-policy:%.*s",
				STR_ARG(entity->kind)),
			key, COVERAGE_REFUSED);
	return true;
}

static bool remove_document(struct removal *out, const struct draft *whole,
	const struct record *r, uint32_t variant)
{
	const struct record_document *d = &r->document;
	const struct record_entity *holder = draft_entity(whole, d->holder);

	if (!holder || variant > 1)
		return false;
	if (d->layer == LAYER_RESOURCE || d->layer == LAYER_TRUST)
		return remove_own_policy(out, whole, r, variant == 0);
	if (!(holder->flags & ENTITY_POLICY))
		return false;
	out->names[0] = d->name;
	out->names[1] = d->holder;
	out->names[2] = variant == 0 ? (struct str){ 0 } : STR_LIT("aws:iam:policy");
	out->what = variant == 0 ? "the text of a policy" : "a policy";
	if (variant == 0) {
		drop_document(&out->world, d);
		return true;
	}
	drop_entity(&out->world, d->scope, d->holder);
	add_coverage(&out->world, d->scope, STR_LIT("entities:aws:iam:policy"),
		(struct str){ 0 }, COVERAGE_PARTIAL);
	return true;
}

static bool is_person(const struct record_entity *n)
{
	return (n->flags & (ENTITY_IDENTITY | ENTITY_GROUP)) &&
	       !(n->flags & (ENTITY_ROOT | ENTITY_COMPUTE));
}

static void remove_identities(
	struct removal *out, const struct draft *whole, struct str scope, bool refused)
{
	out->people = true;
	out->what = refused ? "all identities, refused" : "all identities, not asked for";
	for (size_t i = 0; i < draft_count(whole); i++) {
		const struct record *r = draft_at(whole, i);

		if (r->type == RECORD_ENTITY && str_eq(r->entity.scope, scope) &&
			is_person(&r->entity))
			drop_entity(&out->world, scope, r->entity.key);
	}
	drop_coverage(&out->world, scope, STR_LIT("identities"), (struct str){ 0 });
	if (refused)
		add_coverage(&out->world, scope, STR_LIT("identities"), (struct str){ 0 },
			COVERAGE_REFUSED);
}

/* Nobody says any more that there is an organization. */
static void forget_organization(struct removal *out, struct str organization)
{
	out->silent = true;
	out->names[0] = STR_LIT("organization");
	for (size_t i = draft_count(&out->world); i-- > 0;) {
		struct record *r = draft_at(&out->world, i);

		if (r->type == RECORD_SCOPE && str_eq(r->scope.parent, organization))
			r->scope.parent = (struct str){ 0 };
		else if (r->type == RECORD_COVERAGE &&
			 str_eq(r->coverage.what, STR_LIT("organization")))
			draft_drop(&out->world, i);
	}
}

static bool remove_scope(struct removal *out, const struct draft *whole,
	const struct record *r, uint32_t variant)
{
	struct str id = r->scope.id;
	bool organization = str_starts(id, STR_LIT("aws:o-"));

	out->about = id;
	out->names[0] = account_of(id);
	if (!organization && variant >= 2) {
		remove_identities(out, whole, id, variant == 2);
		return true;
	}
	if (variant > (organization ? 1u : 0u))
		return false;
	out->what = organization ? "an organization" : "an account";
	for (size_t i = draft_count(&out->world); i-- > 0;) {
		if (str_eq(draft_scope(draft_at(&out->world, i)), id))
			draft_drop(&out->world, i);
	}
	if (variant == 1)
		forget_organization(out, id);
	out->people = !organization;
	out->unheard = !organization && r->scope.parent.n == 0;
	return draft_count(&out->world) > 0;
}

static bool remove_entity(struct removal *out, const struct record *r, uint32_t variant)
{
	const struct record_entity *n = &r->entity;

	out->names[0] = n->key;
	out->names[1] = n->name;
	out->names[2] = account_of(n->scope);
	if (variant == 0 && n->tags_known && !(n->flags & ENTITY_CONTAINER)) {
		out->what = "the tags of an entity";
		for (size_t i = 0; i < draft_count(&out->world); i++) {
			struct record *t = draft_at(&out->world, i);

			if (t->type == RECORD_ENTITY && str_eq(t->entity.key, n->key)) {
				t->entity.tags_known = false;
				t->entity.tag_count = 0;
			}
		}
		return true;
	}
	if (variant == 1 && is_person(n)) {
		out->what = "one identity of a list in part";
		out->people = true;
		drop_entity(&out->world, n->scope, n->key);
		/* beside the page that says that it was the last one */
		add_coverage(&out->world, n->scope, STR_LIT("identities"),
			(struct str){ 0 }, COVERAGE_PARTIAL);
		return true;
	}
	if (variant == 2 && !is_person(n) &&
		!(n->flags & (ENTITY_ROOT | ENTITY_CONTAINER | ENTITY_POLICY))) {
		out->what = "one entity of a list in part";
		drop_entity(&out->world, n->scope, n->key);
		add_coverage(&out->world, n->scope,
			arena_printf(
				&out->world.arena, "entities:%.*s", STR_ARG(n->kind)),
			(struct str){ 0 }, COVERAGE_PARTIAL);
		return true;
	}
	return false;
}

static bool is_ceiling(const struct record *r)
{
	return (r->type == RECORD_DOCUMENT && (r->document.layer == LAYER_SCP ||
						      r->document.layer == LAYER_RCP)) ||
	       (r->type == RECORD_RELATION && r->relation.type == RELATION_ATTACHED) ||
	       (r->type == RECORD_ENTITY && (r->entity.flags & ENTITY_POLICY));
}

static bool remove_coverage(struct removal *out, const struct record *r, uint32_t variant)
{
	const struct record_coverage *c = &r->coverage;
	struct str scope = c->scope;

	if (variant > 1 || c->subject.n > 0 || c->state != COVERAGE_GOT ||
		!str_eq(c->what, STR_LIT("organization-policies")))
		return false;
	out->what = variant == 0 ? "all policies of an organization, refused"
				 : "all policies of an organization, not asked for";
	out->names[0] = account_of(scope);
	drop_coverage(&out->world, scope, c->what, (struct str){ 0 });
	for (size_t i = draft_count(&out->world); i-- > 0;) {
		const struct record *other = draft_at(&out->world, i);

		if (str_eq(draft_scope(other), scope) && is_ceiling(other))
			draft_drop(&out->world, i);
	}
	if (variant == 0)
		add_coverage(&out->world, scope, STR_LIT("organization-policies"),
			(struct str){ 0 }, COVERAGE_REFUSED);
	return true;
}

bool removal_make(
	struct removal *out, const struct draft *whole, size_t record, uint32_t variant)
{
	const struct record *r = draft_at(whole, record);
	bool made = false;

	*out = (struct removal){ .document = SIZE_MAX, .about = draft_scope(r) };
	draft_copy(&out->world, whole);
	switch (r->type) {
	case RECORD_SCOPE:
		made = remove_scope(out, whole, r, variant);
		break;
	case RECORD_ENTITY:
		out->about = r->entity.key;
		made = remove_entity(out, r, variant);
		break;
	case RECORD_DOCUMENT:
		out->about = r->document.holder;
		out->document = record;
		made = remove_document(out, whole, r, variant);
		break;
	case RECORD_COVERAGE:
		made = remove_coverage(out, r, variant);
		break;
	case RECORD_RELATION:
	case RECORD_ALIAS:
	case RECORD_HEADER:
	case RECORD_TYPE_END:
		break;
	}
	if (!made)
		removal_release(out);
	return made;
}

void removal_release(struct removal *r)
{
	draft_release(&r->world);
}

void removal_complete(
	struct draft *out, const struct draft *whole, size_t document, bool deny)
{
	struct record_document *d;
	const char *effect = deny ? "Deny" : "Allow";

	draft_copy(out, whole);
	d = &draft_at(out, document)->document;
	d->body = arena_printf(&out->arena,
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"%s\",%s"
		"\"Action\":\"%s\"%s}]}",
		effect,
		d->layer == LAYER_RESOURCE || d->layer == LAYER_TRUST ||
				d->layer == LAYER_RCP
			? "\"Principal\":\"*\","
			: "",
		d->layer == LAYER_TRUST ? "sts:*" : "*",
		d->layer == LAYER_TRUST ? "" : ",\"Resource\":\"*\"");
}
