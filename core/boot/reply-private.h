/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a reply is made of, for core/boot/reply*.c alone.
 */
#pragma once

#include <glib.h>

#include "boot/reply.h"
#include "boot/sheet.h"

#define FIELD_COUNT (BOOT_HOST_REPLY_SHAPE + 1)

/* Of the sheet's records. */
enum record_kind {
    RECORD_NOTE,   /* value */
    RECORD_OPTION, /* space, code; value */
    RECORD_FACT,   /* name, value */
    RECORD_ITEM,   /* code: its type; name: its text; value: its server */
};

struct reply {
    gatomicrefcount refs;
    uint32_t items_left_out;
    int64_t poll_seconds; /* 0: not set */
    bool has_menu;
    struct boot_host_menu menu; /* its prompt lies on the sheet */
    sheet_ref prompt;
    sheet_ref fields[FIELD_COUNT];
    struct sheet sheet;
};

/* Where the wire wants one line. */
bool reply_has_control_bytes(const char *text);
void reply_remove_option(struct reply *reply, uint32_t space, uint32_t code);
