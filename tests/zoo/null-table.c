/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Its entry says that it cannot work here.
 */
#include "animal.h"

const struct boot_host_provider *boot_host_provider_entry_v1(void) {
    return NULL;
}
