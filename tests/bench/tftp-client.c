/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The receiving half of TFTP (RFC 1350, 2347 to 2349, 7440), suspicious of every byte.
 */
#include "tftp-client.h"

#include <string.h>

#define BLOCK_SIZE_DEFAULT 512 /* RFC 1350 */

const char *tftp_fault_name(enum tftp_fault fault) {
    static const char *const NAMES[TFTP_FAULT_COUNT] = {
        [TFTP_FAULT_NONE] = "none",       [TFTP_FAULT_MALFORMED] = "malformed",
        [TFTP_FAULT_SOURCE] = "source",   [TFTP_FAULT_OPTION] = "option",
        [TFTP_FAULT_BYTE] = "byte",       [TFTP_FAULT_LENGTH] = "length",
        [TFTP_FAULT_REFUSED] = "refused", [TFTP_FAULT_TIMEOUT] = "timeout",
    };

    return fault < TFTP_FAULT_COUNT ? NAMES[fault] : "unknown";
}

void tftp_client_start(struct tftp_client *client, const struct tftp_plan *plan) {
    *client = (struct tftp_client){
        .plan = plan, .block_size = BLOCK_SIZE_DEFAULT, .window = 1, .next = 1};
}

void tftp_client_request(const struct tftp_client *client, struct writer *writer) {
    tftp_start_request(writer, TFTP_RRQ, client->plan->file, "octet");
    tftp_put_number(writer, "blksize", client->plan->block_size);
    tftp_put_number(writer, "tsize", 0);
    if (client->plan->window > 1) {
        tftp_put_number(writer, "windowsize", client->plan->window);
    }
}

static enum tftp_step fail(struct tftp_client *client, enum tftp_fault fault) {
    client->fault = fault;
    return TFTP_STEP_FAILED;
}

/* Reads a granted number between 1 and what was asked for; true also when it was not granted. */
static bool take_granted(const struct tftp_packet *packet, const char *name, uint32_t asked,
                         uint32_t *value) {
    const struct tftp_option *option = tftp_option_find(packet, name);
    uint64_t granted = 0;

    if (option == NULL) {
        return true;
    }
    if (!tftp_option_number(option, &granted) || granted < 1 || granted > asked) {
        return false;
    }
    *value = (uint32_t) granted;
    return true;
}

static enum tftp_step step_oack(struct tftp_client *client, const struct tftp_packet *packet) {
    const struct tftp_plan *plan = client->plan;
    const struct tftp_option *size = tftp_option_find(packet, "tsize");
    uint64_t bytes = 0;

    if (client->answered) {
        return TFTP_STEP_WAIT; /* repeated by the server; our ACK is on its way */
    }
    if (!take_granted(packet, "blksize", plan->block_size, &client->block_size) ||
        !take_granted(packet, "windowsize", plan->window, &client->window)) {
        return fail(client, TFTP_FAULT_OPTION);
    }
    if (size != NULL && (!tftp_option_number(size, &bytes) || bytes != plan->content.size)) {
        return fail(client, TFTP_FAULT_OPTION);
    }
    client->answered = true;
    return TFTP_STEP_ACKNOWLEDGE;
}

/* A block out of turn: one from ahead means a loss, which is reported once; one from behind is a
 * repetition, which must not be answered (RFC 1123 section 4.2.3.1). */
static enum tftp_step step_out_of_turn(struct tftp_client *client, uint16_t block) {
    bool ahead = (int16_t) (uint16_t) (block - (uint16_t) client->next) > 0;

    client->repeated += !ahead;
    if (!ahead || client->gap_reported) {
        return TFTP_STEP_WAIT;
    }
    client->gap_reported = true;
    return TFTP_STEP_ACKNOWLEDGE;
}

static enum tftp_step step_data(struct tftp_client *client, const struct tftp_packet *packet) {
    struct span data = packet->payload;
    struct span content = client->plan->content;

    client->answered = true;
    if (packet->block != (uint16_t) client->next) {
        return step_out_of_turn(client, packet->block);
    }
    bool last = data.size < client->block_size;
    if (data.size > client->block_size || data.size > content.size - client->received ||
        (last && data.size != content.size - client->received)) {
        return fail(client, TFTP_FAULT_LENGTH);
    }
    if (data.size > 0 && memcmp(data.data, content.data + client->received, data.size) != 0) {
        return fail(client, TFTP_FAULT_BYTE);
    }
    client->received += data.size;
    client->next++;
    client->in_window++;
    client->gap_reported = false;
    if (last) {
        return TFTP_STEP_DONE;
    }
    return client->in_window >= client->window ? TFTP_STEP_ACKNOWLEDGE : TFTP_STEP_WAIT;
}

enum tftp_step tftp_client_step(struct tftp_client *client, struct span datagram) {
    struct tftp_packet packet;

    if (tftp_parse(datagram, &packet) != TFTP_OK) {
        return fail(client, TFTP_FAULT_MALFORMED);
    }
    switch (packet.opcode) {
    case TFTP_DATA:
        return step_data(client, &packet);
    case TFTP_OACK:
        return step_oack(client, &packet);
    case TFTP_ERROR:
        return fail(client, TFTP_FAULT_REFUSED);
    default:
        return fail(client, TFTP_FAULT_MALFORMED);
    }
}

void tftp_client_ack(struct tftp_client *client, uint8_t ret_packet[TFTP_HEADER_SIZE]) {
    client->in_window = 0;
    tftp_build_ack((uint16_t) (client->next - 1), ret_packet);
}
