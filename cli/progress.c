#include "cli/progress.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/out.h"
#include "cli/sink.h"

#define BAR_COLUMNS 20u
#define CLEAR_LINE  "\r\x1b[K"

void progress_open(struct progress *p, bool quiet)
{
	struct sink s;

	sink_open(&s, STDERR_FILENO, true);
	*p = (struct progress){ .shown = s.terminal && !quiet, .width = s.width };
}

/* A progress line that cannot be written is no loss. */
static void write_line(const struct buf *b)
{
	ssize_t ignored = write(STDERR_FILENO, b->p, b->n);

	(void)ignored;
}

static void add_bar(struct buf *b, uint64_t done, uint64_t total)
{
	uint64_t filled = done >= total ? BAR_COLUMNS : done * BAR_COLUMNS / total;

	buf_add_char(b, '[');
	for (uint32_t i = 0; i < BAR_COLUMNS; i++)
		buf_add_char(b, i < filled ? '#' : '.');
	buf_printf(b, "] %3llu%% ",
		(unsigned long long)(done >= total ? 100 : done * 100 / total));
}

void progress_show(
	const struct progress *p, uint64_t done, uint64_t total, struct str text)
{
	struct buf line = { 0 }, safe = { 0 };

	if (!p->shown)
		return;
	if (total > 0)
		add_bar(&safe, done, total);
	out_text(&safe, text);
	buf_add_str(&line, STR_LIT(CLEAR_LINE));
	out_fit(&line, buf_str(&safe), p->width > 1 ? p->width - 1 : 1);
	write_line(&line);
	buf_release(&safe);
	buf_release(&line);
}

void progress_close(const struct progress *p)
{
	struct buf line = { 0 };

	if (!p->shown)
		return;
	buf_add_str(&line, STR_LIT(CLEAR_LINE));
	write_line(&line);
	buf_release(&line);
}
