/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Memory goes back when there is time for it.
 */
#include "daemon/quiet.h"

#include <glib.h>
#include <malloc.h>
#include <stdint.h>
#include <time.h>

#define INTERVAL_S 5
#define BUSY_US    (INTERVAL_S * INT64_C(1000000) / 50) /* 2 % of a processor: more is work */

struct quiet {
    guint timer;
    int64_t used_us; /* processor time of all threads at the last look */
    gboolean has_worked;
};

static int64_t processor_time_us(void) {
    struct timespec used;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0)
        return 0;
    return (int64_t) used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

static gboolean look(gpointer data) {
    struct quiet *quiet = data;
    int64_t now_us = processor_time_us();
    gboolean is_busy = now_us - quiet->used_us > BUSY_US;
    if (!is_busy && quiet->has_worked) {
        malloc_trim(0);
        now_us = processor_time_us(); /* that was no work of a client's */
    }
    quiet->has_worked = is_busy;
    quiet->used_us = now_us;
    return G_SOURCE_CONTINUE;
}

struct quiet *quiet_new(void) {
    struct quiet *quiet = g_new0(struct quiet, 1);
    quiet->used_us = processor_time_us();
    quiet->timer = g_timeout_add_seconds(INTERVAL_S, look, quiet);
    return quiet;
}

void quiet_free(struct quiet *quiet) {
    if (quiet == NULL)
        return;
    g_source_remove(quiet->timer);
    g_free(quiet);
}
