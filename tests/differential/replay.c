#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/catalog.h"
#include "tests/oracle/recorder.h"

#define LEVELS_MAX 8u

static const char full_access[] =
	"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
	"\"Resource\":\"*\"}}";

static const char full_access_for_all[] =
	"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\","
	"\"Action\":\"*\",\"Resource\":\"*\"}}";

static const char *const verdict_names[REPLAY_VERDICT_COUNT] = { "Allowed",
	"ImplicitlyDenied", "ExplicitlyDenied", "Conditional", "Unknown" };

const char *replay_verdict_name(enum replay_verdict v)
{
	return verdict_names[v];
}

static struct str text_of(yyjson_val *v)
{
	return (struct str){ yyjson_get_str(v), yyjson_get_len(v) };
}

yyjson_val *replay_member(const struct replay *r, const char *name)
{
	yyjson_val *v = yyjson_obj_get(r->root, name);

	if (!v || yyjson_is_null(v) || (yyjson_is_arr(v) && yyjson_arr_size(v) == 0))
		return NULL;
	return v;
}

/* --- reading the line --- */

static struct str last_name(struct str key)
{
	size_t i = key.n;

	while (i > 0 && key.p[i - 1] != '/' && key.p[i - 1] != ':')
		i--;
	return str_skip(key, i);
}

/* Piece i of an ARN; the sixth is the rest. Empty when there is none. */
static struct str piece(struct str key, unsigned i)
{
	size_t from = 0;

	for (unsigned k = 0; k < i; k++)
		from = str_find_char(key, ':', from) + 1;
	if (from > key.n)
		return (struct str){ 0 };
	return (struct str){ key.p + from,
		(i == 5 ? key.n : str_find_char(key, ':', from)) - from };
}

/* Whether the text is the ARN of a role of that name and account, and of a path. */
static bool is_role_named(struct str text, struct str account, struct str name)
{
	struct str rest = piece(text, 5);

	return str_eq(piece(text, 2), STR_LIT("iam")) &&
	       str_eq(piece(text, 4), account) && str_starts(rest, STR_LIT("role/")) &&
	       str_ends(rest, name) && rest.n > name.n &&
	       rest.p[rest.n - name.n - 1] == '/';
}

/*
 * The first text anywhere in the value that names such a role: a session does not tell
 * its role's path.
 */
static struct str find_role(yyjson_val *v, struct str account, struct str name)
{
	struct str found = { 0 };
	size_t i, max;
	yyjson_val *key, *item;

	if (yyjson_is_str(v))
		return is_role_named(text_of(v), account, name) ? text_of(v) : found;
	if (yyjson_is_arr(v)) {
		yyjson_arr_foreach(v, i, max, item) if (found.n == 0) found =
			find_role(item, account, name);
	} else if (yyjson_is_obj(v)) {
		yyjson_obj_foreach(v, i, max, key, item) if (found.n == 0) found =
			find_role(item, account, name);
	}
	return found;
}

/*
 * A session with a policy is asked for itself; of the others every second one, and those
 * of open requests (whose name is open) as their roles.
 */
static bool asks_session(const struct replay *r)
{
	struct str id = text_of(yyjson_obj_get(r->root, "id"));

	return replay_member(r, "sessionPolicy") || (id.n > 0 && id.p[id.n - 1] & 1);
}

static void read_principal(struct replay *r)
{
	yyjson_val *principal = yyjson_obj_get(r->root, "principal");
	struct str head = STR_LIT("assumed-role/"), rest, name;
	bool federated;

	r->principal = yyjson_is_str(principal) ? text_of(principal) : STR_LIT("public");
	r->subject = r->principal;
	r->principal_account = str_starts(r->principal, STR_LIT("arn:"))
				       ? piece(r->principal, 4)
				       : (struct str){ 0 };
	rest = piece(r->principal, 5);
	federated = str_starts(rest, STR_LIT("federated-user/"));
	if (!str_starts(rest, head) && !federated)
		return;
	r->session = last_name(rest);
	r->session_asked = federated || asks_session(r);
	name = str_skip(rest, head.n < rest.n ? head.n : rest.n);
	name = str_head(name, str_find_char(name, '/', 0));
	r->subject = text_of(yyjson_obj_get(r->root, "identity"));
	if (r->subject.n > 0)
		return;
	r->subject =
		find_role(replay_member(r, "resourcePolicy"), r->principal_account, name);
	if (r->subject.n == 0)
		r->subject = arena_printf(&r->arena, "arn:aws:iam::%.*s:role/%.*s",
			STR_ARG(r->principal_account), STR_ARG(name));
}

