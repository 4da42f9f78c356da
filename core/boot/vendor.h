/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: option 43 of an answer, put together from the reply's menu and sub-options and from what
 * the shape of the answer needs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/pxe.h"

struct reply;

#define VENDOR_PROMPT_MAX 64 /* bytes; leaves most of the 255 to the menu's entries */

/* What the answer wants inside. */
struct vendor_wish {
    const struct reply *reply;     /* its sub-options, and with `menu` its menu; NULL: neither */
    bool menu;                     /* 43.6, 8, 9, 10 from the reply's menu */
    bool local_boot;               /* a menu whose only entry leaves PXE, taken at once */
    bool raspberry_pi;             /* the strings its boot ROM looks for */
    bool direct;                   /* 43.6 = 8 */
    uint32_t own_address;          /* of entries that name no server; host byte order */
    const struct pxe_mtftp *mtftp; /* 43.1 to 43.5; NULL: none */
    bool has_boot_item;
    struct pxe_boot_item boot_item; /* 43.71, echoed */
};

/* Writes the value of option 43, its END included. Size 0: there is nothing to say. False: it does
 * not fit; then both outputs hold nothing of use. */
bool vendor_encode(const struct vendor_wish *wish, uint8_t ret_value[PXE_VENDOR_MAX],
                   size_t *ret_size);

/* Would the menu as it stands fit one option 43, together with an echoed boot item? */
bool vendor_menu_fits(const struct reply *reply);
