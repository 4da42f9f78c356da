/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * floor: the least a boot server can do, as the machine's limit beside which servers are shown. It
 * reads datagrams in batches, changes a fixed reply where it must and sends it back to where the
 * request came from; it decides nothing, keeps no transfer and never repeats. TFTP has one block
 * size, and the window and file that were asked for last, by whomever; a window is one segmented
 * datagram (UDP_SEGMENT). With --break it spoils its replies, so that a test can see whether the
 * load generators notice.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "codec/dhcp.h"
#include "codec/tftp.h"
#include "floor-file.h"
#include "measure.h"

#define BATCH          64
#define WINDOW_MAX     64
#define FILES_MAX      8
#define SEGMENTED_MAX  65507 /* bytes of one segmented datagram, and */
#define SEGMENTS_MAX   64    /* its segments on older kernels */
#define REPLY_SIZE     1600 /* bytes; not a power of two, so that replies do not share cache sets */
#define RECEIVE_BUFFER (4 * 1024 * 1024)
#define REPLY_MINIMUM  300 /* bytes of a DHCP reply, RFC 1542 section 2.1 */

struct settings {
    const char *address;
    const char *file;
    GStrv contents;
    const char *fault;
    int dhcp_port;
    int boot_server_port;
    int tftp_port;
    int block_size;
};

/* Datagrams that will leave together. */
struct outbox {
    struct mmsghdr messages[BATCH];
    struct iovec iov[BATCH];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
    } control[BATCH];
    unsigned count;
    int fd;
};

struct floor {
    const struct settings *settings;
    uint32_t address; /* host byte order */
    struct floor_file files[FILES_MAX];
    unsigned file_count;
    const struct floor_file *asked; /* what was asked for last, and the window */
    size_t window;
    struct outbox outbox;
};

/* Puts the replies to a request into the outbox. `scratch` is a reply's until it is sent. */
typedef void (*floor_reply)(struct floor *floor, struct span request, struct sockaddr_in *source,
                            uint8_t scratch[REPLY_SIZE]);

static void outbox_flush(struct outbox *outbox) {
    for (unsigned sent = 0; sent < outbox->count;) {
        int more = sendmmsg(outbox->fd, outbox->messages + sent, outbox->count - sent, 0);
        if (more <= 0 && errno != EINTR) {
            break; /* a client that is gone; the others ask again */
        }
        sent += (unsigned) MAX(more, 0);
    }
    outbox->count = 0;
}

/* `segment`: bytes after which the kernel begins a new datagram; 0 for one datagram. */
static void outbox_add(struct outbox *outbox, struct sockaddr_in *to, struct span bytes,
                       uint16_t segment) {
    if (outbox->count == BATCH) {
        outbox_flush(outbox);
    }
    unsigned i = outbox->count++;
    struct cmsghdr *header = &outbox->control[i].align;
    outbox->iov[i] = (struct iovec){(void *) bytes.data, bytes.size};
    outbox->messages[i] = (struct mmsghdr){.msg_hdr = {.msg_name = to,
                                                       .msg_namelen = sizeof *to,
                                                       .msg_iov = &outbox->iov[i],
                                                       .msg_iovlen = 1}};
    if (segment > 0) {
        header->cmsg_level = SOL_UDP;
        header->cmsg_type = UDP_SEGMENT;
        header->cmsg_len = CMSG_LEN(sizeof segment);
        memcpy(CMSG_DATA(header), &segment, sizeof segment);
        outbox->messages[i].msg_hdr.msg_control = header;
        outbox->messages[i].msg_hdr.msg_controllen = sizeof outbox->control[i];
    }
}

static bool is_broken(const struct floor *floor, const char *what) {
    return g_strcmp0(floor->settings->fault, what) == 0;
}

static void put_uuid(const struct floor *floor, const struct dhcp_view *request,
                     struct writer *writer) {
    struct span uuid;

    if (!is_broken(floor, "uuid") &&
        dhcp_option_get(&request->options, DHCP_OPTION_CLIENT_UUID, &uuid)) {
        dhcp_option_put(writer, DHCP_OPTION_CLIENT_UUID, uuid);
    }
}