static int read_resource(struct replay *r, struct err *e)
{
	yyjson_val *v = yyjson_obj_get(r->root, "resource");
	struct str key = text_of(yyjson_obj_get(v, "resource"));
	size_t size = key.n;

	r->resource_account = text_of(yyjson_obj_get(v, "accountId"));
	r->resource = key;
	if (str_eq(key, STR_LIT("*"))) {
		r->entity = arena_printf(&r->arena, "arn:aws:account::%.*s:account",
			STR_ARG(r->resource_account));
		r->resource = (struct str){ 0 };
		return 0;
	}
	if (catalog_kind_of_key(key, &size) == CATALOG_NONE)
		return err_set(e, ERR_FORMAT, "'%.*s' is of no kind", STR_ARG(key));
	r->entity = str_head(key, size);
	return 0;
}

int replay_open(struct replay *out, struct str line, struct err *e)
{
	*out = (struct replay){ .doc = yyjson_read(line.p, line.n, 0) };
	arena_init(&out->arena, ARENA_UNLIMITED);
	out->root = yyjson_doc_get_root(out->doc);
	out->action = text_of(yyjson_obj_get(out->root, "action"));
	if (!yyjson_is_obj(out->root) || out->action.n == 0)
		return err_set(e, ERR_FORMAT, "no request");
	read_principal(out);
	return read_resource(out, e);
}

void replay_close(struct replay *r)
{
	yyjson_doc_free(r->doc);
	arena_release(&r->arena);
}

/* --- records --- */

/* The endpoint that the context names, else one of ours where there is a policy. */
static struct str endpoint_of(const struct replay *r)
{
	struct str id =
		text_of(yyjson_obj_get(replay_member(r, "context"), "aws:SourceVpce"));

	if (id.n == 0 && replay_member(r, "endpointPolicies"))
		return STR_LIT("vpce-replay");
	return id;
}

static struct str body_of(struct replay *r, yyjson_val *policy)
{
	size_t n;
	char *text = yyjson_val_write(policy, YYJSON_WRITE_NOFLAG, &n);
	struct str out = arena_copy(&r->arena, (struct str){ text, n });

	free(text);
	return out;
}

static uint32_t tags_of(
	struct record_pair *out, uint32_t max, const struct replay *r, const char *name)
{
	yyjson_val *tags = replay_member(r, name), *key, *value;
	uint32_t count = 0;
	size_t i, size;

	yyjson_obj_foreach(tags, i, size, key, value)
	{
		if (count < max)
			out[count++] =
				(struct record_pair){ text_of(key), text_of(value) };
	}
	return count;
}

/* A policy by way of the identity itself, a managed policy, or (users) a group. */
static void record_identity_policy(
	struct replay *r, struct recorder *to, uint32_t i, struct str body)
{
	bool user = str_starts(piece(r->subject, 5), STR_LIT("user/"));
	struct str name = arena_printf(&r->arena, "p%u", i);
	struct str holder;

	if (i % 3 == 0 || (i % 3 == 2 && !user)) {
		recorder_document(to, LAYER_IDENTITY, r->subject, name, body);
		return;
	}
	holder = arena_printf(&r->arena, "arn:aws:iam::%.*s:%s/%.*s",
		STR_ARG(to->account), i % 3 == 1 ? "policy" : "group", STR_ARG(name));
	recorder_entity(to, i % 3 == 1 ? "aws:iam:policy" : "aws:iam:group", holder, name,
		i % 3 == 1 ? ENTITY_POLICY : ENTITY_GROUP, NULL, 0);
	recorder_document(to, LAYER_IDENTITY, holder, name, body);
	recorder_relation(to, r->subject,
		i % 3 == 1 ? RELATION_ATTACHED : RELATION_MEMBER_OF, holder);
}

/* The statements with a principal: everybody, where they leave it out. */
static yyjson_mut_val *for_everybody(yyjson_mut_doc *doc, yyjson_val *statement)
{
	yyjson_mut_val *out = yyjson_val_mut_copy(doc, statement);

	if (!yyjson_obj_get(statement, "Principal"))
		yyjson_mut_obj_add_str(doc, out, "Principal", "*");
	return out;
}

