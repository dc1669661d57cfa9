#include "benchmarks/writer.h"

#include <errno.h>
#include <sys/stat.h>

#define BUFFER_BYTES (1u << 20)

static int make_parents(const char *path, struct err *e)
{
	struct buf b = { 0 };
	int rc = 0;

	for (const char *p = path; rc == 0 && *p; p++) {
		if (*p == '/' && b.n > 0) {
			buf_add_char(&b, '\0');
			if (mkdir(b.p, 0777) < 0 && errno != EEXIST)
				rc = err_set(e, ERR_IO, "cannot make '%s': %s", b.p,
					strerror(errno));
			b.n--;
		}
		buf_add_char(&b, *p);
	}
	buf_release(&b);
	return rc;
}

int writer_open(struct writer *w, const char *path, struct err *e)
{
	int rc = make_parents(path, e);

	*w = (struct writer){ .empty = true };
	if (rc < 0)
		return rc;
	w->file = fopen(path, "wb");
	return w->file ? 0
		       : err_set(e, ERR_IO, "cannot write '%s': %s", path,
				 strerror(errno));
}

static void flush(struct writer *w)
{
	if (fwrite(w->buf.p, 1, w->buf.n, w->file) != w->buf.n)
		w->failed = true;
	buf_clear(&w->buf);
}

int writer_close(struct writer *w, const char *path, struct err *e)
{
	buf_add_char(&w->buf, '\n');
	flush(w);
	buf_release(&w->buf);
	if (fclose(w->file) != 0 || w->failed)
		return err_set(e, ERR_IO, "cannot write '%s': %s", path, strerror(errno));
	return 0;
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
