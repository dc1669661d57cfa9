/*
 * little_world.h - a store of two accounts and an organization, made from a few policies:
 * for tests of decisions. Policies are written with ' for ".
 *
 * Account 111111111111: users alice (group devs) and eve, role dev (boundary applies to
 * dev and alice), role app (a service's), bucket b, queue q, key k, function f that
 * carries app. Account 222222222222: user bob, roles far and (under a path, with far's
 * policies) pit. Both are in o-org under r-root /
 * ou-a; 333333333333 is its exempt account with user boss.
 */
#ifndef TESTS_LITTLE_WORLD_H
#define TESTS_LITTLE_WORLD_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "graphstore/builder.h"
#include "graphstore/store.h"
#include "ingest/policy.h"
#include "reachability/answer.h"

#define LITTLE_ID_ALICE "AIDAALICEALICEALICE00"
#define LITTLE_ID_DEV   "AROADEVDEVDEVDEVDEV00"
#define LITTLE_ID_BOB   "AIDABOBBOBBOBBOBBOB00"

#define LITTLE_A "111111111111"
#define LITTLE_B "222222222222"
#define LITTLE_C "333333333333"

/* Texts of policies; NULL: none. */
struct little_policies {
	const char *alice, *devs, *dev, *bob, *far, *boss; /* identity policies */
	const char *boundary;                              /* of alice and dev */
	const char *trust;     /* of dev; NULL: the account may */
	const char *far_trust; /* of far */
	const char *bucket, *queue,
		*key;      /* resource policies; of key NULL: the account may */
	const char *grant; /* on the key; NULL: there is none */
	/* of the bucket: its list, NULL for none; its public access block; its owner */
	const char *acl, *block, *ownership;
	const char *point;    /* policy of the access point ap of the bucket */
	const char *endpoint; /* of vpce-1 to S3 in vpc-1; NULL: there is none */
	const char *session;  /* of a session of dev, and of one of alice; NULL: none */
	const char *kept;     /* key of a role more, that the provider made; NULL: none */
	const char *scp_root, *scp_ou, *scp_account, *rcp;
	const char *
		/*
		 * key of a managed policy that is attached to alice but was not collected
		 */
		attached;
	bool group_unread; /* the group devs was not collected */
	bool managed_key;  /* the provider manages the key */
	bool key_listed;   /* and nobody said who does: the key was merely listed */
};

struct little_world {
	char directory[64];
	struct store *store;
	struct world *world;
};

static inline struct str little_quotes(char *out, size_t size, const char *text)
{
	size_t n = strlen(text);

	if (n >= size)
		abort();
	for (size_t i = 0; i <= n; i++)
		out[i] = text[i] == '\'' ? '"' : text[i];
	return (struct str){ out, n };
}

static inline void little_entity(struct builder *b, const char *scope, const char *key,
	const char *kind, const char *name, uint32_t flags)
{
	struct record_entity r = { .scope = str_from(scope),
		.key = str_from(key),
		.kind = str_from(kind),
		.name = str_from(name),
		.flags = flags,
		.tags_known = true };

	builder_add_entity(b, &r);
}

/* Its unique id: what policies turn a name into. */
static inline void little_id(struct builder *b, const char *scope, const char *key,
	const char *kind, const char *id)
{
	struct record_pair pair = { STR_LIT("id"), str_from(id) };
	struct record_entity r = { .scope = str_from(scope),
		.key = str_from(key),
		.kind = str_from(kind),
		.attributes = &pair,
		.attribute_count = 1 };

	builder_add_entity(b, &r);
}

static inline void little_relation(struct builder *b, const char *scope,
	enum record_relation_type type, const char *from, const char *to)
{
	struct record_relation r = { .scope = str_from(scope),
		.from = str_from(from),
		.to = str_from(to),
		.type = type };

	builder_add_relation(b, &r);
}

static inline void little_document(struct builder *b, const char *scope,
	const char *holder, enum record_layer layer, const char *name, const char *text)
{
	struct document_builder db = { 0 };
	struct buf compiled = { 0 };
	char copy[4096];
	struct record_document r = { .scope = str_from(scope),
		.holder = str_from(holder),
		.name = str_from(name),
		.dialect = STR_LIT("aws"),
		.layer = layer };
	struct sha256 digest;

	if (!text) {
		if (layer == LAYER_RESOURCE)
			builder_add_document(b, &r, NULL, (struct str){ 0 });
		return;
	}
	r.body = little_quotes(copy, sizeof(copy), text);
	policy_find(r.dialect)->compile(&db, r.body, layer, NULL);
	digest = policy_digest(r.dialect, layer, r.body);
	document_finish(&db, &compiled);
	builder_add_document(b, &r, &digest, buf_str(&compiled));
	document_builder_release(&db);
	buf_release(&compiled);
}

