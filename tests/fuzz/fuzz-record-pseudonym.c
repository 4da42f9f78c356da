/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * record/pseudonym: a packet stays one, with its options where they were; noise is blanked.
 */
#include "fuzz.h"

#include "codec/dhcp.h"
#include "record/pseudonym.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct pseudonym_key key = {{1, 2, 3}};
    struct dhcp_view before, after;
    uint8_t *copy = malloc(size > 0 ? size : 1);

    FUZZ_CHECK(copy != NULL);
    memcpy(copy, data, size);
    pseudonym_apply(&key, copy, size);
    if (dhcp_parse((struct span){data, size}, &before) != DHCP_OK) {
        for (size_t i = 0; i < size; i++)
            FUZZ_CHECK(copy[i] == 0);
    } else {
        FUZZ_CHECK(dhcp_parse((struct span){copy, size}, &after) == DHCP_OK);
        FUZZ_CHECK(before.header.hlen == after.header.hlen);
    }
    free(copy);
    return 0;
}
