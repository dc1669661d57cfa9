#include "reachability/hop_index.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "graphstore/hops.h"
#include "reachability/hop_part.h"
#include "reachability/hop_part_build.h"

/* Identities of one part: enough to share lists, few enough for threads to share. */
#define PART_IDENTITIES 8192u

/* Bytes that wait for a commit. */
#define WAITING_BYTES ((size_t)64 << 20)

/* A world that has grown to that is left: of the most a part may take, a part of it. */
#define WORLD_BYTES ((size_t)256 << 20)

#define THREADS_MAX 64u

/* Scopes of a store that has an index: each part looks at which others reach it. */
#define SCOPES_MAX 256u

/* One part that is to be made, or is as it was. */
struct task {
	struct hop_part_range range;
	uint32_t number;
	bool made;
	struct buf changes; /* of the scope, with its first part */
	struct buf bytes;
	struct buf actors; /* scope_number */
};

struct make {
	struct store *store;
	const struct hop_index_options *o;
	uint64_t generation;
	struct hop_index_report *report;
	struct buf tasks; /* struct task */
	/* struct str, by scope: what is known of its changes; empty in the first round */
	struct buf changes;
	/* under the mutex: */
	pthread_mutex_t mutex;
	size_t next, waiting;
	struct err failure;
};

/* What an index is made by, beside the data. */
static uint64_t digest_of(const struct rules *rules)
{
	const uint64_t by[] = { rules_digest(rules), HOP_PART_VERSION };

	return hash64((struct str){ (const char *)by, sizeof(by) });
}

/* --- what is to be made --- */

static int ranges_add(struct make *m, struct world *w, scope_number scope, struct err *e)
{
	struct hop_part_range range = {
		.scope = scope, .digest = digest_of(m->o->rules), .plain = m->o->plain
	};
	uint32_t identities = 0, parts, each, n = 0, number = 0;
	struct segment *s;
	entity_id end;

	if (world_segment(&s, w, scope, e) < 0)
		return e->code;
	end = segment_info(s)->entity_count;
	for (entity_id id = 0; id < end; id++)
		identities += (segment_entity(s, id)->flags & ENTITY_IDENTITY) != 0;
	each = m->o->part_identities > 0 ? m->o->part_identities : PART_IDENTITIES;
	parts = (identities + each - 1) / each;
	parts = parts > 1 ? (parts + 1) / 2 * 2 : 1;
	each = identities / parts + 1;
	for (entity_id id = 0; id < end; id++) {
		if (!(segment_entity(s, id)->flags & ENTITY_IDENTITY) || n++ < each)
			continue;
		range.end = id;
		VEC_ADD(&m->tasks, struct task, { .range = range, .number = number++ });
		range.begin = id;
		n = 1;
	}
	range.end = end;
	VEC_ADD(&m->tasks, struct task, { .range = range, .number = number });
	return 0;
}

static bool depends_hold(const struct hop_part *p, struct world *w)
{
	const uint32_t *v = p->words[HOP_PART_DEPENDS];

	for (uint32_t i = 0; i + 1 < p->counts[HOP_PART_DEPENDS]; i += 2) {
		struct segment *s;
		struct err ignored;

		if (v[i] >= world_scope_count(w) ||
			world_segment(&s, w, v[i], &ignored) < 0 ||
			segment_info(s)->version != v[i + 1])
			return false;
	}
	return true;
}

/* Whether the store's part is what making it would give. */
static bool is_fresh(struct make *m, struct task *t, struct world *w)
{
	struct hops_name name = { HOPS_PART, t->range.scope, t->number };
	uint64_t digest = digest_of(m->o->rules);
	const uint32_t *range;
	struct hop_part p;
	struct str bytes;
	struct err ignored;

	if (hops_get(&bytes, world_snapshot(w), name, &ignored) != 1 ||
		hop_part_open(&p, bytes, &ignored) < 0)
		return false;
	range = p.words[HOP_PART_RANGE];
	if (range[HOP_PART_BEGIN] != t->range.begin ||
		range[HOP_PART_END] != t->range.end ||
		range[HOP_PART_SCOPES] != world_scope_count(w) ||
		range[HOP_PART_DIGEST] != (uint32_t)digest ||
		range[HOP_PART_DIGEST + 1] != (uint32_t)(digest >> 32) ||
		!depends_hold(&p, w))
		return false;
	buf_add(&t->actors, p.words[HOP_PART_ACTORS],
		p.counts[HOP_PART_ACTORS] * sizeof(uint32_t));
	m->report->bytes += bytes.n;
	return true;
}

