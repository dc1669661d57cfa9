#include "cli/sink.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SINK_BYTES    (64u << 10) /* a pipe's worth */
#define WIDTH_DEFAULT 80u
#define WIDTH_MIN     20u
#define WIDTH_MAX     1000u

static uint32_t terminal_width(int fd)
{
	struct winsize size = { 0 };

	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return WIDTH_DEFAULT;
	if (size.ws_col < WIDTH_MIN)
		return WIDTH_MIN;
	return size.ws_col < WIDTH_MAX ? size.ws_col : WIDTH_MAX;
}

static bool wants_color(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no_color && no_color[0]) && !(term && strcmp(term, "dumb") == 0);
}

void sink_open(struct sink *s, int fd, bool no_color)
{
	*s = (struct sink){ .fd = fd };
	s->terminal = isatty(fd) == 1;
	if (s->terminal) {
		s->width = terminal_width(fd);
		s->color = !no_color && wants_color();
	}
}

/* Wait until a descriptor that somebody made non-blocking takes bytes again. */
static void wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	poll(&p, 1, -1);
}

void sink_flush(struct sink *s)
{
	size_t done = 0;

	while (!s->error && done < s->buf.n) {
		ssize_t n = write(s->fd, s->buf.p + done, s->buf.n - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN)
			wait_writable(s->fd);
		else if (errno != EINTR)
			s->error = errno;
	}
	buf_clear(&s->buf);
}

void sink_poll(struct sink *s)
{
	if (s->buf.n >= SINK_BYTES)
		sink_flush(s);
}

bool sink_broken(const struct sink *s)
{
	return s->error != 0;
}

int sink_close(struct sink *s, struct err *e)
{
	sink_flush(s);
	buf_release(&s->buf);
	if (s->error != 0 && s->error != EPIPE)
		return err_set(e, ERR_IO, "cannot write to standard output: %s",
			strerror(s->error));
	return 0;
}
