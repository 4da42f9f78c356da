/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The names of the answer's shapes. PURE.
 */
#include "boot/answer.h"

#include <string.h>

bool answer_shape_parse(const char *text, enum answer_shape *ret_shape) {
    static const struct {
        const char *name;
        enum answer_shape shape;
    } names[] = {
        {"auto", ANSWER_AUTO},
        {"direct", ANSWER_DIRECT},
        {"boot-server", ANSWER_BOOT_SERVER},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i].name, text) == 0) {
            *ret_shape = names[i].shape;
            return true;
        }
    }
    return false;
}
