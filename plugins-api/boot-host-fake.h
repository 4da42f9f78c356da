/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A fake host: runs one provider in a unit test, without daemon, network, disk layout or real time.
 *
 * It keeps the contract of boothost/provider.h strictly: text is copied, handles die when the
 * contract says so (an address sanitizer then finds who kept them), settings are checked against
 * the provider's own schema, and what a failed call set is discarded. It never aborts a test by
 * itself: what goes wrong comes back as a value or as a line.
 *
 *     struct boot_host_fake *fake = boot_host_fake_new(boot_host_provider_entry_v1());
 *     boot_host_fake_set(fake, "greeting", "hello");
 *     assert(boot_host_fake_open(fake, 0) == 0);
 *     struct boot_host_fake_request request = {.mac = "52:54:00:12:34:56"};
 *     assert(boot_host_fake_decide(fake, &request) == BOOT_HOST_REPLY);
 *     assert(strcmp(boot_host_fake_get(fake, BOOT_HOST_REPLY_BOOT_FILE), "hello.0") == 0);
 *     boot_host_fake_free(fake);
 *
 * One call at a time, from one thread; only host->complete, log and now may be called by threads of
 * the provider. Text that comes out is lent until the next decide, content, open or free.
 */
#ifndef BOOT_HOST_FAKE_H
#define BOOT_HOST_FAKE_H

#include <boothost/provider.h>

