/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Netboot options, typed.
 */
#include "codec/pxe.h"

#include <string.h>

/* Takes exactly `digits` decimal digits. False, and `*text` untouched, when there are not
 * so many. */
static bool take_digits(struct span *text, size_t digits, uint16_t *ret_value) {
    if (text->size < digits)
        return false;
    uint32_t value = 0;
    for (size_t i = 0; i < digits; i++) {
        uint8_t byte = text->data[i];
        if (byte < '0' || byte > '9')
            return false;
        value = value * 10 + (uint32_t) (byte - '0');
    }
    if (value > UINT16_MAX)
        return false;
    *ret_value = (uint16_t) value;
    *text = (struct span){text->data + digits, text->size - digits};
    return true;
}

/* Every client's class is taken apart: a size that is known lets the compiler compare words. */
#define TAKE_PREFIX(text, literal) take_prefix(text, literal, sizeof(literal) - 1)

static inline bool take_prefix(struct span *text, const char *prefix, size_t size) {
    if (text->size < size || memcmp(text->data, prefix, size) != 0)
        return false;
    *text = (struct span){text->data + size, text->size - size};
    return true;
}

void pxe_vendor_class_parse(struct span text, struct pxe_vendor_class *ret_class) {
    *ret_class = (struct pxe_vendor_class){0};
    if (TAKE_PREFIX(&text, "PXEClient"))
        ret_class->kind = PXE_KIND_PXE;
    else if (TAKE_PREFIX(&text, "HTTPClient"))
        ret_class->kind = PXE_KIND_HTTP;
    else
        return;

    if (!TAKE_PREFIX(&text, ":Arch:"))
        return;
    ret_class->has_architecture = take_digits(&text, 5, &ret_class->architecture);
    if (!ret_class->has_architecture || !TAKE_PREFIX(&text, ":UNDI:"))
        return;
    uint16_t major = 0;
    uint16_t minor = 0;
    if (!take_digits(&text, 3, &major) || !take_digits(&text, 3, &minor))
        return;
    ret_class->has_undi = true;
    ret_class->undi_major = major;
    ret_class->undi_minor = minor;
}

static void parse_architectures(const struct dhcp_options *options, struct pxe_client *client) {
    struct span value = {0};
    (void) dhcp_option_get(options, DHCP_OPTION_ARCHITECTURE, &value);
    struct reader reader;
    reader_init(&reader, value);
    while (reader_left(&reader) >= 2 && client->architecture_count < PXE_ARCHITECTURES_MAX)
        client->architectures[client->architecture_count++] = reader_take_u16(&reader);

    if (client->architecture_count == 0 && client->vendor_class.has_architecture)
        client->architectures[client->architecture_count++] = client->vendor_class.architecture;
}

static void parse_undi(const struct dhcp_options *options, struct pxe_client *client) {
    struct span value = {0};
    client->has_undi = dhcp_option_get(options, DHCP_OPTION_UNDI, &value) && value.size == 3;
    if (!client->has_undi)
        return;
    client->undi_type = value.data[0];
    client->undi_major = value.data[1];
    client->undi_minor = value.data[2];
}

static void parse_uuid(const struct dhcp_options *options, struct pxe_client *client) {
    struct span value = {0};
    client->has_uuid = dhcp_option_get(options, DHCP_OPTION_CLIENT_UUID, &value) &&
                       value.size == 1 + PXE_UUID_SIZE && value.data[0] == 0;
    if (client->has_uuid)
        memcpy(client->uuid, value.data + 1, PXE_UUID_SIZE);
}

/* True when `value` is a list of counted strings that fill it exactly, RFC 3004 section 4. */
static bool is_counted_list(struct span value) {
    struct reader reader;
    reader_init(&reader, value);
    while (reader_left(&reader) > 0) {
        uint8_t size = reader_take_u8(&reader);
        if (size == 0)
            return false;
        (void) reader_take_span(&reader, size);
    }
    return value.size > 0 && !reader.failed;
}

