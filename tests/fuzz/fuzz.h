/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What every fuzzer shares: the entry libFuzzer (or driver.c) calls, and a check that survives
 * NDEBUG.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Tries one input; returns 0. Aborts by FUZZ_CHECK() when a property does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);         \
            abort();                                                                               \
        }                                                                                          \
    } while (0)
