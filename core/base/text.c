/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Words that people write: times, yes and no, and the nearest known word to a misspelt one.
 */
#include "base/text.h"

#include <string.h>

#include "base/clock.h"

gboolean text_parse_integer(const char *text, int64_t least, int64_t most, int64_t *ret_value) {
    g_autofree char *stripped = g_strstrip(g_strdup(text));
    return g_ascii_string_to_signed(stripped, 10, least, most, ret_value, NULL);
}

gboolean text_parse_duration(const char *text, int64_t *ret_us) {
    static const struct {
        const char *suffix;
        int64_t us;
    } units[] = {
        {"us", 1},           {"ms", CLOCK_MILLISECOND},  {"min", 60 * CLOCK_SECOND},
        {"s", CLOCK_SECOND}, {"h", 3600 * CLOCK_SECOND},
    };
    g_autofree char *word = g_strstrip(g_strdup(text));
    if (strcmp(word, "0") == 0) {
        *ret_us = 0;
        return TRUE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
        if (!g_str_has_suffix(word, units[i].suffix))
            continue;
        word[strlen(word) - strlen(units[i].suffix)] = '\0';
        int64_t count = 0;
        if (!text_parse_integer(word, 0, INT64_MAX / units[i].us, &count))
            return FALSE;
        *ret_us = count * units[i].us;
        return TRUE;
    }
    return FALSE;
}

gboolean text_parse_size(const char *text, int64_t *ret_bytes) {
    static const char suffixes[] = "KMG";
    g_autofree char *word = g_strstrip(g_strdup(text));
    gsize length = strlen(word);
    const char *suffix = length > 0 ? strchr(suffixes, g_ascii_toupper(word[length - 1])) : NULL;
    int shift = 0;
    if (suffix != NULL) {
        shift = 10 * (int) (suffix - suffixes + 1);
        word[length - 1] = '\0';
    }
    int64_t count = 0;
    if (!text_parse_integer(word, 0, INT64_MAX >> shift, &count))
        return FALSE;
    *ret_bytes = count << shift;
    return TRUE;
}

gboolean text_parse_boolean(const char *text, gboolean *ret_value) {
    static const char *const words[][4] = {{"no", "false", "off", "0"}, {"yes", "true", "on", "1"}};
    for (int value = 0; value < 2; value++) {
        for (gsize i = 0; i < G_N_ELEMENTS(words[value]); i++) {
            if (g_ascii_strcasecmp(text, words[value][i]) == 0) {
                *ret_value = value;
                return TRUE;
            }
        }
    }
    return FALSE;
}

/* Levenshtein's distance with one row of memory. Words are keys of a config file: short. */
static gsize distance(const char *a, const char *b) {
    gsize length = strlen(b);
    g_autofree gsize *row = g_new(gsize, length + 1);
    for (gsize j = 0; j <= length; j++)
        row[j] = j;
    for (gsize i = 1; a[i - 1] != '\0'; i++) {
        gsize diagonal = row[0];
        row[0] = i;
        for (gsize j = 1; j <= length; j++) {
            gsize replaced = diagonal + (a[i - 1] != b[j - 1] ? 1 : 0);
            diagonal = row[j];
            row[j] = MIN(replaced, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[length];
}

const char *text_nearest(const char *word, const char *const *candidates) {
    const char *nearest = NULL;
    gsize least = strlen(word) / 3 + 2;
    for (gsize i = 0; candidates[i] != NULL; i++) {
        gsize away = distance(word, candidates[i]);
        if (away < least) {
            least = away;
            nearest = candidates[i];
        }
    }
    return nearest;
}

GStrv text_split_list(const char *text) {
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    for (gsize i = 0; parts[i] != NULL; i++) {
        char *item = g_strstrip(parts[i]);
        if (item[0] != '\0')
            g_ptr_array_add(items, g_strdup(item));
    }
    g_ptr_array_add(items, NULL);
    return (GStrv) g_ptr_array_steal(items, NULL);
}

gboolean text_is_utf8(const char *text, gsize size) {
    static const uint64_t high_bits = UINT64_C(0x8080808080808080);
    gsize plain = 0;
    uint64_t word = 0;
    for (; size - plain >= sizeof(word); plain += sizeof(word)) {
        memcpy(&word, text + plain, sizeof(word));
        if ((word & high_bits) != 0)
            return g_utf8_validate_len(text + plain, size - plain, NULL);
    }
    while (plain < size && (text[plain] & 0x80) == 0)
        plain++;
    return plain == size || g_utf8_validate_len(text + plain, size - plain, NULL);
}
