/*
 * rule_image_priv.h - the built-in rules files, linked in by the build.
 */
#ifndef REACHABILITY_RULE_IMAGE_PRIV_H
#define REACHABILITY_RULE_IMAGE_PRIV_H

#include "base/str.h"

struct rule_image {
	struct str name, text;
};

extern const struct rule_image rule_image_files[];
extern const uint32_t rule_image_count;

#endif
