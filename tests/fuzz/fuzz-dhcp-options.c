/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/dhcp-options: sub-options of any bytes stay within them, the walk ends, and what was read
 * reads the same when it is written again.
 */
#include "fuzz.h"

#include "codec/dhcp-options.h"

static void check_style(struct span input, enum suboption_style style) {
    uint8_t room[70000];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    struct suboption_walk walk = {.input = input, .style = style};
    uint8_t code = 0;
    struct span value = {0};
    bool rewritable = true;
    while (suboption_next(&walk, &code, &value)) {
        FUZZ_CHECK(value.data >= input.data);
        FUZZ_CHECK(value.data + value.size <= input.data + input.size);
        struct span first = {0};
        FUZZ_CHECK(suboption_get(input, style, code, &first));
        FUZZ_CHECK(first.data <= value.data);
        if (code == DHCP_OPTION_PAD || code == DHCP_OPTION_END)
            rewritable = false;
        if (rewritable)
            dhcp_option_put(&writer, code, value);
    }
    FUZZ_CHECK(walk.position <= input.size);
    FUZZ_CHECK(!suboption_next(&walk, &code, &value));
    FUZZ_CHECK(writer.failed || writer.size <= input.size);
    if (!rewritable || writer.failed)
        return;

    struct suboption_walk left = {.input = input, .style = style};
    struct suboption_walk right = {.input = {room, writer.size}, .style = style};
    struct span again = {0};
    uint8_t code_again = 0;
    while (suboption_next(&left, &code, &value)) {
        FUZZ_CHECK(suboption_next(&right, &code_again, &again));
        FUZZ_CHECK(code == code_again && span_equals(value, again));
    }
    FUZZ_CHECK(!suboption_next(&right, &code_again, &again) && !right.overrun);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > UINT16_MAX)
        return 0;
    check_style((struct span){data, size}, SUBOPTION_PADDED);
    check_style((struct span){data, size}, SUBOPTION_PLAIN);
    return 0;
}