static int plan(struct make *m, bool *current, struct err *e)
{
	struct hops_head head;
	struct world *w;
	int rc = world_open(&w, m->store, e);

	if (rc < 0)
		return rc;
	m->generation = snapshot_generation(world_snapshot(w));
	rc = hops_head(&head, world_snapshot(w), e);
	*current = rc == 1 && head.rules == digest_of(m->o->rules);
	if (rc < 0) /* damaged: made anew */
		rc = 0;
	*current |= world_scope_count(w) > SCOPES_MAX;
	for (scope_number n = 0; !*current && rc >= 0 && n < world_scope_count(w); n++)
		rc = ranges_add(m, w, n, e);
	for (size_t i = 0; rc >= 0 && i < VEC_COUNT(&m->tasks, struct task); i++) {
		struct task *t = &VEC_DATA(&m->tasks, struct task)[i];

		t->made = is_fresh(m, t, w);
	}
	world_close(w);
	return rc < 0 ? rc : 0;
}

/* --- making --- */

/* One thread's world; it is left when it has grown. */
struct maker {
	struct make *m;
	struct world *world;
	struct hop_part_maker *parts;
};

static void maker_leave(struct maker *k)
{
	hop_part_maker_free(k->parts);
	k->parts = NULL;
	world_close(k->world);
	k->world = NULL;
}

static int maker_enter(struct maker *k, struct err *e)
{
	const struct hop_index_options *o = k->m->o;

	if (k->world)
		return 0;
	if (world_open(&k->world, k->m->store, e) < 0)
		return e->code;
	world_set_rules(k->world, o->rules);
	world_set_stop(k->world, o->stop);
	world_set_most(k->world, o->most > 0 ? o->most : LIMIT_HOP_PART_BYTES);
	k->parts = hop_part_maker_new(k->world);
	if (k->m->changes.n > 0) {
		hop_part_maker_set_changes(
			k->parts, VEC_DATA(&k->m->changes, const struct str));
		/* any scope may have had a say in them */
		if (world_read_all(k->world, e) < 0)
			return e->code;
	}
	if (snapshot_generation(world_snapshot(k->world)) != k->m->generation)
		return err_set(e, ERR_IO, "the store was written meanwhile");
	return 0;
}

static bool is_first_round(const struct make *m)
{
	return m->changes.n == 0 && !m->o->plain;
}

static int build(struct task *t, bool *spent, struct maker *k, struct err *e)
{
	return is_first_round(k->m)
		       ? hop_part_build_changes(
				 &t->changes, spent, k->parts, &t->range, e)
		       : hop_part_build(&t->bytes, spent, k->parts, &t->range, e);
}

/* Once more in a new world when there was not room enough beside what others needed. */
static int part_make(struct task *t, bool *spent, struct maker *k, struct err *e)
{
	bool fresh = !k->world;
	int rc = maker_enter(k, e);

	if (rc == 0)
		rc = build(t, spent, k, e);
	if (rc != ERR_LIMIT || fresh)
		return rc;
	maker_leave(k);
	rc = maker_enter(k, e);
	return rc == 0 ? build(t, spent, k, e) : rc;
}

static int task_run(struct task *t, struct maker *k, struct err *e)
{
	struct hop_part p;
	bool spent = false;
	int rc = part_make(t, &spent, k, e);

	if (rc < 0 || spent || world_arena(k->world)->used > WORLD_BYTES)
		maker_leave(k);
	if (rc < 0 || is_first_round(k->m))
		return rc;
	if (hop_part_open(&p, buf_str(&t->bytes), e) < 0)
		return e->code;
	buf_add(&t->actors, p.words[HOP_PART_ACTORS],
		p.counts[HOP_PART_ACTORS] * sizeof(uint32_t));
	return 0;
}

static int write_begin(struct hops_write **out, struct make *m, struct err *e)
{
	int rc = hops_begin(out, m->store, m->o->lock_timeout_ms, m->generation, e);

	return rc == 0 ? err_set(e, ERR_IO, "the store was written meanwhile") : rc;
}

