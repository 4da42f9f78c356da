/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A file as a client would get it, and its first bytes.
 */
#include <string.h>

#include "boot/request.h"
#include "cli/lint.h"
#include "codec/pe.h"
#include "provider/chain.h"
#include "tftp/path.h"

struct search {
    const struct lint *lint;
    struct lint_file *file;
    gboolean is_done;
};

void lint_file_clear(struct lint_file *file) {
    g_free(file->name);
    g_free(file->missing);
    *file = (struct lint_file){0};
}

/* ---- The first bytes ------------------------------------------------------------------------- */

static void judge_bytes(struct lint_file *file, const void *data, size_t size) {
    file->is_judged = TRUE;
    file->is_pe = pe_machine((struct span){data, size}, &file->machine);
}

/* NULL: nobody has it. */
static void judge_content(struct lint_file *file, struct content *content, const char *name) {
    if (content == NULL) {
        file->missing = g_strdup(name);
        return;
    }
    size_t size = MIN(content_size(content), PE_HEAD_MAX);
    g_autofree uint8_t *head = g_malloc(size + 1);
    if (content_read(content, 0, head, size))
        judge_bytes(file, head, size);
    content_unref(content);
}

static void judge_root(const struct lint *lint, struct lint_file *file, const char *name) {
    if (lint->root != NULL)
        judge_content(file, content_root_find(lint->root, name, NULL), name);
}

/* A reader may be slow, and its content made for this client: that it is there must do. */
static void content_given(const struct chain_content *content, void *user) {
    struct search *search = user;
    struct lint_file *file = search->file;
    gsize size = 0;

    switch (content->kind) {
    case CHAIN_CONTENT_NONE:
        judge_root(search->lint, file, request_text(content->request, BOOT_HOST_REQUEST_FILE));
        break;
    case CHAIN_CONTENT_NAME:
        judge_root(search->lint, file, content->name);
        break;
    case CHAIN_CONTENT_FILE:
        judge_content(file, content_open(content->name, NULL), content->name);
        break;
    case CHAIN_CONTENT_BYTES: {
        const void *data = g_bytes_get_data(content->bytes, &size);
        judge_bytes(file, data, size);
        break;
    }
    case CHAIN_CONTENT_READER:
        if (content->reader.close != NULL)
            content->reader.close(content->reader.user);
        break;
    case CHAIN_CONTENT_REFUSED:
        break;
    }
    search->is_done = TRUE;
}

/* ---- The search ------------------------------------------------------------------------------ */

void lint_file_find(const struct lint *lint, const struct lint_client *client, const char *name,
                    struct lint_file *ret_file) {
    struct search search = {.lint = lint, .file = ret_file};
    char canonical[TFTP_PATH_MAX];

    *ret_file = (struct lint_file){0};
    if (tftp_path_canonical(name, strlen(name), canonical) != TFTP_PATH_OK)
        return;
    ret_file->name = g_strdup(canonical);
    struct request *asked = request_new_file(client->request, client->trace,
                                             request_get_origin(client->request), canonical);
    chain_content(lint->candidate->generation, asked, content_given, &search);
    while (!search.is_done)
        g_main_context_iteration(NULL, TRUE);
    request_unref(asked);
}

gboolean lint_file_is_there(const struct lint *lint, const struct lint_client *client,
                            const char *name) {
    struct lint_file file;

    lint_file_find(lint, client, name, &file);
    gboolean is_there = file.missing == NULL;
    lint_file_clear(&file);
    return is_there;
}