/* An identity has one boundary, an endpoint one policy: the statements are one's. */
static struct str joined(struct replay *r, yyjson_val *policies, bool everybody)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc), *list = yyjson_mut_arr(doc);
	yyjson_val *policy, *statement, *one;
	size_t i, k, max, count, n;
	char *text;
	struct str out;

	yyjson_arr_foreach(policies, i, max, policy)
	{
		statement = yyjson_obj_get(policy, "Statement");
		if (yyjson_is_obj(statement))
			yyjson_mut_arr_append(
				list, everybody ? for_everybody(doc, statement)
						: yyjson_val_mut_copy(doc, statement));
		yyjson_arr_foreach(statement, k, count, one) yyjson_mut_arr_append(
			list, everybody ? for_everybody(doc, one)
					: yyjson_val_mut_copy(doc, one));
	}
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "Version", "2012-10-17");
	yyjson_mut_obj_add_val(doc, root, "Statement", list);
	text = yyjson_mut_write(doc, YYJSON_WRITE_NOFLAG, &n);
	out = arena_copy(&r->arena, (struct str){ text, n });
	free(text);
	yyjson_mut_doc_free(doc);
	return out;
}

static void record_boundary(struct replay *r, struct recorder *to)
{
	yyjson_val *policies = replay_member(r, "permissionBoundaries");
	struct str key = arena_printf(
		&r->arena, "arn:aws:iam::%.*s:policy/boundary", STR_ARG(to->account));

	if (!policies)
		return;
	recorder_entity(
		to, "aws:iam:policy", key, STR_LIT("boundary"), ENTITY_POLICY, NULL, 0);
	recorder_document(to, LAYER_IDENTITY, key, STR_LIT("boundary"),
		yyjson_arr_size(policies) == 1
			? body_of(r, yyjson_arr_get_first(policies))
			: joined(r, policies, false));
	recorder_relation(to, r->subject, RELATION_BOUNDARY, key);
}

static void record_session(struct replay *r, struct recorder *to)
{
	yyjson_val *policy = replay_member(r, "sessionPolicy");
	struct record_pair tags[8];
	bool federated = str_starts(piece(r->principal, 5), STR_LIT("federated-user/"));
	uint32_t count = federated ? 0 : tags_of(tags, 8, r, "principalTags");

	recorder_entity(to, "aws:sts:session", r->principal, r->session,
		ENTITY_IDENTITY | ENTITY_SESSION, tags, count);
	recorder_relation(to, r->principal, RELATION_SESSION_OF, r->subject);
	if (policy)
		recorder_document(to, LAYER_SESSION, r->principal,
			STR_LIT("session policy"), body_of(r, policy));
}

static void record_identity(struct replay *r, struct recorder *to)
{
	bool user = str_starts(piece(r->subject, 5), STR_LIT("user/"));
	bool linked = str_starts(piece(r->subject, 5), STR_LIT("role/aws-service-role/"));
	struct record_pair tags[8];
	uint32_t count = tags_of(tags, 8, r, "principalTags");
	yyjson_val *policies = replay_member(r, "identityPolicies"), *policy;
	size_t i, max;

	if (str_ends(r->subject, STR_LIT(":root")))
		return; /* every account has it */
	recorder_entity(to, user ? "aws:iam:user" : "aws:iam:role", r->subject,
		last_name(r->subject), ENTITY_IDENTITY | (linked ? ENTITY_LINKED : 0),
		tags, count);
	yyjson_arr_foreach(policies, i, max, policy)
		record_identity_policy(r, to, (uint32_t)i, body_of(r, policy));
	record_boundary(r, to);
	if (r->session_asked)
		record_session(r, to);
}

static void record_block(struct replay *r, struct recorder *to, struct str kind)
{
	struct record_pair block = { STR_LIT("bpa:RestrictPublicBuckets"),
		STR_LIT("true") };

	record_encode(&to->out, &(struct record){ .type = RECORD_ENTITY,
					.entity = { .scope = to->scope,
						.key = r->entity,
						.kind = kind,
						.attributes = &block,
						.attribute_count = 1,
						.tags_known = true } });
}

/*
 * What the request came through: the endpoint that the context names, which lets
 * everything through unless there is a policy.
 */
