/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which shape of answer which firmware gets. PURE.
 */
#include <stddef.h>
#include <string.h>

#include "boot/answer.h"
#include "boot/plan.h"
#include "boot/request.h"
#include "codec/architecture.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

bool answer_shape_parse(const char *text, enum answer_shape *ret_shape) {
    static const struct {
        const char *name;
        enum answer_shape shape;
    } names[] = {
        {"auto", ANSWER_AUTO},
        {"direct", ANSWER_DIRECT},
        {"boot-server", ANSWER_BOOT_SERVER},
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcmp(names[i].name, text) == 0) {
            *ret_shape = names[i].shape;
            return true;
        }
    }
    return false;
}

static bool has_loader(const struct request *request, const char *name) {
    const char *loader = request_text(request, BOOT_HOST_REQUEST_LOADER);
    return loader != NULL && strcmp(loader, name) == 0;
}

static bool has_code(const struct request *request, bool (*test)(uint16_t code)) {
    int64_t code = 0;
    return request_number(request, BOOT_HOST_REQUEST_ARCHITECTURE_CODE, &code) == 0 &&
           test((uint16_t) code);
}

/* Any of those that it names. */
static bool has_architecture(const struct request *request, const char *wanted) {
    const char *name = NULL;
    for (uint32_t i = 0; (name = request_architecture(request, i)) != NULL; i++)
        if (strcmp(name, wanted) == 0)
            return true;
    return false;
}

/* Its boot ROM says x86 BIOS, so that only the vendor's prefixes of its MAC give it away. */
bool shape_is_raspberry_pi(const struct request *request) {
    static const char *const prefixes[] = {
        "28:cd:c1:", "2c:cf:67:", "88:a2:9e:", "b8:27:eb:", "d8:3a:dd:", "dc:a6:32:", "e4:5f:01:"};
    if (shape_is_uefi(request))
        return false;
    if (has_architecture(request, "raspberry-pi"))
        return true;
    if (!has_architecture(request, "x86-bios") || !has_loader(request, "firmware"))
        return false;
    const char *mac = request_text(request, BOOT_HOST_REQUEST_MAC);
    for (size_t i = 0; mac != NULL && i < ARRAY_SIZE(prefixes); i++)
        if (strncmp(mac, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

bool shape_is_uefi(const struct request *request) {
    return has_code(request, architecture_is_uefi);
}

static bool is_ipxe(const struct request *request) {
    return has_loader(request, "ipxe");
}

static bool is_any(const struct request *request) {
    (void) request;
    return true;
}

/* First match wins. `then` is tried when the client came back without having fetched anything.
 * Measured in the firmware lab: iPXE, EDK2 and iPXE's UEFI ROM all take the direct shape, EDK2 a
 * second faster. The Raspberry Pi's ROM never asks on port 4011 at all. */
static const struct {
    const char *firmware;
    bool (*matches)(const struct request *request);
    enum answer_shape first;
    enum answer_shape then;
} classes[] = {
    {"raspberry-pi", shape_is_raspberry_pi, ANSWER_DIRECT, ANSWER_DIRECT},
    {"ipxe", is_ipxe, ANSWER_DIRECT, ANSWER_BOOT_SERVER},
    {"uefi", shape_is_uefi, ANSWER_DIRECT, ANSWER_BOOT_SERVER},
    {"bios", is_any, ANSWER_DIRECT, ANSWER_BOOT_SERVER},
};

struct shape_choice shape_choose(const struct request *request, bool is_here) {
    int64_t attempt = 1;
    size_t row = 0;
    (void) request_number(request, BOOT_HOST_REQUEST_ATTEMPT, &attempt);
    while (!classes[row].matches(request))
        row++;
    bool is_second = is_here && attempt % 2 == 0;
    return (struct shape_choice){
        .shape = is_second ? classes[row].then : classes[row].first,
        .firmware = classes[row].firmware,
        .is_alternate = is_second && classes[row].then != classes[row].first,
    };
}
