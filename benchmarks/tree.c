#include "benchmarks/tree.h"

#define SERVICE_PREFIX "arn:aws:organizations::aws:policy"

/* A ceiling and the units that it is attached to: bit n for unit n, the last the root. */
#define AT_ROOT       (1u << ORGANIZATION_ROOT)
#define AT_SANDBOX    (1u << 2)
#define AT_WORKLOADS  (1u << 3)
#define AT_PRODUCTION (1u << 4)

#define STATEMENTS(text) "{\"Version\":\"2012-10-17\",\"Statement\":[" text "]}"

static const struct ceiling {
	const char *id, *name, *text; /* text NULL: everything, managed by the provider */
	bool resources;               /* an RCP */
	uint32_t units;
} ceilings[] = {
	{ "p-fullawsaccess", "FullAWSAccess", NULL, false, UINT32_MAX },
	{ "p-rcpfullawsaccess", "RCPFullAWSAccess", NULL, true, UINT32_MAX },
	{ "p-guard001", "guard",
		STATEMENTS(
			"{\"Sid\":\"Stay\",\"Effect\":\"Deny\",\"Action\":"
			"[\"organizations:LeaveOrganization\",\"account:CloseAccount\"],"
			"\"Resource\":\"*\"},"
			"{\"Sid\":\"Trail\",\"Effect\":\"Deny\",\"Action\":"
			"[\"cloudtrail:StopLogging\",\"cloudtrail:DeleteTrail\","
			"\"guardduty:Delete*\",\"config:Delete*\"],\"Resource\":\"*\","
			"\"Condition\":{\"ArnNotLike\":{\"aws:PrincipalArn\":"
			"\"arn:aws:iam::*:role/org-breakglass\"}}}"),
		false, AT_ROOT },
	{ "p-regions1", "regions",
		STATEMENTS(
			"{\"Sid\":\"Regions\",\"Effect\":\"Deny\",\"NotAction\":"
			"[\"iam:*\",\"sts:*\",\"organizations:*\",\"s3:*\",\"route53:*\","
			"\"cloudfront:*\",\"support:*\"],\"Resource\":\"*\",\"Condition\":"
			"{\"StringNotEquals\":{\"aws:RequestedRegion\":[\"eu-west-1\","
			"\"eu-central-1\",\"us-east-1\",\"ap-southeast-2\"]}}}"),
		false, AT_WORKLOADS },
	{ "p-rootuser", "root-user",
		STATEMENTS("{\"Sid\":\"Root\",\"Effect\":\"Deny\",\"Action\":\"*\","
			   "\"Resource\":\"*\",\"Condition\":{\"StringLike\":"
			   "{\"aws:PrincipalArn\":\"arn:aws:iam::*:root\"}}}"),
		false, AT_WORKLOADS },
	{ "p-orgroles", "organization-roles",
		STATEMENTS("{\"Sid\":\"Roles\",\"Effect\":\"Deny\",\"Action\":"
			   "[\"iam:AttachRolePolicy\",\"iam:PutRolePolicy\","
			   "\"iam:UpdateAssumeRolePolicy\",\"iam:DeleteRole\"],"
			   "\"Resource\":\"arn:aws:iam::*:role/org-*\",\"Condition\":"
			   "{\"ArnNotLike\":{\"aws:PrincipalArn\":"
			   "[\"arn:aws:iam::*:role/org-deploy\","
			   "\"arn:aws:iam::*:role/org-breakglass\"]}}}"),
		false, AT_WORKLOADS },
	{ "p-keepdata", "keep-data",
		STATEMENTS(
			"{\"Sid\":\"Keep\",\"Effect\":\"Deny\",\"Action\":"
			"[\"s3:DeleteBucket\",\"dynamodb:DeleteTable\","
			"\"kms:ScheduleKeyDeletion\",\"backup:Delete*\"],\"Resource\":\"*\"}"),
		false, AT_PRODUCTION },
	{ "p-sandbox1", "sandbox",
		STATEMENTS(
			"{\"Sid\":\"Small\",\"Effect\":\"Deny\",\"Action\":"
			"[\"redshift:*\",\"sagemaker:*\",\"elasticmapreduce:*\"],\"Resource\":\"*\"}"),
		false, AT_SANDBOX },
	{ "p-perimeter", "perimeter",
		STATEMENTS(
			"{\"Sid\":\"Ours\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":"
			"[\"s3:*\",\"sqs:*\",\"secretsmanager:*\",\"kms:*\"],"
			"\"Resource\":\"*\",\"Condition\":{\"StringNotEqualsIfExists\":"
			"{\"aws:PrincipalOrgID\":\"$o\"},\"BoolIfExists\":"
			"{\"aws:PrincipalIsAWSService\":\"false\"}}}"),
		true, AT_WORKLOADS },
};
#define CEILING_COUNT (sizeof(ceilings) / sizeof(ceilings[0]))

