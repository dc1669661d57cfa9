#include "base/out.h"

#include <assert.h>

#include <utf8proc.h>

#include "base/utf8.h"

#define ELLIPSIS "\xe2\x80\xa6"

/* One character of outside text. */
struct piece {
	struct str bytes;
	uint32_t code; /* of a valid one; of a byte that is no UTF-8, the byte */
	bool valid;    /* UTF-8 */
	bool plain;    /* may be shown as itself */
};

/*
 * Letters that fonts draw as nothing: Hangul fillers, the combining grapheme joiner, ...
 */
static bool invisible_letter(uint32_t code)
{
	return code == 0x34f || code == 0x115f || code == 0x1160 || code == 0x17b4 ||
	       code == 0x17b5 || code == 0x2800 || code == 0x3164 || code == 0xffa0 ||
	       (code >= 0x180b && code <= 0x180f) || (code >= 0xfe00 && code <= 0xfe0f) ||
	       (code >= 0xe0100 && code <= 0xe01ef);
}

static bool is_plain(uint32_t code)
{
	if (code < 0x7f)
		return code >= 0x20;
	switch (utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
	case UTF8PROC_CATEGORY_ZS:
		return false;
	default:
		return !invisible_letter(code);
	}
}

static struct piece first_piece(struct str s)
{
	struct piece p = { .bytes = { s.p, 1 }, .code = (unsigned char)s.p[0] };
	utf8proc_int32_t code = 0;
	size_t n;

	if (p.code < 0x80) {
		p.valid = true;
		p.plain = p.code >= 0x20 && p.code < 0x7f;
		return p;
	}
	n = utf8_next(s);
	if (n == 0)
		return p;
	utf8proc_iterate((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)n, &code);
	p.bytes.n = n;
	p.code = (uint32_t)code;
	p.valid = true;
	p.plain = is_plain(p.code);
	return p;
}

/* How many bytes from the start are printable ASCII other than those in `special`. */
static size_t plain_run(struct str s, const char *special)
{
	size_t i = 0;

	while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x7f && !strchr(special, s.p[i]))
		i++;
	return i;
}

static void add_spelled(struct buf *out, const struct piece *p)
{
	if (!p->valid || p->code < 0x80)
		buf_printf(out, "\\x%02x", (unsigned)p->code);
	else
		buf_printf(out, "\\u{%x}", (unsigned)p->code);
}

/* What a sink does with a character of its `special` ones; true when it wrote it. */
typedef void (*add_special)(struct buf *out, char c);

/* Text with some ASCII characters written the way of a sink. */
static void add_text(
	struct buf *out, struct str s, const char *special, add_special special_add)
{
	while (s.n > 0) {
		size_t run = plain_run(s, special);
		struct piece p;

		buf_add(out, s.p, run);
		s = str_skip(s, run);
		if (s.n == 0)
			return;
		p = first_piece(s);
		if (p.plain && p.code < 0x80)
			special_add(out, (char)p.code);
		else if (p.plain)
			buf_add_str(out, p.bytes);
		else
			add_spelled(out, &p);
		s = str_skip(s, p.bytes.n);
	}
}

static void add_itself(struct buf *out, char c)
{
	buf_add_char(out, c);
}

void out_text(struct buf *out, struct str s)
{
	add_text(out, s, "", add_itself);
}

void out_lines(struct buf *out, struct str s)
{
	size_t at = 0;

	while (at < s.n) {
		size_t end = str_find_char(s, '\n', at);

		out_text(out, (struct str){ s.p + at, end - at });
		if (end < s.n)
			buf_add_char(out, '\n');
		at = end + 1;
	}
}

static void add_json_escape(struct buf *out, uint32_t code)
{
	if (code >= 0x10000) {
		code -= 0x10000;
		buf_printf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + (code >> 10)),
			(unsigned)(0xdc00 + (code & 0x3ff)));
		return;
	}
	switch (code) {
	case '\n':
		buf_add_str(out, STR_LIT("\\n"));
		return;
	case '\r':
		buf_add_str(out, STR_LIT("\\r"));
		return;
	case '\t':
		buf_add_str(out, STR_LIT("\\t"));
		return;
	default:
		buf_printf(out, "\\u%04x", (unsigned)code);
	}
}

void out_json(struct buf *out, struct str s)
{
	buf_add_char(out, '"');
	while (s.n > 0) {
		size_t run = plain_run(s, "\"\\");
		struct piece p;

		buf_add(out, s.p, run);
		s = str_skip(s, run);
		if (s.n == 0)
			break;
		p = first_piece(s);
		if (!p.valid) {
			buf_add_str(out, STR_LIT("\\ufffd"));
		} else if (p.code == '"' || p.code == '\\') {
			buf_add_char(out, '\\');
			buf_add_char(out, (char)p.code);
		} else if (p.plain) {
			buf_add_str(out, p.bytes);
		} else {
			add_json_escape(out, p.code);
		}
		s = str_skip(s, p.bytes.n);
	}
	buf_add_char(out, '"');
}

