/*
 * Puts aws-decisions.ndjson to the engine, one world a case: the requests of
 * tests/differential/replay.h with mode, id and expected verdict. The folder is
 * $LATCHKEY_ORACLES or the first argument; without the file the test is skipped (exit
 * status 77). The second argument is the file of exceptions: lines of id, tab, reason
 * with the page that decides; they must differ, all others must agree.
 *
 * In the mode "Strict" the context is complete. In the mode "Discovery" nothing is known
 * but what `constraints` names, and "Allowed" stands for all but denied: where an
 * organization would be known or a tag, the answer is unknown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/intern.h"
#include "tests/differential/replay.h"
#include "tests/oracle/estate.h"

#define EXIT_SKIPPED 77
#define FILE_NAME    "aws-decisions.ndjson"

struct run {
	struct intern exceptions;
	unsigned cases, agreed, excepted, failed;
};

static const char *scratch_directory(void)
{
	return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

/* The ids of the file's lines; '#' begins a comment. */
static bool read_exceptions(struct intern *out, const char *path)
{
	FILE *file = fopen(path, "r");
	size_t size = 0;
	char *line = NULL;

	if (!file)
		return false;
	for (ssize_t n = getline(&line, &size, file); n > 0;
		n = getline(&line, &size, file)) {
		struct str text = { line, (size_t)n };

		if (line[0] != '#' && line[0] != '\n')
			intern_add(out, str_head(text, str_find_char(text, '\t', 0)));
	}
	free(line);
	fclose(file);
	return true;
}

static int answer_of(struct replay_answer *out, struct replay *r, struct err *e)
{
	struct buf stream = { 0 };
	struct estate estate;
	int rc;

	replay_record(r, &stream);
	rc = estate_open_lenient(&estate, scratch_directory(), buf_str(&stream), e);
	if (rc == 0) {
		rc = replay_ask(out, r, estate.world, e);
		out->reason = arena_copy(&r->arena, out->reason);
		estate_close(&estate);
	}
	buf_release(&stream);
	return rc;
}

static bool agrees(const struct replay *r, enum replay_verdict got, struct str expected)
{
	/* the engine does not tell which statement of an endpoint's policy stops */
	if (replay_member(r, "endpointPolicies") && got == REPLAY_IMPLICIT)
		return !str_eq(expected, STR_LIT("Allowed"));
	if (r->open && (got == REPLAY_CONDITIONAL || got == REPLAY_UNKNOWN))
		got = REPLAY_ALLOWED;
	return str_eq(expected, str_from(replay_verdict_name(got)));
}

static void run_case(struct run *run, struct str line)
{
	struct replay_answer answer = { .verdict = REPLAY_UNKNOWN };
	struct replay r;
	struct err e = { 0 };
	int rc = replay_open(&r, line, &e);
	struct str id = str_from(yyjson_get_str(yyjson_obj_get(r.root, "id")));
	struct str expected =
		str_from(yyjson_get_str(yyjson_obj_get(r.root, "expected")));
	bool listed = intern_find(&run->exceptions, id) != INTERN_NONE, same;

	/* the name of an open request's session is open */
	r.open = yyjson_equals_str(yyjson_obj_get(r.root, "mode"), "Discovery");
	r.session_asked = r.session_asked && !r.open;
	if (rc == 0)
		rc = answer_of(&answer, &r, &e);
	same = rc == 0 && agrees(&r, answer.verdict, expected);
	run->cases++;
	run->agreed += same;
	run->excepted += !same && listed;
	if (same == listed) {
		run->failed++;
		printf("%.*s: expected %.*s, got %s%s: %.*s%s\n", STR_ARG(id),
			STR_ARG(expected), replay_verdict_name(answer.verdict),
			listed ? ", which was to differ" : "", STR_ARG(answer.reason),
			e.text);
	}
	replay_close(&r);
}

static int run_file(FILE *file, const char *exceptions)
{
	struct run run = { 0 };
	size_t size = 0;
	char *line = NULL;

	intern_init(&run.exceptions);
	if (!read_exceptions(&run.exceptions, exceptions)) {
		printf("cannot read '%s'\n", exceptions);
		return EXIT_FAILURE;
	}
	for (ssize_t n = getline(&line, &size, file); n > 0;
		n = getline(&line, &size, file))
		run_case(&run, (struct str){ line, (size_t)n });
	free(line);
	printf("%u cases, %u agree, %u differ as listed, %u failed\n", run.cases,
		run.agreed, run.excepted, run.failed);
	if (run.excepted < intern_count(&run.exceptions))
		run.failed++;
	intern_release(&run.exceptions);
	return run.cases > 0 && run.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	const char *folder = getenv("LATCHKEY_ORACLES");
	char path[4096];
	FILE *file;
	int status;

	if (argc != 3) {
		fprintf(stderr, "usage: %s FOLDER EXCEPTIONS\n", argv[0]);
		return EXIT_FAILURE;
	}
	snprintf(path, sizeof(path), "%s/%s", folder ? folder : argv[1], FILE_NAME);
	file = fopen(path, "r");
	if (!file) {
		printf("skipped: there is no %s\n", path);
		return EXIT_SKIPPED;
	}
	status = run_file(file, argv[2]);
	fclose(file);
	return status;
}
