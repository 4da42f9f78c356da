/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * DHCP packets as readable fields.
 */
#include "support/wire.h"

#include <string.h>

#include "base/address.h"
#include "codec/identity.h"
#include "support/vector.h"

struct option {
    uint8_t code;
    GByteArray *value;
};

struct wire {
    struct dhcp_header header;
    char *sname;
    char *file;
    GArray *options; /* struct option */
};

static void option_clear(void *data) {
    struct option *option = data;
    g_byte_array_unref(option->value);
}

static void add_option(struct wire *wire, uint8_t code, struct span value) {
    struct option option = {code, g_byte_array_new()};
    g_byte_array_append(option.value, value.data, (guint) value.size);
    g_array_append_val(wire->options, option);
}

static struct wire *wire_new_empty(void) {
    struct wire *wire = g_new0(struct wire, 1);
    wire->options = g_array_new(FALSE, TRUE, sizeof(struct option));
    g_array_set_clear_func(wire->options, option_clear);
    return wire;
}

struct wire *wire_new(void) {
    static const uint8_t discover[] = {DHCP_MESSAGE_DISCOVER};
    static const uint8_t bios[] = {0, 0};
    struct wire *wire = wire_new_empty();
    wire->header = (struct dhcp_header){.op = DHCP_OP_REQUEST,
                                        .htype = DHCP_HTYPE_ETHERNET,
                                        .hlen = 6,
                                        .xid = 0x11223344,
                                        .chaddr = {0x52, 0x54, 0, 0, 0, 1}};
    add_option(wire, DHCP_OPTION_MESSAGE_TYPE, (struct span){discover, sizeof(discover)});
    add_option(wire, DHCP_OPTION_VENDOR_CLASS, span_of_text("PXEClient:Arch:00000:UNDI:002001"));
    add_option(wire, DHCP_OPTION_ARCHITECTURE, (struct span){bios, sizeof(bios)});
    return wire;
}

struct wire *wire_new_vector(const char *name) {
    g_autoptr(GBytes) vector = vector_load(name);
    struct dhcp_view view;
    uint8_t code = 0;
    struct span value = {0};
    g_assert_cmpint(dhcp_parse(vector_span(vector), &view), ==, DHCP_OK);
    struct wire *wire = wire_new_empty();
    wire->header = view.header;
    wire->sname = g_strndup((const char *) view.sname.data, view.sname.size);
    wire->file = g_strndup((const char *) view.file.data, view.file.size);
    struct dhcp_option_walk walk = {.options = &view.options};
    while (dhcp_option_next(&walk, &code, &value))
        add_option(wire, code, value);
    return wire;
}

void wire_free(struct wire *wire) {
    g_array_unref(wire->options);
    g_free(wire->sname);
    g_free(wire->file);
    g_free(wire);
}

