#include "ingest/ingest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <uv.h>

#include "base/limits.h"
#include "base/mutant.h"
#include "catalog/catalog.h"
#include "graphstore/store.h"
#include "ingest/decoder.h"
#include "ingest/inputs.h"
#include "ingest/pool.h"
#include "ingest/reader.h"

#define SPOOL_BYTES      ((size_t)48 << 20)
#define PROGRESS_NS      100000000u /* ten a second */
#define QUEUE_PER_WORKER 2u

/* The first failure of an input; its text is on the heap. */
struct failure {
	struct compile_order order;
	int code;   /* 0: none */
	bool fatal; /* keep_going does not help */
	char *text;
};

struct run {
	const struct ingest_options *options;
	struct ingest_report *report;
	struct inputs *inputs;
	struct spool *spool;
	struct documents *documents;
	struct compile *compile;
	struct pool *pool;
	struct store *store;
	unsigned workers;
	uint64_t bytes_done, bytes_total;
	uint64_t last_progress;
	uv_mutex_t mutex;
	uv_cond_t change;
	struct failure *failures; /* per input; with the next three, under the mutex */
	size_t failure_count;
	bool ended;               /* a failure ends the run */
	struct compile_order end; /* the first of those */
};

/* A batch on its way to a worker, which frees it. */
struct batch_job {
	struct run *run;
	struct decoder_batch *batch;
	struct compile_order order;
};

/* A scope on its way to the writer. */
struct scope_job {
	struct run *run;
	uint32_t scope;
	bool done; /* under the run's mutex */
	int rc;
	struct compile_result result;
	struct err e;
};

static bool interrupted(const struct run *run)
{
	return run->options->interrupted && *run->options->interrupted;
}

static int stop_for_signal(struct err *e)
{
	return err_set(e, ERR_INTERRUPTED, "interrupted, nothing was written");
}

static void tell(struct run *run, struct ingest_progress *p, bool always)
{
	uint64_t now = uv_hrtime();

	if (!run->options->progress)
		return;
	if (!always && now - run->last_progress < PROGRESS_NS)
		return;
	run->last_progress = now;
	p->bytes_done = run->bytes_done;
	p->bytes_total = run->bytes_total;
	p->entities = run->report->entities;
	run->options->progress(run->options->ctx, p);
}

static bool comes_before(struct compile_order a, struct compile_order b)
{
	return a.input != b.input ? a.input < b.input : a.batch < b.batch;
}

/*
 * Keep the first failure of each input, in the order of the inputs and not of the clock.
 */
static void fail(
	struct run *run, struct compile_order order, bool fatal, const struct err *e)
{
	struct failure *f = &run->failures[order.input];

	uv_mutex_lock(&run->mutex);
	if (f->code == 0)
		run->failure_count++;
	if (f->code == 0 || comes_before(order, f->order)) {
		free(f->text);
		*f = (struct failure){ order, e->code, f->fatal, strdup(e->text) };
		if (!f->text)
			abort();
	}
	f->fatal |= fatal;
	if ((fatal || !run->options->keep_going) &&
		(!run->ended || comes_before(order, run->end))) {
		run->ended = true;
		run->end = order;
	}
	uv_mutex_unlock(&run->mutex);
}

/* Whether what comes here cannot matter any more, because something before it failed. */
static bool is_moot(struct run *run, struct compile_order order)
{
	const struct failure *f = &run->failures[order.input];
	bool moot;

	if (interrupted(run))
		return true;
	uv_mutex_lock(&run->mutex);
	moot = (run->ended && comes_before(run->end, order)) ||
	       (f->code != 0 && comes_before(f->order, order));
	uv_mutex_unlock(&run->mutex);
	return moot;
}

static void run_batch(void *argument)
{
	struct batch_job *job = argument;
	struct run *run = job->run;
	struct buf records = { 0 };
	struct err e = { 0 };

	if (!is_moot(run, job->order)) {
		if (decoder_batch_run(job->batch, &records, &e) < 0)
			fail(run, job->order, false, &e);
		else if (compile_add(run->compile, buf_str(&records), job->order, &e) < 0)
			fail(run, job->order, e.code == ERR_IO, &e);
	}
	buf_release(&records);
	decoder_batch_free(job->batch);
	free(job);
}

static void submit_batch(
	struct run *run, struct decoder_batch *batch, struct compile_order order)
{
	struct batch_job *job = malloc(sizeof(*job));

