/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * floor: the least a boot server can do, as the machine's limit beside which servers are shown. It
 * reads datagrams in batches, changes a fixed reply where it must and sends it back to where the
 * request came from; it decides nothing, keeps no transfer and never repeats. TFTP is lock-step
 * with one block size. With --break it spoils its replies, so that a test can see whether the load
 * generators notice.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "codec/dhcp.h"
#include "codec/tftp.h"
#include "measure.h"

#define BATCH          64
#define REPLY_SIZE     1600 /* bytes; not a power of two, so that replies do not share cache sets */
#define RECEIVE_BUFFER (4 * 1024 * 1024)
#define REPLY_MINIMUM  300 /* bytes of a DHCP reply, RFC 1542 section 2.1 */

struct settings {
    const char *address;
    const char *file;
    const char *content;
    const char *fault;
    int dhcp_port;
    int boot_server_port;
    int tftp_port;
    int block_size;
};

struct floor {
    const struct settings *settings;
    uint32_t address; /* host byte order */
    const uint8_t *content;
    size_t content_size;
};

/* Turns a request into its reply; 0 bytes for none. */
typedef size_t (*floor_reply)(const struct floor *floor, struct span request,
                              uint8_t ret_reply[REPLY_SIZE]);

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

static size_t reply_dhcp(const struct floor *floor, struct span datagram,
                         uint8_t ret_reply[REPLY_SIZE]) {
    struct dhcp_view request;
    struct writer writer;

    if (dhcp_parse(datagram, &request) != DHCP_OK || is_broken(floor, "silence")) {
        return 0;
    }
    struct dhcp_header header = request.header;
    uint8_t type =
        request.message_type == DHCP_MESSAGE_DISCOVER ? DHCP_MESSAGE_OFFER : DHCP_MESSAGE_ACK;
    header.op = DHCP_OP_REPLY;
    header.xid += is_broken(floor, "xid");
    header.chaddr[5] ^= is_broken(floor, "chaddr");
    header.siaddr = floor->address + is_broken(floor, "next-server");
    writer_init(&writer, ret_reply, REPLY_SIZE);
    dhcp_start(&writer, &header, NULL,
               is_broken(floor, "file") ? "wrong.efi" : floor->settings->file);
    dhcp_option_put_u8(&writer, DHCP_OPTION_MESSAGE_TYPE,
                       is_broken(floor, "type") ? DHCP_MESSAGE_NAK : type);
    dhcp_option_put_u32(&writer, DHCP_OPTION_SERVER_ID,
                        floor->address + is_broken(floor, "server-id"));
    dhcp_option_put_text(&writer, DHCP_OPTION_VENDOR_CLASS,
                         is_broken(floor, "class") ? "HTTPClient" : "PXEClient");
    put_uuid(floor, &request, &writer);
    return dhcp_finish(&writer, REPLY_MINIMUM) ? writer.size : 0;
}

/* Without state the block number is all there is, which ends at block 65535. */
static size_t reply_block(const struct floor *floor, uint16_t block,
                          uint8_t ret_reply[REPLY_SIZE]) {
    size_t offset = (size_t) (block - 1) * (size_t) floor->settings->block_size;

    if (offset > floor->content_size) {
        return 0;
    }
    size_t size = MIN(floor->content_size - offset, (size_t) floor->settings->block_size);
    tftp_build_data_header(block, ret_reply);
    memcpy(ret_reply + TFTP_HEADER_SIZE, floor->content + offset, size);
    if (size > 0 && offset + size == floor->content_size) {
        ret_reply[TFTP_HEADER_SIZE + size - 1] ^= is_broken(floor, "byte");
        size -= is_broken(floor, "length");
    }
    return TFTP_HEADER_SIZE + size;
}

