/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the owner's answers wait for the transfer thread.
 */
#include "tftp/mailbox.h"

#include "base/limits.h"

struct tftp_mailbox {
    gatomicrefcount references; /* the server's, and one of each question that is out */
    GMutex lock;
    GQueue answers;        /* struct answer */
    guint out;             /* questions without an answer, and answers not yet taken */
    struct poller *poller; /* NULL once closed */
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

    struct answer *answer = g_new0(struct answer, 1);
    answer->open = *open;
    answer->open.name = g_strdup(open->name);
    answer->open.wire_name = g_strdup(open->wire_name);
    answer->socket = socket;
    answer->download = download;
    answer->mailbox = mailbox;
    g_atomic_ref_count_inc(&mailbox->references);
    return &answer->open;
}

void answer_free(struct answer *answer) {
    for (unsigned i = 0; answer->names[i] != NULL; i++)
        g_free(answer->names[i]);
    content_unref(answer->content);
    g_free(answer->message);
    g_free((char *) answer->open.name);
    g_free((char *) answer->open.wire_name);
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
        poller_wake(mailbox->poller);
    } else {
        mailbox->out--;
    }
    g_mutex_unlock(&mailbox->lock);
    if (!open)
        answer_free(answer);
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
        answer->names[0] = g_strdup(open->name);
    for (unsigned i = 0; names != NULL && i < TFTP_OPEN_NAMES && names[i] != NULL; i++)
        answer->names[i] = g_strdup(names[i]);
    post(answer);
}
