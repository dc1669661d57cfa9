/*
 * err.h - an error code and one line of context, owned by the caller.
 *
 * A function that can fail returns 0 or a negative ERR_ code and takes
 * `struct err *e` last. On failure *e holds a complete message; on success
 * *e is untouched. e is never NULL. Nothing here allocates.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define ERR_TEXT_MAX 1024

/* code, value, exit status of the program when it ends with this error */
#define ERR_CODES(X)                                                                     \
	X(ERR_IO, -1, 3)          /* the system or the network said no */                \
	X(ERR_FORMAT, -2, 3)      /* bytes from outside are not what they claim to be */ \
	X(ERR_SYNTAX, -3, 2)      /* the user's query or option is wrong */              \
	X(ERR_LIMIT, -4, 3)       /* a limit in base/limits.h was reached */             \
	X(ERR_CORRUPT, -5, 3)     /* our own store breaks its own invariant */           \
	X(ERR_CREDENTIALS, -6, 4) /* a provider did not accept who we are */             \
	X(ERR_INTERRUPTED, -7, 130) /* the user or the system asked us to stop */

enum err_code {
#define X(name, value, status) name = (value),
	ERR_CODES(X)
#undef X
};

struct err {
	int code;                /* 0 or an ERR_ code */
	char text[ERR_TEXT_MAX]; /* NUL-terminated, no newline, no full stop */
};

/*
 * Record a failure at its origin. Returns code, so callers write `return err_set(...)`.
 */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Put "context: " before the message already in *e and return its code. When
 * the two do not fit together the context is dropped, never the cause.
 */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The exit status of the program for an ERR_ code; 0 for 0. */
int err_exit_status(int code);

#endif
