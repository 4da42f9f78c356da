/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which files are sent to many clients at once, and how: RFC 2090's option `multicast` and PXE's
 * MTFTP. Made by the configuration, immutable from then on. PURE.
 */
#pragma once

#include "base/address.h"

#include <glib.h>

#define MULTICAST_PORT_DEFAULT    1758 /* registered as tftp-mcast; RFC 2090 recommends it */
#define MTFTP_CLIENT_PORT_DEFAULT 1757
#define MTFTP_SERVER_PORT_DEFAULT 1759

/* Groups 239.255.1.0/24 as a range: its first address and how many there are. */
struct multicast_range {
    uint32_t first;
    unsigned count; /* at most LIMIT_MULTICAST_RANGE are used */
};

struct multicast_settings {
    GStrv patterns; /* canonical paths that the option is agreed for; NULL: none */
    struct multicast_range groups;
    uint16_t port; /* receivers' */
    unsigned ttl;  /* routers that the packets may pass, less one; both protocols */
    uint64_t rate; /* bytes a second of all groups together; 0: as fast as the masters answer */

    GStrv mtftp_patterns; /* NULL: no MTFTP */
    struct multicast_range mtftp_groups;
    uint16_t mtftp_client_port;
    uint16_t mtftp_server_port;
};

/* What holds without any key. */
void multicast_settings_init(struct multicast_settings *settings);
void multicast_settings_clear(struct multicast_settings *settings);
/* A copy of its own. */
void multicast_settings_copy(const struct multicast_settings *settings,
                             struct multicast_settings *ret_copy);

/* Reads "239.255.1.0/24" or a single address; FALSE: no range of IPv4 multicast addresses, or one
 * with 224.0.0.0/24, which never leaves a link and belongs to routing. */
gboolean multicast_range_parse(const char *text, struct multicast_range *ret_range);

/* Whether `pattern` is one: a path as tftp/path.h makes it, in which `*` stands for any letters,
 * `/` among them, and `?` for one. */
gboolean multicast_pattern_is_valid(const char *pattern);

/* Whether one of the patterns is that of a canonical path; the case of letters does not count. */
gboolean multicast_patterns_match(const char *const *patterns, const char *name);
