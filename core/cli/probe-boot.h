/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One boot of a probe, from DISCOVER to checksum.
 */
#pragma once

#include "codec/client-packet.h"
#include "cli/probe-dhcp.h"
#include "cli/probe-link.h"
#include "cli/probe-report.h"

struct probe {
    struct client_packet packet;
    char mac[IDENTITY_MAC_TEXT_SIZE];
    struct probe_link link;
    int64_t timeout_us;        /* to wait for each answer */
    const char *expect_file;   /* whose bytes the boot file must have; NULL: any */
    const char *expect_sha256; /* NULL: any */
    struct probe_report report;

    struct probe_answer *answer; /* the last one */
    struct address server;       /* who answers: option 54, or as given; no address: any */
    char *file;                  /* to fetch; NULL: none yet */
    struct address source;       /* where to fetch it */
};

/* Takes the steps, reports each, and ends the report. */
void probe_boot(struct probe *probe, gboolean with_discover);
