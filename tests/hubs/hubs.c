/*
 * hubs.c - those who may pass any role, and the roles: the hop index grows with their
 * sum, not with their product.
 *
 *	hubs COUNT
 *
 * COUNT users who may each pass any of COUNT roles to a new function. Fails when the
 * index has more numbers for that than 24 for each of them (nine rules lead from the ones
 * to the others, and each link is there for both directions), when it leaves pairs out,
 * or when one user does not become every role and one role is not become by every user.
 * Prints a line of JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "estate.h"
#include "recorder.h"

#include "reachability/hop_part.h"
#include "reachability/hop_part_build.h"
#include "reachability/rule.h"

#define ACCOUNT "111122223333"

static const char may_pass[] =
	"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"iam:PassRole\","
	"\"lambda:CreateFunction\",\"lambda:InvokeFunction\"],\"Resource\":\"*\"}]}";
static const char trusts_lambda[] =
	"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":"
	"\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}";

static void must(int rc, const struct err *e)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "%s\n", e->text);
	exit(2);
}

static void record(struct buf *out, uint32_t count)
{
	struct recorder r = { .scope = STR_LIT("aws:" ACCOUNT),
		.account = STR_LIT(ACCOUNT) };
	char key[80], name[24];

	recorder_account(&r, STR_LIT(ACCOUNT), (struct str){ 0 });
	for (uint32_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "u%06u", i);
		snprintf(key, sizeof(key), "arn:aws:iam::" ACCOUNT ":user/%s", name);
		recorder_entity(&r, "aws:iam:user", str_from(key), str_from(name),
			ENTITY_IDENTITY, NULL, 0);
		recorder_document(&r, LAYER_IDENTITY, str_from(key), STR_LIT("inline"),
			str_from(may_pass));
		snprintf(name, sizeof(name), "r%06u", i);
		snprintf(key, sizeof(key), "arn:aws:iam::" ACCOUNT ":role/%s", name);
		recorder_entity(&r, "aws:iam:role", str_from(key), str_from(name),
			ENTITY_IDENTITY, NULL, 0);
		recorder_document(&r, LAYER_TRUST, str_from(key), STR_LIT("trust policy"),
			str_from(trusts_lambda));
	}
	buf_add(out, r.out.p, r.out.n);
	buf_release(&r.out);
}

/* Members of an entry of a list. */
static uint64_t members(const struct hop_part *p, uint32_t who)
{
	uint32_t count;

	if (!(who & HOP_PART_CLASS))
		return 1;
	hop_part_slice(p, HOP_PART_CLASS_BEGINS, HOP_PART_MEMBERS, who & ~HOP_PART_CLASS,
		1, &count);
	return count;
}

/* Pairs of actor and target that the part stands for. */
static uint64_t pairs_of(const struct hop_part *p)
{
	uint64_t pairs = 0;

	for (uint32_t i = 0; i < p->hub_count; i++) {
		const struct hop_part_entry *entries;
		uint32_t targets, count;
		uint64_t actors = 0;

		hop_part_slice(
			p, HOP_PART_TARGET_BEGINS, HOP_PART_TARGETS, i, 2, &targets);
		entries = hop_part_slice(p, HOP_PART_LIST_BEGINS, HOP_PART_ENTRIES,
			hop_part_hub(p, i)->list, 3, &count);
		for (uint32_t k = 0; k < count; k++)
			actors += members(p, entries[k].who);
		pairs += actors * targets;
	}
	return pairs;
}

/* Numbers that stand for them: links of targets, members of classes, entries of lists. */
static uint64_t numbers_of(const struct hop_part *p)
{
	return p->counts[HOP_PART_INTO] / 2 + p->counts[HOP_PART_TARGETS] / 2 +
	       p->counts[HOP_PART_MEMBERS] + p->counts[HOP_PART_ENTRIES] / 3;
}

static uint32_t becomes(const struct estate *s, const struct rules *rules, bool who)
{
	static const struct action_query query = { .become = true };
	static const struct answer_options options = { .max_hops = UINT32_MAX };
	struct str key = who ? STR_LIT("arn:aws:iam::" ACCOUNT ":role/r000000")
			     : STR_LIT("arn:aws:iam::" ACCOUNT ":user/u000000");
	struct answer_object object = { .node = NODE_NONE };
	struct answer a;
	struct world *w;
	struct err e = { 0 };
	uint32_t rows;

	must(world_open(&w, s->store, &e), &e);
	world_set_rules(w, rules);
	must(world_node_of_key(&object.node, w, key, &e), &e);
	must(who ? answer_who(&a, w, &object, 1, &query, &options, &e)
		 : answer_what(&a, w, &object.node, 1, &query, NULL, 0, &options, &e),
		&e);
	rows = a.row_count;
	world_close(w);
	return rows;
}

int main(int argc, char **argv)
{
	uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 2000;
	struct buf stream = { 0 }, bytes = { 0 };
	struct rules *rules;
	struct estate estate;
	struct hop_part_maker *maker;
	struct hop_part part;
	struct segment *s;
	struct err e = { 0 };
	uint64_t pairs, numbers, wanted = (uint64_t)count * count;
	uint32_t what, who;
	bool good;

	record(&stream, count);
	must(rules_load(&rules, NULL, 0, &e), &e);
	must(estate_open(&estate, "/tmp", buf_str(&stream), &e), &e);
	world_set_rules(estate.world, rules);
	must(world_segment(&s, estate.world, 0, &e), &e);
	maker = hop_part_maker_new(estate.world);
	must(hop_part_build(&bytes, &good, maker,
		     &(struct hop_part_range){ .end = segment_info(s)->entity_count },
		     &e),
		&e);
	hop_part_maker_free(maker);
	must(hop_part_open(&part, buf_str(&bytes), &e), &e);
	pairs = pairs_of(&part);
	numbers = numbers_of(&part);
	what = becomes(&estate, rules, false);
	who = becomes(&estate, rules, true);
	good = pairs >= wanted && numbers <= 24u * 2u * count && what >= count &&
	       who >= count;
	printf("{\"case\":\"hubs\",\"actors\":%u,\"targets\":%u,\"pairs\":%llu,"
	       "\"numbers\":%llu,\"bytes\":%zu,\"what\":%u,\"who\":%u}\n",
		count, count, (unsigned long long)pairs, (unsigned long long)numbers,
		bytes.n, what, who);
	buf_release(&bytes);
	buf_release(&stream);
	estate_close(&estate);
	rules_free(rules);
	return good ? 0 : 1;
}
