/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A process of one provider: started with a socket and with a pipe for what it complains about,
 * watched through a descriptor of the kernel, killed and reaped by its owner. What confines it is
 * boothost-worker, which it begins as (provider/sandbox).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#define CHILD_SOCKET 3 /* descriptor of its end of the socket; BOOTHOST_PROVIDER_FD says so, too */

struct child {
    pid_t pid;     /* 0: none */
    int watch;     /* readable once it has ended */
    int socket;    /* our end, blocking; the receiver takes it over and writes -1 */
    int complaint; /* what it writes to standard error; does not block */
};

/* Starts argv[0], an absolute path. False: *ret_error says why. May block for milliseconds. */
bool child_start(const char *const *argv, struct child *ret_child, GError **ret_error);

void child_kill(const struct child *child);

/* How it ended, such as "ended by signal 11 (Segmentation fault)": free with g_free. NULL: it still
 * runs. After that there is no process any more. */
char *child_reap(struct child *child);

/* Kills it, waits for that and closes the descriptors. */
void child_clear(struct child *child);
