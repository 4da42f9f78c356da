/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the owner's answers wait for the transfer thread.
 */
#include "tftp/mailbox.h"

#include "base/limits.h"

#include <string.h>

struct tftp_mailbox {
    gatomicrefcount references; /* the server's, and one of each question that is out */
    GMutex lock;
    GQueue answers;        /* struct answer */
    guint out;             /* questions without an answer, and answers not yet taken */
    struct poller *poller; /* NULL once closed */
    GThread *home;         /* it takes the answers; NULL: not known yet */
};

struct tftp_mailbox *tftp_mailbox_new(struct poller *poller) {
    struct tftp_mailbox *mailbox = g_new0(struct tftp_mailbox, 1);
    g_atomic_ref_count_init(&mailbox->references);
    g_mutex_init(&mailbox->lock);
    g_queue_init(&mailbox->answers);
    mailbox->poller = poller;
    return mailbox;
}

void tftp_mailbox_unref(struct tftp_mailbox *mailbox) {
    if (!g_atomic_ref_count_dec(&mailbox->references))
        return;
    g_mutex_clear(&mailbox->lock);
    g_free(mailbox);
}

void tftp_mailbox_take_home(struct tftp_mailbox *mailbox) {
    g_mutex_lock(&mailbox->lock);
    mailbox->home = g_thread_self();
    g_mutex_unlock(&mailbox->lock);
}

void tftp_mailbox_close(struct tftp_mailbox *mailbox) {
    g_mutex_lock(&mailbox->lock);
    mailbox->poller = NULL;
    g_mutex_unlock(&mailbox->lock);
    for (struct answer *answer = tftp_mailbox_take(mailbox); answer != NULL;
         answer = tftp_mailbox_take(mailbox))
        answer_free(answer);
}

struct tftp_open *tftp_mailbox_open(struct tftp_mailbox *mailbox, const struct tftp_open *open,
                                    unsigned socket, uint64_t download) {
    g_mutex_lock(&mailbox->lock);
    gboolean room = mailbox->out < LIMIT_OPENS;
    if (room)
        mailbox->out++;
    g_mutex_unlock(&mailbox->lock);
    if (!room)
        return NULL;

    size_t name = strlen(open->name) + 1;
    size_t wire_name = strlen(open->wire_name) + 1;
    struct answer *answer = g_malloc(sizeof(*answer) + name + wire_name);
    *answer =
        (struct answer){.open = *open, .socket = socket, .download = download, .mailbox = mailbox};
    answer->open.name = memcpy(answer->text, open->name, name);
    answer->open.wire_name = memcpy(answer->text + name, open->wire_name, wire_name);
    g_atomic_ref_count_inc(&mailbox->references);
    return &answer->open;
}

void answer_free(struct answer *answer) {
    for (unsigned i = 0; answer->names[i] != NULL; i++) {
        if (answer->names[i] != answer->open.name)
            g_free((char *) answer->names[i]);
    }
    content_unref(answer->content);
    g_free(answer->message);
    tftp_mailbox_unref(answer->mailbox);
    g_free(answer);
}

struct answer *tftp_mailbox_take(struct tftp_mailbox *mailbox) {
    g_mutex_lock(&mailbox->lock);
    struct answer *answer = g_queue_pop_head(&mailbox->answers);
    if (answer != NULL)
        mailbox->out--;
    g_mutex_unlock(&mailbox->lock);
    return answer;
}

static void post(struct answer *answer) {
    struct tftp_mailbox *mailbox = answer->mailbox;
    g_mutex_lock(&mailbox->lock);
    gboolean open = mailbox->poller != NULL;
    if (open) {
        g_queue_push_tail(&mailbox->answers, answer);
        if (g_thread_self() != mailbox->home)
            poller_wake(mailbox->poller);
    } else {
        mailbox->out--;
    }
    g_mutex_unlock(&mailbox->lock);
    if (!open)
        answer_free(answer);
}

struct tftp_bell {
    struct tftp_mailbox *mailbox;
    struct address client;
    unsigned socket;
    uint64_t download;
};

struct tftp_bell *tftp_bell_new(struct tftp_mailbox *mailbox, const struct address *client,
                                unsigned socket, uint64_t download) {
    struct tftp_bell *bell = g_new(struct tftp_bell, 1);
    g_atomic_ref_count_inc(&mailbox->references);
    *bell = (struct tftp_bell){
        .mailbox = mailbox, .client = *client, .socket = socket, .download = download};
    return bell;
}

void tftp_bell_ring(gpointer data) {
    const struct tftp_bell *bell = data;
    struct tftp_mailbox *mailbox = bell->mailbox;
    struct answer *answer = g_new0(struct answer, 1);
    answer->open.client = bell->client;
    answer->socket = bell->socket;
    answer->download = bell->download;
    answer->mailbox = mailbox;
    answer->rings = TRUE;
    g_atomic_ref_count_inc(&mailbox->references);
    g_mutex_lock(&mailbox->lock);
    mailbox->out++;
    g_mutex_unlock(&mailbox->lock);
    post(answer);
}

void tftp_bell_free(gpointer data) {
    struct tftp_bell *bell = data;
    tftp_mailbox_unref(bell->mailbox);
    g_free(bell);
}

void tftp_open_complete(struct tftp_open *open, struct content *content, enum tftp_refusal refusal,
                        const char *message) {
    struct answer *answer = (struct answer *) open; /* `open` is its first member */
    answer->content = content != NULL ? content_ref(content) : NULL;
    answer->refusal = refusal;
    answer->message = g_strdup(message);
    post(answer);
}

void tftp_open_serve(struct tftp_open *open, const char *const *names) {
    struct answer *answer = (struct answer *) open;
    answer->serve = TRUE;
    if (names == NULL)
        answer->names[0] = open->name;
    for (unsigned i = 0; names != NULL && i < TFTP_OPEN_NAMES && names[i] != NULL; i++)
        answer->names[i] = names[i] == open->name ? open->name : g_strdup(names[i]);
    post(answer);
}
