/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp-load: many TFTP clients at once, each with an address and a socket of its own, that fetch a
 * file one or more times and compare every byte with it. Prints one line of JSON. Exit 0: every
 * byte of every file came and was right; 1: not so.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "transfers.h"

#define CLIENTS_MAX 16384

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
    struct iovec iov[TRANSFERS_BATCH];

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
    g_autofree uint8_t *memory = g_malloc0(TRANSFERS_BATCH * transfers_buffer_size(&settings));
    load.transfers = transfers;
    transfers_init_buffers(&load, memory, iov);
    int64_t start = measure_now();
    if (!transfers_run(&load)) {
        return measure_fail("tftp-load: cannot open a client's socket");
    }
    return load_print(&load, measure_now() - start);
}