static void reply_dhcp(struct floor *floor, struct span datagram, struct sockaddr_in *source,
                       uint8_t scratch[REPLY_SIZE]) {
    struct dhcp_view request;
    struct writer writer;

    if (dhcp_parse(datagram, &request) != DHCP_OK || is_broken(floor, "silence")) {
        return;
    }
    struct dhcp_header header = request.header;
    uint8_t type =
        request.message_type == DHCP_MESSAGE_DISCOVER ? DHCP_MESSAGE_OFFER : DHCP_MESSAGE_ACK;
    header.op = DHCP_OP_REPLY;
    header.xid += is_broken(floor, "xid");
    header.chaddr[5] ^= is_broken(floor, "chaddr");
    header.siaddr = floor->address + is_broken(floor, "next-server");
    writer_init(&writer, scratch, REPLY_SIZE);
    dhcp_start(&writer, &header, NULL,
               is_broken(floor, "file") ? "wrong.efi" : floor->settings->file);
    dhcp_option_put_u8(&writer, DHCP_OPTION_MESSAGE_TYPE,
                       is_broken(floor, "type") ? DHCP_MESSAGE_NAK : type);
    dhcp_option_put_u32(&writer, DHCP_OPTION_SERVER_ID,
                        floor->address + is_broken(floor, "server-id"));
    dhcp_option_put_text(&writer, DHCP_OPTION_VENDOR_CLASS,
                         is_broken(floor, "class") ? "HTTPClient" : "PXEClient");
    put_uuid(floor, &request, &writer);
    if (dhcp_finish(&writer, REPLY_MINIMUM)) {
        outbox_add(&floor->outbox, source, (struct span){writer.data, writer.size}, 0);
    }
}

/* Without state the block number is all there is, which ends at block 65535. */
static void reply_window(struct floor *floor, uint16_t acked, struct sockaddr_in *source) {
    const struct floor_file *file = floor->asked;
    size_t most = MIN(SEGMENTED_MAX / file->packet, SEGMENTS_MAX);

    for (size_t done = 0; done < floor->window; done += most) {
        size_t count = MIN(most, floor->window - done);
        struct span packets = floor_file_window(file, (uint16_t) (acked + 1 + done), count);
        if (packets.size == 0) {
            return;
        }
        bool whole = packets.size <= file->packet;
        outbox_add(&floor->outbox, source, packets, whole ? 0 : (uint16_t) file->packet);
    }
}

/* Remembers what is asked for: all clients of a run ask for the same. */
static void request_take(struct floor *floor, const struct tftp_packet *request) {
    const struct tftp_option *option = tftp_option_find(request, "windowsize");
    uint64_t window = 1;

    for (unsigned i = 0; i < floor->file_count; i++) {
        if (span_equals(request->file, span_of_text(floor->files[i].name))) {
            floor->asked = &floor->files[i];
        }
    }
    if (option == NULL || !tftp_option_number(option, &window) || window < 1) {
        window = 1;
    }
    floor->window = MIN(window, WINDOW_MAX);
}

static void reply_oack(struct floor *floor, const struct tftp_packet *request,
                       struct sockaddr_in *source, uint8_t scratch[REPLY_SIZE]) {
    struct writer writer;

    request_take(floor, request);
    writer_init(&writer, scratch, REPLY_SIZE);
    if (is_broken(floor, "refusal")) {
        tftp_start_error(&writer, TFTP_ERROR_NOT_FOUND, "broken on purpose");
    } else {
        tftp_start_oack(&writer);
        tftp_put_number(&writer, "blksize", (uint64_t) floor->settings->block_size);
    }
    if (floor->window > 1) {
        tftp_put_number(&writer, "windowsize", floor->window);
    }
    outbox_add(&floor->outbox, source, (struct span){writer.data, writer.size}, 0);
}

static void reply_tftp(struct floor *floor, struct span datagram, struct sockaddr_in *source,
                       uint8_t scratch[REPLY_SIZE]) {
    struct tftp_packet request;

    if (tftp_parse(datagram, &request) != TFTP_OK || is_broken(floor, "silence")) {
        return;
    }
    if (request.opcode == TFTP_ACK && floor->asked != NULL) {
        reply_window(floor, request.block, source);
    }
    if (request.opcode == TFTP_RRQ) {
        reply_oack(floor, &request, source, scratch);
    }
}

/* Answers what one socket holds. */
static void socket_serve(struct floor *floor, int fd, floor_reply reply) {
    static uint8_t requests[BATCH][2048];
    static uint8_t replies[BATCH][REPLY_SIZE];
    struct sockaddr_in sources[BATCH];
    struct iovec iov[BATCH];
    struct mmsghdr messages[BATCH];

    for (unsigned i = 0; i < BATCH; i++) {
        iov[i] = (struct iovec){requests[i], sizeof requests[i]};
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &sources[i],
                                                   .msg_namelen = sizeof sources[i],
                                                   .msg_iov = &iov[i],
                                                   .msg_iovlen = 1}};
    }
    int received = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
    floor->outbox.fd = fd;
    for (int i = 0; i < received; i++) {
        reply(floor, (struct span){requests[i], messages[i].msg_len}, &sources[i], replies[i]);
    }
    outbox_flush(&floor->outbox);
}