static size_t reply_tftp(const struct floor *floor, struct span datagram,
                         uint8_t ret_reply[REPLY_SIZE]) {
    struct tftp_packet request;
    struct writer writer;

    if (tftp_parse(datagram, &request) != TFTP_OK || is_broken(floor, "silence")) {
        return 0;
    }
    if (request.opcode == TFTP_ACK) {
        return reply_block(floor, (uint16_t) (request.block + 1), ret_reply);
    }
    if (request.opcode != TFTP_RRQ) {
        return 0;
    }
    writer_init(&writer, ret_reply, REPLY_SIZE);
    if (is_broken(floor, "refusal")) {
        tftp_start_error(&writer, TFTP_ERROR_NOT_FOUND, "broken on purpose");
    } else {
        tftp_start_oack(&writer);
        tftp_put_number(&writer, "blksize", (uint64_t) floor->settings->block_size);
    }
    return writer.size;
}

/* Answers what one socket holds. */
static void socket_serve(const struct floor *floor, int fd, floor_reply reply) {
    static uint8_t requests[BATCH][2048];
    static uint8_t replies[BATCH][REPLY_SIZE];
    struct sockaddr_in sources[BATCH];
    struct iovec iov[BATCH];
    struct mmsghdr messages[BATCH];
    unsigned count = 0;

    for (unsigned i = 0; i < BATCH; i++) {
        iov[i] = (struct iovec){requests[i], sizeof requests[i]};
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &sources[i],
                                                   .msg_namelen = sizeof sources[i],
                                                   .msg_iov = &iov[i],
                                                   .msg_iovlen = 1}};
    }
    int received = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < received; i++) {
        struct span request = {requests[i], messages[i].msg_len};
        size_t size = reply(floor, request, replies[i]);
        if (size > 0) {
            iov[i] = (struct iovec){replies[i], size};
            messages[count++].msg_hdr = messages[i].msg_hdr;
        }
    }
    for (unsigned sent = 0; sent < count;) {
        int more = sendmmsg(fd, messages + sent, count - sent, 0);
        if (more <= 0 && errno != EINTR) {
            return; /* a client that is gone; the others ask again */
        }
        sent += (unsigned) MAX(more, 0);
    }
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
static int floor_run(const struct floor *floor) {
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

int main(int argc, char **argv) {
    static struct settings settings = {
        .address = "127.0.0.1", .file = "boot.efi", .block_size = 1468};
    const GOptionEntry entries[] = {
        {"address", 0, 0, G_OPTION_ARG_STRING, &settings.address, "Ours", "A.B.C.D"},
        {"dhcp-port", 0, 0, G_OPTION_ARG_INT, &settings.dhcp_port, "0: any", "N"},
        {"boot-server-port", 0, 0, G_OPTION_ARG_INT, &settings.boot_server_port, "0: any", "N"},
        {"tftp-port", 0, 0, G_OPTION_ARG_INT, &settings.tftp_port, "0: any", "N"},
        {"file", 0, 0, G_OPTION_ARG_STRING, &settings.file, "The boot file to name", "NAME"},
        {"content", 0, 0, G_OPTION_ARG_FILENAME, &settings.content, "What TFTP sends", "PATH"},
        {"block-size", 0, 0, G_OPTION_ARG_INT, &settings.block_size, "Default 1468", "BYTES"},
        {"break", 0, 0, G_OPTION_ARG_STRING, &settings.fault, "Spoil the replies", "WHAT"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new("- the least a server can do");
    g_autoptr(GMappedFile) content = NULL;
    g_autoptr(GError) error = NULL;
    struct floor floor = {.settings = &settings};
    struct sockaddr_in address;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) ||
        (content = g_mapped_file_new(settings.content != NULL ? settings.content : "/dev/null",
                                     FALSE, &error)) == NULL) {
        fprintf(stderr, "floor: %s; see --help\n", error->message);
        return 2;
    }
    if (measure_parse_address(settings.address, 0, &address)) {
        floor.address = ntohl(address.sin_addr.s_addr);
    }
    floor.content = (const uint8_t *) g_mapped_file_get_contents(content);
    floor.content_size = g_mapped_file_get_length(content);
    return floor_run(&floor);
}
