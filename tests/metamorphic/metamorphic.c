/*
 * What one change of a world may change in the answers about it.
 *
 *	metamorphic [WORLDS [FIRST_SEED]]
 *
 * Each property (property.c) makes a pair of each random world and everything is asked
 * about both. Besides, in each world: who can access Y has the cells of what can X
 * access, transposed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "matrix.h"
#include "property.h"
#include "worldgen.h"

struct metamorphic {
	const char *directory;
	uint64_t seed, pairs, cells;
	uint32_t faults, told;
	struct intern names;
	uint32_t asked;
};

#define TOLD 3u

static void tell(
	struct metamorphic *m, const char *property, const struct matrix_walk *walk)
{
	m->faults++;
	if (m->told++ >= TOLD)
		return;
	printf("seed %llu: %s: %.*s  %.*s  %.*s: %.*s, then %.*s\n",
		(unsigned long long)m->seed, property,
		STR_ARG(intern_get(&m->names, walk->cell.subject)),
		STR_ARG(catalog_action_get(walk->cell.action).name),
		STR_ARG(intern_get(&m->names, walk->cell.object)),
		STR_ARG(expr_verdict_name(matrix_verdict(walk->cells[0]))),
		STR_ARG(expr_verdict_name(matrix_verdict(walk->cells[1]))));
}

static bool holds(enum property_relation relation, const struct matrix_cell *before,
	const struct matrix_cell *after)
{
	enum expr_verdict a = matrix_verdict(before), b = matrix_verdict(after);

	switch (relation) {
	case PROPERTY_SAME:
		return before && after && before->direct == after->direct &&
		       before->indirect == after->indirect;
	case PROPERTY_NOT_LESS:
		return b >= a;
	case PROPERTY_NOT_MORE:
		return b <= a;
	case PROPERTY_NOT_DENIED:
		return b <= a && b > VERDICT_DENIED;
	}
	return false;
}

static void compare(struct metamorphic *m, const char *name,
	enum property_relation relation, const struct matrix *before,
	const struct matrix *after)
{
	struct matrix_walk walk = { .m = { before, after }, .count = 2 };

	m->told = 0;
	while (matrix_next(&walk)) {
		m->cells++;
		if (!holds(relation, walk.cells[0], walk.cells[1]))
			tell(m, name, &walk);
	}
}

static int open_matrix(struct matrix *out, struct metamorphic *m,
	const struct draft *world, struct err *e)
{
	return matrix_open(out, world, m->directory, &m->names, m->asked, MATRIX_WHAT, e);
}

static int check_property(struct metamorphic *m, const struct draft *world,
	const struct property *p, uint64_t choice, struct err *e)
{
	struct draft before, after;
	struct matrix a, b;
	int rc = 0;

	draft_copy(&before, world);
	draft_copy(&after, world);
	if (p->make(&before, &after, choice)) {
		rc = open_matrix(&a, m, &before, e);
		if (rc == 0) {
			rc = open_matrix(&b, m, &after, e);
			if (rc == 0) {
				compare(m, p->name, p->relation, &a, &b);
				matrix_close(&b);
			}
			matrix_close(&a);
		}
		m->pairs++;
	}
	draft_release(&before);
	draft_release(&after);
	return rc;
}

static bool is_entity(const struct draft *world, struct str key)
{
	return draft_entity(world, key) != NULL;
}

/* Who can is what can transposed, but for strangers, of whom lists say less. */
static int check_transposed(
	struct metamorphic *m, const struct draft *world, struct err *e)
{
	struct intern objects;
	struct matrix what, who;

	intern_init(&objects);
	matrix_objects(&objects, world);
	uint32_t count = intern_count(&objects);
	int rc = open_matrix(&what, m, world, e);

	if (rc == 0) {
		rc = matrix_open(
			&who, world, m->directory, &objects, count, MATRIX_WHO, e);
		if (rc < 0)
			matrix_close(&what);
	}
	for (size_t i = 0; rc == 0 && i < VEC_COUNT(&who.cells, struct matrix_cell);
		i++) {
		/* one table of names for both, so that they can be walked together */
		struct matrix_cell *c = &VEC_DATA(&who.cells, struct matrix_cell)[i];

		c->subject = intern_add(&m->names, intern_get(&objects, c->subject));
		c->object = intern_add(&m->names, intern_get(&objects, c->object));
	}
	if (rc == 0) {
		matrix_sort(&who);
		struct matrix_walk walk = { .m = { &what, &who }, .count = 2 };

		m->told = 0;
		while (matrix_next(&walk)) {
			m->cells++;
			if (is_entity(world, intern_get(&m->names, walk.cell.subject)) &&
				is_entity(
					world, intern_get(&m->names, walk.cell.object)) &&
				!holds(PROPERTY_SAME, walk.cells[0], walk.cells[1]))
				tell(m, "who can is what can transposed", &walk);
		}
		matrix_close(&what);
		matrix_close(&who);
	}
	intern_release(&objects);
	return rc;
}

static int check_world(struct metamorphic *m, const struct draft *world, struct err *e)
{
	int rc = 0;

	intern_init(&m->names);
	matrix_subjects(&m->names, world);
	m->asked = intern_count(&m->names);
	for (uint32_t i = 0; i < property_count && rc == 0; i++)
		rc = check_property(m, world, &properties[i],
			(m->seed + i) * 0x9e3779b97f4a7c15ull >> 8, e);
	if (rc == 0)
		rc = check_transposed(m, world, e);
	intern_release(&m->names);
	return rc;
}

int main(int argc, char **argv)
{
	unsigned long worlds = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
	unsigned long first = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	struct metamorphic m = { .directory = access("/dev/shm", W_OK) == 0 ? "/dev/shm"
									    : "/tmp" };
	int rc = 0;

	for (unsigned long seed = first; seed < first + worlds && rc == 0; seed++) {
		struct buf stream = { 0 };
		struct draft world;
		struct err e = { 0 };

		m.seed = seed;
		worldgen_make(&stream, seed, false);
		draft_read(&world, buf_str(&stream));
		rc = check_world(&m, &world, &e);
		if (rc < 0)
			printf("seed %lu: error: %s\n", seed, e.text);
		draft_release(&world);
		buf_release(&stream);
	}
	printf("%lu worlds from seed %lu: %llu pairs, %llu cells, %u faults\n", worlds,
		first, (unsigned long long)m.pairs, (unsigned long long)m.cells,
		m.faults);
	return rc < 0 || m.faults > 0;
}