static void record_endpoint(struct replay *r, struct recorder *to)
{
	yyjson_val *policies = replay_member(r, "endpointPolicies");
	struct str id = endpoint_of(r);
	struct str service = str_head(r->action, str_find_char(r->action, ':', 0));
	struct str key =
		arena_printf(&r->arena, "arn:aws:ec2:eu-west-1:%.*s:vpc-endpoint/%.*s",
			STR_ARG(to->account), STR_ARG(id));
	struct record_pair attributes[] = { { STR_LIT("id"), id },
		{ STR_LIT("network"), text_of(yyjson_obj_get(replay_member(r, "context"),
					      "aws:SourceVpc")) },
		{ STR_LIT("service"),
			arena_printf(&r->arena, "com.amazonaws.eu-west-1.%.*s",
				STR_ARG(service)) } };

	if (id.n == 0)
		return;
	record_encode(&to->out, &(struct record){ .type = RECORD_ENTITY,
					.entity = { .scope = to->scope,
						.key = key,
						.kind = STR_LIT("aws:ec2:vpc-endpoint"),
						.name = id,
						.attributes = attributes,
						.attribute_count = 3,
						.tags_known = true } });
	recorder_document(to, LAYER_ENDPOINT, key, STR_LIT("endpoint policy"),
		policies ? joined(r, policies, true) : STR_LIT(full_access_for_all));
}

static void record_resource(struct replay *r, struct recorder *to)
{
	size_t size;
	kind_id kind = catalog_kind_of_key(r->entity, &size);
	yyjson_val *policy = replay_member(r, "resourcePolicy");
	struct record_pair tags[8];
	const struct record_pair manager = { STR_LIT("manager"), STR_LIT("CUSTOMER") };
	uint32_t count = tags_of(tags, 8, r, "resourceTags");
	struct str name;
	bool role;

	if (kind == CATALOG_NONE || str_starts(r->entity, STR_LIT("arn:aws:account:")))
		return;
	name = catalog_kind_name(kind);
	role = str_eq(name, STR_LIT("aws:iam:role"));
	to->attributes = &manager; /* who asks about a key knows whose it is */
	to->attribute_count = str_eq(name, STR_LIT("aws:kms:key"));
	if (!str_eq(r->entity, r->subject))
		recorder_entity(to, arena_printf(&r->arena, "%.*s", STR_ARG(name)).p,
			r->entity, last_name(r->entity),
			role || str_eq(name, STR_LIT("aws:iam:user")) ? ENTITY_IDENTITY
								      : 0,
			tags, count);
	if (str_eq(name, STR_LIT("aws:kms:key"))) /* it is known to have no grants */
		recorder_document(to, LAYER_GRANT, r->entity, STR_LIT("no grants"),
			STR_LIT("{\"Statement\":[]}"));
	if (yyjson_get_bool(replay_member(r, "blockPublicAccess")))
		record_block(r, to, name);
	recorder_document(to, role ? LAYER_TRUST : LAYER_RESOURCE, r->entity,
		role ? STR_LIT("trust policy") : STR_LIT("resource policy"),
		policy ? body_of(r, policy) : (struct str){ 0 });
}

/* --- organizations --- */

/* One path from an organization's root to an account, with the policies on it. */
struct branch {
	struct str organization; /* "o-example" */
	struct str account;
	yyjson_val *scps, *rcps; /* levels, or NULL */
	char side;               /* tells the OUs of two branches apart */
	bool exempt;             /* the account is the organization's own */
};

/* Whether `exempt` says so of "principal", "resource" or "linked". */
static bool is_exempt(const struct replay *r, const char *whom)
{
	return yyjson_get_bool(yyjson_obj_get(replay_member(r, "exempt"), whom));
}

static struct str management_of(struct replay *r)
{
	return arena_printf(&r->arena, "9%.*s",
		STR_ARG(str_skip(r->resource_account.n == 12 ? r->resource_account
							     : r->principal_account,
			1)));
}

static struct str container_key(struct replay *r, const struct branch *b, size_t level)
{
	struct str management = management_of(r);

	if (level == 0)
		return arena_printf(&r->arena,
			"arn:aws:organizations::%.*s:root/%.*s/r-root",
			STR_ARG(management), STR_ARG(b->organization));
	return arena_printf(&r->arena, "arn:aws:organizations::%.*s:ou/%.*s/ou-%c%zu",
		STR_ARG(management), STR_ARG(b->organization), b->side, level);
}

static void record_policies(struct replay *r, struct recorder *to, struct str at,
	enum record_layer layer, yyjson_val *level, bool needed)
{
	yyjson_val *policies = yyjson_obj_get(level, "policies"), *policy;
	const char *word = layer == LAYER_SCP ? "scp" : "rcp";
	size_t i, max;
	struct str key;