	if (!job)
		abort();
	*job = (struct batch_job){ run, batch, order };
	run->report->bytes += decoder_batch_bytes(batch);
	pool_submit(run->pool, run_batch, job);
}

/* Hand out the batches that the decoder has. */
static int submit_ready(struct run *run, struct decoder *decoder,
	struct compile_order *order, struct err *e)
{
	struct decoder_batch *batch = NULL;
	int rc;

	while ((rc = decoder_next(decoder, &batch, e)) > 0) {
		submit_batch(run, batch, *order);
		order->batch++;
	}
	return rc;
}

static int read_chunks(struct run *run, struct reader *reader, struct decoder *decoder,
	struct compile_order *order, struct err *e)
{
	struct ingest_progress progress = { .phase = INGEST_READ,
		.path = inputs_get(run->inputs, order->input)->path };
	uint64_t before = run->bytes_done;
	struct str chunk;
	int rc = 1;

	while (rc > 0 && !is_moot(run, *order)) {
		rc = reader_next(reader, &chunk, e);
		if (rc < 0)
			return rc;
		run->bytes_done = before + reader_position(reader);
		decoder_feed(decoder, rc > 0 ? chunk : (struct str){ 0 }, rc == 0);
		tell(run, &progress, false);
		if (submit_ready(run, decoder, order, e) < 0)
			return e->code;
	}
	return 0;
}

static void read_input(struct run *run, uint32_t i)
{
	struct compile_order order = { .input = i };
	struct decoder_context context;
	struct buf companion = { 0 };
	struct reader *reader = NULL;
	struct decoder *decoder = NULL;
	struct err e = { 0 };

	if (inputs_context(&context, run->inputs, i, &companion, &e) < 0 ||
		reader_open(&reader, inputs_get(run->inputs, i)->path, &e) < 0) {
		fail(run, order, false, &e);
	} else {
		decoder_open(&decoder, &context);
		if (read_chunks(run, reader, decoder, &order, &e) < 0)
			fail(run, order, false, &e);
	}
	decoder_close(decoder);
	reader_close(reader);
	buf_release(&companion);
}

/* The failure that ends the run: the first one, a fatal one before all. */
static int report_failure(const struct run *run, struct err *e)
{
	const struct failure *worst = NULL;

	for (size_t i = 0; i < inputs_count(run->inputs); i++) {
		const struct failure *f = &run->failures[i];

		if (f->code != 0 && (!worst || f->fatal > worst->fatal))
			worst = f;
	}
	return err_set(e, (enum err_code)worst->code, "%s", worst->text);
}

static void refuse_input(struct run *run, uint32_t i)
{
	struct arena *a = &run->report->arena;
	struct str reason = arena_copy(a, str_from(run->failures[i].text));

	compile_refuse(run->compile, i, reason);
	VEC_ADD(&run->report->refusals, struct ingest_refusal,
		{ .file = arena_copy(a, str_from(inputs_get(run->inputs, i)->path)),
			.reason = reason });
}

static int settle_failures(struct run *run, struct err *e)
{
	size_t count = inputs_count(run->inputs);

	if (run->failure_count == 0)
		return 0;
	if (run->ended || run->failure_count == count)
		return report_failure(run, e);
	for (uint32_t i = 0; i < count; i++) {
		if (run->failures[i].code != 0)
			refuse_input(run, i);
	}
	run->report->incomplete = true;
	return 0;
}

static int read_all(struct run *run, struct err *e)
{
	struct ingest_progress progress = { .phase = INGEST_READ, .path = "" };
	size_t count = inputs_count(run->inputs);

	for (size_t i = 0; i < count; i++) {
		if (is_moot(run, (struct compile_order){ .input = (uint32_t)i }))
			break;
		read_input(run, (uint32_t)i);
	}
	pool_wait(run->pool);
	if (interrupted(run))
		return stop_for_signal(e);
	tell(run, &progress, true);
	return settle_failures(run, e);
}

static void run_scope(void *argument)
{
	struct scope_job *job = argument;
	struct run *run = job->run;

	if (interrupted(run))
		job->rc = stop_for_signal(&job->e);
	else
		job->rc = compile_scope(&job->result, run->compile, job->scope, &job->e);
	uv_mutex_lock(&run->mutex);
	job->done = true;
	uv_cond_broadcast(&run->change);
	uv_mutex_unlock(&run->mutex);
}

