/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which requests an instance is asked about: the match-* keys of its group, judged once and then
 * compared with each request. Without any of them it is asked about all.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "provider/instance-config.h"

struct request;
struct match;

/* Appends what is wrong (an unknown architecture, a network that is none) to `problems` as fatal.
 * `config` is lent for as long as the match lives. */
struct match *match_new(const struct instance_config *config, GPtrArray *problems);
void match_free(struct match *match);

/* NULL when the instance is to be asked about this request, else the key that keeps it out, such as
 * "match-network". Static text. Any thread. */
const char *match_refuse(const struct match *match, const struct request *request);

/* A network as people write it: "10.0.0.0/24", "fd00::/8", or a single address. */
struct match_network {
    unsigned char family; /* 4 or 6 */
    unsigned char bytes[16];
    unsigned bits;
};
bool match_parse_network(const char *text, struct match_network *ret_network);
bool match_network_holds(const struct match_network *network, const char *address);
