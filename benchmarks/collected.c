#include "benchmarks/collected.h"

#include "benchmarks/identity.h"
#include "benchmarks/organization.h"
#include "benchmarks/resource.h"
#include "benchmarks/statements.h"

/* The thing whose directory is being written. */
struct place {
	struct target *target;
	struct estate *s;
	enum estate_thing type;
	uint32_t i;
	struct str directory; /* with its last slash */
	struct identity of;
};

typedef void content(struct writer *w, const struct place *p);

/* Names in lower case, with what a path cannot hold written as %XX. */
static struct str escape(struct estate *s, struct str name)
{
	struct buf out = { 0 };
	struct str copy;

	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '/')
			buf_add(&out, "%2f", 3);
		else
			buf_add_char(&out, str_lower_char(name.p[i]));
	}
	copy = arena_copy(&s->arena, buf_str(&out));
	buf_release(&out);
	return copy;
}

static int file(const struct place *p, const char *name, content *write, struct err *e)
{
	struct str path =
		arena_printf(&p->s->arena, "%.*s%s", STR_ARG(p->directory), name);
	struct writer w;
	int rc = writer_open(&w, p->target, path.p, e);

	if (rc < 0)
		return rc;
	write(&w, p);
	return writer_close(&w, e);
}

static void metadata(struct writer *w, const struct place *p)
{
	struct estate *s = p->s;
	struct str name = estate_name(s, p->type, p->i);

	writer_object(w, NULL);
	writer_text(w, "arn", estate_arn(s, p->type, p->i));
	writer_text(w, "name", name);
	if (p->type < ESTATE_BUCKET) {
		writer_text(w, "id", estate_id(s, "AIDX", 500 + (uint32_t)p->type, p->i));
		writer_text(w, "path", STR_LIT("/"));
		writer_text(w, "created", STR_LIT("2023-05-09T09:14:02.000Z"));
	}
	if (p->of.boundary.n > 0)
		writer_text(w, "permissionBoundary", p->of.boundary);
	if (p->type == ESTATE_FUNCTION)
		writer_text(w, "role",
			estate_arn(s, ESTATE_ROLE,
				resource_role(
					s, ESTATE_FUNCTION, p->i, ESTATE_FOR_LAMBDA)));
	writer_object_end(w);
}

static void trust(struct writer *w, const struct place *p)
{
	statements_trust(w, p->s, p->i, NULL);
}

static void inline_policies(struct writer *w, const struct place *p)
{
	identity_write_inline(w, p->s, &p->of, NULL);
}

static void managed_policies(struct writer *w, const struct place *p)
{
	writer_list(w, NULL);
	for (uint32_t i = 0; i < p->of.attached_count; i++)
		writer_text(w, NULL, p->of.attached[i].arn);
	writer_list_end(w);
}

static void groups(struct writer *w, const struct place *p)
{
	writer_list(w, NULL);
	for (uint32_t i = 0; i < p->of.group_count; i++)
		writer_text(w, NULL, estate_arn(p->s, ESTATE_GROUP, p->of.groups[i]));
	writer_list_end(w);
}

static void tags(struct writer *w, const struct place *p)
{
	writer_object(w, NULL);
	writer_text(w, "team", estate_team(p->s, p->of.application));
	writer_text(w, "application", estate_application_name(p->s, p->of.application));
	writer_object_end(w);
}

static void own_policy(struct writer *w, const struct place *p)
{
	identity_write_policy(w, p->s, p->i, NULL);
}

static void shared_policy(struct writer *w, const struct place *p)
{
	identity_write_shared(w, p->s, p->i, NULL);
}

static void shared_metadata(struct writer *w, const struct place *p)
{
	writer_object(w, NULL);
	writer_text(w, "arn", identity_shared_arn(p->s, p->i));
	writer_text(w, "name", str_from(identity_shared_name(p->i)));
	writer_object_end(w);
}

static void policy(struct writer *w, const struct place *p)
{
	writer_plain(w, NULL, resource_policy(p->s, p->type, p->i).p);
}

static void access_block(struct writer *w, const struct place *p)
{
	const char *on = p->i % 50 == 0 ? "false" : "true";

	writer_object(w, NULL);
	writer_plain(w, "blockPublicAcls", on);
	writer_plain(w, "ignorePublicAcls", on);
	writer_plain(w, "blockPublicPolicy", on);
	writer_plain(w, "restrictPublicBuckets", on);
	writer_object_end(w);
}

static void membership(struct writer *w, const struct place *p)
{
	writer_object(w, NULL);
	writer_text(w, "organizationId", str_from(p->s->organization->id));
	writer_object_end(w);
}

