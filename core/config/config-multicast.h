/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The keys of [tftp] that send files to many clients at once.
 */
#pragma once

#include "tftp/multicast-settings.h"

/* Take a value; NULL when it is fine, else what was expected instead (static text). */
typedef const char *(*config_multicast_fn)(struct multicast_settings *settings, const char *value);

const char *config_multicast_files(struct multicast_settings *settings, const char *value);
const char *config_multicast_groups(struct multicast_settings *settings, const char *value);
const char *config_multicast_port(struct multicast_settings *settings, const char *value);
const char *config_multicast_ttl(struct multicast_settings *settings, const char *value);
const char *config_mtftp_files(struct multicast_settings *settings, const char *value);
const char *config_mtftp_groups(struct multicast_settings *settings, const char *value);
const char *config_mtftp_client_port(struct multicast_settings *settings, const char *value);
const char *config_mtftp_server_port(struct multicast_settings *settings, const char *value);
const char *config_multicast_rate(struct multicast_settings *settings, const char *value);

/* Whether both protocols are used and could send to one address and port. */
gboolean config_multicast_overlaps(const struct multicast_settings *settings);
