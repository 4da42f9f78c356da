/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How answers of worker threads come back to the packet thread: an event source with a queue.
 */
#include "provider/mailbox.h"

struct mailbox {
    GSource source;
    GMainContext *context;
    const struct clock *clock;
    struct mailbox_reader reader;
    GAsyncQueue *posted;
};

static gboolean has_work(const struct mailbox *mailbox, int64_t *ret_wait_us) {
    if (g_async_queue_length(mailbox->posted) > 0)
        return TRUE;
    int64_t deadline = mailbox->reader.next_deadline(mailbox->reader.user);
    if (deadline == INT64_MAX)
        *ret_wait_us = -1;
    else
        *ret_wait_us = MAX(deadline - clock_now(mailbox->clock), 0);
    return *ret_wait_us == 0;
}

static gboolean prepare_source(GSource *source, gint *ret_timeout) {
    int64_t wait_us = 0;
    gboolean ready = has_work((struct mailbox *) source, &wait_us);
    /* Rounded up: waking up before the deadline would be a busy loop. */
    *ret_timeout = ready         ? 0
                   : wait_us < 0 ? -1
                                 : (gint) MIN(wait_us / CLOCK_MILLISECOND + 1, G_MAXINT);
    return ready;
}

static gboolean check_source(GSource *source) {
    int64_t wait_us = 0;
    return has_work((struct mailbox *) source, &wait_us);
}

static gboolean dispatch_source(GSource *source, GSourceFunc callback, gpointer user) {
    struct mailbox *mailbox = (struct mailbox *) source;
    const struct mailbox_reader *reader = &mailbox->reader;
    reader->hold(reader->user);
    /* Only what is there now, so that a flood of answers cannot starve the sockets. */
    for (gint left = g_async_queue_length(mailbox->posted); left > 0; left--)
        reader->deliver(g_async_queue_pop(mailbox->posted), reader->user);
    int64_t now = clock_now(mailbox->clock);
    if (reader->next_deadline(reader->user) <= now)
        reader->expire(now, reader->user);
    reader->release(reader->user);
    return G_SOURCE_CONTINUE;
}

static void finalize_source(GSource *source) {
    struct mailbox *mailbox = (struct mailbox *) source;
    g_async_queue_unref(mailbox->posted);
    g_main_context_unref(mailbox->context);
}

struct mailbox *mailbox_new(GMainContext *context, const struct clock *clock,
                            const struct mailbox_reader *reader) {
    static GSourceFuncs functions = {
        .prepare = prepare_source,
        .check = check_source,
        .dispatch = dispatch_source,
        .finalize = finalize_source,
    };
    struct mailbox *mailbox = (struct mailbox *) g_source_new(&functions, sizeof(*mailbox));
    mailbox->context = g_main_context_ref(context != NULL ? context : g_main_context_default());
    mailbox->clock = clock;
    mailbox->reader = *reader;
    mailbox->posted = g_async_queue_new();
    g_source_set_name(&mailbox->source, "provider-mailbox");
    return mailbox;
}

void mailbox_open(struct mailbox *mailbox) {
    g_source_attach(&mailbox->source, mailbox->context);
}

struct mailbox *mailbox_ref(struct mailbox *mailbox) {
    g_source_ref(&mailbox->source);
    return mailbox;
}

void mailbox_unref(struct mailbox *mailbox) {
    g_source_unref(&mailbox->source);
}

void mailbox_post(struct mailbox *mailbox, struct call *call) {
    g_async_queue_push(mailbox->posted, call);
    g_main_context_wakeup(mailbox->context);
}

void mailbox_look_again(struct mailbox *mailbox) {
    if (!g_main_context_is_owner(mailbox->context))
        g_main_context_wakeup(mailbox->context);
}

void mailbox_close(struct mailbox *mailbox) {
    g_source_destroy(&mailbox->source);
}

struct call *mailbox_take(struct mailbox *mailbox) {
    return g_async_queue_try_pop(mailbox->posted);
}
