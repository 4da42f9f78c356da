/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One table of names and fields.
 */
#include "parameters.h"

#include <string.h>

struct parameter {
    const char *name;
    uint32_t field;
    bool is_number;
};

static const struct parameter parameters[] = {
    {":mac", BOOT_HOST_REQUEST_MAC, false},
    {":uuid", BOOT_HOST_REQUEST_UUID, false},
    {":uuid_swapped", BOOT_HOST_REQUEST_UUID_SWAPPED, false},
    {":client_id", BOOT_HOST_REQUEST_CLIENT_ID, false},
    {":architecture", BOOT_HOST_REQUEST_ARCHITECTURE, false},
    {":architecture_code", BOOT_HOST_REQUEST_ARCHITECTURE_CODE, true},
    {":loader", BOOT_HOST_REQUEST_LOADER, false},
    {":vendor_class", BOOT_HOST_REQUEST_VENDOR_CLASS, false},
    {":user_class", BOOT_HOST_REQUEST_USER_CLASS, false},
    {":host_name", BOOT_HOST_REQUEST_HOST_NAME, false},
    {":interface", BOOT_HOST_REQUEST_INTERFACE, false},
    {":network", BOOT_HOST_REQUEST_NETWORK, false},
    {":client", BOOT_HOST_REQUEST_CLIENT, false},
    {":relay", BOOT_HOST_REQUEST_RELAY, false},
    {":server", BOOT_HOST_REQUEST_SERVER, false},
    {":stage", BOOT_HOST_REQUEST_STAGE, false},
    {":attempt", BOOT_HOST_REQUEST_ATTEMPT, true},
};
#define PARAMETER_COUNT (sizeof parameters / sizeof parameters[0])

const char parameters_all[] =
    ":mac :uuid :uuid_swapped :client_id :architecture :architecture_code :loader :vendor_class "
    ":user_class :host_name :interface :network :client :relay :server :stage :attempt";

static const struct parameter *find(const char *name) {
    for (size_t i = 0; name != NULL && i < PARAMETER_COUNT; i++) {
        if (strcmp(parameters[i].name, name) == 0)
            return &parameters[i];
    }
    return NULL;
}

const char *parameters_find_unknown(sqlite3_stmt *statement) {
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++) {
        const char *name = sqlite3_bind_parameter_name(statement, i);
        if (find(name) == NULL)
            return name != NULL ? name : "?";
    }
    return NULL;
}

static bool is_uuid(const struct parameter *parameter) {
    return !parameter->is_number && (parameter->field == BOOT_HOST_REQUEST_UUID ||
                                     parameter->field == BOOT_HOST_REQUEST_UUID_SWAPPED);
}

static void bind(sqlite3_stmt *statement, int index, const struct parameter *parameter,
                 const struct boot_host *host, const struct boot_host_request *request) {
    int64_t number = 0;
    const char *text = NULL;
    if (!parameter->is_number)
        text = host->request_text(request, parameter->field);
    else if (host->request_number(request, parameter->field, &number) == 0)
        (void) sqlite3_bind_int64(statement, index, number);
    if (text != NULL)
        (void) sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

void parameters_bind(sqlite3_stmt *statement, const struct boot_host *host,
                     const struct boot_host_request *request, bool has_uuid) {
    (void) sqlite3_clear_bindings(statement);
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++) {
        const struct parameter *parameter = find(sqlite3_bind_parameter_name(statement, i));
        if (parameter != NULL && (has_uuid || !is_uuid(parameter)))
            bind(statement, i, parameter, host, request);
    }
}
