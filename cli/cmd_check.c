#include "base/out.h"
#include "cli/cmd.h"
#include "cli/json_out.h"
#include "graphstore/store.h"
#include "reachability/hop_index.h"

struct check {
	struct sink *out;
	enum options_format format;
	struct json_out json;
	uint64_t count;
};

static void tell(void *ctx, const char *finding)
{
	struct check *check = ctx;
	struct buf *b = &check->out->buf;

	check->count++;
	switch (check->format) {
	case FORMAT_JSON:
		json_out_line(&check->json);
		json_out_str(&check->json, str_from(finding));
		break;
	case FORMAT_NDJSON:
		json_out_init(&check->json, check->out);
		json_out_open(&check->json, '{');
		json_out_pair(&check->json, "finding", str_from(finding));
		json_out_close(&check->json, '}');
		buf_add_char(b, '\n');
		break;
	case FORMAT_CSV:
		out_csv(b, str_from(finding));
		buf_add_str(b, STR_LIT("\r\n"));
		break;
	default:
		out_text(b, str_from(finding));
		buf_add_char(b, '\n');
	}
	sink_poll(check->out);
}

static void begin(struct check *check)
{
	if (check->format == FORMAT_CSV)
		buf_add_str(&check->out->buf, STR_LIT("\"finding\"\r\n"));
	if (check->format != FORMAT_JSON)
		return;
	json_out_init(&check->json, check->out);
	json_out_open(&check->json, '{');
	json_out_key(&check->json, "findings");
	json_out_open(&check->json, '[');
}

static void end(struct check *check, bool sound, bool quiet)
{
	if (check->format == FORMAT_JSON) {
		json_out_close(&check->json, ']');
		json_out_key(&check->json, "sound");
		json_out_bool(&check->json, sound);
		json_out_close(&check->json, '}');
		buf_add_char(&check->out->buf, '\n');
	} else if (check->format == FORMAT_TABLE && sound && !quiet) {
		buf_add_str(&check->out->buf, STR_LIT("nothing wrong\n"));
	}
}

int cmd_check(const struct command_context *c, struct err *e)
{
	struct check check = { .out = c->out, .format = c->options->format };
	struct store *store = NULL;
	int rc;

	if (check.format > FORMAT_CSV)
		return err_set(e, ERR_SYNTAX, "this list has no form '%s'",
			options_format_name(check.format));
	if (store_open(&store, c->store, STORE_READ, e) < 0)
		return e->code;
	begin(&check);
	rc = store_check(store, tell, &check, e);
	if (rc == 0)
		rc = hop_index_check(store, tell, &check, e);
	end(&check, rc == 0, c->options->quiet);
	store_close(store);
	if (rc < 0 && check.count == 0)
		return rc;
	return rc < 0 ? err_exit_status(rc) : 0;
}
