/*
 * The proof of every answer about the sample organization, replayed alone: a store of
 * caller, resource, their places, and only the statements that the proof cites gives the
 * same verdict. What a proof leaves out was not needed.
 */
#include "tests/acme.h"

#include <stdlib.h>
#include <string.h>

#include "graphstore/builder.h"
#include "ingest/policy.h"

#define EACH 8u /* one replay of so many answers of a verdict */

#define NOTHING                                                                          \
	"{\"Effect\":\"Allow\",\"Action\":\"sts:GetCallerIdentity\","                    \
	"\"Resource\":\"arn:aws:s3:::nothing\"}"

/* Actions asked of each kind, on the entity or on one thing in it. */
static const struct {
	const char *kind, *action, *inside;
} asked[] = {
	{ "aws:s3:bucket", "s3:GetObject", "/replay/x" },
	{ "aws:s3:bucket", "s3:ListBucket", "" },
	{ "aws:s3:bucket", "s3:DeleteBucket", "" },
	{ "aws:iam:role", "sts:AssumeRole", "" },
	{ "aws:iam:role", "iam:PutRolePolicy", "" },
	{ "aws:secretsmanager:secret", "secretsmanager:GetSecretValue", "" },
	{ "aws:sqs:queue", "sqs:SendMessage", "" },
	{ "aws:dynamodb:table", "dynamodb:GetItem", "" },
	{ "aws:lambda:function", "lambda:UpdateFunctionCode", "" },
	{ "aws:ec2:instance", "ec2:TerminateInstances", "" },
};

/* One question of the sample and the answer to it. */
struct question {
	node_id subject, object;
	struct str action, resource;
	struct answer_decision answer;
};

/* The store that is made of one answer. */
struct replay {
	struct world *w;
	const struct question *q;
	struct builder *accounts[2], *organization; /* the second NULL when it is one */
	struct arena arena;
};

/* A number that stands for a text. */
static unsigned name_of(struct str text)
{
	struct sha256 digest = hash_sha256(text);

	return (unsigned)digest.bytes[0] << 24 | (unsigned)digest.bytes[1] << 16 |
	       (unsigned)digest.bytes[2] << 8 | digest.bytes[3];
}

static void add_entity(
	struct builder *b, struct str key, const char *kind, uint32_t flags)
{
	struct record_entity r = { .scope = builder_scope(b),
		.key = key,
		.kind = str_from(kind),
		.name = key,
		.flags = flags,
		.tags_known = true };

	builder_add_entity(b, &r);
}

static void relate(
	struct builder *b, enum record_relation_type type, struct str from, struct str to)
{
	struct record_relation r = {
		.scope = builder_scope(b), .from = from, .to = to, .type = type
	};

	builder_add_relation(b, &r);
}

/* A policy of one statement; without text: that there is none. */
static void add_policy(struct replay *p, struct builder *b, enum record_layer layer,
	struct str holder, struct str statement)
{
	struct record_document r = { .scope = builder_scope(b),
		.holder = holder,
		.dialect = STR_LIT("aws"),
		.layer = layer };
	struct document_builder d = { 0 };
	struct buf compiled = { 0 };
	struct sha256 digest;

	if (statement.n == 0) {
		builder_add_document(b, &r, NULL, (struct str){ 0 });
		return;
	}
	r.body = arena_printf(&p->arena,
		"{\"Version\":\"2012-10-17\",\"Statement\":[%.*s]}", STR_ARG(statement));
	digest = policy_digest(r.dialect, layer, r.body);
	r.name = arena_printf(&p->arena, "%08x", name_of(r.body));
	policy_find(r.dialect)->compile(&d, r.body, layer, NULL);
	document_finish(&d, &compiled);
	builder_add_document(b, &r, &digest, buf_str(&compiled));
	document_builder_release(&d);
	buf_release(&compiled);
}

static const struct record_pair *copy_pairs(struct replay *p, const struct segment *s,
	const struct segment_pair *from, uint32_t count)
{
	struct record_pair *out =
		ARENA_NEW_ARRAY(&p->arena, struct record_pair, count + 1);

	for (uint32_t i = 0; i < count; i++)
		out[i] = (struct record_pair){ segment_str(s, from[i].key),
			segment_str(s, from[i].value) };
	return out;
}