/* Prints the ports, which matter when they were chosen by the system. */
static void ports_print(const struct pollfd sockets[3]) {
    for (unsigned i = 0; i < 3; i++) {
        struct sockaddr_in bound = {0};
        socklen_t size = sizeof bound;
        getsockname(sockets[i].fd, (struct sockaddr *) &bound, &size);
        printf("%d%c", ntohs(bound.sin_port), i < 2 ? ' ' : '\n');
    }
    fflush(stdout);
}

/* Serves until a signal ends the process. */
static int floor_run(struct floor *floor) {
    const floor_reply replies[3] = {reply_dhcp, reply_dhcp, reply_tftp};
    const int ports[3] = {floor->settings->dhcp_port, floor->settings->boot_server_port,
                          floor->settings->tftp_port};
    struct pollfd sockets[3];

    for (unsigned i = 0; i < 3; i++) {
        struct sockaddr_in address;
        if (!measure_parse_address(floor->settings->address, ports[i], &address)) {
            fprintf(stderr, "floor: --address is an IPv4 address\n");
            return 2;
        }
        sockets[i] =
            (struct pollfd){.fd = measure_open_socket(&address, RECEIVE_BUFFER), .events = POLLIN};
        if (sockets[i].fd < 0) {
            return measure_fail("floor: cannot bind");
        }
    }
    ports_print(sockets);
    while (poll(sockets, 3, -1) >= 0 || errno == EINTR) {
        for (unsigned i = 0; i < 3; i++) {
            if ((sockets[i].revents & POLLIN) != 0) {
                socket_serve(floor, sockets[i].fd, replies[i]);
            }
        }
    }
    return measure_fail("floor: cannot wait");
}

static bool files_load(struct floor *floor, GError **ret_error) {
    struct floor_damage damage = {is_broken(floor, "byte"), is_broken(floor, "length")};
    char *const *paths = floor->settings->contents;

    for (; paths != NULL && *paths != NULL && floor->file_count < FILES_MAX; paths++) {
        struct floor_file *file = &floor->files[floor->file_count];
        if (!floor_file_load(*paths, (size_t) floor->settings->block_size, damage, file,
                             ret_error)) {
            return false;
        }
        floor->file_count++;
        floor->asked = &floor->files[0]; /* whatever it is called, as for tests */
    }
    return true;
}

int main(int argc, char **argv) {
    static struct settings settings = {
        .address = "127.0.0.1", .file = "boot.efi", .block_size = 1468};
    const GOptionEntry entries[] = {
        {"address", 0, 0, G_OPTION_ARG_STRING, &settings.address, "Ours", "A.B.C.D"},
        {"dhcp-port", 0, 0, G_OPTION_ARG_INT, &settings.dhcp_port, "0: any", "N"},
        {"boot-server-port", 0, 0, G_OPTION_ARG_INT, &settings.boot_server_port, "0: any", "N"},
        {"tftp-port", 0, 0, G_OPTION_ARG_INT, &settings.tftp_port, "0: any", "N"},
        {"file", 0, 0, G_OPTION_ARG_STRING, &settings.file, "The boot file to name", "NAME"},
        {"content", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &settings.contents,
         "A file that TFTP sends; several times: some", "PATH"},
        {"block-size", 0, 0, G_OPTION_ARG_INT, &settings.block_size, "Default 1468", "BYTES"},
        {"break", 0, 0, G_OPTION_ARG_STRING, &settings.fault, "Spoil the replies", "WHAT"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new("- the least a server can do");
    g_autoptr(GError) error = NULL;
    static struct floor floor = {.settings = &settings, .window = 1};
    struct sockaddr_in address;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || !files_load(&floor, &error)) {
        fprintf(stderr, "floor: %s; see --help\n", error->message);
        return 2;
    }
    if (measure_parse_address(settings.address, 0, &address)) {
        floor.address = ntohl(address.sin_addr.s_addr);
    }
    int status = floor_run(&floor);
    for (unsigned i = 0; i < floor.file_count; i++) {
        floor_file_clear(&floor.files[i]);
    }
    return status;
}
