/*
 * interrupt.h - the user's wish to stop, for commands that have something to put back
 * first.
 *
 * Others leave SIGINT alone and are ended by it.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <signal.h>

/*
 * From here on the first SIGINT, SIGTERM or SIGHUP only raises the flag; a second one
 * ends the program.
 */
void interrupt_catch(void);

/* Not 0 once raised; valid for ever. */
const volatile sig_atomic_t *interrupt_flag(void);

#endif
