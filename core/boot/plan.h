/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: what to say, before any byte of it: the form of the answer, the file and who serves it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "boot/answer.h"
#include "codec/pxe.h"

enum plan_form {
    PLAN_DIRECT, /* an offer that names the file: no exchange on 4011 */
    PLAN_INVITE, /* an offer that invites the client to port 4011 */
    PLAN_FILE,   /* the file, on port 4011 */
    PLAN_MENU,   /* a boot menu in option 43 */
    PLAN_LOCAL,  /* leave PXE now, boot the next device */
    PLAN_WAIT,   /* ask again later: option 250 of Windows loaders */
    PLAN_HTTP,   /* an offer with a URL, for UEFI HTTP Boot */
};

struct plan {
    enum plan_form form;
    const char *boot_file; /* the reply's or the policy's; NULL: none */
    struct address server; /* who serves the file */
    struct address own;    /* our address as the client sees it */
    struct pxe_mtftp mtftp;
    bool has_mtftp; /* the file is also sent to a group, which this client could join */
    bool is_abort;
    bool is_alternate;     /* the other shape, since the first did not work */
    bool is_menu_left_out; /* a menu that this client cannot show */
};

/* Returns 0; -ENOMSG for silence; -EINVAL when the reply makes no sense. `*ret_why` is static text
 * that tells what stands in the way, or NULL when silence was the verdict. */
int plan_make(const struct request *request, const struct reply *reply, int32_t verdict,
              const struct answer_policy *policy, struct plan *ret_plan, const char **ret_why);

/* The class of firmware and the shape that works best for it: boot/shape.c's table. */
struct shape_choice {
    enum answer_shape shape; /* never ANSWER_AUTO */
    const char *firmware;    /* name of the class */
    bool is_alternate;
};

/* `is_here`: we serve the file ourselves, so that we would know had the client fetched it. */
struct shape_choice shape_choose(const struct request *request, bool is_here);

/* Firmware that is known by more than an option; for shapes and quirks. */
bool shape_is_raspberry_pi(const struct request *request);
bool shape_is_uefi(const struct request *request);
