/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a file to a module: the only user of <ltdl.h>.
 */
#include "provider/loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <ltdl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "provider/image.h"

/* libltdl keeps lists of its own without a lock, so one thread loads at a time. */
static GMutex ltdl_lock;

/* ---- May this file be loaded? ---------------------------------------------------------------- */

static char *explain_owner(const char *path, const struct stat *info) {
    return g_strdup_printf(
        "%s is refused: it belongs to user %u, and who owns a module can make this "
        "daemon do anything; wanted: owned by root%s; offered: user %u; "
        "check where it comes from, then run: chown root '%s'",
        path, (unsigned) info->st_uid, geteuid() != 0 ? " or by the user who runs this" : "",
        (unsigned) info->st_uid, path);
}

static char *explain_mode(const char *what, const char *path, const struct stat *info) {
    return g_strdup_printf("%s is refused: %s can be written by others; wanted: a mode such as "
                           "0755; offered: %04o; run: chmod go-w '%s'",
                           path, what, (unsigned) (info->st_mode & 07777), path);
}

/* The group may write when it is the private group of an unprivileged user (umask 002). */
static bool is_writable_by_others(const struct stat *info) {
    bool own_group = geteuid() != 0 && info->st_gid == getegid() && info->st_uid == geteuid();
    mode_t others = own_group ? S_IWOTH : (S_IWOTH | S_IWGRP);
    return (info->st_mode & others) != 0;
}

/* NULL: nothing to object. */
static char *judge_folder(const char *path) {
    g_autofree char *folder = g_path_get_dirname(path);
    struct stat info;
    if (stat(folder, &info) != 0)
        return NULL;
    /* In a sticky folder such as /tmp nobody can replace another's file. */
    if (is_writable_by_others(&info) && (info.st_mode & S_ISVTX) == 0)
        return explain_mode("its folder", folder, &info);
    return NULL;
}

char *module_judge(const char *path) {
    if (!g_path_is_absolute(path) || !g_str_has_suffix(path, ".so"))
        return g_strdup_printf("%s is refused: a module is loaded by the absolute path of a .so "
                               "file; write the full path, or the name of a module",
                               path);
    struct stat info;
    if (stat(path, &info) != 0)
        return g_strdup_printf("%s cannot be loaded: %s; install the module, or correct the path",
                               path, g_strerror(errno));
    if (!S_ISREG(info.st_mode))
        return g_strdup_printf("%s is refused: it is not a regular file; name the module itself",
                               path);
    if (info.st_uid != 0 && info.st_uid != geteuid())
        return explain_owner(path, &info);
    if (is_writable_by_others(&info))
        return explain_mode("it", path, &info);
    return judge_folder(path);
}

/* A file that was cut short would stop us; see provider/image. */
static char *judge_content(const char *path) {
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);
    if (file == NULL ||
        image_is_whole(g_mapped_file_get_contents(file), g_mapped_file_get_length(file)))
        return NULL;
    return g_strdup_printf("%s is cut short: install it again", path);
}

/* ---- Loading --------------------------------------------------------------------------------- */

/* Maps the file with every symbol resolved, for good. The handle is not needed again: NODELETE
 * keeps the image although libltdl will count its own handles. */
static char *map_now(const char *path, const char *shown) {
    if (dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) != NULL)
        return NULL;
    const char *words = dlerror();
    /* Its words begin with the path, which ours have said already. */
    if (words != NULL && g_str_has_prefix(words, path) && words[strlen(path)] == ':')
        words += strlen(path) + strlen(": ");
    return g_strdup_printf("%s cannot be loaded: %s; build it as a shared object for this machine "
                           "that links to everything it uses (check with: ldd -r '%s')",
                           shown, words != NULL ? words : "the dynamic linker does not say why",
                           shown);
}

static lt_dlhandle open_resident(const char *path) {
    lt_dladvise advise;
    if (lt_dlinit() != 0 || lt_dladvise_init(&advise) != 0)
        return NULL;
    lt_dladvise_local(&advise);
    lt_dladvise_resident(&advise);
    lt_dlhandle handle = lt_dlopenadvise(path, advise);
    lt_dladvise_destroy(&advise);
    return handle;
}

static boot_host_provider_entry_fn find_entry(const char *path, const char *shown,
                                              char **ret_error) {
    boot_host_provider_entry_fn entry = NULL;
    g_mutex_lock(&ltdl_lock);
    *ret_error = map_now(path, shown);
    if (*ret_error == NULL) {
        lt_dlhandle handle = open_resident(path);
        if (handle != NULL)
            *(void **) &entry = lt_dlsym(handle, BOOT_HOST_PROVIDER_ENTRY);
        else
            *ret_error =
                g_strdup_printf("%s cannot be loaded: libltdl says: %s", shown, lt_dlerror());
    }
    g_mutex_unlock(&ltdl_lock);
    if (entry == NULL && *ret_error == NULL)
        *ret_error = g_strdup_printf(
            "%s is refused: it is no provider module; wanted: the exported "
            "symbol " BOOT_HOST_PROVIDER_ENTRY
            "; offered: none of that name; end the source with BOOT_HOST_PROVIDER (table);",
            shown);
    return entry;
}

