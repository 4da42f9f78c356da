/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The menu as a script of a loader.
 */
#pragma once

#include "items.h"
#include "text.h"

/* How the menu looks, in every form. */
struct look {
    const char *title;  /* its facts not filled in */
    int64_t timeout_us; /* 0: no menu, the default entry at once; negative: wait */
};

void script_ipxe(const struct items *items, const struct look *look,
                 const struct item_client *client, struct text *script);
void script_grub(const struct items *items, const struct look *look,
                 const struct item_client *client, struct text *script);
