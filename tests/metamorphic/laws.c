/*
 * What holds of every world.
 *
 *	laws [WORLDS [FIRST_SEED [LAW]]]
 *
 * LAW: a word of the law's name, to check that one alone. Each law makes another world of
 * each random one, or asks in another way, and knows what of the answers stays.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "matrix.h"
#include "reachability/action_bits.h"
#include "reachability/decide.h"
#include "recorder.h"
#include "rename.h"
#include "worldgen.h"

struct laws {
	const char *directory;
	uint64_t seed, worlds, cells;
	uint32_t faults, told;
	struct intern names;
	uint32_t asked;
	struct arena arena; /* of one law */
};

#define TOLD 3u

static void tell(struct laws *l, const char *law, const struct matrix_cell *at,
	enum expr_verdict a, enum expr_verdict b)
{
	l->faults++;
	if (l->told++ >= TOLD)
		return;
	printf("seed %llu: %s: %.*s  %.*s  %.*s: %.*s, then %.*s\n",
		(unsigned long long)l->seed, law,
		STR_ARG(intern_get(&l->names, at->subject)),
		STR_ARG(catalog_action_get(at->action).name),
		STR_ARG(intern_get(&l->names, at->object)), STR_ARG(expr_verdict_name(a)),
		STR_ARG(expr_verdict_name(b)));
}

static int open_matrix(
	struct matrix *out, struct laws *l, const struct draft *world, struct err *e)
{
	return matrix_open(out, world, l->directory, &l->names, l->asked, MATRIX_WHAT, e);
}

/*
 * Which cells a law speaks of, by the names' numbers; NULL: all. Of the others nothing is
 * said.
 */
typedef bool concerned(void *ctx, uint32_t subject, uint32_t object);

struct expected {
	concerned *of;
	void *ctx;
	bool direct_only;
};

static void expect_same(struct laws *l, const char *law, const struct matrix *a,
	const struct matrix *b, const struct expected *x)
{
	struct matrix_walk walk = { .m = { a, b }, .count = 2 };

	while (matrix_next(&walk)) {
		const struct matrix_cell *c = walk.cells[0], *d = walk.cells[1];
		enum expr_verdict one = c ? c->direct : VERDICT_DENIED;
		enum expr_verdict other = d ? d->direct : VERDICT_DENIED;

		if (x->of && !x->of(x->ctx, walk.cell.subject, walk.cell.object))
			continue;
		l->cells++;
		if (one == other && !x->direct_only) {
			one = c ? c->indirect : VERDICT_DENIED;
			other = d ? d->indirect : VERDICT_DENIED;
		}
		if (one != other)
			tell(l, law, &walk.cell, one, other);
	}
}

/* --- other names --- */

/* First letters and digits stay, and last ones that patterns know: "*b" is one. */
static const struct rename_word others[] = { { "111111111111", "177777777777" },
	{ "222222222222", "288888888888" }, { "ua", "uq" }, { "qa", "qx" },
	{ "ka", "kx" }, { "ta", "tx" }, { "sa", "sx" } };
static const struct rename_word back[] = { { "177777777777", "111111111111" },
	{ "288888888888", "222222222222" }, { "uq", "ua" }, { "qx", "qa" },
	{ "kx", "ka" }, { "tx", "ta" }, { "sx", "sa" } };
#define OTHERS (sizeof(others) / sizeof(others[0]))

static int rename_all(struct laws *l, const struct draft *world,
	const struct matrix *base, struct err *e)
{
	struct draft renamed;
	struct intern names;
	struct matrix m;

	draft_copy(&renamed, world);
	rename_draft(&renamed, others, OTHERS);
	intern_init(&names);
	for (uint32_t i = 0; i < l->asked; i++)
		intern_add(&names,
			rename_text(intern_get(&l->names, i), others, OTHERS, &l->arena));
	int rc =
		matrix_open(&m, &renamed, l->directory, &names, l->asked, MATRIX_WHAT, e);

	if (rc == 0) {
		for (size_t i = 0; i < VEC_COUNT(&m.cells, struct matrix_cell); i++) {
			struct matrix_cell *c =
				&VEC_DATA(&m.cells, struct matrix_cell)[i];

			c->subject = intern_add(
				&l->names, rename_text(intern_get(&names, c->subject),
						   back, OTHERS, &l->arena));
			c->object = intern_add(
				&l->names, rename_text(intern_get(&names, c->object),
						   back, OTHERS, &l->arena));
		}
		matrix_sort(&m);
		expect_same(l, "other names, same answers", base, &m,
			&(struct expected){ 0 });
		matrix_close(&m);
	}
	intern_release(&names);
	draft_release(&renamed);
	return rc;
}

