/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How answers of worker threads come back to the packet thread, and how it wakes up for deadlines:
 * one event source a generation. Deadlines follow the given clock, which may be a fake one.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "base/clock.h"

struct call;
struct mailbox;

/* Called on the thread that runs the main context. */
struct mailbox_reader {
    void (*deliver)(struct call *call, void *user); /* a call that has ended */
    int64_t (*next_deadline)(void *user);           /* INT64_MAX: none */
    void (*expire)(int64_t now_us, void *user);     /* a deadline has passed */
    void (*hold)(void *user); /* brackets a round of the two above: `user` must not go */
    void (*release)(void *user);
    void *user;
};

/* For `context` (NULL: the default one). Until mailbox_open, nothing is called. */
struct mailbox *mailbox_new(GMainContext *context, const struct clock *clock,
                            const struct mailbox_reader *reader);
struct mailbox *mailbox_ref(struct mailbox *mailbox);
void mailbox_unref(struct mailbox *mailbox);

/* Attaches it until mailbox_close. Any thread. */
void mailbox_open(struct mailbox *mailbox);

/* Any thread. */
void mailbox_post(struct mailbox *mailbox, struct call *call);

/* The next deadline has come nearer than the one that is waited for. Any thread; costs nothing on the
 * one that runs the main context. */
void mailbox_look_again(struct mailbox *mailbox);

/* No round begins after this. On the thread that runs the main context. */
void mailbox_close(struct mailbox *mailbox);

/* What was posted and not delivered; NULL: nothing. Any thread. */
struct call *mailbox_take(struct mailbox *mailbox);
