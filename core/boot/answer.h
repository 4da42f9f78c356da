/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: request and decision to reply packet. Every rule and quirk of firmware is in boot/quirks.c
 * and here, and nowhere else; the trace names the quirks that fired.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/limits.h"

struct pxe_mtftp;
struct reply;
struct request;
struct trace;

/* Under this name, the answer itself adds a line to the trace when it says less than the verdict
 * asked for. No provider can have it. */
#define ANSWER_STEP "(answer)"

enum answer_shape {
    ANSWER_AUTO,        /* direct; alternates when a client comes back empty-handed */
    ANSWER_DIRECT,      /* OFFER names the file, 43.6 = 8: no exchange on 4011 */
    ANSWER_BOOT_SERVER, /* OFFER without option 43; the file comes on 4011 */
};

bool answer_shape_parse(const char *text, enum answer_shape *ret_shape);

struct answer_policy {
    enum answer_shape shape; /* of the server; a provider's reply may name another */
    const char
        *abort_file[3]; /* BIOS, IA32, x64: what ABORT sends; NULL: an option 43 local boot */
    /* Whether a boot file that we serve is sent to a group, and where (PXE's MTFTP). Must not block.
     * NULL: none is. */
    bool (*find_mtftp)(void *user, const char *boot_file, struct pxe_mtftp *ret_mtftp);
    void *mtftp_user;
};

struct answer {
    size_t size;
    uint8_t packet[LIMIT_REPLY_MAX];
};

/* Builds the packet for a decision. Returns 0; -ENOMSG when silence is the answer; -EMSGSIZE when
 * it cannot fit, -EINVAL when the reply makes no sense, with a note in the trace. The trace gets
 * shape, boot file, server and quirks. Unless it is 0, the size in `ret_answer` is untouched, and
 * its packet holds nothing of use. */
int answer_make(const struct request *request, const struct reply *reply, int32_t verdict,
                const struct answer_policy *policy, struct trace *trace, struct answer *ret_answer);
