/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A shared object, but no provider: it exports something else.
 */
#include "animal.h"

BOOT_HOST_EXPORT int32_t some_other_symbol(void);

int32_t some_other_symbol(void) {
    return animal_pass(NULL, NULL, NULL);
}
