/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One table of names and fields.
 */
#include "parameters.h"

#include <string.h>

#define OPTION_UUID 97 /* RFC 4578 section 2.3: a type and 16 bytes */

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

static bool is_uuid(const struct parameter *parameter) {
    return !parameter->is_number && (parameter->field == BOOT_HOST_REQUEST_UUID ||
                                     parameter->field == BOOT_HOST_REQUEST_UUID_SWAPPED);
}

/* Either byte order of the UUID follows from the other: one of them is enough. */
static void add_to_key(struct parameters *list, const struct parameter *parameter) {
    for (uint32_t i = 0; i < list->key_count; i++) {
        if (is_uuid(parameter) && is_uuid(list->keyed[i]))
            return;
    }
    list->keyed[list->key_count++] = parameter;
}

const char *parameters_read(sqlite3_stmt *statement, struct parameters *ret_parameters) {
    struct parameters list = {0};
    int count = sqlite3_bind_parameter_count(statement);
    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(statement, i);
        const struct parameter *parameter = find(name);
        if (parameter == NULL || list.count + 1 >= PARAMETERS_MAX)
            return name != NULL ? name : "?";
        list.bound[++list.count] = parameter;
        add_to_key(&list, parameter);
    }
    *ret_parameters = list;
    return NULL;
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

void parameters_bind(const struct parameters *list, sqlite3_stmt *statement,
                     const struct boot_host *host, const struct boot_host_request *request,
                     bool has_uuid) {
    (void) sqlite3_clear_bindings(statement);
    for (uint32_t i = 1; i <= list->count; i++) {
        if (has_uuid || !is_uuid(list->bound[i]))
            bind(statement, (int) i, list->bound[i], host, request);
    }
}

/* ---- Keys ------------------------------------------------------------------------------------ */

/* What a parameter's value depends on; size 0: absent. The texts of a UUID follow from the option that
 * tells it, if it was told by one: then they need not be made. `number` holds the value if it is one. */
static struct boot_host_span find_value(const struct parameter *parameter,
                                        const struct boot_host *host,
                                        const struct boot_host_request *request, int64_t *number) {
    struct boot_host_span value = {NULL, 0};
    if (parameter->is_number) {
        if (host->request_number(request, parameter->field, number) == 0)
            value = (struct boot_host_span){number, sizeof *number};
    } else if (!is_uuid(parameter) ||
               host->request_option(request, BOOT_HOST_SPACE_DHCP4, OPTION_UUID, &value) != 0) {
        const char *text = host->request_text(request, parameter->field);
        value = (struct boot_host_span){text, text != NULL ? strlen(text) + 1 : 0};
    }
    return value;
}

/* Each value with its size in front. False: no room. */
static bool append(struct key *key, const struct boot_host_span *value) {
    uint16_t size = (uint16_t) value->size;
    if (value->size > KEY_MAX - key->size || sizeof size > KEY_MAX - key->size - value->size)
        return false;
    memcpy(key->bytes + key->size, &size, sizeof size);
    if (size > 0)
        memcpy(key->bytes + key->size + sizeof size, value->data, size);
    key->size += sizeof size + size;
    return true;
}

__extension__ typedef unsigned __int128 product;

static uint64_t mix(uint64_t a, uint64_t b) {
    product both = (product) a * b;
    return (uint64_t) both ^ (uint64_t) (both >> 64);
}

/* Eight bytes a multiplication. The bytes behind the key count, and are zero. */
static uint64_t hash(const struct key *key, uint64_t seed) {
    uint64_t sum = seed ^ key->size;
    for (size_t i = 0; i < key->size; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, key->bytes + i, sizeof word);
        sum = mix(sum ^ word, UINT64_C(0x9e3779b97f4a7c15));
    }
    return mix(sum ^ seed, UINT64_C(0xd6e8feb86659fd93));
}

void parameters_make_key(const struct parameters *list, const struct boot_host *host,
                         const struct boot_host_request *request, uint64_t seed, struct key *key) {
    key->size = 0;
    for (uint32_t i = 0; i < list->key_count; i++) {
        int64_t number = 0;
        struct boot_host_span value = find_value(list->keyed[i], host, request, &number);
        if (!append(key, &value)) {
            key->size = 0;
            return;
        }
    }
    memset(key->bytes + key->size, 0, sizeof(uint64_t));
    key->hash = hash(key, seed);
}
