/* worldgen_bucket.c - buckets' settings and lists, and ways to them. */
#include "worldgen_priv.h"

/* Settings of a bucket, or of all of an account. */
void worldgen_settings(struct worldgen *g, bool bucket)
{
	struct record_pair *v = ARENA_NEW_ARRAY(&g->arena, struct record_pair, 4);
	uint32_t count = 0;

	if (has(g, WITH_BUCKET) && chance(g, bucket ? 50 : 20))
		v[count++] = (struct record_pair){ STR_LIT("bpa:RestrictPublicBuckets"),
			STR_LIT("true") };
	if (has(g, WITH_BUCKET) && chance(g, bucket ? 50 : 20))
		v[count++] = (struct record_pair){ STR_LIT("bpa:IgnorePublicAcls"),
			STR_LIT("true") };
	if (bucket && has(g, WITH_BUCKET) && chance(g, 30))
		v[count++] = (struct record_pair){ STR_LIT("ownership"),
			str_from(PICK(g, "BucketOwnerEnforced", "ObjectWriter")) };
	if (!bucket && chance(g, 80))
		v[count++] = (struct record_pair){ STR_LIT("canonical-id"),
			arena_printf(&g->arena, "c0ffee%s", account_id(g->account)) };
	g->r.attributes = v;
	g->r.attribute_count = count;
}

/* The list of a bucket, as calls about it are turned into statements. */
void worldgen_list(struct worldgen *g, struct str key)
{
	struct str who = STR_LIT("\"*\"");

	if (!chance(g, g->weight[WITH_STRANGER]) || chance(g, 30))
		who = arena_printf(&g->arena, "{\"CanonicalUser\":\"c0ffee%s\"}",
			account_id(below(g, g->accounts)));
	recorder_document(&g->r, LAYER_ACL, key, STR_LIT("access control list"),
		arena_printf(&g->arena,
			"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":"
			"\"Allow\",\"Principal\":%.*s,\"Action\":%s,\"Resource\":["
			"\"%.*s\",\"%.*s/*\"]}]}",
			STR_ARG(who),
			PICK(g, "\"s3:PutObject\"",
				"[\"s3:ListBucket\",\"s3:PutObject\"]"),
			STR_ARG(key), STR_ARG(key)));
}

/* An access point's bucket: of its account, of another, or one that nobody collected. */
void worldgen_leads_to(struct worldgen *g)
{
	struct record_pair *v = ARENA_NEW_ARRAY(&g->arena, struct record_pair, 8);
	struct str bucket = str_from(PICK(g, "a1", "b1", "a2", "b3", "zz"));

	if (chance(g, 40))
		bucket = arena_printf(
			&g->arena, "%s%.1s", PICK(g, "a", "b"), account_id(g->account));
	memcpy(v, g->r.attributes, g->r.attribute_count * sizeof(*v));
	v[g->r.attribute_count++] = (struct record_pair){ STR_LIT("bucket"), bucket };
	g->r.attributes = v;
}

/* Of one network, so that a request from there came by one of them. */
void worldgen_endpoint(
	struct worldgen *g, const char *kind, const char *name, struct str key)
{
	struct record_pair *v = ARENA_NEW_ARRAY(&g->arena, struct record_pair, 4);

	v[0] = (struct record_pair){ STR_LIT("id"), str_from(name) };
	v[1] = (struct record_pair){ STR_LIT("network"), STR_LIT("n-a") };
	v[2] = (struct record_pair){ STR_LIT("service"),
		str_from(PICK(g, "com.amazonaws.eu-west-1.s3",
			"com.amazonaws.eu-west-1.s3", "com.amazonaws.eu-west-1.sqs",
			"com.amazonaws.eu-west-1.sts")) };
	v[3] = (struct record_pair){ STR_LIT("region"), STR_LIT("eu-west-1") };
	g->r.attributes = v;
	g->r.attribute_count = 4;
	recorder_entity(&g->r, kind, key, str_from(name), 0, NULL, 0);
	if (!has(g, WITH_MISSING))
		recorder_document(&g->r, LAYER_ENDPOINT, key, STR_LIT("endpoint policy"),
			worldgen_policy(g, LAYER_ENDPOINT, 1 + below(g, 2), NULL));
}
