/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * pxe-load: thousands of made-up PXE clients in a closed loop. A fixed number of requests is always
 * outstanding; an answer is judged in every field, and the next client's request takes its place.
 * Prints one line of JSON. Exit 0: every answer was right; 1: one was wrong, or none came.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"
#include "pxe-client.h"

#define BATCH          64
#define SLOTS_MAX      4096 /* requests outstanding; the low bits of an xid are the slot */
#define ANSWER_SIZE    2048
#define SCAN_INTERVAL  (10 * MEASURE_MILLISECOND) /* between two looks for lost requests */
#define RECEIVE_BUFFER (8 * 1024 * 1024)

/* The addresses of the made-up network behind its first: relays, then clients. */
#define FIRST_RELAY  1
#define FIRST_CLIENT 0x10000

struct settings {
    const char *server;
    const char *network;
    const char *stage;
    GStrv files;
    int port;
    int source_port;
    int clients;
    int relays;
    int outstanding;
    int architecture;
    int limit;
    int timeout_ms;
    int rate;
    double seconds;
};

struct slot {
    struct pxe_exchange exchange;
    int64_t sent;
    bool waiting;
};

struct load {
    const struct settings *settings;
    struct pxe_template template;
    struct pxe_expectation expectation;
    struct sockaddr_in server;
    uint32_t network; /* host byte order */
    int fd;
    uint64_t started;  /* requests sent */
    uint64_t answered; /* right answers */
    uint64_t named;    /* of them, those that name a boot file */
    uint64_t *by_file; /* of the named ones, in the order of settings->files */
    uint64_t lost;
    int64_t began;
    uint64_t faults[PXE_FAULT_COUNT];
    struct slot slots[SLOTS_MAX];
    unsigned free_slots[SLOTS_MAX];
    unsigned free_count;
    struct histogram latency;
};

/* One datagram to send, with the source address that a routed client or relay has. */
struct outgoing {
    uint8_t bytes[PXE_REQUEST_SIZE];
    struct iovec iov;
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
    } control;
};

static void outgoing_address(struct outgoing *outgoing, const struct load *load, uint32_t source,
                             struct mmsghdr *ret_message) {
    struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(source)};
    struct cmsghdr *header = &outgoing->control.align;

    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(header), &info, sizeof info);
    outgoing->iov = (struct iovec){outgoing->bytes, sizeof outgoing->bytes};
    *ret_message = (struct mmsghdr){.msg_hdr = {
                                        .msg_name = (void *) &load->server,
                                        .msg_namelen = sizeof load->server,
                                        .msg_iov = &outgoing->iov,
                                        .msg_iovlen = 1,
                                        .msg_control = &outgoing->control,
                                        .msg_controllen = sizeof outgoing->control,
                                    }};
}

/* Takes a free slot for the next client in turn. The xid holds the slot and how many requests went
 * before, so that a late answer to an earlier request is not taken for this one's. */
static struct slot *slot_take(struct load *load) {
    unsigned index = load->free_slots[--load->free_count];
    struct slot *slot = &load->slots[index];
    uint32_t client = (uint32_t) (load->started % (unsigned) load->settings->clients);
    bool relayed = load->template.message_type == DHCP_MESSAGE_DISCOVER;

    slot->exchange.client = client;
    slot->exchange.xid = (uint32_t) (load->started / SLOTS_MAX + 1) * SLOTS_MAX + index;
    slot->exchange.address =
        load->network + (relayed ? FIRST_RELAY + client % (unsigned) load->settings->relays
                                 : FIRST_CLIENT + client);
    slot->waiting = true;
    load->started++;
    return slot;
}

/* How many requests the pace allows by now. */
static uint64_t pace(const struct load *load) {
    double seconds = (double) (measure_now() - load->began) / MEASURE_SECOND;
    uint64_t allowed = (uint64_t) (seconds * load->settings->rate);

    return allowed > load->started ? allowed - load->started : 0;
}

