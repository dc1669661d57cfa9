#include "benchmarks/writer.h"

#define BUFFER_BYTES (1u << 20)

int writer_open(struct writer *w, struct target *target, const char *path, struct err *e)
{
	*w = (struct writer){ .target = target, .empty = true };
	return target_begin(target, path, e);
}

static void flush(struct writer *w)
{
	if (w->rc == 0)
		w->rc = target_write(w->target, buf_str(&w->buf), &w->e);
	buf_clear(&w->buf);
}

int writer_close(struct writer *w, struct err *e)
{
	int rc;

	buf_add_char(&w->buf, '\n');
	flush(w);
	buf_release(&w->buf);
	rc = target_end(w->target, w->rc == 0 ? &w->e : e);
	if (w->rc == 0)
		w->rc = rc;
	if (w->rc < 0)
		*e = w->e;
	return w->rc;
}

static void new_line(struct writer *w)
{
	size_t n = (size_t)w->depth * 4;
	char *p = buf_reserve(&w->buf, n + 1);

	p[0] = '\n';
	memset(p + 1, ' ', n);
	w->buf.n += n + 1;
}

static void begin_value(struct writer *w, const char *name)
{
	if (w->buf.n > BUFFER_BYTES)
		flush(w);
	if (w->depth > 0) {
		if (!w->empty)
			buf_add_char(&w->buf, ',');
		new_line(w);
	} else if (!w->empty) {
		buf_add_char(&w->buf, '\n');
	}
	w->empty = false;
	if (name) {
		buf_add_char(&w->buf, '"');
		buf_add_str(&w->buf, str_from(name));
		buf_add(&w->buf, "\": ", 3);
	}
}

static void open_value(struct writer *w, const char *name, char bracket)
{
	begin_value(w, name);
	buf_add_char(&w->buf, bracket);
	w->depth++;
	w->empty = true;
}

static void close_value(struct writer *w, char bracket)
{
	w->depth--;
	if (!w->empty)
		new_line(w);
	buf_add_char(&w->buf, bracket);
	w->empty = false;
}

void writer_object(struct writer *w, const char *name)
{
	open_value(w, name, '{');
}

void writer_object_end(struct writer *w)
{
	close_value(w, '}');
}

void writer_list(struct writer *w, const char *name)
{
	open_value(w, name, '[');
}

void writer_list_end(struct writer *w)
{
	close_value(w, ']');
}

void writer_text(struct writer *w, const char *name, struct str text)
{
	begin_value(w, name);
	buf_add_char(&w->buf, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_add_char(&w->buf, '\\');
		buf_add_char(&w->buf, text.p[i]);
	}
	buf_add_char(&w->buf, '"');
}

void writer_plain(struct writer *w, const char *name, const char *value)
{
	begin_value(w, name);
	buf_add_str(&w->buf, str_from(value));
}
