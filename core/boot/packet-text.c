/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: single statements of a packet.
 */
#include "boot/packet-text.h"

#include <strings.h>

#include <boothost/types.h>

#include "base/limits.h"
#include "codec/pxe.h"

const char *packet_text_plain(struct span value, char buffer[PACKET_TEXT_SIZE]) {
    struct span shown = span_until_nul(value);
    size_t size = shown.size < 255 ? shown.size : 255;
    for (size_t i = 0; i < size; i++)
        buffer[i] = shown.data[i] >= ' ' && shown.data[i] < 0x7f ? (char) shown.data[i] : '?';
    buffer[size] = '\0';
    return size > 0 ? buffer : NULL;
}

const char *packet_text_hex(struct span value, char buffer[PACKET_TEXT_SIZE]) {
    static const char digits[] = "0123456789abcdef";
    size_t size = value.size < 255 ? value.size : 255;
    for (size_t i = 0; i < size; i++) {
        buffer[2 * i] = digits[value.data[i] >> 4];
        buffer[2 * i + 1] = digits[value.data[i] & 15];
    }
    buffer[2 * size] = '\0';
    return size > 0 ? buffer : NULL;
}

/* Which program asks. Option 250 comes from Windows loaders alone; GRUB, where a build sends a user
 * class at all, says so there. */
const char *packet_loader(const struct dhcp_view *view, const struct pxe_client *pxe) {
    struct span value = {0};
    if (dhcp_option_get(&view->options, DHCP_OPTION_WDS_NBP, &value))
        return "wdsnbp";
    if (pxe->is_ipxe)
        return "ipxe";
    if (pxe->user_class.size >= 4 &&
        strncasecmp((const char *) pxe->user_class.data, "grub", 4) == 0)
        return "grub";
    return "firmware";
}

/* Option 57 counts the IP and UDP headers (RFC 2132 section 9.10: at least 576), 28 bytes
 * of them. */
int64_t packet_message_size(const struct dhcp_view *view) {
    uint16_t size = 0;
    if (!dhcp_option_get_u16(&view->options, DHCP_OPTION_MAXIMUM_SIZE, &size) ||
        size < LIMIT_REPLY_DEFAULT + 28)
        return LIMIT_REPLY_DEFAULT;
    return size - 28 < LIMIT_REPLY_MAX ? size - 28 : LIMIT_REPLY_MAX;
}

bool packet_option(const struct dhcp_view *view, uint32_t space, uint32_t code,
                   struct span *ret_value) {
    static const struct {
        uint8_t option;
        enum suboption_style style;
    } holders[] = {
        [BOOT_HOST_SPACE_PXE] = {DHCP_OPTION_VENDOR_SPECIFIC, SUBOPTION_PADDED},
        [BOOT_HOST_SPACE_RELAY] = {DHCP_OPTION_RELAY_AGENT, SUBOPTION_PLAIN},
        [BOOT_HOST_SPACE_WDS] = {DHCP_OPTION_WDS_NBP, SUBOPTION_PADDED},
    };
    const struct dhcp_options *options = &view->options;
    struct span holder = {0};
    if (code > UINT8_MAX)
        return false;
    if (space == BOOT_HOST_SPACE_DHCP4)
        return dhcp_option_get(options, (uint8_t) code, ret_value);
    if (space >= sizeof(holders) / sizeof(holders[0]) || holders[space].option == 0)
        return false;
    return dhcp_option_get(options, holders[space].option, &holder) &&
           suboption_get(holder, holders[space].style, (uint8_t) code, ret_value);
}