/* What every function needs. */
struct tree {
	struct target *target;
	const struct organization *o;
	struct arena arena;
	char management[13];
	struct writer w;
};

typedef void content(struct tree *t, uint32_t i);

static int file(
	struct tree *t, struct str path, uint32_t i, content *write, struct err *e)
{
	struct str whole = arena_printf(
		&t->arena, "aws/aws/organizations/%s/%.*s", t->o->id, STR_ARG(path));
	int rc = writer_open(&t->w, t->target, whole.p, e);

	if (rc < 0)
		return rc;
	write(t, i);
	return writer_close(&t->w, e);
}

/* ORGANIZATION_ROOT: the root. */
static struct str unit_id(struct tree *t, uint32_t unit)
{
	if (unit == ORGANIZATION_ROOT)
		return str_from(t->o->root);
	return arena_printf(&t->arena, "ou-%s-%08llx", t->o->root + 2,
		(unsigned long long)(organization_fact(t->o, 4, unit) & 0xffffffff));
}

static struct str node_arn(struct tree *t, const char *type, struct str id)
{
	return arena_printf(&t->arena, "arn:aws:organizations::%s:%s/%s/%.*s",
		t->management, type, t->o->id, STR_ARG(id));
}

static struct str ceiling_arn(struct tree *t, const struct ceiling *c)
{
	const char *type =
		c->resources ? "resource_control_policy" : "service_control_policy";

	if (!c->text)
		return arena_printf(&t->arena, SERVICE_PREFIX "/%s/p-%s", type, c->name);
	return arena_printf(&t->arena, "arn:aws:organizations::%s:policy/%s/%s/%s",
		t->management, t->o->id, type, c->id);
}

static void attached(struct tree *t, const char *list, uint32_t unit, bool resources)
{
	writer_list(&t->w, list);
	for (size_t i = 0; i < CEILING_COUNT; i++) {
		if (ceilings[i].resources == resources &&
			(ceilings[i].units >> unit & 1) != 0)
			writer_text(&t->w, NULL, ceiling_arn(t, &ceilings[i]));
	}
	writer_list_end(&t->w);
}

/* ORGANIZATION_ROOT + 1 as the unit of `attached`: only what is everywhere. */
static void ceilings_of(struct tree *t, uint32_t unit)
{
	attached(t, "scps", unit, false);
	attached(t, "rcps", unit, true);
}

static void head(struct tree *t, uint32_t i)
{
	(void)i;
	writer_object(&t->w, NULL);
	writer_text(&t->w, "id", str_from(t->o->id));
	writer_text(&t->w, "arn",
		arena_printf(&t->arena, "arn:aws:organizations::%s:organization/%s",
			t->management, t->o->id));
	writer_text(&t->w, "rootOu", str_from(t->o->root));
	writer_text(&t->w, "rootAccountArn",
		arena_printf(&t->arena, "arn:aws:organizations::%s:account/%s/%s",
			t->management, t->o->id, t->management));
	writer_text(&t->w, "rootAccountId", str_from(t->management));
	writer_object(&t->w, "features");
	writer_plain(&t->w, "SERVICE_CONTROL_POLICY", "true");
	writer_plain(&t->w, "RESOURCE_CONTROL_POLICY", "true");
	writer_object_end(&t->w);
	writer_object_end(&t->w);
}

