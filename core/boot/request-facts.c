/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The facts of a request: what templates and later providers may name.
 */
#include "boot/request.h"

#include <stddef.h>
#include <string.h>

#include "boot/trace.h"

/* The one table of the request's facts; the manual's is tested against it. */
static const struct {
    const char *name;
    uint32_t text;   /* BOOT_HOST_REQUEST_..., or 0 */
    uint32_t number; /* the same of the numbers */
} facts[] = {
    {"mac", BOOT_HOST_REQUEST_MAC, 0},
    {"uuid", BOOT_HOST_REQUEST_UUID, 0},
    {"uuid-swapped", BOOT_HOST_REQUEST_UUID_SWAPPED, 0},
    {"client-id", BOOT_HOST_REQUEST_CLIENT_ID, 0},
    {"architecture", BOOT_HOST_REQUEST_ARCHITECTURE, 0},
    {"architecture-code", 0, BOOT_HOST_REQUEST_ARCHITECTURE_CODE},
    {"loader", BOOT_HOST_REQUEST_LOADER, 0},
    {"interface", BOOT_HOST_REQUEST_INTERFACE, 0},
    {"network", BOOT_HOST_REQUEST_NETWORK, 0},
    {"source", BOOT_HOST_REQUEST_SOURCE, 0},
    {"client", BOOT_HOST_REQUEST_CLIENT, 0},
    {"relay", BOOT_HOST_REQUEST_RELAY, 0},
    {"server", BOOT_HOST_REQUEST_SERVER, 0},
    {"stage", BOOT_HOST_REQUEST_STAGE, 0},
    {"vendor-class", BOOT_HOST_REQUEST_VENDOR_CLASS, 0},
    {"user-class", BOOT_HOST_REQUEST_USER_CLASS, 0},
    {"host-name", BOOT_HOST_REQUEST_HOST_NAME, 0},
    {"file", BOOT_HOST_REQUEST_FILE, 0},
    {"attempt", 0, BOOT_HOST_REQUEST_ATTEMPT},
};

#define FACT_COUNT (sizeof(facts) / sizeof(facts[0]))

const char *request_fact_name(uint32_t index) {
    return index < FACT_COUNT ? facts[index].name : NULL;
}

const char *request_fact_at(const struct request *request, uint32_t index) {
    if (index >= FACT_COUNT)
        return NULL;
    return facts[index].text != 0 ? request_text(request, facts[index].text)
                                  : request_number_text(request, facts[index].number);
}

static const char *own_fact(const struct request *request, const char *name) {
    for (uint32_t i = 0; i < FACT_COUNT; i++)
        if (strcmp(facts[i].name, name) == 0)
            return request_fact_at(request, i);
    return NULL;
}

const char *request_fact(const struct request *request, const char *name) {
    const char *value = own_fact(request, name);
    const struct trace *decision = request_get_decision(request);
    return value != NULL || decision == NULL ? value : trace_fact(decision, name);
}
