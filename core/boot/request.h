/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One client request: ref-counted, and immutable once it is placed.
 *
 * A packet becomes a request in two steps: request_read() parses it, which needs nothing but its
 * bytes, and request_place() adds what the daemon knows of it. After that any thread may read it and
 * hold it. Text that the contract lends (BOOT_HOST_REQUEST_...) is made when it is first asked for,
 * and then stays.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <boothost/types.h>

#include "base/address.h"
#include "codec/dhcp.h"

struct client_key;
struct pxe_client;
struct request;
struct trace;

/* What the daemon knows of a packet that the packet itself does not say. */
struct request_origin {
    struct address source;      /* where it came from, with the port */
    struct address server;      /* our address as this client sees it */
    const char *interface_name; /* the link it arrived on */
    uint32_t interface_index;   /* its kernel index */
    uint16_t port;              /* the port it came to: 67 or 4011 */
    uint32_t attempt;           /* session: 1, then how often it came back empty-handed */
};

/* "discover", "boot-server" or "file", of BOOT_HOST_STAGE_.... Static text. */
const char *request_stage_name(uint32_t stage);

/* Why a well-formed DHCP packet is none of our business; each is a counter of its own. */
enum request_status {
    REQUEST_OK,
    REQUEST_MALFORMED,       /* see enum dhcp_status */
    REQUEST_NOT_BOOTREQUEST, /* op is not 1 */
    REQUEST_NOT_PXE,         /* option 60 is neither PXEClient nor HTTPClient: an ordinary host */
    REQUEST_NOT_DISCOVER,    /* on 67, anything but a DISCOVER belongs to the DHCP server */
    REQUEST_NOT_REQUEST,     /* on 4011, neither REQUEST nor INFORM */
    REQUEST_OTHER_SERVER,    /* option 54 names another server */
    REQUEST_CREDENTIALS, /* boot layer bit 15: BIS, which we do not speak; silence is the rule */
    REQUEST_NO_IDENTITY, /* neither a MAC nor a UUID to know the client by */
    REQUEST_STATUS_COUNT,
};

/* Kebab-case and stable, such as "other-server"; "unknown" beyond the enum. */
const char *request_status_name(enum request_status status);

/* First step: copies and parses a packet. `*slot` is NULL or an earlier request of the same slot; its
 * memory is used again unless somebody else still holds it, so that a slot which sees many packets
 * costs no memory for most of them. Whatever the result, the slot's owner unreferences it at the
 * end. Only with DHCP_OK may the request be placed. */
enum dhcp_status request_read(struct request **slot, const void *datagram, size_t size);

/* Second step: is the packet ours to answer? With REQUEST_OK the request is complete. Comes before a
 * session is made, so that an ordinary host never costs us memory. The name of the link is
 * copied. */
enum request_status request_place(struct request *request, const struct request_origin *origin);

/* `attempt` of the origin, where it comes to be known later than the rest: right after
 * request_place(), before anybody else knows the request. */
void request_set_attempt(struct request *request, uint32_t attempt);

/* Both steps at once. On any status but REQUEST_OK, nothing is returned. Free with
 * request_unref. */
enum request_status request_new(const void *datagram, size_t size,
                                const struct request_origin *origin, struct request **ret_request);

/* A request for the content door: who asks for the file `name` (canonical, see tftp/path).
 * `last` is the client's last boot request and gives identity and architecture, and with `trace`
 * the facts of the last decision; both may be NULL when the client is not known. Never fails. */
struct request *request_new_file(struct request *last, const struct trace *trace,
                                 const struct request_origin *origin, const char *name);

/* What a request without a packet is made of, for a provider in another process. All lent. */
struct request_fields {
    uint32_t stage;
    const struct request_origin *origin;
    const char *texts[BOOT_HOST_REQUEST_STAGE + 1]; /* by BOOT_HOST_REQUEST_...; NULL: absent */
    bool has_number[BOOT_HOST_REQUEST_ATTEMPT + 1];
    int64_t numbers[BOOT_HOST_REQUEST_ATTEMPT + 1];
    const char **architectures; /* names, best first, ends in NULL; NULL: none */
    struct trace *decision;     /* NULL: none */
};
struct request *request_new_fields(const struct request_fields *fields);

/* A lean copy for keeping long, some 400 bytes: text, numbers and identity, without packet and
 * options. Reading its text is slow. */
struct request *request_new_memory(const struct request *request);

struct request *request_ref(struct request *request);
void request_unref(struct request *request);

/* The contract's view; see boothost/types.h. Valid as long as the request. Any thread. */
const char *request_text(const struct request *request, uint32_t field);
int32_t request_number(const struct request *request, uint32_t field, int64_t *ret_value);
int32_t request_is(const struct request *request, const char *architecture);
const char *request_architecture(const struct request *request, uint32_t index);
int32_t request_option(const struct request *request, uint32_t space, uint32_t code,
                       struct boot_host_span *ret_value);
struct boot_host_span request_packet(const struct request *request);
/* A fact of the request (mac, uuid, architecture ...) or, in the content door, of the last
 * decision; NULL: unknown. */
const char *request_fact(const struct request *request, const char *name);
/* The names of all facts a request may have, in the order of the manual; NULL behind the last. */
const char *request_fact_name(uint32_t index);
/* The request's own fact of that index; NULL: this request does not have it. */
const char *request_fact_at(const struct request *request, uint32_t index);

/* The core's view. */
const char *request_number_text(const struct request *request, uint32_t field); /* of a fact */
struct trace *request_get_decision(const struct request *request); /* NULL: not the content door */
const struct client_key *request_get_key(const struct request *request); /* NULL: nobody's */
const struct request_origin *request_get_origin(const struct request *request);
const struct dhcp_view *request_get_view(const struct request *request); /* NULL: no packet */
const struct pxe_client *request_get_pxe(const struct request *request); /* NULL: no packet */
size_t request_get_size(const struct request *request); /* bytes of memory, texts apart */
uint32_t request_get_stage(const struct request *request);
/* The client for people and logs: its MAC, else its UUID, else its address. */
const char *request_get_client(const struct request *request);
bool request_is_http(const struct request *request); /* HTTPClient rather than PXEClient */