static void await_scope(struct run *run, struct scope_job *job)
{
	uv_mutex_lock(&run->mutex);
	while (!job->done)
		uv_cond_wait(&run->change, &run->mutex);
	uv_mutex_unlock(&run->mutex);
}

static void copy_finding(struct ingest_report *r, const struct compile_finding *from)
{
	struct compile_finding f = *from;

	if (VEC_COUNT(&r->findings, struct compile_finding) >= LIMIT_FINDINGS)
		return;
	f.scope = arena_copy(&r->arena, f.scope);
	f.file = arena_copy(&r->arena, f.file);
	f.holder = arena_copy(&r->arena, f.holder);
	f.name = arena_copy(&r->arena, f.name);
	f.text = arena_copy(&r->arena, f.text);
	buf_add(&r->findings, &f, sizeof(f));
}

static void count_scope(struct ingest_report *r, const struct compile_result *result)
{
	struct builder_counts counts = builder_counts(result->builder);

	r->scopes++;
	r->entities += counts.entities;
	r->identities += counts.identities;
	r->relations += counts.relations;
	for (size_t i = 0; i < VEC_COUNT(&result->findings, struct compile_finding);
		i++) {
		const struct compile_finding *f =
			&VEC_DATA(&result->findings, struct compile_finding)[i];

		if (f->type == COMPILE_INVALID)
			r->invalid++;
		else
			r->warnings++;
		copy_finding(r, f);
	}
}

/*
 * An account that other data merely speaks of (its organization lists it): not a reason
 * to put an empty account in the place of one that was collected.
 */
static bool is_mention(const struct compile_result *r)
{
	struct builder_counts counts = builder_counts(r->builder);

	return MUTANT(mention_replaces_account, true, false) && counts.documents == 0 &&
	       counts.identities <= 1 && counts.entities <= 2;
}

/* Take the scope from its worker and write it. */
static int write_scope(
	struct run *run, struct scope_job *job, struct store_write *w, struct err *e)
{
	int rc;

	await_scope(run, job);
	if (job->rc < 0) {
		*e = job->e;
		return job->rc;
	}
	rc = is_mention(&job->result)
		     ? store_has_scope(w, builder_scope(job->result.builder), e)
		     : 0;
	if (rc == 0) {
		count_scope(run->report, &job->result);
		rc = compile_write(&job->result, run->compile, w, e);
	}
	compile_result_release(&job->result);
	return rc < 0 ? rc : 0;
}

/* Scopes on their way; job i is in slot i modulo their number. */
struct window {
	struct scope_job *jobs;
	uint32_t size, submitted, count;
};

/* Let the workers be ahead of scope i, as far as there are slots. */
static void submit_scopes(struct run *run, struct window *v, uint32_t i)
{
	for (; v->submitted < v->count && v->submitted < i + v->size; v->submitted++) {
		struct scope_job *job = &v->jobs[v->submitted % v->size];

		*job = (struct scope_job){ .run = run, .scope = v->submitted };
		pool_submit(run->pool, run_scope, job);
	}
}

/* Scopes are written in order; meanwhile the workers make the next ones. */
static int write_scopes(
	struct run *run, uint32_t count, struct store_write *w, struct err *e)
{
	struct ingest_progress progress = {
		.phase = INGEST_COMPILE, .path = "", .scopes_total = count
	};
	struct window v = { .size = run->workers + 1, .count = count };
	uint32_t i = 0;
	int rc;

	v.jobs = calloc(v.size, sizeof(*v.jobs));
	if (!v.jobs)
		abort();
	submit_scopes(run, &v, 0);
	rc = compile_write_documents(run->compile, w, e);
	while (rc == 0 && i < count) {
		submit_scopes(run, &v, i);
		rc = write_scope(run, &v.jobs[i % v.size], w, e);
		progress.scopes_done = ++i;
		tell(run, &progress, rc == 0 && i == count);
		if (rc == 0 && interrupted(run))
			rc = stop_for_signal(e);
	}
	pool_wait(run->pool);
	for (; i < v.submitted; i++) {
		if (v.jobs[i % v.size].rc == 0)
			compile_result_release(&v.jobs[i % v.size].result);
	}
	free(v.jobs);
	return rc;
}

