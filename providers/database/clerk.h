/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The clerk: a thread of the provider's own that does all that may block. It looks up what the
 * packet thread cannot answer at once, and looks after the file.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <boothost/host.h>

#include "schema.h"

struct database;
struct job;

/* Under the database's lock. */
struct clerk {
    pthread_cond_t wanted;  /* there is something to do */
    pthread_cond_t settled; /* a job has ended */
    pthread_t thread;
    bool has_started; /* at the first job; not before, since a check may start no thread */
    bool is_ending;
    bool is_wanted;  /* to look after the file */
    bool is_reading; /* somebody has begun to read: end it after a while */
    struct job *first;
    struct job *last;
    uint32_t unsettled; /* jobs, with the one at hand */
};

void clerk_init(struct clerk *clerk);

/* Has the request looked up and completed. BOOT_HOST_LATER, or a negative errno. Packet thread. */
int32_t clerk_submit(struct database *database, const struct boot_host_request *request,
                     struct boot_host_reply *reply);
/* Asks for a look at the file, which nobody waits for. With the database's lock held. */
void clerk_want_look(struct database *database);
/* The store has begun to read. With the store's lock held; packet thread. */
void clerk_want_end(struct database *database);
/* Completes the job if it has not been begun. Any thread. */
void clerk_cancel(struct database *database, uint64_t ticket);
/* Waits until all jobs are completed. */
void clerk_drain(struct database *database);
/* Ends the thread. */
void clerk_end(struct database *database);

/* Opens the file if it is not open, or is another one by now, and tells the packet thread how
 * things stand. 0, or a negative errno with a problem. With the store's lock held; may block. */
int32_t clerk_look(struct database *database, char problem[PROBLEM_MAX]);
/* Says that lookups begin to fail, or succeed again. With the store's lock held. */
void clerk_report(struct database *database, int32_t result, const char *problem);
