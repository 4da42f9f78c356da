/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: how the values of settings are written.
 */
#include "provider/value.h"

#include <boothost/types.h>

#include "base/address.h"

static const struct {
    const char *name;
    int64_t us;
} duration_units[] = {
    {"h", INT64_C(3600000000)}, {"min", INT64_C(60000000)}, {"s", INT64_C(1000000)},
    {"ms", INT64_C(1000)},      {"us", INT64_C(1)},
};

bool value_parse_integer(const char *text, int64_t *ret_number) {
    gint64 number = 0;
    if (!g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return false;
    *ret_number = number;
    return true;
}

bool value_parse_boolean(const char *text, int64_t *ret_number) {
    static const char *const words[][2] = {
        {"no", "yes"}, {"false", "true"}, {"off", "on"}, {"0", "1"}};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        for (int64_t number = 0; number <= 1; number++) {
            if (g_ascii_strcasecmp(text, words[i][number]) == 0) {
                *ret_number = number;
                return true;
            }
        }
    }
    return false;
}

bool value_parse_duration(const char *text, int64_t *ret_us) {
    if (!g_ascii_isdigit(text[0]))
        return false;
    char *unit = NULL;
    guint64 number = g_ascii_strtoull(text, &unit, 10);
    if (number == 0 && *unit == '\0') {
        *ret_us = 0;
        return true;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(duration_units); i++) {
        if (g_strcmp0(unit, duration_units[i].name) != 0)
            continue;
        if (number > (guint64) (G_MAXINT64 / duration_units[i].us))
            return false;
        *ret_us = (int64_t) number * duration_units[i].us;
        return true;
    }
    return false;
}

GStrv value_split_list(const char *text) {
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    GStrvBuilder *items = g_strv_builder_new();
    for (gsize i = 0; parts[i] != NULL; i++) {
        if (*g_strstrip(parts[i]) != '\0')
            g_strv_builder_add(items, parts[i]);
    }
    GStrv list = g_strv_builder_end(items);
    g_strv_builder_unref(items);
    return list;
}

char *value_format_duration(int64_t us) {
    for (gsize i = 0; i < G_N_ELEMENTS(duration_units); i++) {
        if (us != 0 && us % duration_units[i].us == 0)
            return g_strdup_printf("%" G_GINT64_FORMAT "%s", us / duration_units[i].us,
                                   duration_units[i].name);
    }
    return g_strdup("0");
}

bool value_parse(uint32_t type, const char *text, int64_t *ret_number) {
    int64_t number = 0;
    struct address address;
    bool valid = true;
    switch (type) {
    case BOOT_HOST_INTEGER:
        valid = value_parse_integer(text, &number);
        break;
    case BOOT_HOST_BOOLEAN:
        valid = value_parse_boolean(text, &number);
        break;
    case BOOT_HOST_DURATION:
        valid = value_parse_duration(text, &number);
        break;
    case BOOT_HOST_ADDRESS:
        valid = address_parse(text, &address);
        break;
    case BOOT_HOST_PATH:
        valid = text[0] != '\0';
        break;
    default:
        valid = g_utf8_validate(text, -1, NULL);
        break;
    }
    if (valid)
        *ret_number = number;
    return valid;
}

static const struct {
    const char *name;
    const char *help;
} types[] = {
    [BOOT_HOST_TEXT] = {"text", "text in UTF-8"},
    [BOOT_HOST_INTEGER] = {"integer", "a whole number such as 42"},
    [BOOT_HOST_BOOLEAN] = {"boolean", "yes or no"},
    [BOOT_HOST_DURATION] = {"duration", "a duration such as 300ms, 2s, 5min or 1h"},
    [BOOT_HOST_PATH] = {"path", "the path of a file or folder"},
    [BOOT_HOST_LIST] = {"list", "items separated by semicolons"},
    [BOOT_HOST_ADDRESS] = {"address", "an address such as 10.0.0.1 or fd00::1"},
    [BOOT_HOST_SECRET] = {"secret", "text in UTF-8"},
};

/* An unknown type counts as text, as the contract says. */
static gsize known_type(uint32_t type) {
    return type >= BOOT_HOST_TEXT && type < G_N_ELEMENTS(types) ? type : BOOT_HOST_TEXT;
}

const char *value_type_name(uint32_t type) {
    return types[known_type(type)].name;
}

const char *value_type_help(uint32_t type) {
    return types[known_type(type)].help;
}
