/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which packets are ours to answer: netboot clients alone, and of their packets only those that no
 * DHCP server will answer. PURE.
 */
#include "boot/request.h"

#include "boot/client-key.h"
#include "codec/pxe.h"

const char *request_status_name(enum request_status status) {
    static const char *const names[REQUEST_STATUS_COUNT] = {
        [REQUEST_OK] = "ok",
        [REQUEST_NOT_BOOTREQUEST] = "not-bootrequest",
        [REQUEST_NOT_PXE] = "not-pxe",
        [REQUEST_NOT_DISCOVER] = "not-discover",
        [REQUEST_NOT_REQUEST] = "not-request",
        [REQUEST_OTHER_SERVER] = "other-server",
        [REQUEST_CREDENTIALS] = "credentials",
        [REQUEST_NO_IDENTITY] = "no-identity",
    };
    return (unsigned) status < REQUEST_STATUS_COUNT ? names[status] : "unknown";
}

static uint32_t ipv4_number(const struct address *address) {
    if (address->family != 4)
        return 0;
    return (uint32_t) address->bytes[0] << 24 | (uint32_t) address->bytes[1] << 16 |
           (uint32_t) address->bytes[2] << 8 | address->bytes[3];
}

/* Option 54 of a request on 4011: EDK2 sends none, iPXE repeats the offer's, which is ours. */
static bool names_other_server(const struct dhcp_view *view, const struct request_origin *origin) {
    uint32_t server = 0;
    return dhcp_option_get_u32(&view->options, DHCP_OPTION_SERVER_ID, &server) && server != 0 &&
           server != ipv4_number(&origin->server);
}

static enum request_status classify_boot_server(const struct dhcp_view *view,
                                                const struct request_origin *origin) {
    if (view->message_type != DHCP_MESSAGE_REQUEST && view->message_type != DHCP_MESSAGE_INFORM)
        return REQUEST_NOT_REQUEST;
    if (names_other_server(view, origin))
        return REQUEST_OTHER_SERVER;
    struct pxe_client pxe = {0};
    pxe_client_parse(&view->options, &pxe);
    if (pxe.has_boot_item && (pxe.boot_item.layer & PXE_LAYER_CREDENTIALS) != 0)
        return REQUEST_CREDENTIALS;
    return REQUEST_OK;
}

enum request_status request_classify(const struct dhcp_view *view,
                                     const struct request_origin *origin) {
    if (view->header.op != DHCP_OP_REQUEST)
        return REQUEST_NOT_BOOTREQUEST;
    struct span text = {0};
    struct pxe_vendor_class vendor_class = {0};
    if (dhcp_option_get(&view->options, DHCP_OPTION_VENDOR_CLASS, &text))
        pxe_vendor_class_parse(text, &vendor_class);
    if (vendor_class.kind == PXE_KIND_NONE)
        return REQUEST_NOT_PXE;
    if (origin->port == DHCP_PORT_BOOT_SERVER) {
        enum request_status status = classify_boot_server(view, origin);
        if (status != REQUEST_OK)
            return status;
    } else if (view->message_type != DHCP_MESSAGE_DISCOVER) {
        /* INIT-REBOOT and requests for another server's offer are the DHCP server's. */
        return REQUEST_NOT_DISCOVER;
    }
    struct client_key key = {0};
    return client_key_read(view, &key) ? REQUEST_OK : REQUEST_NO_IDENTITY;
}
