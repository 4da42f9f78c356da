/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp-load: many TFTP clients at once, each with an address and a socket of its own, that fetch a
 * file one or more times and compare every byte with it. Prints one line of JSON. Exit 0: every
 * byte of every file came and was right; 1: not so.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"
#include "tftp-client.h"

#define BATCH         64 /* datagrams taken from a socket at once */
#define EVENTS        256
#define CLIENTS_MAX   16384
#define SCAN_INTERVAL (10 * MEASURE_MILLISECOND)
#define FIRST_CLIENT  0x10000 /* behind the network's first address, as in pxe-load */

struct settings {
    const char *server;
    const char *network;
    const char *file;
    const char *content;
    int port;
    int clients;
    int transfers;
    int block_size;
    int window;
    int timeout_ms;
    int tries; /* a request or ACK and its repetitions */
    int pause_us;
    double seconds;
};

struct transfer {
    struct tftp_client client;
    uint32_t number; /* of the client */
    int fd;          /* -1: this client has finished */
    int left;        /* files still to fetch, this one included */
    int tries;       /* since something came */
    bool connected;
    int64_t started;
    int64_t sent; /* when something was sent last */
};

struct load {
    const struct settings *settings;
    struct tftp_plan plan;
    struct sockaddr_in server;
    uint32_t network; /* host byte order */
    int epoll;
    struct transfer *transfers;
    int running;
    struct mmsghdr messages[BATCH];
    struct sockaddr_in sources[BATCH];
    uint64_t done;
    uint64_t bytes;
    uint64_t repeated_requests; /* RRQs that had to be sent again */
    uint64_t repeated_acks;
    uint64_t blocks;          /* that came in their turn */
    uint64_t repeated_blocks; /* that came once more */
    uint64_t faults[TFTP_FAULT_COUNT];
    uint32_t block_size; /* as granted last */
    uint32_t window;
    struct histogram first_block;
    struct histogram whole;
};

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
    unsigned room = MIN(transfer->client.window - transfer->client.in_window, BATCH);

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

