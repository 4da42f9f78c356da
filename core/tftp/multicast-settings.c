/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which files are sent to many clients at once, and how. PURE.
 */
#include "tftp/multicast-settings.h"

#include "base/limits.h"
#include "tftp/path.h"

#include <string.h>

#define RATE_DEFAULT (32 * 1024 * 1024) /* a quarter of what gigabit Ethernet carries */

void multicast_settings_init(struct multicast_settings *settings) {
    *settings = (struct multicast_settings){
        .groups = {.first = 0xefff0100, .count = 256},
        .port = MULTICAST_PORT_DEFAULT,
        .ttl = 1,
        .rate = RATE_DEFAULT,
        .mtftp_groups = {.first = 0xefff0200, .count = 256},
        .mtftp_client_port = MTFTP_CLIENT_PORT_DEFAULT,
        .mtftp_server_port = MTFTP_SERVER_PORT_DEFAULT,
    };
}

void multicast_settings_clear(struct multicast_settings *settings) {
    g_clear_pointer(&settings->patterns, g_strfreev);
    g_clear_pointer(&settings->mtftp_patterns, g_strfreev);
}

void multicast_settings_copy(const struct multicast_settings *settings,
                             struct multicast_settings *ret_copy) {
    *ret_copy = *settings;
    ret_copy->patterns = g_strdupv(settings->patterns);
    ret_copy->mtftp_patterns = g_strdupv(settings->mtftp_patterns);
}

static gboolean parse_prefix(const char *text, unsigned *ret_prefix) {
    guint64 prefix = 0;
    if (!g_ascii_string_to_unsigned(text, 10, 4, 32, &prefix, NULL))
        return FALSE;
    *ret_prefix = (unsigned) prefix;
    return TRUE;
}

gboolean multicast_range_parse(const char *text, struct multicast_range *ret_range) {
    g_auto(GStrv) parts = g_strsplit(text, "/", 2);
    unsigned prefix = 32;
    struct address address;
    if (parts[0] == NULL || !address_parse(parts[0], &address) || address.family != 4 ||
        (parts[1] != NULL && !parse_prefix(parts[1], &prefix)))
        return FALSE;
    uint32_t first = address_number(&address);
    uint32_t others = prefix < 32 ? UINT32_MAX >> prefix : 0;
    gboolean is_link_local = first >> 8 == 0xe00000 || (prefix < 24 && first == 0xe0000000);
    if (first >> 28 != 0xe || (first & others) != 0 || is_link_local)
        return FALSE;
    *ret_range = (struct multicast_range){.first = first,
                                          .count = MIN(others, LIMIT_MULTICAST_RANGE - 1) + 1};
    return TRUE;
}

gboolean multicast_pattern_is_valid(const char *pattern) {
    char path[TFTP_PATH_MAX];
    return tftp_path_canonical(pattern, strlen(pattern), path) == TFTP_PATH_OK &&
           strcmp(path, pattern) == 0;
}

gboolean multicast_patterns_match(const char *const *patterns, const char *name) {
    if (patterns == NULL)
        return FALSE;
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (unsigned i = 0; patterns[i] != NULL; i++) {
        g_autofree char *pattern = g_ascii_strdown(patterns[i], -1);
        if (g_pattern_match_simple(pattern, lower))
            return TRUE;
    }
    return FALSE;
}
