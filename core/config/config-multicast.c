/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The keys of [tftp] that send files to many clients at once.
 */
#include "config/config-multicast.h"

#include "base/limits.h"
#include "base/text.h"
#include "provider/problem.h"

#define RATE_LEAST (64 * 1024) /* less would keep clients waiting longer than they repeat */

static const char *set_patterns(GStrv *patterns, const char *value) {
    g_clear_pointer(patterns, g_strfreev);
    g_auto(GStrv) list = text_split_list(value);
    for (unsigned i = 0; list[i] != NULL; i++)
        if (!multicast_pattern_is_valid(list[i]))
            return "paths below the root, such as images/*.wim; *.img";
    if (list[0] != NULL)
        *patterns = g_steal_pointer(&list);
    return NULL;
}

static const char *set_groups(struct multicast_range *range, const char *value) {
    return multicast_range_parse(value, range)
               ? NULL
               : "multicast addresses such as 239.255.1.0/24 (224.0.0.0/4, but not 224.0.0.0/24)";
}

static const char *set_port(uint16_t *port, const char *value) {
    int64_t number = 0;
    if (!text_parse_integer(value, 1, UINT16_MAX, &number))
        return "a UDP port, 1 to 65535";
    *port = (uint16_t) number;
    return NULL;
}

const char *config_multicast_files(struct multicast_settings *settings, const char *value) {
    return set_patterns(&settings->patterns, value);
}

const char *config_multicast_groups(struct multicast_settings *settings, const char *value) {
    return set_groups(&settings->groups, value);
}

const char *config_multicast_port(struct multicast_settings *settings, const char *value) {
    return set_port(&settings->port, value);
}

const char *config_multicast_ttl(struct multicast_settings *settings, const char *value) {
    int64_t number = 0;
    if (!text_parse_integer(value, 1, 255, &number))
        return "1 (this network alone) to 255";
    settings->ttl = (unsigned) number;
    return NULL;
}

const char *config_multicast_rate(struct multicast_settings *settings, const char *value) {
    int64_t bytes = 0;
    if (!text_parse_size(value, &bytes) || (bytes != 0 && bytes < RATE_LEAST) ||
        bytes > LIMIT_MULTICAST_RATE)
        return "64K to 10G (bytes a second, such as 32M), or 0 for no limit";
    settings->rate = (uint64_t) bytes;
    return NULL;
}

const char *config_mtftp_files(struct multicast_settings *settings, const char *value) {
    return set_patterns(&settings->mtftp_patterns, value);
}

const char *config_mtftp_groups(struct multicast_settings *settings, const char *value) {
    return set_groups(&settings->mtftp_groups, value);
}

const char *config_mtftp_client_port(struct multicast_settings *settings, const char *value) {
    return set_port(&settings->mtftp_client_port, value);
}

const char *config_mtftp_server_port(struct multicast_settings *settings, const char *value) {
    return set_port(&settings->mtftp_server_port, value);
}

static gboolean overlaps(const struct multicast_settings *settings) {
    const struct multicast_range *one = &settings->groups;
    const struct multicast_range *other = &settings->mtftp_groups;
    return settings->patterns != NULL && settings->mtftp_patterns != NULL &&
           settings->port == settings->mtftp_client_port &&
           one->first < other->first + other->count && other->first < one->first + one->count;
}

void config_multicast_check(const struct multicast_settings *settings, const struct key_file *file,
                            GPtrArray *problems) {
    const struct key_group *tftp = key_file_group(file, "tftp");
    if (tftp == NULL || !overlaps(settings))
        return;
    const struct key_line *line = key_group_line(tftp, "mtftp-groups");
    if (line == NULL)
        line = key_group_line(tftp, "multicast-groups");
    g_ptr_array_add(problems, problem_new(TRUE, line != NULL ? line->where : tftp->where,
                                          "multicast-groups and mtftp-groups overlap, and so do "
                                          "their ports: give each a range of its own"));
}
