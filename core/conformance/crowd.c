/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Clients that ask. Addresses are those of documentation (RFC 5737).
 */
#include "conformance/crowd.h"

#include <string.h>

#include "codec/architecture.h"
#include "codec/client-packet.h"
#include "tftp/path.h"

#define SERVER       UINT32_C(0xc0000201) /* 192.0.2.1 */
#define CLIENT       UINT32_C(0xc0000264) /* 192.0.2.100 */
#define CODE_LAST    64                   /* IANA's list is shorter */
#define CODE_UNKNOWN 0xfffe
#define PACKET_MAX   8192

/* RFC 5970 section 3.3 and IANA. */
#define CODE_X86_BIOS   0
#define CODE_X64_UEFI   7
#define CODE_ARM64_UEFI 11

#define OPTION_END 255

static void free_guest(gpointer data) {
    struct guest *guest = data;
    request_unref(guest->request);
    g_free(guest->words);
    g_free(guest);
}

static GPtrArray *crowd_new(void) {
    return g_ptr_array_new_with_free_func(free_guest);
}

static struct request_origin origin_of(const struct client_packet *packet) {
    return (struct request_origin){
        .source = address_from_number(packet->client, DHCP_PORT_CLIENT),
        .server = address_from_number(SERVER, 0),
        .interface_name = "eth0",
        .interface_index = 2,
        .port = packet->boot_server ? DHCP_PORT_BOOT_SERVER : DHCP_PORT_SERVER,
        .attempt = 1,
    };
}

/* Takes `words` over. A packet that is none of ours brings no guest. */
static void invite(GPtrArray *crowd, const struct client_packet *packet, const uint8_t *data,
                   size_t size, char *words) {
    struct request_origin origin = origin_of(packet);
    struct request *request = NULL;
    if (request_new(data, size, &origin, &request) != REQUEST_OK) {
        g_free(words);
        return;
    }
    struct guest *guest = g_new0(struct guest, 1);
    *guest = (struct guest){request, words};
    g_ptr_array_add(crowd, guest);
}

static struct client_packet packet_of(uint16_t code, enum client_loader loader, bool boot_server) {
    struct client_packet packet = {
        .boot_server = boot_server,
        .loader = loader,
        .architecture = code,
        .mac = {0x52, 0x54, 0x00, 0x12, (uint8_t) code, (uint8_t) loader},
        .xid = UINT32_C(0x424f4f54),
        .client = boot_server ? CLIENT : 0,
    };
    client_packet_uuid(packet.mac, packet.uuid);
    return packet;
}

static void invite_usual(GPtrArray *crowd, uint16_t code, enum client_loader loader,
                         bool boot_server) {
    struct client_packet packet = packet_of(code, loader, boot_server);
    uint8_t data[CLIENT_PACKET_MAX];
    size_t size = client_packet_build(&packet, data, sizeof data);
    const char *name = architecture_name(code);
    invite(crowd, &packet, data, size,
           g_strdup_printf("stage %s, architecture %u (%s), loader %s",
                           boot_server ? "boot-server" : "discover", (unsigned) code,
                           name != NULL ? name : "unknown", client_loader_name(loader)));
}

GPtrArray *crowd_usual(void) {
    static const uint16_t codes[] = {CODE_X86_BIOS, CODE_X64_UEFI, CODE_ARM64_UEFI};
    GPtrArray *crowd = crowd_new();
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        invite_usual(crowd, codes[i], CLIENT_FIRMWARE, false);
        invite_usual(crowd, codes[i], CLIENT_FIRMWARE, true);
        invite_usual(crowd, codes[i], CLIENT_IPXE, false);
    }
    return crowd;
}

static void invite_everyone_of(GPtrArray *crowd, uint16_t code) {
    for (unsigned loader = 0; client_loader_name(loader) != NULL; loader++) {
        invite_usual(crowd, code, (enum client_loader) loader, false);
        invite_usual(crowd, code, (enum client_loader) loader, true);
    }
}

GPtrArray *crowd_all(void) {
    GPtrArray *crowd = crowd_new();
    for (uint16_t code = 0; code <= CODE_LAST; code++)
        invite_everyone_of(crowd, code);
    invite_everyone_of(crowd, CODE_UNKNOWN);
    return crowd;
}

/* ---- Odd values ------------------------------------------------------------------------------ */

struct odd {
    const char *words;
    const char *text; /* repeated until `size` bytes are full */
    size_t size;
};

static const struct odd odds[] = {
    {"nothing", "", 0},
    {"one byte", "x", 1},
    {"255 bytes", "A", 255},
    {"1500 bytes", "A", 1500},
    {"control bytes", "\x01\x02\n\r\t\x1b[31m\x7f", 11},
    {"no UTF-8", "\xff\xfe\xc0\x80", 64},
    {"UTF-8 of three bytes", "\xe2\x82\xac", 99},
    {"conversions of printf", "%s%n%x%99999d", 130},
    {"templates", "${mac}${", 64},
    {"an endless template", "${mac:-", 210},
    {"SQL", "'; DROP TABLE devices; --", 25},
    {"shell", "`reboot`$(reboot);|&", 20},
    {"parent folders", "../", 240},
    {"markup", "<a href=\"'>&", 12},
    {"backslashes and quotes", "\\\"'", 33},
    {"blanks", " ", 40},
};

