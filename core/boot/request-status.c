/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which packets are ours to answer: netboot clients alone, and of their packets only those that no
 * DHCP server will answer. PURE.
 */
#include "boot/request.h"

#include "boot/request-private.h"
#include "codec/pxe.h"

const char *request_status_name(enum request_status status) {
    static const char *const names[REQUEST_STATUS_COUNT] = {
        [REQUEST_OK] = "ok",
        [REQUEST_MALFORMED] = "malformed",
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

/* Option 54 of a request on 4011: EDK2 sends none, iPXE repeats the offer's, which is ours. */
static bool names_other_server(const struct dhcp_view *view, const struct request_origin *origin) {
    uint32_t server = 0;
    return dhcp_option_get_u32(&view->options, DHCP_OPTION_SERVER_ID, &server) && server != 0 &&
           (origin->server.family != 4 || server != address_number(&origin->server));
}

static enum request_status classify_boot_server(const struct reading *reading,
                                                const struct request_origin *origin) {
    const struct dhcp_view *view = &reading->view;
    const struct pxe_client *pxe = &reading->pxe;
    if (view->message_type != DHCP_MESSAGE_REQUEST && view->message_type != DHCP_MESSAGE_INFORM)
        return REQUEST_NOT_REQUEST;
    if (names_other_server(view, origin))
        return REQUEST_OTHER_SERVER;
    if (pxe->has_boot_item && (pxe->boot_item.layer & PXE_LAYER_CREDENTIALS) != 0)
        return REQUEST_CREDENTIALS;
    return REQUEST_OK;
}

enum request_status request_classify(const struct request *request,
                                     const struct request_origin *origin) {
    const struct reading *reading = request->reading;
    if (reading->view.header.op != DHCP_OP_REQUEST)
        return REQUEST_NOT_BOOTREQUEST;
    if (reading->pxe.vendor_class.kind == PXE_KIND_NONE)
        return REQUEST_NOT_PXE;
    if (origin->port == DHCP_PORT_BOOT_SERVER) {
        enum request_status status = classify_boot_server(reading, origin);
        if (status != REQUEST_OK)
            return status;
    } else if (reading->view.message_type != DHCP_MESSAGE_DISCOVER) {
        /* INIT-REBOOT and requests for another server's offer are the DHCP server's. */
        return REQUEST_NOT_DISCOVER;
    }
    return REQUEST_OK;
}
