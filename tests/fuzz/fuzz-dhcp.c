/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/dhcp: what is accepted lies within the datagram, joined options hold exactly their pieces,
 * and the datagram built again from what was read reads the same.
 */
#include "fuzz.h"

#include "codec/dhcp.h"

#include <string.h>

#define ROOM 66000 /* bytes: the largest datagram, and what overloaded fields may add */

static void check_pieces(const struct dhcp_view *view) {
    struct span datagram = view->options.datagram;
    size_t sizes[256] = {0};
    size_t total = 0;
    struct dhcp_option_walk walk = {.options = &view->options};
    uint8_t code = 0;
    struct span value = {0};
    while (dhcp_option_next(&walk, &code, &value)) {
        FUZZ_CHECK(code != DHCP_OPTION_PAD && code != DHCP_OPTION_END);
        FUZZ_CHECK(value.data >= datagram.data);
        FUZZ_CHECK(value.data + value.size <= datagram.data + datagram.size);
        struct span joined = {0};
        FUZZ_CHECK(dhcp_option_get(&view->options, code, &joined));
        FUZZ_CHECK(sizes[code] + value.size <= joined.size);
        FUZZ_CHECK(memcmp(joined.data + sizes[code], value.data, value.size) == 0);
        sizes[code] += value.size;
        total += value.size + 2;
    }
    FUZZ_CHECK(total <= datagram.size);
    for (unsigned i = 0; i < 256; i++) {
        struct span joined = {0};
        bool found = dhcp_option_get(&view->options, (uint8_t) i, &joined);
        FUZZ_CHECK(joined.size == sizes[i]);
        FUZZ_CHECK(found || sizes[i] == 0);
    }
}

static bool fits(struct span name, size_t size) {
    return name.size < size;
}

/* Writes what `view` holds; options of overloaded fields move to the option field. */
static bool rebuild(const struct dhcp_view *view, struct writer *writer) {
    char sname[DHCP_SNAME_SIZE] = {0};
    char file[DHCP_FILE_SIZE] = {0};
    if (!fits(view->sname, sizeof sname) || !fits(view->file, sizeof file))
        return false;
    if (view->sname.size > 0)
        memcpy(sname, view->sname.data, view->sname.size);
    if (view->file.size > 0)
        memcpy(file, view->file.data, view->file.size);
    dhcp_start(writer, &view->header, sname, file);

    struct dhcp_option_walk walk = {.options = &view->options};
    uint8_t code = 0;
    struct span value = {0};
    while (dhcp_option_next(&walk, &code, &value)) {
        if (code != DHCP_OPTION_OVERLOAD)
            dhcp_option_put(writer, code, value);
    }
    FUZZ_CHECK(dhcp_finish(writer, 300));
    return writer->size <= UINT16_MAX;
}

static void check_equal(const struct dhcp_view *first, const struct dhcp_view *second) {
    FUZZ_CHECK(memcmp(&first->header, &second->header, sizeof first->header) == 0);
    FUZZ_CHECK(span_equals(first->sname, second->sname));
    FUZZ_CHECK(span_equals(first->file, second->file));
    FUZZ_CHECK(first->message_type == second->message_type);
    for (unsigned code = 0; code < 256; code++) {
        if (code == DHCP_OPTION_OVERLOAD)
            continue;
        struct span left = {0};
        struct span right = {0};
        FUZZ_CHECK(dhcp_option_get(&first->options, (uint8_t) code, &left) ==
                   dhcp_option_get(&second->options, (uint8_t) code, &right));
        FUZZ_CHECK(span_equals(left, right));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct dhcp_view view;
    enum dhcp_status status = dhcp_parse((struct span){data, size}, &view);
    FUZZ_CHECK(strcmp(dhcp_status_name(status), "unknown") != 0);
    if (status != DHCP_OK)
        return 0;
    check_pieces(&view);

    uint8_t room[ROOM];
    struct writer writer;
    writer_init(&writer, room, sizeof room);
    if (!rebuild(&view, &writer))
        return 0;
    struct dhcp_view again;
    FUZZ_CHECK(dhcp_parse((struct span){room, writer.size}, &again) == DHCP_OK);
    check_equal(&view, &again);
    return 0;
}
