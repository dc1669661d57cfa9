/*
 * json_out.h - JSON written piece by piece into a sink; commas and quotes are its
 * business.
 *
 * Order is the order of calls. Inside an object each value follows a json_out_key.
 */
#ifndef CLI_JSON_OUT_H
#define CLI_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "cli/sink.h"

#define JSON_OUT_DEPTH 12u /* our own shapes nest 7 deep */

struct json_out {
	struct sink *sink;
	uint32_t depth;
	bool filled[JSON_OUT_DEPTH]; /* whether the open object or array has a member */
	bool after_key;
};

void json_out_init(struct json_out *j, struct sink *sink);

/* '{', '}', '[' or ']'. */
void json_out_open(struct json_out *j, char bracket);
void json_out_close(struct json_out *j, char bracket);

void json_out_key(struct json_out *j, const char *key);
void json_out_key_str(struct json_out *j, struct str key);

void json_out_str(struct json_out *j, struct str value);
void json_out_str_or_null(struct json_out *j, struct str value); /* null when empty */
void json_out_number(struct json_out *j, int64_t value);
void json_out_count(struct json_out *j, uint64_t value);
void json_out_fraction(struct json_out *j, double value); /* six places */
void json_out_bool(struct json_out *j, bool value);
void json_out_null(struct json_out *j);

/* Time as RFC 3339 in UTC; null for 0, "never" for -1. */
void json_out_time(struct json_out *j, int64_t seconds);

/* The next element begins a line, for those who read JSON themselves. */
void json_out_line(struct json_out *j);

/* A member: key and string. */
void json_out_pair(struct json_out *j, const char *key, struct str value);

#endif
