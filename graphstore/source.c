#include "graphstore/source_priv.h"

/* What begins a place. Behind FIRST_FILE + n: the offset in file n. */
enum { UNKNOWN, AS_BEFORE, FIRST_FILE };

static void add_number(struct buf *out, uint64_t value)
{
	while (value >= 0x80) {
		buf_add_char(out, (char)((value & 0x7f) | 0x80));
		value >>= 7;
	}
	buf_add_char(out, (char)value);
}

/* The number of a file in the block. A block has few: the newest is nearly always it. */
static uint32_t file_number(struct source_writer *w, struct str file)
{
	uint32_t count = (uint32_t)VEC_COUNT(&w->files, struct str);

	for (uint32_t i = count; i-- > 0;) {
		if (str_eq(VEC_DATA(&w->files, struct str)[i], file))
			return i;
	}
	VEC_ADD(&w->files, struct str, file);
	return count;
}

void source_add_holding(struct source_writer *w, const struct source *of)
{
	if (of->file.n == 0) {
		add_number(&w->places, UNKNOWN);
		return;
	}
	if (w->last.offset == of->offset && str_eq(w->last.file, of->file)) {
		add_number(&w->places, AS_BEFORE);
		return;
	}
	add_number(&w->places, FIRST_FILE + (uint64_t)file_number(w, of->file));
	add_number(&w->places, of->offset);
	w->last = *of;
}

void source_add(struct source_writer *w, const struct source *of, uint32_t holdings)
{
	add_number(&w->places, holdings);
	source_add_holding(w, of);
}

void source_end(struct source_writer *w, struct buf *out)
{
	const struct str *file = VEC_DATA(&w->files, struct str);
	size_t count = VEC_COUNT(&w->files, struct str);

	add_number(out, count);
	for (size_t i = 0; i < count; i++) {
		add_number(out, file[i].n);
		buf_add_str(out, file[i]);
	}
	buf_add_str(out, buf_str(&w->places));
	buf_clear(&w->files);
	buf_clear(&w->places);
	w->last = (struct source){ .offset = 0 };
}

void source_writer_release(struct source_writer *w)
{
	buf_release(&w->files);
	buf_release(&w->places);
}

static bool read_number(struct str *left, uint64_t *out)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte;

		if (left->n == 0)
			return false;
		byte = (uint8_t)left->p[0];
		*left = str_skip(*left, 1);
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*out = value;
			return true;
		}
	}
	return false;
}

static bool read_text(struct str *left, struct str *out)
{
	uint64_t size;

	if (!read_number(left, &size) || size > left->n)
		return false;
	*out = (struct str){ left->p, (size_t)size };
	*left = str_skip(*left, (size_t)size);
	return true;
}

/* The file of a number, from the block's begin. */
static bool file_at(struct str block, uint64_t number, struct str *out)
{
	uint64_t count;

	if (!read_number(&block, &count) || number >= count)
		return false;
	for (uint64_t i = 0; i <= number; i++) {
		if (!read_text(&block, out))
			return false;
	}
	return true;
}

/* One place; `file` is the number of its file, or of the one before it. */
static bool read_place(struct str *left, uint64_t *code, uint64_t *file, uint64_t *offset)
{
	if (!read_number(left, code))
		return false;
	if (*code < FIRST_FILE)
		return true;
	*file = *code - FIRST_FILE;
	return read_number(left, offset);
}

bool source_read(struct source *out, struct str block, uint32_t i, uint32_t which)
{
	uint64_t files, holdings = 0, code = UNKNOWN, file = UINT64_MAX, offset = 0;
	struct str left = block, text;

	*out = (struct source){ .offset = 0 };
	if (!read_number(&left, &files))
		return false;
	for (uint64_t k = 0; k < files; k++) {
		if (!read_text(&left, &text))
			return false;
	}
	for (uint64_t id = 0; id <= i; id++) {
		uint64_t end;

		if (!read_number(&left, &holdings) || holdings > left.n)
			return false;
		end = id < i || which > holdings ? holdings : which;
		for (uint64_t k = 0; k <= end; k++) {
			if (!read_place(&left, &code, &file, &offset))
				return false;
		}
	}
	if (which > holdings)
		return false;
	if (code == UNKNOWN)
		return true;
	out->offset = offset;
	return file_at(block, file, &out->file);
}
