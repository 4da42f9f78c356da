/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs many downloads at once.
 */
#include "transfers.h"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS        256
#define SCAN_INTERVAL (10 * MEASURE_MILLISECOND)
#define FIRST_CLIENT  0x10000 /* behind the network's first address, as in pxe-load */

static void request_send(struct load *load, struct transfer *transfer) {
    uint8_t bytes[512];
    struct writer writer;

    writer_init(&writer, bytes, sizeof bytes);
    tftp_client_request(&transfer->client, &writer);
    /* What cannot be sent is as good as lost on the way: the timer repeats it. */
    sendto(transfer->fd, writer.data, writer.size, 0, (struct sockaddr *) &load->server,
           sizeof load->server);
    transfer->sent = measure_now();
}

static void ack_send(struct transfer *transfer) {
    uint8_t ack[TFTP_HEADER_SIZE];

    tftp_client_ack(&transfer->client, ack);
    send(transfer->fd, ack, sizeof ack, MSG_DONTWAIT);
    transfer->sent = measure_now();
}

/* Opens a new port for the next file of a client, as every TFTP client does. */
static bool transfer_open(struct load *load, struct transfer *transfer) {
    struct sockaddr_in local = {.sin_family = AF_INET};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = transfer};

    local.sin_addr.s_addr = htonl(load->network + FIRST_CLIENT + transfer->number);
    transfer->fd = measure_open_socket(&local, 0);
    if (transfer->fd < 0 || epoll_ctl(load->epoll, EPOLL_CTL_ADD, transfer->fd, &event) < 0) {
        return false;
    }
    tftp_client_start(&transfer->client, &load->plan);
    transfer->connected = false;
    transfer->tries = 1;
    return true;
}

static void transfer_ask(struct load *load, struct transfer *transfer) {
    transfer->started = measure_now();
    request_send(load, transfer);
}

static void transfer_count(struct load *load, const struct transfer *transfer) {
    load->bytes += transfer->client.received;
    load->blocks += transfer->client.next - 1;
    load->repeated_blocks += transfer->client.repeated;
}

/* Ends a file, right or wrong, and begins the client's next one. */
static bool transfer_end(struct load *load, struct transfer *transfer) {
    enum tftp_fault fault = transfer->client.fault;

    close(transfer->fd);
    transfer->fd = -1;
    load->faults[fault]++;
    transfer_count(load, transfer);
    if (fault == TFTP_FAULT_NONE) {
        load->done++;
        load->block_size = transfer->client.block_size;
        load->window = transfer->client.window;
    }
    if (fault == TFTP_FAULT_NONE || fault == TFTP_FAULT_TIMEOUT) {
        /* A file that never came took at least as long as it was waited for. */
        histogram_add(&load->whole, (uint64_t) (measure_now() - transfer->started));
    }
    if (--transfer->left == 0) {
        load->running--;
        return true;
    }
    if (!transfer_open(load, transfer)) {
        return false;
    }
    transfer_ask(load, transfer);
    return true;
}

/* The first answer shows the port the server chose; from then on the kernel filters. */
static bool source_accept(const struct load *load, struct transfer *transfer,
                          const struct sockaddr_in *source) {
    if (transfer->connected) {
        return true;
    }
    if (source->sin_addr.s_addr != load->server.sin_addr.s_addr) {
        transfer->client.fault = TFTP_FAULT_SOURCE;
        return false;
    }
    transfer->connected =
        connect(transfer->fd, (const struct sockaddr *) source, sizeof *source) == 0;
    return transfer->connected;
}

/* Gives a datagram to the state machine and sends what it wants sent. False when the file ended. */
static bool transfer_take(struct load *load, struct transfer *transfer, unsigned index) {
    struct mmsghdr *message = &load->messages[index];
    struct span datagram = {message->msg_hdr.msg_iov->iov_base, message->msg_len};
    uint64_t before = transfer->client.next;

    if (!source_accept(load, transfer, &load->sources[index])) {
        return false;
    }
    enum tftp_step step = tftp_client_step(&transfer->client, datagram);
    if (step == TFTP_STEP_ACKNOWLEDGE || step == TFTP_STEP_DONE) {
        ack_send(transfer);
    }
    if (before == 1 && transfer->client.next == 2) {
        histogram_add(&load->first_block, (uint64_t) (measure_now() - transfer->started));
    }
    transfer->tries = transfer->client.next > before ? 1 : transfer->tries;
    return step != TFTP_STEP_DONE && step != TFTP_STEP_FAILED;
}

