/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A UEFI network boot program that proves it was started. It needs no SDK: the few UEFI structures
 * it touches are declared here, so clang and lld-link alone build it for x64 and IA32. It prints a
 * marker line and what the firmware remembers about how it got here, then stays idle until the
 * virtual machine is ended. Lines stay below 80 columns: the serial console wraps there.
 */
#ifndef PROGRAM
#define PROGRAM "marker"
#endif

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef u16 char16;

#if defined(__x86_64__)
typedef u64 uintn;
#define ARCH   "x64"
#define EFIAPI __attribute__((ms_abi))
#elif defined(__i386__)
typedef u32 uintn;
#define ARCH   "ia32"
#define EFIAPI __attribute__((cdecl))
#else
#error unsupported architecture
#endif

typedef uintn status;
typedef void *handle;

typedef struct {
    u32 a;
    u16 b, c;
    u8 d[8];
} guid;

struct text_out {
    void *reset;
    status(EFIAPI *output_string)(struct text_out *, const char16 *);
};

struct boot_services {
    u8 header[24];
    void *before_handle_protocol[16];
    status(EFIAPI *handle_protocol)(handle, const guid *, void **);
    void *between_1[11];
    status(EFIAPI *stall)(uintn);
    status(EFIAPI *set_watchdog_timer)(uintn, u64, uintn, const char16 *);
};

struct system_table {
    u8 header[24];
    char16 *vendor;
    u32 revision;
    handle con_in_handle;
    void *con_in;
    handle con_out_handle;
    struct text_out *con_out;
    handle std_err_handle;
    void *std_err;
    void *runtime;
    struct boot_services *boot;
};

struct loaded_image {
    u32 revision;
    handle parent;
    struct system_table *system_table;
    handle device;
    void *file_path;
    void *reserved;
    u32 load_options_size;
    void *load_options;
    void *image_base;
    u64 image_size;
};

/* EFI_PXE_BASE_CODE_MODE, up to the packets this program reads. */
struct pxe_mode {
    u8 started, ipv6_available, ipv6_supported, using_ipv6;
    u8 bis_supported, bis_detected, auto_arp, send_guid;
    u8 dhcp_discover_valid, dhcp_ack_received, proxy_offer_received;
    u8 pxe_discover_valid, pxe_reply_received, pxe_bis_reply_received;
    u8 icmp_error_received, tftp_error_received, make_callbacks;
    u8 ttl, tos;
    u8 pad;
    u32 station_ip[4];
    u32 subnet_mask[4];
    u8 dhcp_discover[1472];
    u8 dhcp_ack[1472];
    u8 proxy_offer[1472];
    u8 pxe_discover[1472];
    u8 pxe_reply[1472];
};

struct pxe {
    u64 revision;
    void *functions[12]; /* start .. set_packets */
    struct pxe_mode *mode;
};

static const guid guid_loaded_image = {
    0x5B1B31A1, 0x9562, 0x11d2, {0x8E, 0x3F, 0x00, 0xA0, 0xC9, 0x69, 0x72, 0x3B}};
static const guid guid_device_path = {
    0x09576E91, 0x6D3F, 0x11D2, {0x8E, 0x39, 0x00, 0xA0, 0xC9, 0x69, 0x72, 0x3B}};
static const guid guid_pxe = {
    0x03C4E603, 0xAC28, 0x11d3, {0x9A, 0x2D, 0x00, 0x90, 0x27, 0x3F, 0xC1, 0x4D}};

static struct system_table *st;

static void put(const char *s) {
    char16 line[2];

    line[1] = 0;
    for (; *s; s++) {
        line[0] = (u8) *s;
        st->con_out->output_string(st->con_out, line);
    }
}

/* At most n bytes of printable text, stopping at NUL. */
static void put_text(const u8 *s, u32 n) {
    char one[2] = {0, 0};

    for (; n && *s; s++, n--) {
        one[0] = *s >= 32 && *s < 127 ? (char) *s : '?';
        put(one);
    }
}