/* How many requests may be sent now, at most a batch. */
static unsigned requests_due(const struct load *load) {
    uint64_t limit = (uint64_t) load->settings->limit;
    unsigned due = MIN(load->free_count, BATCH);

    if (load->settings->rate > 0)
        due = (unsigned) MIN(due, pace(load));

    return limit == 0 ? due : (unsigned) MIN(due, limit - load->started);
}

/* Fills all free slots, in batches. False with errno set when the socket refuses. */
static bool requests_send(struct load *load) {
    static struct outgoing outgoing[BATCH];
    struct mmsghdr messages[BATCH];

    for (unsigned count; (count = requests_due(load)) > 0;) {
        int64_t now = measure_now();

        for (unsigned i = 0; i < count; i++) {
            struct slot *slot = slot_take(load);
            slot->sent = now;
            pxe_template_fill(&load->template, &slot->exchange, outgoing[i].bytes);
            outgoing_address(&outgoing[i], load, slot->exchange.address, &messages[i]);
        }
        for (unsigned sent = 0; sent < count;) {
            int more = sendmmsg(load->fd, messages + sent, count - sent, 0);
            if (more < 0 && errno != EINTR) {
                return false;
            }
            sent += (unsigned) MAX(more, 0);
        }
    }
    return true;
}

/* The slot an answer belongs to; NULL when nobody waits for its xid. */
static struct slot *slot_find(struct load *load, uint32_t xid) {
    struct slot *slot = &load->slots[xid % SLOTS_MAX];

    return slot->waiting && slot->exchange.xid == xid ? slot : NULL;
}

static void slot_release(struct load *load, struct slot *slot) {
    slot->waiting = false;
    load->free_slots[load->free_count++] = (unsigned) (slot - load->slots);
}

static void count_file(struct load *load, struct span file) {
    load->named += file.size > 0;
    for (unsigned i = 0; load->settings->files[i] != NULL; i++) {
        load->by_file[i] += span_equals(file, span_of_text(load->settings->files[i]));
    }
}

static enum pxe_fault answer_take(struct load *load, struct span datagram,
                                  const struct sockaddr_in *source, int64_t now) {
    struct dhcp_view answer;
    enum pxe_fault fault = PXE_FAULT_SOURCE;

    if (dhcp_parse(datagram, &answer) != DHCP_OK || answer.header.op != DHCP_OP_REPLY) {
        return PXE_FAULT_MALFORMED;
    }
    struct slot *slot = slot_find(load, answer.header.xid);
    if (slot == NULL) {
        return PXE_FAULT_XID;
    }
    if (source->sin_addr.s_addr == load->server.sin_addr.s_addr) {
        fault = pxe_answer_check(&answer, &slot->exchange, &load->expectation);
    }
    if (fault == PXE_FAULT_NONE) {
        histogram_add(&load->latency, (uint64_t) (now - slot->sent));
        load->answered++;
        count_file(load, pxe_answer_file(&answer));
    }
    slot_release(load, slot);
    return fault;
}

/* Takes the answers that are there. */
static void answers_receive(struct load *load) {
    static uint8_t buffers[BATCH][ANSWER_SIZE];
    struct sockaddr_in sources[BATCH];
    struct iovec iov[BATCH];
    struct mmsghdr messages[BATCH];

    for (unsigned i = 0; i < BATCH; i++) {
        iov[i] = (struct iovec){buffers[i], ANSWER_SIZE};
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &sources[i],
                                                   .msg_namelen = sizeof sources[i],
                                                   .msg_iov = &iov[i],
                                                   .msg_iovlen = 1}};
    }
    int count = recvmmsg(load->fd, messages, BATCH, MSG_DONTWAIT, NULL);
    int64_t now = measure_now();
    for (int i = 0; i < count; i++) {
        struct span datagram = {buffers[i], messages[i].msg_len};
        load->faults[answer_take(load, datagram, &sources[i], now)]++;
    }
}