static inline struct builder *little_scope(
	const char *scope, const char *key, const char *parent)
{
	struct builder *b = builder_new(str_from(scope));
	struct record_scope r = { .id = str_from(scope),
		.key = str_from(key),
		.parent = str_from(parent),
		.collected_at = 1700000000 };

	builder_set_scope(b, &r);
	builder_add_coverage(b, &(struct record_coverage){ .scope = str_from(scope),
					.what = STR_LIT("identities"),
					.state = COVERAGE_GOT });
	return b;
}

static inline void little_write(struct builder *b, struct store_write *w)
{
	struct err e = { 0 };

	if (builder_seal(b, &e) < 0 || builder_write(b, w, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
	builder_free(b);
}

#define LITTLE_USER(account, name) "arn:aws:iam::" account ":user/" name
#define LITTLE_ROLE(account, name) "arn:aws:iam::" account ":role/" name
#define LITTLE_ACCOUNT(account)    "arn:aws:account::" account ":account"
#define LITTLE_BOUNDARY            "arn:aws:iam::" LITTLE_A ":policy/boundary"

static const char little_trust_account[] =
	"{'Version':'2012-10-17','Statement':{'Effect':'Allow','Principal':{'AWS':'" LITTLE_A
	"'},'Action':'sts:AssumeRole'}}";
static const char little_trust_service[] =
	"{'Version':'2012-10-17','Statement':{'Effect':'Allow','Principal':{'Service':"
	"'lambda.amazonaws.com'},'Action':'sts:AssumeRole'}}";
static const char little_key_account[] =
	"{'Version':'2012-10-17','Statement':{'Effect':'Allow','Principal':{'AWS':'arn:aws:iam::" LITTLE_A
	":root'},'Action':'kms:*','Resource':'*'}}";
static const char little_all[] =
	"{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'*','Resource':'*'}}";

static inline void little_session(struct builder *b, const char *scope, const char *key,
	const char *of, const char *policy)
{
	little_entity(b, scope, key, "aws:sts:session", strrchr(key, '/') + 1,
		ENTITY_IDENTITY | ENTITY_SESSION);
	little_relation(b, scope, RELATION_SESSION_OF, key, of);
	if (policy)
		little_document(b, scope, key, LAYER_SESSION, "session policy", policy);
}

/* `block`: the setting that is on. */
static inline void little_bucket(
	struct builder *b, const char *scope, const char *block, const char *ownership)
{
	struct record_pair attributes[2];
	struct record_entity r = { .scope = str_from(scope),
		.key = STR_LIT("arn:aws:s3:::b"),
		.kind = STR_LIT("aws:s3:bucket"),
		.name = STR_LIT("b"),
		.attributes = attributes };

	if (block)
		attributes[r.attribute_count++] =
			(struct record_pair){ str_from(block), STR_LIT("true") };
	if (ownership)
		attributes[r.attribute_count++] =
			(struct record_pair){ STR_LIT("ownership"), str_from(ownership) };
	builder_add_entity(b, &r);
}

static inline void little_key(
	struct builder *b, const char *scope, bool managed, bool listed)
{
	const struct record_pair manager = { STR_LIT("manager"),
		managed ? STR_LIT("AWS") : STR_LIT("CUSTOMER") };
	struct record_entity r = { .scope = str_from(scope),
		.key = STR_LIT("arn:aws:kms:eu-west-1:" LITTLE_A ":key/k"),
		.kind = STR_LIT("aws:kms:key"),
		.name = STR_LIT("k"),
		.attributes = &manager,
		.attribute_count = listed ? 0 : 1,
		.tags_known = true };

	builder_add_entity(b, &r);
}

static inline void little_point(struct builder *b, const char *scope, const char *policy)
{
	const struct record_pair bucket = { STR_LIT("bucket"), STR_LIT("b") };
	struct record_entity r = { .scope = str_from(scope),
		.key = STR_LIT("arn:aws:s3:eu-west-1:" LITTLE_A ":accesspoint/ap"),
		.kind = STR_LIT("aws:s3:accesspoint"),
		.name = STR_LIT("ap"),
		.attributes = &bucket,
		.attribute_count = 1 };

	builder_add_entity(b, &r);
	little_document(b, scope, r.key.p, LAYER_RESOURCE, "access point policy", policy);
}

static inline void little_endpoint(
	struct builder *b, const char *scope, const char *policy)
{
	const struct record_pair attributes[] = {
		{ STR_LIT("id"), STR_LIT("vpce-1") },
		{ STR_LIT("network"), STR_LIT("vpc-1") },
		{ STR_LIT("service"), STR_LIT("com.amazonaws.eu-west-1.s3") },
	};
	struct record_entity r = { .scope = str_from(scope),
		.key = STR_LIT("arn:aws:ec2:eu-west-1:" LITTLE_A ":vpc-endpoint/vpce-1"),
		.kind = STR_LIT("aws:ec2:vpc-endpoint"),
		.name = STR_LIT("vpce-1"),
		.attributes = attributes,
		.attribute_count = 3 };

	if (!policy)
		return;
	builder_add_entity(b, &r);
	little_document(b, scope, r.key.p, LAYER_ENDPOINT, "endpoint policy", policy);
}

static inline void little_boundary(struct builder *b, const char *s, const char *policy)
{
	if (!policy)
		return;
	little_entity(b, s, LITTLE_BOUNDARY, "aws:iam:policy", "boundary", ENTITY_POLICY);
	little_document(b, s, LITTLE_BOUNDARY, LAYER_IDENTITY, "boundary", policy);
	little_relation(
		b, s, RELATION_BOUNDARY, LITTLE_USER(LITTLE_A, "alice"), LITTLE_BOUNDARY);
	little_relation(
		b, s, RELATION_BOUNDARY, LITTLE_ROLE(LITTLE_A, "dev"), LITTLE_BOUNDARY);
}

static inline void little_kept(struct builder *b, const char *scope, const char *key)
{
	if (!key)
		return;
	little_entity(
		b, scope, key, "aws:iam:role", strrchr(key, '/') + 1, ENTITY_IDENTITY);
	little_document(b, scope, key, LAYER_TRUST, "trust policy", little_trust_service);
}

static inline void little_ids(struct builder *b, const char *s)
{
	little_id(b, s, LITTLE_USER(LITTLE_A, "alice"), "aws:iam:user", LITTLE_ID_ALICE);
	little_id(b, s, LITTLE_ROLE(LITTLE_A, "dev"), "aws:iam:role", LITTLE_ID_DEV);
}

static inline void little_account_a(
	struct store_write *w, const struct little_policies *p)
{
	const char *s = "aws:" LITTLE_A;
	struct builder *b = little_scope(s, LITTLE_ACCOUNT(LITTLE_A), "aws:o-org");
	const char *function = "arn:aws:lambda:eu-west-1:" LITTLE_A ":function:f";

	little_entity(b, s, LITTLE_ACCOUNT(LITTLE_A), "aws:account:account", "one",
		ENTITY_CONTAINER);
	little_entity(b, s, "arn:aws:iam::" LITTLE_A ":root", "aws:iam:root-user", "root",
		ENTITY_IDENTITY | ENTITY_ROOT);
	little_entity(b, s, LITTLE_USER(LITTLE_A, "alice"), "aws:iam:user", "alice",
		ENTITY_IDENTITY);
	little_entity(b, s, LITTLE_USER(LITTLE_A, "eve"), "aws:iam:user", "eve",
		ENTITY_IDENTITY);
	if (!p->group_unread)
		little_entity(b, s, "arn:aws:iam::" LITTLE_A ":group/devs",
			"aws:iam:group", "devs", ENTITY_GROUP);
	little_entity(b, s, LITTLE_ROLE(LITTLE_A, "dev"), "aws:iam:role", "dev",
		ENTITY_IDENTITY);
	little_entity(b, s, LITTLE_ROLE(LITTLE_A, "app"), "aws:iam:role", "app",
		ENTITY_IDENTITY);
	little_bucket(b, s, p->block, p->ownership);
	little_document(b, s, "arn:aws:s3:::b", LAYER_ACL, "ACL", p->acl);
	little_entity(
		b, s, "arn:aws:sqs:eu-west-1:" LITTLE_A ":q", "aws:sqs:queue", "q", 0);
	little_key(b, s, p->managed_key, p->key_listed);
	little_entity(b, s, function, "aws:lambda:function", "f",
		ENTITY_IDENTITY | ENTITY_COMPUTE);
	little_ids(b, s);
	little_relation(b, s, RELATION_MEMBER_OF, LITTLE_USER(LITTLE_A, "alice"),
		"arn:aws:iam::" LITTLE_A ":group/devs");
	little_relation(b, s, RELATION_CARRIES, function, LITTLE_ROLE(LITTLE_A, "app"));
	little_document(
		b, s, LITTLE_USER(LITTLE_A, "alice"), LAYER_IDENTITY, "p", p->alice);
	little_document(b, s, "arn:aws:iam::" LITTLE_A ":group/devs", LAYER_IDENTITY, "g",
		p->devs);
	little_document(b, s, LITTLE_ROLE(LITTLE_A, "dev"), LAYER_IDENTITY, "p", p->dev);
	little_document(b, s, LITTLE_ROLE(LITTLE_A, "dev"), LAYER_TRUST, "trust policy",
		p->trust ? p->trust : little_trust_account);
	little_document(b, s, LITTLE_ROLE(LITTLE_A, "app"), LAYER_TRUST, "trust policy",
		little_trust_service);
	little_document(b, s, LITTLE_ROLE(LITTLE_A, "app"), LAYER_IDENTITY, "p",
		"{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'s3:GetObject',"
		"'Resource':'arn:aws:s3:::b/app/*'}}");
	little_document(
		b, s, "arn:aws:s3:::b", LAYER_RESOURCE, "bucket policy", p->bucket);
	little_document(b, s, "arn:aws:sqs:eu-west-1:" LITTLE_A ":q", LAYER_RESOURCE,
		"queue policy", p->queue);
	little_document(b, s, "arn:aws:kms:eu-west-1:" LITTLE_A ":key/k", LAYER_RESOURCE,
		"key policy", p->key ? p->key : little_key_account);
	little_document(b, s, "arn:aws:kms:eu-west-1:" LITTLE_A ":key/k", LAYER_GRANT,
		"grant", p->grant ? p->grant : "{'Statement':[]}");
	little_document(b, s, function, LAYER_RESOURCE, "function policy", NULL);
	little_point(b, s, p->point);
	little_endpoint(b, s, p->endpoint);
	little_session(b, s, "arn:aws:sts::" LITTLE_A ":assumed-role/dev/one",
		LITTLE_ROLE(LITTLE_A, "dev"), p->session);
	little_session(b, s, "arn:aws:sts::" LITTLE_A ":federated-user/al",
		LITTLE_USER(LITTLE_A, "alice"), p->session);
	little_boundary(b, s, p->boundary);
	little_kept(b, s, p->kept);
	if (p->attached)
		little_relation(b, s, RELATION_ATTACHED, LITTLE_USER(LITTLE_A, "alice"),
			p->attached);
	little_write(b, w);
}

static inline void little_account_b(
	struct store_write *w, const struct little_policies *p)
{
	const char *s = "aws:" LITTLE_B;
	struct builder *b = little_scope(s, LITTLE_ACCOUNT(LITTLE_B), "aws:o-org");

	builder_add_entity(
		b, &(struct record_entity){ .scope = str_from(s),
			   .key = STR_LIT(LITTLE_ACCOUNT(LITTLE_B)),
			   .attributes = &(struct record_pair){ STR_LIT("canonical-id"),
				   STR_LIT("c2") },
			   .attribute_count = 1 });
	little_entity(b, s, LITTLE_ACCOUNT(LITTLE_B), "aws:account:account", "two",
		ENTITY_CONTAINER);
	little_entity(b, s, LITTLE_USER(LITTLE_B, "bob"), "aws:iam:user", "bob",
		ENTITY_IDENTITY);
	little_entity(b, s, LITTLE_ROLE(LITTLE_B, "far"), "aws:iam:role", "far",
		ENTITY_IDENTITY);
	little_id(b, s, LITTLE_USER(LITTLE_B, "bob"), "aws:iam:user", LITTLE_ID_BOB);
	little_entity(b, s, LITTLE_ROLE(LITTLE_B, "deep/pit"), "aws:iam:role", "pit",
		ENTITY_IDENTITY);
	little_document(
		b, s, LITTLE_ROLE(LITTLE_B, "deep/pit"), LAYER_IDENTITY, "p", p->far);
	little_document(b, s, LITTLE_USER(LITTLE_B, "bob"), LAYER_IDENTITY, "p", p->bob);
	little_document(b, s, LITTLE_ROLE(LITTLE_B, "far"), LAYER_IDENTITY, "p", p->far);
	little_document(b, s, LITTLE_ROLE(LITTLE_B, "far"), LAYER_TRUST, "trust policy",
		p->far_trust ? p->far_trust : little_trust_service);
	little_write(b, w);
}

static inline void little_organization(
	struct store_write *w, const struct little_policies *p)
{
	const char *s = "aws:o-org",
		   *root = "arn:aws:organizations::" LITTLE_C ":root/o-org/r-root";
	const char *ou = "arn:aws:organizations::" LITTLE_C ":ou/o-org/ou-a";
	struct builder *b = little_scope(
		s, "arn:aws:organizations::" LITTLE_C ":organization/o-org", "");
	const struct {
		const char *at, *key, *text;
		enum record_layer layer;
	} ceilings[] = {
		{ root, "arn:scp-root", p->scp_root, LAYER_SCP },
		{ ou, "arn:scp-ou", p->scp_ou, LAYER_SCP },
		{ LITTLE_ACCOUNT(LITTLE_A), "arn:scp-a", p->scp_account, LAYER_SCP },
		{ LITTLE_ACCOUNT(LITTLE_B), "arn:scp-b", NULL, LAYER_SCP },
		{ LITTLE_ACCOUNT(LITTLE_C), "arn:scp-c", NULL, LAYER_SCP },
		{ ou, "arn:rcp-ou", p->rcp, LAYER_RCP },
	};
	struct record_coverage got = { .scope = str_from(s),
		.what = STR_LIT("organization-policies"),
		.state = COVERAGE_GOT };
	bool scps = p->scp_root || p->scp_ou || p->scp_account;

	builder_add_coverage(b, &got);
	little_entity(b, s, root, "aws:organizations:root", "Root", ENTITY_CONTAINER);
	little_entity(
		b, s, ou, "aws:organizations:organizationalunit", "a", ENTITY_CONTAINER);
	little_entity(b, s, LITTLE_ACCOUNT(LITTLE_A), "aws:account:account", "one",
		ENTITY_CONTAINER);
	little_entity(b, s, LITTLE_ACCOUNT(LITTLE_B), "aws:account:account", "two",
		ENTITY_CONTAINER);
	little_entity(b, s, LITTLE_ACCOUNT(LITTLE_C), "aws:account:account", "main",
		ENTITY_CONTAINER | ENTITY_EXEMPT);
	little_relation(b, s, RELATION_CONTAINS, root, ou);
	little_relation(b, s, RELATION_CONTAINS, ou, LITTLE_ACCOUNT(LITTLE_A));
	little_relation(b, s, RELATION_CONTAINS, ou, LITTLE_ACCOUNT(LITTLE_B));
	little_relation(b, s, RELATION_CONTAINS, root, LITTLE_ACCOUNT(LITTLE_C));
	for (size_t i = 0; i < sizeof(ceilings) / sizeof(ceilings[0]); i++) {
		const char *text = ceilings[i].text;

		if (ceilings[i].layer == LAYER_SCP && !text && scps)
			text = little_all;
		if (!text)
			continue;
		little_entity(b, s, ceilings[i].key, "aws:organizations:policy",
			ceilings[i].key + 4, ENTITY_POLICY);
		little_document(b, s, ceilings[i].key, ceilings[i].layer,
			ceilings[i].key + 4, text);
		little_relation(b, s, RELATION_ATTACHED, ceilings[i].at, ceilings[i].key);
	}
	little_write(b, w);
}

static inline void little_open(struct little_world *l, const struct little_policies *p)
{
	struct store_write *w;
	struct builder *b;
	struct err e = { 0 };
	const char *s = "aws:" LITTLE_C;

	strcpy(l->directory, "/tmp/latchkey-little-XXXXXX");
	if (!mkdtemp(l->directory) || rmdir(l->directory) != 0)
		abort();
	if (store_open(&l->store, l->directory, STORE_WRITE, &e) < 0 ||
		store_begin(&w, l->store, 1000, catalog_digest(), 1700000000, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
	little_account_a(w, p);
	little_account_b(w, p);
	little_organization(w, p);
	b = little_scope(s, LITTLE_ACCOUNT(LITTLE_C), "aws:o-org");
	little_entity(b, s, LITTLE_ACCOUNT(LITTLE_C), "aws:account:account", "main",
		ENTITY_CONTAINER | ENTITY_EXEMPT);
	little_entity(b, s, LITTLE_USER(LITTLE_C, "boss"), "aws:iam:user", "boss",
		ENTITY_IDENTITY);
	little_document(
		b, s, LITTLE_USER(LITTLE_C, "boss"), LAYER_IDENTITY, "p", p->boss);
	little_write(b, w);
	if (store_commit(w, &e) < 0 || world_open(&l->world, l->store, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
}

static inline void little_close(struct little_world *l)
{
	char command[128];

	world_close(l->world);
	store_close(l->store);
	snprintf(command, sizeof(command), "rm -rf %s", l->directory);
	if (system(command) != 0)
		abort();
}

#endif
