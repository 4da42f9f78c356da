/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A TFTP client for tests, one packet at a time, so that a test may be as odd as any firmware.
 */
#pragma once

#include "codec/tftp.h"

#include <glib.h>
#include <netinet/in.h>

struct tftp_client {
    int descriptor;
    unsigned loss; /* packets in a hundred that fetch loses, each way */
    GRand *random;
    struct sockaddr_in server; /* where requests go */
    struct sockaddr_in peer;   /* where the last packet came from */
    uint8_t bytes[65536];      /* the last packet */
    struct tftp_packet packet; /* ... parsed */
};

/* A socket of its own on `host` (such as "127.0.0.1"), any port. */
struct tftp_client *tftp_client_new(const char *host, uint16_t server_port);
void tftp_client_free(struct tftp_client *client);

/* Sends a request; `options` as "name=value name=value" or "". */
void tftp_client_ask(struct tftp_client *client, enum tftp_opcode opcode, const char *name,
                     const char *mode, const char *options);
void tftp_client_send(struct tftp_client *client, const struct sockaddr_in *to, const void *bytes,
                      size_t size);
void tftp_client_ack(struct tftp_client *client, uint16_t block);
void tftp_client_error(struct tftp_client *client, uint16_t code, const char *message);

/* Waits for the next packet; FALSE after `timeout_ms` without any. */
gboolean tftp_client_receive(struct tftp_client *client, int timeout_ms);
/* The same, of this kind, within 5 s; everything else fails the test. */
void tftp_client_expect(struct tftp_client *client, enum tftp_opcode opcode);
/* Repeats of the block before are passed over: on a busy machine the server's timer runs out. */
void tftp_client_expect_data(struct tftp_client *client, uint16_t block);
void tftp_client_expect_error(struct tftp_client *client, enum tftp_error code, const char *part);

/* A whole download in lock-step or windows; the bytes. */
GByteArray *tftp_client_fetch(struct tftp_client *client, const char *name, const char *options);
