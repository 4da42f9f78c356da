/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What came of a reload, for the log, for those who watch and for those who asked.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

struct daemon;

struct reload_result {
    gboolean is_reloaded;
    const char *config;         /* path of the file that was read */
    const GPtrArray *problems;  /* struct problem * */
    const GPtrArray *carried;   /* char *: instances with the memory of their predecessor */
    const char *const *restart; /* settings that wait for a restart, ends in NULL */
    int64_t prepare_us;         /* from the question to the swap, while the old chain served */
    int64_t swap_us;            /* during which the packet thread served nobody */
};

void reload_answer_tell(struct daemon *daemon, const struct reload_result *result);

/* a{sv}, floating reference. */
GVariant *reload_answer_facts(const struct daemon *daemon, const struct reload_result *result);
