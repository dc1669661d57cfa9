#include <time.h>

#include "base/buf.h"
#include "cli/cmd.h"
#include "cli/index_step.h"
#include "cli/interrupt.h"
#include "cli/message.h"
#include "cli/progress.h"
#include "ingest/ingest.h"

#define LOCK_TIMEOUT_MS 30000u /* another ingest of a large estate may be writing */
#define FINDINGS_SHOWN  20u    /* without -v; the rest is counted */

static const char *const phase_names[] = {
	[INGEST_READ] = "reading",
	[INGEST_COMPILE] = "compiling",
	[INGEST_WRITE] = "writing",
};

static void show(void *ctx, const struct ingest_progress *p)
{
	const struct progress *line = ctx;
	struct buf text = { 0 };
	bool reading = p->phase == INGEST_READ;

	buf_printf(&text, "%s ", phase_names[p->phase]);
	if (reading)
		buf_printf(&text, "%.1f MB %s", (double)p->bytes_done / 1e6, p->path);
	else
		buf_printf(&text, "%llu of %llu scopes, %llu entities",
			(unsigned long long)p->scopes_done,
			(unsigned long long)p->scopes_total,
			(unsigned long long)p->entities);
	if (reading)
		progress_show(line, p->bytes_done, p->bytes_total, buf_str(&text));
	else
		progress_show(line, p->scopes_done, p->scopes_total, buf_str(&text));
	buf_release(&text);
}

static void tell_finding(const struct compile_finding *f)
{
	if (f->type == COMPILE_INVALID)
		message_print("invalid policy: %.*s: %.*s of %.*s: %.*s",
			STR_ARG(f->file), STR_ARG(f->name), STR_ARG(f->holder),
			STR_ARG(f->text));
	else
		message_print("warning: %.*s: %.*s of %.*s statement %u: %.*s",
			STR_ARG(f->file), STR_ARG(f->name), STR_ARG(f->holder),
			(unsigned)f->statement, STR_ARG(f->text));
}

static void tell_findings(const struct ingest_report *r, bool all)
{
	const struct compile_finding *findings =
		VEC_DATA(&r->findings, const struct compile_finding);
	size_t count = VEC_COUNT(&r->findings, struct compile_finding);
	size_t shown = all || count < FINDINGS_SHOWN ? count : FINDINGS_SHOWN;
	uint64_t told = r->invalid + r->warnings;

	for (size_t i = 0; i < shown; i++)
		tell_finding(&findings[i]);
	if (told > shown)
		message_print("and %llu more%s", (unsigned long long)(told - shown),
			all ? "" : "; -v lists them");
}

static void tell_refusals(const struct ingest_report *r)
{
	const struct ingest_refusal *refusals =
		VEC_DATA(&r->refusals, const struct ingest_refusal);

	for (size_t i = 0; i < VEC_COUNT(&r->refusals, struct ingest_refusal); i++)
		message_print("not used: %.*s: %.*s", STR_ARG(refusals[i].file),
			STR_ARG(refusals[i].reason));
}

static void tell_summary(const struct ingest_report *r)
{
	message_print(
		"read %llu files, %.1f MB: %llu scopes, %llu entities (%llu identities), "
		"%llu relations, %llu policy documents in %.2f s",
		(unsigned long long)r->files, (double)r->bytes / 1e6,
		(unsigned long long)r->scopes, (unsigned long long)r->entities,
		(unsigned long long)r->identities, (unsigned long long)r->relations,
		(unsigned long long)r->documents,
		r->seconds[0] + r->seconds[1] + r->seconds[2]);
	if (r->invalid > 0)
		message_print(
			"%llu invalid policies: answers about their holders are unknown; "
			"latchkey status lists them",
			(unsigned long long)r->invalid);
	if (r->warnings > 0)
		message_print(
			"%llu warnings about policies", (unsigned long long)r->warnings);
	if (r->skipped > 0)
		message_print("skipped %llu files whose names are not those of inputs",
			(unsigned long long)r->skipped);
}

static void tell_report(const struct ingest_report *r, const struct options *o)
{
	tell_findings(r, o->verbose > 0);
	tell_refusals(r);
	if (!o->quiet)
		tell_summary(r);
	if (o->stats)
		message_print("read %.3f s, compile %.3f s, write %.3f s", r->seconds[0],
			r->seconds[1], r->seconds[2]);
}

int cmd_ingest(const struct command_context *c, struct err *e)
{
	struct progress line;
	struct ingest_report report = { 0 };
	struct ingest_options options = {
		.paths = (const char *const *)c->options->operands,
		.path_count = c->options->operand_count,
		.store = c->store,
		.now = (int64_t)time(NULL),
		.lock_timeout_ms = LOCK_TIMEOUT_MS,
		.keep_going = c->options->keep_going,
		.interrupted = interrupt_flag(),
		.progress = show,
		.ctx = &line,
	};
	struct err failure = { 0 };
	int rc;

	interrupt_catch();
	progress_open(&line, c->options->quiet);
	rc = ingest_run(&options, &report, e);
	progress_close(&line);
	if (rc == 0)
		tell_report(&report, c->options);
	if (rc == 0 && index_step(c->store, c->options, &failure) < 0) {
		if (failure.code == ERR_INTERRUPTED)
			rc = err_set(e, ERR_INTERRUPTED,
				"interrupted: what was read is in the store, and hops are found by each question");
		else
			message_print("warning: hops are found by each question: %s",
				failure.text);
	}
	if (rc == 0 && report.incomplete)
		rc = 5;
	ingest_report_release(&report);
	return rc;
}
