/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/request: any datagram on either port is refused with a status or becomes a request whose text
 * is UTF-8, whose options lie in its own packet, and whose facts agree with its fields.
 */
#include "fuzz.h"

#include <glib.h>
#include <string.h>

#include "base/limits.h"
#include "boot/client-key.h"
#include "boot/request.h"

static struct request_origin make_origin(uint16_t port) {
    struct request_origin origin = {
        .interface_name = "eth0", .interface_index = 2, .port = port, .attempt = 1};
    FUZZ_CHECK(address_parse("10.99.0.101", &origin.source));
    FUZZ_CHECK(address_parse("10.99.0.2", &origin.server));
    return origin;
}

static void check_text(const struct request *request) {
    for (uint32_t field = 0; field <= BOOT_HOST_REQUEST_STAGE + 1; field++) {
        const char *text = request_text(request, field);
        FUZZ_CHECK(text == NULL || g_utf8_validate(text, -1, NULL));
        FUZZ_CHECK(text == NULL || strlen(text) <= 2 * 255);
    }
    FUZZ_CHECK(request_text(request, BOOT_HOST_REQUEST_MAC) != NULL ||
               request_text(request, BOOT_HOST_REQUEST_UUID) != NULL);
    FUZZ_CHECK(request_text(request, BOOT_HOST_REQUEST_LOADER) != NULL);
    FUZZ_CHECK(request_get_client(request)[0] != '\0');
}

static void check_numbers(const struct request *request) {
    int64_t size = 0;
    int64_t code = 0;
    FUZZ_CHECK(request_number(request, BOOT_HOST_REQUEST_MESSAGE_SIZE, &size) == 0);
    FUZZ_CHECK(size >= LIMIT_REPLY_DEFAULT && size <= LIMIT_REPLY_MAX);
    const char *name = request_architecture(request, 0);
    FUZZ_CHECK(name == NULL || request_is(request, name) == 1);
    FUZZ_CHECK(name == NULL ||
               request_number(request, BOOT_HOST_REQUEST_ARCHITECTURE_CODE, &code) == 0);
}

/* Joined options live beside the packet, but never longer than it. */
static void check_options(const struct request *request, size_t size) {
    struct boot_host_span packet = request_packet(request);
    FUZZ_CHECK(packet.size == size);
    for (uint32_t space = 0; space <= BOOT_HOST_SPACE_VENDOR + 1; space++) {
        for (uint32_t code = 0; code <= 256; code++) {
            struct boot_host_span value = {0};
            if (request_option(request, space, code, &value) == 0)
                FUZZ_CHECK(value.size <= size && code < 256);
        }
    }
}

/* The lean copy knows all facts, unless they are very long, and nothing of the packet. */
static void check_memory(const struct request *request) {
    bool is_long = request_get_view(request)->options.fields[0].size > LIMIT_REQUEST_KEPT;
    struct request *memory = request_new_memory(request);
    const char *name = NULL;
    for (uint32_t i = 0; (name = request_fact_name(i)) != NULL; i++)
        FUZZ_CHECK(is_long ||
                   g_strcmp0(request_fact(request, name), request_fact(memory, name)) == 0);
    FUZZ_CHECK(request_packet(memory).size == 0);
    request_unref(memory);
}

/* What was made of it in a slot is what is made of it alone. */
static void check_alone(const struct request *request, const uint8_t *data, size_t size) {
    struct request *alone = NULL;
    const char *name = NULL;
    FUZZ_CHECK(request_new(data, size, request_get_origin(request), &alone) == REQUEST_OK);
    for (uint32_t i = 0; (name = request_fact_name(i)) != NULL; i++)
        FUZZ_CHECK(g_strcmp0(request_fact(request, name), request_fact(alone, name)) == 0);
    request_unref(alone);
}

/* Both ports share a slot, as packets that follow each other do. */
static void check_port(struct request **slot, const uint8_t *data, size_t size, uint16_t port) {
    struct request_origin origin = make_origin(port);
    if (request_read(slot, data, size) != DHCP_OK)
        return;
    struct request *request = *slot;
    enum request_status status = request_place(request, &origin);
    FUZZ_CHECK(strcmp(request_status_name(status), "unknown") != 0);
    if (status != REQUEST_OK)
        return;
    check_text(request);
    check_numbers(request);
    check_options(request, size);
    check_memory(request);
    check_alone(request, data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct request *slot = NULL;
    check_port(&slot, data, size, DHCP_PORT_SERVER);
    check_port(&slot, data, size, DHCP_PORT_BOOT_SERVER);
    request_unref(slot);
    struct dhcp_view view;
    if (dhcp_parse((struct span){data, size}, &view) != DHCP_OK)
        return 0;
    struct client_key key = {0};
    if (client_key_read(&view, &key))
        FUZZ_CHECK(client_key_equal(&key, &key) && (key.has_mac || key.has_uuid));
    return 0;
}
