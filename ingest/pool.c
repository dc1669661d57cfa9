#include "ingest/pool.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include <uv.h>

struct job {
	pool_job run;
	void *argument;
};

/* Invariant: queued <= queue_max; running <= thread_count. All fields under the mutex. */
struct pool {
	uv_mutex_t mutex;
	uv_cond_t work;   /* a job is queued, or the end has come */
	uv_cond_t change; /* the queue has room, or a job is done */
	struct job *queue;
	unsigned queue_max, first, queued, running;
	unsigned thread_count;
	bool end;
	uv_thread_t *threads;
};

static void *allocate(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (!p)
		abort();
	return p;
}

static void run_jobs(void *argument)
{
	struct pool *p = argument;
	struct job job;

	uv_mutex_lock(&p->mutex);
	for (;;) {
		while (p->queued == 0 && !p->end)
			uv_cond_wait(&p->work, &p->mutex);
		if (p->queued == 0)
			break;
		job = p->queue[p->first];
		p->first = (p->first + 1) % p->queue_max;
		p->queued--;
		p->running++;
		uv_cond_broadcast(&p->change);
		uv_mutex_unlock(&p->mutex);
		job.run(job.argument);
		uv_mutex_lock(&p->mutex);
		p->running--;
		uv_cond_broadcast(&p->change);
	}
	uv_mutex_unlock(&p->mutex);
}

int pool_new(struct pool **out, unsigned threads, unsigned queue_max, struct err *e)
{
	struct pool *p = allocate(1, sizeof(*p));

	assert(threads > 0 && queue_max > 0);
	p->queue = allocate(queue_max, sizeof(*p->queue));
	p->queue_max = queue_max;
	p->threads = allocate(threads, sizeof(*p->threads));
	if (uv_mutex_init(&p->mutex) != 0 || uv_cond_init(&p->work) != 0 ||
		uv_cond_init(&p->change) != 0)
		abort();
	for (; p->thread_count < threads; p->thread_count++) {
		int rc = uv_thread_create(&p->threads[p->thread_count], run_jobs, p);

		if (rc != 0 && p->thread_count == 0) {
			pool_free(p);
			return err_set(
				e, ERR_IO, "cannot start a thread: %s", uv_strerror(rc));
		}
		if (rc != 0)
			break; /* fewer do the same work */
	}
	*out = p;
	return 0;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	uv_mutex_lock(&p->mutex);
	p->end = true;
	uv_cond_broadcast(&p->work);
	uv_mutex_unlock(&p->mutex);
	for (unsigned i = 0; i < p->thread_count; i++)
		uv_thread_join(&p->threads[i]);
	assert(p->queued == 0 && p->running == 0);
	uv_cond_destroy(&p->change);
	uv_cond_destroy(&p->work);
	uv_mutex_destroy(&p->mutex);
	free(p->threads);
	free(p->queue);
	free(p);
}

void pool_submit(struct pool *p, pool_job run, void *job)
{
	uv_mutex_lock(&p->mutex);
	assert(!p->end);
	while (p->queued == p->queue_max)
		uv_cond_wait(&p->change, &p->mutex);
	p->queue[(p->first + p->queued) % p->queue_max] = (struct job){ run, job };
	p->queued++;
	uv_cond_signal(&p->work);
	uv_mutex_unlock(&p->mutex);
}

void pool_wait(struct pool *p)
{
	uv_mutex_lock(&p->mutex);
	while (p->queued > 0 || p->running > 0)
		uv_cond_wait(&p->change, &p->mutex);
	uv_mutex_unlock(&p->mutex);
}