/*
 * What a spreadsheet reads as the start of a formula, its full-width forms included. Tab
 * and line ends count too, though out_text spells them, because the apostrophe also tells
 * that they were there.
 */
static bool is_formula(struct str s)
{
	static const char starts[] = "=+-@\t\r\n|%";
	struct piece p;

	if (s.n == 0)
		return false;
	if (s.p[0] == '\0' || strchr(starts, s.p[0]))
		return true;
	p = first_piece(s);
	return p.valid && (p.code == 0xff1d || p.code == 0xff0b || p.code == 0xff0d ||
				  p.code == 0xff20 || p.code == 0x2212);
}

static void add_csv_special(struct buf *out, char c)
{
	buf_add_char(out, c);
	buf_add_char(out, c);
}

void out_csv(struct buf *out, struct str s)
{
	buf_add_char(out, '"');
	if (is_formula(s))
		buf_add_char(out, '\'');
	add_text(out, s, "\"", add_csv_special);
	buf_add_char(out, '"');
}

static void add_markdown_special(struct buf *out, char c)
{
	switch (c) {
	case '<':
		buf_add_str(out, STR_LIT("&lt;"));
		return;
	case '>':
		buf_add_str(out, STR_LIT("&gt;"));
		return;
	case '&':
		buf_add_str(out, STR_LIT("&amp;"));
		return;
	case ':': /* would make "http://..." a link */
		buf_add_str(out, STR_LIT("&#58;"));
		return;
	case '@': /* would address somebody */
		buf_add_str(out, STR_LIT("&#64;"));
		return;
	default:
		buf_add_char(out, '\\');
		buf_add_char(out, c);
	}
}

/* Whether a colon or at sign would be taken for a link or an address. */
static bool reads_as_link(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '@')
			return true;
		if (s.p[i] == ':' && i + 2 < s.n && s.p[i + 1] == '/' &&
			s.p[i + 2] == '/')
			return true;
	}
	return false;
}

void out_markdown(struct buf *out, struct str s)
{
	add_text(out, s, reads_as_link(s) ? "\\`*_[]<>&|~#$:@" : "\\`*_[]<>&|~#$",
		add_markdown_special);
}

static void add_dot_special(struct buf *out, char c)
{
	buf_add_char(out, '\\');
	buf_add_char(out, c);
}

void out_dot(struct buf *out, struct str s)
{
	struct buf spelled = { 0 };

	/* Spelled first: the backslash of "\x1b" must be escaped as well. */
	out_text(&spelled, s);
	buf_add_char(out, '"');
	add_text(out, buf_str(&spelled), "\"\\", add_dot_special);
	buf_add_char(out, '"');
	buf_release(&spelled);
}

static void add_mermaid_special(struct buf *out, char c)
{
	buf_printf(out, "#%d;", c);
}

void out_mermaid(struct buf *out, struct str s)
{
	struct buf spelled = { 0 };

	/* as above */
	out_text(&spelled, s);
	buf_add_char(out, '"');
	add_text(out, buf_str(&spelled), "\"#&<>`;\\", add_mermaid_special);
	buf_add_char(out, '"');
	buf_release(&spelled);
}

/* The longest part from the start that is at most `columns` wide. */
static size_t head_size(struct str s, size_t columns)
{
	size_t used = 0, at = 0;

	while (at < s.n) {
		size_t n = utf8_next(str_skip(s, at)), width;

		n = n > 0 ? n : 1;
		width = utf8_width((struct str){ s.p + at, n });
		if (used + width > columns)
			break;
		used += width;
		at += n;
	}
	return at;
}

/* Where the widest part to the end that is at most `columns` wide begins. */
static size_t tail_begin(struct str s, size_t columns)
{
	size_t width = utf8_width(s), at = 0;

	while (at < s.n && width > columns) {
		size_t n = utf8_next(str_skip(s, at));

		n = n > 0 ? n : 1;
		width -= utf8_width((struct str){ s.p + at, n });
		at += n;
	}
	return at;
}

size_t out_fit(struct buf *out, struct str text, size_t columns)
{
	size_t width = utf8_width(text), head, tail, start = out->n;

	assert(columns > 0);
	if (width <= columns) {
		buf_add_str(out, text);
		return width;
	}
	/* The end tells names apart better than the beginning does. */
	tail = tail_begin(text, (columns - 1) - (columns - 1) / 3);
	head = head_size(text, (columns - 1) / 3);
	buf_add(out, text.p, head);
	buf_add(out, ELLIPSIS, sizeof(ELLIPSIS) - 1);
	buf_add_str(out, str_skip(text, tail));
	return utf8_width((struct str){ out->p + start, out->n - start });
}
