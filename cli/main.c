#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"

/*
 * Standard descriptors that are closed would be given to the next file opened, and an
 * error message would be written into the store. Fill them, the wrong way round, so that
 * using one is still an error.
 */
static void fill_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(3);
	}
}

int main(int argc, char **argv)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	umask(077);
	fill_standard_descriptors();
	sigaction(SIGPIPE, &ignore, NULL); /* a write says EPIPE instead */
	sigaction(SIGXFSZ, &ignore, NULL); /* and EFBIG */
	return command_main(argc, argv);
}
