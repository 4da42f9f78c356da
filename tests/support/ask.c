/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Requests and answers for tests of core/boot.
 */
#include "support/ask.h"

#include <stdarg.h>
#include <string.h>

struct request_origin ask_origin(uint16_t port) {
    struct request_origin origin = {
        .interface_name = "eth0", .interface_index = 2, .port = port, .attempt = 1};
    const char *source = port == DHCP_PORT_BOOT_SERVER ? "10.99.0.101" : "0.0.0.0";
    g_assert_true(address_parse(source, &origin.source));
    g_assert_true(address_parse(ASK_SERVER, &origin.server));
    origin.source.port = port == DHCP_PORT_BOOT_SERVER ? 4011 : 68;
    return origin;
}

enum request_status ask_status(const struct wire *wire, const struct request_origin *origin,
                               struct request **ret_request) {
    g_autoptr(GBytes) bytes = wire_build(wire);
    gsize size = 0;
    const void *data = g_bytes_get_data(bytes, &size);
    return request_new(data, size, origin, ret_request);
}

struct request *ask_wire(const struct wire *wire, uint16_t port) {
    struct request_origin origin = ask_origin(port);
    struct request *request = NULL;
    g_assert_cmpint(ask_status(wire, &origin, &request), ==, REQUEST_OK);
    return request;
}

struct request *ask_vector(const char *name, uint16_t port) {
    g_autoptr(Wire) wire = wire_new_vector(name);
    return ask_wire(wire, port);
}

struct wire *ask_change(struct wire *wire, ...) {
    va_list list;
    va_start(list, wire);
    for (const char *line = va_arg(list, const char *); line != NULL;
         line = va_arg(list, const char *)) {
        g_auto(GStrv) parts = g_strsplit(line, " = ", 2);
        g_assert_cmpuint(g_strv_length(parts), ==, 2);
        g_autofree char *wrong = wire_set(wire, parts[0], parts[1]);
        g_assert_cmpstr(wrong, ==, NULL);
    }
    va_end(list);
    return wire;
}

void ask_answer(const struct request *request, const struct reply *reply, int32_t verdict,
                struct trace *trace, struct answer *ret_answer) {
    const struct answer_policy policy = {.shape = ANSWER_AUTO};
    g_assert_cmpint(answer_make(request, reply, verdict, &policy, trace, ret_answer), ==, 0);
}

/* Nothing but zeros behind the END, and the END right behind the last option. */
static void check_end(const struct answer *answer) {
    size_t position = DHCP_HEADER_SIZE;
    while (position < answer->size && answer->packet[position] != DHCP_OPTION_END) {
        g_assert_cmpint(answer->packet[position], !=, DHCP_OPTION_PAD);
        position += 2 + (size_t) answer->packet[position + 1];
    }
    g_assert_cmpuint(position, <, answer->size);
    for (size_t i = position + 1; i < answer->size; i++)
        g_assert_cmpint(answer->packet[i], ==, 0);
}

void ask_view(const struct request *request, const struct answer *answer,
              struct dhcp_view *ret_view) {
    const struct dhcp_header *asked = &request_get_view(request)->header;
    int64_t room = 0;
    g_assert_cmpint(request_number(request, BOOT_HOST_REQUEST_MESSAGE_SIZE, &room), ==, 0);
    g_assert_cmpuint(answer->size, >=, LIMIT_REPLY_MIN);
    g_assert_cmpuint(answer->size, <=, (size_t) room);
    g_assert_cmpint(dhcp_parse((struct span){answer->packet, answer->size}, ret_view), ==, DHCP_OK);
    check_end(answer);
    const struct dhcp_header *header = &ret_view->header;
    g_assert_cmpint(header->op, ==, DHCP_OP_REPLY);
    g_assert_cmphex(header->xid, ==, asked->xid);
    g_assert_cmphex(header->giaddr, ==, asked->giaddr);
    g_assert_cmphex(header->yiaddr, ==, 0);
    g_assert_cmpint(header->hlen, ==, asked->hlen);
    g_assert_cmpmem(header->chaddr, DHCP_CHADDR_SIZE, asked->chaddr, DHCP_CHADDR_SIZE);
    uint32_t server = 0;
    g_assert_true(dhcp_option_get_u32(&ret_view->options, DHCP_OPTION_SERVER_ID, &server));
    g_assert_cmphex(server, !=, 0);
    g_assert_cmphex(header->siaddr, !=, 0);
}

gboolean ask_has_quirk(const struct trace *trace, const char *name) {
    for (guint i = 0; i < QUIRK_COUNT; i++)
        if (strcmp(quirk_get((enum quirk) i)->name, name) == 0)
            return trace_has_quirk(trace, (enum quirk) i);
    return FALSE;
}
