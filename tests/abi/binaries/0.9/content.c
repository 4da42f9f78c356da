/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A provider as someone wrote it against 0.9, for files: bytes, another name and a reader; it
 * counts events and touches every struct of the content door. Its binary is kept; see ../README.md.
 */
#include <stdlib.h>
#include <string.h>

#include <boothost/provider.h>

static const char script[] = "#!ipxe\necho 0.9 made this\n";

static int32_t content_open(const struct boot_host *host, const struct boot_host_config *config,
                            uint32_t flags, void **ret_instance) {
    (void) config;
    (void) flags;
    if (!BOOT_HOST_HAS(host, content_reader) || host->architecture_name(host, 0) == NULL)
        return -95;
    *ret_instance = (void *) host;
    return 0;
}

static int64_t reader_read(void *user, uint64_t offset, void *buffer, uint64_t size) {
    size_t left = offset < sizeof script - 1 ? sizeof script - 1 - (size_t) offset : 0;
    size_t part = size < left ? (size_t) size : left;
    (void) user;
    memcpy(buffer, script + offset, part);
    return (int64_t) part;
}

static void reader_close(void *user) {
    (void) user;
}

static int32_t content_content(void *instance, const struct boot_host_request *request,
                               struct boot_host_content *content) {
    const struct boot_host *host = instance;
    const char *file = host->request_text(request, BOOT_HOST_REQUEST_FILE);
    const struct boot_host_reader reader = {
        .size = sizeof reader,
        .length = (int64_t) sizeof script - 1,
        .read = reader_read,
        .close = reader_close,
    };

    if (file != NULL && strcmp(file, "bytes.ipxe") == 0)
        return host->content_bytes(content, script, sizeof script - 1) == 0 ? BOOT_HOST_REPLY : -5;
    if (file != NULL && strcmp(file, "name.ipxe") == 0)
        return host->content_name(content, "real.ipxe") == 0 ? BOOT_HOST_REPLY : -5;
    if (file != NULL && strcmp(file, "reader.ipxe") == 0)
        return host->content_reader(content, &reader) == 0 ? BOOT_HOST_REPLY : -5;
    return BOOT_HOST_PASS;
}

static void content_event(void *instance, const struct boot_host_request *request,
                          const struct boot_host_event *event) {
    const struct boot_host *host = instance;
    (void) request;
    if (event->kind == BOOT_HOST_EVENT_TRANSFER_DONE)
        host->log(host, BOOT_HOST_LOG_INFO, event->name);
}

static const struct boot_host_provider table = {
    .size = sizeof table,
    .abi = BOOT_HOST_ABI,
    .flags = BOOT_HOST_PARALLEL,
    .name = "old-content",
    .version = "0.9",
    .summary = "what a provider of files of 0.9 does",
    .open = content_open,
    .content = content_content,
    .event = content_event,
};

BOOT_HOST_PROVIDER(table);
