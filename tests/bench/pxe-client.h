/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The made-up PXE clients of pxe-load: what client number n sends, and whether an answer is the
 * right one. Client n has the MAC 02:00 and then n in four bytes, and a UUID that ends in n; the
 * runner fills databases by the same rule. PURE: no socket, no heap.
 */
#pragma once

#include "codec/dhcp.h"

#define PXE_REQUEST_SIZE 548 /* bytes; the largest every relay forwards (RFC 2132 section 9.10) */

/* A request in which only the client's own fields are missing, so that making one costs the load
 * generator little beside sending it. */
struct pxe_template {
    uint8_t bytes[PXE_REQUEST_SIZE];
    size_t uuid_offset;
    uint8_t message_type; /* of the request: DHCP_MESSAGE_DISCOVER or DHCP_MESSAGE_REQUEST */
};

/* A DISCOVER as a relay forwards it, or the REQUEST a client sends to port 4011. `architecture` is
 * the code of option 93. */
void pxe_template_init(struct pxe_template *template, uint8_t message_type, uint16_t architecture);

/* What differs from one request to the next. */
struct pxe_exchange {
    uint32_t client; /* number of the client */
    uint32_t xid;
    uint32_t address; /* host byte order: giaddr of a DISCOVER, ciaddr of a REQUEST */
};

void pxe_template_fill(const struct pxe_template *template, const struct pxe_exchange *exchange,
                       uint8_t ret_request[PXE_REQUEST_SIZE]);

/* What may be wrong with an answer. */
enum pxe_fault {
    PXE_FAULT_NONE,
    PXE_FAULT_MALFORMED,   /* no DHCP reply */
    PXE_FAULT_XID,         /* no request with this xid is waiting */
    PXE_FAULT_SOURCE,      /* not from the server's address */
    PXE_FAULT_HARDWARE,    /* chaddr is another client's */
    PXE_FAULT_TYPE,        /* not OFFER to a DISCOVER, ACK to a REQUEST */
    PXE_FAULT_SERVER_ID,   /* option 54 */
    PXE_FAULT_NEXT_SERVER, /* a file is named, but siaddr is not the server */
    PXE_FAULT_CLASS,       /* option 60 is not "PXEClient" */
    PXE_FAULT_UUID,        /* option 97 is not the client's */
    PXE_FAULT_FILE,        /* another file than expected, or none in an ACK */
    PXE_FAULT_COUNT,
};

/* Kebab-case, such as "server-id". */
const char *pxe_fault_name(enum pxe_fault fault);

/* What an answer must be. */
struct pxe_expectation {
    const struct pxe_template *template;
    const char *const
        *files;      /* ends in NULL; an ACK must name one, an OFFER may leave it to 4011 */
    uint32_t server; /* host byte order */
};

/* Judges a parsed answer to `exchange`; the caller has found the exchange by xid. */
enum pxe_fault pxe_answer_check(const struct dhcp_view *answer, const struct pxe_exchange *exchange,
                                const struct pxe_expectation *expectation);

/* The boot file an answer names, in its field or in option 67; empty for none. */
struct span pxe_answer_file(const struct dhcp_view *answer);
