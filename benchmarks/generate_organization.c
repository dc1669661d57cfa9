/*
 * generate_organization - writes a made-up AWS organization: equal options, equal bytes.
 *
 *	generate_organization (--out DIR | --records FILE) [--accounts N] [--identities N]
 *	                      [--resources N] [--seed S] [--form exports|collect]
 *	                      [--only ACCOUNT]
 *
 * --records - writes the stream to standard output: `| latchkey ingest -`. --only writes
 * one account (its number, from 0) without the tree.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "benchmarks/account.h"
#include "benchmarks/bench.h"
#include "benchmarks/tree.h"

#define MOST_IDENTITIES 100000000u
#define MOST_RESOURCES  1000000000u

struct options {
	const char *out, *records;
	uint64_t accounts, identities, resources, seed, only;
	enum account_form form;
};

static bool read_option(struct options *o, const char *name, const char *value)
{
	if (strcmp(name, "--out") == 0)
		o->out = value;
	else if (strcmp(name, "--records") == 0)
		o->records = value;
	else if (strcmp(name, "--accounts") == 0)
		return bench_read_number(value, &o->accounts) && o->accounts > 0 &&
		       o->accounts <= ORGANIZATION_ACCOUNTS;
	else if (strcmp(name, "--identities") == 0)
		return bench_read_number(value, &o->identities) &&
		       o->identities <= MOST_IDENTITIES;
	else if (strcmp(name, "--resources") == 0)
		return bench_read_number(value, &o->resources) &&
		       o->resources <= MOST_RESOURCES;
	else if (strcmp(name, "--seed") == 0)
		return bench_read_number(value, &o->seed);
	else if (strcmp(name, "--only") == 0)
		return bench_read_number(value, &o->only);
	else if (strcmp(name, "--form") == 0 && strcmp(value, "collect") == 0)
		o->form = ACCOUNT_COLLECTED;
	else
		return strcmp(name, "--form") == 0 && strcmp(value, "exports") == 0;
	return true;
}

static int write_all(struct target *target, const struct options *o, struct err *e)
{
	struct organization organization;
	int rc = 0;

	organization_init(&organization, o->seed, (uint32_t)o->accounts, o->identities,
		o->resources);
	if (o->only < o->accounts) {
		rc = account_write(target, &organization, (uint32_t)o->only, o->form, e);
	} else {
		rc = tree_write(target, &organization, e);
		for (uint32_t i = 0; rc == 0 && i < o->accounts; i++)
			rc = account_write(target, &organization, i, o->form, e);
	}
	organization_release(&organization);
	return rc;
}

static int write_records(const struct options *o, struct err *e)
{
	bool standard = strcmp(o->records, "-") == 0;
	FILE *file = standard ? stdout : fopen(o->records, "wb");
	struct target target;
	int rc;

	if (!file)
		return err_set(
			e, ERR_IO, "cannot write '%s': %s", o->records, strerror(errno));
	target_open_records(&target, file);
	rc = write_all(&target, o, e);
	target_release(&target);
	if (fflush(file) != 0 && rc == 0)
		rc = err_set(
			e, ERR_IO, "cannot write '%s': %s", o->records, strerror(errno));
	if (!standard)
		fclose(file);
	return rc;
}

int main(int argc, char **argv)
{
	struct options o = { .accounts = 10,
		.identities = 1000,
		.resources = 10000,
		.seed = 1,
		.only = UINT64_MAX };
	bool good = argc % 2 == 1;
	struct target target;
	struct err e;
	int rc;

	for (int i = 1; good && i + 1 < argc; i += 2)
		good = read_option(&o, argv[i], argv[i + 1]);
	if (!good || !o.out == !o.records) {
		fprintf(stderr,
			"usage: generate_organization (--out DIR | --records FILE) [--accounts N]"
			" [--identities N] [--resources N] [--seed S]"
			" [--form exports|collect] [--only ACCOUNT]\n");
		return 2;
	}
	if (o.records) {
		rc = write_records(&o, &e);
	} else {
		target_open_directory(&target, o.out);
		rc = write_all(&target, &o, &e);
		target_release(&target);
	}
	if (rc < 0)
		fprintf(stderr, "generate_organization: %s\n", e.text);
	return err_exit_status(rc);
}
