/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which boot file is sent to which group by PXE's MTFTP.
 */
#include "tftp/mtftp-directory.h"

#include "tftp/path.h"

#include <string.h>

/* Seconds that a client listens for a running transfer before it opens one, and before it opens
 * another one for what it missed (PXE 2.1 table 2-1, 43.4 and 43.5). */
#define OPEN_TIMEOUT_S 2
#define REOPEN_DELAY_S 5

struct mtftp_directory {
    gatomicrefcount references;
    struct multicast_settings settings;
    GMutex lock;       /* over all below */
    char **names;      /* canonical; the position is the address's place in the range */
    GHashTable *taken; /* name -> its position, counted from 1 */
};

struct mtftp_directory *mtftp_directory_new(const struct multicast_settings *settings) {
    if (settings->mtftp_patterns == NULL)
        return NULL;
    struct mtftp_directory *directory = g_new0(struct mtftp_directory, 1);
    g_atomic_ref_count_init(&directory->references);
    multicast_settings_copy(settings, &directory->settings);
    g_mutex_init(&directory->lock);
    directory->names = g_new0(char *, settings->mtftp_groups.count + 1);
    directory->taken = g_hash_table_new(g_str_hash, g_str_equal);
    return directory;
}

struct mtftp_directory *mtftp_directory_ref(struct mtftp_directory *directory) {
    g_atomic_ref_count_inc(&directory->references);
    return directory;
}

void mtftp_directory_unref(struct mtftp_directory *directory) {
    if (directory == NULL || !g_atomic_ref_count_dec(&directory->references))
        return;
    g_hash_table_unref(directory->taken);
    for (unsigned i = 0; i < directory->settings.mtftp_groups.count; i++)
        g_free(directory->names[i]);
    g_free(directory->names);
    multicast_settings_clear(&directory->settings);
    g_mutex_clear(&directory->lock);
    g_free(directory);
}

/* The name's position from 1; 0: no address is left. The search starts where the name says, so that
 * the same files get the same addresses after a restart. */
static unsigned take_place(struct mtftp_directory *directory, const char *name) {
    unsigned known = GPOINTER_TO_UINT(g_hash_table_lookup(directory->taken, name));
    if (known != 0)
        return known;
    unsigned count = directory->settings.mtftp_groups.count;
    unsigned start = g_str_hash(name) % count;
    for (unsigned i = 0; i < count; i++) {
        unsigned place = (start + i) % count;
        if (directory->names[place] != NULL)
            continue;
        directory->names[place] = g_strdup(name);
        g_hash_table_insert(directory->taken, directory->names[place], GUINT_TO_POINTER(place + 1));
        return place + 1;
    }
    return 0;
}

bool mtftp_directory_find(void *user, const char *boot_file, struct pxe_mtftp *ret_mtftp) {
    struct mtftp_directory *directory = user;
    const struct multicast_settings *settings = &directory->settings;
    char name[TFTP_PATH_MAX];
    if (tftp_path_canonical(boot_file, strlen(boot_file), name) != TFTP_PATH_OK ||
        !multicast_patterns_match((const char *const *) settings->mtftp_patterns, name))
        return false;
    g_mutex_lock(&directory->lock);
    unsigned place = take_place(directory, name);
    g_mutex_unlock(&directory->lock);
    if (place == 0)
        return false;
    *ret_mtftp = (struct pxe_mtftp){
        .address = settings->mtftp_groups.first + place - 1,
        .client_port = settings->mtftp_client_port,
        .server_port = settings->mtftp_server_port,
        .open_timeout = OPEN_TIMEOUT_S,
        .reopen_delay = REOPEN_DELAY_S,
        .passes_routers = settings->ttl > 1,
    };
    return true;
}

uint16_t mtftp_directory_port(const struct mtftp_directory *directory) {
    return directory->settings.mtftp_server_port;
}
