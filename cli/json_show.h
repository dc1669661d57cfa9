/*
 * json_show.h - everything about one entity as one JSON object.
 */
#ifndef CLI_JSON_SHOW_H
#define CLI_JSON_SHOW_H

#include "cli/detail.h"
#include "cli/json_out.h"

void json_show_write(struct json_out *j, const struct detail *d);

#endif
