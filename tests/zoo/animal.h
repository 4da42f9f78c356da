/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the modules of the zoo have in common: an instance is its host, and nothing else. Each animal
 * shows one way of being wrong, and is right in everything else.
 */
#ifndef ZOO_ANIMAL_H
#define ZOO_ANIMAL_H

#include <boothost/provider.h>

#define ANIMAL(its_name)                                                                           \
    .size = sizeof(struct boot_host_provider), .abi = BOOT_HOST_ABI, .name = (its_name),           \
    .version = "1.0", .summary = "An animal of the zoo"

static inline int32_t animal_open(const struct boot_host *host,
                                  const struct boot_host_config *config, uint32_t flags,
                                  void **ret_instance) {
    *ret_instance = (void *) host;
    return 0;
}

static inline int32_t animal_pass(void *instance, const struct boot_host_request *request,
                                  struct boot_host_reply *reply) {
    return BOOT_HOST_PASS;
}

#endif
