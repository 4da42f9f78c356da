/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Options by name, where the project knows them, else in hexadecimal.
 */
#include "cli/packet-facts.h"

#include <stdio.h>

#include "base/address.h"
#include "codec/identity.h"
#include "codec/pxe.h"

enum form {
    FORM_HEX,
    FORM_TEXT,
    FORM_NUMBER,
    FORM_ADDRESSES,
    FORM_MESSAGE,
    FORM_UUID,
    FORM_PXE,
};

struct option_name {
    uint8_t code;
    enum form form;
    const char *name;
};

static const struct option_name names[] = {
    {DHCP_OPTION_SUBNET_MASK, FORM_ADDRESSES, "subnet mask"},
    {DHCP_OPTION_ROUTER, FORM_ADDRESSES, "router"},
    {DHCP_OPTION_DNS_SERVER, FORM_ADDRESSES, "DNS server"},
    {DHCP_OPTION_BOOT_FILE_SIZE, FORM_NUMBER, "boot file size"},
    {DHCP_OPTION_VENDOR_SPECIFIC, FORM_PXE, "PXE"},
    {DHCP_OPTION_LEASE_TIME, FORM_NUMBER, "lease time"},
    {DHCP_OPTION_MESSAGE_TYPE, FORM_MESSAGE, "message type"},
    {DHCP_OPTION_SERVER_ID, FORM_ADDRESSES, "server"},
    {DHCP_OPTION_MESSAGE, FORM_TEXT, "message"},
    {DHCP_OPTION_VENDOR_CLASS, FORM_TEXT, "vendor class"},
    {DHCP_OPTION_TFTP_SERVER, FORM_TEXT, "TFTP server"},
    {DHCP_OPTION_BOOT_FILE, FORM_TEXT, "boot file"},
    {DHCP_OPTION_CLIENT_UUID, FORM_UUID, "client UUID"},
    {DHCP_OPTION_IPXE, FORM_HEX, "iPXE"},
    {DHCP_OPTION_PXELINUX_CONFIG, FORM_TEXT, "PXELINUX configuration"},
    {DHCP_OPTION_PXELINUX_PREFIX, FORM_TEXT, "PXELINUX prefix"},
    {DHCP_OPTION_WDS_NBP, FORM_HEX, "Windows loader"},
    {DHCP_OPTION_WDS_BCD, FORM_TEXT, "Windows BCD"},
};

static const struct option_name pxe_names[] = {
    {PXE_SUBOPTION_DISCOVERY_CONTROL, FORM_NUMBER, "discovery-control"},
    {PXE_SUBOPTION_DISCOVERY_MULTICAST, FORM_ADDRESSES, "multicast"},
    {PXE_SUBOPTION_BOOT_SERVERS, FORM_HEX, "boot-servers"},
    {PXE_SUBOPTION_BOOT_MENU, FORM_HEX, "menu"},
    {PXE_SUBOPTION_MENU_PROMPT, FORM_HEX, "prompt"},
    {PXE_SUBOPTION_BOOT_ITEM, FORM_HEX, "boot-item"},
};

