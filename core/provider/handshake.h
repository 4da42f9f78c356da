/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * PURE: a foreign module's table in, a complete inner table out: no slot NULL, no version left, the
 * schema in today's layout. What cannot be used is refused with words for whoever has to mend it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <boothost/provider.h>

#define HANDSHAKE_SETTINGS_MAX 256 /* settings of one module */
#define HANDSHAKE_TEXT_MAX     256 /* bytes of a name, version or summary */

/* What a provider is after the handshake. Its text belongs to the module, which stays mapped. */
struct provider {
    const char *name;
    const char *version;
    const char *summary;
    uint32_t abi;
    uint32_t flags;
    uint32_t setting_count;
    struct boot_host_setting *settings; /* owned; NULL when there are none */

    /* Doors that the module really has; the others are closed ones that PASS. */
    bool has_decide;
    bool has_content;
    bool has_event;
    bool has_save; /* and has memory to carry over a swap */

    int32_t (*open)(const struct boot_host *host, const struct boot_host_config *config,
                    uint32_t flags, void **ret_instance);
    void (*close)(void *instance);
    int32_t (*decide)(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply);
    int32_t (*content)(void *instance, const struct boot_host_request *request,
                       struct boot_host_content *content);
    void (*event)(void *instance, const struct boot_host_request *request,
                  const struct boot_host_event *event);
    void (*cancel)(void *instance, uint64_t ticket);
    void (*drain)(void *instance);
    int32_t (*save)(void *instance, struct boot_host_state *state);
    int32_t (*restore)(void *instance, const struct boot_host_state *state);
};

/* Why a table was refused. Text is owned; clear with refusal_clear. */
struct refusal {
    char *what;    /* what is wrong */
    char *wanted;  /* what this host needs */
    char *offered; /* what the module has */
    char *remedy;  /* what its author should do */
};

/* Judges the table that a module's entry returned; NULL is judged, too. True: *ret_provider is
 * complete, clear it with provider_clear. False: *ret_refusal says why. */
bool handshake(const struct boot_host_provider *table, struct provider *ret_provider,
               struct refusal *ret_refusal);

void provider_clear(struct provider *provider);

/* "FILE is refused: WHAT; wanted: ...; offered: ...; REMEDY". Free with g_free. */
char *refusal_text(const struct refusal *refusal, const char *file);
void refusal_clear(struct refusal *refusal);
