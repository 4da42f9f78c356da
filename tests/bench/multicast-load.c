/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * multicast-load: many receivers of one file by RFC 2090, each with an address and a port of its
 * own. What comes to the group is taken from one socket for all of them, since this measures the
 * server: each receiver may lose it by chance, and keeps account of what it has. Every byte is
 * compared with the file. Prints one line of JSON. Exit 0: all receivers have all of it; 1: not so.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "codec/tftp.h"
#include "measure.h"

#define EVENTS        256
#define PACKET_MAX    65536
#define BLOCKS_MAX    65536
#define FIRST_CLIENT  0x10000 /* behind the network's first address, as in pxe-load */
#define SCAN_INTERVAL (50 * MEASURE_MILLISECOND)
#define GROUP_BUFFER  (16 * 1024 * 1024)
#define LATE          (100 * MEASURE_MILLISECOND)

struct settings {
    const char *server;
    const char *network;
    const char *interface; /* its address: groups are joined there */
    const char *file;
    const char *content;
    int receivers;
    int block_size;
    double loss;      /* percent of what comes to the group, for each receiver on its own */
    int late_percent; /* of the receivers, which ask LATE */
    double seconds;
};

struct receiver {
    int fd;
    bool answered; /* by an OACK */
    bool is_master;
    bool done;
    uint16_t hole; /* first block it lacks */
    int64_t sent;  /* when it last said something */
    struct sockaddr_in peer;
    uint8_t has[BLOCKS_MAX / 8];
};

struct load {
    const struct settings *settings;
    struct span content;
    uint32_t block_size; /* granted */
    uint64_t blocks;
    struct sockaddr_in server;
    int epoll;
    int group; /* -1: not joined yet */
    GRand *random;
    struct receiver *receivers;
    int done;
    uint64_t packets; /* to the group */
    uint64_t bytes;
    uint64_t wrong;
    bool refused;
    uint8_t packet[PACKET_MAX];
};

/* ---- What a receiver says -------------------------------------------------------------------- */

static void send_request(struct load *load, struct receiver *receiver) {
    uint8_t bytes[512];
    struct writer writer;
    writer_init(&writer, bytes, sizeof(bytes));
    tftp_start_request(&writer, TFTP_RRQ, load->settings->file, "octet");
    tftp_put_number(&writer, "blksize", (uint64_t) load->settings->block_size);
    tftp_put_option(&writer, "multicast", span_of_text(""));
    sendto(receiver->fd, bytes, writer.size, 0, (struct sockaddr *) &load->server,
           sizeof(load->server));
    receiver->sent = measure_now();
}

static void send_ack(struct load *load, struct receiver *receiver) {
    uint8_t ack[TFTP_HEADER_SIZE];
    tftp_build_ack((uint16_t) (receiver->hole - 1), ack);
    sendto(receiver->fd, ack, sizeof(ack), 0, (struct sockaddr *) &receiver->peer,
           sizeof(receiver->peer));
    receiver->sent = measure_now();
    if (!receiver->done && load->blocks > 0 && receiver->hole > load->blocks) {
        receiver->done = true;
        load->done++;
    }
}

/* ---- What a receiver hears ------------------------------------------------------------------- */

static bool join_group(struct load *load, const char *address, int port) {
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons((uint16_t) port)};
    struct epoll_event event = {.events = EPOLLIN};
    struct ip_mreq request = {0};
    load->group = measure_open_socket(&local, GROUP_BUFFER);
    return load->group >= 0 && inet_pton(AF_INET, address, &request.imr_multiaddr) == 1 &&
           inet_pton(AF_INET, load->settings->interface, &request.imr_interface) == 1 &&
           setsockopt(load->group, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request)) == 0 &&
           epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->group, &event) == 0;
}

