/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Between the kernel's socket addresses and ours.
 */
#include "net/sockaddr.h"

#include <arpa/inet.h>
#include <string.h>

socklen_t sockaddr_from_address(const struct address *address, union sockaddr_any *ret_sockaddr) {
    memset(ret_sockaddr, 0, sizeof(*ret_sockaddr));
    if (address->family == 4) {
        ret_sockaddr->v4.sin_family = AF_INET;
        ret_sockaddr->v4.sin_port = htons(address->port);
        memcpy(&ret_sockaddr->v4.sin_addr, address->bytes, 4);
        return sizeof(ret_sockaddr->v4);
    }
    if (address->family == 6) {
        ret_sockaddr->v6.sin6_family = AF_INET6;
        ret_sockaddr->v6.sin6_port = htons(address->port);
        ret_sockaddr->v6.sin6_scope_id = address->scope;
        memcpy(&ret_sockaddr->v6.sin6_addr, address->bytes, 16);
        return sizeof(ret_sockaddr->v6);
    }
    return 0;
}

static struct address address_from_v6(const struct sockaddr_in6 *v6) {
    uint16_t port = ntohs(v6->sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
        return address_from_ipv4(v6->sin6_addr.s6_addr + 12, port);
    struct address address = {.family = 6, .port = port, .scope = v6->sin6_scope_id};
    memcpy(address.bytes, &v6->sin6_addr, 16);
    return address;
}

struct address sockaddr_to_address(const struct sockaddr *sockaddr) {
    /* Copied, since a caller's buffer need not be aligned for the family's own struct. */
    if (sockaddr->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, sockaddr, sizeof(v4));
        return address_from_ipv4((const uint8_t *) &v4.sin_addr, ntohs(v4.sin_port));
    }
    if (sockaddr->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, sockaddr, sizeof(v6));
        return address_from_v6(&v6);
    }
    return (struct address){0};
}

bool sockaddr_same_network(const struct address *a, const struct address *b, unsigned prefix) {
    unsigned bits = a->family == 4 ? 32 : 128;
    if (a->family == 0 || a->family != b->family || prefix > bits)
        return false;
    unsigned whole = prefix / 8;
    if (memcmp(a->bytes, b->bytes, whole) != 0)
        return false;
    if (prefix % 8 == 0)
        return true;
    uint8_t mask = (uint8_t) (0xff << (8 - prefix % 8));
    return ((a->bytes[whole] ^ b->bytes[whole]) & mask) == 0;
}
