/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The keys of [tftp] that send files to many clients at once.
 */
#pragma once

#include "config/key-file.h"
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

/* Names what the keys together make wrong: two files must never be heard at one address and port. */
void config_multicast_check(const struct multicast_settings *settings, const struct key_file *file,
                            GPtrArray *problems);
