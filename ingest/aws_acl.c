#include "ingest/aws_acl.h"

#include "base/out.h"

static const char *actions_of(struct str permission)
{
	static const char *const actions[][2] = {
		{ "READ", "[\"s3:ListBucket\",\"s3:ListBucketVersions\","
			  "\"s3:ListBucketMultipartUploads\"]" },
		{ "WRITE", "[\"s3:PutObject\"]" },
		{ "READ_ACP", "[\"s3:GetBucketAcl\"]" },
		{ "WRITE_ACP", "[\"s3:PutBucketAcl\"]" },
		{ "FULL_CONTROL", "[\"s3:ListBucket\",\"s3:ListBucketVersions\","
				  "\"s3:ListBucketMultipartUploads\",\"s3:PutObject\","
				  "\"s3:GetBucketAcl\",\"s3:PutBucketAcl\"]" },
	};

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (str_eq(permission, str_from(actions[i][0])))
			return actions[i][1];
	}
	return NULL;
}

/* Groups are everybody, everybody who signs, and the service that writes logs. */
static bool add_group(struct buf *b, struct str uri)
{
	if (str_ends(uri, STR_LIT("/global/AllUsers")))
		buf_printf(b, "\"Principal\":\"*\"");
	else if (str_ends(uri, STR_LIT("/global/AuthenticatedUsers")))
		buf_printf(b, "\"Principal\":{\"AWS\":\"*\"},\"Condition\":"
			      "{\"StringNotEquals\":{\"aws:PrincipalType\":"
			      "\"Anonymous\"}}");
	else if (str_ends(uri, STR_LIT("/s3/LogDelivery")))
		buf_printf(b, "\"Principal\":{\"Service\":\"logging.s3.amazonaws.com\"}");
	else
		return false;
	return true;
}

static int add_grant(struct aws_emit *em, struct buf *b, struct str bucket,
	struct str owner, const struct json_value *v, struct err *e)
{
	const struct json_value *grantee;
	struct str permission, uri = { 0 }, id = { 0 };
	int rc = json_want_type(em->json, v, JSON_OBJECT, e);

	if (rc == 0)
		rc = json_need_string(em->json, v, "Permission", &permission, e);
	if (rc == 0)
		rc = json_want_object(em->json, v, "Grantee", &grantee, e);
	if (rc == 0 && grantee)
		rc = json_want_string(em->json, grantee, "URI", &uri, e);
	if (rc == 0 && grantee)
		rc = json_want_string(em->json, grantee, "ID", &id, e);
	if (rc < 0)
		return rc;
	if (!actions_of(permission))
		return json_fail(em->json, v, e, "unknown permission '%.*s'",
			(int)(permission.n < 40 ? permission.n : 40), permission.p);
	if (id.n > 0 && str_eq(id, owner))
		return 0;
	if (str_ends(buf_str(b), STR_LIT("}")))
		buf_add_char(b, ',');
	buf_printf(b, "{\"Effect\":\"Allow\",");
	if (id.n > 0) {
		buf_printf(b, "\"Principal\":{\"CanonicalUser\":");
		out_json(b, id);
		buf_add_char(b, '}');
	} else if (!add_group(b, uri)) {
		return json_fail(em->json, v, e, "unknown grantee");
	}
	buf_printf(b, ",\"Action\":%s,\"Resource\":[\"%.*s\",\"%.*s/*\"]}",
		actions_of(permission), STR_ARG(bucket), STR_ARG(bucket));
	return 0;
}

int aws_acl_list(struct aws_emit *em, struct str bucket, struct str owner,
	const struct json_value *grants, struct err *e)
{
	struct json_iter it = json_iterate(grants);
	const struct json_value *v;
	struct buf b = { 0 };
	struct str none;
	int rc = 0;

	buf_printf(&b, "{\"Version\":\"2012-10-17\",\"Statement\":[");
	while (rc == 0 && json_next(&it, &none, &v))
		rc = add_grant(em, &b, bucket, owner, v, e);
	buf_printf(&b, "]}");
	if (rc == 0)
		rc = aws_emit_document(em, LAYER_ACL, bucket,
			STR_LIT("access control list"),
			arena_copy(em->arena, buf_str(&b)), e);
	buf_release(&b);
	return rc;
}
