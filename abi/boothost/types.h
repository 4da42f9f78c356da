/* SPDX-License-Identifier: MIT
 *
 * boothost provider contract, part 1: constants and plain data.
 *
 * Nothing here needs a library. It compiles alone as C99 and as C++11. Rules that hold for every
 * line of the contract:
 *
 * - Every table and every struct that crosses begins with its own size. A receiver zeroes a
 *   struct of the size it knows and copies the lesser of both sizes. Tables only grow at the end.
 * - Numbers have a fixed width. No enums, booleans or bit-fields live in structs: constants are
 *   uint32_t, and a value that the receiver does not know means its documented default.
 * - Text is UTF-8, ends in NUL, and is lent: it stays valid as long as its documentation says.
 * - Addresses cross as text ("10.0.0.1", "fd00::1"), options as (space, code): nothing assumes
 *   one address family.
 */
#ifndef BOOTHOST_TYPES_H
#define BOOTHOST_TYPES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this contract. While the major is 0 it is a draft that may still change; from
 * 1.0 on, a provider built for 1.x runs on every host with major 1. */
#define BOOT_HOST_ABI_MAJOR UINT32_C(0)
#define BOOT_HOST_ABI_MINOR UINT32_C(9)
#define BOOT_HOST_ABI       ((BOOT_HOST_ABI_MAJOR << 16) | BOOT_HOST_ABI_MINOR)

#define BOOT_HOST_ABI_GET_MAJOR(abi) ((uint32_t) (abi) >> 16)
#define BOOT_HOST_ABI_GET_MINOR(abi) ((uint32_t) (abi) &UINT32_C(0xffff))

/* Fails to compile when the struct ends in padding, in which a field appended later would hide
 * from `size`. */
#define BOOT_HOST_ASSERT_NO_TAIL(type, last)                                                       \
    typedef char                                                                                   \
        boot_host_no_tail_##type[(sizeof(struct type) ==                                           \
                                  offsetof(struct type, last) + sizeof(((struct type *) 0)->last)) \
                                     ? 1                                                           \
                                     : -1]

/* ---- Handles. Opaque: only the host knows what is inside. ------------------------------------ */

struct boot_host_request; /* what a client asked; never changes */
struct boot_host_reply;   /* what it will be told; shaped by the providers of the chain */
struct boot_host_content; /* the answer to "who has this file?" */
struct boot_host_config;  /* one instance's settings, already validated */
struct boot_host_state;   /* named blobs that an instance leaves to its successor */

/* Bytes, lent. `data` may be NULL when `size` is 0. */
struct boot_host_span {
    const void *data;
    size_t size;
};
BOOT_HOST_ASSERT_NO_TAIL(boot_host_span, size);

/* ---- Verdicts: what decide and content return. ----------------------------------------------- */

/* Go on to the next provider; what this one set stays. In content: not mine. */
#define BOOT_HOST_PASS INT32_C(0)
/* The reply is complete: stop and send it. In content: the content is given. */
#define BOOT_HOST_REPLY INT32_C(1)
/* Stay silent and stop; another boot server may answer. In content: refuse the file. */
#define BOOT_HOST_DROP INT32_C(2)
/* Tell the client to go to its next boot device now. Not for content. */
#define BOOT_HOST_ABORT INT32_C(3)
/* Not yet: tell the client to ask again. Not for content. The message and the poll interval are
 * set in the reply (BOOT_HOST_REPLY_MESSAGE, BOOT_HOST_REPLY_POLL_SECONDS). */
#define BOOT_HOST_HOLD INT32_C(4)
/* host->complete will be called with the verdict, once, from any thread. */
#define BOOT_HOST_LATER INT32_C(5)
/* Negative errno values are failures: what this call set is discarded, and the administrator's
 * on-error decides what follows. Any other value counts as -EPROTO. */

/* ---- Thread flags of a provider. None: one call at a time, on a worker thread. --------------- */

/* decide and content never block: the host calls them on its packet thread, one at a time. With
 * several packet threads it is one after the other of them that calls, still one at a time. */
