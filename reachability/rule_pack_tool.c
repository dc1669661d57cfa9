/*
 * rule_pack_tool.c - write rule_image.c from the rules files, at build time.
 *
 * rule_pack OUT FILE...
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

static int read_file(struct buf *out, const char *path, struct err *e)
{
	FILE *f = fopen(path, "rb");
	int c;

	if (!f)
		return err_set(e, ERR_IO, "cannot open '%s'", path);
	while ((c = fgetc(f)) != EOF)
		buf_add_char(out, (char)c);
	fclose(f);
	return 0;
}

static void put_char(struct buf *out, char c)
{
	if (c == '\n')
		buf_add_str(out, STR_LIT("\\n\"\n\t\""));
	else if (c == '"' || c == '\\')
		buf_printf(out, "\\%c", c);
	else if ((unsigned char)c < 0x20 || (unsigned char)c > 0x7e)
		buf_printf(out, "\\%03o", (unsigned)(unsigned char)c);
	else
		buf_add_char(out, c);
}

static int put_file(struct buf *out, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	struct buf text = { 0 };
	int rc = read_file(&text, path, e);

	buf_printf(out, "\t{ STR_LIT(\"%s\"), STR_LIT(\"", slash ? slash + 1 : path);
	for (size_t i = 0; i < text.n; i++)
		put_char(out, text.p[i]);
	buf_add_str(out, STR_LIT("\") },\n"));
	buf_release(&text);
	return rc;
}

static int write_file(const char *path, struct str text, struct err *e)
{
	FILE *f = fopen(path, "wb");

	if (!f)
		return err_set(e, ERR_IO, "cannot create '%s'", path);
	if (fwrite(text.p, 1, text.n, f) != text.n) {
		fclose(f);
		return err_set(e, ERR_IO, "cannot write '%s'", path);
	}
	return fclose(f) == 0 ? 0 : err_set(e, ERR_IO, "cannot write '%s'", path);
}

int main(int argc, char **argv)
{
	struct buf out = { 0 };
	struct err e = { 0 };

	if (argc < 3) {
		fputs("usage: rule_pack OUT FILE...\n", stderr);
		return 2;
	}
	buf_printf(&out,
		"#include \"reachability/rule_image_priv.h\"\n\n"
		"#undef STR_LIT\n#define STR_LIT(s) { (s), sizeof(s) - 1 }\n\n"
		"const uint32_t rule_image_count = %d;\n"
		"const struct rule_image rule_image_files[] = {\n",
		argc - 2);
	for (int i = 2; i < argc && e.code == 0; i++)
		put_file(&out, argv[i], &e);
	buf_add_str(&out, STR_LIT("};\n"));
	if (e.code == 0)
		write_file(argv[1], buf_str(&out), &e);
	buf_release(&out);
	if (e.code < 0)
		fprintf(stderr, "%s\n", e.text);
	return err_exit_status(e.code);
}
