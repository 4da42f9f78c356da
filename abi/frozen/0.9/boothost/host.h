/* SPDX-License-Identifier: MIT
 *
 * boothost provider contract, part 3: what the host lends a provider.
 *
 * One table of services for each instance, lent from open until close returns. Every service takes
 * it as first argument. Ask before using a slot that is younger than the version you require:
 *
 *     if (BOOT_HOST_HAS (host, query))
 *         ...
 *
 * Unless said otherwise: services may be called on any thread while the handle is valid, never
 * block, and return 0 or a negative errno: -EINVAL for an argument that makes no sense, -ENOENT for
 * what is absent, -E2BIG and -ENOSPC when a limit of the host is reached, -ENOMEM. Text that comes
 * in is copied; text that goes out is lent as long as its handle is valid.
 */
#ifndef BOOTHOST_HOST_H
#define BOOTHOST_HOST_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Does this host have a slot? */
#define BOOT_HOST_HAS(host, slot)                                                                  \
    ((host)->size >= offsetof(struct boot_host, slot) + sizeof((host)->slot) &&                    \
     (host)->slot != NULL)

struct boot_host {
    /* sizeof (struct boot_host) as the host was compiled. Since 0.9. */
    uint32_t size;
    /* BOOT_HOST_ABI as the host was compiled. Since 0.9. */
    uint32_t abi;

    /* -- The daemon's voice and time --------------------------------------------------------- */

    /* Writes one line of log, marked with the instance's name. `level`: BOOT_HOST_LOG_...; lines
     * above a rate are counted instead of written. Since 0.9. */
    void (*log)(const struct boot_host *host, uint32_t level, const char *text);

    /* Monotonic microseconds; in a test or a simulation the clock may be a fake, so use this one
     * for everything that depends on time passing. Since 0.9. */
    int64_t (*now)(const struct boot_host *host);

    /* The instance's name in the config file. Valid until close returns. Since 0.9. */
    const char *(*instance_name)(const struct boot_host *host);

    /* A further table of services by name and version, such as "boothost.menu/1", or NULL when
     * this host does not have it. Valid until close returns. Since 0.9. */
    const void *(*query)(const struct boot_host *host, const char *name);

    /* -- Settings, valid from open until close returns ---------------------------------------- */

    /* The value as text: what the administrator wrote, or the schema's default, or NULL. For a
     * path, absolute. Since 0.9. */
    const char *(*config_text)(const struct boot_host_config *config, const char *key);

    /* The typed value of an integer, a boolean (0 or 1) or a duration (microseconds); 0 when the
     * setting is absent and has no default. Since 0.9. */
    int64_t (*config_number)(const struct boot_host_config *config, const char *key);

    /* Item `index` of a list, counted from 0; NULL behind the last. Since 0.9. */
    const char *(*config_item)(const struct boot_host_config *config, const char *key,
                               uint32_t index);

    /* The keys that were written in the config file, in its order, counted from 0; NULL behind the
     * last. This is how members of a family (BOOT_HOST_SETTING_FAMILY) are found. Since 0.9. */
    const char *(*config_key)(const struct boot_host_config *config, uint32_t index);

    /* The content of the file that a path setting names. The host reads it once, so that all of it
     * is of one moment and belongs to this generation. -ENOENT when the setting is absent, or the
     * errno of reading. Valid until close returns. May block. Since 0.9. */
    int32_t (*config_file)(const struct boot_host_config *config, const char *key,
                           struct boot_host_span *ret_content);

    /* Reports what is wrong with a setting; the administrator reads it behind the file and line.
     * For a path setting, `line` above 0 is a line of that file and is named instead. A report
     * inside open makes the open fail, whatever it returns. Since 0.9. */
    void (*config_error)(const struct boot_host_config *config, const char *key, uint32_t line,
                         const char *text);

    /* As config_error, for what is odd but can be lived with. Since 0.9. */
    void (*config_warning)(const struct boot_host_config *config, const char *key, uint32_t line,
                           const char *text);

    /* -- The request, valid as long as its handle ---------------------------------------------- */

    /* A field (BOOT_HOST_REQUEST_...) as text, or NULL when absent or unknown. Since 0.9. */
    const char *(*request_text)(const struct boot_host_request *request, uint32_t field);

    /* A field as a number. -ENOENT when absent or unknown. Since 0.9. */
    int32_t (*request_number)(const struct boot_host_request *request, uint32_t field,
                              int64_t *ret_value);

    /* 1 when the client's architecture belongs to the named set, such as "x64-uefi" (codes 7 and
     * 9), else 0; -EINVAL for a name that is not known. Since 0.9. */
    int32_t (*request_is)(const struct boot_host_request *request, const char *architecture);

    /* The names of all architectures that the client can boot, best first, counted from 0 (RFC
     * 5970 section 3.3: option 93 may hold several); NULL behind the last. Since 0.9. */
    const char *(*request_architecture)(const struct boot_host_request *request, uint32_t index);

    /* The value of an option, joined by RFC 3396 if it was split. -ENOENT when absent. Since 0.9. */
    int32_t (*request_option)(const struct boot_host_request *request, uint32_t space,
                              uint32_t code, struct boot_host_span *ret_value);

    /* The packet as it came, behind the UDP header; empty when there is none. Since 0.9. */
    struct boot_host_span (*request_packet)(const struct boot_host_request *request);

    /* -- The reply, valid as long as its handle; one thread at a time -------------------------- */