static void accounts(struct tree *t, uint32_t unused)
{
	(void)unused;
	writer_object(&t->w, NULL);
	for (uint32_t i = 0; i < t->o->account_count; i++) {
		char id[13];

		organization_account(t->o, i, id);
		writer_object(&t->w, id);
		writer_text(&t->w, "ou", unit_id(t, organization_unit(t->o, i)));
		ceilings_of(t, ORGANIZATION_ROOT + 1);
		writer_object_end(&t->w);
	}
	writer_object_end(&t->w);
}

static void units(struct tree *t, uint32_t unused)
{
	(void)unused;
	writer_object(&t->w, NULL);
	for (uint32_t i = 0; i <= ORGANIZATION_ROOT; i++) {
		writer_object(&t->w, unit_id(t, i).p);
		if (i < ORGANIZATION_ROOT)
			writer_text(
				&t->w, "parent", unit_id(t, organization_unit_parent(i)));
		ceilings_of(t, i);
		writer_object_end(&t->w);
	}
	writer_object_end(&t->w);
}

static void unit_metadata(struct tree *t, uint32_t unit)
{
	bool root = unit == ORGANIZATION_ROOT;
	struct str id = unit_id(t, unit);

	writer_object(&t->w, NULL);
	writer_text(&t->w, "arn", node_arn(t, root ? "root" : "ou", id));
	writer_text(&t->w, "id", id);
	writer_text(
		&t->w, "name", str_from(root ? "Root" : organization_unit_name(unit)));
	writer_object_end(&t->w);
}

static void ceiling_metadata(struct tree *t, uint32_t i)
{
	writer_object(&t->w, NULL);
	writer_text(&t->w, "arn", ceiling_arn(t, &ceilings[i]));
	writer_text(&t->w, "id", str_from(ceilings[i].id));
	writer_text(&t->w, "name", str_from(ceilings[i].name));
	writer_plain(&t->w, "awsManaged", ceilings[i].text ? "false" : "true");
	writer_object_end(&t->w);
}

static void ceiling_policy(struct tree *t, uint32_t i)
{
	static const char everything[] =
		STATEMENTS("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}");
	static const char everybody[] =
		STATEMENTS("{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\","
			   "\"Resource\":\"*\"}");
	const struct ceiling *c = &ceilings[i];
	struct str text = str_from(c->text        ? c->text
				   : c->resources ? everybody
						  : everything);
	size_t at = str_find_char(text, '$', 0);

	if (at + 1 < text.n && text.p[at + 1] == 'o')
		text = arena_printf(&t->arena, "%.*s%s%s", (int)at, text.p, t->o->id,
			text.p + at + 2);
	writer_plain(&t->w, NULL, text.p);
}

static int nodes(struct tree *t, struct err *e)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i <= ORGANIZATION_ROOT; i++)
		rc = file(t,
			arena_printf(&t->arena, "ous/%.*s/metadata.json",
				STR_ARG(unit_id(t, i))),
			i, unit_metadata, e);
	for (uint32_t i = 0; rc == 0 && i < CEILING_COUNT; i++) {
		const char *place = ceilings[i].resources ? "rcps" : "scps";

		rc = file(t,
			arena_printf(
				&t->arena, "%s/%s/metadata.json", place, ceilings[i].id),
			i, ceiling_metadata, e);
		if (rc == 0)
			rc = file(t,
				arena_printf(&t->arena, "%s/%s/policy.json", place,
					ceilings[i].id),
				i, ceiling_policy, e);
	}
	return rc;
}

int tree_write(struct target *target, const struct organization *o, struct err *e)
{
	struct tree t = { .target = target, .o = o };
	int rc;

	arena_init(&t.arena, ARENA_UNLIMITED);
	organization_account(o, ORGANIZATION_MANAGEMENT, t.management);
	rc = file(&t, STR_LIT("metadata.json"), 0, head, e);
	if (rc == 0)
		rc = file(&t, STR_LIT("ous.json"), 0, units, e);
	if (rc == 0)
		rc = file(&t, STR_LIT("accounts.json"), 0, accounts, e);
	if (rc == 0)
		rc = nodes(&t, e);
	arena_release(&t.arena);
	return rc;
}
