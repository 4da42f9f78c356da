/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a request is made of, for core/boot/request*.c alone.
 *
 * A working request is one piece of memory: this struct, its reading and the packet. Text is made
 * when it is first asked for, since hardly any of it ever is. A lean one is this struct and the
 * packet's essence, folded; it reads the packet anew for every text, which only people ask it for.
 */
#pragma once

#include <glib.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "boot/client-key.h"
#include "boot/request.h"
#include "codec/pxe.h"

/* The contract's texts, and those of two numbers that are facts. */
enum {
    TEXT_ARCHITECTURE_CODE = BOOT_HOST_REQUEST_STAGE + 1,
    TEXT_ATTEMPT,
    TEXT_COUNT,
};

#define NUMBER_COUNT   (BOOT_HOST_REQUEST_ATTEMPT + 1)
#define INTERFACE_SIZE 16  /* bytes of a link's name with its NUL, as the kernel's IF_NAMESIZE */
#define TEXT_ROOM      256 /* bytes: MAC, UUID in both orders and all addresses fit */
#define FOLDED_MAX     (DHCP_HEADER_SIZE + LIMIT_REQUEST_KEPT)

/* A text that found no room in the request. */
struct piece {
    struct piece *next;
    uint32_t field;
    char text[];
};

/* Stands in for a text that is not there, where NULL means: not asked for yet. */
extern const char request_absent[];

/* What has been taken out of the packet, or was told by another process. */
struct known {
    struct address network; /* that tells the client's network */
    struct client_key key;
    bool has_key;
    bool is_http;
    uint8_t architecture_count;
    uint8_t number_mask; /* a bit for each number that is there */
    uint16_t architectures[PXE_ARCHITECTURES_MAX];
    uint32_t numbers[NUMBER_COUNT];
    const char *loader; /* static; NULL: nobody knows */
};

struct reading {
    struct dhcp_view view; /* into `bytes` */
    struct pxe_client pxe; /* into `view` and `bytes` */
    struct known known;
    _Atomic(const char *) texts[TEXT_COUNT];
    uint32_t room_used;
    char room[TEXT_ROOM];
    size_t capacity; /* of `bytes` */
    uint8_t bytes[];
};

struct request {
    gatomicrefcount refs;
    uint32_t stage;
    struct request_origin origin; /* interface_name is `interface`, or NULL */
    char interface[INTERFACE_SIZE];
    bool has_packet;         /* that options may be asked of */
    bool is_folded;          /* `bytes` hold no sname and file */
    uint32_t size;           /* of `bytes`; 0: it comes from no packet */
    uint8_t *bytes;          /* behind this struct, or behind the reading */
    struct trace *decision;  /* the client's last one; only in the content door */
    GMutex lock;             /* over the making of texts: a provider's thread may ask for one */
    struct piece *pieces;    /* under the lock; texts live as long as the request */
    struct reading *reading; /* NULL: lean */
};

G_STATIC_ASSERT(NUMBER_COUNT <= 8);

/* A text of the request's own, copied. Under the lock, or before anybody else knows the request. */
const char *request_keep_text(struct request *request, uint32_t field, const char *text);

/* Sets a text for good; NULL: it is not there. Before anybody else knows the request. */
void request_set_text(struct request *request, uint32_t field, const char *text);

/* The client's architecture number `index`, best first; NULL behind the last. */
const char *request_known_architecture(const struct known *known, uint32_t index);

/* Makes those that nearly everybody asks for. Before anybody else knows the request. */
void request_make_texts(struct request *request);

/* Whose packet is it, going by the packet and the port it came to? */
enum request_status request_classify(const struct request *request,
                                     const struct request_origin *origin);

/* Takes out of a packet what is asked for often. */
void request_learn(const struct request *request, const struct dhcp_view *view,
                   const struct pxe_client *pxe, struct known *known);
void request_set_number(struct known *known, uint32_t field, uint32_t value);

/* A packet without what no text comes from. */
struct folded {
    bool is_folded; /* sname and file are left out */
    uint32_t size;
    uint8_t bytes[FOLDED_MAX];
};

/* Size 0: the request comes from no packet. */
void request_fold(const struct request *request, struct folded *ret_folded);

/* The whole datagram again, into `ret_bytes` of FOLDED_MAX bytes; returns its size. */
size_t request_unfold(const uint8_t *folded, size_t size, bool is_folded, uint8_t *ret_bytes);

/* A lean request's reading, on the stack of whoever asks. */
struct thawed {
    bool has_view; /* and `pxe` */
    struct dhcp_view view;
    struct pxe_client pxe;
    struct known known;
    uint8_t bytes[FOLDED_MAX];
};
void request_thaw(const struct request *request, struct thawed *ret_thawed);

/* Of a working request its own, of a lean one what is thawed in `room`. */
const struct known *request_known(const struct request *request, struct thawed *room);