static bool is_ipxe_class(struct span text) {
    return text.size == 4 &&
           (memcmp(text.data, "iPXE", 4) == 0 || memcmp(text.data, "gPXE", 4) == 0);
}

/* iPXE sends its name raw; RFC 3004 wants a list of counted strings. */
static void parse_user_class(const struct dhcp_options *options, struct pxe_client *client) {
    struct span value = {0};
    if (!dhcp_option_get(options, DHCP_OPTION_USER_CLASS, &value))
        return;
    client->user_class = value;
    client->is_ipxe = is_ipxe_class(value);
    if (client->is_ipxe || !is_counted_list(value))
        return;

    struct reader reader;
    reader_init(&reader, value);
    client->user_class = reader_take_span(&reader, reader_take_u8(&reader));
    client->is_ipxe = is_ipxe_class(client->user_class);
    while (!client->is_ipxe && reader_left(&reader) > 0)
        client->is_ipxe = is_ipxe_class(reader_take_span(&reader, reader_take_u8(&reader)));
}

static void parse_ipxe(const struct dhcp_options *options, struct pxe_client *client) {
    if (dhcp_option_get(options, DHCP_OPTION_IPXE, &client->ipxe))
        client->is_ipxe = true;
}

/* A missing layer is layer 0: PXE 2.1 table 2-1 wants four bytes, some loaders send two. */
static void parse_boot_item(const struct dhcp_options *options, struct pxe_client *client) {
    struct span vendor = {0};
    struct span value = {0};
    if (!dhcp_option_get(options, DHCP_OPTION_VENDOR_SPECIFIC, &vendor) ||
        !suboption_get(vendor, SUBOPTION_PADDED, PXE_SUBOPTION_BOOT_ITEM, &value) ||
        (value.size != 2 && value.size != 4))
        return;
    struct reader reader;
    reader_init(&reader, value);
    client->has_boot_item = true;
    client->boot_item.type = reader_take_u16(&reader);
    client->boot_item.layer = value.size == 4 ? reader_take_u16(&reader) : 0;
}

void pxe_client_parse(const struct dhcp_options *options, struct pxe_client *ret_client) {
    *ret_client = (struct pxe_client){0};
    struct span vendor_class = {0};
    if (dhcp_option_get(options, DHCP_OPTION_VENDOR_CLASS, &vendor_class))
        pxe_vendor_class_parse(vendor_class, &ret_client->vendor_class);
    parse_architectures(options, ret_client);
    parse_undi(options, ret_client);
    parse_uuid(options, ret_client);
    parse_user_class(options, ret_client);
    parse_ipxe(options, ret_client);
    parse_boot_item(options, ret_client);
}

bool pxe_ipxe_has_feature(const struct pxe_client *client, uint8_t feature) {
    struct span value = {0};
    return suboption_get(client->ipxe, SUBOPTION_PADDED, feature, &value) &&
           (value.size == 0 || value.data[0] != 0);
}

/* Begins a sub-option whose length is not known yet; end_suboption() fills it in. */
static size_t start_suboption(struct writer *writer, uint8_t code) {
    writer_put_u8(writer, code);
    writer_put_u8(writer, 0);
    return writer->size;
}

static void end_suboption(struct writer *writer, size_t start) {
    if (!writer->failed)
        writer->data[start - 1] = (uint8_t) (writer->size - start);
}

/* 43.8: type, count of addresses, addresses; again for the next type. */
static void put_servers(struct writer *writer, const struct pxe_vendor *vendor) {
    size_t start = start_suboption(writer, PXE_SUBOPTION_BOOT_SERVERS);
    for (size_t i = 0; i < vendor->server_count; i++) {
        const struct pxe_boot_server *server = &vendor->servers[i];
        if (server->address_count > UINT8_MAX)
            writer_fail(writer);
        writer_put_u16(writer, server->type);
        writer_put_u8(writer, (uint8_t) server->address_count);
        for (size_t j = 0; j < server->address_count && !writer->failed; j++)
            writer_put_u32(writer, server->addresses[j]);
    }
    end_suboption(writer, start);
}

