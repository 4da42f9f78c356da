/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What confines a provider's process, set up by boothost-worker before any foreign code runs, and
 * kept by every program it turns into: no privileges and no way to new ones, no descriptors but its
 * socket, limits of memory and descriptors, the files it was granted (Landlock), and the system calls of
 * ordinary computing (libseccomp).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct sandbox {
    const char *user;   /* whom to become, when we are root; NULL: boothost, else nobody */
    uint64_t memory;    /* bytes */
    bool network;       /* sockets may be made */
    bool is_program;    /* it turns into another program: interpreters need more files */
    char **read_paths;  /* NULL: none */
    char **write_paths; /* NULL: none */
    int socket;         /* descriptors that stay open: this one, */
    int file;           /* and this one; -1: none */
};

/* Both in this order, on a process of one thread. False: *ret_error says what cannot be done; the
 * process must end then. */
/* Privileges, descriptors, limits and files. */
bool sandbox_enter(const struct sandbox *sandbox, GError **ret_error);
/* System calls. */
bool sandbox_filter_calls(const struct sandbox *sandbox, GError **ret_error);
