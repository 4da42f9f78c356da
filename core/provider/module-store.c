/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private copies of modules, by content.
 */
#include "provider/module-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "provider/image.h"

#define HASH_LENGTH 64 /* SHA-256 in hexadecimal */

struct module_store {
    char *folder;
    GMutex lock;         /* of what follows, and of the folder */
    GHashTable *modules; /* hash to struct module, each kept for good */
};

/* ---- The folder ------------------------------------------------------------------------------ */

/* NULL: it is ours alone. */
static char *judge_folder(const char *folder) {
    struct stat info;
    if (lstat(folder, &info) != 0)
        return g_strdup_printf("%s cannot be made: %s", folder, g_strerror(errno));
    if (!S_ISDIR(info.st_mode))
        return g_strdup_printf("%s is there, but is no folder: remove it", folder);
    if (info.st_uid != geteuid())
        return g_strdup_printf("%s belongs to user %u instead of %u, who runs this: remove it",
                               folder, (unsigned) info.st_uid, (unsigned) geteuid());
    if ((info.st_mode & 077) != 0 && chmod(folder, 0700) != 0)
        return g_strdup_printf("%s is open to others: run: chmod 0700 '%s'", folder, folder);
    struct statvfs system;
    if (statvfs(folder, &system) == 0 && (system.f_flag & ST_NOEXEC) != 0)
        return g_strdup_printf("%s is on a file system that is mounted noexec", folder);
    return access(folder, W_OK | X_OK) == 0 ? NULL
                                            : g_strdup_printf("%s: %s", folder, g_strerror(errno));
}

/* "NAME-HASH.so", and what is left of one that was not written to its end. Nothing else is ours. */
static gboolean is_copy(const char *name) {
    const char *hash = strrchr(name, '-');
    return hash != NULL && strspn(hash + 1, "0123456789abcdef") == HASH_LENGTH &&
           g_str_has_prefix(hash + 1 + HASH_LENGTH, ".so");
}

/* What an earlier run left; this one has not mapped anything yet. */
static void empty_folder(const char *folder) {
    g_autoptr(GDir) listing = g_dir_open(folder, 0, NULL);
    const char *name = listing != NULL ? g_dir_read_name(listing) : NULL;
    while (name != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (is_copy(name))
            g_unlink(path);
        name = g_dir_read_name(listing);
    }
}

static void unref_module(gpointer module) {
    module_unref(module);
}

struct module_store *module_store_open(const char *state, char **ret_error) {
    g_autofree char *folder = g_build_filename(state, "module-copies", NULL);
    g_mkdir_with_parents(state, 0750); /* any failure shows in the next step */
    g_mkdir(folder, 0700);
    g_autofree char *error = judge_folder(folder);
    if (error != NULL) {
        *ret_error = g_strdup_printf("modules are copied before they are used, so that nobody "
                                     "changes one that runs, but %s; create the folder %s for the "
                                     "user who runs this, or set another with state = FOLDER",
                                     error, state);
        return NULL;
    }
    empty_folder(folder);
    struct module_store *store = g_new0(struct module_store, 1);
    store->folder = g_steal_pointer(&folder);
    store->modules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_module);
    g_mutex_init(&store->lock);
    return store;
}

void module_store_free(struct module_store *store) {
    if (store == NULL)
        return;
    g_hash_table_unref(store->modules);
    g_mutex_clear(&store->lock);
    g_free(store->folder);
    g_free(store);
}

/* ---- One file -------------------------------------------------------------------------------- */

/* What is in the file at this moment. */
struct content {
    char *data;
    gsize size;
    char *hash;
};

static void content_clear(struct content *content) {
    g_free(content->data);
    g_free(content->hash);
}

static gboolean is_same(const struct stat *before, const struct stat *after) {
    return before->st_ino == after->st_ino && before->st_size == after->st_size &&
           before->st_mtim.tv_sec == after->st_mtim.tv_sec &&
           before->st_mtim.tv_nsec == after->st_mtim.tv_nsec;
}

/* NULL: *ret_content is whole. */
static char *read_module(const char *path, struct content *ret_content) {
    struct content content = {0};
    struct stat before = {0}, after = {0};
    g_autoptr(GError) failure = NULL;
    char *error = module_judge(path);
    if (error != NULL)
        return error;
    if (stat(path, &before) != 0 ||
        !g_file_get_contents(path, &content.data, &content.size, &failure))
        return g_strdup_printf("%s cannot be read: %s; install the module, or correct the path",
                               path, failure != NULL ? failure->message : g_strerror(errno));
    if (stat(path, &after) != 0 || !is_same(&before, &after) ||
        (gsize) after.st_size != content.size || !image_is_whole(content.data, content.size)) {
        content_clear(&content);
        return g_strdup_printf("%s is cut short, or is being written at this moment: install it "
                               "again, by a rename or `install`, and repeat this",
                               path);
    }
    content.hash =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *) content.data, content.size);
    *ret_content = content;
    return NULL;
}

/* Under the lock. NULL: no copy could be made. */
static char *write_copy(const struct module_store *store, const char *path,
                        const struct content *content, char **ret_error) {
    g_autofree char *base = g_path_get_basename(path);
    base[strlen(base) - strlen(".so")] = '\0'; /* it ends so: module_judge */
    g_autofree char *name = g_strdup_printf("%s-%s.so", base, content->hash);
    g_autofree char *copy = g_build_filename(store->folder, name, NULL);
    if (g_file_test(copy, G_FILE_TEST_EXISTS))
        return g_steal_pointer(&copy);
    g_autoptr(GError) failure = NULL;
    if (g_file_set_contents_full(copy, content->data, (gssize) content->size,
                                 G_FILE_SET_CONTENTS_CONSISTENT, 0600, &failure))
        return g_steal_pointer(&copy);
    *ret_error = g_strdup_printf("%s cannot be copied: %s; make room in %s, or set another folder "
                                 "with state = FOLDER",
                                 path, failure->message, store->folder);
    return NULL;
}

char *module_store_copy(struct module_store *store, const char *path, char **ret_hash,
                        char **ret_error) {
    struct content content = {0};
    *ret_error = read_module(path, &content);
    if (*ret_error != NULL)
        return NULL;
    g_mutex_lock(&store->lock);
    char *copy = write_copy(store, path, &content, ret_error);
    g_mutex_unlock(&store->lock);
    if (copy != NULL && ret_hash != NULL)
        *ret_hash = g_steal_pointer(&content.hash);
    content_clear(&content);
    return copy;
}

/* ---- Modules --------------------------------------------------------------------------------- */

/* Under the lock. */
static struct module *load_copy(struct module_store *store, const char *path,
                                struct content *content, char **ret_error) {
    g_autofree char *copy = write_copy(store, path, content, ret_error);
    if (copy == NULL)
        return NULL;
    struct module *module = module_load_copy(copy, path, content->hash, ret_error);
    if (module == NULL) {
        g_unlink(copy);
        return NULL;
    }
    g_hash_table_insert(store->modules, g_steal_pointer(&content->hash), module);
    return module;
}

struct module *module_store_load(struct module_store *store, const char *path, char **ret_error) {
    struct content content = {0};
    *ret_error = read_module(path, &content);
    if (*ret_error != NULL)
        return NULL;
    g_mutex_lock(&store->lock);
    struct module *module = g_hash_table_lookup(store->modules, content.hash);
    if (module == NULL)
        module = load_copy(store, path, &content, ret_error);
    if (module != NULL)
        module_ref(module);
    g_mutex_unlock(&store->lock);
    content_clear(&content);
    return module;
}