/* --- one change --- */

struct one {
	const struct intern *names;
	uint32_t subject, object; /* names; INTERN_NONE: any */
	const struct draft *world;
	struct str bucket; /* that is gone, by its name */
};

static bool is_that(void *ctx, uint32_t subject, uint32_t object)
{
	const struct one *one = ctx;

	return (one->subject == INTERN_NONE || one->subject == subject) &&
	       (one->object == INTERN_NONE || one->object == object);
}

/* "arn:aws:s3:::NAME", of others some text that no bucket has. */
static struct str bucket_name(struct str key)
{
	const struct str head = STR_LIT("arn:aws:s3:::");

	return str_starts(key, head) ? str_skip(key, head.n) : key;
}

/* Whether the thing is an access point of the bucket: what is behind it counts for it. */
static bool is_point_of(const struct draft *world, struct str key, struct str bucket)
{
	for (size_t i = 0; i < draft_count(world); i++) {
		const struct record *r = draft_at(world, i);

		if (r->type != RECORD_ENTITY || !str_eq(r->entity.key, key))
			continue;
		for (uint32_t k = 0; k < r->entity.attribute_count; k++) {
			if (str_eq(r->entity.attributes[k].key, STR_LIT("bucket")) &&
				str_eq(r->entity.attributes[k].value, bucket))
				return true;
		}
	}
	return false;
}

/* Not of the one, and nothing that it is behind. */
static bool is_other(void *ctx, uint32_t subject, uint32_t object)
{
	const struct one *one = ctx;
	struct str key = intern_get(one->names, object);

	return subject != one->subject && object != one->object &&
	       !(str_contains_fold(key, STR_LIT(":accesspoint/")) &&
		       is_point_of(one->world, key, one->bucket));
}

#define DENY_ALL                                                                         \
	"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",%s"             \
	"\"Action\":\"*\",\"Resource\":\"*\"}]}"

/* An entity by choice that fits; SIZE_MAX: there is none. */
static size_t pick_entity(const struct draft *d, uint64_t choice,
	bool (*fits)(const struct record_entity *))
{
	size_t count = draft_count(d);

	for (size_t i = 0; i < count; i++) {
		size_t at = (size_t)(choice % count + i) % count;
		const struct record *r = draft_at(d, at);

		if (r->type == RECORD_ENTITY && fits(&r->entity))
			return at;
	}
	return SIZE_MAX;
}

static bool is_person(const struct record_entity *e)
{
	return (e->flags & ENTITY_IDENTITY) &&
	       !(e->flags & (ENTITY_ROOT | ENTITY_COMPUTE | ENTITY_SESSION));
}

static bool is_resource(const struct record_entity *e)
{
	return str_eq(e->kind, STR_LIT("aws:s3:bucket")) ||
	       str_eq(e->kind, STR_LIT("aws:sqs:queue")) ||
	       str_eq(e->kind, STR_LIT("aws:secretsmanager:secret"));
}

static void add_document(struct draft *d, const struct record_entity *of,
	enum record_layer layer, const char *body)
{
	struct record r = { .type = RECORD_DOCUMENT,
		.document = { .scope = of->scope,
			.holder = of->key,
			.name = STR_LIT("deny all"),
			.dialect = STR_LIT("aws"),
			.body = str_from(body),
			.layer = layer } };

	draft_insert(d, draft_count(d), &r);
}

/* A Deny of everything, on an identity or in a resource's policy, leaves nothing. */
static int deny_all(struct laws *l, const struct draft *world, const struct matrix *base,
	bool resource, struct err *e)
{
	size_t at =
		pick_entity(world, l->seed * 7919, resource ? is_resource : is_person);
	struct draft denied;
	struct matrix m, nothing = { .names = &l->names };
	struct one one = { &l->names, INTERN_NONE, INTERN_NONE, world, { 0 } };
	const struct record_entity *of;
	int rc;

	(void)base;
	if (at == SIZE_MAX)
		return 0;
	of = &draft_at(world, at)->entity;
	draft_copy(&denied, world);
	add_document(&denied, of, resource ? LAYER_RESOURCE : LAYER_IDENTITY,
		arena_printf(&l->arena, DENY_ALL, resource ? "\"Principal\":\"*\"," : "")
			.p);
	rc = open_matrix(&m, l, &denied, e);
	if (rc == 0) {
		*(resource ? &one.object : &one.subject) = intern_add(&l->names, of->key);
		expect_same(l, "a Deny of everything leaves nothing", &nothing, &m,
			&(struct expected){ .of = is_that, .ctx = &one });
		matrix_close(&m);
	}
	draft_release(&denied);
	return rc;
}

