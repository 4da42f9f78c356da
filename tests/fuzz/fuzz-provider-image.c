/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * provider/image: whatever the headers of a shared object say, nothing behind the end is read, and a
 * file that is whole stays so when something is appended.
 */
#include "fuzz.h"

#include "provider/image.h"

#include <string.h>

#define APPENDED 64 /* bytes */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* A copy of exactly that size, so that the sanitizer sees a read beyond it. */
    uint8_t *exact = calloc(1, size > 0 ? size : 1);
    uint8_t *longer = calloc(1, size + APPENDED);
    if (size > 0) {
        memcpy(exact, data, size);
        memcpy(longer, data, size);
    }
    if (image_is_whole(exact, size) && size > 64)
        FUZZ_CHECK(image_is_whole(longer, size + APPENDED));
    free(exact);
    free(longer);
    return 0;
}
