/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What became of each datagram.
 */
#include "daemon/tally.h"

/* Too many requests wait for providers: of everybody, of this client, of this source. */
static const char *quota_reason(enum quota_status status) {
    static const char *const names[QUOTA_STATUS_COUNT] = {
        [QUOTA_OK] = "ok",
        [QUOTA_TOTAL] = "limit-parked",
        [QUOTA_CLIENT] = "limit-parked-client",
        [QUOTA_SOURCE] = "limit-parked-source",
    };
    return names[status];
}

const char *tally_name(unsigned reason) {
    static const char *const names[TALLY_PARSE] = {
        [TALLY_RECEIVED] = "received",
        [TALLY_ANSWERED] = "answered",
        [TALLY_SILENT] = "silent",
        [TALLY_ANSWER_FAILED] = "answer-failed",
        [TALLY_SEND_FAILED] = "send-failed",
        [TALLY_SHED_WAITED] = "shed-waited",
        [TALLY_DROPPED] = "dropped-by-kernel",
        [TALLY_OTHER_INTERFACE] = "other-interface",
        [TALLY_NO_SERVER_ADDRESS] = "no-server-address",
    };
    if (reason < TALLY_PARSE)
        return names[reason];
    if (reason < TALLY_REQUEST)
        return dhcp_status_name((enum dhcp_status)(reason - TALLY_PARSE));
    if (reason < TALLY_QUOTA)
        return request_status_name((enum request_status)(reason - TALLY_REQUEST));
    return quota_reason((enum quota_status)(reason - TALLY_QUOTA));
}

GVariant *tally_to_variant(const struct tally *tally) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{st}"));
    for (unsigned reason = 0; reason < TALLY_COUNT; reason++)
        if (tally->counts[reason] > 0)
            g_variant_builder_add(&builder, "{st}", tally_name(reason), tally->counts[reason]);
    return g_variant_builder_end(&builder);
}