static int deny_identity(struct laws *l, const struct draft *world,
	const struct matrix *base, struct err *e)
{
	return deny_all(l, world, base, false, e);
}

static int deny_resource(struct laws *l, const struct draft *world,
	const struct matrix *base, struct err *e)
{
	return deny_all(l, world, base, true, e);
}

/* The entity, its documents, and all relations and coverage of it. */
static void drop_whole(struct draft *d, struct str key, struct str name, struct str kind)
{
	for (size_t i = draft_count(d); i-- > 0;) {
		const struct record *r = draft_at(d, i);
		struct str k, n;
		bool named = r->type == RECORD_RELATION &&
			     record_key_reference(r->relation.to, &k, &n) &&
			     str_eq(k, kind) && str_eq(n, name);
		bool gone =
			(r->type == RECORD_ENTITY && str_eq(r->entity.key, key)) ||
			(r->type == RECORD_DOCUMENT && str_eq(r->document.holder, key)) ||
			(r->type == RECORD_COVERAGE &&
				str_eq(r->coverage.subject, key)) ||
			(r->type == RECORD_RELATION &&
				(named || str_eq(r->relation.from, key) ||
					str_eq(r->relation.to, key)));

		if (gone)
			draft_drop(d, i);
	}
}

/* Without a resource all other columns are the same, and its own is empty. */
static int drop_resource(struct laws *l, const struct draft *world,
	const struct matrix *base, struct err *e)
{
	size_t at = pick_entity(world, l->seed * 104729, is_resource);
	struct draft less;
	struct matrix m, nothing = { .names = &l->names };
	struct one one = { &l->names, INTERN_NONE, INTERN_NONE, world, { 0 } };
	const struct record_entity *of;
	int rc;

	if (at == SIZE_MAX)
		return 0;
	of = &draft_at(world, at)->entity;
	one.bucket = bucket_name(of->key);
	draft_copy(&less, world);
	drop_whole(&less, of->key, of->name, of->kind);
	rc = open_matrix(&m, l, &less, e);
	if (rc == 0) {
		one.object = intern_add(&l->names, of->key);
		expect_same(l, "a resource is its column", base, &m,
			&(struct expected){ .of = is_other, .ctx = &one });
		expect_same(l, "a resource that is gone has no column", &nothing, &m,
			&(struct expected){ .of = is_that, .ctx = &one });
		matrix_close(&m);
	}
	draft_release(&less);
	return rc;
}

/* --- `without` --- */

/* Policies of one scope: those of the provider are shared, and another's stay. */
static bool is_removable(const struct record_entity *e)
{
	if (e->flags & (ENTITY_ROOT | ENTITY_CONTAINER | ENTITY_SHARED))
		return false;
	return (e->flags & (ENTITY_POLICY | ENTITY_GROUP)) || is_person(e) ||
	       is_resource(e);
}

static int remove_one(struct laws *l, const struct draft *world,
	const struct matrix *base, struct err *e)
{
	size_t at = pick_entity(world, l->seed * 15485863, is_removable);
	struct draft less;
	struct matrix m, n;
	struct matrix_how how = { .asked = l->asked, .side = MATRIX_WHAT };
	struct one one = { &l->names, INTERN_NONE, INTERN_NONE, world, { 0 } };
	const struct record_entity *of;
	int rc;

	(void)base;
	if (at == SIZE_MAX)
		return 0;
	of = &draft_at(world, at)->entity;
	one.bucket = bucket_name(of->key);
	how.removed = of->key;
	draft_copy(&less, world);
	drop_whole(&less, of->key, of->name, of->kind);
	rc = matrix_open_as(&m, world, l->directory, &l->names, &how, e);
	if (rc == 0) {
		rc = open_matrix(&n, l, &less, e);
		/* of one that does not exist nobody asks what it can do */
		one.subject = one.object = intern_add(&l->names, of->key);
		if (rc == 0) {
			expect_same(l, "`without` is not to have read it", &m, &n,
				&(struct expected){ .of = is_other, .ctx = &one });
			matrix_close(&n);
		}
		matrix_close(&m);
	}
	draft_release(&less);
	return rc;
}

/* --- parts of the world --- */

static int by_scope(struct laws *l, const struct draft *world, const struct matrix *base,
	struct err *e)
{
	const struct matrix_how how = {
		.asked = l->asked, .side = MATRIX_WHAT, .by_scope = true
	};
	struct matrix m;
	int rc = matrix_open_as(&m, world, l->directory, &l->names, &how, e);

