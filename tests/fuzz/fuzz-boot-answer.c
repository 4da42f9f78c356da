/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/answer: any request meets any reply. The first eight bytes of the input choose what the reply
 * holds, the rest is the request's datagram. An answer parses, ends in END right behind its last
 * option and zeros, keeps to the client's size, and names its server twice; without one, nothing is
 * written.
 */
#include "fuzz.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "boot/answer.h"
#include "boot/reply.h"
#include "boot/request.h"
#include "boot/route.h"
#include "boot/trace.h"

#define CHOICES 8

static const char long_name[] =
    "a/very/long/path/that/does/not/fit/the/field/of/the/header/at/all/because/it/has/more/than/"
    "one/hundred/and/twenty/seven/bytes/in/it/x64.efi";

static void choose_fields(struct reply *reply, const uint8_t *choice) {
    static const char *const files[] = {
        NULL,    "x64.efi", "boot\\x64\\wdsnbp.com", "http://10.0.0.1/x.efi", long_name, "/a",
        "a://b", "x64.efi"};
    static const char *const servers[] = {NULL, "10.0.0.9", "fd00::1", "10.99.0.2"};
    static const char *const shapes[] = {NULL, "auto", "direct", "boot-server"};
    FUZZ_CHECK(reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, files[choice[0] % 8]) == 0);
    FUZZ_CHECK(reply_set(reply, BOOT_HOST_REPLY_SERVER, servers[choice[1] % 4]) == 0);
    FUZZ_CHECK(reply_set(reply, BOOT_HOST_REPLY_SHAPE, shapes[choice[2] % 4]) == 0);
    if (choice[1] & 0x80)
        FUZZ_CHECK(reply_set(reply, BOOT_HOST_REPLY_SERVER_NAME, "files.example") == 0);
    if (choice[1] & 0x40)
        FUZZ_CHECK(reply_set(reply, BOOT_HOST_REPLY_MESSAGE, "wait") == 0);
}

static void choose_menu(struct reply *reply, uint8_t choice) {
    const struct boot_host_menu menu = {sizeof(menu), choice, "Choose"};
    if ((choice & 3) == 0)
        return;
    FUZZ_CHECK(reply_menu(reply, &menu) == 0);
    for (uint32_t i = 0; i < choice; i++) {
        struct boot_host_menu_item item = {sizeof(item), i % 7 == 3 ? 0 : i, "An entry",
                                           i % 2 == 0 ? "10.0.0.9" : NULL};
        if (reply_menu_item(reply, &item) != 0)
            break;
    }
}

/* Options of any code and size; what the reply refuses is left out. */
static void choose_options(struct reply *reply, const uint8_t *choice) {
    uint8_t value[256] = {0};
    memset(value, choice[0], sizeof(value));
    for (uint32_t i = 0; i < choice[1] % 40; i++)
        (void) reply_option(reply, i % 3 == 0 ? BOOT_HOST_SPACE_PXE : BOOT_HOST_SPACE_DHCP4,
                            (choice[0] + i * 7) % 256, value, (choice[2] * (i + 1)) % 257);
}

/* PAD never comes before END, and nothing but zeros behind it. */
static void check_end(const struct answer *answer) {
    size_t position = DHCP_HEADER_SIZE;
    while (position < answer->size && answer->packet[position] != DHCP_OPTION_END) {
        FUZZ_CHECK(answer->packet[position] != DHCP_OPTION_PAD);
        FUZZ_CHECK(position + 1 < answer->size);
        position += 2 + (size_t) answer->packet[position + 1];
    }
    FUZZ_CHECK(position < answer->size);
    for (size_t i = position + 1; i < answer->size; i++)
        FUZZ_CHECK(answer->packet[i] == 0);
}

