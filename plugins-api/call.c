/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who comes last, the return of the provider's function or its completion, ends the call.
 */
#include "call.h"

#include "boot-host-error.h"

void call_init(struct call *call) {
    g_mutex_init(&call->lock);
    call->over = TRUE;
}

static void finish(struct call *call, BootHostVerdict verdict, const GError *error) {
    call->done(call->user, verdict, error);
}

void call_clear(struct call *call) {
    if (!call->over) {
        g_autoptr(GError) error =
            g_error_new_literal(BOOT_HOST_ERROR, BOOT_HOST_ERROR_PROTOCOL,
                                "the provider said LATER and then forgot to complete the call");
        call->over = TRUE;
        finish(call, BOOT_HOST_VERDICT_FAILED, error);
    }
    g_mutex_clear(&call->lock);
}

void call_begin(struct call *call, call_done_fn done, gpointer user) {
    call->done = done;
    call->user = user;
    call->returned = FALSE;
    call->completed = FALSE;
    call->over = FALSE;
}

void call_return(struct call *call, BootHostVerdict verdict, const GError *error) {
    g_mutex_lock(&call->lock);
    gboolean later = verdict == BOOT_HOST_VERDICT_LATER;
    BootHostVerdict final = later ? call->verdict : verdict;
    call->returned = TRUE;
    call->over = !later || call->completed;
    gboolean over = call->over;
    g_mutex_unlock(&call->lock);
    if (over)
        finish(call, final, error);
}

gboolean call_complete(struct call *call, BootHostVerdict verdict) {
    g_mutex_lock(&call->lock);
    gboolean taken = !call->over && !call->completed && verdict != BOOT_HOST_VERDICT_LATER;
    gboolean last = taken && call->returned;
    if (taken) {
        call->completed = TRUE;
        call->verdict = verdict;
        call->over = last;
    }
    g_mutex_unlock(&call->lock);
    if (last)
        finish(call, verdict, NULL);
    return taken;
}
