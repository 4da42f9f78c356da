/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What PXE, UEFI HTTP Boot and iPXE put into DHCP options, typed: 60, 77, 93, 94, 97, 175 and the
 * sub-options of 43 (PXE 2.1 section 2.1, RFC 4578). PURE: no heap, no I/O. Any thread.
 */
#pragma once

#include "codec/dhcp-options.h"

#define PXE_ARCHITECTURES_MAX 16  /* codes of option 93 that are kept; firmware sends one */
#define PXE_VENDOR_MAX        255 /* bytes of one option 43, END included */
#define PXE_UUID_SIZE         16

/* What option 60 says the client is. */
enum pxe_kind {
    PXE_KIND_NONE, /* no netboot client */
    PXE_KIND_PXE,  /* "PXEClient..." */
    PXE_KIND_HTTP, /* "HTTPClient...": UEFI HTTP Boot */
};

/* Option 60, "PXEClient:Arch:xxxxx:UNDI:yyyzzz" (PXE 2.1 table 2-2); a bare "PXEClient", as Windows
 * loaders and iPXE's boot-item requests send, has neither architecture nor UNDI version. */
struct pxe_vendor_class {
    enum pxe_kind kind;
    bool has_architecture;
    bool has_undi;
    uint16_t architecture;
    uint16_t undi_major; /* yyy */
    uint16_t undi_minor; /* zzz */
};

void pxe_vendor_class_parse(struct span text, struct pxe_vendor_class *ret_class);

/* 43.71: the boot item a client chose, or a boot server answers for (PXE 2.1 table 2-1). */
struct pxe_boot_item {
    uint16_t type;
    uint16_t layer; /* bit 15 asks for credentials (BIS) */
};

#define PXE_LAYER_CREDENTIALS 0x8000

/* Everything about netboot in one datagram. Spans point where dhcp_option_get() points. */
struct pxe_client {
    struct pxe_vendor_class vendor_class;

    /* Option 93, best first (RFC 5970 section 3.3); without it the one of option 60. */
    uint16_t architectures[PXE_ARCHITECTURES_MAX];
    size_t architecture_count;

    bool has_undi; /* option 94, RFC 4578 section 2.2 */
    uint8_t undi_type;
    uint8_t undi_major;
    uint8_t undi_minor;

    bool has_uuid; /* option 97 of type 0; the bytes as on the wire (identity.h reads them) */
    uint8_t uuid[PXE_UUID_SIZE];

    struct span user_class; /* option 77: the raw text, or the first class of the RFC 3004 form */
    bool is_ipxe;           /* a user class says iPXE or gPXE, or option 175 is there */
    struct span ipxe;       /* value of option 175, for pxe_ipxe_has_feature() */

    bool has_boot_item; /* 43.71 */
    struct pxe_boot_item boot_item;
};

/* Never fails: an option of the wrong size counts as missing. */
void pxe_client_parse(const struct dhcp_options *options, struct pxe_client *ret_client);

/* iPXE's feature sub-options of option 175, those the project asks for. */
enum pxe_ipxe_feature {
    PXE_IPXE_ISCSI = 0x11,
    PXE_IPXE_HTTP = 0x13,
    PXE_IPXE_HTTPS = 0x14,
    PXE_IPXE_TFTP = 0x15,
    PXE_IPXE_DNS = 0x17,
    PXE_IPXE_BZIMAGE = 0x18,
    PXE_IPXE_PXE = 0x21,
    PXE_IPXE_EFI = 0x24,
    PXE_IPXE_MENU = 0x27,
    PXE_IPXE_NO_PROXY = 0xb0, /* iPXE's 175.176: do not wait for a proxyDHCP offer */
};

/* True when the iPXE client says it can do `feature`. */
bool pxe_ipxe_has_feature(const struct pxe_client *client, uint8_t feature);

/* Sub-options of 43, PXE 2.1 table 2-1. */
enum pxe_suboption {
    PXE_SUBOPTION_MTFTP_ADDRESS = 1,
    PXE_SUBOPTION_MTFTP_CLIENT_PORT = 2,
    PXE_SUBOPTION_MTFTP_SERVER_PORT = 3,
    PXE_SUBOPTION_MTFTP_OPEN_TIMEOUT = 4,
    PXE_SUBOPTION_MTFTP_REOPEN_DELAY = 5,
    PXE_SUBOPTION_DISCOVERY_CONTROL = 6,
    PXE_SUBOPTION_DISCOVERY_MULTICAST = 7,
    PXE_SUBOPTION_BOOT_SERVERS = 8,
    PXE_SUBOPTION_BOOT_MENU = 9,
    PXE_SUBOPTION_MENU_PROMPT = 10,
    PXE_SUBOPTION_BOOT_ITEM = 71,
};

/* Bits of 43.6. */
enum pxe_discovery_control {
    PXE_CONTROL_NO_BROADCAST = 1 << 0,
    PXE_CONTROL_NO_MULTICAST = 1 << 1,
    PXE_CONTROL_LISTED_SERVERS_ONLY = 1 << 2,
    PXE_CONTROL_DOWNLOAD_AT_ONCE = 1 << 3, /* take the file of the first offer, no 4011 */
};

#define PXE_PROMPT_WAIT 255 /* seconds of a prompt: show the menu and wait for ever */

struct pxe_boot_server {
    uint16_t type;
    const uint32_t *addresses; /* host byte order */
    size_t address_count;      /* 0: any server of that type may answer */
};

struct pxe_menu_item {
    uint16_t type;    /* 0 boots from the local disk */
    const char *text; /* 1 to 255 bytes */
};

/* 43.1 to 43.5: a boot file that is sent to a group (PXE 2.1 table 2-1). */
struct pxe_mtftp {
    uint32_t address;     /* of the group, host byte order */
    uint16_t client_port; /* receivers'; both ports travel in Intel order, the low byte first */
    uint16_t server_port; /* where a client opens the transfer */
    uint8_t open_timeout; /* seconds to listen before opening */
    uint8_t reopen_delay; /* seconds to listen before opening again */
    bool passes_routers;  /* not on the wire: what goes to the group may leave the network */
};

/* What goes into one option 43. Zero-initialise; what has no count, text or has_ is left out. */
struct pxe_vendor {
    const struct pxe_mtftp *mtftp; /* 43.1 to 43.5; NULL: none */
    bool has_control;
    uint8_t control;    /* enum pxe_discovery_control */
    uint32_t multicast; /* 43.7, host byte order; 0: none */
    const struct pxe_boot_server *servers;
    size_t server_count;
    const struct pxe_menu_item *menu; /* in order of priority: the first is the default */
    size_t menu_count;
    const char *prompt;     /* NULL: no 43.10, and then iPXE waits at the menu for ever */
    uint8_t prompt_timeout; /* seconds; 0: the first item at once */
    bool has_boot_item;
    struct pxe_boot_item boot_item;
};

/* Encodes the value of option 43, its own END (255) included. False when it needs more than
 * PXE_VENDOR_MAX bytes (a menu gets 252 at most) or a menu text is empty; then both outputs hold
 * nothing of use. */
bool pxe_vendor_encode(const struct pxe_vendor *vendor, uint8_t ret_value[PXE_VENDOR_MAX],
                       size_t *ret_size);
