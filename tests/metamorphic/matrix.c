#include "matrix.h"

#include <stdlib.h>

static const struct answer_options options = { .max_hops = UINT32_MAX };

/*
 * Actions of each sort that the worlds' policies tell apart, by service, level, and
 * whether they act on an entity, on a part of it, or on none.
 */
#define NAME(text)                                                                       \
	{                                                                                \
		text, sizeof(text) - 1                                                   \
	}
static const struct str actions[] = { NAME("s3:GetObject"), NAME("s3:PutObject"),
	NAME("s3:ListBucket"), NAME("s3:GetBucketPolicy"), NAME("s3:ListAllMyBuckets"),
	NAME("sqs:SendMessage"), NAME("sqs:ReceiveMessage"), NAME("sqs:ListQueues"),
	NAME("kms:Decrypt"), NAME("kms:CreateGrant"), NAME("kms:ListAliases"),
	NAME("secretsmanager:GetSecretValue"), NAME("secretsmanager:DeleteSecret"),
	NAME("dynamodb:GetItem"), NAME("dynamodb:Query"), NAME("dynamodb:CreateTable"),
	NAME("sts:AssumeRole"), NAME("iam:GetRole"), NAME("iam:PassRole"),
	NAME("iam:PutUserPolicy"), NAME("lambda:InvokeFunction"),
	NAME("lambda:GetFunction"), NAME("ec2:TerminateInstances") };
#undef NAME

static const struct action_query query = { .patterns = actions,
	.pattern_count = sizeof(actions) / sizeof(actions[0]) };

static int compare_cells(const void *a, const void *b)
{
	const struct matrix_cell *x = a, *y = b;

	if (x->subject != y->subject)
		return x->subject < y->subject ? -1 : 1;
	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return (x->action > y->action) - (x->action < y->action);
}

static uint32_t name_of(struct matrix *m, node_id n)
{
	return intern_add(m->names, world_node(m->estate.world, n)->key);
}

/* The row's verdict for an action: parts hold those that are not plainly allowed. */
static enum expr_verdict action_verdict(const struct answer_row *row, action_id action)
{
	for (uint32_t i = 0; i < row->part_count; i++) {
		const struct row_part *p = &row->parts[i];
		uint32_t low = 0, high = p->action_count;

		while (low < high) {
			uint32_t mid = low + (high - low) / 2;

			if (p->actions[mid] < action)
				low = mid + 1;
			else
				high = mid;
		}
		if (low < p->action_count && p->actions[low] == action)
			return p->verdict;
	}
	return VERDICT_ALLOWED;
}

static void add_row(struct matrix *m, const struct answer_row *row, bool who)
{
	uint32_t node = name_of(m, row->node), other = name_of(m, row->other);

	for (uint32_t i = 0; i < row->action_count; i++) {
		uint8_t v = (uint8_t)action_verdict(row, row->actions[i]);

		VEC_ADD(&m->cells, struct matrix_cell,
			{ .subject = who ? node : other,
				.object = who ? other : node,
				.action = row->actions[i],
				.direct = row->indirect ? VERDICT_DENIED : v,
				.indirect = row->indirect ? v : VERDICT_DENIED });
	}
}

static void add_answer(
	struct matrix *m, const struct answer *answer, uint32_t asked, bool who)
{
	for (uint32_t i = 0; i < answer->row_count; i++)
		add_row(m, &answer->rows[i], who);
	for (uint32_t i = 0; i < answer->unknown_count; i++)
		VEC_ADD(&m->notes, struct matrix_note,
			{ asked, who, answer->unknown[i].scope,
				answer->unknown[i].what });
}

/* Sort, and make one cell of the direct and the indirect row's. */
void matrix_sort(struct matrix *m)
{
	struct matrix_cell *c = VEC_DATA(&m->cells, struct matrix_cell);
	size_t count = VEC_COUNT(&m->cells, struct matrix_cell), kept = 0;

	if (count > 0)
		qsort(c, count, sizeof(*c), compare_cells);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && compare_cells(&c[kept - 1], &c[i]) == 0) {
			c[kept - 1].direct |= c[i].direct;
			c[kept - 1].indirect |= c[i].indirect;
		} else {
			c[kept++] = c[i];
		}
	}
	m->cells.n = kept * sizeof(*c);
}

static int ask(struct matrix *m, uint32_t name, enum matrix_side side, struct err *e)
{
	struct answer_object object = { 0 };
	struct answer answer;
	int rc = world_node_of_key(
		&object.node, m->estate.world, intern_get(m->names, name), e);

	if (rc < 0)
		return rc;
	if (side == MATRIX_WHAT)
		rc = answer_what(&answer, m->estate.world, &object.node, 1, &query, NULL,
			0, &options, e);
	else
		rc = answer_who(
			&answer, m->estate.world, &object, 1, &query, &options, e);
	if (rc == 0)
		add_answer(m, &answer, name, side == MATRIX_WHO);
	return rc;
}

/* One stream for each scope, the last one first. */
static int open_scopes(struct matrix *out, const struct draft *world,
	const char *directory, struct err *e)
{
	struct intern scopes;
	struct buf *streams;
	struct str *parts;
	uint32_t count;

	intern_init(&scopes);
	for (size_t i = 0; i < draft_count(world); i++)
		intern_add(&scopes, draft_scope(draft_at(world, i)));
	count = intern_count(&scopes);
	streams = calloc(count + 1, sizeof(*streams));
	parts = calloc(count + 1, sizeof(*parts));
	if (!streams || !parts)
		abort();
	for (size_t i = 0; i < draft_count(world); i++) {
		const struct record *r = draft_at(world, i);

		record_encode(&streams[intern_add(&scopes, draft_scope(r))], r);
	}
	for (uint32_t i = 0; i < count; i++)
		parts[i] = buf_str(&streams[count - 1 - i]);
	int rc = estate_open_parts(&out->estate, directory, parts, count, e);

	for (uint32_t i = 0; i < count; i++)
		buf_release(&streams[i]);
	free(streams);
	free(parts);
	intern_release(&scopes);
	return rc;
}