static bool transfer_receive(struct load *load, struct transfer *transfer) {
    /* The next ACK is due after so many; looking for more would be in vain. */
    unsigned room = MIN(transfer->client.window - transfer->client.in_window, TRANSFERS_BATCH);

    for (unsigned i = 0; i < room; i++) {
        load->messages[i].msg_hdr.msg_namelen = sizeof load->sources[i];
    }
    int count = recvmmsg(transfer->fd, load->messages, room, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++) {
        if (!transfer_take(load, transfer, (unsigned) i)) {
            return transfer_end(load, transfer);
        }
    }
    return true;
}

/* Repeats what was not answered in time. */
static bool transfer_wake(struct load *load, struct transfer *transfer) {
    if (transfer->tries++ >= load->settings->tries) {
        transfer->client.fault = TFTP_FAULT_TIMEOUT;
        return transfer_end(load, transfer);
    }
    if (transfer->client.answered) {
        load->repeated_acks++;
        ack_send(transfer);
    } else {
        load->repeated_requests++;
        request_send(load, transfer);
    }
    return true;
}

static bool transfers_expire(struct load *load, int64_t now) {
    int64_t oldest = now - load->settings->timeout_ms * MEASURE_MILLISECOND;

    for (int i = 0; i < load->settings->clients; i++) {
        struct transfer *transfer = &load->transfers[i];
        if (transfer->fd >= 0 && transfer->sent < oldest && !transfer_wake(load, transfer)) {
            return false;
        }
    }
    return true;
}

/* A longer datagram must be seen as such, and an OACK or ERROR may be longer than a small block. */
size_t transfers_buffer_size(const struct settings *settings) {
    return MAX(TFTP_HEADER_SIZE + (size_t) settings->block_size + 1, (size_t) 1024);
}

void transfers_init_buffers(struct load *load, uint8_t *memory, struct iovec iov[TRANSFERS_BATCH]) {
    size_t size = transfers_buffer_size(load->settings);

    for (unsigned i = 0; i < TRANSFERS_BATCH; i++) {
        iov[i] = (struct iovec){memory + i * size, size};
        load->messages[i].msg_hdr =
            (struct msghdr){.msg_name = &load->sources[i], .msg_iov = &iov[i], .msg_iovlen = 1};
    }
}

/* Opens all ports first, so that all clients ask at the same instant. */
static bool transfers_start(struct load *load) {
    for (int i = 0; i < load->settings->clients; i++) {
        struct transfer *transfer = &load->transfers[i];
        transfer->number = (uint32_t) i;
        transfer->left = load->settings->transfers;
        if (!transfer_open(load, transfer)) {
            return false;
        }
    }
    for (int i = 0; i < load->settings->clients; i++) {
        transfer_ask(load, &load->transfers[i]);
    }
    load->running = load->settings->clients;
    return true;
}

/* The time is over for those that still run. */
static void transfers_abandon(struct load *load, int64_t now) {
    for (int i = 0; i < load->settings->clients; i++) {
        const struct transfer *transfer = &load->transfers[i];
        if (transfer->fd >= 0) {
            load->faults[TFTP_FAULT_TIMEOUT]++;
            transfer_count(load, transfer);
            histogram_add(&load->whole, (uint64_t) (now - transfer->started));
        }
    }
}

bool transfers_run(struct load *load) {
    int64_t end = measure_now() + (int64_t) (load->settings->seconds * MEASURE_SECOND);
    int64_t next_scan = 0;
    struct epoll_event events[EVENTS];

    if (!transfers_start(load)) {
        return false;
    }
    while (load->running > 0) {
        int count = epoll_wait(load->epoll, events, EVENTS, SCAN_INTERVAL / MEASURE_MILLISECOND);
        for (int i = 0; i < count; i++) {
            if (!transfer_receive(load, events[i].data.ptr)) {
                return false;
            }
        }
        if (load->settings->pause_us > 0) {
            g_usleep((gulong) load->settings->pause_us);
        }
        int64_t now = measure_now();
        if (now > end) {
            transfers_abandon(load, now);
            return true;
        }
        if (now >= next_scan) {
            next_scan = now + SCAN_INTERVAL;
            if (!transfers_expire(load, now)) {
                return false;
            }
        }
    }
    return true;
}