#define BOOT_HOST_INLINE UINT32_C(0x1)
/* Calls may run at the same time on several worker threads. Ignored beside INLINE. */
#define BOOT_HOST_PARALLEL UINT32_C(0x2)

/* ---- Flags of open. -------------------------------------------------------------------------- */

/* Only a check: validate settings, files and permissions, but write nothing, connect to nothing
 * that would notice, start no thread. decide may follow (a simulation), event never does. */
#define BOOT_HOST_OPEN_CHECK UINT32_C(0x1)

/* ---- Settings: the schema of what an administrator may write. -------------------------------- */

#define BOOT_HOST_TEXT     UINT32_C(1) /* any UTF-8 text */
#define BOOT_HOST_INTEGER  UINT32_C(2) /* a decimal number that fits int64_t */
#define BOOT_HOST_BOOLEAN  UINT32_C(3) /* yes/no, true/false, on/off, 1/0 */
#define BOOT_HOST_DURATION UINT32_C(4) /* 300ms, 2s, 5min, 1h; typed value in microseconds */
#define BOOT_HOST_PATH     UINT32_C(5) /* a file or folder; relative to the config file's folder */
#define BOOT_HOST_LIST     UINT32_C(6) /* items separated by semicolons */
#define BOOT_HOST_ADDRESS  UINT32_C(7) /* an IPv4 or IPv6 address */
#define BOOT_HOST_SECRET   UINT32_C(8) /* text that the host never prints or logs */

#define BOOT_HOST_SETTING_REQUIRED UINT32_C(0x1) /* refused when absent */
#define BOOT_HOST_SETTING_TEMPLATE UINT32_C(0x2) /* may hold ${fact}; see host->expand */
/* The name ends in ".*": any key with that prefix is taken, such as label.* for label.rescue. */
#define BOOT_HOST_SETTING_FAMILY UINT32_C(0x4)

struct boot_host_setting {
    const char *name;          /* lower-case words joined by "-" */
    uint32_t type;             /* BOOT_HOST_TEXT ...; unknown: text */
    uint32_t flags;            /* BOOT_HOST_SETTING_... */
    const char *default_value; /* as written in the config file; NULL: none */
    const char *help;          /* one line, no full stop */
};
BOOT_HOST_ASSERT_NO_TAIL(boot_host_setting, help);

/* ---- Stages: at which point of its boot the client asks. ------------------------------------- */

#define BOOT_HOST_STAGE_DISCOVER       UINT32_C(1) /* DHCPDISCOVER on port 67 */
#define BOOT_HOST_STAGE_BOOT_SERVER    UINT32_C(2) /* DHCPREQUEST on port 4011 */
#define BOOT_HOST_STAGE_FILE           UINT32_C(3) /* a file is asked for: the content door */
#define BOOT_HOST_STAGE_HTTP           UINT32_C(4) /* UEFI HTTP Boot; reserved */
#define BOOT_HOST_STAGE_DHCPV6_SOLICIT UINT32_C(5) /* reserved */
#define BOOT_HOST_STAGE_DHCPV6_REQUEST UINT32_C(6) /* reserved */

/* ---- Option spaces. -------------------------------------------------------------------------- */

#define BOOT_HOST_SPACE_DHCP4  UINT32_C(1) /* RFC 2132 options; split ones joined by RFC 3396 */
#define BOOT_HOST_SPACE_PXE    UINT32_C(2) /* sub-options of option 43, PXE 2.1 table 2-1 */
#define BOOT_HOST_SPACE_RELAY  UINT32_C(3) /* sub-options of option 82, RFC 3046 */
#define BOOT_HOST_SPACE_WDS    UINT32_C(4) /* items inside option 250 of Windows loaders */
#define BOOT_HOST_SPACE_DHCP6  UINT32_C(5) /* RFC 8415 options; reserved */
#define BOOT_HOST_SPACE_VENDOR UINT32_C(6) /* DHCPv6 vendor options; reserved */

/* ---- Fields of a request, as text. Absent: NULL. --------------------------------------------- */

