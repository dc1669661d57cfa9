#include "reachability/aws_bucket.h"

static bool yes(struct str value)
{
	return str_eq_fold(value, STR_LIT("true"));
}

/*
 * Block Public Access, the setting that voids public bucket policies for anyone outside
 * the account. Source:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
void aws_bucket_prepare(struct world *w, struct object *object)
{
	struct str name = STR_LIT("bpa:RestrictPublicBuckets"), key;
	struct segment *s;
	node_id account;
	struct err e;

	if (object->kind == CATALOG_NONE ||
		!str_eq(catalog_kind_name(object->kind), STR_LIT("aws:s3:bucket")))
		return;
	if (yes(world_attribute(w, object->node, name))) {
		object->blocks_public = true;
		return;
	}
	if (object->n->type != NODE_ENTITY ||
		world_segment(&s, w, object->n->scope, &e) < 0)
		return;
	key = segment_info(s)->key;
	if (key.n > 0 && world_node_of_key(&account, w, key, &e) == 0)
		object->blocks_public = yes(world_attribute(w, account, name));
}