	if (!level && needed) {
		key = arena_printf(&r->arena, "%.*s-%s-full", STR_ARG(at), word);
		recorder_entity(to, "aws:organizations:policy", key, STR_LIT("full"),
			ENTITY_POLICY, NULL, 0);
		recorder_document(to, layer, key, STR_LIT("full"), STR_LIT(full_access));
		recorder_relation(to, at, RELATION_ATTACHED, key);
	}
	yyjson_arr_foreach(policies, i, max, policy)
	{
		yyjson_val *inner = yyjson_obj_get(policy, "policy");

		key = arena_printf(&r->arena, "%.*s-%s-%zu", STR_ARG(at), word, i);
		recorder_entity(
			to, "aws:organizations:policy", key, key, ENTITY_POLICY, NULL, 0);
		recorder_document(to, layer, key, key,
			body_of(r, inner && yyjson_is_obj(inner) ? inner : policy));
		recorder_relation(to, at, RELATION_ATTACHED, key);
	}
}

static void record_branch(struct replay *r, struct recorder *to, const struct branch *b)
{
	size_t scps = yyjson_arr_size(b->scps), rcps = yyjson_arr_size(b->rcps);
	size_t levels = scps > rcps ? scps : rcps;
	struct str above = { 0 }, at;

	if (levels < 2)
		levels = 2;
	for (size_t i = 0; i < levels; i++) {
		if (i + 1 == levels) {
			at = arena_printf(&r->arena, "arn:aws:account::%.*s:account",
				STR_ARG(b->account));
			recorder_entity(to, "aws:account:account", at, b->account,
				ENTITY_CONTAINER | (b->exempt ? ENTITY_EXEMPT : 0), NULL,
				0);
		} else {
			at = container_key(r, b, i);
			recorder_entity(to,
				i == 0 ? "aws:organizations:root"
				       : "aws:organizations:organizationalunit",
				at, last_name(at), ENTITY_CONTAINER, NULL, 0);
		}
		if (i > 0)
			recorder_relation(to, above, RELATION_CONTAINS, at);
		record_policies(r, to, at, LAYER_SCP, yyjson_arr_get(b->scps, i),
			b->scps != NULL);
		record_policies(r, to, at, LAYER_RCP, yyjson_arr_get(b->rcps, i), false);
		above = at;
	}
}

static struct str organization_of(struct replay *r, const char *whose, struct str account)
{
	yyjson_val *named = yyjson_obj_get(replay_member(r, "organizations"), whose);
	bool any = replay_member(r, "scps") || replay_member(r, "rcps");

	if (named)
		return text_of(named);
	if (replay_member(r, "organizations") || !any || account.n == 0)
		return (struct str){ 0 };
	return arena_printf(&r->arena, "o-%.*s", STR_ARG(account));
}

static struct str scope_named(struct replay *r, struct str native)
{
	return native.n > 0 ? arena_printf(&r->arena, "aws:%.*s", STR_ARG(native))
			    : (struct str){ 0 };
}

static void record_organizations(struct replay *r, struct recorder *to, struct str first,
	struct str second, bool same_account)
{
	struct branch p = { first, r->principal_account, replay_member(r, "scps"), NULL,
		'p', is_exempt(r, "principal") };
	struct branch q = { second, r->resource_account, NULL, replay_member(r, "rcps"),
		'q', is_exempt(r, "resource") };
	bool same = str_eq(first, second);

	if (same_account)
		p.rcps = q.rcps;
	if (first.n > 0) {
		to->scope = scope_named(r, first);
		recorder_organization(to, first, management_of(r));
		record_branch(r, to, &p);
	}
	if (second.n == 0 || same_account)
		return;
	if (!same || first.n == 0) {
		to->scope = scope_named(r, second);
		recorder_organization(to, second, management_of(r));
	}
	record_branch(r, to, &q);
}

static void record_account(struct replay *r, struct recorder *to, struct str account,
	struct str organization)
{
	to->scope = scope_named(r, account);
	recorder_account(to, account, scope_named(r, organization));
	if (r->open && organization.n == 0)
		recorder_coverage(
			to, STR_LIT("organization"), (struct str){ 0 }, COVERAGE_REFUSED);
}

void replay_record(struct replay *r, struct buf *stream)
{
	struct recorder to = { 0 };
	bool same = str_eq(r->principal_account, r->resource_account);
	bool has_principal = r->principal_account.n > 0;
	struct str first = organization_of(r, "principal", r->principal_account);
	struct str second =
		same ? first : organization_of(r, "resource", r->resource_account);

	if (has_principal) {
		record_account(r, &to, r->principal_account, first);
		record_identity(r, &to);
	}
	if (!same) {
		record_account(r, &to, r->resource_account, second);
	}
	record_resource(r, &to);
	record_endpoint(r, &to);
	record_organizations(r, &to, first, second, same);
	buf_add(stream, to.out.p, to.out.n);
	buf_release(&to.out);
}

