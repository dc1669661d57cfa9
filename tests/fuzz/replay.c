/*
 * replay.c - run every file of a corpus through a fuzz target, without a fuzzer.
 *
 * Each input is its own allocation of its exact size, so that a sanitizer sees
 * the first byte read past it. A missing or empty corpus is a failure: a test
 * that runs nothing proves nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Owned by the caller. NULL after saying why. */
static uint8_t *read_input(const char *path, size_t *size)
{
	struct stat status;
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;

	if (!file || fstat(fileno(file), &status) != 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		goto done;
	}
	*size = (size_t)status.st_size;
	bytes = (uint8_t *)malloc(*size > 0 ? *size : 1);
	if (bytes && fread(bytes, 1, *size, file) != *size) {
		fprintf(stderr, "%s: cannot be read whole\n", path);
		free(bytes);
		bytes = NULL;
	}
done:
	if (file)
		fclose(file);
	return bytes;
}

static int replay(const char *folder, const char *name)
{
	char path[4096];
	size_t size;
	int n = snprintf(path, sizeof(path), "%s/%s", folder, name);

	if (n < 0 || (size_t)n >= sizeof(path)) {
		fprintf(stderr, "%s/%s: path too long\n", folder, name);
		return -1;
	}
	uint8_t *bytes = read_input(path, &size);
	if (!bytes)
		return -1;
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
	return 0;
}

int main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	int failures = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	int count = scandir(argv[1], &entries, is_input, alphasort);
	if (count <= 0) {
		fprintf(stderr, "%s: no inputs\n", argv[1]);
		free(entries);
		return 1;
	}
	for (int i = 0; i < count; i++) {
		failures += replay(argv[1], entries[i]->d_name) != 0;
		free(entries[i]);
	}
	free(entries);
	return failures > 0;
}