    /* Sets a field (BOOT_HOST_REPLY_...); NULL takes it back. -ENOTSUP for a field that this host
     * does not know. Since 0.9. */
    int32_t (*reply_set)(struct boot_host_reply *reply, uint32_t field, const char *text);

    /* Reads a field, as earlier providers and this call set it; NULL when unset. Valid until the
     * field is set again. Since 0.9. */
    const char *(*reply_get)(const struct boot_host_reply *reply, uint32_t field);

    /* Sets a number (BOOT_HOST_REPLY_POLL_SECONDS). Since 0.9. */
    int32_t (*reply_set_number)(struct boot_host_reply *reply, uint32_t field, int64_t value);

    /* Adds an option, replacing one of the same code that a provider set. Options that the host
     * itself must get right (43 with a menu, 53, 54, 60, 97, 255) are refused with -EPERM. Only
     * SPACE_DHCP4 and SPACE_PXE. Since 0.9. */
    int32_t (*reply_option)(struct boot_host_reply *reply, uint32_t space, uint32_t code,
                            const void *value, size_t size);

    /* Begins a boot menu for firmware that shows one; drops an earlier one. Since 0.9. */
    int32_t (*reply_menu)(struct boot_host_reply *reply, const struct boot_host_menu *menu);

    /* Adds an entry to the menu; the order is the order on the screen. -ENOSPC when option 43
     * cannot hold it. Since 0.9. */
    int32_t (*reply_menu_item)(struct boot_host_reply *reply,
                               const struct boot_host_menu_item *item);

    /* -- Facts: named values that later providers and templates read ---------------------------- */

    /* Sets a fact: lower-case letters, digits, "-" and "_". NULL takes it back. Since 0.9. */
    int32_t (*fact_set)(struct boot_host_reply *reply, const char *name, const char *value);

    /* Reads a fact, or NULL. Facts of the request are there, too, under the names of the table in
     * abi/README.md: mac, uuid, architecture, interface, server ... Valid until the fact is set
     * again. Since 0.9. */
    const char *(*fact_get)(const struct boot_host_reply *reply, const char *name);

    /* Writes `text` with every ${fact} replaced into `buffer`, always with a NUL when `size` is
     * above 0, and returns the length it has (at or above `size`: cut), or -ENOENT when a fact is
     * unknown (${fact:-text} gives a value for that case), -EINVAL for an unclosed "${".
     * In the content door, pass the reply handle NULL and use request_expand. Since 0.9. */
    int64_t (*expand)(const struct boot_host_reply *reply, const char *text, char *buffer,
                      size_t size);

    /* As expand, with the facts that the last decision about this client left, and those of the
     * request. Since 0.9. */
    int64_t (*request_expand)(const struct boot_host_request *request, const char *text,
                              char *buffer, size_t size);

    /* A fact as the last decision about this client left it, for the content door; or NULL.
     * Since 0.9. */
    const char *(*request_fact)(const struct boot_host_request *request, const char *name);

    /* -- Content: how content gives the file. Exactly one of these before returning REPLY; a second
     * one is -EEXIST. ---------------------------------------------------------------------------- */

    /* The bytes, copied. Since 0.9. */
    int32_t (*content_bytes)(struct boot_host_content *content, const void *data, size_t size);

    /* A file on this machine by its absolute path; the host opens it. May block. Since 0.9. */
    int32_t (*content_file)(struct boot_host_content *content, const char *path);

    /* Another name below the served root. Since 0.9. */
    int32_t (*content_name)(struct boot_host_content *content, const char *name);

    /* A reader; its close is called even when this fails. The instance is not closed before all its
     * readers are. Since 0.9. */
    int32_t (*content_reader)(struct boot_host_content *content,
                              const struct boot_host_reader *reader);

    /* -- LATER ----------------------------------------------------------------------------------- */

    /* The ticket of the running decide or content call. Never 0. Take it before returning LATER.
     * Since 0.9. */
    uint64_t (*reply_ticket)(const struct boot_host_reply *reply);
    uint64_t (*content_ticket)(const struct boot_host_content *content);

    /* Gives the verdict of a call that answered, or is about to answer, LATER: any verdict but
     * LATER, or a negative errno. After it, request, reply and content of that call are gone.
     * Must be called once for each LATER, also after cancel. A second time, or with a ticket that
     * is not known: -ENOENT, counted, without effect. LATER as verdict: -EINVAL. Any thread.
     * Since 0.9. */
    int32_t (*complete)(const struct boot_host *host, uint64_t ticket, int32_t verdict);

    /* -- State over a swap of providers ----------------------------------------------------------- */

    /* Adds a named blob, copied; inside save only. Since 0.9. */
    int32_t (*state_put)(struct boot_host_state *state, const char *name, const void *data,
                         size_t size);

    /* Reads a named blob; lent for the call of restore. Since 0.9. */
    int32_t (*state_get)(const struct boot_host_state *state, const char *name,
                         struct boot_host_span *ret_data);

    /* -- Names ------------------------------------------------------------------------------------ */

    /* The names of all architectures that this host knows, such as "x64-uefi", counted from 0; NULL
     * behind the last. For checking, in open, a setting that holds one. Valid until close
     * returns. Since 0.9. */
    const char *(*architecture_name)(const struct boot_host *host, uint32_t index);
};
BOOT_HOST_ASSERT_NO_TAIL(boot_host, architecture_name);

#ifdef __cplusplus
}
#endif

#endif