/* Put what was made and not written yet; under the mutex. */
static int write_waiting(struct make *m, struct err *e)
{
	struct hops_write *write;
	int rc = 0;

	if (m->waiting == 0)
		return 0;
	if (write_begin(&write, m, e) < 0)
		return e->code;
	for (size_t i = 0; rc == 0 && i < VEC_COUNT(&m->tasks, struct task); i++) {
		struct task *t = &VEC_DATA(&m->tasks, struct task)[i];
		struct hops_name name = { HOPS_PART, t->range.scope, t->number };

		if (!t->made || t->bytes.n == 0)
			continue;
		rc = hops_put(write, name, buf_str(&t->bytes), e);
		m->report->bytes += t->bytes.n;
		buf_release(&t->bytes);
	}
	m->waiting = 0;
	if (rc < 0) {
		hops_abort(write);
		return rc;
	}
	return hops_commit(write, NULL, e);
}

/* The next task that is not made, or NULL. */
static struct task *take(struct make *m)
{
	struct task *t = NULL;

	pthread_mutex_lock(&m->mutex);
	while (m->failure.code == 0 && !t &&
		m->next < VEC_COUNT(&m->tasks, struct task)) {
		t = &VEC_DATA(&m->tasks, struct task)[m->next++];
		if (is_first_round(m) ? t->number > 0 : t->made)
			t = NULL;
	}
	pthread_mutex_unlock(&m->mutex);
	return t;
}

static void done(struct make *m, struct task *t, int rc, const struct err *e)
{
	struct err failure = *e;

	pthread_mutex_lock(&m->mutex);
	if (rc == 0 && !is_first_round(m)) {
		t->made = true;
		m->report->made++;
		m->waiting += t->bytes.n;
		if (m->waiting > WAITING_BYTES)
			rc = write_waiting(m, &failure);
	}
	if (rc < 0 && m->failure.code == 0)
		m->failure = failure;
	pthread_mutex_unlock(&m->mutex);
}

static void *work(void *arg)
{
	struct maker k = { .m = arg };
	struct task *t;

	while ((t = take(k.m))) {
		struct err e = { 0 };

		done(k.m, t, task_run(t, &k, &e), &e);
	}
	maker_leave(&k);
	return NULL;
}

static int work_round(struct make *m, uint32_t threads, struct err *e)
{
	pthread_t others[THREADS_MAX];
	uint32_t started = 0;

	while (started + 1 < threads && started < THREADS_MAX &&
		pthread_create(&others[started], NULL, work, m) == 0)
		started++;
	work(m);
	for (uint32_t i = 0; i < started; i++)
		pthread_join(others[i], NULL);
	if (m->failure.code != 0)
		*e = m->failure;
	return m->failure.code;
}

/* First what each scope makes of itself, then, knowing that, who gets where. */
static int work_all(struct make *m, uint32_t threads, struct err *e)
{
	size_t count = VEC_COUNT(&m->tasks, struct task);

	if (is_first_round(m)) {
		if (work_round(m, threads, e) < 0)
			return e->code;
		for (size_t i = 0; i < count; i++) {
			const struct task *t = &VEC_DATA(&m->tasks, const struct task)[i];

			if (t->number == 0)
				VEC_ADD(&m->changes, struct str, buf_str(&t->changes));
		}
		m->next = 0;
	}
	return work_round(m, threads, e);
}

/* --- who has actors where, and the head --- */

struct pair {
	scope_number actors, targets;
};

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->actors != y->actors)
		return x->actors < y->actors ? -1 : 1;
	return (x->targets > y->targets) - (x->targets < y->targets);
}

static void pairs_collect(struct buf *pairs, const struct make *m)
{
	for (size_t i = 0; i < VEC_COUNT(&m->tasks, struct task); i++) {
		const struct task *t = &VEC_DATA(&m->tasks, const struct task)[i];
		const scope_number *v = VEC_DATA(&t->actors, const scope_number);

		for (size_t k = 0; k < VEC_COUNT(&t->actors, scope_number); k++)
			VEC_ADD(pairs, struct pair, { v[k], t->range.scope });
	}
	if (pairs->n > 0)
		qsort(pairs->p, VEC_COUNT(pairs, struct pair), sizeof(struct pair),
			compare_pairs);
}

static int from_write(struct hops_write *write, const struct buf *pairs, struct err *e)
{
	const struct pair *v = VEC_DATA(pairs, const struct pair);
	size_t count = VEC_COUNT(pairs, struct pair), i = 0;
	struct buf scopes = { 0 };
	int rc = 0;

	while (i < count && rc == 0) {
		struct hops_name name = { HOPS_FROM, v[i].actors, 0 };

		buf_clear(&scopes);
		for (; i < count && v[i].actors == name.scope; i++) {
			if (i > 0 && compare_pairs(&v[i - 1], &v[i]) == 0)
				continue;
			VEC_ADD(&scopes, scope_number, v[i].targets);
		}
		rc = hops_put(write, name, buf_str(&scopes), e);
	}
	buf_release(&scopes);
	return rc;
}

