#include "reachability/alike.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sparse.h"
#include "reachability/reads.h"
#include "reachability/relative.h"

/* What is the same for all entities of a kind. */
struct alike_kind {
	bool known;
	bool custody;  /* the provider keeps some of the actions to itself */
	bool prepares; /* the provider looks at more than kind and documents */
	bool governed;
	/* class + 1 of those that name nobody, by custody, when bare_active are active */
	uint32_t bare[CUSTODY_ALL + 1], bare_active;
	/* what all of such a class get, where it is known and excludes nobody */
	const struct access *bare_access[CUSTODY_ALL + 1];
};

/* Entities that agree in all but, perhaps, the values of condition keys. */
struct alike_class {
	bool known, alone;
	bool relative; /* its documents are seen from the entity, without its key */
	struct decide_shared answer; /* when no keys are read */
	struct reads reads;
	struct object object; /* of the first entity */
};

struct alike {
	struct decide *d;
	struct world *w;
	const struct decide_subject *subject;
	struct segment *segment;
	scope_number scope;
	bool away;
	const struct world_organization *organization; /* of the scope's account */
	/* what is above the account, by number in places; UINT32_MAX: like no other */
	uint32_t place;
	struct intern places;
	const bool *active;
	uint32_t active_number; /* UINT32_MAX: not looked up yet */
	struct intern actives;  /* sets of active statements */
	struct intern keys;     /* what is seen of an entity -> class */
	struct sparse classes;  /* struct alike_class */
	struct intern facts;    /* class, values of its keys -> access */
	struct sparse answers;  /* struct decide_shared, by number in facts */
	struct alike_kind (*kinds)[2];
	struct segment_cursor *cursor;
	struct buf key;       /* of the entity in hand */
	bool relative;        /* it has all documents relative to the entity */
	struct buf reads;     /* struct str: keys that the decision in hand read */
	struct arena scratch; /* facts of one entity */
	struct arena room;    /* what is known of the scope in hand */
};

static struct alike *make(struct decide *d, const struct decide_subject *s)
{
	struct alike *a = calloc(1, sizeof(*a));

	if (!a) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	a->d = d;
	a->w = decide_world(d);
	a->subject = s;
	a->active_number = UINT32_MAX;
	intern_init(&a->places);
	intern_init(&a->actives);
	intern_init(&a->keys);
	intern_init(&a->facts);
	sparse_init(&a->classes, sizeof(struct alike_class));
	sparse_init(&a->answers, sizeof(struct decide_shared));
	arena_init(&a->scratch, ARENA_UNLIMITED);
	arena_init(&a->room, ARENA_UNLIMITED);
	return a;
}

static void scope_begin(struct alike *a, scope_number scope, struct segment *segment)
{
	a->segment = segment;
	a->scope = scope;
	arena_reset(&a->room);
	a->kinds = arena_alloc(
		&a->room, (segment_info(segment)->kind_count + 1) * sizeof(*a->kinds));
	a->cursor = segment_cursor_new(segment, &a->room);
}

struct alike *alike_new(struct decide *d, const struct decide_subject *s,
	scope_number scope, struct segment *segment)
{
	struct alike *a = make(d, s);

	a->organization = s->s.organization;
	scope_begin(a, scope, segment);
	return a;
}

struct alike *alike_away_new(struct decide *d, const struct decide_subject *s)
{
	struct alike *a = make(d, s);

	a->away = true;
	return a;
}

void alike_free(struct alike *a)
{
	if (!a)
		return;
	intern_release(&a->places);
	intern_release(&a->actives);
	intern_release(&a->keys);
	intern_release(&a->facts);
	sparse_release(&a->classes);
	sparse_release(&a->answers);
	buf_release(&a->key);
	buf_release(&a->reads);
	arena_release(&a->scratch);
	arena_release(&a->room);
	free(a);
}

static void text_add(struct buf *out, struct str s)
{
	VEC_ADD(out, uint32_t, (uint32_t)s.n);
	buf_add_str(out, s);
}

/* The ceilings of one level; false: they tell resources apart, or are not known. */
static bool level_add(struct buf *out, const struct world_ceiling *c)
{
	text_add(out, c->level);
	VEC_ADD(out, uint32_t, c->document_count);
	for (uint32_t i = 0; i < c->document_count; i++) {
		const struct document *d = c->documents[i].compiled;

		if (!d || (d->flags & DOCUMENT_INVALID))
			return false;
		for (uint32_t k = 0; k < d->statement_count; k++) {
			if (!(d->statements[k].flags & DOCUMENT_ANY_RESOURCE))
				return false;
		}
		text_add(out, c->documents[i].name);
		VEC_ADD(out, const struct document *, d);
	}
	return true;
}

