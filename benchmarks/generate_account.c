/*
 * generate_account - writes the exports of a made-up AWS account: equal options, equal
 * bytes.
 *
 *	generate_account --out DIR [--roles N] [--seed S]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "benchmarks/identities.h"
#include "benchmarks/resources.h"

#define DEFAULT_ROLES 20000u
#define MOST_ROLES    1000000u

struct options {
	const char *out;
	uint64_t roles, seed;
};

static bool read_number(const char *text, uint64_t *out)
{
	char *end;

	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0';
}

static bool read_options(struct options *o, int argc, char **argv)
{
	*o = (struct options){ .roles = DEFAULT_ROLES, .seed = 1 };
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--out") == 0)
			o->out = argv[i + 1];
		else if (strcmp(argv[i], "--roles") == 0) {
			if (!read_number(argv[i + 1], &o->roles))
				return false;
		} else if (strcmp(argv[i], "--seed") == 0) {
			if (!read_number(argv[i + 1], &o->seed))
				return false;
		} else
			return false;
	}
	return argc % 2 == 1 && o->out && o->roles > 0 && o->roles <= MOST_ROLES;
}

static int write_identities(struct target *target, struct estate *s, struct err *e)
{
	struct writer w;
	int rc = writer_open(&w, target, "iam/get-account-authorization-details.json", e);

	if (rc < 0)
		return rc;
	identities_write(&w, s);
	return writer_close(&w, e);
}

int main(int argc, char **argv)
{
	struct target target;
	struct options o;
	struct estate s;
	struct err e;
	int rc;

	if (!read_options(&o, argc, argv)) {
		fprintf(stderr,
			"usage: generate_account --out DIR [--roles N] [--seed S]\n");
		return 2;
	}
	target_open_directory(&target, o.out);
	estate_init(&s, o.seed, (uint32_t)o.roles);
	rc = write_identities(&target, &s, &e);
	if (rc == 0)
		rc = resources_write(&target, &s, "", &e);
	arena_release(&s.arena);
	target_release(&target);
	if (rc < 0)
		fprintf(stderr, "generate_account: %s\n", e.text);
	return err_exit_status(rc);
}
