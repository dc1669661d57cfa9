/*
 * Writes the manual pages into a directory: latchkey.1, and latchkey-COMMAND.1 for each
 * command.
 */
#include <stdio.h>

#include "cli/help.h"

static int write_page(const char *directory, const struct command *command)
{
	struct buf page = { 0 }, path = { 0 };
	FILE *f;
	int rc = 1;

	buf_printf(&path, "%s/latchkey%s%s.1", directory, command ? "-" : "",
		command ? command->name : "");
	buf_add_char(&path, '\0');
	help_manual(&page, command);
	f = fopen(path.p, "w");
	if (f) {
		rc = fwrite(page.p, 1, page.n, f) != page.n;
		rc = fclose(f) != 0 || rc;
	}
	if (rc)
		perror(path.p);
	buf_release(&path);
	buf_release(&page);
	return rc;
}

int main(int argc, char **argv)
{
	const struct command *command;
	int rc;

	if (argc != 2) {
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 2;
	}
	rc = write_page(argv[1], NULL);
	for (uint32_t i = 0; (command = command_get(i)) != NULL; i++)
		rc = write_page(argv[1], command) || rc;
	return rc;
}
