#include <string.h>

#include "cli/cmd.h"
#include "cli/session.h"
#include "query/format.h"

static bool has_blank(const char *text)
{
	return text[strcspn(text, " \t\n")] != '\0';
}

/* An operand with blanks is one name; sets and lists come as they are. */
static void add_operand(struct buf *out, const char *operand)
{
	buf_add_char(out, ' ');
	if (has_blank(operand) && operand[0] != '{' && operand[0] != '"')
		format_name(str_from(operand), out);
	else
		buf_add_str(out, str_from(operand));
}

int cmd_why(const struct command_context *c, struct err *e)
{
	struct buf text = { 0 };
	struct session s;
	int status;

	if (session_open(&s, c->store, c->options, c->out, e) < 0)
		return e->code;
	buf_add_str(&text, STR_LIT("can"));
	for (uint32_t i = 0; i < c->options->operand_count; i++)
		add_operand(&text, c->options->operands[i]);
	status = session_tell(&s, buf_str(&text));
	buf_release(&text);
	session_close(&s);
	return status;
}
