/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The provider of the library's tests as a program.
 */
#include "actor.h"

int main(int argc, char **argv) {
    g_autoptr(BootHostProvider) provider = actor_new();
    return boot_host_provider_run(provider, argc, argv);
}