/* What a decision sees above an account, and whether it is the subject's own. */
static bool place_add(struct alike *a, struct str account)
{
	const struct world_organization *o = a->organization;
	bool told = account.n > 0 && (o->complete || !o->named);

	VEC_ADD(&a->key, uint32_t,
		(uint32_t)str_eq(account, a->subject->s.n->account) |
			(uint32_t)o->known << 1 | (uint32_t)o->named << 2 |
			(uint32_t)o->exempt << 3);
	text_add(&a->key, o->id);
	for (uint32_t i = 0; i < o->level_count && told; i++)
		told = level_add(&a->key, &o->rcps[i]);
	return told;
}

int alike_enter(
	struct alike *a, scope_number scope, struct segment *segment, struct err *e)
{
	struct str account = world_scope_account(a->w, scope);

	assert(a->away);
	scope_begin(a, scope, segment);
	if (world_organization(&a->organization, a->w, account, e) < 0)
		return e->code;
	buf_clear(&a->key);
	a->place = place_add(a, account) ? intern_add(&a->places, buf_str(&a->key))
					 : UINT32_MAX;
	return 0;
}

void alike_begin(struct alike *a, const bool *active)
{
	a->active = active;
	a->active_number = UINT32_MAX;
}

static struct alike_kind *kind_of(struct alike *a, const struct segment_entity *entity)
{
	bool container = (entity->flags & ENTITY_CONTAINER) != 0;
	struct alike_kind *k = &a->kinds[entity->kind][container];
	kind_id kind;
	const struct action_plan *plan;

	if (k->known)
		return k;
	kind = world_kind(a->w, a->scope, entity->kind);
	plan = action_plan_of(decide_planner(a->d), kind, container);
	k->known = true;
	k->governed = action_plan_is_governed(plan);
	k->prepares =
		!a->subject->provider->prepares || a->subject->provider->prepares(kind);
	for (uint32_t i = 0; i < plan->count; i++)
		k->custody |= plan->lists[i]->custody != CUSTODY_NONE;
	return k;
}

/* Layers of documents that stand on the side of the entity they are written on. */
static bool on_objects_side(uint32_t layer)
{
	return layer == LAYER_RESOURCE || layer == LAYER_ACL || layer == LAYER_GRANT ||
	       layer == LAYER_TRUST;
}

static void object_of(
	struct object *o, struct alike *a, entity_id id, const struct node *n)
{
	const struct segment_entity *entity = segment_entity(a->segment, id);

	o->node = world_node_entity(a->w, a->scope, id);
	o->n = n;
	o->kind = world_kind(a->w, a->scope, entity->kind);
	o->resource = o->n->key;
	o->organization = a->organization;
	o->policy_state = (enum segment_policy_state)entity->policy_state;
}

static void object_begin(struct object *o, struct alike *a, entity_id id)
{
	object_of(o, a, id, world_node(a->w, world_node_entity(a->w, a->scope, id)));
}

/* What the provider makes of the entity's settings; false: it is a way to another. */
static bool key_settings(struct alike *a, entity_id id)
{
	struct object o = { .beneath = NODE_NONE };

	object_begin(&o, a, id);
	a->subject->provider->prepare_object(a->w, &o);
	VEC_ADD(&a->key, uint32_t,
		(uint32_t)o.blocks_public | (uint32_t)o.ignores_public << 1 |
			(uint32_t)o.ignores_lists << 2);
	return !o.is_way;
}

/* A document relative to its holder, or where that is not possible by its number. */
static int key_document(struct alike *a, uint32_t doc, struct str holder, struct err *e)
{
	size_t before = a->key.n;
	const struct document *d;

	if (segment_document(&d, a->segment, doc, e) < 0)
		return e->code;
	if (d && relative_add(&a->key, d, holder))
		return 0;
	a->key.n = before;
	a->relative = false;
	VEC_ADD(&a->key, uint32_t, doc);
	return 0;
}

/* The documents and settings of an entity; *way: it is a way to another. */
static int key_side(bool *way, struct alike *a, const struct alike_kind *k, entity_id id,
	struct err *e)
{
	const struct segment_holding *h;
	uint32_t held;