static void check_rules(const struct request *request, const struct dhcp_view *view) {
    const struct dhcp_view *asked = request_get_view(request);
    bool is_offer = request_get_stage(request) == BOOT_HOST_STAGE_DISCOVER;
    struct span value = {0};
    struct span echo = {0};
    uint32_t server = 0;
    FUZZ_CHECK(view->header.op == DHCP_OP_REPLY && view->header.xid == asked->header.xid);
    FUZZ_CHECK(view->header.yiaddr == 0 && view->header.siaddr != 0);
    FUZZ_CHECK(view->header.giaddr == asked->header.giaddr);
    FUZZ_CHECK(memcmp(view->header.chaddr, asked->header.chaddr, DHCP_CHADDR_SIZE) == 0);
    FUZZ_CHECK(view->message_type == (is_offer ? DHCP_MESSAGE_OFFER : DHCP_MESSAGE_ACK));
    FUZZ_CHECK(!is_offer || (view->header.flags & DHCP_FLAG_BROADCAST) != 0);
    FUZZ_CHECK(dhcp_option_get_u32(&view->options, DHCP_OPTION_SERVER_ID, &server) && server != 0);
    FUZZ_CHECK(dhcp_option_get(&view->options, DHCP_OPTION_VENDOR_CLASS, &value));
    FUZZ_CHECK(value.size == (request_is_http(request) ? 10 : 9));
    if (dhcp_option_get(&view->options, DHCP_OPTION_BOOT_FILE, &value))
        FUZZ_CHECK(value.size > 0 && value.data[value.size - 1] == 0);
    if (dhcp_option_get(&asked->options, DHCP_OPTION_CLIENT_UUID, &echo) && echo.size <= 255)
        FUZZ_CHECK(dhcp_option_get(&view->options, DHCP_OPTION_CLIENT_UUID, &value) &&
                   span_equals(echo, value));
    if (dhcp_option_get(&asked->options, DHCP_OPTION_RELAY_AGENT, &echo) && echo.size <= 255)
        FUZZ_CHECK(dhcp_option_get(&view->options, DHCP_OPTION_RELAY_AGENT, &value) &&
                   span_equals(echo, value));
}

static void check_answer(const struct request *request, const struct answer *answer) {
    struct dhcp_view view;
    int64_t room = 0;
    FUZZ_CHECK(request_number(request, BOOT_HOST_REQUEST_MESSAGE_SIZE, &room) == 0);
    FUZZ_CHECK(answer->size >= LIMIT_REPLY_MIN && answer->size <= (size_t) room);
    FUZZ_CHECK(dhcp_parse((struct span){answer->packet, answer->size}, &view) == DHCP_OK);
    check_end(answer);
    check_rules(request, &view);
    struct route route = route_find(request);
    FUZZ_CHECK(route.to.family == 4 && !address_is_unspecified(&route.to) && route.to.port != 0);
}

static void answer_request(const struct request *request, const uint8_t *choice) {
    static const int32_t verdicts[] = {
        BOOT_HOST_REPLY, BOOT_HOST_REPLY, BOOT_HOST_REPLY, BOOT_HOST_ABORT,
        BOOT_HOST_HOLD,  BOOT_HOST_DROP,  BOOT_HOST_PASS,  -EIO};
    const struct answer_policy policy = {.shape = (enum answer_shape)(choice[3] % 3),
                                         .abort_file = {"abort.com", NULL, "abort.efi"}};
    struct reply *reply = reply_new();
    struct trace *trace = trace_new(1, BOOT_HOST_STAGE_DISCOVER);
    struct trace_entry entry;
    struct answer answer = {0};
    choose_fields(reply, choice);
    choose_options(reply, choice + 4);
    choose_menu(reply, choice[7]);
    int status = answer_make(request, reply, verdicts[choice[3] >> 5], &policy, trace, &answer);
    FUZZ_CHECK(status == 0 || status == -ENOMSG || status == -EINVAL || status == -EMSGSIZE);
    FUZZ_CHECK((status == 0) == (answer.size > 0));
    FUZZ_CHECK((status == 0) == (trace_get_shape(trace) != NULL));
    if (status == 0)
        check_answer(request, &answer);
    else
        FUZZ_CHECK(status == -ENOMSG || trace_get_entry(trace, 0, &entry));
    reply_unref(reply);
    trace_unref(trace);
}

static void ask(struct span datagram, uint16_t port, const uint8_t *choice) {
    struct request_origin origin = {
        .interface_name = "eth0", .interface_index = 2, .port = port, .attempt = choice[2] >> 4};
    struct request *request = NULL;
    FUZZ_CHECK(address_parse("10.99.0.101", &origin.source));
    FUZZ_CHECK(address_parse("10.99.0.2", &origin.server));
    origin.source.port = 68;
    if (request_new(datagram.data, datagram.size, &origin, &request) != REQUEST_OK)
        return;
    answer_request(request, choice);
    request_unref(request);
}

/* The seeds are plain datagrams: a choice of eight bytes that repeats with their xid makes each of
 * them meet several replies. */
static void try_datagram(struct span datagram, const uint8_t *choice) {
    ask(datagram, DHCP_PORT_SERVER, choice);
    ask(datagram, DHCP_PORT_BOOT_SERVER, choice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < CHOICES)
        return 0;
    try_datagram((struct span){data + CHOICES, size - CHOICES}, data);
    uint8_t choice[CHOICES];
    for (uint8_t turn = 0; turn < 8; turn++) {
        for (uint8_t i = 0; i < CHOICES; i++)
            choice[i] = (uint8_t) (data[i] * 31 + turn * 37 + i * 101);
        try_datagram((struct span){data, size}, choice);
    }
    return 0;
}
