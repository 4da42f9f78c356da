/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An instance whose provider lives in a process of its own: `isolation = process` or `command`. It
 * is opened, called and closed like any other; what differs is here: calls travel as messages of
 * org.boothost.Provider1, and a process that crashes, hangs or talks nonsense fails the calls it
 * held, is killed and started again.
 *
 * The packet thread never waits for the process. Starting it again is done by a thread that ends
 * when that is done.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct boot_host_event;
struct call;
struct instance;
struct instance_config;
struct instance_options;
struct remote;
struct request;

/* What all processes of a daemon have in common. */
struct remote_host {
    const char *program; /* boothost-worker: an absolute path */
    const char *user;    /* whom processes run as, when we are root; NULL: boothost, else nobody */
};

/* Does this configuration ask for a process? */
bool remote_is_wanted(const struct instance_config *config);

/* The file of a module, which the daemon has judged but not mapped. */
struct remote_image {
    const char *path;   /* of the file that the process maps */
    const char *origin; /* of the file that an administrator knows */
    const char *hash;   /* of the content; NULL: not known */
};

/* Starts the process and opens the instance in it. `image` NULL: a command. NULL, with what is wrong
 * in `problems`. Blocks. */
struct instance *remote_open_instance(struct instance_config *config,
                                      const struct remote_image *image,
                                      const struct instance_options *options, GPtrArray *problems);

struct remote *remote_ref(struct remote *remote);
void remote_unref(struct remote *remote);

/* For provider/dispatch, on the packet thread. The call is the process's from now on, and comes back
 * through dispatch_deliver. */
void remote_submit(struct remote *remote, struct call *call);
/* Takes back what has not been sent; false: the process has it, or it cannot be told now. */
bool remote_withdraw(struct remote *remote, struct call *call);
/* Who waits longest to be sent; NULL: nobody. */
struct call *remote_first_in_line(struct remote *remote);
/* False: it cannot be told now. */
bool remote_event(struct remote *remote, struct request *request,
                  const struct boot_host_event *event);
/* The deadline of a call that was submitted has passed. */
void remote_abandon(struct remote *remote, struct call *call);

/* Adds to an a{sv}: isolation, process, pid, restarts, last-end. Any thread. */
void remote_put_status(struct remote *remote, GVariantBuilder *builder);
