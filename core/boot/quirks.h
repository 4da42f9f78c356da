/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: every quirk of firmware that an answer heeds, one row each, in one table. boot/answer asks
 * the rows one by one, and the trace names those that fired.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "boot/plan.h"

struct dhcp_view;
struct pxe_client;

/* In the order in which an answer asks them, which is that of the trace. */
enum quirk {
    QUIRK_BROADCAST_FLAG,
    QUIRK_ANY_XID,
    QUIRK_MENU_LEFT_OUT,
    QUIRK_ALTERNATE_SHAPE,
    QUIRK_SOURCE_PORT,
    QUIRK_FILE_IN_HEADER,
    QUIRK_SERVER_TWICE,
    QUIRK_HTTP_CLIENT,
    QUIRK_UUID_ECHO,
    QUIRK_NO_VENDOR_OPTION,
    QUIRK_DIRECT_DOWNLOAD,
    QUIRK_RASPBERRY_PI,
    QUIRK_MENU_CONTROL,
    QUIRK_LOCAL_BOOT,
    QUIRK_BOOT_ITEM_ECHO,
    QUIRK_MTFTP,
    QUIRK_FILE_OPTION_NUL,
    QUIRK_WINDOWS_WAIT,
    QUIRK_RELAY_ECHO,
    QUIRK_END_THEN_ZEROS,
    QUIRK_PAD_TO_300,
    QUIRK_COUNT,
};

/* What a quirk may depend on. */
struct quirk_case {
    const struct request *request;
    const struct dhcp_view *view;
    const struct pxe_client *pxe;
    const struct plan *plan;
    size_t size; /* bytes of the answer so far */
};

struct quirk_row {
    const char *name;    /* kebab-case and stable: shown by the trace, explained by the manual */
    const char *applies; /* whom it is for */
    const char *source;  /* RFC, specification, firmware, measurement */
    const char *effect;  /* what it does, in one line */
    bool (*fires)(const struct quirk_case *facts);
};

/* The row of a quirk; also for listing them all, from 0 to QUIRK_COUNT - 1. Static. */
const struct quirk_row *quirk_get(enum quirk quirk);
bool quirk_fires(enum quirk quirk, const struct quirk_case *facts);