#define BOOT_HOST_REQUEST_MAC          UINT32_C(1) /* "52:54:00:12:34:56", lower case */
#define BOOT_HOST_REQUEST_UUID         UINT32_C(2) /* option 97 read as SMBIOS prints it */
#define BOOT_HOST_REQUEST_UUID_SWAPPED UINT32_C(3) /* the same bytes in the other order */
#define BOOT_HOST_REQUEST_CLIENT_ID    UINT32_C(4) /* option 61 in hexadecimal */
#define BOOT_HOST_REQUEST_ARCHITECTURE UINT32_C(5) /* first name, such as "x64-uefi" */
#define BOOT_HOST_REQUEST_LOADER       UINT32_C(6) /* "firmware", "ipxe", "grub", "wdsnbp" */
#define BOOT_HOST_REQUEST_VENDOR_CLASS UINT32_C(7) /* option 60, unprintable bytes as '?' */
#define BOOT_HOST_REQUEST_USER_CLASS   UINT32_C(8) /* option 77, unprintable bytes as '?' */
#define BOOT_HOST_REQUEST_INTERFACE    UINT32_C(9) /* the link it arrived on, such as "eth0" */
#define BOOT_HOST_REQUEST_NETWORK                                                                  \
    UINT32_C(10)                                 /* the address that tells the client's network:
                                                       relay, else its own, else our link's */
#define BOOT_HOST_REQUEST_SOURCE    UINT32_C(11) /* the packet's source address */
#define BOOT_HOST_REQUEST_CLIENT    UINT32_C(12) /* the client's own address, if it has one */
#define BOOT_HOST_REQUEST_RELAY     UINT32_C(13) /* the relay's address */
#define BOOT_HOST_REQUEST_SERVER    UINT32_C(14) /* our address as this client sees it */
#define BOOT_HOST_REQUEST_FAMILY    UINT32_C(15) /* "ipv4" or "ipv6" */
#define BOOT_HOST_REQUEST_TRANSPORT UINT32_C(16) /* "dhcp", "tftp" or "http" */
#define BOOT_HOST_REQUEST_FILE                                                                     \
    UINT32_C(17)                                 /* the canonical name asked for, without a leading
                                                       "/"; stages FILE and HTTP */
#define BOOT_HOST_REQUEST_HOST_NAME UINT32_C(18) /* option 12 */
#define BOOT_HOST_REQUEST_STAGE     UINT32_C(19) /* "discover", "boot-server", "file" ... */

/* ---- Fields of a request, as numbers. Absent: -ENOENT. --------------------------------------- */

#define BOOT_HOST_REQUEST_STAGE_NUMBER      UINT32_C(1) /* BOOT_HOST_STAGE_... */
#define BOOT_HOST_REQUEST_ARCHITECTURE_CODE UINT32_C(2) /* IANA processor architecture, first one */
#define BOOT_HOST_REQUEST_SECONDS           UINT32_C(3) /* secs: how long the client has tried */
#define BOOT_HOST_REQUEST_MESSAGE_SIZE      UINT32_C(4) /* bytes of UDP payload it takes */
#define BOOT_HOST_REQUEST_BOOT_ITEM         UINT32_C(5) /* 43.71 type: the menu entry it chose */
#define BOOT_HOST_REQUEST_BOOT_LAYER        UINT32_C(6) /* 43.71 layer */
#define BOOT_HOST_REQUEST_ATTEMPT                                                                  \
    UINT32_C(7) /* 1 for a first DISCOVER, then how often it came
                                                           back without having fetched anything */

/* ---- Fields of a reply. ---------------------------------------------------------------------- */

