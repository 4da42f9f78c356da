/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the owner's answers to "what is this file?" wait for the transfer thread. Reference
 * counted, because an answer may come after the server is gone. The posting side is
 * tftp_open_complete() and tftp_open_serve() of tftp/server.h.
 */
#pragma once

#include "net/poller.h"
#include "tftp/server.h"

struct tftp_mailbox;

/* One answer, in the transfer thread's hands. Free with answer_free(). */
struct answer {
    struct tftp_open open; /* its names lie in `text` */
    unsigned socket;       /* with open.client: the download that asked ... */
    uint64_t download;     /* ... if it is still this one */
    struct tftp_mailbox *mailbox;
    gboolean rings;                         /* no answer, but tftp_bell_ring() */
    gboolean serve;                         /* look below the root for `names` */
    const char *names[TFTP_OPEN_NAMES + 1]; /* open.name, or owned */
    struct content *content;                /* or NULL: refused */
    enum tftp_refusal refusal;
    char *message; /* or NULL */
    char text[];
};

/* `poller` is woken by each answer until tftp_mailbox_close(). */
struct tftp_mailbox *tftp_mailbox_new(struct poller *poller);
void tftp_mailbox_unref(struct tftp_mailbox *mailbox);

/* The calling thread is the one that takes: answers that it gives itself wake nobody. */
void tftp_mailbox_take_home(struct tftp_mailbox *mailbox);

/* From now on answers are dropped. After it returns nobody touches the poller any more. */
void tftp_mailbox_close(struct tftp_mailbox *mailbox);

/* A question of download `download`, to be given to the owner; it comes back as an answer. NULL when
 * LIMIT_OPENS are out already. Copies what `open` points to. */
struct tftp_open *tftp_mailbox_open(struct tftp_mailbox *mailbox, const struct tftp_open *open,
                                    unsigned socket, uint64_t download);

/* Tells the transfer thread from any other that a download's content has moved on: comes as an answer
 * that `rings`. */
struct tftp_bell;
struct tftp_bell *tftp_bell_new(struct tftp_mailbox *mailbox, const struct address *client,
                                unsigned socket, uint64_t download);
void tftp_bell_ring(gpointer bell);
void tftp_bell_free(gpointer bell);

/* The oldest answer; NULL when there is none. */
struct answer *tftp_mailbox_take(struct tftp_mailbox *mailbox);
void answer_free(struct answer *answer);
