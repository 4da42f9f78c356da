/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/log: foreign bytes, quoted, are always one bounded line of valid UTF-8 that stays within
 * its quotes.
 */
#include "fuzz.h"

#include "base/log.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    g_autofree char *quoted = log_quote(data, (gssize) size);
    size_t length = strlen(quoted);
    FUZZ_CHECK(length >= 2 && length <= 120 * 4 + 5);
    FUZZ_CHECK(quoted[0] == '\'' && strchr(quoted + 1, '\'') == quoted + length - 1);
    FUZZ_CHECK(g_utf8_validate(quoted, (gssize) length, NULL));
    for (size_t i = 0; i < length; i++)
        FUZZ_CHECK((unsigned char) quoted[i] >= 0x20 && quoted[i] != 0x7f);
    return 0;
}