static int finish(struct make *m, struct err *e)
{
	struct hops_head head = { m->generation, digest_of(m->o->rules) };
	const struct task *v = VEC_DATA(&m->tasks, const struct task);
	size_t count = VEC_COUNT(&m->tasks, struct task);
	struct hops_write *write;
	struct buf pairs = { 0 };
	int rc;

	if (write_waiting(m, e) < 0 || write_begin(&write, m, e) < 0)
		return e->code;
	pairs_collect(&pairs, m);
	rc = from_write(write, &pairs, e);
	buf_release(&pairs);
	for (size_t i = 0; i < count && rc == 0; i++) {
		struct hops_name past = { HOPS_PART, v[i].range.scope, v[i].number + 1 };

		if (i + 1 == count || v[i + 1].range.scope != v[i].range.scope)
			rc = hops_delete_from(write, past, e);
	}
	if (rc < 0) {
		hops_abort(write);
		return rc;
	}
	return hops_commit(write, &head, e);
}

int hop_index_make(struct hop_index_report *out, struct store *store,
	const struct hop_index_options *o, struct err *e)
{
	struct make m = { .store = store, .o = o, .report = out };
	bool current = false;
	int rc;

	*out = (struct hop_index_report){ 0 };
	pthread_mutex_init(&m.mutex, NULL);
	rc = plan(&m, &current, e);
	out->parts = (uint32_t)VEC_COUNT(&m.tasks, struct task);
	if (rc == 0 && !current)
		rc = work_all(&m, o->threads, e);
	if (rc == 0 && !current)
		rc = finish(&m, e);
	for (size_t i = 0; i < VEC_COUNT(&m.tasks, struct task); i++) {
		buf_release(&VEC_DATA(&m.tasks, struct task)[i].changes);
		buf_release(&VEC_DATA(&m.tasks, struct task)[i].bytes);
		buf_release(&VEC_DATA(&m.tasks, struct task)[i].actors);
	}
	buf_release(&m.tasks);
	buf_release(&m.changes);
	pthread_mutex_destroy(&m.mutex);
	return rc;
}

int hop_index_is_usable(bool *out, struct world *w, struct err *e)
{
	const struct rules *rules = world_rules(w);
	const struct world_context *context = world_context(w);
	struct hops_head head;
	int rc;

	*out = false;
	if (!rules || rules_digest(rules) == 0 || world_any_removed(w) ||
		context->count > 0 || context->complete)
		return 0;
	rc = hops_head(&head, world_snapshot(w), e);
	*out = rc == 1 && head.rules == digest_of(rules);
	return rc < 0 ? rc : 0;
}

/* --- check --- */

static int check_scope(struct snapshot *snap, scope_number scope,
	void (*each)(void *ctx, const char *finding), void *ctx, struct err *e)
{
	struct str bytes;
	int rc = 1;

	for (uint32_t i = 0; rc == 1; i++) {
		struct hops_name name = { HOPS_PART, scope, i };
		struct hop_part p;

		rc = hops_get(&bytes, snap, name, e);
		if (rc == 1 &&
			(hop_part_open(&p, bytes, e) < 0 || hop_part_check(&p, e) < 0))
			rc = e->code;
	}
	if (rc == ERR_CORRUPT) {
		err_wrap(e, "hops of scope %u", scope);
		each(ctx, e->text);
		return 1;
	}
	return rc;
}

int hop_index_check(struct store *store, void (*each)(void *ctx, const char *finding),
	void *ctx, struct err *e)
{
	uint32_t findings = 0;
	struct snapshot *snap;
	int rc = snapshot_begin(&snap, store, e);

	if (rc < 0)
		return rc;
	for (scope_number n = 0; rc >= 0 && n < snapshot_scope_count(snap); n++) {
		rc = check_scope(snap, n, each, ctx, e);
		findings += rc == 1;
	}
	snapshot_end(snap);
	if (rc < 0)
		return rc;
	return findings == 0 ? 0
			     : err_set(e, ERR_CORRUPT, "%u findings in the hop index",
				       findings);
}