/* The directories of the types, below that of the account. */
static const struct {
	const char *service, *type;
	bool regional;
} homes[ESTATE_THINGS] = {
	[ESTATE_ROLE] = { "iam", "role/", false },
	[ESTATE_USER] = { "iam", "user/", false },
	[ESTATE_GROUP] = { "iam", "group/", false },
	[ESTATE_POLICY] = { "iam", "policy/", false },
	[ESTATE_BUCKET] = { "s3", "bucket/", true },
	[ESTATE_QUEUE] = { "sqs", "queue/", true },
	[ESTATE_TOPIC] = { "sns", "topic/", true },
	[ESTATE_TABLE] = { "dynamodb", "table/", true },
	[ESTATE_KEY] = { "kms", "key/", true },
	[ESTATE_SECRET] = { "secretsmanager", "secret/", true },
	[ESTATE_FUNCTION] = { "lambda", "function/", true },
	[ESTATE_INSTANCE] = { "ec2", "instance/", true },
	[ESTATE_REPOSITORY] = { "ecr", "repository/", true },
};

static void go_to(struct place *p, enum estate_thing type, uint32_t i)
{
	struct estate *s = p->s;

	p->type = type;
	p->i = i;
	p->of = (struct identity){ .attached_count = 0 };
	p->directory = arena_printf(&s->arena, "aws/aws/accounts/%s/%s/%s%s%s%.*s/",
		s->account, homes[type].service, homes[type].regional ? s->region : "",
		homes[type].regional ? "/" : "", homes[type].type,
		STR_ARG(escape(s, estate_name(s, type, i))));
}

static int identity_files(struct place *p, struct err *e)
{
	int rc = file(p, "metadata.json", metadata, e);

	if (rc == 0 && p->type == ESTATE_ROLE)
		rc = file(p, "trust-policy.json", trust, e);
	if (rc == 0 && p->type == ESTATE_USER)
		rc = file(p, "groups.json", groups, e);
	if (rc == 0 && p->of.inline_count > 0)
		rc = file(p, "inline-policies.json", inline_policies, e);
	if (rc == 0)
		rc = file(p, "managed-policies.json", managed_policies, e);
	if (rc == 0 && p->type != ESTATE_GROUP)
		rc = file(p, "tags.json", tags, e);
	return rc;
}

static int write_identities(struct place *p, struct err *e)
{
	static void (*const fill[])(struct identity *, struct estate *, uint32_t) = {
		[ESTATE_ROLE] = identity_role,
		[ESTATE_USER] = identity_user,
		[ESTATE_GROUP] = identity_group,
	};
	int rc = 0;

	for (uint32_t t = ESTATE_ROLE; t <= ESTATE_GROUP; t++) {
		for (uint32_t i = 0; rc == 0 && i < p->s->count[t]; i++) {
			go_to(p, (enum estate_thing)t, i);
			fill[t](&p->of, p->s, i);
			rc = identity_files(p, e);
			arena_reset(&p->s->arena);
		}
	}
	return rc;
}

static int write_policies(struct place *p, struct err *e)
{
	struct estate *s = p->s;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < s->count[ESTATE_POLICY]; i++) {
		go_to(p, ESTATE_POLICY, i);
		rc = file(p, "metadata.json", metadata, e);
		if (rc == 0)
			rc = file(p, "current-policy.json", own_policy, e);
		arena_reset(&s->arena);
	}
	for (uint32_t i = 0; rc == 0 && i < IDENTITY_SHARED; i++) {
		p->i = i;
		p->directory = arena_printf(&s->arena,
			"aws/aws/accounts/%s/iam/aws/policy/%.*s/", s->account,
			STR_ARG(escape(s, str_from(identity_shared_name(i)))));
		rc = file(p, "metadata.json", shared_metadata, e);
		if (rc == 0)
			rc = file(p, "current-policy.json", shared_policy, e);
		arena_reset(&s->arena);
	}
	return rc;
}

static int write_resources(struct place *p, struct err *e)
{
	struct estate *s = p->s;
	int rc = 0;

	for (uint32_t t = ESTATE_BUCKET; t < ESTATE_THINGS; t++) {
		for (uint32_t i = 0; rc == 0 && homes[t].service && i < s->count[t];
			i++) {
			go_to(p, (enum estate_thing)t, i);
			rc = file(p, "metadata.json", metadata, e);
			if (rc == 0 && resource_policy(s, p->type, i).n > 0)
				rc = file(p, "policy.json", policy, e);
			if (rc == 0 && t == ESTATE_BUCKET)
				rc = file(p, "bpa.json", access_block, e);
			arena_reset(&s->arena);
		}
	}
	return rc;
}

int collected_write(struct target *target, struct estate *s, struct err *e)
{
	struct place p = { .target = target, .s = s };
	int rc;

	p.directory = arena_printf(&s->arena, "aws/aws/accounts/%s/", s->account);
	rc = file(&p, "organization.json", membership, e);
	arena_reset(&s->arena);
	if (rc == 0)
		rc = write_identities(&p, e);
	if (rc == 0)
		rc = write_policies(&p, e);
	return rc == 0 ? write_resources(&p, e) : rc;
}
