/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The daemon's voice: one readable line an event, structured fields beside it.
 *
 * A function logs or returns an error, never both. Foreign text is escaped and set in single
 * quotes by the caller with log_quote(). Survived failures end in ", ignoring".
 */
#pragma once

#include <glib.h>

enum log_level {
    LOG_LEVEL_ERROR,   /* the daemon cannot do what it was asked for */
    LOG_LEVEL_WARNING, /* an administrator should look */
    LOG_LEVEL_INFO,    /* one line a client event */
    LOG_LEVEL_DEBUG,   /* everything else; off unless --verbose */
};

/* Sends lines to standard error, with a time of day unless the journal adds its own.
 * Without it, lines go to GLib's default writer. Call once, in main. */
void log_to_stderr(gboolean verbose);

/* Writes one line. `client` and `provider` may be NULL; both become structured fields, and the
 * client's name starts the line. Any thread. */
void log_line(enum log_level level, const char *client, const char *provider, const char *format,
              ...) G_GNUC_PRINTF(4, 5);

#define log_error(...)   log_line(LOG_LEVEL_ERROR, NULL, NULL, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, NULL, NULL, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, NULL, NULL, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_LEVEL_DEBUG, NULL, NULL, __VA_ARGS__)

/* Foreign bytes as one safe token in single quotes: printable UTF-8 stays, every other byte, quotes
 * and backslashes become \xNN; what is longer than 120 bytes is cut at a whole character, marked by
 * "...". A negative `size` means a C string. Free with g_free. */
char *log_quote(const void *data, gssize size);