#define BOOT_HOST_REPLY_BOOT_FILE   UINT32_C(1) /* the NBP's name for TFTP, or a URL */
#define BOOT_HOST_REPLY_SERVER      UINT32_C(2) /* address that serves it; unset: this host */
#define BOOT_HOST_REPLY_SERVER_NAME UINT32_C(3) /* sname; unset: our address */
#define BOOT_HOST_REPLY_REASON      UINT32_C(4) /* why this verdict; goes into the trace */
#define BOOT_HOST_REPLY_NOTE        UINT32_C(5) /* a remark for the trace; may be set many times */
#define BOOT_HOST_REPLY_MESSAGE     UINT32_C(6) /* what the client's user may read; HOLD */
#define BOOT_HOST_REPLY_SHAPE       UINT32_C(7) /* "auto", "direct" or "boot-server" */

#define BOOT_HOST_REPLY_POLL_SECONDS UINT32_C(1) /* HOLD: ask again after, 1 to 3600; default 10 */

/* A boot menu in option 43, for firmware that shows one itself. */
#define BOOT_HOST_MENU_WAIT UINT32_C(255) /* show the menu and wait for a choice */
#define BOOT_HOST_MENU_ONCE UINT32_C(0)   /* take the first entry at once */

struct boot_host_menu {
    uint32_t size;            /* sizeof (struct boot_host_menu) */
    uint32_t timeout_seconds; /* 0 to 254: then the first entry; or BOOT_HOST_MENU_WAIT */
    const char *prompt;       /* shown while waiting; not empty */
};
BOOT_HOST_ASSERT_NO_TAIL(boot_host_menu, prompt);

#define BOOT_HOST_ITEM_LOCAL UINT32_C(0) /* boot server type 0: leave PXE, boot the next device */

struct boot_host_menu_item {
    uint32_t size; /* sizeof (struct boot_host_menu_item) */
    uint32_t
        type; /* BOOT_HOST_ITEM_LOCAL, or 1 to 65534: comes back as BOOT_HOST_REQUEST_BOOT_ITEM */
    const char *text;   /* 1 to 255 bytes, what the user reads */
    const char *server; /* address of the boot server for it; NULL: this host */
};
BOOT_HOST_ASSERT_NO_TAIL(boot_host_menu_item, server);

/* ---- Content that is produced on demand. ----------------------------------------------------- */

/* The host calls read with rising offsets, one call at a time, on a thread that may block, and
 * close exactly once, whatever happens. `user` is the provider's own. */
struct boot_host_reader {
    uint32_t size;     /* sizeof (struct boot_host_reader) */
    uint32_t reserved; /* 0 */
    int64_t length;    /* bytes in all, or -1: known when read returns 0 */
    void *user;
    /* Fills up to `size` bytes from `offset` on; returns how many, 0 at the end, negative errno. */
    int64_t (*read)(void *user, uint64_t offset, void *buffer, uint64_t size);
    void (*close)(void *user);
    const void *reserved_end; /* NULL; keeps 32-bit machines free of tail padding */
};
BOOT_HOST_ASSERT_NO_TAIL(boot_host_reader, reserved_end);

/* ---- Events: what happened after the decision. ----------------------------------------------- */

#define BOOT_HOST_EVENT_ANSWERED        UINT32_C(1) /* the reply was sent; name: the boot file */
#define BOOT_HOST_EVENT_TRANSFER_DONE   UINT32_C(2) /* name: the file; value: its bytes */
#define BOOT_HOST_EVENT_TRANSFER_FAILED UINT32_C(3) /* name: the file; detail: why */

struct boot_host_event {
    uint32_t size; /* sizeof (struct boot_host_event) as the host knows it */
    uint32_t kind; /* BOOT_HOST_EVENT_...; ignore what you do not know */
    int64_t value;
    const char *name;   /* lent for the call */
    const char *detail; /* lent for the call; may be NULL */
};
BOOT_HOST_ASSERT_NO_TAIL(boot_host_event, detail);

/* ---- Log levels, as in syslog. --------------------------------------------------------------- */

#define BOOT_HOST_LOG_ERROR   UINT32_C(3)
#define BOOT_HOST_LOG_WARNING UINT32_C(4)
#define BOOT_HOST_LOG_INFO    UINT32_C(6)
#define BOOT_HOST_LOG_DEBUG   UINT32_C(7)

#ifdef __cplusplus
}
#endif

#endif
