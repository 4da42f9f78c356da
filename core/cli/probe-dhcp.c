/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sends, waits with poll, sends again after 1, 2, 4 s as clients do, and takes the first answer
 * that belongs to the request and comes from a boot server.
 */
#include "cli/probe-dhcp.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "codec/pxe.h"
#include "net/udp.h"

#define FIRST_WAIT_US (1 * CLOCK_SECOND)

static void send_request(const struct probe_exchange *exchange) {
    struct udp_datagram datagram = {.data = exchange->packet,
                                    .size = exchange->size,
                                    .peer = exchange->to,
                                    .local = exchange->local,
                                    .interface = exchange->interface};

    udp_send(exchange->socket, &datagram, 1, NULL); /* a refusal shows as no answer */
}

/* To our request, whoever sent it. */
static gboolean belongs(const struct probe_exchange *exchange, const struct dhcp_view *view) {
    struct dhcp_view asked;

    if (dhcp_parse((struct span){exchange->packet, exchange->size}, &asked) != DHCP_OK)
        return FALSE;
    return view->header.op == DHCP_OP_REPLY && view->header.xid == asked.header.xid &&
           view->message_type == exchange->answer_type &&
           memcmp(view->header.chaddr, asked.header.chaddr, asked.header.hlen) == 0;
}

static gboolean is_boot_server(const struct dhcp_view *view) {
    struct pxe_vendor_class vendor_class = {0};
    struct span text = {0};

    if (!dhcp_option_get(&view->options, DHCP_OPTION_VENDOR_CLASS, &text))
        return FALSE;
    pxe_vendor_class_parse(text, &vendor_class);
    return vendor_class.kind != PXE_KIND_NONE;
}

/* By option 54, which firmware goes by; a relay stands between us and the sender's address. */
static gboolean is_from(const struct probe_exchange *exchange, const struct dhcp_view *view) {
    uint32_t id = 0;

    if (address_is_unspecified(&exchange->server))
        return TRUE;
    if (!dhcp_option_get_u32(&view->options, DHCP_OPTION_SERVER_ID, &id))
        return FALSE;
    struct address server = address_from_number(id, 0);
    return address_equal(&server, &exchange->server);
}

static gboolean take(const struct probe_exchange *exchange, const struct udp_datagram *datagram,
                     struct probe_answer *answer) {
    memcpy(answer->data, datagram->data, datagram->size);
    answer->size = datagram->size;
    if (dhcp_parse((struct span){answer->data, answer->size}, &answer->view) != DHCP_OK ||
        !belongs(exchange, &answer->view))
        return FALSE;
    if (!is_boot_server(&answer->view) || !is_from(exchange, &answer->view)) {
        answer->others++;
        return FALSE;
    }
    answer->from = datagram->peer;
    return TRUE;
}

/* Waits up to `until`; TRUE: the answer has come. */
static gboolean wait_answer(const struct probe_exchange *exchange, struct udp_batch *batch,
                            int64_t until, struct probe_answer *answer) {
    struct pollfd ready = {.fd = udp_descriptor(exchange->socket), .events = POLLIN};
    int64_t left = 0;

    while ((left = until - clock_now(clock_monotonic())) > 0) {
        const struct udp_datagram *datagrams = NULL;
        poll(&ready, 1, (int) (left / CLOCK_MILLISECOND) + 1);
        unsigned count = udp_receive(exchange->socket, batch, &datagrams);
        for (unsigned i = 0; i < count; i++) {
            if (take(exchange, &datagrams[i], answer))
                return TRUE;
        }
    }
    return FALSE;
}

gboolean probe_exchange_run(const struct probe_exchange *exchange,
                            struct probe_answer *ret_answer) {
    struct udp_batch *batch = udp_batch_new(LIMIT_DHCP_DATAGRAM);
    int64_t start = clock_now(clock_monotonic());
    int64_t end = start + exchange->timeout_us;
    int64_t wait = FIRST_WAIT_US;
    int64_t now = start;
    gboolean came = FALSE;

    memset(ret_answer, 0, sizeof *ret_answer);
    while (!came && now < end) {
        send_request(exchange);
        ret_answer->sent++;
        came = wait_answer(exchange, batch, MIN(now + wait, end), ret_answer);
        now = clock_now(clock_monotonic());
        wait *= 2;
    }
    ret_answer->microseconds = now - start;
    udp_batch_free(batch);
    return came;
}
