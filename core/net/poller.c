/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Waits for descriptors on a thread without a main loop.
 */
#include "net/poller.h"

#include "net/udp.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WAKE_TOKEN UINT64_MAX

struct poller {
    int epoll;
    int event;
};

static gboolean add(struct poller *poller, int descriptor, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = token};
    return epoll_ctl(poller->epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

struct poller *poller_new(GError **error) {
    struct poller *poller = g_new0(struct poller, 1);
    poller->epoll = epoll_create1(EPOLL_CLOEXEC);
    poller->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (poller->epoll >= 0 && poller->event >= 0 && add(poller, poller->event, WAKE_TOKEN))
        return poller;
    g_set_error(error, UDP_ERROR, UDP_ERROR_FAILED, "cannot wait for sockets with epoll: %s",
                g_strerror(errno));
    poller_free(poller);
    return NULL;
}

void poller_free(struct poller *poller) {
    if (poller == NULL)
        return;
    if (poller->epoll >= 0)
        close(poller->epoll);
    if (poller->event >= 0)
        close(poller->event);
    g_free(poller);
}

gboolean poller_add(struct poller *poller, int descriptor, uint32_t token) {
    return add(poller, descriptor, token);
}

unsigned poller_wait(struct poller *poller, int64_t timeout_us,
                     uint32_t ret_tokens[POLLER_EVENTS_MAX]) {
    int64_t timeout_ms = timeout_us < 0 ? -1 : MIN((timeout_us + 999) / 1000, INT_MAX);
    struct epoll_event events[POLLER_EVENTS_MAX];
    int count = epoll_wait(poller->epoll, events, POLLER_EVENTS_MAX, (int) timeout_ms);
    unsigned tokens = 0;
    for (int i = 0; i < count; i++) {
        if (events[i].data.u64 != WAKE_TOKEN) {
            ret_tokens[tokens++] = (uint32_t) events[i].data.u64;
            continue;
        }
        uint64_t wakes;
        if (read(poller->event, &wakes, sizeof(wakes)) < 0)
            continue; /* another wait took it already */
    }
    return tokens;
}

void poller_wake(struct poller *poller) {
    uint64_t one = 1;
    /* A full counter fails, and wakes all the same. */
    if (write(poller->event, &one, sizeof(one)) < 0)
        return;
}
