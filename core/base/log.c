/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One readable line an event, written with GLib's structured logging.
 */
#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define QUOTE_MAX 120 /* bytes of foreign text that one line may carry */

struct voice {
    gboolean verbose;
    gboolean show_time; /* the journal stamps lines itself */
};

/* Syslog's numbers, which the journal reads and which name the level in our own lines. */
static const char *const priorities[] = {
    [LOG_LEVEL_ERROR] = "3",
    [LOG_LEVEL_WARNING] = "4",
    [LOG_LEVEL_INFO] = "6",
    [LOG_LEVEL_DEBUG] = "7",
};

static const char *field(const GLogField *fields, gsize count, const char *key) {
    for (gsize i = 0; i < count; i++) {
        if (strcmp(fields[i].key, key) == 0)
            return fields[i].value;
    }
    return NULL;
}

/* By the PRIORITY field and not by GLib's level, see log_line(). */
static const char *level_word(const GLogField *fields, gsize count) {
    const char *priority = field(fields, count, "PRIORITY");
    if (priority != NULL && *priority >= '0' && *priority <= '3')
        return "error: ";
    return g_strcmp0(priority, "4") == 0 ? "warning: " : "";
}

static GLogWriterOutput write_line(GLogLevelFlags level, const GLogField *fields, gsize count,
                                   gpointer data) {
    const struct voice *voice = data;
    if ((level & G_LOG_LEVEL_DEBUG) != 0 && !voice->verbose)
        return G_LOG_WRITER_HANDLED;

    const char *message = field(fields, count, "MESSAGE");
    g_autofree char *stamp = NULL;
    if (voice->show_time) {
        g_autoptr(GDateTime) now = g_date_time_new_now_local();
        g_autofree char *seconds = g_date_time_format(now, "%H:%M:%S");
        stamp = g_strdup_printf("%s.%03d ", seconds, g_date_time_get_microsecond(now) / 1000);
    }
    /* One write a line, so that lines of several threads never mix. */
    g_autofree char *line =
        g_strdup_printf("%s%s%s\n", stamp != NULL ? stamp : "", level_word(fields, count),
                        message != NULL ? message : "");
    fputs(line, stderr);
    return G_LOG_WRITER_HANDLED;
}

void log_to_stderr(gboolean verbose) {
    struct voice *voice = g_new0(struct voice, 1);
    voice->verbose = verbose;
    voice->show_time = !g_log_writer_is_journald(STDERR_FILENO);
    g_log_set_writer_func(write_line, voice, g_free);
}

void log_line(enum log_level level, const char *client, const char *provider, const char *format,
              ...) {
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);

    g_autofree char *message =
        client != NULL ? g_strdup_printf("%s: %s", client, text) : g_steal_pointer(&text);
    GLogField fields[5] = {
        {"MESSAGE", message, -1},
        {"PRIORITY", priorities[level], -1},
        {"GLIB_DOMAIN", G_LOG_DOMAIN, -1},
    };
    gsize count = 3;
    if (client != NULL)
        fields[count++] = (GLogField){"BOOTHOST_CLIENT", client, -1};
    if (provider != NULL)
        fields[count++] = (GLogField){"BOOTHOST_PROVIDER", provider, -1};
    /* GLib's warnings and criticals mean a mistake in the program and may abort it (G_DEBUG,
     * g_test_init); what we report is not one, so GLib sees messages. */
    g_log_structured_array(level == LOG_LEVEL_DEBUG ? G_LOG_LEVEL_DEBUG : G_LOG_LEVEL_MESSAGE,
                           fields, count);
}

/* Bytes of the character at `text`; 0 when it is not UTF-8, or cannot be shown as it is. */
static gsize plain_character(const char *text, gsize left) {
    gunichar character = g_utf8_get_char_validated(text, (gssize) left);
    if (character == (gunichar) -1 || character == (gunichar) -2)
        return 0;
    if (character == '\'' || character == '\\' || !g_unichar_isprint(character))
        return 0;
    return (gsize) g_unichar_to_utf8(character, NULL);
}

char *log_quote(const void *data, gssize size) {
    const char *bytes = data;
    gsize length = size >= 0 ? (gsize) size : strlen(data);
    gsize position = 0;
    GString *text = g_string_new("'");
    while (position < length) {
        gsize plain = plain_character(bytes + position, length - position);
        if (position + MAX(plain, 1) > QUOTE_MAX)
            break;
        if (plain > 0)
            g_string_append_len(text, bytes + position, (gssize) plain);
        else
            g_string_append_printf(text, "\\x%02x", (guchar) bytes[position]);
        position += MAX(plain, 1);
    }
    g_string_append(text, position < length ? "...'" : "'");
    return g_string_free(text, FALSE);
}