#ifdef __cplusplus
extern "C" {
#endif

struct boot_host_fake;

/* An option of a fake client; the bytes are copied. */
struct boot_host_fake_option {
    uint32_t space; /* BOOT_HOST_SPACE_... */
    uint32_t code;
    struct boot_host_span value;
};

/* What a client asks, in plain fields. What is NULL or 0 is absent, unless a default is named. */
struct boot_host_fake_request {
    uint32_t stage;            /* default: FILE for content, DISCOVER else */
    const char *mac;           /* "52:54:00:12:34:56" */
    const char *uuid;          /* as SMBIOS prints it; the swapped one is made from it */
    const char *client_id;     /* in hexadecimal */
    const char *architectures; /* names, best first, between spaces: "x64-uefi-http x64-uefi" */
    const char *loader;        /* default: "firmware" */
    const char *vendor_class;  /* default: "PXEClient" */
    const char *user_class;
    const char *interface_name; /* default: "eth0" */
    const char *network;        /* default: the relay, else the client, else the server */
    const char *source;         /* default: the client, else "0.0.0.0" */
    const char *client;
    const char *relay;
    const char *server;    /* default: "10.0.0.1" */
    const char *family;    /* default: "ipv4" */
    const char *transport; /* default: "tftp" for the stage FILE, "dhcp" else */
    const char *file;
    const char *host_name;
    uint32_t seconds;
    uint32_t message_size; /* default: 548 */
    uint32_t attempt;      /* default: 1 */
    int has_boot_item;     /* not 0: boot_item and boot_layer are there */
    uint32_t boot_item;
    uint32_t boot_layer;
    const struct boot_host_fake_option *options;
    size_t option_count;
    struct boot_host_span packet;

    /* What earlier providers of the chain did; for content: what the last decision left. Facts are
     * name, value, name, value ... NULL. */
    const char *boot_file;
    const char *const *facts;
};

/* A host for one instance of a provider. `provider` must outlive it. Free with
 * boot_host_fake_free, which closes the instance first if it is open. */
struct boot_host_fake *boot_host_fake_new(const struct boot_host_provider *provider);
void boot_host_fake_free(struct boot_host_fake *fake);

/* The services that the provider is lent, for tests that call them themselves. */
const struct boot_host *boot_host_fake_host(struct boot_host_fake *fake);

/* ---- Before open. ---------------------------------------------------------------------------- */

/* Writes a setting as an administrator would; a second time replaces it. */
void boot_host_fake_set(struct boot_host_fake *fake, const char *key, const char *value);
/* Where relative paths start; default: the working folder. */
void boot_host_fake_set_folder(struct boot_host_fake *fake, const char *folder);
/* The instance's name; default: the module's. */
void boot_host_fake_set_name(struct boot_host_fake *fake, const char *name);

/* Checks the settings as the host does (-EINVAL and lines that say why), then calls open.
 * Returns what open returned, or -EINVAL when it reported a setting as wrong. */
int32_t boot_host_fake_open(struct boot_host_fake *fake, uint32_t flags);
/* Drains and closes. Nothing when not open. */
void boot_host_fake_close(struct boot_host_fake *fake);
/* Drains, saves, closes, opens a second instance with the same settings and restores. Returns the
 * first error of save, open and restore, or 0. */
int32_t boot_host_fake_swap(struct boot_host_fake *fake);

/* ---- Time. ----------------------------------------------------------------------------------- */

/* The clock starts at one second and stands still until it is told. */
void boot_host_fake_advance(struct boot_host_fake *fake, int64_t microseconds);

/* ---- Calls. ---------------------------------------------------------------------------------- */

/* Calls decide and returns its verdict; -EPROTO for one that does not exist. After
 * BOOT_HOST_LATER, wait for the end of that call before the next: -EBUSY otherwise. */
int32_t boot_host_fake_decide(struct boot_host_fake *fake,
                              const struct boot_host_fake_request *request);
/* The same for content; also -EPROTO for REPLY without content, or with more than one. */
int32_t boot_host_fake_content(struct boot_host_fake *fake,
                               const struct boot_host_fake_request *request);
/* Tells the provider what happened to a client. */
void boot_host_fake_event(struct boot_host_fake *fake, const struct boot_host_fake_request *request,
                          const struct boot_host_event *event);
/* Waits in real time for host->complete and returns its verdict; -ETIMEDOUT; -ENOENT when no call
 * is pending. */
int32_t boot_host_fake_wait(struct boot_host_fake *fake, uint32_t milliseconds);
/* Tells the provider that the pending call is no longer waited for. */
void boot_host_fake_cancel(struct boot_host_fake *fake);
/* How often complete came for a call that was not pending. */
uint32_t boot_host_fake_late_completions(struct boot_host_fake *fake);

/* ---- What the last decide left. -------------------------------------------------------------- */

/* A field, or NULL. Of several notes: all, one a line. */
const char *boot_host_fake_get(struct boot_host_fake *fake, uint32_t field);
/* A number, or -1. */
int64_t boot_host_fake_get_number(struct boot_host_fake *fake, uint32_t field);
const char *boot_host_fake_get_fact(struct boot_host_fake *fake, const char *name);
/* 0, or -ENOENT. */
int32_t boot_host_fake_get_option(struct boot_host_fake *fake, uint32_t space, uint32_t code,
                                  struct boot_host_span *ret_value);
/* NULL: no menu. */
const struct boot_host_menu *boot_host_fake_get_menu(struct boot_host_fake *fake);
/* NULL behind the last. */
const struct boot_host_menu_item *boot_host_fake_get_item(struct boot_host_fake *fake,
                                                          uint32_t index);

/* ---- What the last content gave. ------------------------------------------------------------- */

/* Bytes, of content_bytes or read to the end from a reader; with a NUL behind them. NULL: none. */
const char *boot_host_fake_get_bytes(struct boot_host_fake *fake, size_t *ret_size);
/* The path of content_file or the name of content_name; NULL: none. */
const char *boot_host_fake_get_path(struct boot_host_fake *fake);
const char *boot_host_fake_get_served_name(struct boot_host_fake *fake);

/* ---- What was said. -------------------------------------------------------------------------- */

/* Lines in their order, NULL behind the last: "error: text" and "warning: text" of log and
 * settings; those of settings name the key, and the line behind a colon: "error: deny-file:3:
 * text". */
const char *boot_host_fake_line(struct boot_host_fake *fake, uint32_t index);
/* Does any line hold this text? */
int boot_host_fake_said(struct boot_host_fake *fake, const char *text);
void boot_host_fake_forget_lines(struct boot_host_fake *fake);

#ifdef __cplusplus
}
#endif

#endif
