#include "reachability/alike.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sparse.h"
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
	const struct str *reads;     /* the keys, in the order of first reading */
	uint32_t read_count;
	struct object object; /* of the first entity */
};

struct alike {
	struct decide *d;
	struct world *w;
	const struct decide_subject *subject;
	struct segment *segment;
	scope_number scope;
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
};

struct alike *alike_new(struct decide *d, const struct decide_subject *s,
	scope_number scope, struct segment *segment)
{
	struct alike *a = calloc(1, sizeof(*a));

	if (!a) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	a->d = d;
	a->w = decide_world(d);
	a->subject = s;
	a->segment = segment;
	a->scope = scope;
	a->active_number = UINT32_MAX;
	intern_init(&a->actives);
	intern_init(&a->keys);
	intern_init(&a->facts);
	sparse_init(&a->classes, sizeof(struct alike_class));
	sparse_init(&a->answers, sizeof(struct decide_shared));
	arena_init(&a->scratch, ARENA_UNLIMITED);
	a->kinds = arena_alloc(world_arena(a->w),
		(segment_info(segment)->kind_count + 1) * sizeof(*a->kinds));
	a->cursor = segment_cursor_new(segment, world_arena(a->w));
	return a;
}

void alike_free(struct alike *a)
{
	if (!a)
		return;
	intern_release(&a->actives);
	intern_release(&a->keys);
	intern_release(&a->facts);
	sparse_release(&a->classes);
	sparse_release(&a->answers);
	buf_release(&a->key);
	buf_release(&a->reads);
	arena_release(&a->scratch);
	free(a);
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
	o->organization = a->subject->s.organization;
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
		/* trust policies speak of no resource: equal ones are one document */
		if (h[i].layer == LAYER_TRUST)
			VEC_ADD(&a->key, uint32_t, h[i].doc);
		else if (key_document(a, h[i].doc, segment_cursor_key(a->cursor, id), e) <
			 0)
			return e->code;
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
	uint32_t *bare = &k->bare[custody], head[4];
	bool way = false;

	head[0] = a->active_number;
	head[1] = entity->kind;
	head[2] = (uint32_t)named << 1 | ((entity->flags & ENTITY_CONTAINER) != 0);
	head[3] = custody;
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

static void fact_add(struct buf *out, struct str s)
{
	VEC_ADD(out, uint32_t, (uint32_t)s.n);
	buf_add_str(out, s);
}

/* The class and the values that its keys have for the entity. */
static void key_facts(
	struct alike *a, const struct alike_class *c, uint32_t number, entity_id id)
{
	const struct node n = { .type = NODE_ENTITY,
		.scope = a->scope,
		.id = id,
		.key = segment_cursor_key(a->cursor, id),
		.account = world_scope_account(a->w, a->scope),
		.flags = segment_entity(a->segment, id)->flags };
	struct object o = c->object;

	/* the node itself is not made: its key need not outlive this */
	object_of(&o, a, id, &n);
	buf_clear(&a->key);
	VEC_ADD(&a->key, uint32_t, number);
	VEC_ADD(&a->key, uint32_t, c->read_count);
	for (uint32_t i = 0; i < c->read_count; i++) {
		struct condition_fact fact = { 0 };

		a->subject->provider->look_up(
			a->w, &a->subject->s, &o, c->reads[i], &fact, &a->scratch);
		VEC_ADD(&a->key, uint32_t, fact.knowledge);
		VEC_ADD(&a->key, uint32_t, fact.value_count);
		for (uint32_t k = 0; k < fact.value_count; k++)
			fact_add(&a->key, fact.values[k]);
		fact_add(&a->key, fact.scope);
		fact_add(&a->key, fact.what);
	}
	arena_reset(&a->scratch);
}

/* Keys that this decision read and no other of the class before. */
static void reads_join(struct alike *a, struct alike_class *c)
{
	const struct str *v = VEC_DATA(&a->reads, const struct str);
	uint32_t count = (uint32_t)VEC_COUNT(&a->reads, struct str);
	struct str *all =
		ARENA_NEW_ARRAY(world_arena(a->w), struct str, c->read_count + count + 1);
	uint32_t n = c->read_count;

	if (n > 0)
		memcpy(all, c->reads, n * sizeof(*all));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t k = 0;

		while (k < n && !str_eq(all[k], v[i]))
			k++;
		if (k == n)
			all[n++] = v[i];
	}
	c->reads = all;
	c->read_count = n;
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
	c->alone |= excludes_itself(&answer);
	if (access->incomplete)
		decide_exclusions_cut(a->d, before);
	reads_join(a, c);
	if (!c->alone && c->read_count == 0)
		c->answer = answer;
	c->known = true;
	if (c->alone || c->read_count == 0)
		return 0;
	key_facts(a, c, number, id);
	*(struct decide_shared *)sparse_at(
		&a->answers, intern_add(&a->facts, buf_str(&a->key))) = answer;
	return 0;
}

/* What the members of a class get, where it was found out before; or NULL. */
static const struct access *class_recall(
	struct alike *a, const struct alike_class *c, uint32_t number, entity_id id)
{
	const struct decide_shared *answer = &c->answer;
	uint32_t fact;

	if (!c->known || c->alone)
		return NULL;
	if (c->read_count > 0) {
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
	if (a->subject->provider->inherits ||
		!world_is_own(entity->flags & ~ENTITY_CONTAINER) ||
		entity->policy_state >= SEGMENT_POLICY_REFUSED ||
		(entity->policy_state == SEGMENT_POLICY_NOT_ASKED &&
			decide_is_strict(a->d) && k->governed))
		return 0;
	/* another scope may have the container, and its node be of that one */
	if ((entity->flags & ENTITY_CONTAINER) &&
		world_node(a->w, world_node_entity(a->w, a->scope, id))->scope !=
			a->scope)
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
	if (!named && c->read_count == 0 && c->answer.excluded_count == 0)
		k->bare_access[custody] = *out;
	return 0;
}
