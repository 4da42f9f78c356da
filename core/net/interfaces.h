/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The links that we serve: a snapshot of the kernel's interfaces, filtered by the configuration,
 * and the question "which address of ours does this client see?".
 *
 * A snapshot never changes and may be used from any thread. Changes come as a new snapshot: watch
 * for them with interfaces_watch_new() and read again.
 */
#pragma once

#include "base/address.h"

#include <glib.h>
#include <net/if.h>

#define INTERFACES_ERROR (interfaces_error_quark())
GQuark interfaces_error_quark(void);

enum interfaces_error {
    INTERFACES_ERROR_UNKNOWN, /* a configured name is no interface of this machine */
    INTERFACES_ERROR_FAILED,  /* the kernel's list cannot be read */
};

#define INTERFACE_ADDRESSES_MAX 16 /* addresses of one interface we look at */

struct interface_address {
    struct address address; /* port 0 */
    unsigned prefix;        /* bits of the network */
};

struct interface {
    unsigned index; /* the kernel's; never 0 */
    char name[IF_NAMESIZE];
    uint8_t mac[6]; /* all zero where the link has none */
    unsigned mtu;   /* bytes of an IP packet; 0 when unknown */
    gboolean up;    /* administratively up and with a carrier */
    gboolean loopback;
    unsigned n_addresses; /* IPv4 for now */
    struct interface_address addresses[INTERFACE_ADDRESSES_MAX];
};

struct interfaces; /* ref-counted snapshot */

/* Reads the kernel's list. `names` is NULL-terminated; NULL, empty or the one word "auto" is every
 * interface that is up, has an address and is no loopback. A listed interface is served whatever
 * its state, so that one without a carrier yet is served once it has one. */
struct interfaces *interfaces_read(const char *const *names, GError **error);
/* A made-up snapshot for tests and simulation; copies the array. */
struct interfaces *interfaces_new(const struct interface *list, unsigned count);
struct interfaces *interfaces_ref(struct interfaces *interfaces);
void interfaces_unref(struct interfaces *interfaces);

unsigned interfaces_count(const struct interfaces *interfaces);
const struct interface *interfaces_get(const struct interfaces *interfaces, unsigned position);

/* By the kernel's index or by name; NULL when it is not one we serve. */
const struct interface *interfaces_find(const struct interfaces *interfaces, unsigned index);
const struct interface *interfaces_find_name(const struct interfaces *interfaces, const char *name);

/* The interface one of whose networks `peer` is in; NULL when none of ours. */
const struct interface *interfaces_find_network(const struct interfaces *interfaces,
                                                const struct address *peer);

/* Our address as a client sees it that came in on interface `index`: the one in the network of
 * `peer` (its own address, or its relay's; may be NULL), else the interface's first. FALSE when the
 * interface is not ours or has no address. */
gboolean interfaces_server_address(const struct interfaces *interfaces, unsigned index,
                                   const struct address *peer, struct address *ret_address);

/* The directed broadcast address of the network of `address`, our own on `interface`. */
struct address interface_broadcast(const struct interface *interface,
                                   const struct address *address);

/* A source that calls `changed` (a GSourceFunc, set with g_source_set_callback) soon after links or
 * addresses change; bursts are joined into one call. NULL with an error where netlink is denied:
 * then read again by the clock. */
GSource *interfaces_watch_new(GError **error);