int matrix_open_as(struct matrix *out, const struct draft *world, const char *directory,
	struct intern *names, const struct matrix_how *how, struct err *e)
{
	struct buf stream = { 0 };
	int rc;

	*out = (struct matrix){ .names = names };
	draft_encode(&stream, world);
	if (how->mention.n > 0)
		rc = estate_open_files(&out->estate, directory,
			(const struct str[]){ buf_str(&stream), how->mention }, 2, e);
	else
		rc = how->by_scope ? open_scopes(out, world, directory, e)
				   : estate_open_lenient(&out->estate, directory,
					     buf_str(&stream), e);
	buf_release(&stream);
	if (rc < 0)
		return rc;
	if (how->removed.n > 0)
		world_remove(out->estate.world, how->removed);
	for (uint32_t i = 0; i < how->asked && rc == 0; i++)
		rc = ask(out, i, how->side, e);
	if (rc < 0)
		matrix_close(out);
	else
		matrix_sort(out);
	return rc;
}

int matrix_open(struct matrix *out, const struct draft *world, const char *directory,
	struct intern *names, uint32_t asked, enum matrix_side side, struct err *e)
{
	const struct matrix_how how = { .asked = asked, .side = side };

	return matrix_open_as(out, world, directory, names, &how, e);
}

void matrix_close(struct matrix *m)
{
	estate_close(&m->estate);
	buf_release(&m->cells);
	buf_release(&m->notes);
}

void matrix_subjects(struct intern *names, const struct draft *world)
{
	static const char *const strangers[] = { "public", "s.amazonaws.com",
		"lambda.amazonaws.com", "arn:aws:iam::999999999999:user/far",
		"arn:aws:account::999999999999:account" };

	for (size_t i = 0; i < draft_count(world); i++) {
		const struct record *r = draft_at(world, i);

		if (r->type == RECORD_ENTITY && (r->entity.flags & ENTITY_IDENTITY))
			intern_add(names, r->entity.key);
	}
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		intern_add(names, str_from(strangers[i]));
}

void matrix_objects(struct intern *names, const struct draft *world)
{
	for (size_t i = 0; i < draft_count(world); i++) {
		const struct record *r = draft_at(world, i);

		if (r->type == RECORD_ENTITY && !(r->entity.flags & ENTITY_SHARED))
			intern_add(names, r->entity.key);
	}
}

const struct action_query *matrix_query(void)
{
	return &query;
}

enum expr_verdict matrix_verdict(const struct matrix_cell *c)
{
	if (!c)
		return VERDICT_DENIED;
	return c->direct > c->indirect ? c->direct : c->indirect;
}

const struct matrix_cell *matrix_find(
	const struct matrix *m, uint32_t subject, uint32_t object, action_id action)
{
	const struct matrix_cell key = { subject, object, action, 0, 0 };

	if (m->cells.n == 0)
		return NULL;
	return bsearch(&key, m->cells.p, VEC_COUNT(&m->cells, struct matrix_cell),
		sizeof(key), compare_cells);
}

int matrix_can(struct answer_decision *out, const struct matrix *m, uint32_t subject,
	uint32_t object, action_id action, struct err *e)
{
	struct str name = catalog_action_get(action).name;
	struct action_query one = { .patterns = &name, .pattern_count = 1 };
	struct answer_object target = { 0 };
	node_id x;
	int rc = world_node_of_key(&x, m->estate.world, intern_get(m->names, subject), e);

	if (rc == 0)
		rc = world_node_of_key(
			&target.node, m->estate.world, intern_get(m->names, object), e);
	if (rc == 0)
		rc = answer_can(out, m->estate.world, x, &one, &target, &options, e);
	return rc;
}

int matrix_who_notes(
	struct answer *out, const struct matrix *m, uint32_t object, struct err *e)
{
	struct answer_object target = { 0 };
	int rc = world_node_of_key(
		&target.node, m->estate.world, intern_get(m->names, object), e);

	if (rc < 0)
		return rc;
	return answer_who(out, m->estate.world, &target, 1, &query, &options, e);
}

static const struct matrix_cell *walk_cell(const struct matrix_walk *walk, uint32_t i)
{
	const struct matrix *m = walk->m[i];

	return walk->at[i] < VEC_COUNT(&m->cells, struct matrix_cell)
		       ? &VEC_DATA(&m->cells, const struct matrix_cell)[walk->at[i]]
		       : NULL;
}

bool matrix_next(struct matrix_walk *walk)
{
	const struct matrix_cell *first = NULL;

	for (uint32_t i = 0; i < walk->count; i++) {
		const struct matrix_cell *c = walk_cell(walk, i);

		if (c && (!first || compare_cells(c, first) < 0))
			first = c;
	}
	if (!first)
		return false;
	walk->cell = *first;
	for (uint32_t i = 0; i < walk->count; i++) {
		const struct matrix_cell *c = walk_cell(walk, i);
		bool same = c && compare_cells(c, &walk->cell) == 0;

		walk->cells[i] = same ? c : NULL;
		walk->at[i] += same;
	}
	return true;
}
