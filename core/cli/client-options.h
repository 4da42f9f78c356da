/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The client that a command line describes: --arch, --mac and the like, for `simulate` and `probe`.
 */
#pragma once

#include "cli/cli.h"
#include "codec/client-packet.h"

/* Fills loader, architecture, MAC, UUID and item of a packet from cli->client. FALSE after a
 * complaint. Without --mac it is `default_mac`; NULL: there must be one. */
gboolean client_options_read(const struct cli *cli, const char *default_mac,
                             struct client_packet *packet);

/* The address of an option, in host byte order; 0 when text is NULL. FALSE after a complaint. */
gboolean client_options_address(const struct cli *cli, const char *option, const char *text,
                                uint32_t *ret_address);