/* Room for one datagram more than the largest block, so that a longer one is seen as such. */
static void buffers_init(struct load *load, uint8_t *memory, struct iovec iov[BATCH]) {
    size_t size = TFTP_HEADER_SIZE + (size_t) load->settings->block_size + 1;

    size = MAX(size, 1024); /* an OACK or ERROR may be longer than a small block */
    for (unsigned i = 0; i < BATCH; i++) {
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

static bool transfers_run(struct load *load) {
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

static int load_print(const struct load *load, int64_t took) {
    uint64_t wrong = 0;

    printf("{\"transfers\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"seconds\": %.6f, "
           "\"megabytes-per-second\": %.1f, \"block-size\": %u, \"window\": %u, "
           "\"repeated-requests\": %" PRIu64 ", \"repeated-acks\": %" PRIu64
           ", \"blocks\": %" PRIu64 ", \"repeated-blocks\": %" PRIu64 ", \"wrong\": {",
           load->done, load->bytes, (double) took / MEASURE_SECOND,
           (double) load->bytes * 1000 / took, load->block_size, load->window,
           load->repeated_requests, load->repeated_acks, load->blocks, load->repeated_blocks);
    for (unsigned fault = TFTP_FAULT_NONE + 1; fault < TFTP_FAULT_COUNT; fault++) {
        if (load->faults[fault] > 0) {
            printf("%s\"%s\": %" PRIu64, wrong > 0 ? ", " : "", tftp_fault_name(fault),
                   load->faults[fault]);
            wrong += load->faults[fault];
        }
    }
    printf("}, ");
    histogram_print(&load->first_block, "first-block-microseconds");
    printf(", ");
    histogram_print(&load->whole, "transfer-microseconds");
    printf("}\n");
    return wrong > 0 || load->done == 0 ? 1 : 0;
}

static bool settings_parse(int argc, char **argv, struct settings *settings) {
    const GOptionEntry entries[] = {
        {"server", 0, 0, G_OPTION_ARG_STRING, &settings->server, "Its address", "A.B.C.D"},
        {"port", 0, 0, G_OPTION_ARG_INT, &settings->port, "Its port; default 69", "N"},
        {"network", 0, 0, G_OPTION_ARG_STRING, &settings->network,
         "Clients live behind this address, which must be routed to us", "A.B.C.D"},
        {"file", 0, 0, G_OPTION_ARG_STRING, &settings->file, "Name to ask for", "NAME"},
        {"content", 0, 0, G_OPTION_ARG_FILENAME, &settings->content, "What must come", "PATH"},
        {"clients", 0, 0, G_OPTION_ARG_INT, &settings->clients, "At once; default 1", "N"},
        {"transfers", 0, 0, G_OPTION_ARG_INT, &settings->transfers, "A client; default 1", "N"},
        {"block-size", 0, 0, G_OPTION_ARG_INT, &settings->block_size, "Default 1468", "BYTES"},
        {"window", 0, 0, G_OPTION_ARG_INT, &settings->window, "Blocks; default 1", "N"},
        {"timeout", 0, 0, G_OPTION_ARG_INT, &settings->timeout_ms, "Default 1000", "MS"},
        {"tries", 0, 0, G_OPTION_ARG_INT, &settings->tries,
         "Of each request or ACK before a file is given up; default 6", "N"},
        {"pause", 0, 0, G_OPTION_ARG_INT, &settings->pause_us,
         "Before the next look at what came, as a longer wire would make it; default 0", "US"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &settings->seconds, "Give up after; 60", "S"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new("- TFTP clients at once");
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "tftp-load: %s; see --help\n", error->message);
        return false;
    }
    bool sane = settings->clients > 0 && settings->clients <= CLIENTS_MAX &&
                settings->transfers > 0 && settings->timeout_ms > 0 && settings->tries > 0 &&
                settings->pause_us >= 0 && settings->window > 0 && settings->window <= 65535 &&
                settings->block_size >= 8 && settings->block_size <= 65464 &&
                settings->file != NULL && settings->content != NULL;
    if (!sane) {
        fprintf(stderr, "tftp-load: --file or --content is missing, or a number is out of range; "
                        "see --help\n");
    }
    return sane;
}

static bool load_init(struct load *load, const struct settings *settings, GMappedFile *content) {
    struct rlimit files = {CLIENTS_MAX + 64, CLIENTS_MAX + 64};
    struct sockaddr_in network;

    if (!measure_parse_address(settings->server, settings->port, &load->server) ||
        !measure_parse_address(settings->network, 0, &network)) {
        fprintf(stderr, "tftp-load: --server and --network are IPv4 addresses\n");
        return false;
    }
    if (settings->clients > 900) {
        setrlimit(RLIMIT_NOFILE, &files); /* where it is refused, opening the sockets says so */
    }
    load->settings = settings;
    load->network = ntohl(network.sin_addr.s_addr);
    load->plan = (struct tftp_plan){
        .file = settings->file,
        .content = {(const uint8_t *) g_mapped_file_get_contents(content),
                    g_mapped_file_get_length(content)},
        .block_size = (uint32_t) settings->block_size,
        .window = (uint32_t) settings->window,
    };
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    return load->epoll >= 0;
}

int main(int argc, char **argv) {
    static struct load load;
    static struct settings settings = {.port = 69,
                                       .network = "10.64.0.0",
                                       .clients = 1,
                                       .transfers = 1,
                                       .block_size = 1468,
                                       .window = 1,
                                       .timeout_ms = 1000,
                                       .tries = 6,
                                       .seconds = 60};
    g_autoptr(GMappedFile) content = NULL;
    g_autoptr(GError) error = NULL;
    struct iovec iov[BATCH];

    if (!settings_parse(argc, argv, &settings)) {
        return 2;
    }
    content = g_mapped_file_new(settings.content, FALSE, &error);
    if (content == NULL) {
        fprintf(stderr, "tftp-load: %s\n", error->message);
        return 2;
    }
    if (!load_init(&load, &settings, content)) {
        return 2;
    }
    g_autofree struct transfer *transfers = g_new0(struct transfer, (gsize) settings.clients);
    g_autofree uint8_t *memory =
        g_malloc0(BATCH * (MAX((gsize) settings.block_size + TFTP_HEADER_SIZE + 1, (gsize) 1024)));
    load.transfers = transfers;
    buffers_init(&load, memory, iov);
    int64_t start = measure_now();
    if (!transfers_run(&load)) {
        return measure_fail("tftp-load: cannot open a client's socket");
    }
    return load_print(&load, measure_now() - start);
}
