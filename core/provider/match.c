/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which requests an instance is asked about.
 */
#include "provider/match.h"

#include <string.h>

#include "base/address.h"
#include "base/log.h"
#include "base/text.h"
#include "boot/request.h"
#include "codec/architecture.h"
#include "provider/problem.h"

struct match {
    const struct instance_config *config;
    bool is_empty;
    GArray *networks; /* struct match_network */
};

/* ---- Networks -------------------------------------------------------------------------------- */

bool match_parse_network(const char *text, struct match_network *ret_network) {
    g_auto(GStrv) parts = g_strsplit(text, "/", 2);
    struct address address;
    if (parts[0] == NULL || !address_parse(parts[0], &address))
        return false;
    int64_t bits = address.family == 4 ? 32 : 128;
    if (parts[1] != NULL &&
        (!g_ascii_isdigit(parts[1][0]) || !text_parse_integer(parts[1], 0, bits, &bits)))
        return false;
    ret_network->family = address.family;
    ret_network->bits = (unsigned) bits;
    memcpy(ret_network->bytes, address.bytes, sizeof(ret_network->bytes));
    return true;
}

bool match_network_holds(const struct match_network *network, const char *text) {
    struct address address;
    if (!address_parse(text, &address) || address.family != network->family)
        return false;
    unsigned whole = network->bits / 8;
    if (memcmp(address.bytes, network->bytes, whole) != 0)
        return false;
    if (network->bits % 8 == 0)
        return true;
    unsigned char mask = (unsigned char) (0xff << (8 - network->bits % 8));
    return ((address.bytes[whole] ^ network->bytes[whole]) & mask) == 0;
}

/* ---- Judging the configuration --------------------------------------------------------------- */

static void complain(const struct instance_config *config, const char *key, const char *item,
                     const char *wanted, GPtrArray *problems) {
    g_autofree char *shown = log_quote(item, -1);
    g_ptr_array_add(problems, problem_new(TRUE, config->where, "[provider %s] %s: %s is not %s",
                                          config->name, key, shown, wanted));
}

static bool is_architecture(const char *name) {
    for (size_t i = 0; architecture_name_at(i) != NULL; i++) {
        if (strcmp(architecture_name_at(i), name) == 0)
            return true;
    }
    return false;
}

static void check_architectures(const struct instance_config *config, GPtrArray *problems) {
    for (gsize i = 0; config->match_architecture != NULL && config->match_architecture[i] != NULL;
         i++) {
        if (!is_architecture(config->match_architecture[i]))
            complain(config, "match-architecture", config->match_architecture[i],
                     "an architecture, such as x64-uefi or x86-bios", problems);
    }
}

static void read_networks(struct match *match, GPtrArray *problems) {
    const struct instance_config *config = match->config;
    for (gsize i = 0; config->match_network != NULL && config->match_network[i] != NULL; i++) {
        struct match_network network;
        if (match_parse_network(config->match_network[i], &network))
            g_array_append_val(match->networks, network);
        else
            complain(config, "match-network", config->match_network[i],
                     "a network, such as 10.0.0.0/24 or fd00::/8", problems);
    }
}

struct match *match_new(const struct instance_config *config, GPtrArray *problems) {
    struct match *match = g_new0(struct match, 1);
    match->config = config;
    match->networks = g_array_new(FALSE, FALSE, sizeof(struct match_network));
    match->is_empty = config->match_architecture == NULL && config->match_network == NULL &&
                      config->match_interface == NULL && config->match_vendor_class == NULL;
    check_architectures(config, problems);
    read_networks(match, problems);
    return match;
}

void match_free(struct match *match) {
    if (match == NULL)
        return;
    g_array_unref(match->networks);
    g_free(match);
}

/* ---- Comparing with a request ---------------------------------------------------------------- */

static bool takes_architecture(const struct match *match, const struct request *request) {
    const GStrv names = match->config->match_architecture;
    for (gsize i = 0; names[i] != NULL; i++) {
        if (request_is(request, names[i]) == 1)
            return true;
    }
    return false;
}

static bool takes_network(const struct match *match, const struct request *request) {
    const char *address = request_text(request, BOOT_HOST_REQUEST_NETWORK);
    for (guint i = 0; address != NULL && i < match->networks->len; i++) {
        if (match_network_holds(&g_array_index(match->networks, struct match_network, i), address))
            return true;
    }
    return false;
}

static bool takes_interface(const struct match *match, const struct request *request) {
    const char *interface = request_text(request, BOOT_HOST_REQUEST_INTERFACE);
    return interface != NULL &&
           g_strv_contains((const char *const *) match->config->match_interface, interface);
}

static bool takes_vendor_class(const struct match *match, const struct request *request) {
    const char *class = request_text(request, BOOT_HOST_REQUEST_VENDOR_CLASS);
    const GStrv prefixes = match->config->match_vendor_class;
    for (gsize i = 0; class != NULL && prefixes[i] != NULL; i++) {
        if (g_str_has_prefix(class, prefixes[i]))
            return true;
    }
    return false;
}

const char *match_refuse(const struct match *match, const struct request *request) {
    if (match->is_empty)
        return NULL;
    const struct instance_config *config = match->config;
    if (config->match_architecture != NULL && !takes_architecture(match, request))
        return "match-architecture";
    if (config->match_network != NULL && !takes_network(match, request))
        return "match-network";
    if (config->match_interface != NULL && !takes_interface(match, request))
        return "match-interface";
    if (config->match_vendor_class != NULL && !takes_vendor_class(match, request))
        return "match-vendor-class";
    return NULL;
}