static const struct option_name *find_name(const struct option_name *table, gsize count,
                                           uint8_t code) {
    for (gsize i = 0; i < count; i++) {
        if (table[i].code == code)
            return &table[i];
    }
    return NULL;
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* Printable ASCII as it is, up to a NUL; anything else as '?'. */
static char *text_value(struct span value) {
    struct span shown = span_until_nul(value);
    g_autoptr(GString) text = g_string_new(NULL);

    for (size_t i = 0; i < shown.size; i++) {
        bool printable = shown.data[i] >= 0x20 && shown.data[i] <= 0x7e;
        g_string_append_c(text, printable ? (char) shown.data[i] : '?');
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *hex_value(struct span value) {
    g_autoptr(GString) text = g_string_new(NULL);

    for (size_t i = 0; i < value.size; i++)
        g_string_append_printf(text, "%02x", value.data[i]);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *number_value(struct span value) {
    uint64_t number = 0;

    if (value.size == 0 || value.size > 8)
        return hex_value(value);
    for (size_t i = 0; i < value.size; i++)
        number = number << 8 | value.data[i];
    return g_strdup_printf("%" G_GUINT64_FORMAT, number);
}

static char *addresses_value(struct span value) {
    g_autoptr(GString) text = g_string_new(NULL);
    struct reader reader;

    if (value.size == 0 || value.size % 4 != 0)
        return hex_value(value);
    reader_init(&reader, value);
    while (reader_left(&reader) > 0) {
        char address[ADDRESS_TEXT_SIZE];
        address_number_text(reader_take_u32(&reader), address);
        g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", address);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *uuid_value(struct span value) {
    char text[IDENTITY_UUID_TEXT_SIZE];

    if (value.size != 1 + IDENTITY_UUID_SIZE || value.data[0] != 0)
        return hex_value(value);
    identity_format_uuid(value.data + 1, IDENTITY_UUID_SMBIOS, text);
    return g_strdup(text);
}

/* Menu and prompt are a number and a text each; both are shown as the user of the machine sees
 * them. */
static void add_menu(GString *text, struct span value) {
    struct reader reader;

    reader_init(&reader, value);
    while (reader_left(&reader) > 0) {
        uint16_t type = reader_take_u16(&reader);
        uint8_t size = reader_take_u8(&reader);
        g_autofree char *item = text_value(reader_take_span(&reader, size));
        if (!reader.failed)
            g_string_append_printf(text, "%s%u '%s'", text->str[text->len - 1] != '=' ? ", " : "",
                                   type, item);
    }
}

static void add_prompt(GString *text, struct span value) {
    g_autofree char *words = NULL;

    if (value.size == 0)
        return;
    words = text_value((struct span){value.data + 1, value.size - 1});
    if (value.data[0] == PXE_PROMPT_WAIT)
        g_string_append_printf(text, "'%s', waits", words);
    else
        g_string_append_printf(text, "'%s', %u s", words, value.data[0]);
}

/* 43.8: type, how many addresses, and the addresses, for each kind of server. */
static void add_servers(GString *text, struct span value) {
    struct reader reader;

    reader_init(&reader, value);
    while (reader_left(&reader) > 0) {
        uint16_t type = reader_take_u16(&reader);
        size_t count = reader_take_u8(&reader);
        struct span list = reader_take_span(&reader, count * 4);
        g_autofree char *addresses = list.size > 0 ? addresses_value(list) : g_strdup("any");
        if (!reader.failed)
            g_string_append_printf(text, "%s%u at %s", text->str[text->len - 1] != '=' ? ", " : "",
                                   type, addresses);
    }
}

static char *option_value(struct span value, enum form form);

static void add_suboption(GString *text, uint8_t code, struct span value) {
    const struct option_name *known = find_name(pxe_names, G_N_ELEMENTS(pxe_names), code);
    g_autofree char *plain = option_value(value, known != NULL ? known->form : FORM_HEX);

    g_string_append(text, text->len > 0 ? "; " : "");
    if (known != NULL)
        g_string_append_printf(text, "%s=", known->name);
    else
        g_string_append_printf(text, "%u=", code);
    if (code == PXE_SUBOPTION_BOOT_MENU)
        add_menu(text, value);
    else if (code == PXE_SUBOPTION_BOOT_SERVERS)
        add_servers(text, value);
    else if (code == PXE_SUBOPTION_MENU_PROMPT)
        add_prompt(text, value);
    else
        g_string_append(text, plain);
}

static char *pxe_value(struct span value) {
    struct suboption_walk walk = {.input = value, .style = SUBOPTION_PADDED};
    g_autoptr(GString) text = g_string_new(NULL);
    struct span item = {0};
    uint8_t code = 0;

    while (suboption_next(&walk, &code, &item))
        add_suboption(text, code, item);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *option_value(struct span value, enum form form) {
    switch (form) {
    case FORM_TEXT:
        return text_value(value);
    case FORM_NUMBER:
        return number_value(value);
    case FORM_ADDRESSES:
        return addresses_value(value);
    case FORM_MESSAGE:
        return g_strdup(dhcp_message_name(value.size == 1 ? value.data[0] : 0));
    case FORM_UUID:
        return uuid_value(value);
    case FORM_PXE:
        return pxe_value(value);
    case FORM_HEX:
    default:
        return hex_value(value);
    }
}

/* ---- Facts ----------------------------------------------------------------------------------- */

static GVariant *options_facts(const struct dhcp_view *view) {
    struct dhcp_option_walk walk = {.options = &view->options};
    GVariantBuilder list;
    struct span value = {0};
    uint8_t code = 0;

    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    while (dhcp_option_next(&walk, &code, &value)) {
        const struct option_name *known = find_name(names, G_N_ELEMENTS(names), code);
        g_autofree char *text = option_value(value, known != NULL ? known->form : FORM_HEX);
        g_variant_builder_open(&list, G_VARIANT_TYPE_VARDICT);
        g_variant_builder_add(&list, "{sv}", "code", g_variant_new_uint32(code));
        g_variant_builder_add(&list, "{sv}", "name",
                              g_variant_new_string(known != NULL ? known->name : ""));
        g_variant_builder_add(&list, "{sv}", "text", g_variant_new_string(text));
        g_variant_builder_close(&list);
    }
    return g_variant_builder_end(&list);
}

static void add_text(GVariantBuilder *facts, const char *key, struct span value) {
    if (value.size > 0)
        g_variant_builder_add(facts, "{sv}", key, g_variant_new_take_string(text_value(value)));
}

static void add_address(GVariantBuilder *facts, const char *key, uint32_t address) {
    char text[ADDRESS_TEXT_SIZE];

    if (address == 0)
        return;
    address_number_text(address, text);
    g_variant_builder_add(facts, "{sv}", key, g_variant_new_string(text));
}

GVariant *packet_facts(const struct dhcp_view *view, size_t size) {
    const struct dhcp_header *header = &view->header;
    struct span file = view->file;
    GVariantBuilder facts;

    if (file.size == 0 && dhcp_option_get(&view->options, DHCP_OPTION_BOOT_FILE, &file))
        file = span_until_nul(file);
    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&facts, "{sv}", "message",
                          g_variant_new_string(dhcp_message_name(view->message_type)));
    g_variant_builder_add(&facts, "{sv}", "size", g_variant_new_uint32((uint32_t) size));
    g_variant_builder_add(&facts, "{sv}", "xid", g_variant_new_uint32(header->xid));
    g_variant_builder_add(&facts, "{sv}", "broadcast",
                          g_variant_new_boolean((header->flags & DHCP_FLAG_BROADCAST) != 0));
    add_address(&facts, "client-address", header->ciaddr);
    add_address(&facts, "your-address", header->yiaddr);
    add_address(&facts, "next-server", header->siaddr);
    add_address(&facts, "relay", header->giaddr);
    add_text(&facts, "server-name", view->sname);
    add_text(&facts, "boot-file", file);
    g_variant_builder_add(&facts, "{sv}", "options", options_facts(view));
    return g_variant_builder_end(&facts);
}

GVariant *packet_facts_of(const void *data, size_t size) {
    struct dhcp_view view;

    if (dhcp_parse((struct span){data, size}, &view) != DHCP_OK)
        return NULL;
    return packet_facts(&view, size);
}

/* ---- For people ------------------------------------------------------------------------------ */

static void print_fields(GVariant *facts) {
    static const struct {
        const char *key;
        const char *title;
    } fields[] = {
        {"client-address", "ciaddr"}, {"your-address", "yiaddr"}, {"next-server", "siaddr"},
        {"relay", "giaddr"},          {"server-name", "sname"},   {"boot-file", "file"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        const char *text = NULL;
        if (g_variant_lookup(facts, fields[i].key, "&s", &text))
            printf("  %-26s %s\n", fields[i].title, text);
    }
}

static void print_options(GVariant *facts) {
    g_autoptr(GVariant) options = g_variant_lookup_value(facts, "options", NULL);
    GVariantIter iter;
    GVariant *option = NULL;

    g_variant_iter_init(&iter, options);
    while ((option = g_variant_iter_next_value(&iter)) != NULL) {
        const char *name = "", *text = "";
        uint32_t code = 0;
        g_variant_lookup(option, "code", "u", &code);
        g_variant_lookup(option, "name", "&s", &name);
        g_variant_lookup(option, "text", "&s", &text);
        printf("  %3u %-22s %s\n", code, name, text);
        g_variant_unref(option);
    }
}

void packet_facts_print(GVariant *facts) {
    print_fields(facts);
    print_options(facts);
}
