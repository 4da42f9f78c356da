/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PXE 2.1 table 2-1: 43.9 holds type, length and text of each entry.
 */
#include "cli/probe-menu.h"

#include "codec/pxe.h"

static bool find_menu(const struct dhcp_view *view, struct span *ret_menu) {
    struct span vendor = {0};

    return dhcp_option_get(&view->options, DHCP_OPTION_VENDOR_SPECIFIC, &vendor) &&
           suboption_get(vendor, SUBOPTION_PADDED, PXE_SUBOPTION_BOOT_MENU, ret_menu);
}

bool probe_menu_is_there(const struct dhcp_view *view) {
    struct span menu = {0};
    return find_menu(view, &menu);
}

bool probe_menu_choose(const struct dhcp_view *view, uint16_t *ret_item) {
    struct reader reader;
    struct span menu = {0};

    if (!find_menu(view, &menu))
        return false;
    reader_init(&reader, menu);
    while (reader_left(&reader) > 0) {
        uint16_t type = reader_take_u16(&reader);
        uint8_t size = reader_take_u8(&reader);
        reader_take_span(&reader, size);
        if (!reader.failed && type != 0) {
            *ret_item = type;
            return true;
        }
    }
    return false;
}