	VEC_ADD(&a->key, uint32_t, segment_entity(a->segment, id)->policy_state);
	*way = k->prepares && !key_settings(a, id);
	h = segment_holdings(a->segment, id, &held);
	for (uint32_t i = 0; i < held && !*way; i++) {
		if (!on_objects_side(h[i].layer))
			continue;
		VEC_ADD(&a->key, uint32_t, h[i].layer);
		/*
		 * trust policies speak of no resource: equal ones are one document of the
		 * scope
		 */
		if (h[i].layer == LAYER_TRUST && !a->away)
			VEC_ADD(&a->key, uint32_t, h[i].doc);
		else if (key_document(a, h[i].doc, segment_cursor_key(a->cursor, id), e) <
			 0)
			return e->code;
		*way = a->away && !a->relative;
	}
	return 0;
}

/* What was found of the kind, as far as it holds for the statements in hand. */
static void kind_renew(struct alike *a, struct alike_kind *k)
{
	if (a->active_number == UINT32_MAX)
		a->active_number =
			intern_add(&a->actives, (struct str){ (const char *)a->active,
							a->subject->statement_count });
	if (k->bare_active == a->active_number)
		return;
	memset(k->bare, 0, sizeof(k->bare));
	memset(k->bare_access, 0, sizeof(k->bare_access));
	k->bare_active = a->active_number;
}

static enum provider_custody custody_of(
	struct alike *a, const struct alike_kind *k, entity_id id)
{
	return k->custody ? a->subject->provider->custody_of(
				    segment_cursor_key(a->cursor, id))
			  : CUSTODY_NONE;
}

/* The class of an entity; UINT32_MAX: it is decided alone. */
static int class_of(uint32_t *out, struct alike *a, struct alike_kind *k, entity_id id,
	enum provider_custody custody, bool named, struct err *e)
{
	const struct segment_entity *entity = segment_entity(a->segment, id);
	uint32_t *bare = &k->bare[custody], head[5];
	bool way = false;

	head[0] = a->active_number;
	head[1] = a->away ? world_kind(a->w, a->scope, entity->kind) : entity->kind;
	head[2] = (uint32_t)named << 1 | ((entity->flags & ENTITY_CONTAINER) != 0);
	head[3] = custody;
	head[4] = a->place;
	*out = *bare - 1;
	if (!named && *bare != 0)
		return 0;
	buf_clear(&a->key);
	buf_add(&a->key, head, sizeof(head));
	a->relative = true;
	if (named && key_side(&way, a, k, id, e) < 0)
		return e->code;
	*out = way ? UINT32_MAX : intern_add(&a->keys, buf_str(&a->key));
	if (!named)
		*bare = *out + 1;
	return 0;
}

/* An entity as a node that is not made: its key is valid until the cursor moves. */
static struct node node_of(struct alike *a, entity_id id)
{
	return (struct node){ .type = NODE_ENTITY,
		.scope = a->scope,
		.id = id,
		.key = segment_cursor_key(a->cursor, id),
		.account = world_scope_account(a->w, a->scope),
		.flags = segment_entity(a->segment, id)->flags };
}

/* The class and the values that its keys have for the entity. */
static void key_facts(
	struct alike *a, const struct alike_class *c, uint32_t number, entity_id id)
{
	const struct node n = node_of(a, id);
	struct object o = c->object;

	/* the node itself is not made: its key need not outlive this */
	object_of(&o, a, id, &n);
	buf_clear(&a->key);
	VEC_ADD(&a->key, uint32_t, number);
	reads_facts(&a->key, &c->reads, a->w, a->subject->provider, &a->subject->s, &o,
		&a->scratch);
}

static int decide_member(struct access *out, struct alike *a, struct alike_class *c,
	entity_id id, struct err *e)
{
	const struct decide_object *o;
	int rc;

	if (decide_object(&o, a->d, world_node_entity(a->w, a->scope, id), e) < 0)
		return e->code;
	buf_clear(&a->reads);
	decide_record_reads(a->d, &a->reads);
	rc = decide_generic(out, a->d, a->subject, o, a->active, e);
	decide_record_reads(a->d, NULL);
	if (!c->known)
		c->object = o->o;
	return rc;
}

/* Whether some exclusion is by a policy of the entity's own. */
static bool excludes_itself(const struct decide_shared *answer)
{
	for (uint32_t i = 0; i < answer->excluded_count; i++) {
		const struct decide_statement *denier = answer->excluded[i].denier;

		if (denier && denier->slot == SLOT_RESOURCE)
			return true;
	}
	return false;
}

/* What others of its kind got, for this entity too. */
static const struct access *answer_for(
	struct alike *a, const struct decide_shared *answer, entity_id id)
{
	if (answer->excluded_count > 0)
		decide_shared_repeat(a->d, answer, a->subject->s.node,
			world_node_entity(a->w, a->scope, id));
	return answer->access;
}

