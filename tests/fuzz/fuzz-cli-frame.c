/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cli/frame: a payload that is found lies within the frame. The first byte chooses the link type.
 */
#include "fuzz.h"

#include "cli/frame.h"

#include <pcap/dlt.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int types[] = {DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_RAW};
    struct address from, to;
    struct span payload;

    if (size == 0)
        return 0;
    struct span frame = {data + 1, size - 1};
    if (frame_datagram(types[data[0] % 4], frame, &from, &to, &payload) && payload.size > 0) {
        FUZZ_CHECK(payload.data >= frame.data);
        FUZZ_CHECK(payload.data + payload.size <= frame.data + frame.size);
    }
    return 0;
}
