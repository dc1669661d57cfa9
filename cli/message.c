#include "cli/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/out.h"

/* Where standard error is gone there is nobody to tell. */
static void write_all(struct buf *b)
{
	size_t done = 0;

	while (done < b->n) {
		ssize_t n = write(STDERR_FILENO, b->p + done, b->n - done);

		if (n <= 0)
			return;
		done += (size_t)n;
	}
}

void message_print(const char *fmt, ...)
{
	struct buf line = { 0 };
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_add_str(&line, STR_LIT("latchkey: "));
	out_text(&line, str_from(text));
	buf_add_char(&line, '\n');
	write_all(&line);
	buf_release(&line);
}

void message_lines(struct str text)
{
	struct buf lines = { 0 };

	out_lines(&lines, text);
	write_all(&lines);
	buf_release(&lines);
}
