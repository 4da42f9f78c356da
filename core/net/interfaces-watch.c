/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Notices that links or addresses changed: a netlink socket as a GSource. What changed is not
 * looked at, since the whole list is read anew.
 */
#include "net/interfaces.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#define SETTLE_US (200 * G_TIME_SPAN_MILLISECOND) /* a link coming up tells of it several times */

struct watch_source {
    GSource base;
    int descriptor;
    gpointer watch;
    gboolean changed; /* something was said; ready time is set */
};

/* Empties the socket; an overrun (ENOBUFS) is news as well. */
static gboolean drain(int descriptor) {
    char dump[4096];
    gboolean any = FALSE;
    for (;;) {
        ssize_t size = recv(descriptor, dump, sizeof(dump), MSG_DONTWAIT);
        if (size > 0 || (size < 0 && errno == ENOBUFS))
            any = TRUE;
        else if (size == 0 || errno != EINTR)
            return any;
    }
}

static gboolean watch_dispatch(GSource *base, GSourceFunc changed, gpointer user) {
    struct watch_source *source = (struct watch_source *) base;
    if (g_source_query_unix_fd(base, source->watch) != 0 && drain(source->descriptor)) {
        source->changed = TRUE;
        g_source_set_ready_time(base, g_source_get_time(base) + SETTLE_US);
        return G_SOURCE_CONTINUE;
    }
    if (!source->changed || g_source_get_time(base) < g_source_get_ready_time(base))
        return G_SOURCE_CONTINUE;
    source->changed = FALSE;
    g_source_set_ready_time(base, -1);
    return changed != NULL ? changed(user) : G_SOURCE_CONTINUE;
}

static void watch_finalize(GSource *base) {
    close(((struct watch_source *) base)->descriptor);
}

static GSourceFuncs watch_functions = {
    .dispatch = watch_dispatch,
    .finalize = watch_finalize,
};

GSource *interfaces_watch_new(GError **error) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    struct sockaddr_nl groups = {.nl_family = AF_NETLINK,
                                 .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR};
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *) &groups, sizeof(groups)) != 0) {
        g_set_error(error, INTERFACES_ERROR, INTERFACES_ERROR_FAILED,
                    "cannot watch the interfaces for changes: %s", g_strerror(errno));
        if (descriptor >= 0)
            close(descriptor);
        return NULL;
    }
    GSource *base = g_source_new(&watch_functions, sizeof(struct watch_source));
    struct watch_source *source = (struct watch_source *) base;
    source->descriptor = descriptor;
    source->watch = g_source_add_unix_fd(base, descriptor, G_IO_IN);
    return base;
}