/* 43.9: type, length of the text, text; again for the next item. */
static void put_menu(struct writer *writer, const struct pxe_vendor *vendor) {
    size_t start = start_suboption(writer, PXE_SUBOPTION_BOOT_MENU);
    for (size_t i = 0; i < vendor->menu_count; i++) {
        struct span text = span_of_text(vendor->menu[i].text);
        if (text.size == 0 || text.size > UINT8_MAX)
            writer_fail(writer);
        writer_put_u16(writer, vendor->menu[i].type);
        writer_put_u8(writer, (uint8_t) text.size);
        writer_put_span(writer, text);
    }
    end_suboption(writer, start);
}

static void put_prompt(struct writer *writer, const struct pxe_vendor *vendor) {
    size_t start = start_suboption(writer, PXE_SUBOPTION_MENU_PROMPT);
    writer_put_u8(writer, vendor->prompt_timeout);
    writer_put_text(writer, vendor->prompt);
    end_suboption(writer, start);
}

static void put_boot_item(struct writer *writer, const struct pxe_boot_item *item) {
    size_t start = start_suboption(writer, PXE_SUBOPTION_BOOT_ITEM);
    writer_put_u16(writer, item->type);
    writer_put_u16(writer, item->layer);
    end_suboption(writer, start);
}

/* Unlike all else of DHCP, the ports are in Intel order. */
static void put_mtftp(struct writer *writer, const struct pxe_mtftp *mtftp) {
    dhcp_option_put_u32(writer, PXE_SUBOPTION_MTFTP_ADDRESS, mtftp->address);
    const uint8_t client[2] = {(uint8_t) mtftp->client_port, (uint8_t) (mtftp->client_port >> 8)};
    const uint8_t server[2] = {(uint8_t) mtftp->server_port, (uint8_t) (mtftp->server_port >> 8)};
    dhcp_option_put(writer, PXE_SUBOPTION_MTFTP_CLIENT_PORT, (struct span){client, 2});
    dhcp_option_put(writer, PXE_SUBOPTION_MTFTP_SERVER_PORT, (struct span){server, 2});
    dhcp_option_put_u8(writer, PXE_SUBOPTION_MTFTP_OPEN_TIMEOUT, mtftp->open_timeout);
    dhcp_option_put_u8(writer, PXE_SUBOPTION_MTFTP_REOPEN_DELAY, mtftp->reopen_delay);
}

bool pxe_vendor_encode(const struct pxe_vendor *vendor, uint8_t ret_value[PXE_VENDOR_MAX],
                       size_t *ret_size) {
    struct writer writer;
    writer_init(&writer, ret_value, PXE_VENDOR_MAX);
    if (vendor->mtftp != NULL)
        put_mtftp(&writer, vendor->mtftp);
    if (vendor->has_control)
        dhcp_option_put_u8(&writer, PXE_SUBOPTION_DISCOVERY_CONTROL, vendor->control);
    if (vendor->multicast != 0)
        dhcp_option_put_u32(&writer, PXE_SUBOPTION_DISCOVERY_MULTICAST, vendor->multicast);
    if (vendor->server_count > 0)
        put_servers(&writer, vendor);
    if (vendor->menu_count > 0)
        put_menu(&writer, vendor);
    if (vendor->prompt != NULL)
        put_prompt(&writer, vendor);
    if (vendor->has_boot_item)
        put_boot_item(&writer, &vendor->boot_item);
    writer_put_u8(&writer, DHCP_OPTION_END);
    if (writer.failed)
        return false;
    *ret_size = writer.size;
    return true;
}