static void unknown_seen(void *ctx, struct str scope, struct str what)
{
	(void)scope;
	(void)what;
	*(bool *)ctx = true;
}

/* Whether anything was said of what nobody collected. */
static bool has_unknowns(struct alike *a, const struct access *access)
{
	bool found = false;

	for (uint32_t i = 0; i < access->part_count && !found; i++)
		expr_each_unknown(world_pool(a->w), access->parts[i].residual,
			unknown_seen, &found);
	return found;
}

/* Decide for the entity, and for all of its class that agree in what was read. */
static int class_decide(const struct access **out, struct alike *a, struct alike_class *c,
	uint32_t number, entity_id id, struct err *e)
{
	struct access *access = ARENA_NEW(world_arena(a->w), struct access);
	struct decide_shared answer = { .access = access };
	uint32_t before;

	decide_exclusions(a->d, &before);
	if (decide_member(access, a, c, id, e) < 0)
		return e->code;
	*out = access->incomplete ? NULL : access;
	c->alone |= access->incomplete || access->reads_parts ||
		    (access->reads_key && !c->relative);
	decide_shared_keep(&answer, a->d, before);
	c->alone |= excludes_itself(&answer) || (a->away && has_unknowns(a, access));
	if (access->incomplete)
		decide_exclusions_cut(a->d, before);
	reads_join(&c->reads, &a->reads, world_arena(a->w));
	if (!c->alone && c->reads.count == 0)
		c->answer = answer;
	c->known = true;
	if (c->alone || c->reads.count == 0)
		return 0;
	key_facts(a, c, number, id);
	*(struct decide_shared *)sparse_at(
		&a->answers, intern_add(&a->facts, buf_str(&a->key))) = answer;
	return 0;
}

/* Whether another entity of its scope has something to say of it. */
static bool is_governed(struct alike *a, entity_id id)
{
	const struct node n = node_of(a, id);

	return a->subject->provider->governor &&
	       a->subject->provider->governor(a->w, &n) != NODE_NONE;
}

/* Whether others may be like it at all. */
static bool is_comparable(struct alike *a, const struct segment_entity *entity,
	const struct alike_kind *k, entity_id id)
{
	if (a->subject->provider->inherits ||
		!world_is_own(entity->flags & ~ENTITY_CONTAINER) ||
		entity->policy_state >= SEGMENT_POLICY_REFUSED ||
		(entity->policy_state == SEGMENT_POLICY_NOT_ASKED &&
			decide_is_strict(a->d) && k->governed))
		return false;
	if (a->away)
		return a->place != UINT32_MAX && !(entity->flags & ENTITY_CONTAINER) &&
		       world_kind(a->w, a->scope, entity->kind) != CATALOG_NONE &&
		       !is_governed(a, id);
	/* another scope may have the container, and its node be of that one */
	return !(entity->flags & ENTITY_CONTAINER) ||
	       world_node(a->w, world_node_entity(a->w, a->scope, id))->scope == a->scope;
}

/* What the members of a class get, where it was found out before; or NULL. */
static const struct access *class_recall(
	struct alike *a, const struct alike_class *c, uint32_t number, entity_id id)
{
	const struct decide_shared *answer = &c->answer;
	uint32_t fact;

	if (!c->known || c->alone)
		return NULL;
	if (c->reads.count > 0) {
		key_facts(a, c, number, id);
		fact = intern_find(&a->facts, buf_str(&a->key));
		if (fact == INTERN_NONE)
			return NULL;
		answer = sparse_at(&a->answers, fact);
	}
	return answer_for(a, answer, id);
}

int alike_access(const struct access **out, struct alike *a, entity_id id, bool named,
	struct err *e)
{
	const struct segment_entity *entity = segment_entity(a->segment, id);
	struct alike_kind *k = kind_of(a, entity);
	enum provider_custody custody;
	struct alike_class *c;
	uint32_t number;

	*out = NULL;
	if (!is_comparable(a, entity, k, id))
		return 0;
	kind_renew(a, k);
	custody = custody_of(a, k, id);
	*out = named ? NULL : k->bare_access[custody];
	if (*out)
		return 0;
	if (class_of(&number, a, k, id, custody, named, e) < 0)
		return e->code;
	if (number == UINT32_MAX)
		return 0;
	c = sparse_at(&a->classes, number);
	if (!c->known)
		c->relative = named && a->relative;
	*out = class_recall(a, c, number, id);
	if (!*out)
		return class_decide(out, a, c, number, id, e);
	if (!named && c->reads.count == 0 && c->answer.excluded_count == 0)
		k->bare_access[custody] = *out;
	return 0;
}
