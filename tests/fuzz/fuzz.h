/*
 * fuzz.h - the one function that a fuzz target defines.
 *
 * The bytes are borrowed until it returns. It returns 0, and aborts when the code
 * under test breaks a promise; malformed input is not such a case.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stop with the claim that did not hold. Stays on in every build. */
#define FUZZ_REQUIRE(claim)                                                              \
	do {                                                                             \
		if (!(claim)) {                                                          \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__,       \
				#claim);                                                 \
			abort();                                                         \
		}                                                                        \
	} while (0)

#endif
