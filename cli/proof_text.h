/*
 * proof_text.h - a decision and its proof, to be read: the way as a ladder, then for each
 * decision on it what allows, what stops, and what was asked and let through.
 */
#ifndef CLI_PROOF_TEXT_H
#define CLI_PROOF_TEXT_H

#include "cli/render.h"

void proof_text_question(const struct render *d, const struct result_question *q);

/* One path: who, by which rule, under which condition. */
void proof_text_ladder(const struct render *d, const struct path *path, uint32_t indent);

#endif