/* An entity of the sample as it is, without any policy. */
static void copy_entity(struct replay *p, struct builder *b, node_id n)
{
	const struct segment_entity *e = world_entity(p->w, n);
	struct segment *s = world_node_segment(p->w, n);
	struct record_entity r = { .scope = builder_scope(b),
		.key = world_node(p->w, n)->key,
		.kind = world_node_kind(p->w, n),
		.name = world_node_name(p->w, n),
		.flags = e->flags,
		.tags_known = e->tags_known != 0 };
	const struct segment_pair *pairs;

	pairs = segment_tags(s, world_node(p->w, n)->id, &r.tag_count);
	r.tags = copy_pairs(p, s, pairs, r.tag_count);
	pairs = segment_attributes(s, world_node(p->w, n)->id, &r.attribute_count);
	r.attributes = copy_pairs(p, s, pairs, r.attribute_count);
	builder_add_entity(b, &r);
}

static const struct world_organization *place_of(struct replay *p, node_id n)
{
	const struct world_organization *o = NULL;
	struct err e = { 0 };

	if (world_organization(&o, p->w, world_node(p->w, n)->account, &e) < 0)
		fail_msg("%s", e.text);
	return o;
}

static void begin_account(struct replay *p, struct builder **out, node_id n)
{
	const struct world_organization *o = place_of(p, n);
	struct str account = world_node(p->w, n)->account;
	struct str scope = arena_printf(&p->arena, "aws:%.*s", STR_ARG(account));
	struct str key = arena_printf(
		&p->arena, "arn:aws:account::%.*s:account", STR_ARG(account));
	struct record_scope r = { .id = scope, .key = key, .collected_at = 1 };
	node_id container;
	struct err e = { 0 };

	if (o->id.n > 0)
		r.parent = arena_printf(&p->arena, "aws:%.*s", STR_ARG(o->id));
	*out = builder_new(scope);
	builder_set_scope(*out, &r);
	if (world_node_of_key(&container, p->w, key, &e) == 0 &&
		world_entity(p->w, container))
		copy_entity(p, *out, container);
	else
		add_entity(*out, key, "aws:account:account", ENTITY_CONTAINER);
}

static const char *level_kind(const struct world_organization *o, uint32_t level)
{
	if (level + 1 == o->level_count)
		return "aws:account:account";
	return level == 0 ? "aws:organizations:root"
			  : "aws:organizations:organizationalunit";
}

static void add_place(struct replay *p, const struct world_organization *o)
{
	for (uint32_t i = 0; i < o->level_count; i++) {
		struct str key = o->scps[i].level;
		bool account = i + 1 == o->level_count;

		add_entity(p->organization, key, level_kind(o, i),
			ENTITY_CONTAINER | (account && o->exempt ? ENTITY_EXEMPT : 0u));
		if (i > 0)
			relate(p->organization, RELATION_CONTAINS, o->scps[i - 1].level,
				key);
	}
}

static void attach(
	struct replay *p, enum record_layer layer, struct str level, struct str statement)
{
	struct str key =
		arena_printf(&p->arena, "arn:aws:organizations::x:policy/%.*s/%d/%08x",
			STR_ARG(level), (int)layer, name_of(statement));

	add_entity(p->organization, key, "aws:organizations:policy", ENTITY_POLICY);
	relate(p->organization, RELATION_ATTACHED, level, key);
	add_policy(p, p->organization, layer, key, statement);
}

static const struct proof_item *item_at(const struct replay *p, uint32_t i)
{
	return &p->q->answer.proof.items[i];
}

static bool is_layer(const struct proof_item *item, const char *layer)
{
	return str_eq(item->layer, str_from(layer));
}

static bool is_statement(const struct proof_item *item)
{
	return item->type == PROOF_ALLOW || item->type == PROOF_DENY ||
	       (item->type == PROOF_CEILING && item->policy.n > 0);
}

/* SCPs are in use when the proof speaks of them; then each level has one. */
static void add_ceilings(struct replay *p)
{
	const struct world_organization *o = place_of(p, p->q->subject);
	bool used = false;

	for (uint32_t i = 0; i < p->q->answer.proof.item_count; i++) {
		const struct proof_item *item = item_at(p, i);

		used |= is_layer(item, "SCP");
		if (is_layer(item, "SCP") && is_statement(item))
			attach(p, LAYER_SCP, item->level, item->text);
		if (is_layer(item, "RCP") && is_statement(item))
			attach(p, LAYER_RCP, item->level, item->text);
	}
	for (uint32_t level = 0; used && level < o->level_count; level++)
		attach(p, LAYER_SCP, o->scps[level].level, STR_LIT(NOTHING));
}

static void add_organization(struct replay *p)
{
	const struct world_organization *o = place_of(p, p->q->subject);
	const struct world_organization *other = place_of(p, p->q->object);
	struct record_coverage got = { .what = STR_LIT("organization-policies"),
		.state = COVERAGE_GOT };
	struct record_scope r = { .collected_at = 1 };

	if (o->id.n == 0 && other->id.n == 0)
		return;
	r.id = arena_printf(
		&p->arena, "aws:%.*s", STR_ARG(o->id.n > 0 ? o->id : other->id));
	r.key = arena_printf(&p->arena, "arn:aws:organizations::1:organization/%.*s",
		STR_ARG(str_skip(r.id, 4)));
	p->organization = builder_new(r.id);
	builder_set_scope(p->organization, &r);
	got.scope = r.id;
	builder_add_coverage(p->organization, &got);
	add_place(p, o);
	add_place(p, other);
	add_ceilings(p);
}

