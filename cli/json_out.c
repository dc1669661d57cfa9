#include "cli/json_out.h"

#include <assert.h>

#include "base/date.h"
#include "base/out.h"

void json_out_init(struct json_out *j, struct sink *sink)
{
	*j = (struct json_out){ .sink = sink };
}

static struct buf *value(struct json_out *j)
{
	if (j->after_key) {
		j->after_key = false;
	} else if (j->depth > 0) {
		if (j->filled[j->depth - 1])
			buf_add_char(&j->sink->buf, ',');
		j->filled[j->depth - 1] = true;
	}
	return &j->sink->buf;
}

void json_out_open(struct json_out *j, char bracket)
{
	buf_add_char(value(j), bracket);
	assert(j->depth < JSON_OUT_DEPTH);
	j->filled[j->depth++] = false;
}

void json_out_close(struct json_out *j, char bracket)
{
	assert(j->depth > 0 && !j->after_key);
	j->depth--;
	buf_add_char(&j->sink->buf, bracket);
	sink_poll(j->sink);
}

void json_out_key_str(struct json_out *j, struct str key)
{
	out_json(value(j), key);
	buf_add_char(&j->sink->buf, ':');
	j->after_key = true;
}

void json_out_key(struct json_out *j, const char *key)
{
	json_out_key_str(j, str_from(key));
}

void json_out_str(struct json_out *j, struct str text)
{
	out_json(value(j), text);
}

void json_out_str_or_null(struct json_out *j, struct str text)
{
	if (text.n > 0)
		json_out_str(j, text);
	else
		json_out_null(j);
}

void json_out_number(struct json_out *j, int64_t number)
{
	buf_printf(value(j), "%lld", (long long)number);
}

void json_out_count(struct json_out *j, uint64_t count)
{
	buf_printf(value(j), "%llu", (unsigned long long)count);
}

void json_out_fraction(struct json_out *j, double fraction)
{
	buf_printf(value(j), "%.6f", fraction);
}

void json_out_bool(struct json_out *j, bool flag)
{
	buf_add_str(value(j), flag ? STR_LIT("true") : STR_LIT("false"));
}

void json_out_null(struct json_out *j)
{
	buf_add_str(value(j), STR_LIT("null"));
}

void json_out_time(struct json_out *j, int64_t seconds)
{
	struct buf *b;

	if (seconds == 0) {
		json_out_null(j);
		return;
	}
	b = value(j);
	buf_add_char(b, '"');
	if (seconds == -1)
		buf_add_str(b, STR_LIT("never"));
	else
		date_print(b, (struct date){ seconds, 0 });
	buf_add_char(b, '"');
}

void json_out_line(struct json_out *j)
{
	if (j->depth > 0 && j->filled[j->depth - 1]) {
		buf_add_str(&j->sink->buf, STR_LIT(",\n"));
		j->filled[j->depth - 1] = false;
	} else {
		buf_add_char(&j->sink->buf, '\n');
	}
}

void json_out_pair(struct json_out *j, const char *key, struct str text)
{
	json_out_key(j, key);
	json_out_str(j, text);
}
