/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * cli/packet-facts and cli/probe-menu: whatever a server answers is told without harm, as text that
 * D-Bus and JSON can carry.
 */
#include "fuzz.h"

#include "cli/packet-facts.h"
#include "cli/probe-menu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct dhcp_view view;
    uint16_t item = 0;

    if (dhcp_parse((struct span){data, size}, &view) != DHCP_OK)
        return 0;
    if (probe_menu_choose(&view, &item))
        FUZZ_CHECK(item != 0 && probe_menu_is_there(&view));
    GVariant *facts = g_variant_ref_sink(packet_facts(&view, size));
    FUZZ_CHECK(g_variant_is_normal_form(facts));
    g_variant_unref(facts);
    return 0;
}
