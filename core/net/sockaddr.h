/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Between the kernel's socket addresses and ours, and the arithmetic of networks. Any thread.
 */
#pragma once

#include "base/address.h"

#include <netinet/in.h>
#include <sys/socket.h>

union sockaddr_any {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Returns the length that socket calls want; 0 for "no address", which leaves `ret_sockaddr`
 * all zero. */
socklen_t sockaddr_from_address(const struct address *address, union sockaddr_any *ret_sockaddr);

/* "No address" for families other than IPv4 and IPv6. IPv4 mapped into IPv6 becomes IPv4. */
struct address sockaddr_to_address(const struct sockaddr *sockaddr);

/* Whether both lie in one network of `prefix` bits. Different families never do. */
bool sockaddr_same_network(const struct address *a, const struct address *b, unsigned prefix);
