/*
 * Seeded random worlds on which engine and oracle must agree.
 *
 *	campaign [WORLDS [FIRST_SEED [plain|once|hops|crash|readable]]]
 *
 * plain: do not make failing worlds smaller; once: end with the first that fails; hops:
 * the same, of the seeds only that have all hop rules, from the next such on; crash: the
 * first world ends the program, make it smaller; readable: all policies of resources
 * could be read.
 *
 * A world that they disagree on is made smaller, then shown: its seed, its records, the
 * question and both verdicts. LATCHKEY_DUEL_DIRECTORY is where stores are made, else
 * /dev/shm or /tmp.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "duel.h"
#include "shrink.h"
#include "worldgen.h"

/* Worlds that are made smaller: each takes its time. */
#define SHOWN 2u

static const char *scratch_directory(void)
{
	const char *asked = getenv("LATCHKEY_DUEL_DIRECTORY");

	if (asked)
		return asked;
	return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

static void show_failure(
	struct str stream, uint64_t seed, const char *directory, uint32_t sort)
{
	struct buf small = { 0 }, text = { 0 };
	struct duel_result r;
	struct err e = { 0 };

	shrink_world(&small, stream, directory, seed, sort);
	shrink_print(&text, buf_str(&small));
	if (sort == SHRINK_CRASH)
		r = (struct duel_result){ 0 };
	else if (duel_run(&r, buf_str(&small), directory, seed, &e) < 0)
		buf_printf(&r.report, "error: %s\n", e.text);
	printf("seed %llu, made smaller:\n%.*s%.*s", (unsigned long long)seed,
		STR_ARG(buf_str(&text)), STR_ARG(buf_str(&r.report)));
	duel_result_release(&r);
	buf_release(&small);
	buf_release(&text);
}

int main(int argc, char **argv)
{
	unsigned long worlds = argc > 1 ? strtoul(argv[1], NULL, 10) : 500;
	unsigned long first = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	const char *directory = scratch_directory();
	const char *mode = argc > 3 ? argv[3] : "";
	bool refused = strcmp(mode, "readable") != 0;
	bool hops = strcmp(mode, "hops") == 0;
	unsigned failed = 0, most = hops || strcmp(mode, "once") == 0 ? 1 : 3;
	uint64_t verdicts = 0, undecided = 0;
	unsigned shown_count = strcmp(mode, "plain") == 0 || most == 1 ? SHOWN : 0;

	if (hops)
		first += (DUEL_HOPS_EVERY - first % DUEL_HOPS_EVERY) % DUEL_HOPS_EVERY;
	for (unsigned long i = 0; i < worlds && failed < most; i++) {
		unsigned long seed = first + i * (hops ? DUEL_HOPS_EVERY : 1);
		struct buf stream = { 0 };
		struct duel_result r;
		struct err e = { 0 };

		worldgen_make(&stream, seed, refused);
		if (strcmp(mode, "crash") == 0) {
			show_failure(buf_str(&stream), seed, directory, SHRINK_CRASH);
			buf_release(&stream);
			return 1;
		}
		int rc = duel_run(&r, buf_str(&stream), directory, seed, &e);

		verdicts += r.verdicts;
		undecided += r.undecided;
		if (rc < 0) {
			printf("seed %lu: error: %s\n", seed, e.text);
			failed++;
		} else if (r.differences > 0) {
			printf("seed %lu: %u differences\n%.*s", seed, r.differences,
				STR_ARG(buf_str(&r.report)));
			failed++;
			for (uint32_t k = 0; k < 128 && shown_count < SHOWN; k++) {
				if (!(r.sorts[k / 64] >> k % 64 & 1))
					continue;
				show_failure(buf_str(&stream), seed, directory, k);
				shown_count++;
			}
		}
		duel_result_release(&r);
		buf_release(&stream);
	}
	printf("%lu worlds from seed %lu: %llu verdicts, %llu undecided, %u failed\n",
		worlds, first, (unsigned long long)verdicts,
		(unsigned long long)undecided, failed);
	return failed > 0;
}
