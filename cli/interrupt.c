#include "cli/interrupt.h"

static volatile sig_atomic_t raised;

static void raise_flag(int signal)
{
	(void)signal;
	raised = 1;
}

void interrupt_catch(void)
{
	struct sigaction once = { .sa_handler = raise_flag };

	once.sa_flags = (int)SA_RESETHAND;
	sigaction(SIGINT, &once, NULL);
	sigaction(SIGTERM, &once, NULL);
	sigaction(SIGHUP, &once, NULL);
}

const volatile sig_atomic_t *interrupt_flag(void)
{
	return &raised;
}