/* What the caller brings: its policies, and a boundary where it has one. */
static void add_subject(struct replay *p, struct builder *b)
{
	struct str key = world_node(p->w, p->q->subject)->key;
	struct str boundary = arena_printf(&p->arena, "%.*s-boundary", STR_ARG(key));
	uint32_t bounds;

	copy_entity(p, b, p->q->subject);
	add_policy(p, b, LAYER_IDENTITY, key, (struct str){ 0 });
	segment_related(world_node_segment(p->w, p->q->subject), RELATION_BOUNDARY, false,
		world_node(p->w, p->q->subject)->id, &bounds);
	if (bounds > 0) {
		add_entity(b, boundary, "aws:iam:policy", ENTITY_POLICY);
		relate(b, RELATION_BOUNDARY, key, boundary);
		add_policy(p, b, LAYER_IDENTITY, boundary, STR_LIT(NOTHING));
	}
	for (uint32_t i = 0; i < p->q->answer.proof.item_count; i++) {
		const struct proof_item *item = item_at(p, i);

		if (!is_statement(item))
			continue;
		if (is_layer(item, "identity policy"))
			add_policy(p, b, LAYER_IDENTITY, key, item->text);
		else if (is_layer(item, "permissions boundary"))
			add_policy(p, b, LAYER_IDENTITY, boundary, item->text);
	}
}

static void add_object(struct replay *p, struct builder *b)
{
	struct str key = world_node(p->w, p->q->object)->key;
	bool role = str_eq(world_node_kind(p->w, p->q->object), STR_LIT("aws:iam:role"));

	if (p->q->object != p->q->subject)
		copy_entity(p, b, p->q->object);
	add_policy(p, b, role ? LAYER_TRUST : LAYER_RESOURCE, key, (struct str){ 0 });
	for (uint32_t i = 0; i < p->q->answer.proof.item_count; i++) {
		const struct proof_item *item = item_at(p, i);

		if (!is_statement(item))
			continue;
		if (is_layer(item, "trust policy"))
			add_policy(p, b, LAYER_TRUST, key, item->text);
		else if (is_layer(item, "resource policy"))
			add_policy(p, b, LAYER_RESOURCE, key, item->text);
	}
}

static void write_builder(struct builder *b, struct store_write *w)
{
	struct err e = { 0 };

	if (b && (builder_seal(b, &e) < 0 || builder_write(b, w, &e) < 0))
		fail_msg("%s", e.text);
	builder_free(b);
}

static enum expr_verdict ask(struct world *w, const struct question *q,
	struct str subject, struct str object, struct answer_decision *out)
{
	struct action_query actions = { .patterns = &q->action, .pattern_count = 1 };
	struct answer_options o = { .direct_only = true };
	struct answer_object on = { .resource = q->resource };
	struct err e = { 0 };
	node_id n;

	if (world_node_of_key(&n, w, subject, &e) < 0 ||
		world_node_of_key(&on.node, w, object, &e) < 0 ||
		answer_can(out, w, n, &actions, &on, &o, &e) < 0)
		fail_msg("%.*s: %s", STR_ARG(subject), e.text);
	return out->verdict;
}

/* The verdict of the proof's statements alone. */
static enum expr_verdict replay(struct world *w, const struct question *q)
{
	struct replay p = { .w = w, .q = q };
	struct answer_decision again;
	struct store *store = NULL;
	struct store_write *writer = NULL;
	struct world *small = NULL;
	enum expr_verdict verdict;
	char directory[64], command[128];
	struct err e = { 0 };

	arena_init(&p.arena, ARENA_UNLIMITED);
	begin_account(&p, &p.accounts[0], q->subject);
	if (!str_eq(world_node(w, q->subject)->account,
		    world_node(w, q->object)->account))
		begin_account(&p, &p.accounts[1], q->object);
	add_organization(&p);
	add_subject(&p, p.accounts[0]);
	add_object(&p, p.accounts[p.accounts[1] ? 1 : 0]);
	/* thousands of small stores: in memory where that is possible */
	snprintf(directory, sizeof(directory), "%s/latchkey-replay-%d",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : acme_root, (int)getpid());
	if (store_open(&store, directory, STORE_WRITE, &e) < 0 ||
		store_begin(&writer, store, 1000, catalog_digest(), ACME_DATE, &e) < 0)
		fail_msg("%s", e.text);
	write_builder(p.accounts[0], writer);
	write_builder(p.accounts[1], writer);
	write_builder(p.organization, writer);
	if (store_commit(writer, &e) < 0 || world_open(&small, store, &e) < 0)
		fail_msg("%s", e.text);
	verdict = ask(small, q, world_node(w, q->subject)->key,
		world_node(w, q->object)->key, &again);
	if (verdict != q->answer.verdict)
		print_error("replayed: %.*s\n", STR_ARG(again.proof.reason));
	world_close(small);
	store_close(store);
	arena_release(&p.arena);
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	assert_int_equal(system(command), 0);
	return verdict;
}

