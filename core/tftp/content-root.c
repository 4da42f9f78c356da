/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finding a file below the served root: as spelled, else without regard to case.
 */
#include "tftp/content.h"

#include "base/limits.h"
#include "tftp/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RENAME_RETRIES 8 /* openat2 gives EAGAIN when something moves while a link is resolved */

struct content_root {
    gatomicrefcount references;
    int descriptor;
    char *path;
};

struct content_root *content_root_open(const char *path, GError **error) {
    int descriptor = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        g_set_error(error, CONTENT_ERROR, CONTENT_ERROR_NOT_FOUND,
                    "cannot open the served folder '%s': %s; create it or correct 'root' in group "
                    "[server]",
                    path, g_strerror(errno));
        return NULL;
    }
    struct content_root *root = g_new0(struct content_root, 1);
    g_atomic_ref_count_init(&root->references);
    root->descriptor = descriptor;
    root->path = g_strdup(path);
    return root;
}

struct content_root *content_root_ref(struct content_root *root) {
    g_atomic_ref_count_inc(&root->references);
    return root;
}

void content_root_unref(struct content_root *root) {
    if (root == NULL || !g_atomic_ref_count_dec(&root->references))
        return;
    close(root->descriptor);
    g_free(root->path);
    g_free(root);
}

/* Opens below the root, whatever links lie on the way; -1 with errno. */
static int open_beneath(const struct content_root *root, const char *name, unsigned flags) {
    struct open_how how = {
        .flags = flags | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    int descriptor = -1;
    for (unsigned i = 0; i < RENAME_RETRIES; i++) {
        descriptor = (int) syscall(SYS_openat2, root->descriptor, name, &how, sizeof(how));
        if (descriptor >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return descriptor;
}

/* O_NONBLOCK: a pipe without a writer would keep us waiting before we see what it is. */
static int open_file(const struct content_root *root, const char *name) {
    return open_beneath(root, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

static gboolean same_but_case(const char *folded, const char *candidate) {
    if (!g_utf8_validate(candidate, -1, NULL))
        return FALSE;
    g_autofree char *other = g_utf8_casefold(candidate, -1);
    return strcmp(folded, other) == 0;
}

/* The entry of `folder` that differs from `segment` by case alone; the first in byte order of
 * several, so that the answer does not hang on the order on disk. NULL when there is none. */
static char *scan_folder(DIR *folder, const char *segment) {
    if (!g_utf8_validate(segment, -1, NULL))
        return NULL;
    g_autofree char *folded = g_utf8_casefold(segment, -1);
    char *best = NULL;
    const struct dirent *entry = readdir(folder);
    for (unsigned i = 0; entry != NULL && i < LIMIT_FOLDER_SCAN; i++, entry = readdir(folder)) {
        if (!same_but_case(folded, entry->d_name) ||
            (best != NULL && strcmp(best, entry->d_name) <= 0))
            continue;
        g_free(best);
        best = g_strdup(entry->d_name);
    }
    return best;
}

/* How `segment` is really spelled in the folder `parent` ("" is the root); NULL: not there. */
static char *spell_segment(const struct content_root *root, const char *parent,
                           const char *segment) {
    int descriptor = open_beneath(root, parent[0] != '\0' ? parent : ".", O_RDONLY | O_DIRECTORY);
    if (descriptor < 0)
        return NULL;
    if (faccessat(descriptor, segment, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        close(descriptor);
        return g_strdup(segment);
    }
    DIR *folder = fdopendir(descriptor);
    if (folder == NULL) {
        close(descriptor);
        return NULL;
    }
    char *spelled = scan_folder(folder, segment);
    closedir(folder);
    return spelled;
}

/* The whole name as it is really spelled; NULL when some segment is not there in any case. */
static char *spell_name(const struct content_root *root, const char *name) {
    g_auto(GStrv) segments = g_strsplit(name, "/", -1);
    g_autoptr(GString) spelled = g_string_new(NULL);
    for (unsigned i = 0; segments[i] != NULL; i++) {
        g_autofree char *segment = spell_segment(root, spelled->str, segments[i]);
        if (segment == NULL)
            return NULL;
        g_string_append_printf(spelled, "%s%s", i > 0 ? "/" : "", segment);
    }
    return g_string_free(g_steal_pointer(&spelled), FALSE);
}

static void set_open_error(GError **error, const char *name, int code) {
    switch (code) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
        g_set_error(error, CONTENT_ERROR, CONTENT_ERROR_NOT_FOUND, "no file '%s'", name);
        return;
    case EXDEV:
        g_set_error(error, CONTENT_ERROR, CONTENT_ERROR_ACCESS,
                    "'%s' leads out of the served folder by a symbolic link", name);
        return;
    case EACCES:
    case EPERM:
    case ELOOP:
        g_set_error(error, CONTENT_ERROR, CONTENT_ERROR_ACCESS, "cannot read '%s': %s", name,
                    g_strerror(code));
        return;
    case ENXIO:
        g_set_error(error, CONTENT_ERROR, CONTENT_ERROR_NOT_A_FILE, "'%s' is no regular file",
                    name);
        return;
    default:
        g_set_error(error, CONTENT_ERROR, CONTENT_ERROR_FAILED, "cannot open '%s': %s", name,
                    g_strerror(code));
    }
}

struct content *content_root_find(struct content_root *root, const char *name, GError **error) {
    int descriptor = open_file(root, name);
    if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        g_autofree char *spelled = spell_name(root, name);
        if (spelled == NULL) {
            set_open_error(error, name, ENOENT);
            return NULL;
        }
        descriptor = open_file(root, spelled);
    }
    if (descriptor < 0) {
        set_open_error(error, name, errno);
        return NULL;
    }
    struct content *content = content_new_file(descriptor, error);
    if (content == NULL)
        g_prefix_error(error, "'%s': ", name);
    return content;
}
