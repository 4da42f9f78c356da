/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One network address with its port, of either family, so that nothing above the sockets depends
 * on IPv4. It holds no pointer: copy it freely. Any thread.
 */
#pragma once

#include <glib.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

/* All zero is "no address" (family AF_UNSPEC). */
struct net_address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
};

/* Room for "[address%zone]:port" and its NUL. */
#define NET_ADDRESS_TEXT 80

/* From the four bytes of an IPv4 address in network order (giaddr, siaddr ...). `port` is in host
 * order, here and below. */
struct net_address net_address_v4(const uint8_t bytes[4], uint16_t port);

/* Reads "192.0.2.1" or "2001:db8::1", without a port. FALSE for anything else. */
gboolean net_address_parse(const char *text, uint16_t port, struct net_address *ret_address);

/* AF_INET, AF_INET6 or AF_UNSPEC. */
static inline int net_address_family(const struct net_address *address) {
    return address->any.sa_family;
}

uint16_t net_address_port(const struct net_address *address);
void net_address_set_port(struct net_address *address, uint16_t port);

/* The length that socket calls want; 0 for "no address". */
socklen_t net_address_length(const struct net_address *address);

/* The address' bytes in network order; `ret_size` is 4, 16 or 0. They live as long as `address`. */
const uint8_t *net_address_bytes(const struct net_address *address, size_t *ret_size);

/* TRUE for "no address", 0.0.0.0 and ::. */
gboolean net_address_is_any(const struct net_address *address);

/* The same host; ports are not looked at. */
gboolean net_address_same_host(const struct net_address *a, const struct net_address *b);

/* The same host and port. */
gboolean net_address_equal(const struct net_address *a, const struct net_address *b);

/* Whether both lie in one network of `prefix` bits. Different families never do. */
gboolean net_address_same_network(const struct net_address *a, const struct net_address *b,
                                  unsigned prefix);

/* Spreads hosts (without the port) and whole addresses over a hash table; `seed` keeps outsiders
 * from choosing collisions. */
uint32_t net_address_hash_host(const struct net_address *address, uint32_t seed);
uint32_t net_address_hash(const struct net_address *address, uint32_t seed);

/* "192.0.2.1" and "192.0.2.1:69", "2001:db8::1" and "[2001:db8::1]:69"; "-" for no address.
 * Both write to and return `ret_text`. */
const char *net_address_host_text(const struct net_address *address,
                                  char ret_text[NET_ADDRESS_TEXT]);
const char *net_address_text(const struct net_address *address, char ret_text[NET_ADDRESS_TEXT]);
