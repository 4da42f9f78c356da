/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Believes that it knows all kinds of events.
 */
#include "../../zoo/animal.h"

#include <stdlib.h>

static void event(void *instance, const struct boot_host_request *request,
                  const struct boot_host_event *event) {
    if (event->kind < BOOT_HOST_EVENT_ANSWERED || event->kind > BOOT_HOST_EVENT_TRANSFER_FAILED)
        abort();
}

static const struct boot_host_provider table = {
    ANIMAL("knows-all-events"),
    .open = animal_open,
    .decide = animal_pass,
    .event = event,
};

BOOT_HOST_PROVIDER(table);