/* Gives up on requests older than the timeout. */
static void requests_expire(struct load *load, int64_t now) {
    int64_t oldest = now - load->settings->timeout_ms * MEASURE_MILLISECOND;

    for (int i = 0; i < load->settings->outstanding; i++) {
        struct slot *slot = &load->slots[i];
        if (slot->waiting && slot->sent < oldest) {
            load->lost++;
            slot_release(load, slot);
        }
    }
}

/* Until the next look for lost requests, or until the pace wants the next one sent. */
static struct timespec next_wait(const struct load *load) {
    int64_t wait = SCAN_INTERVAL;

    if (load->settings->rate > 0 && load->free_count > 0) {
        int64_t due =
            (int64_t) ((double) (load->started + 1) * MEASURE_SECOND / load->settings->rate);
        wait = CLAMP(load->began + due - measure_now(), 0, SCAN_INTERVAL);
    }
    return (struct timespec){.tv_nsec = wait};
}

static bool load_is_over(const struct load *load, int64_t now, int64_t end) {
    return now >= end ||
           (load->settings->limit > 0 && load->started >= (uint64_t) load->settings->limit);
}

/* Runs until the time or the number of requests is over, then waits for what is outstanding.
 * Returns the ns it took, or -1 with errno set. */
static int64_t load_run(struct load *load) {
    int64_t start = measure_now();
    int64_t end = start + (int64_t) (load->settings->seconds * MEASURE_SECOND);
    int64_t next_scan = start + SCAN_INTERVAL;
    bool over = false;

    load->began = start;
    prctl(PR_SET_TIMERSLACK, 1); /* or each wait is 50 us too long */
    while (!over || load->free_count < (unsigned) load->settings->outstanding) {
        struct pollfd waiting = {.fd = load->fd, .events = POLLIN};

        if (!over && !requests_send(load)) {
            return -1;
        }
        struct timespec wait = next_wait(load);
        if (ppoll(&waiting, 1, &wait, NULL) > 0) {
            answers_receive(load);
        }
        int64_t now = measure_now();
        if (now >= next_scan) {
            requests_expire(load, now);
            next_scan = now + SCAN_INTERVAL;
        }
        over = load_is_over(load, now, end);
    }
    return measure_now() - start;
}

static int load_print(const struct load *load, int64_t took) {
    uint64_t wrong = 0;

    printf("{\"stage\": \"%s\", \"answers\": %" PRIu64 ", \"named\": %" PRIu64
           ", \"lost\": %" PRIu64 ", \"seconds\": %.6f, \"per-second\": %.0f, \"wrong\": {",
           load->settings->stage, load->answered, load->named, load->lost,
           (double) took / MEASURE_SECOND, (double) load->answered * MEASURE_SECOND / took);
    for (unsigned fault = PXE_FAULT_NONE + 1; fault < PXE_FAULT_COUNT; fault++) {
        if (load->faults[fault] > 0) {
            printf("%s\"%s\": %" PRIu64, wrong > 0 ? ", " : "", pxe_fault_name(fault),
                   load->faults[fault]);
            wrong += load->faults[fault];
        }
    }
    printf("}, \"files\": {");
    for (unsigned i = 0; load->settings->files[i] != NULL; i++) {
        printf("%s\"%s\": %" PRIu64, i > 0 ? ", " : "", load->settings->files[i], load->by_file[i]);
    }
    printf("}, ");
    histogram_print(&load->latency, "microseconds");
    printf("}\n");
    return wrong > 0 || load->answered == 0 ? 1 : 0;
}

