/*
 * identity.h - what users, groups, roles and policies of a made-up account have: which
 * policies are attached, what their own say.
 *
 * Of 100 roles about 40 share their inline policies with others, as roles made by one
 * template do; 10 have a permissions boundary; one is an administrator; three may read
 * or do nearly everything. In an organization of 100 roles about 40 have no inline
 * policy, 30 share theirs and 30 have their own; every account has the roles of the
 * organization.
 */
#ifndef BENCHMARKS_IDENTITY_H
#define BENCHMARKS_IDENTITY_H

#include "benchmarks/estate.h"
#include "benchmarks/writer.h"

#define IDENTITY_ATTACHED 8u
#define IDENTITY_GROUPS   3u
#define IDENTITY_SHARED   17u /* policies that are managed by the provider */

struct identity_policy {
	struct str name, arn;
};

struct identity {
	struct identity_policy attached[IDENTITY_ATTACHED];
	uint32_t attached_count;
	struct str boundary;              /* ARN; empty: none */
	uint32_t groups[IDENTITY_GROUPS]; /* of a user */
	uint32_t group_count;
	uint32_t application;
	const char *assumes; /* a role that is only there to assume these */
	uint32_t inline_count;
	uint32_t content;           /* application that its inline policies are about */
	struct estate_random words; /* what draws them */
	bool used;
};

void identity_user(struct identity *out, struct estate *s, uint32_t i);
void identity_group(struct identity *out, struct estate *s, uint32_t i);
void identity_role(struct identity *out, struct estate *s, uint32_t i);

/* The list of its inline policies as the member `list` (NULL: the value itself). */
void identity_write_inline(
	struct writer *w, struct estate *s, const struct identity *of, const char *list);

/* The document of a policy of the account, or of one of the provider. */
void identity_write_policy(
	struct writer *w, struct estate *s, uint32_t i, const char *name);
void identity_write_shared(
	struct writer *w, struct estate *s, size_t i, const char *name);

const char *identity_shared_name(size_t i);
const char *identity_shared_path(size_t i);
struct str identity_shared_arn(struct estate *s, size_t i);

#endif