static bool take_oack(struct load *load, struct receiver *receiver,
                      const struct tftp_packet *packet) {
    const struct tftp_option *option = tftp_option_find(packet, "multicast");
    const struct tftp_option *size = tftp_option_find(packet, "blksize");
    uint64_t block_size = 0;
    if (option == NULL)
        return false;
    g_autofree char *value = g_strndup((const char *) option->value.data, option->value.size);
    g_auto(GStrv) parts = g_strsplit(value, ",", 3);
    if (g_strv_length(parts) != 3)
        return false;
    if (size != NULL && tftp_option_number(size, &block_size)) {
        load->block_size = (uint32_t) block_size;
        load->blocks = load->content.size / block_size + 1;
    }
    if (load->group < 0 && !join_group(load, parts[0], atoi(parts[1])))
        return false;
    receiver->answered = true;
    receiver->is_master = parts[2][0] == '1';
    if (receiver->is_master)
        send_ack(load, receiver);
    return true;
}

static void take_unicast(struct load *load, struct receiver *receiver) {
    socklen_t length = sizeof(receiver->peer);
    ssize_t size = recvfrom(receiver->fd, load->packet, sizeof(load->packet), MSG_DONTWAIT,
                            (struct sockaddr *) &receiver->peer, &length);
    struct tftp_packet packet;
    if (size < 0 || tftp_parse((struct span){load->packet, (size_t) size}, &packet) != TFTP_OK)
        return;
    if (packet.opcode == TFTP_OACK)
        load->refused |= !take_oack(load, receiver, &packet);
    else if (!receiver->done)
        load->refused = true;
}

static bool has(const struct receiver *receiver, unsigned block) {
    return (receiver->has[block / 8] >> block % 8 & 1) != 0;
}

static void take_block(struct load *load, struct receiver *receiver, uint16_t block) {
    if (receiver->done || !receiver->answered)
        return;
    if (load->settings->loss > 0 && g_rand_double(load->random) * 100 < load->settings->loss)
        return;
    receiver->has[block / 8] |= (uint8_t) (1 << block % 8);
    while (receiver->hole <= load->blocks && has(receiver, receiver->hole))
        receiver->hole++;
    if (receiver->is_master)
        send_ack(load, receiver);
}

static bool is_right(const struct load *load, const struct tftp_packet *packet) {
    uint64_t offset = (uint64_t) (packet->block - 1) * load->block_size;
    return packet->opcode == TFTP_DATA && packet->block >= 1 && packet->block <= load->blocks &&
           packet->payload.size == MIN(load->block_size, load->content.size - offset) &&
           memcmp(packet->payload.data, load->content.data + offset, packet->payload.size) == 0;
}

static void take_multicast(struct load *load) {
    ssize_t size = recv(load->group, load->packet, sizeof(load->packet), MSG_DONTWAIT);
    struct tftp_packet packet;
    if (size < 0)
        return;
    if (tftp_parse((struct span){load->packet, (size_t) size}, &packet) != TFTP_OK ||
        !is_right(load, &packet)) {
        load->wrong++;
        return;
    }
    load->packets++;
    load->bytes += packet.payload.size;
    for (int i = 0; i < load->settings->receivers; i++)
        take_block(load, &load->receivers[i], packet.block);
}

/* ---- The run --------------------------------------------------------------------------------- */

static void scan(struct load *load, int64_t started) {
    const struct settings *settings = load->settings;
    int late = settings->receivers - settings->receivers * settings->late_percent / 100;
    for (int i = 0; i < settings->receivers; i++) {
        struct receiver *receiver = &load->receivers[i];
        int64_t now = measure_now();
        if (receiver->done || (i >= late && now - started < LATE) ||
            now - receiver->sent < MEASURE_SECOND)
            continue;
        if (!receiver->answered)
            send_request(load, receiver);
        else if (receiver->is_master)
            send_ack(load, receiver);
    }
}

static bool open_receivers(struct load *load, uint32_t network) {
    for (int i = 0; i < load->settings->receivers; i++) {
        struct receiver *receiver = &load->receivers[i];
        struct sockaddr_in local = {.sin_family = AF_INET};
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = receiver};
        local.sin_addr.s_addr = htonl(network + FIRST_CLIENT + (uint32_t) i);
        receiver->hole = 1;
        receiver->sent = -MEASURE_SECOND;
        receiver->fd = measure_open_socket(&local, 0);
        if (receiver->fd < 0 || epoll_ctl(load->epoll, EPOLL_CTL_ADD, receiver->fd, &event) != 0)
            return false;
    }
    return true;
}