	if (rc == 0) {
		expect_same(l, "scopes read one by one are the same", base, &m,
			&(struct expected){ 0 });
		matrix_close(&m);
	}
	return rc;
}

/* Of an account that another input merely speaks of what was collected stays. */
static int mention_account(struct laws *l, const struct draft *world,
	const struct matrix *base, struct err *e)
{
	struct recorder r = { .scope = STR_LIT("aws:111111111111") };
	struct matrix m;
	int rc;

	recorder_account(&r, STR_LIT("111111111111"), (struct str){ 0 });
	const struct matrix_how how = {
		.asked = l->asked, .side = MATRIX_WHAT, .mention = buf_str(&r.out)
	};

	rc = matrix_open_as(&m, world, l->directory, &l->names, &how, e);
	if (rc == 0) {
		expect_same(l, "a mention takes nothing away", base, &m,
			&(struct expected){ 0 });
		matrix_close(&m);
	}
	buf_release(&r.out);
	return rc;
}

static const struct rename_word elsewhere[] = { { "111111111111", "444444444444" },
	{ "222222222222", "555555555555" }, { "333333333333", "666666666666" },
	{ "abcdefghij", "zyxwvutsrq" }, { "a1", "a4" }, { "b1", "b4" }, { "a2", "a5" },
	{ "b2", "b5" }, { "a3", "a6" }, { "b3", "b6" }, { "v-a", "v-c" },
	{ "v-b", "v-d" }, { "n-a", "n-c" } };

/* Whether both are of the first world. */
static bool is_here(void *ctx, uint32_t subject, uint32_t object)
{
	struct laws *l = ((void **)ctx)[0];
	const struct draft *world = ((void **)ctx)[1];

	return draft_entity(world, intern_get(&l->names, subject)) &&
	       draft_entity(world, intern_get(&l->names, object));
}

/* Two worlds with nothing in common: who is in one has in it what it had, directly. */
static int beside_another(struct laws *l, const struct draft *world,
	const struct matrix *base, struct err *e)
{
	struct buf stream = { 0 };
	struct draft other, both;
	struct matrix m;
	void *ctx[2] = { l, (void *)(uintptr_t)world };
	int rc;

	worldgen_make(&stream, l->seed + 1000003, false);
	draft_read(&other, buf_str(&stream));
	rename_draft(&other, elsewhere, sizeof(elsewhere) / sizeof(elsewhere[0]));
	draft_copy(&both, world);
	for (size_t i = 0; i < draft_count(&other); i++)
		draft_insert(&both, draft_count(&both), draft_at(&other, i));
	rc = open_matrix(&m, l, &both, e);
	if (rc == 0) {
		expect_same(l, "another world beside it changes nothing in it", base, &m,
			&(struct expected){
				.of = is_here, .ctx = ctx, .direct_only = true });
		matrix_close(&m);
	}
	draft_release(&both);
	draft_release(&other);
	buf_release(&stream);
	return rc;
}

/* --- other questions --- */

/* Each cell by a question of its own; one that lists lack may be unknown there. */
static int ask_each(struct laws *l, const struct draft *world, const struct matrix *base,
	struct err *e)
{
	struct intern objects;
	const struct action_query *query = matrix_query();
	int rc = 0;

	intern_init(&objects);
	matrix_objects(&objects, world);
	for (uint32_t s = 0; s < l->asked && rc == 0; s++) {
		for (uint32_t o = 0; o < intern_count(&objects) && rc == 0; o++) {
			uint32_t a = (s * 31 + o * 7 + (uint32_t)l->seed) %
				     query->pattern_count;
			struct matrix_cell at = { .subject = s,
				.object = intern_add(&l->names, intern_get(&objects, o)),
				.action = catalog_action_find(query->patterns[a]) };
			struct answer_decision d;
			enum expr_verdict listed = matrix_verdict(
				matrix_find(base, at.subject, at.object, at.action));

			if (!draft_entity(world, intern_get(&l->names, s)))
				continue;
			rc = matrix_can(&d, base, at.subject, at.object, at.action, e);
			l->cells++;
			if (rc == 0 && d.verdict != listed &&
				!(listed == VERDICT_DENIED &&
					d.verdict == VERDICT_UNKNOWN &&
					d.unknown_count > 0))
				tell(l, "one question is its cell of the list", &at,
					listed, d.verdict);
		}
	}
	intern_release(&objects);
	return rc;
}

static enum expr_verdict access_verdict(
	struct world *w, const struct access *access, action_id action)
{
	expr all = EXPR_FALSE;

