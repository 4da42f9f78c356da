/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which boot file is sent to which group by PXE's MTFTP: the answer on port 67 or 4011 tells it to
 * the client long before the file is asked for, and so both sides look here. An address is never
 * given to two files, since a client knows what it hears by the address alone.
 *
 * Reference counted; any thread.
 */
#pragma once

#include "codec/pxe.h"
#include "tftp/multicast-settings.h"

struct mtftp_directory;

/* NULL when the settings have no patterns for MTFTP. */
struct mtftp_directory *mtftp_directory_new(const struct multicast_settings *settings);
struct mtftp_directory *mtftp_directory_ref(struct mtftp_directory *directory);
void mtftp_directory_unref(struct mtftp_directory *directory);

/* Where the file goes; it gets an address now unless it has one. `boot_file` is spelled as in an
 * answer or a request. False: none of the patterns, or no address is left. The signature is that of
 * struct answer_policy. */
bool mtftp_directory_find(void *directory, const char *boot_file, struct pxe_mtftp *ret_mtftp);

uint16_t mtftp_directory_port(const struct mtftp_directory *directory);
