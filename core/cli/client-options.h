/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The client that a command line describes: --arch, --mac and the like, for `simulate` and `probe`.
 */
#pragma once

#include "cli/cli.h"
#include "cli/client-packet.h"

/* As written; NULL: not given. */
struct client_options {
    char *arch;
    char *mac;
    char *uuid;
    char *loader;
    gint item; /* -1: none */
};

/* Entries of a GOption table that fill `options`, which is a struct client_options. */
#define CLIENT_OPTION_ENTRIES(options)                                                             \
    {"arch",                                                                                       \
     'a',                                                                                          \
     0,                                                                                            \
     G_OPTION_ARG_STRING,                                                                          \
     &(options).arch,                                                                              \
     "Architecture, such as bios, x64-uefi or 7 (x64-uefi)",                                       \
     "ARCH"},                                                                                      \
        {"mac", 'm', 0, G_OPTION_ARG_STRING, &(options).mac, "MAC address", "MAC"},                \
        {"uuid", 'u', 0, G_OPTION_ARG_STRING, &(options).uuid, "SMBIOS UUID (made from the MAC)",  \
         "UUID"},                                                                                  \
        {"loader",                                                                                 \
         'l',                                                                                      \
         0,                                                                                        \
         G_OPTION_ARG_STRING,                                                                      \
         &(options).loader,                                                                        \
         "Which program asks: firmware, ipxe, grub or wdsnbp (firmware)",                          \
         "LOADER"},                                                                                \
    {                                                                                              \
        "item", 0, 0, G_OPTION_ARG_INT, &(options).item,                                           \
            "Number of the menu entry that is chosen", "NUMBER"                                    \
    }

/* Fills loader, architecture, MAC, UUID and item of a packet. FALSE after a complaint. `mac` may be
 * missing when `default_mac` is not NULL. */
gboolean client_options_read(const struct cli *cli, const struct client_options *options,
                             const char *default_mac, struct client_packet *packet);
void client_options_clear(struct client_options *options);

/* The address of an option, in host byte order; 0 when text is NULL. FALSE after a complaint. */
gboolean client_options_address(const struct cli *cli, const char *option, const char *text,
                                uint32_t *ret_address);