static struct module *shake_hands(const struct boot_host_provider *table, const char *file,
                                  char **ret_error) {
    struct refusal refusal;
    struct provider provider;
    if (!handshake(table, &provider, &refusal)) {
        *ret_error = refusal_text(&refusal, file);
        refusal_clear(&refusal);
        return NULL;
    }
    struct module *module = g_new0(struct module, 1);
    g_atomic_ref_count_init(&module->refs);
    module->provider = provider;
    return module;
}

/* `shown`: the path in messages. */
static struct module *load(const char *path, const char *shown, char **ret_error) {
    char *error = module_judge(path);
    if (error == NULL)
        error = judge_content(path);
    boot_host_provider_entry_fn entry = error == NULL ? find_entry(path, shown, &error) : NULL;
    if (entry == NULL) {
        *ret_error = error;
        return NULL;
    }
    struct module *module = shake_hands(entry(), shown, ret_error);
    if (module == NULL)
        return NULL;
    module->path = g_strdup(path);
    return module;
}

struct module *module_load(const char *path, char **ret_error) {
    return load(path, path, ret_error);
}

struct module *module_load_copy(const char *path, const char *origin, const char *hash,
                                char **ret_error) {
    struct module *module = load(path, origin, ret_error);
    if (module == NULL)
        return NULL;
    module->origin = g_strdup(origin);
    module->hash = g_strdup(hash);
    return module;
}

static boot_host_provider_entry_fn find_mapped_entry(int file, const char *path, char **ret_error) {
    g_autofree char *name = g_strdup_printf("/proc/self/fd/%d", file);
    void *image = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    boot_host_provider_entry_fn entry = NULL;
    if (image != NULL)
        *(void **) &entry = dlsym(image, BOOT_HOST_PROVIDER_ENTRY);
    if (image == NULL)
        *ret_error = g_strdup_printf("%s cannot be loaded: %s", path, dlerror());
    else if (entry == NULL)
        *ret_error = g_strdup_printf(
            "%s is refused: it is no provider module: it has no symbol " BOOT_HOST_PROVIDER_ENTRY,
            path);
    return entry;
}

struct module *module_load_descriptor(int file, const char *path, char **ret_error) {
    boot_host_provider_entry_fn entry = find_mapped_entry(file, path, ret_error);
    struct module *module = entry != NULL ? shake_hands(entry(), path, ret_error) : NULL;
    if (module != NULL)
        module->path = g_strdup(path);
    return module;
}

struct module *module_new_builtin(const struct boot_host_provider *table, char **ret_error) {
    return shake_hands(table, "the built-in table", ret_error);
}

/* ---- Finding --------------------------------------------------------------------------------- */

/* The names of the modules in a folder; empty when it cannot be read. */
static GStrv list_modules(const char *folder) {
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    g_autoptr(GDir) listing = g_dir_open(folder, 0, NULL);
    const char *file = listing != NULL ? g_dir_read_name(listing) : NULL;
    while (file != NULL) {
        if (g_str_has_suffix(file, ".so")) {
            g_autofree char *name = g_strndup(file, strlen(file) - strlen(".so"));
            g_strv_builder_add(names, name);
        }
        file = g_dir_read_name(listing);
    }
    return g_strv_builder_end(names);
}

char *module_find(const char *folder, const char *word, char **ret_error) {
    if (g_path_is_absolute(word))
        return g_strdup(word);
    g_autofree char *shown = log_quote(word, -1);
    if (*word == '\0' || strpbrk(word, "/.") != NULL) {
        *ret_error = g_strdup_printf("%s is no module: write a module's name, such as "
                                     "\"module = filter\", or the absolute path of a .so file",
                                     shown);
        return NULL;
    }
    if (folder == NULL) {
        *ret_error =
            g_strdup_printf("there is no module %s in this program, and no folder of modules "
                            "is known: write the absolute path of a .so file",
                            shown);
        return NULL;
    }
    g_autofree char *file = g_strconcat(word, ".so", NULL);
    g_autofree char *path = g_build_filename(folder, file, NULL);
    if (access(path, F_OK) == 0)
        return g_steal_pointer(&path);

    g_auto(GStrv) known = list_modules(folder);
    const char *near = text_nearest(word, (const char *const *) known);
    *ret_error = g_strdup_printf("there is no module %s in %s%s%s%s; `boothost provider list` "
                                 "shows what is installed",
                                 shown, folder, near != NULL ? "; did you mean '" : "",
                                 near != NULL ? near : "", near != NULL ? "'?" : "");
    return NULL;
}

/* ---- Life ------------------------------------------------------------------------------------ */

struct module *module_ref(struct module *module) {
    g_atomic_ref_count_inc(&module->refs);
    return module;
}

void module_unref(struct module *module) {
    if (module == NULL || !g_atomic_ref_count_dec(&module->refs))
        return;
    provider_clear(&module->provider);
    g_free(module->path);
    g_free(module->origin);
    g_free(module->hash);
    g_free(module);
}

const char *module_get_origin(const struct module *module) {
    if (module->origin != NULL)
        return module->origin;
    return module->path != NULL ? module->path : "built-in";
}