static bool settings_parse(int argc, char **argv, struct settings *settings) {
    const GOptionEntry entries[] = {
        {"server", 0, 0, G_OPTION_ARG_STRING, &settings->server, "Its address", "A.B.C.D"},
        {"port", 0, 0, G_OPTION_ARG_INT, &settings->port, "67, or 4011 in stage boot-server", "N"},
        {"source-port", 0, 0, G_OPTION_ARG_INT, &settings->source_port, "Ours; default 67", "N"},
        {"network", 0, 0, G_OPTION_ARG_STRING, &settings->network,
         "Relays and clients live behind this address, which must be routed to us", "A.B.C.D"},
        {"stage", 0, 0, G_OPTION_ARG_STRING, &settings->stage, "discover or boot-server", "STAGE"},
        {"file", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings->files,
         "The right boot file; several times: any of them", "NAME"},
        {"clients", 0, 0, G_OPTION_ARG_INT, &settings->clients, "In turn; default 10000", "N"},
        {"relays", 0, 0, G_OPTION_ARG_INT, &settings->relays, "Default 16", "N"},
        {"outstanding", 0, 0, G_OPTION_ARG_INT, &settings->outstanding, "Default 32", "N"},
        {"architecture", 0, 0, G_OPTION_ARG_INT, &settings->architecture, "Default 7", "CODE"},
        {"requests", 0, 0, G_OPTION_ARG_INT, &settings->limit, "Stop after so many", "N"},
        {"rate", 0, 0, G_OPTION_ARG_INT, &settings->rate,
         "Requests a second at most; default: as fast as answers come", "N"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &settings->seconds, "Stop after; default 1", "S"},
        {"timeout", 0, 0, G_OPTION_ARG_INT, &settings->timeout_ms, "Lost after; default 500", "MS"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new("- PXE clients in a closed loop");
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "pxe-load: %s; see --help\n", error->message);
        return false;
    }
    bool sane = settings->clients > 0 && settings->relays > 0 && settings->outstanding > 0 &&
                settings->outstanding <= SLOTS_MAX && settings->relays < FIRST_CLIENT &&
                settings->timeout_ms > 0 && settings->limit >= 0 && settings->rate >= 0 &&
                settings->files != NULL;
    if (!sane) {
        fprintf(stderr, "pxe-load: --file is missing, or a number is out of range; see --help\n");
    }
    return sane;
}

static bool load_init(struct load *load, const struct settings *settings) {
    bool boot_server = g_strcmp0(settings->stage, "boot-server") == 0;
    struct sockaddr_in network;

    if (!boot_server && g_strcmp0(settings->stage, "discover") != 0) {
        fprintf(stderr, "pxe-load: --stage is discover or boot-server\n");
        return false;
    }
    if (!measure_parse_address(settings->server, settings->port, &load->server) ||
        !measure_parse_address(settings->network, 0, &network)) {
        fprintf(stderr, "pxe-load: --server and --network are IPv4 addresses\n");
        return false;
    }
    load->settings = settings;
    load->network = ntohl(network.sin_addr.s_addr);
    pxe_template_init(&load->template, boot_server ? DHCP_MESSAGE_REQUEST : DHCP_MESSAGE_DISCOVER,
                      (uint16_t) settings->architecture);
    load->expectation = (struct pxe_expectation){
        .template = &load->template,
        .files = (const char *const *) settings->files,
        .server = ntohl(load->server.sin_addr.s_addr),
    };
    load->by_file = g_new0(uint64_t, g_strv_length(settings->files));
    for (int i = 0; i < settings->outstanding; i++) {
        load->free_slots[load->free_count++] = (unsigned) i;
    }
    return true;
}

int main(int argc, char **argv) {
    static struct load load;
    static struct settings settings = {.port = 67,
                                       .source_port = 67,
                                       .network = "10.64.0.0",
                                       .stage = "discover",
                                       .clients = 10000,
                                       .relays = 16,
                                       .outstanding = 32,
                                       .architecture = 7,
                                       .timeout_ms = 500,
                                       .seconds = 1};
    struct sockaddr_in any = {.sin_family = AF_INET};

    if (!settings_parse(argc, argv, &settings) || !load_init(&load, &settings)) {
        return 2;
    }
    any.sin_port = htons((uint16_t) settings.source_port);
    load.fd = measure_open_socket(&any, RECEIVE_BUFFER);
    if (load.fd < 0) {
        return measure_fail("pxe-load: cannot bind the source port");
    }
    int64_t took = load_run(&load);
    close(load.fd);
    return took < 0 ? measure_fail("pxe-load: cannot send") : load_print(&load, took);
}