GBytes *wire_build(const struct wire *wire) {
    g_autofree uint8_t *data = g_malloc(LIMIT_DATAGRAM);
    struct writer writer;
    writer_init(&writer, data, LIMIT_DATAGRAM);
    dhcp_start(&writer, &wire->header, wire->sname, wire->file);
    for (guint i = 0; i < wire->options->len; i++) {
        const struct option *option = &g_array_index(wire->options, struct option, i);
        dhcp_option_put(&writer, option->code,
                        (struct span){option->value->data, option->value->len});
    }
    g_assert_true(dhcp_finish(&writer, 0));
    return g_bytes_new(data, writer.size);
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* "text", or hexadecimal with or without colons; NULL when it is neither. */
static GByteArray *read_bytes(const char *value) {
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    size_t size = strlen(value);
    if (size >= 2 && value[0] == '"' && value[size - 1] == '"')
        return g_byte_array_append(g_steal_pointer(&bytes), (const guint8 *) value + 1,
                                   (guint) size - 2);
    g_autofree char *digits = g_strdelimit(g_strdup(value), ":", ' ');
    g_auto(GStrv) parts = g_strsplit(digits, " ", -1);
    g_autofree char *hex = g_strjoinv("", parts);
    for (size_t i = 0; hex[i] != '\0'; i += 2) {
        if (!g_ascii_isxdigit(hex[i]) || !g_ascii_isxdigit(hex[i + 1]))
            return NULL;
        guint8 byte =
            (guint8) (g_ascii_xdigit_value(hex[i]) << 4 | g_ascii_xdigit_value(hex[i + 1]));
        g_byte_array_append(bytes, &byte, 1);
    }
    return g_steal_pointer(&bytes);
}

static char *to_hex(struct span value) {
    GString *hex = g_string_new(NULL);
    for (size_t i = 0; i < value.size; i++)
        g_string_append_printf(hex, "%02x", value.data[i]);
    return g_string_free(hex, FALSE);
}

static char *to_address(uint32_t address) {
    char text[ADDRESS_TEXT_SIZE];
    address_number_text(address, text);
    return g_strdup(text);
}

/* "option.43.6" to 43 and 6; -1: no such part. */
static gboolean read_codes(const char *field, int *ret_code, int *ret_sub) {
    g_auto(GStrv) parts = g_strsplit(field, ".", -1);
    guint count = g_strv_length(parts);
    if (count < 2 || count > 3 || strcmp(parts[0], "option") != 0)
        return FALSE;
    *ret_code = (int) g_ascii_strtoull(parts[1], NULL, 10);
    *ret_sub = count == 3 ? (int) g_ascii_strtoull(parts[2], NULL, 10) : -1;
    return TRUE;
}

static uint8_t message_type(const char *name) {
    for (uint8_t type = DHCP_MESSAGE_DISCOVER; type <= DHCP_MESSAGE_INFORM; type++)
        if (strcmp(dhcp_message_name(type), name) == 0)
            return type;
    return DHCP_MESSAGE_NONE;
}

/* ---- Setting --------------------------------------------------------------------------------- */

static void set_option(struct wire *wire, uint8_t code, struct span value, gboolean is_absent) {
    for (guint i = 0; i < wire->options->len; i++) {
        struct option *option = &g_array_index(wire->options, struct option, i);
        if (option->code != code)
            continue;
        if (is_absent) {
            g_array_remove_index(wire->options, i--);
            continue;
        }
        g_byte_array_set_size(option->value, 0);
        g_byte_array_append(option->value, value.data, (guint) value.size);
        return;
    }
    if (!is_absent)
        add_option(wire, code, value);
}

/* A sub-option can be given to an option that holds nothing else. */
static char *set_option_field(struct wire *wire, const char *field, const char *value) {
    int code = 0;
    int sub = -1;
    if (!read_codes(field, &code, &sub))
        return g_strdup_printf("no field is called '%s'", field);
    gboolean is_absent = strcmp(value, "absent") == 0;
    g_autoptr(GByteArray) bytes = is_absent ? g_byte_array_new() : read_bytes(value);
    if (bytes == NULL)
        return g_strdup_printf("'%s' is neither hexadecimal nor \"text\"", value);
    if (sub >= 0) {
        guint8 head[2] = {(guint8) sub, (guint8) bytes->len};
        g_byte_array_prepend(bytes, head, sizeof(head));
        if (code != DHCP_OPTION_RELAY_AGENT) {
            guint8 end = DHCP_OPTION_END;
            g_byte_array_append(bytes, &end, 1);
        }
    }
    set_option(wire, (uint8_t) code, (struct span){bytes->data, bytes->len}, is_absent);
    return NULL;
}

static uint32_t *address_field(struct dhcp_header *header, const char *field) {
    if (strcmp(field, "ciaddr") == 0)
        return &header->ciaddr;
    if (strcmp(field, "yiaddr") == 0)
        return &header->yiaddr;
    if (strcmp(field, "siaddr") == 0)
        return &header->siaddr;
    return strcmp(field, "giaddr") == 0 ? &header->giaddr : NULL;
}

static char *set_hardware(struct wire *wire, const char *value) {
    g_autoptr(GByteArray) bytes = read_bytes(value);
    if (bytes == NULL || bytes->len > DHCP_CHADDR_SIZE)
        return g_strdup_printf("'%s' is no hardware address", value);
    memset(wire->header.chaddr, 0, DHCP_CHADDR_SIZE);
    memcpy(wire->header.chaddr, bytes->data, bytes->len);
    wire->header.hlen = (uint8_t) bytes->len;
    return NULL;
}

static gboolean set_number(struct dhcp_header *header, const char *field, const char *value) {
    guint64 number = g_ascii_strtoull(value, NULL, 0);
    if (strcmp(field, "op") == 0)
        header->op = (uint8_t) number;
    else if (strcmp(field, "htype") == 0)
        header->htype = (uint8_t) number;
    else if (strcmp(field, "hlen") == 0)
        header->hlen = (uint8_t) number;
    else if (strcmp(field, "hops") == 0)
        header->hops = (uint8_t) number;
    else if (strcmp(field, "xid") == 0)
        header->xid = (uint32_t) number;
    else if (strcmp(field, "secs") == 0)
        header->secs = (uint16_t) number;
    else
        return FALSE;
    return TRUE;
}

char *wire_set(struct wire *wire, const char *field, const char *value) {
    uint32_t *address = address_field(&wire->header, field);
    uint8_t type = message_type(value);
    if (address != NULL)
        return identity_parse_ipv4(value, address) ? NULL : g_strdup("no IPv4 address");
    if (strcmp(field, "chaddr") == 0)
        return set_hardware(wire, value);
    if (strcmp(field, "flags") == 0)
        wire->header.flags = strcmp(value, "broadcast") == 0 ? DHCP_FLAG_BROADCAST : 0;
    else if (strcmp(field, "type") == 0)
        set_option(wire, DHCP_OPTION_MESSAGE_TYPE, (struct span){&type, 1}, FALSE);
    else if (!set_number(&wire->header, field, value))
        return set_option_field(wire, field, value);
    return NULL;
}

/* ---- Getting --------------------------------------------------------------------------------- */

static char *get_option(const struct dhcp_view *view, const char *field) {
    int code = 0;
    int sub = -1;
    struct span value = {0};
    if (!read_codes(field, &code, &sub))
        g_error("no field is called '%s'", field);
    if (!dhcp_option_get(&view->options, (uint8_t) code, &value))
        return NULL;
    enum suboption_style style =
        code == DHCP_OPTION_RELAY_AGENT ? SUBOPTION_PLAIN : SUBOPTION_PADDED;
    if (sub >= 0 && !suboption_get(value, style, (uint8_t) sub, &value))
        return NULL;
    return to_hex(value);
}

static char *get_number(const struct dhcp_header *header, const char *field) {
    if (strcmp(field, "op") == 0)
        return g_strdup_printf("%u", header->op);
    if (strcmp(field, "htype") == 0)
        return g_strdup_printf("%u", header->htype);
    if (strcmp(field, "hlen") == 0)
        return g_strdup_printf("%u", header->hlen);
    if (strcmp(field, "hops") == 0)
        return g_strdup_printf("%u", header->hops);
    if (strcmp(field, "xid") == 0)
        return g_strdup_printf("0x%08x", header->xid);
    return strcmp(field, "secs") == 0 ? g_strdup_printf("%u", header->secs) : NULL;
}

char *wire_get(const struct dhcp_view *view, const char *field) {
    struct dhcp_header header = view->header;
    const uint32_t *address = address_field(&header, field);
    if (address != NULL)
        return to_address(*address);
    if (strcmp(field, "sname") == 0)
        return to_hex(view->sname);
    if (strcmp(field, "file") == 0)
        return to_hex(view->file);
    if (strcmp(field, "chaddr") == 0)
        return to_hex((struct span){header.chaddr, header.hlen});
    if (strcmp(field, "flags") == 0)
        return g_strdup((header.flags & DHCP_FLAG_BROADCAST) != 0 ? "broadcast" : "none");
    if (strcmp(field, "type") == 0)
        return g_strdup(dhcp_message_name(view->message_type));
    char *number = get_number(&header, field);
    return number != NULL ? number : get_option(view, field);
}

static gboolean is_plain(const char *field) {
    return !g_str_has_prefix(field, "option.") && strcmp(field, "sname") != 0 &&
           strcmp(field, "file") != 0 && strcmp(field, "chaddr") != 0;
}

char *wire_check(const struct dhcp_view *view, const char *field, const char *wanted) {
    g_autofree char *actual = wire_get(view, field);
    if (strcmp(wanted, "absent") == 0)
        return g_steal_pointer(&actual);
    if (actual == NULL)
        return g_strdup("absent");
    if (strcmp(wanted, "present") == 0)
        return NULL;
    g_autoptr(GByteArray) bytes = is_plain(field) ? NULL : read_bytes(wanted);
    g_autofree char *plain =
        bytes != NULL ? to_hex((struct span){bytes->data, bytes->len}) : g_strdup(wanted);
    return strcmp(plain, actual) == 0 ? NULL : g_steal_pointer(&actual);
}
