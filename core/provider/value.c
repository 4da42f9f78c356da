/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: the types that a module's schema gives its settings.
 */
#include "provider/value.h"

#include <boothost/types.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/text.h"

char *value_format_duration(int64_t us) {
    static const struct {
        const char *name;
        int64_t us;
    } units[] = {
        {"h", 3600 * CLOCK_SECOND},
        {"min", 60 * CLOCK_SECOND},
        {"s", CLOCK_SECOND},
        {"ms", CLOCK_MILLISECOND},
        {"us", 1},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
        if (us != 0 && us % units[i].us == 0)
            return g_strdup_printf("%" G_GINT64_FORMAT "%s", us / units[i].us, units[i].name);
    }
    return g_strdup("0");
}

bool value_parse(uint32_t type, const char *text, int64_t *ret_number) {
    int64_t number = 0;
    gboolean truth = FALSE;
    struct address address;
    bool valid = true;
    switch (type) {
    case BOOT_HOST_INTEGER:
        valid = text_parse_integer(text, INT64_MIN, INT64_MAX, &number);
        break;
    case BOOT_HOST_BOOLEAN:
        valid = text_parse_boolean(text, &truth);
        number = truth;
        break;
    case BOOT_HOST_DURATION:
        valid = text_parse_duration(text, &number);
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