static int write_all(struct run *run, struct err *e)
{
	struct ingest_progress progress = { .phase = INGEST_WRITE, .path = "" };
	uint32_t count = compile_finish(run->compile);
	struct store_write *w = NULL;
	uint64_t start = uv_hrtime();

	compile_set_store(run->compile, run->store);
	if (count == 0)
		return err_set(e, ERR_FORMAT, "the inputs hold no records");
	if (!run->store &&
		store_open(&run->store, run->options->store, STORE_WRITE, e) < 0)
		return e->code;
	store_set_slice(run->store, run->options->slice_bytes);
	if (store_begin(&w, run->store, run->options->lock_timeout_ms, catalog_digest(),
		    run->options->now, e) < 0)
		return e->code;
	if (write_scopes(run, count, w, e) < 0 ||
		compile_count_documents(run->compile, &run->report->documents, e) < 0) {
		store_abort(w);
		return e->code;
	}
	run->report->seconds[INGEST_COMPILE] = (double)(uv_hrtime() - start) / 1e9;
	start = uv_hrtime();
	progress.scopes_done = progress.scopes_total = count;
	tell(run, &progress, true);
	if (store_commit(w, e) < 0)
		return e->code;
	run->report->seconds[INGEST_WRITE] = (double)(uv_hrtime() - start) / 1e9;
	return 0;
}

/* Where the spool's file goes: into the store, or beside where it will be. */
static void spool_directory(struct buf *out, const char *store)
{
	struct stat status;
	struct str path = str_from(store);

	if (stat(store, &status) < 0 || !S_ISDIR(status.st_mode)) {
		while (path.n > 0 && path.p[path.n - 1] == '/')
			path.n--;
		while (path.n > 0 && path.p[path.n - 1] != '/')
			path.n--;
	}
	buf_add_str(out, path.n > 0 ? path : STR_LIT("."));
	buf_add_char(out, '\0');
}

static int start(struct run *run, struct err *e)
{
	const struct ingest_options *o = run->options;
	struct buf directory = { 0 };
	struct stat status;

	if (inputs_find(&run->inputs, o->paths, o->path_count, e) < 0)
		return e->code;
	run->report->files = inputs_count(run->inputs);
	run->report->skipped = inputs_skipped(run->inputs);
	if (run->report->files == 0)
		return err_set(e, ERR_FORMAT, "nothing to read (%llu files skipped)",
			(unsigned long long)run->report->skipped);
	run->failures = calloc(run->report->files, sizeof(*run->failures));
	if (!run->failures)
		abort();
	for (size_t i = 0; i < run->report->files; i++)
		run->bytes_total += inputs_get(run->inputs, i)->size;
	if (stat(o->store, &status) == 0 &&
		store_open(&run->store, o->store, STORE_WRITE, e) < 0)
		return e->code;
	run->workers = o->workers > 0 ? o->workers : uv_available_parallelism();
	spool_directory(&directory, o->store);
	spool_new(&run->spool, directory.p,
		o->spool_bytes > 0 ? o->spool_bytes : SPOOL_BYTES);
	buf_release(&directory);
	documents_new(&run->documents, run->spool, 0);
	compile_new(&run->compile, run->spool, run->documents, o->collected_at);
	return pool_new(&run->pool, run->workers, run->workers * QUEUE_PER_WORKER, e);
}

int ingest_run(
	const struct ingest_options *options, struct ingest_report *out, struct err *e)
{
	struct run run = { .options = options, .report = out };
	uint64_t began = uv_hrtime();
	int rc;

	*out = (struct ingest_report){ 0 };
	arena_init(&out->arena, ARENA_UNLIMITED);
	if (uv_mutex_init(&run.mutex) != 0 || uv_cond_init(&run.change) != 0)
		abort();
	rc = start(&run, e);
	if (rc == 0) {
		rc = read_all(&run, e);
		out->seconds[INGEST_READ] = (double)(uv_hrtime() - began) / 1e9;
	}
	if (rc == 0)
		rc = write_all(&run, e);
	pool_free(run.pool);
	compile_free(run.compile);
	documents_free(run.documents);
	spool_free(run.spool);
	store_close(run.store);
	inputs_free(run.inputs);
	for (size_t i = 0; run.failures && i < out->files; i++)
		free(run.failures[i].text);
	free(run.failures);
	uv_cond_destroy(&run.change);
	uv_mutex_destroy(&run.mutex);
	return rc;
}

void ingest_report_release(struct ingest_report *report)
{
	buf_release(&report->findings);
	buf_release(&report->refusals);
	arena_release(&report->arena);
	*report = (struct ingest_report){ 0 };
}