static void run(struct load *load, int64_t started) {
    struct epoll_event events[EVENTS];
    int64_t end = started + (int64_t) (load->settings->seconds * (double) MEASURE_SECOND);
    int64_t next_scan = 0;
    while (load->done < load->settings->receivers && !load->refused && measure_now() < end) {
        if (measure_now() >= next_scan) {
            scan(load, started);
            next_scan = measure_now() + SCAN_INTERVAL;
        }
        int count = epoll_wait(load->epoll, events, EVENTS, 10);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr != NULL)
                take_unicast(load, events[i].data.ptr);
            else
                take_multicast(load);
        }
    }
}

static int print(const struct load *load, int64_t took) {
    printf("{\"receivers\": %d, \"done\": %d, \"seconds\": %.3f, \"packets\": %" PRIu64
           ", \"bytes\": %" PRIu64 ", \"blocks\": %" PRIu64 ", \"wrong\": %" PRIu64 "}\n",
           load->settings->receivers, load->done, (double) took / (double) MEASURE_SECOND,
           load->packets, load->bytes, load->blocks, load->wrong);
    return load->done == load->settings->receivers && load->wrong == 0 ? 0 : 1;
}

static bool parse(int argc, char **argv, struct settings *settings) {
    const GOptionEntry entries[] = {
        {"server", 0, 0, G_OPTION_ARG_STRING, &settings->server, "Address of the server", "IP"},
        {"network", 0, 0, G_OPTION_ARG_STRING, &settings->network, "Network of the clients", "IP"},
        {"interface", 0, 0, G_OPTION_ARG_STRING, &settings->interface, "Where to join", "IP"},
        {"file", 0, 0, G_OPTION_ARG_STRING, &settings->file, "Name to ask for", "NAME"},
        {"content", 0, 0, G_OPTION_ARG_STRING, &settings->content, "What it must hold", "PATH"},
        {"receivers", 0, 0, G_OPTION_ARG_INT, &settings->receivers, "How many", "N"},
        {"block-size", 0, 0, G_OPTION_ARG_INT, &settings->block_size, "To ask for", "BYTES"},
        {"loss", 0, 0, G_OPTION_ARG_DOUBLE, &settings->loss, "Percent of each one's blocks", "P"},
        {"late", 0, 0, G_OPTION_ARG_INT, &settings->late_percent, "Percent that come late", "P"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &settings->seconds, "At most", "S"},
        {NULL, 0, 0, 0, NULL, NULL, NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new("- receivers of one file");
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "multicast-load: %s\n", error->message);
        return false;
    }
    if (settings->server == NULL || settings->file == NULL || settings->content == NULL ||
        settings->receivers < 1 || settings->block_size < 512) {
        fputs("multicast-load: --server, --file and --content are needed, and receivers\n", stderr);
        return false;
    }
    return true;
}

int main(int argc, char **argv) {
    static struct load load;
    static struct settings settings = {.network = "10.64.0.0",
                                       .interface = "0.0.0.0",
                                       .receivers = 1,
                                       .block_size = 1468,
                                       .seconds = 60};
    struct sockaddr_in network;
    g_autoptr(GError) error = NULL;
    if (!parse(argc, argv, &settings))
        return 2;
    g_autoptr(GMappedFile) content = g_mapped_file_new(settings.content, FALSE, &error);
    if (content == NULL || !measure_parse_address(settings.server, TFTP_PORT, &load.server) ||
        !measure_parse_address(settings.network, 0, &network)) {
        fprintf(stderr, "multicast-load: %s\n", error != NULL ? error->message : "no address");
        return 2;
    }
    load.settings = &settings;
    load.content = (struct span){(const uint8_t *) g_mapped_file_get_contents(content),
                                 g_mapped_file_get_length(content)};
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    load.group = -1;
    load.random = g_rand_new_with_seed(1);
    load.receivers = g_new0(struct receiver, (gsize) settings.receivers);
    if (load.epoll < 0 || !open_receivers(&load, ntohl(network.sin_addr.s_addr)))
        return measure_fail("multicast-load: cannot open the receivers' sockets");
    int64_t started = measure_now();
    run(&load, started);
    int status = print(&load, measure_now() - started);
    g_rand_free(load.random);
    g_free(load.receivers);
    return status;
}