	for (uint32_t i = 0; i < access->part_count; i++) {
		const struct access_part *p = &access->parts[i];
		uint32_t bit = action_bits_index(p->list->ids, p->list->count, action);

		if (bit < p->list->count && p->list->ids[bit] == action &&
			action_bits_have(p->bits, bit))
			all = expr_or(world_pool(w), all, p->residual);
	}
	return expr_verdict(world_pool(w), all);
}

/* All pairs, decided one by one: no search, no class, no interval. */
static int decide_each(struct laws *l, const struct draft *world,
	const struct matrix *base, struct err *e)
{
	struct world *w = base->estate.world;
	const struct action_query *query = matrix_query();
	struct decide *d = decide_new(w, query);
	struct intern objects;
	int rc = 0;

	intern_init(&objects);
	matrix_objects(&objects, world);
	for (uint32_t s = 0; s < l->asked && rc == 0; s++) {
		const struct decide_subject *subject;
		node_id x;

		rc = world_node_of_key(&x, w, intern_get(&l->names, s), e);
		if (rc < 0 || (world_node(w, x)->flags & ENTITY_COMPUTE))
			continue;
		rc = decide_subject(&subject, d, x, e);
		for (uint32_t o = 0; o < intern_count(&objects) && rc == 0; o++) {
			const struct decide_object *object;
			struct matrix_cell at = { .subject = s };
			struct access access;
			node_id y;

			rc = world_node_of_key(&y, w, intern_get(&objects, o), e);
			if (rc == 0)
				rc = decide_object(&object, d, y, e);
			if (rc == 0)
				rc = decide_entity(&access, d, subject, object,
					(struct str){ 0 }, e);
			at.object = intern_add(&l->names, intern_get(&objects, o));
			for (uint32_t a = 0; rc == 0 && a < query->pattern_count; a++) {
				at.action = catalog_action_find(query->patterns[a]);
				const struct matrix_cell *c = matrix_find(
					base, at.subject, at.object, at.action);
				enum expr_verdict listed = c ? c->direct : VERDICT_DENIED;
				enum expr_verdict one =
					access_verdict(w, &access, at.action);

				l->cells++;
				if (one != listed)
					tell(l, "a list is its pairs, one by one", &at,
						listed, one);
			}
		}
	}
	intern_release(&objects);
	decide_free(d);
	return rc;
}

static const struct {
	const char *name;
	int (*check)(struct laws *l, const struct draft *world, const struct matrix *base,
		struct err *e);
} laws[] = {
	{ "rename", rename_all },
	{ "deny-identity", deny_identity },
	{ "deny-resource", deny_resource },
	{ "drop", drop_resource },
	{ "without", remove_one },
	{ "scopes", by_scope },
	{ "mention", mention_account },
	{ "beside", beside_another },
	{ "can", ask_each },
	{ "pairs", decide_each },
};

static int check_world(
	struct laws *l, const struct draft *world, const char *law, struct err *e)
{
	struct matrix base;

	intern_init(&l->names);
	matrix_subjects(&l->names, world);
	l->asked = intern_count(&l->names);
	int rc = open_matrix(&base, l, world, e);

	for (size_t i = 0; rc == 0 && i < sizeof(laws) / sizeof(laws[0]); i++) {
		if (law && strcmp(law, laws[i].name) != 0)
			continue;
		l->told = 0;
		arena_init(&l->arena, ARENA_UNLIMITED);
		rc = laws[i].check(l, world, &base, e);
		arena_release(&l->arena);
	}
	matrix_close(&base);
	intern_release(&l->names);
	l->worlds++;
	return rc;
}

int main(int argc, char **argv)
{
	unsigned long worlds = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
	unsigned long first = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	struct laws l = { .directory =
				  access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp" };
	int rc = 0;

	for (unsigned long seed = first; seed < first + worlds && rc == 0; seed++) {
		struct buf stream = { 0 };
		struct draft world;
		struct err e = { 0 };

		l.seed = seed;
		worldgen_make(&stream, seed, false);
		draft_read(&world, buf_str(&stream));
		rc = check_world(&l, &world, argc > 3 ? argv[3] : NULL, &e);
		if (rc < 0)
			printf("seed %lu: error: %s\n", seed, e.text);
		draft_release(&world);
		buf_release(&stream);
	}
	printf("%llu worlds from seed %lu: %llu cells, %u faults\n",
		(unsigned long long)l.worlds, first, (unsigned long long)l.cells,
		l.faults);
	return rc < 0 || l.faults > 0;
}