static uint8_t *make_odd(const struct odd *odd, const char *prefix, size_t *ret_size) {
    size_t first = strlen(prefix);
    uint8_t *bytes = g_malloc0(first + odd->size + 1);
    memcpy(bytes, prefix, first);
    size_t length = strlen(odd->text);
    for (size_t i = 0; i < odd->size; i++)
        bytes[first + i] = (uint8_t) odd->text[i % length];
    *ret_size = first + odd->size;
    return bytes;
}

/* The options without `code`, up to the END that is not copied. */
static size_t copy_without(const uint8_t *data, size_t size, uint8_t code, uint8_t *ret_data) {
    size_t end = DHCP_HEADER_SIZE;
    memcpy(ret_data, data, end);
    size_t at = DHCP_HEADER_SIZE;
    while (at + 1 < size && data[at] != OPTION_END) {
        size_t whole = 2 + (size_t) data[at + 1];
        if (data[at] != code) {
            memcpy(ret_data + end, data + at, whole);
            end += whole;
        }
        at += whole;
    }
    return end;
}

/* Split where a part holds no more, RFC 3396. */
static size_t append(uint8_t *data, size_t end, uint8_t code, const uint8_t *value, size_t size) {
    do {
        size_t part = MIN(size, 255);
        data[end++] = code;
        data[end++] = (uint8_t) part;
        memcpy(data + end, value, part);
        end += part;
        value += part;
        size -= part;
    } while (size > 0);
    data[end++] = OPTION_END;
    return end;
}

static void invite_odd(GPtrArray *crowd, uint8_t code, const char *prefix, const struct odd *odd) {
    struct client_packet packet = packet_of(CODE_X64_UEFI, CLIENT_FIRMWARE, code % 2 == 1);
    uint8_t usual[CLIENT_PACKET_MAX], data[PACKET_MAX];
    size_t usual_size = client_packet_build(&packet, usual, sizeof usual);
    size_t value_size = 0;
    g_autofree uint8_t *value = make_odd(odd, prefix, &value_size);
    size_t end = copy_without(usual, usual_size, code, data);
    end = append(data, end, code, value, value_size);
    invite(crowd, &packet, data, end, g_strdup_printf("option %u holds %s", code, odd->words));
}

GPtrArray *crowd_odd(void) {
    /* Host name, vendor options, vendor class, client-id, user class, relay, UUID, WDS. */
    static const uint8_t codes[] = {12, 43, 60, 61, 77, 82, 93, 97, 250};
    GPtrArray *crowd = crowd_new();
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(odds); j++)
            invite_odd(crowd, codes[i], codes[i] == 60 ? "PXEClient" : "", &odds[j]);
    }
    return crowd;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static const char *const usual_names[] = {
    "boot.ipxe",
    "autoexec.ipxe",
    "boot/grub/grub.cfg",
    "grub/grub.cfg",
    "grub.cfg",
    "pxelinux.cfg/default",
    "pxelinux.cfg/01-52-54-00-12-07-00",
    "pxelinux.cfg/C0000264",
    "menu.ipxe",
    "Boot/BCD",
    "boot.cfg",
    NULL,
};

const char *const *crowd_usual_names(void) {
    return usual_names;
}

static void invite_for(GPtrArray *crowd, const char *wire, size_t size, const char *words) {
    char name[TFTP_PATH_MAX];
    if (tftp_path_canonical(wire, size, name) != TFTP_PATH_OK)
        return;
    struct client_packet packet = packet_of(CODE_X64_UEFI, CLIENT_FIRMWARE, false);
    struct request_origin origin = origin_of(&packet);
    origin.source = address_from_number(CLIENT, 2070);
    origin.port = 69;
    g_autoptr(GPtrArray) clients = crowd_new();
    invite_usual(clients, CODE_X64_UEFI, CLIENT_FIRMWARE, false);
    const struct guest *client = g_ptr_array_index(clients, 0);
    for (int known = 1; known >= 0; known--) {
        struct guest *guest = g_new0(struct guest, 1);
        guest->request = request_new_file(known != 0 ? client->request : NULL, NULL, &origin, name);
        guest->words =
            g_strdup_printf("%s of %s client", words, known != 0 ? "a known" : "no known");
        g_ptr_array_add(crowd, guest);
    }
}

GPtrArray *crowd_files(const char *const *names) {
    GPtrArray *crowd = crowd_new();
    for (size_t i = 0; names[i] != NULL; i++) {
        g_autofree char *words = g_strdup_printf("file '%s'", names[i]);
        invite_for(crowd, names[i], strlen(names[i]), words);
    }
    return crowd;
}

GPtrArray *crowd_odd_files(void) {
    GPtrArray *crowd = crowd_new();
    for (size_t i = 0; i < G_N_ELEMENTS(odds); i++) {
        size_t size = 0;
        g_autofree uint8_t *name = make_odd(&odds[i], "", &size);
        g_autofree char *words = g_strdup_printf("a file name of %s", odds[i].words);
        invite_for(crowd, (const char *) name, MIN(size, TFTP_PATH_MAX - 1), words);
    }
    return crowd;
}
