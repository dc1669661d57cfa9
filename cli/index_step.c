#include "cli/index_step.h"

#include <time.h>
#include <unistd.h>

#include "cli/interrupt.h"
#include "cli/message.h"
#include "graphstore/store.h"
#include "reachability/hop_index.h"

#define LOCK_TIMEOUT_MS 30000u

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint32_t processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 1 ? (uint32_t)n : 1;
}

int index_step(const char *directory, const struct options *o, struct err *e)
{
	struct hop_index_report report;
	struct rules *rules = NULL;
	struct store *store = NULL;
	double start = now();
	int rc = rules_load(&rules, NULL, 0, e);

	if (rc == 0)
		rc = store_open(&store, directory, STORE_WRITE, e);
	if (rc == 0)
		rc = hop_index_make(&report, store,
			&(struct hop_index_options){ .rules = rules,
				.threads = processors(),
				.stop = interrupt_flag(),
				.lock_timeout_ms = LOCK_TIMEOUT_MS },
			e);
	if (rc == 0 && o->stats)
		message_print("hops %.3f s: %u of %u parts made, %.1f MB", now() - start,
			report.made, report.parts, (double)report.bytes / 1e6);
	store_close(store);
	rules_free(rules);
	return rc;
}
