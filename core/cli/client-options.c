/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Words to values, with a helping word for each that is wrong.
 */
#include "cli/client-options.h"

#include "base/text.h"

static gboolean read_arch(const struct cli *cli, const char *text, uint16_t *ret_code) {
    const char *word = text != NULL ? text : "x64-uefi";

    if (client_architecture_parse(word, ret_code))
        return TRUE;
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (unsigned i = 0; client_architecture_word(i) != NULL; i++)
        g_ptr_array_add(words, (gpointer) client_architecture_word(i));
    g_ptr_array_add(words, NULL);
    const char *near = text_nearest(word, (const char *const *) words->pdata);
    if (near != NULL) {
        cli_complain(cli, "--arch: '%s' is no architecture: did you mean '%s'?", word, near);
    } else {
        g_autofree char *all = g_strjoinv(", ", (GStrv) words->pdata);
        cli_complain(cli, "--arch: '%s' is no architecture: there are %s, and numbers", word, all);
    }
    return FALSE;
}

static gboolean read_loader(const struct cli *cli, const char *text,
                            enum client_loader *ret_loader) {
    if (text == NULL || client_loader_parse(text, ret_loader))
        return TRUE;
    cli_complain(cli, "--loader: '%s' is none of firmware, ipxe, grub, wdsnbp", text);
    return FALSE;
}

static gboolean read_identity(const struct cli *cli, const char *default_mac,
                              struct client_packet *packet) {
    const struct client_options *options = &cli->client;
    const char *mac = options->mac != NULL ? options->mac : default_mac;

    if (mac == NULL) {
        cli_complain(cli, "whose boot? Give --mac, such as --mac 52:54:00:12:34:56");
        return FALSE;
    }
    if (!identity_parse_mac(mac, packet->mac)) {
        cli_complain(cli, "--mac: '%s' is no MAC address such as 52:54:00:12:34:56", mac);
        return FALSE;
    }
    client_packet_uuid(packet->mac, packet->uuid);
    if (options->uuid != NULL &&
        !identity_parse_uuid(options->uuid, IDENTITY_UUID_SMBIOS, packet->uuid)) {
        cli_complain(cli, "--uuid: '%s' is no UUID such as 4c4c4544-0042-3510-8052-b4c04f4d3132",
                     options->uuid);
        return FALSE;
    }
    return TRUE;
}

gboolean client_options_read(const struct cli *cli, const char *default_mac,
                             struct client_packet *packet) {
    const struct client_options *options = &cli->client;

    if (!read_arch(cli, options->arch, &packet->architecture) ||
        !read_loader(cli, options->loader, &packet->loader) ||
        !read_identity(cli, default_mac, packet))
        return FALSE;
    if (options->item > UINT16_MAX || options->item < -1) {
        cli_complain(cli, "--item: %d is not between 0 and 65535", options->item);
        return FALSE;
    }
    packet->has_item = options->item >= 0;
    packet->item = packet->has_item ? (uint16_t) options->item : 0;
    return TRUE;
}

gboolean client_options_address(const struct cli *cli, const char *option, const char *text,
                                uint32_t *ret_address) {
    *ret_address = 0;
    if (text == NULL || identity_parse_ipv4(text, ret_address))
        return TRUE;
    cli_complain(cli, "--%s: '%s' is no IPv4 address", option, text);
    return FALSE;
}