static void put_dec(u32 v) {
    char buf[12], *p = buf + sizeof(buf) - 1;

    *p = 0;
    do {
        *--p = (char) ('0' + v % 10);
        v /= 10;
    } while (v);
    put(p);
}

static void put_ip4(const u8 *a) {
    for (int i = 0; i < 4; i++) {
        if (i)
            put(".");
        put_dec(a[i]);
    }
}

static void put_ip6(const u8 *a) {
    static const char hex[] = "0123456789abcdef";

    for (int i = 0; i < 16; i++) {
        char b[3] = {hex[a[i] >> 4], hex[a[i] & 15], 0};
        if (i && !(i & 1))
            put(":");
        put(b);
    }
}

static void put_packet(const char *name, const u8 *p) {
    put("nbp: ");
    put(name);
    put(" yiaddr=");
    put_ip4(p + 16);
    put(" siaddr=");
    put_ip4(p + 20);
    put(" file=");
    put_text(p + 108, 40);
    put("\r\n");
}

static void put_size(const void *base) {
    /* SizeOfImage, from the PE header in memory. */
    const u8 *b = base;
    u32 pe = *(const u32 *) (b + 0x3c);

    put(" image=");
    put_dec(*(const u32 *) (b + pe + 80));
}

/* The URI node (messaging, subtype 24) of a device path, if it has one. */
static const u8 *find_uri(const u8 *node, u32 *length) {
    while (node && node[0] != 0x7f) {
        u32 n = (u32) (node[2] | node[3] << 8);
        if (n < 4)
            break;
        if (node[0] == 3 && node[1] == 24 && n > 4) {
            *length = n - 4;
            return node + 4;
        }
        node += n;
    }
    return 0;
}

status EFIAPI efi_main(handle image, struct system_table *table) {
    struct loaded_image *loaded = 0;
    struct pxe *pxe = 0;
    const u8 *path = 0, *uri = 0;
    u32 uri_length = 0;
    const char *via = "unknown";

    st = table;
    table->boot->set_watchdog_timer(0, 0, 0, 0);
    table->boot->handle_protocol(image, &guid_loaded_image, (void **) &loaded);
    if (loaded && loaded->device) {
        table->boot->handle_protocol(loaded->device, &guid_device_path, (void **) &path);
        uri = find_uri(path, &uri_length);
        table->boot->handle_protocol(loaded->device, &guid_pxe, (void **) &pxe);
    }
    if (uri)
        via = "http";
    else if (pxe && pxe->mode && pxe->mode->started)
        via = pxe->mode->using_ipv6 ? "pxe6" : "pxe4";

    put("\r\nNBP-OK program=" PROGRAM " arch=" ARCH " via=");
    put(via);
    if (loaded)
        put_size(loaded->image_base);
    put("\r\n");
    if (uri) {
        put("nbp: uri=");
        put_text(uri, uri_length < 66 ? uri_length : 66);
        put("\r\n");
    } else if (pxe && pxe->mode && pxe->mode->started) {
        struct pxe_mode *m = pxe->mode;

        put("nbp: station=");
        if (m->using_ipv6)
            put_ip6((const u8 *) m->station_ip);
        else
            put_ip4((const u8 *) m->station_ip);
        put(m->proxy_offer_received ? " proxy-offer" : "");
        put(m->pxe_reply_received ? " pxe-reply" : "");
        put("\r\n");
        if (!m->using_ipv6) {
            if (m->dhcp_ack_received)
                put_packet("ack", m->dhcp_ack);
            if (m->proxy_offer_received)
                put_packet("proxy", m->proxy_offer);
            if (m->pxe_reply_received)
                put_packet("reply", m->pxe_reply);
        }
    }
    put("NBP-END\r\n");
    for (;;)
        table->boot->stall(1000000);
}
