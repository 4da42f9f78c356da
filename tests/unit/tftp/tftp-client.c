/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A TFTP client for tests.
 */
#include "tftp-client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct tftp_client *tftp_client_new(const char *host, uint16_t server_port) {
    struct tftp_client *client = g_new0(struct tftp_client, 1);
    client->descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(client->descriptor, >=, 0);
    client->random = g_rand_new_with_seed(69);
    struct sockaddr_in local = {.sin_family = AF_INET};
    g_assert_cmpint(inet_pton(AF_INET, host, &local.sin_addr), ==, 1);
    g_assert_cmpint(bind(client->descriptor, (struct sockaddr *) &local, sizeof(local)), ==, 0);
    client->server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(server_port)};
    client->server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return client;
}

void tftp_client_free(struct tftp_client *client) {
    close(client->descriptor);
    g_rand_free(client->random);
    g_free(client);
}

void tftp_client_send(struct tftp_client *client, const struct sockaddr_in *to, const void *bytes,
                      size_t size) {
    g_assert_cmpint(
        sendto(client->descriptor, bytes, size, 0, (const struct sockaddr *) to, sizeof(*to)), ==,
        (gssize) size);
}

void tftp_client_ask(struct tftp_client *client, enum tftp_opcode opcode, const char *name,
                     const char *mode, const char *options) {
    uint8_t bytes[512];
    struct writer writer;
    writer_init(&writer, bytes, sizeof(bytes));
    tftp_start_request(&writer, opcode, name, mode);
    g_auto(GStrv) words = g_strsplit(options, " ", -1);
    for (unsigned i = 0; words[i] != NULL && words[i][0] != '\0'; i++) {
        g_auto(GStrv) pair = g_strsplit(words[i], "=", 2);
        tftp_put_option(&writer, pair[0], span_of_text(pair[1]));
    }
    g_assert_false(writer.failed);
    tftp_client_send(client, &client->server, bytes, writer.size);
}

void tftp_client_ack(struct tftp_client *client, uint16_t block) {
    uint8_t bytes[TFTP_HEADER_SIZE];
    tftp_build_ack(block, bytes);
    tftp_client_send(client, &client->peer, bytes, sizeof(bytes));
}

void tftp_client_error(struct tftp_client *client, uint16_t code, const char *message) {
    uint8_t bytes[512];
    struct writer writer;
    writer_init(&writer, bytes, sizeof(bytes));
    tftp_start_error(&writer, (enum tftp_error) code, message);
    tftp_client_send(client, &client->peer, bytes, writer.size);
}

gboolean tftp_client_receive(struct tftp_client *client, int timeout_ms) {
    struct pollfd waiting = {.fd = client->descriptor, .events = POLLIN};
    if (poll(&waiting, 1, timeout_ms) <= 0)
        return FALSE;
    socklen_t length = sizeof(client->peer);
    ssize_t size = recvfrom(client->descriptor, client->bytes, sizeof(client->bytes), 0,
                            (struct sockaddr *) &client->peer, &length);
    g_assert_cmpint(size, >, 0);
    struct span bytes = {.data = client->bytes, .size = (size_t) size};
    g_assert_cmpint(tftp_parse(bytes, &client->packet), ==, TFTP_OK);
    return TRUE;
}

void tftp_client_expect(struct tftp_client *client, enum tftp_opcode opcode) {
    g_assert_true(tftp_client_receive(client, 5000));
    g_assert_cmpint(client->packet.opcode, ==, opcode);
}

void tftp_client_expect_data(struct tftp_client *client, uint16_t block) {
    do {
        tftp_client_expect(client, TFTP_DATA);
    } while (client->packet.block == (uint16_t) (block - 1));
    g_assert_cmpint(client->packet.block, ==, block);
}

void tftp_client_expect_error(struct tftp_client *client, enum tftp_error code, const char *part) {
    tftp_client_expect(client, TFTP_ERROR);
    g_assert_cmpint(client->packet.error, ==, code);
    g_autofree char *text =
        g_strndup((const char *) client->packet.message.data, client->packet.message.size);
    if (strstr(text, part) == NULL)
        g_error("the server says '%s' and not '%s'", text, part);
}

static unsigned agreed(const struct tftp_client *client, const char *name, unsigned fallback) {
    uint64_t value = 0;
    const struct tftp_option *option = tftp_option_find(&client->packet, name);
    return option != NULL && tftp_option_number(option, &value) ? (unsigned) value : fallback;
}

static gboolean is_lost(struct tftp_client *client) {
    return g_rand_int_range(client->random, 0, 100) < (int) client->loss;
}

GByteArray *tftp_client_fetch(struct tftp_client *client, const char *name, const char *options) {
    GByteArray *all = g_byte_array_new();
    unsigned block_size = 512;
    unsigned window = 1;
    tftp_client_ask(client, TFTP_RRQ, name, "octet", options);
    if (options[0] != '\0') {
        tftp_client_expect(client, TFTP_OACK);
        block_size = agreed(client, "blksize", 512);
        window = agreed(client, "windowsize", 1);
        tftp_client_ack(client, 0);
    }
    uint64_t block = 1; /* the next one wanted */
    for (unsigned in_window = 0;;) {
        tftp_client_expect(client, TFTP_DATA);
        if (is_lost(client))
            continue;
        size_t size = client->packet.payload.size;
        gboolean wanted = client->packet.block == (uint16_t) block;
        gboolean last = wanted && size < block_size;
        if (wanted) {
            g_byte_array_append(all, client->packet.payload.data, (guint) size);
            block++;
        }
        in_window = wanted ? in_window + 1 : 0;
        /* RFC 7440 section 4: a full window, the end, or a hole (also a busy machine's repeat). */
        if (!wanted || last || in_window == window) {
            if (!is_lost(client))
                tftp_client_ack(client, (uint16_t) (block - 1));
            in_window = 0;
        }
        if (last)
            return all;
    }
}