/* Whether the proof is of statements and says all: what is unknown has no statement. */
static bool can_be_replayed(const struct question *q)
{
	const struct proof *p = &q->answer.proof;
	bool denied = false;

	for (uint32_t i = 0; i < p->item_count; i++) {
		if (is_layer(&p->items[i], "grant") || is_layer(&p->items[i], "ACL"))
			return false;
		denied |= p->items[i].type == PROOF_DENY;
	}
	if (q->answer.verdict == VERDICT_DENIED)
		return denied;
	return q->answer.verdict == VERDICT_ALLOWED ||
	       q->answer.verdict == VERDICT_CONDITIONAL;
}

/* What came up, by verdict, and how much of it was replayed. */
static uint32_t seen[VERDICT_ALLOWED + 1], replayed[VERDICT_ALLOWED + 1];

static void ask_about(struct world *w, node_id subject, node_id object)
{
	struct str key = world_node(w, object)->key;

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct question q = { .subject = subject, .object = object };

		if (!str_eq(world_node_kind(w, object), str_from(asked[i].kind)))
			continue;
		q.action = str_from(asked[i].action);
		q.resource = arena_printf(
			world_arena(w), "%.*s%s", STR_ARG(key), asked[i].inside);
		ask(w, &q, world_node(w, subject)->key, key, &q.answer);
		if (!can_be_replayed(&q))
			continue;
		/* one of many is as good as all: equal causes come up again and again */
		if (seen[q.answer.verdict]++ % EACH != 0)
			continue;
		replayed[q.answer.verdict]++;
		if (replay(w, &q) != q.answer.verdict)
			fail_msg("%.*s %s %.*s: %.*s, because %.*s",
				STR_ARG(world_node(w, subject)->key), asked[i].action,
				STR_ARG(q.resource),
				STR_ARG(expr_verdict_name(q.answer.verdict)),
				STR_ARG(q.answer.proof.reason));
	}
}

/* Nodes of all collected entities that are of the wanted sort. */
static void gather(struct world *w, struct buf *out, bool identities)
{
	for (scope_number n = 0; n < world_scope_count(w); n++) {
		struct segment *s;
		struct err e = { 0 };

		if (world_segment(&s, w, n, &e) < 0)
			fail_msg("%s", e.text);
		for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
			uint32_t flags = segment_entity(s, id)->flags;
			struct str key = segment_key(s, id, world_arena(w));
			node_id node;

			if (identities &&
				(!(flags & ENTITY_IDENTITY) || (flags & ENTITY_COMPUTE)))
				continue;
			if (world_node_of_key(&node, w, key, &e) < 0)
				fail_msg("%s", e.text);
			VEC_ADD(out, node_id, node);
		}
	}
}

static void proofs_stand_alone(void **state)
{
	struct buf subjects = { 0 }, objects = { 0 };
	struct world *w;
	struct err e = { 0 };

	(void)state;
	if (world_open(&w, acme_store, &e) < 0)
		fail_msg("%s", e.text);
	gather(w, &subjects, true);
	gather(w, &objects, false);
	for (size_t i = 0; i < VEC_COUNT(&subjects, node_id); i++) {
		node_id subject = VEC_DATA(&subjects, node_id)[i];

		if (world_node(w, subject)->account.n == 0)
			continue;
		for (size_t k = 0; k < VEC_COUNT(&objects, node_id); k++) {
			node_id object = VEC_DATA(&objects, node_id)[k];

			if (world_node(w, object)->account.n > 0)
				ask_about(w, subject, object);
		}
	}
	print_message("replayed: %u allowed, %u conditional, %u denied\n",
		replayed[VERDICT_ALLOWED], replayed[VERDICT_CONDITIONAL],
		replayed[VERDICT_DENIED]);
	assert_true(replayed[VERDICT_ALLOWED] > 50 && replayed[VERDICT_DENIED] > 5);
	buf_release(&subjects);
	buf_release(&objects);
	world_close(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(proofs_stand_alone) };

	return cmocka_run_group_tests(tests, acme_setup, acme_teardown);
}
