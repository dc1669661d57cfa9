#include "ingest/aws_arn.h"
#include "ingest/aws_authorization.h"
#include "ingest/aws_layout_priv.h"
#include "ingest/aws_organization.h"

/* The account that manages the organization: in the ARN of its metadata.json. */
static bool find_management(struct aws_emit *em, struct str *out)
{
	struct aws_arn arn;

	if (!aws_arn_parse(&arn, aws_layout_metadata(em, "arn")) ||
		!aws_arn_is_account(arn.account))
		return false;
	*out = arn.account;
	return true;
}

static int read_organization(struct aws_emit *em, const struct aws_layout_place *place,
	const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = ENTITY_CONTAINER, .name = place->owner };
	struct record_pair id = { STR_LIT("id"), place->owner };
	struct record r = { .type = RECORD_SCOPE };
	struct str root;
	struct aws_arn arn;
	int rc = json_need_string(em->json, v, "arn", &entity.key, e);

	if (rc == 0)
		rc = json_want_string(em->json, v, "rootOu", &root, e);
	if (rc == 0 && !aws_arn_parse(&arn, entity.key))
		return json_fail(em->json, json_get(v, "arn"), e, "expected an ARN");
	if (rc < 0)
		return rc;
	r.scope = (struct record_scope){
		.id = em->scope, .key = entity.key, .format = str_from(em->format)
	};
	record_encode(em->out, &r);
	entity.attributes = &id;
	entity.attribute_count = 1;
	rc = aws_emit_entity(em, entity, e);
	if (rc == 0 && root.n > 0)
		rc = aws_emit_relation(em, entity.key, RELATION_CONTAINS,
			aws_organization_node(
				em, arn.partition, arn.account, place->owner, root),
			e);
	return rc;
}

static int read_attached(struct aws_emit *em, const struct json_value *v,
	const char *member, struct str key, struct err *e)
{
	const struct json_value *list, *policy;
	struct json_iter it;
	struct str none;
	int rc = json_want_array(em->json, v, member, &list, e);

	it = json_iterate(list);
	while (rc == 0 && json_next(&it, &none, &policy)) {
		rc = json_want_type(em->json, policy, JSON_STRING, e);
		if (rc == 0)
			rc = aws_emit_relation(
				em, key, RELATION_ATTACHED, json_string(policy), e);
	}
	return rc;
}

/* One member of accounts.json or ous.json: an account or a unit by its id. */
static int read_node(struct aws_emit *em, const struct aws_layout_place *place,
	struct str management, struct str id, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = ENTITY_CONTAINER };
	struct record_pair pair = { STR_LIT("id"), id };
	bool account = aws_arn_is_account(id);
	struct str parent;
	int rc = json_want_type(em->json, v, JSON_OBJECT, e);

	em->offset = json_offset(em->json, v);
	if (rc == 0)
		rc = json_want_string(em->json, v, account ? "ou" : "parent", &parent, e);
	if (rc == 0 && json_get(v, "tags"))
		rc = aws_emit_tags(em, json_get(v, "tags"), &entity, e);
	if (rc < 0)
		return rc;
	if (account && str_eq(id, management))
		entity.flags |= ENTITY_EXEMPT;
	entity.attributes = &pair;
	entity.attribute_count = 1;
	entity.key =
		aws_organization_node(em, place->partition, management, place->owner, id);
	rc = aws_emit_entity(em, entity, e);
	if (rc == 0 && parent.n > 0)
		rc = aws_emit_relation(em,
			aws_organization_node(
				em, place->partition, management, place->owner, parent),
			RELATION_CONTAINS, entity.key, e);
	if (rc == 0)
		rc = read_attached(em, v, "scps", entity.key, e);
	return rc == 0 ? read_attached(em, v, "rcps", entity.key, e) : rc;
}

static int read_nodes(struct aws_emit *em, const struct aws_layout_place *place,
	const struct json_value *v, struct err *e)
{
	const struct json_value *node;
	struct json_iter it = json_iterate(v);
	struct str id, management;
	int rc = json_want_type(em->json, v, JSON_OBJECT, e);

	if (rc == 0 && !find_management(em, &management))
		return aws_layout_fail(em, v, e);
	while (rc == 0 && json_next(&it, &id, &node))
		rc = read_node(em, place, management, id, node, e);
	if (rc == 0)
		aws_emit_coverage(em, STR_LIT("organization-policies"), (struct str){ 0 },
			COVERAGE_GOT, (struct str){ 0 });
	return rc;
}

/* ous/ID/metadata.json, scps/ID/metadata.json, rcps/ID/metadata.json */
static int read_metadata(struct aws_emit *em, const struct aws_layout_place *place,
	const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = ENTITY_CONTAINER };
	struct record_pair id = { STR_LIT("id"), { 0 } };
	bool managed;
	int rc = json_need_string(em->json, v, "arn", &entity.key, e);

	if (rc == 0)
		rc = json_want_string(em->json, v, "name", &entity.name, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "id", &id.value, e);
	if (rc == 0)
		rc = json_want_bool(em->json, v, "awsManaged", &managed, e);
	if (rc < 0)
		return rc;
	if (!str_eq(place->service, STR_LIT("ous"))) {
		entity.flags = ENTITY_POLICY;
		if (managed)
			entity.flags |= ENTITY_SHARED;
	}
	if (id.value.n == 0)
		id.value = aws_authorization_name(entity.key);
	entity.attributes = &id;
	entity.attribute_count = 1;
	return aws_emit_entity(em, entity, e);
}

static int read_policy(struct aws_emit *em, const struct aws_layout_place *place,
	const struct json_value *v, struct err *e)
{
	enum record_layer layer =
		str_eq(place->service, STR_LIT("scps")) ? LAYER_SCP : LAYER_RCP;
	struct str key = aws_layout_metadata(em, "arn"), body;
	int rc;

	if (key.n == 0)
		return aws_layout_fail(em, v, e);
	rc = aws_emit_body(em, v, &body, e);
	return rc == 0 ? aws_emit_document(
				 em, layer, key, aws_authorization_name(key), body, e)
		       : rc;
}

int aws_layout_organization_file(struct aws_emit *em,
	const struct aws_layout_place *place, const struct json_value *v, struct err *e)
{
	bool policies = str_eq(place->service, STR_LIT("scps")) ||
			str_eq(place->service, STR_LIT("rcps"));

	em->offset = json_offset(em->json, v);
	aws_emit_open_organization(em, place->partition, place->owner);
	if (place->service.n == 0) {
		if (str_eq(place->file, STR_LIT("metadata.json")))
			return read_organization(em, place, v, e);
		if (str_eq(place->file, STR_LIT("accounts.json")) ||
			str_eq(place->file, STR_LIT("ous.json")))
			return read_nodes(em, place, v, e);
		return 0;
	}
	if (!policies && !str_eq(place->service, STR_LIT("ous")))
		return 0;
	if (str_eq(place->file, STR_LIT("metadata.json")))
		return read_metadata(em, place, v, e);
	if (policies && str_eq(place->file, STR_LIT("policy.json")))
		return read_policy(em, place, v, e);
	return 0;
}
