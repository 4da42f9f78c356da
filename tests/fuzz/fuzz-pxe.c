/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * codec/pxe: typed options of any datagram keep their bounds; an option 43 made from the input is
 * never too long, ends in END, and reads as what went in.
 */
#include "fuzz.h"

#include "codec/dhcp.h"
#include "codec/pxe.h"

#include <string.h>

static void check_client(struct span datagram) {
    struct dhcp_view view;
    if (dhcp_parse(datagram, &view) != DHCP_OK)
        return;
    struct pxe_client client;
    pxe_client_parse(&view.options, &client);
    FUZZ_CHECK(client.architecture_count <= PXE_ARCHITECTURES_MAX);
    FUZZ_CHECK(client.user_class.size <= datagram.size);
    FUZZ_CHECK(client.ipxe.size <= datagram.size);
    FUZZ_CHECK(!client.vendor_class.has_undi || client.vendor_class.has_architecture);
    for (unsigned feature = 0; feature < 256; feature++) {
        if (pxe_ipxe_has_feature(&client, (uint8_t) feature))
            FUZZ_CHECK(client.is_ipxe && feature != 0 && feature != 255);
    }
    struct span vendor = {0};
    FUZZ_CHECK(!client.has_boot_item ||
               dhcp_option_get(&view.options, DHCP_OPTION_VENDOR_SPECIFIC, &vendor));
}

#define ITEMS 4

/* An option 43 described by the input: a byte of what is there, numbers, then texts up to NUL. */
struct sample {
    struct pxe_vendor vendor;
    struct pxe_boot_server servers[ITEMS];
    struct pxe_menu_item menu[ITEMS];
    uint32_t addresses[ITEMS];
};

static void take_sample(struct reader *reader, struct sample *sample) {
    uint8_t parts = reader_take_u8(reader);
    struct pxe_vendor *vendor = &sample->vendor;
    vendor->has_control = (parts & 1) != 0;
    vendor->control = reader_take_u8(reader);
    vendor->multicast = (parts & 2) != 0 ? reader_take_u32(reader) : 0;
    vendor->has_boot_item = (parts & 4) != 0;
    vendor->boot_item.type = reader_take_u16(reader);
    vendor->boot_item.layer = reader_take_u16(reader);
    vendor->prompt_timeout = reader_take_u8(reader);
    vendor->server_count = parts >> 3 & 3;
    vendor->menu_count = parts >> 5 & 3;
    vendor->servers = sample->servers;
    vendor->menu = sample->menu;
    for (size_t i = 0; i < ITEMS; i++) {
        sample->addresses[i] = reader_take_u32(reader);
        sample->servers[i] = (struct pxe_boot_server){reader_take_u16(reader), sample->addresses,
                                                      reader_take_u8(reader) % (ITEMS + 1)};
    }
    for (size_t i = 0; i < ITEMS; i++) {
        sample->menu[i].type = reader_take_u16(reader);
        sample->menu[i].text = (const char *) reader_take_text(reader).data;
        if (sample->menu[i].text == NULL)
            sample->menu[i].text = "";
    }
    if ((parts & 128) != 0)
        vendor->prompt = (const char *) reader_take_text(reader).data;
}

static void check_menu(const struct pxe_vendor *vendor, struct span value) {
    struct reader reader;
    reader_init(&reader, value);
    for (size_t i = 0; i < vendor->menu_count; i++) {
        FUZZ_CHECK(reader_take_u16(&reader) == vendor->menu[i].type);
        struct span text = reader_take_span(&reader, reader_take_u8(&reader));
        FUZZ_CHECK(text.size > 0 && span_equals(text, span_of_text(vendor->menu[i].text)));
    }
    FUZZ_CHECK(!reader.failed && reader_left(&reader) == 0);
}

static void check_servers(const struct pxe_vendor *vendor, struct span value) {
    struct reader reader;
    reader_init(&reader, value);
    for (size_t i = 0; i < vendor->server_count; i++) {
        FUZZ_CHECK(reader_take_u16(&reader) == vendor->servers[i].type);
        FUZZ_CHECK(reader_take_u8(&reader) == vendor->servers[i].address_count);
        for (size_t j = 0; j < vendor->servers[i].address_count; j++)
            FUZZ_CHECK(reader_take_u32(&reader) == vendor->servers[i].addresses[j]);
    }
    FUZZ_CHECK(!reader.failed && reader_left(&reader) == 0);
}

static void check_encoded(const struct pxe_vendor *vendor, struct span encoded) {
    FUZZ_CHECK(encoded.size <= PXE_VENDOR_MAX && encoded.data[encoded.size - 1] == 255);
    struct suboption_walk walk = {.input = encoded, .style = SUBOPTION_PADDED};
    uint8_t code = 0;
    struct span value = {0};
    size_t count = 0;
    while (suboption_next(&walk, &code, &value)) {
        count++;
        if (code == PXE_SUBOPTION_BOOT_MENU)
            check_menu(vendor, value);
        if (code == PXE_SUBOPTION_BOOT_SERVERS)
            check_servers(vendor, value);
        if (code == PXE_SUBOPTION_BOOT_ITEM)
            FUZZ_CHECK(value.size == 4);
    }
    size_t expected = (size_t) vendor->has_control + (vendor->multicast != 0) +
                      (vendor->server_count > 0) + (vendor->menu_count > 0) +
                      (vendor->prompt != NULL) + vendor->has_boot_item;
    FUZZ_CHECK(!walk.overrun && count == expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    check_client((struct span){data, size});
    struct pxe_vendor_class vendor_class;
    pxe_vendor_class_parse((struct span){data, size}, &vendor_class);

    struct reader reader;
    reader_init(&reader, (struct span){data, size});
    struct sample sample = {0};
    take_sample(&reader, &sample);
    uint8_t value[PXE_VENDOR_MAX];
    size_t value_size = 0;
    if (pxe_vendor_encode(&sample.vendor, value, &value_size))
        check_encoded(&sample.vendor, (struct span){value, value_size});
    return 0;
}