/* --- asking --- */

static size_t size_of(yyjson_val *value)
{
	return yyjson_is_arr(value) ? yyjson_arr_size(value) : 1;
}

/*
 * Whether an open request's value of the key is to be believed: `constraints` lists the
 * keys, also as "/beginning.*" + "/".
 */
static bool value_known(const struct replay *r, struct str key)
{
	yyjson_val *constraints = replay_member(r, "constraints"), *one;
	size_t i, max;

	yyjson_arr_foreach(constraints, i, max, one)
	{
		struct str name = text_of(yyjson_obj_get(one, "keyName"));

		if (!yyjson_get_bool(yyjson_obj_get(one, "valueIsKnown")))
			continue;
		if (str_eq_fold(name, key) ||
			(name.n > 4 && name.p[0] == '/' && key.n >= name.n - 4 &&
				str_eq_fold(str_head(key, name.n - 4),
					str_head(str_skip(name, 1), name.n - 4))))
			return true;
	}
	return false;
}

static struct world_context context_of(struct replay *r)
{
	yyjson_val *context = replay_member(r, "context"), *key, *value;
	struct world_context out = { .complete = !r->open };
	struct str *keys, *values;
	size_t i, k, max, count = 2;

	yyjson_obj_foreach(context, i, max, key, value) count += size_of(value);
	keys = ARENA_NEW_ARRAY(&r->arena, struct str, count);
	values = ARENA_NEW_ARRAY(&r->arena, struct str, count);
	yyjson_obj_foreach(context, i, max, key, value)
	{
		if (r->open && !value_known(r, text_of(key)))
			continue;
		for (k = 0; k < size_of(value); k++) {
			keys[out.count] = text_of(key);
			values[out.count++] = text_of(
				yyjson_is_arr(value) ? yyjson_arr_get(value, k) : value);
		}
	}
	if (replay_member(r, "endpointPolicies") &&
		!yyjson_obj_get(context, "aws:SourceVpce")) {
		keys[out.count] = STR_LIT("aws:SourceVpce");
		values[out.count++] = endpoint_of(r);
	}
	if (r->session.n > 0 && !r->open && !r->session_asked) {
		keys[out.count] = STR_LIT("sts:RoleSessionName");
		values[out.count++] = r->session;
	}
	out.keys = keys;
	out.values = values;
	return out;
}

static bool denied_by_statement(const struct proof *p)
{
	for (uint32_t i = 0; i < p->item_count; i++) {
		if (p->items[i].type == PROOF_DENY && p->items[i].condition == EXPR_TRUE)
			return true;
	}
	return false;
}

static enum replay_verdict verdict_of(const struct answer_decision *d)
{
	switch (d->verdict) {
	case VERDICT_ALLOWED:
		return REPLAY_ALLOWED;
	case VERDICT_CONDITIONAL:
	case VERDICT_ELIGIBLE:
		return REPLAY_CONDITIONAL;
	case VERDICT_UNKNOWN:
		return REPLAY_UNKNOWN;
	case VERDICT_DENIED:
		break;
	}
	return denied_by_statement(&d->proof) ? REPLAY_EXPLICIT : REPLAY_IMPLICIT;
}

int replay_ask(
	struct replay_answer *out, struct replay *r, struct world *w, struct err *e)
{
	struct action_query query = { .patterns = &r->action, .pattern_count = 1 };
	struct answer_options options = { .direct_only = true };
	struct answer_object object = { .resource = r->resource };
	struct world_context context = context_of(r), none = { 0 };
	struct answer_decision decision;
	node_id subject;

	*out = (struct replay_answer){ .verdict = REPLAY_UNKNOWN,
		.reason = STR_LIT("there is no such action") };
	if (catalog_action_find(r->action) == CATALOG_NONE)
		return 0;
	if (world_node_of_key(
		    &subject, w, r->session_asked ? r->principal : r->subject, e) < 0 ||
		world_node_of_key(&object.node, w, r->entity, e) < 0)
		return e->code;
	world_set_context(w, &context);
	int rc = answer_can(&decision, w, subject, &query, &object, &options, e);

	world_set_context(w, &none);
	if (rc < 0)
		return rc;
	*out = (struct replay_answer){ verdict_of(&decision), decision.proof.reason,
		decision.residual };
	return 0;
}
