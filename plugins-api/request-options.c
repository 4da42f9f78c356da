/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The options of a request, from the client's packet or from a test.
 */
#include "request-private.h"

#include "codec/dhcp.h"

static GBytes *given_option(BootHostRequest *self, guint space, guint code) {
    GVariantIter iter;
    guint32 its_space = 0;
    guint32 its_code = 0;
    GVariant *value = NULL;
    if (self->options == NULL)
        return NULL;
    g_variant_iter_init(&iter, self->options);
    while (g_variant_iter_next(&iter, "(uu@ay)", &its_space, &its_code, &value)) {
        g_autoptr(GVariant) owned = value;
        if (its_space == space && its_code == code)
            return g_variant_get_data_as_bytes(owned);
    }
    return NULL;
}

static gboolean option_of_packet(const struct dhcp_options *options, guint space, guint code,
                                 struct span *ret_value) {
    static const struct {
        uint8_t outer;
        enum suboption_style style;
    } spaces[] = {
        [BOOT_HOST_OPTION_SPACE_PXE] = {DHCP_OPTION_VENDOR_SPECIFIC, SUBOPTION_PADDED},
        [BOOT_HOST_OPTION_SPACE_RELAY] = {DHCP_OPTION_RELAY_AGENT, SUBOPTION_PLAIN},
        [BOOT_HOST_OPTION_SPACE_WDS] = {DHCP_OPTION_WDS_NBP, SUBOPTION_PADDED},
    };
    struct span outer;
    if (space == BOOT_HOST_OPTION_SPACE_DHCP4)
        return dhcp_option_get(options, (uint8_t) code, ret_value);
    return space < G_N_ELEMENTS(spaces) && spaces[space].outer != 0 &&
           dhcp_option_get(options, spaces[space].outer, &outer) &&
           suboption_get(outer, spaces[space].style, (uint8_t) code, ret_value);
}

/**
 * boot_host_request_get_option:
 * @self: a request
 * @space: where the code counts
 * @code: the option's code, 1 to 254
 *
 * The value of an option, in one piece even if it was split.
 *
 * Returns: (transfer full) (nullable): the bytes; %NULL when the client did not send it
 *
 * Since: 0.9
 */
GBytes *boot_host_request_get_option(BootHostRequest *self, BootHostOptionSpace space, guint code) {
    struct dhcp_view view;
    struct span datagram = {0};
    struct span value = {0};

    g_return_val_if_fail(BOOT_HOST_IS_REQUEST(self), NULL);
    GBytes *given = given_option(self, space, code);
    if (given != NULL || self->packet == NULL || code > G_MAXUINT8)
        return given;
    datagram.data = g_bytes_get_data(self->packet, &datagram.size);
    if (dhcp_parse(datagram, &view) != DHCP_OK ||
        !option_of_packet(&view.options, space, code, &value))
        return NULL;
    return g_bytes_new(value.data, value.size);
}
