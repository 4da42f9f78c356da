/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One readable line an event, written with GLib's structured logging.
 */
#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define QUOTE_MAX 120 /* bytes of foreign text that one line may carry */

static gboolean log_verbose;   /* set once by main before any thread starts */
static gboolean log_show_time; /* the journal stamps lines itself */

static const GLogLevelFlags glib_levels[] = {
    [LOG_LEVEL_ERROR] = G_LOG_LEVEL_CRITICAL,
    [LOG_LEVEL_WARNING] = G_LOG_LEVEL_WARNING,
    [LOG_LEVEL_INFO] = G_LOG_LEVEL_MESSAGE,
    [LOG_LEVEL_DEBUG] = G_LOG_LEVEL_DEBUG,
};

static const char *field(const GLogField *fields, gsize count, const char *key) {
    for (gsize i = 0; i < count; i++) {
        if (strcmp(fields[i].key, key) == 0)
            return fields[i].value;
    }
    return NULL;
}

static GLogWriterOutput write_line(GLogLevelFlags level, const GLogField *fields, gsize count,
                                   gpointer unused) {
    if ((level & G_LOG_LEVEL_DEBUG) != 0 && !log_verbose)
        return G_LOG_WRITER_HANDLED;

    const char *message = field(fields, count, "MESSAGE");
    const char *word = (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0 ? "error: "
                       : (level & G_LOG_LEVEL_WARNING) != 0                      ? "warning: "
                                                                                 : "";
    g_autofree char *stamp = NULL;
    if (log_show_time) {
        g_autoptr(GDateTime) now = g_date_time_new_now_local();
        g_autofree char *seconds = g_date_time_format(now, "%H:%M:%S");
        stamp = g_strdup_printf("%s.%03d ", seconds, g_date_time_get_microsecond(now) / 1000);
    }
    /* One write a line, so that lines of several threads never mix. */
    g_autofree char *line = g_strdup_printf("%s%s%s\n", stamp != NULL ? stamp : "", word,
                                            message != NULL ? message : "");
    fputs(line, stderr);
    return G_LOG_WRITER_HANDLED;
}

void log_to_stderr(gboolean verbose) {
    log_verbose = verbose;
    log_show_time = !g_log_writer_is_journald(STDERR_FILENO);
    g_log_set_writer_func(write_line, NULL, NULL);
}

void log_line(enum log_level level, const char *client, const char *provider, const char *format,
              ...) {
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);

    g_autofree char *message =
        client != NULL ? g_strdup_printf("%s: %s", client, text) : g_steal_pointer(&text);
    /* Our own failures are criticals to GLib only for the word; they must not abort tests. */
    static const char *const priorities[] = {"3", "4", "6", "7"};
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
    g_log_structured_array(glib_levels[level], fields, count);
}

char *log_quote(const void *data, gssize size) {
    const unsigned char *bytes = data;
    gsize length = size >= 0 ? (gsize) size : strlen(data);
    gsize shown = MIN(length, QUOTE_MAX);
    gboolean is_utf8 = g_utf8_validate_len(data, shown, NULL);
    GString *text = g_string_new("'");
    for (gsize i = 0; i < shown; i++) {
        unsigned char byte = bytes[i];
        gboolean plain = byte >= 0x20 && byte != 0x7f && byte != '\'' && byte != '\\' &&
                         (byte < 0x80 || is_utf8);
        if (plain)
            g_string_append_c(text, (char) byte);
        else
            g_string_append_printf(text, "\\x%02x", byte);
    }
    g_string_append(text, length > shown ? "...'" : "'");
    return g_string_free(text, FALSE);
}
