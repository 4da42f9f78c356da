/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The whole contract in the debugging information of one object, for abidw and abidiff: every type
 * is reached from a function or a variable that is exported.
 */
#include <boothost/provider.h>

/* What nothing but a handle's owner and void pointers lead to. */
BOOT_HOST_EXPORT const struct boot_host_span *contract_span;
BOOT_HOST_EXPORT const struct boot_host_reader *contract_reader;
BOOT_HOST_EXPORT const struct boot_host_menu *contract_menu;
BOOT_HOST_EXPORT const struct boot_host_menu_item *contract_menu_item;
BOOT_HOST_EXPORT const struct boot_host_event *contract_event;
BOOT_HOST_EXPORT const struct boot_host *contract_host;

static const struct boot_host_provider contract;

BOOT_HOST_PROVIDER(contract);
