/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A snapshot is a table of names and values, so that comparing is one function.
 */
#include "conformance/snapshot.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_DEPTH 4

struct snapshot {
    GHashTable *values; /* "kind name" to its value */
};

static void put(struct snapshot *snapshot, char *name, char *value) {
    g_hash_table_replace(snapshot->values, name, value);
}

/* ---- /proc ----------------------------------------------------------------------------------- */

/* Names in a folder of /proc, without our own descriptor of it. */
static GStrv list(const char *path) {
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name = NULL;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL)
        g_strv_builder_add(names, name);
    return g_strv_builder_end(names);
}

/* "/etc/x, to read", "socket:[7]"; NULL: it is closed by now. */
static char *describe_descriptor(const char *number) {
    g_autofree char *link = g_strdup_printf("/proc/self/fd/%s", number);
    g_autofree char *target = g_file_read_link(link, NULL);
    int descriptor = (int) g_ascii_strtoll(number, NULL, 10);
    int flags = fcntl(descriptor, F_GETFL);
    if (target == NULL || flags < 0)
        return NULL;
    gboolean reads = target[0] == '/' && (flags & O_ACCMODE) == O_RDONLY;
    return g_strconcat(target, reads ? ", to read" : "", NULL);
}

static void put_descriptors(struct snapshot *snapshot) {
    g_auto(GStrv) numbers = list("/proc/self/fd");
    for (gsize i = 0; numbers[i] != NULL; i++) {
        char *what = describe_descriptor(numbers[i]);
        if (what != NULL)
            put(snapshot, g_strdup_printf("descriptor %s", numbers[i]), what);
    }
}

static void put_threads(struct snapshot *snapshot) {
    g_auto(GStrv) numbers = list("/proc/self/task");
    for (gsize i = 0; numbers[i] != NULL; i++) {
        g_autofree char *path = g_strdup_printf("/proc/self/task/%s/children", numbers[i]);
        char *children = NULL;
        put(snapshot, g_strdup_printf("thread %s", numbers[i]), g_strdup("runs"));
        if (!g_file_get_contents(path, &children, NULL, NULL))
            continue;
        if (children[0] != '\0')
            put(snapshot, g_strdup_printf("child processes of thread %s", numbers[i]), children);
        else
            g_free(children);
    }
}

/* ---- The process ----------------------------------------------------------------------------- */

static void put_environment(struct snapshot *snapshot) {
    g_auto(GStrv) names = g_listenv();
    for (gsize i = 0; names[i] != NULL; i++)
        put(snapshot, g_strdup_printf("environment variable %s", names[i]),
            g_strdup(g_getenv(names[i])));
}

static void put_signals(struct snapshot *snapshot) {
    sigset_t blocked;
    sigemptyset(&blocked);
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    for (int number = 1; number < SIGRTMAX; number++) {
        struct sigaction action = {0};
        if (sigaction(number, NULL, &action) != 0)
            continue;
        put(snapshot, g_strdup_printf("handler of signal %d (%s)", number, strsignal(number)),
            g_strdup_printf("%p", (void *) action.sa_sigaction));
        put(snapshot, g_strdup_printf("mask of signal %d (%s)", number, strsignal(number)),
            g_strdup(sigismember(&blocked, number) != 0 ? "blocked" : "open"));
    }
}

static void put_process(struct snapshot *snapshot) {
    mode_t mask = umask(022);
    umask(mask);
    put(snapshot, g_strdup("umask"), g_strdup_printf("%03o", (unsigned) mask));
    put(snapshot, g_strdup("locale"), g_strdup(setlocale(LC_ALL, NULL)));
    put(snapshot, g_strdup("working folder"), g_get_current_dir());
}

/* ---- Files ----------------------------------------------------------------------------------- */

static void put_folder(struct snapshot *snapshot, const char *path, unsigned depth) {
    g_auto(GStrv) names = list(path);
    for (gsize i = 0; names[i] != NULL; i++) {
        g_autofree char *file = g_build_filename(path, names[i], NULL);
        struct stat info;
        if (lstat(file, &info) != 0)
            continue;
        if (S_ISDIR(info.st_mode) && depth > 0)
            put_folder(snapshot, file, depth - 1);
        /* Folders change with what is in them, which is named itself. */
        put(snapshot, g_strdup_printf("file %s", file),
            S_ISDIR(info.st_mode)
                ? g_strdup("a folder")
                : g_strdup_printf("%lld bytes of %lld.%09ld", (long long) info.st_size,
                                  (long long) info.st_mtim.tv_sec, info.st_mtim.tv_nsec));
    }
}

/* ---- Snapshots ------------------------------------------------------------------------------- */

struct snapshot *snapshot_take(void) {
    struct snapshot *snapshot = g_new0(struct snapshot, 1);
    snapshot->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    put_descriptors(snapshot);
    put_threads(snapshot);
    put_environment(snapshot);
    put_signals(snapshot);
    put_process(snapshot);
    put_folder(snapshot, ".", FOLDER_DEPTH);
    return snapshot;
}

void snapshot_free(struct snapshot *snapshot) {
    g_hash_table_unref(snapshot->values);
    g_free(snapshot);
}

static gboolean is_left_out(const char *name, const char *value, enum snapshot_parts except) {
    if (g_str_has_prefix(name, "thread "))
        return (except & SNAPSHOT_THREADS) != 0;
    if (g_str_has_prefix(name, "file "))
        return (except & SNAPSHOT_FILES) != 0;
    if (!g_str_has_prefix(name, "descriptor "))
        return FALSE;
    return (except & SNAPSHOT_DESCRIPTORS) != 0 ||
           ((except & SNAPSHOT_PLAIN_FILES) != 0 && value[0] == '/') ||
           ((except & SNAPSHOT_READERS) != 0 && g_str_has_suffix(value, ", to read"));
}

GStrv snapshot_compare(const struct snapshot *before, const struct snapshot *after,
                       enum snapshot_parts except) {
    g_autoptr(GStrvBuilder) lines = g_strv_builder_new();
    GHashTableIter iter;
    gpointer name = NULL, value = NULL;
    g_hash_table_iter_init(&iter, after->values);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        const char *old = g_hash_table_lookup(before->values, name);
        if (g_strcmp0(old, value) == 0 || is_left_out(name, value, except))
            continue;
        g_autofree char *line =
            old == NULL
                ? g_strdup_printf("%s is new: %s", (char *) name, (char *) value)
                : g_strdup_printf("%s was %s and is %s", (char *) name, old, (char *) value);
        g_strv_builder_add(lines, line);
    }
    g_hash_table_iter_init(&iter, before->values);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        if (g_hash_table_contains(after->values, name) || is_left_out(name, value, except))
            continue;
        g_autofree char *line = g_strdup_printf("%s is gone: %s", (char *) name, (char *) value);
        g_strv_builder_add(lines, line);
    }
    return g_strv_builder_end(lines);
}

/* ---- Numbers --------------------------------------------------------------------------------- */

unsigned snapshot_count_threads(void) {
    g_auto(GStrv) numbers = list("/proc/self/task");
    return g_strv_length(numbers);
}

unsigned snapshot_count_descriptors(void) {
    g_auto(GStrv) numbers = list("/proc/self/fd");
    return g_strv_length(numbers);
}

gsize snapshot_count_memory(void) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}
