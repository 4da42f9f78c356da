/* SPDX-License-Identifier: MIT
 *
 * boothost provider contract, part 2: what a provider gives the host.
 *
 * A provider is a shared object with one exported symbol, made by BOOT_HOST_PROVIDER (table) at
 * file level. It links to nothing of ours: `cc -shared -fPIC -I abi mine.c -o mine.so` makes one.
 *
 * How the host treats a module:
 *
 * - It is loaded by its absolute path, with every symbol resolved at once, and stays mapped until
 *   the daemon ends. No constructor should do work; everything begins in open.
 * - One module serves as many instances as the administrator configures. The instance pointer that
 *   open returned is the first argument of every other call: keep all state there.
 * - Calls of one instance come one at a time on a worker thread that may block, unless `flags`
 *   say otherwise. open, close, drain, save and restore never overlap with any other call of
 *   the same instance (what was answered LATER may be completed meanwhile); event comes on the
 *   same threads as decide and counts as a call; cancel may come at any time, on any thread.
 * - Each call has a deadline, the administrator's. The host goes on without a late answer; the
 *   late one is then counted and ignored.
 *
 * Life: open -> (restore) -> decide, content, event ... -> (save) -> drain -> close. While machines
 * boot, a new instance of the same name may be opened beside the old one: save of the old, restore
 * of the new, and from then on the new one is asked.
 */
#ifndef BOOTHOST_PROVIDER_H
#define BOOTHOST_PROVIDER_H

#include "types.h"
#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

struct boot_host_provider {
    /* sizeof (struct boot_host_provider) as the provider was compiled. Since 0.9. */
    uint32_t size;
    /* BOOT_HOST_ABI as the provider was compiled. Since 0.9. */
    uint32_t abi;
    /* BOOT_HOST_INLINE, BOOT_HOST_PARALLEL. Unknown bits are refused with -ENOTSUP, since they
     * would ask for something that this host does not give. Since 0.9. */
    uint32_t flags;
    /* Entries of `settings`. Since 0.9. */
    uint32_t setting_count;
    /* sizeof (struct boot_host_setting) as the provider was compiled: the stride of `settings`.
     * Since 0.9. */
    uint32_t setting_size;
    /* 0. Since 0.9. */
    uint32_t reserved;

    /* The module's name, the word an administrator writes after "module =": lower-case letters,
     * digits and "-". Required. Lives as long as the module. Since 0.9. */
    const char *name;
    /* The module's own version, for people. Required. Since 0.9. */
    const char *version;
    /* One line, for `boothost provider list`. Required. Since 0.9. */
    const char *summary;
    /* What may be configured; NULL when setting_count is 0. The host validates types, refuses
     * unknown and missing keys, and prints and documents them. Since 0.9. */
    const struct boot_host_setting *settings;

    /* Makes an instance. `host` is lent until close returns and is this instance's own; `config`
     * is lent until close returns, too. `flags`: BOOT_HOST_OPEN_CHECK.
     * Returns 0 with *ret_instance set (it may be NULL if there is no state), or a negative errno
     * after undoing everything itself: a failed open gets no close. Say what is wrong with
     * host->config_error (a setting) or host->log before failing.
     * Thread: any; no other call of this instance runs. May block for seconds. Required.
     * Since 0.9. */
    int32_t (*open)(const struct boot_host *host, const struct boot_host_config *config,
                    uint32_t flags, void **ret_instance);

    /* Frees the instance. No call of it runs, none follows; requests that were answered LATER are
     * completed or cancelled. Thread: any. May be NULL. Since 0.9. */
    void (*close)(void *instance);

    /* What does this client boot? Reads `request`, shapes `reply`, returns a verdict.
     * Both handles are valid until this call returns, or, after LATER, until host->complete was
     * called with the ticket, even when the deadline has passed by then.
     * Failure: a negative errno; what this call set in the reply is discarded.
     * Thread: see flags. NULL: the provider has no decide door (then it needs content or event).
     * Since 0.9. */
    int32_t (*decide)(void *instance, const struct boot_host_request *request,
                      struct boot_host_reply *reply);

    /* Who has the file that BOOT_HOST_REQUEST_FILE of `request` names? Gives it through
     * host->content_bytes, content_file, content_name or content_reader and returns
     * BOOT_HOST_REPLY, or PASS when it is not this provider's, DROP to refuse it, LATER, or a
     * negative errno. The request carries what is known of the client from its earlier steps.
     * Handles and threads as for decide. NULL: no content. Since 0.9. */
    int32_t (*content)(void *instance, const struct boot_host_request *request,
                       struct boot_host_content *content);

    /* Something happened to a client that this chain, or one before it, answered. Cannot fail.
     * `request` and `event` are lent for the call. Threads as for decide. NULL: not interested.
     * Since 0.9. */
    void (*event)(void *instance, const struct boot_host_request *request,
                  const struct boot_host_event *event);

    /* The host no longer waits for the call with this ticket. Finish it soon: host->complete must
     * still be called, and is then a counted no-op that frees the handles. Thread: any, also while
     * another call runs; must not block. NULL: not interested. Since 0.9. */
    void (*cancel)(void *instance, uint64_t ticket);

    /* No further decide or content will come; complete what was answered LATER. Thread: any.
     * May block up to the deadline. NULL: nothing to do. Since 0.9. */
    void (*drain)(void *instance);

    /* Leaves named blobs for the successor of the same name, with host->state_put. Called on a live
     * instance, while no other call of it runs and its next ones wait: so be quick, a few
     * milliseconds. Change nothing: calls may follow, of requests that came before the swap, or
     * because the takeover is called off, and save may come again. What those last calls learn
     * is lost to the successor. Returns 0 or a negative errno (then the successor starts empty).
     * Thread: any. NULL: no memory to carry. Since 0.9. */
    int32_t (*save)(void *instance, struct boot_host_state *state);

    /* Takes over what the predecessor saved, with host->state_get; blobs of an older version of
     * the module may come. Called after open, before the first decide. Returns 0 or a negative
     * errno (then the instance goes on empty). Thread: any. NULL: no memory. Since 0.9. */
    int32_t (*restore)(void *instance, const struct boot_host_state *state);
};
BOOT_HOST_ASSERT_NO_TAIL(boot_host_provider, restore);

/* A table must reach this far to be loaded by any host: through `content`. */
#define BOOT_HOST_PROVIDER_SIZE_MIN                                                                \
    (offsetof(struct boot_host_provider, content) +                                                \
     sizeof(((struct boot_host_provider *) 0)->content))

/* The one symbol a module exports. Returns its table, constant and alive as long as the module,
 * or NULL when the module cannot work here. Thread: any, once a load. */
typedef const struct boot_host_provider *(*boot_host_provider_entry_fn)(void);

#define BOOT_HOST_PROVIDER_ENTRY "boot_host_provider_entry_v1"

#if defined(__GNUC__)
#define BOOT_HOST_EXPORT __attribute__((visibility("default")))
#else
#define BOOT_HOST_EXPORT
#endif

BOOT_HOST_EXPORT const struct boot_host_provider *boot_host_provider_entry_v1(void);

/* Defines the entry for a table at file level. */
#define BOOT_HOST_PROVIDER(table)                                                                  \
    const struct boot_host_provider *boot_host_provider_entry_v1(void) {                           \
        return &(table);                                                                           \
    }                                                                                              \
    typedef int boot_host_provider_semicolon

#ifdef __cplusplus
}
#endif

#endif
