/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The key file's lines become typed values. Each known key is one row of a table, so that the list
 * of what may be written, its reader and its nearest-word suggestion cannot differ.
 */
#include "config/config.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "config/config-multicast.h"
#include "config/config-provider.h"
#include "config/key-file.h"
#include "provider/problem.h"

#define CONTROL_PATH_MAX 107 /* bytes of sockaddr_un.sun_path, the terminator left out */

struct config_reader {
    struct config *config;
    GPtrArray *problems;
    char *folder; /* of the main file: relative paths start here */
};

/* Takes a value; NULL when it is fine, else what was expected instead. */
typedef const char *(*set_fn)(struct config_reader *reader, const char *value);

struct key {
    const char *name;
    set_fn set;
    config_multicast_fn set_multicast; /* instead of the other one */
};

static const char *set_path(struct config_reader *reader, char **path, const char *value) {
    if (value[0] == '\0')
        return "a path";
    g_free(*path);
    *path = g_canonicalize_filename(value, reader->folder);
    return NULL;
}

static const char *set_interfaces(struct config_reader *reader, const char *value) {
    g_clear_pointer(&reader->config->interfaces, g_strfreev);
    if (strcmp(value, "auto") != 0)
        reader->config->interfaces = text_split_list(value);
    return value[0] != '\0' ? NULL : "auto, or names such as eth0; eth1";
}

static const char *set_dhcp(struct config_reader *reader, const char *value) {
    static const char *const words[] = {
        [CONFIG_DHCP_BIND] = "bind", [CONFIG_DHCP_RAW] = "raw", [CONFIG_DHCP_OFF] = "off"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(value, words[i]) == 0) {
            reader->config->dhcp = (enum config_dhcp) i;
            return NULL;
        }
    }
    return "bind, raw (a DHCP server on this host has port 67) or off (port 4011 alone)";
}

static const char *set_root(struct config_reader *reader, const char *value) {
    return set_path(reader, &reader->config->root, value);
}

static const char *set_state(struct config_reader *reader, const char *value) {
    return set_path(reader, &reader->config->state, value);
}

static const char *set_modules(struct config_reader *reader, const char *value) {
    return set_path(reader, &reader->config->modules, value);
}

/* The kernel has no room for more (unix(7)), and what it is given would be cut short in silence. */
static const char *set_control(struct config_reader *reader, const char *value) {
    const char *problem = set_path(reader, &reader->config->control, value);
    if (problem != NULL)
        return problem;
    return strlen(reader->config->control) <= CONTROL_PATH_MAX
               ? NULL
               : "a path of at most 107 bytes in full: a socket's has no more room";
}

static const char *set_shape(struct config_reader *reader, const char *value) {
    return answer_shape_parse(value, &reader->config->policy.shape) ? NULL
                                                                    : "auto, direct or boot-server";
}

static const char *set_record(struct config_reader *reader, const char *value) {
    return set_path(reader, &reader->config->record.path, value);
}

static const char *set_record_size(struct config_reader *reader, const char *value) {
    int64_t bytes = 0;
    if (!text_parse_size(value, &bytes) || bytes < 64 * 1024 || bytes > LIMIT_RECORD_SIZE)
        return "64K to 64G (bytes of one file, such as 64M)";
    reader->config->record.size = (uint64_t) bytes;
    return NULL;
}

static const char *set_record_files(struct config_reader *reader, const char *value) {
    int64_t files = 0;
    if (!text_parse_integer(value, 1, LIMIT_RECORD_FILES, &files))
        return "1 to 1000 (files kept)";
    reader->config->record.files = (unsigned) files;
    return NULL;
}

static const char *set_record_macs(struct config_reader *reader, const char *value) {
    reader->config->record.use_pseudonyms = strcmp(value, "pseudonym") == 0;
    return reader->config->record.use_pseudonyms || strcmp(value, "plain") == 0
               ? NULL
               : "plain or pseudonym";
}

static const char *set_worker(struct config_reader *reader, const char *value) {
    return set_path(reader, &reader->config->worker, value);
}

static const char *set_worker_user(struct config_reader *reader, const char *value) {
    g_free(reader->config->worker_user);
    reader->config->worker_user = g_strdup(value);
    return value[0] != '\0' ? NULL : "the name of a user";
}

static gboolean number(const char *value, int64_t least, int64_t most, unsigned *ret_number) {
    int64_t wide = 0;
    if (!text_parse_integer(value, least, most, &wide))
        return FALSE;
    *ret_number = (unsigned) wide;
    return TRUE;
}

static const char *set_canary(struct config_reader *reader, const char *value) {
    return number(value, 0, LIMIT_CANARY, &reader->config->canary)
               ? NULL
               : "0 to 256 (clients whose last request a reload tries first)";
}

static const char *set_threads(struct config_reader *reader, const char *value) {
    return number(value, 1, LIMIT_THREADS, &reader->config->threads)
               ? NULL
               : "1 to 32 (threads that answer requests)";
}

static const struct key server_keys[] = {
    {"interfaces", set_interfaces},
    {"dhcp", set_dhcp},
    {"root", set_root},
    {"state", set_state},
    {"modules", set_modules},
    {"control", set_control},
    {"answer-shape", set_shape},
    {"worker", set_worker},
    {"worker-user", set_worker_user},
    {"canary", set_canary},
    {"threads", set_threads},
    {"record", set_record},
    {"record-size", set_record_size},
    {"record-files", set_record_files},
    {"record-macs", set_record_macs},
};

static const char *set_block_size(struct config_reader *reader, const char *value) {
    return number(value, 512, LIMIT_TFTP_BLOCK_MAX, &reader->config->tftp.block_size)
               ? NULL
               : "512 to 65464 (bytes; 1468 fills an Ethernet frame)";
}

static const char *set_window_size(struct config_reader *reader, const char *value) {
    return number(value, 1, LIMIT_TFTP_WINDOW_MAX, &reader->config->tftp.window_size)
               ? NULL
               : "1 to 256 (blocks per acknowledgement)";
}

static const char *set_timeout(struct config_reader *reader, const char *value) {
    int64_t us = 0;
    if (!text_parse_duration(value, &us) || us < 20 * CLOCK_MILLISECOND || us > 255 * CLOCK_SECOND)
        return "a time from 20ms to 255s";
    reader->config->tftp.timeout_ms = (unsigned) (us / CLOCK_MILLISECOND);
    return NULL;
}

static const char *set_retries(struct config_reader *reader, const char *value) {
    return number(value, 1, 1000, &reader->config->tftp.retries) ? NULL : "1 to 1000";
}

static const char *set_rollover(struct config_reader *reader, const char *value) {
    return number(value, 0, 1, &reader->config->tftp.rollover)
               ? NULL
               : "0 or 1 (the block number that follows 65535)";
}

static const char *set_transfers(struct config_reader *reader, const char *value) {
    return number(value, 1, LIMIT_TRANSFERS, &reader->config->tftp.transfers) ? NULL : "1 to 8192";
}

static const char *set_tftp_threads(struct config_reader *reader, const char *value) {
    return number(value, 1, LIMIT_THREADS, &reader->config->tftp_threads)
               ? NULL
               : "1 to 32 (threads that send files)";
}

static const char *set_rate(uint64_t *rate, const char *value) {
    int64_t bytes = 0;
    if (!text_parse_size(value, &bytes) || (bytes != 0 && bytes < LIMIT_TFTP_RATE_MIN) ||
        bytes > LIMIT_TFTP_RATE_MAX)
        return "64K to 100G (bytes a second, such as 10M), or 0 for no cap";
    *rate = (uint64_t) bytes;
    return NULL;
}

static const char *set_client_rate(struct config_reader *reader, const char *value) {
    return set_rate(&reader->config->tftp.client_rate, value);
}

static const char *set_total_rate(struct config_reader *reader, const char *value) {
    return set_rate(&reader->config->tftp.total_rate, value);
}

static const char *set_msftwindow(struct config_reader *reader, const char *value) {
    gboolean agreed = FALSE;
    if (!text_parse_boolean(value, &agreed))
        return "yes or no";
    reader->config->tftp.fixed_window = !agreed;
    return NULL;
}

static const struct key tftp_keys[] = {
    {"block-size", set_block_size},
    {"window-size", set_window_size},
    {"timeout", set_timeout},
    {"retries", set_retries},
    {"rollover", set_rollover},
    {"transfers", set_transfers},
    {"threads", set_tftp_threads},
    {"client-rate", set_client_rate},
    {"total-rate", set_total_rate},
    {"msftwindow", set_msftwindow},
    {"multicast", NULL, config_multicast_files},
    {"multicast-groups", NULL, config_multicast_groups},
    {"multicast-port", NULL, config_multicast_port},
    {"multicast-ttl", NULL, config_multicast_ttl},
    {"multicast-rate", NULL, config_multicast_rate},
    {"mtftp", NULL, config_mtftp_files},
    {"mtftp-groups", NULL, config_mtftp_groups},
    {"mtftp-client-port", NULL, config_mtftp_client_port},
    {"mtftp-server-port", NULL, config_mtftp_server_port},
};

static void complain(struct config_reader *reader, const char *where, const char *kind,
                     const char *word, const char *const *known) {
    const char *near = text_nearest(word, known);
    g_autofree char *all = g_strjoinv(", ", (GStrv) known);
    struct problem *problem =
        near != NULL
            ? problem_new(TRUE, where, "unknown %s '%s': did you mean '%s'?", kind, word, near)
            : problem_new(TRUE, where, "unknown %s '%s': there are %s", kind, word, all);
    g_ptr_array_add(reader->problems, problem);
}

static void read_group(struct config_reader *reader, const struct key_group *group,
                       const struct key *keys, gsize count) {
    g_autofree const char **known = g_new0(const char *, count + 1);
    for (gsize i = 0; i < count; i++)
        known[i] = keys[i].name;
    for (guint i = 0; i < group->lines->len; i++) {
        const struct key_line *line = g_ptr_array_index(group->lines, i);
        gsize row = 0;
        while (row < count && strcmp(keys[row].name, line->key) != 0)
            row++;
        if (row == count) {
            complain(reader, line->where, "key", line->key, known);
            continue;
        }
        const char *expected =
            keys[row].set != NULL
                ? keys[row].set(reader, line->value)
                : keys[row].set_multicast(&reader->config->multicast, line->value);
        if (expected != NULL)
            g_ptr_array_add(reader->problems, problem_new(TRUE, line->where, "%s = %s: expected %s",
                                                          line->key, line->value, expected));
    }
}

/* [chain] providers = a; b: each names a group [provider NAME], in the order of the walk. */
static void read_chain(struct config_reader *reader, const struct key_file *file) {
    const struct key_group *chain = key_file_group(file, "chain");
    const struct key_line *line = chain != NULL ? key_group_line(chain, "providers") : NULL;
    if (line == NULL) {
        g_ptr_array_add(reader->problems,
                        problem_new(TRUE, chain != NULL ? chain->where : reader->config->path,
                                    "no chain: add [chain] with providers = NAME; NAME ..."));
        return;
    }
    static const char *const known[] = {"providers", NULL};
    for (guint i = 0; i < chain->lines->len; i++) {
        const struct key_line *other = g_ptr_array_index(chain->lines, i);
        if (other != line)
            complain(reader, other->where, "key", other->key, known);
    }
    g_auto(GStrv) names = text_split_list(line->value);
    if (g_strv_length(names) == 0 || g_strv_length(names) > LIMIT_CHAIN)
        g_ptr_array_add(reader->problems,
                        problem_new(TRUE, line->where, "providers = %s: expected 1 to %d names",
                                    line->value, LIMIT_CHAIN));
    config_provider_read_all(file, (const char *const *) names, line->where, reader->folder,
                             reader->config->instances, reader->problems);
}

static void read_groups(struct config_reader *reader, const struct key_file *file) {
    static const char *const known[] = {"server", "tftp", "chain", "provider NAME", NULL};
    for (guint i = 0; i < file->groups->len; i++) {
        const struct key_group *group = g_ptr_array_index(file->groups, i);
        if (strcmp(group->name, "server") == 0)
            read_group(reader, group, server_keys, G_N_ELEMENTS(server_keys));
        else if (strcmp(group->name, "tftp") == 0)
            read_group(reader, group, tftp_keys, G_N_ELEMENTS(tftp_keys));
        else if (strcmp(group->name, "chain") != 0 && !g_str_has_prefix(group->name, "provider "))
            complain(reader, group->where, "group", group->name, known);
    }
    config_multicast_check(&reader->config->multicast, file, reader->problems);
    read_chain(reader, file);
}

/* Beside this program, as in a build folder, else where it is installed. */
static char *find_worker(void) {
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : g_strdup("/");
    g_autofree char *beside = g_build_filename(folder, "boothost-worker", NULL);
    if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&beside);
    return g_strdup(BOOTHOST_WORKER);
}

static struct config *config_new(const char *path) {
    struct config *config = g_new0(struct config, 1);
    g_atomic_ref_count_init(&config->refs);
    config->path = g_canonicalize_filename(path, NULL);
    config->root = g_strdup("/srv/boothost");
    config->state = g_strdup("/var/lib/boothost");
    config->modules = g_strdup(BOOTHOST_MODULE_FOLDER);
    config->worker = find_worker();
    config->control = g_strdup(CONFIG_DEFAULT_CONTROL);
    multicast_settings_init(&config->multicast);
    config->record = (struct config_record){.size = 64 * 1024 * 1024, .files = 4};
    config->instances = g_ptr_array_new_with_free_func((GDestroyNotify) instance_config_unref);
    return config;
}

struct config *config_load(const char *path, GPtrArray *problems) {
    guint before = problems->len;
    struct config *config = config_new(path);
    g_autofree char *folder = g_path_get_dirname(config->path);
    struct config_reader reader = {.config = config, .problems = problems, .folder = folder};
    struct key_file *file = key_file_read(config->path, problems);
    read_groups(&reader, file);
    key_file_free(file);

    config->mtftp = mtftp_directory_new(&config->multicast);
    config->policy.find_mtftp = config->mtftp != NULL ? mtftp_directory_find : NULL;
    config->policy.mtftp_user = config->mtftp;
    config->tftp.multicast = config->multicast.patterns != NULL;
    config->remote_host =
        (struct remote_host){.program = config->worker, .user = config->worker_user};
    if (problem_list_is_fatal(problems, before)) {
        config_unref(config);
        return NULL;
    }
    return config;
}

struct config *config_ref(struct config *config) {
    g_atomic_ref_count_inc(&config->refs);
    return config;
}

void config_unref(struct config *config) {
    if (config == NULL || !g_atomic_ref_count_dec(&config->refs))
        return;
    g_free(config->path);
    g_strfreev(config->interfaces);
    g_free(config->root);
    g_free(config->state);
    g_free(config->modules);
    g_free(config->worker);
    g_free(config->worker_user);
    g_free(config->control);
    g_free(config->record.path);
    multicast_settings_clear(&config->multicast);
    mtftp_directory_unref(config->mtftp);
    g_ptr_array_unref(config->instances);
    g_free(config);
}

struct generation *config_open_chain(const struct config *config,
                                     const struct generation_options *options,
                                     GPtrArray *problems) {
    struct generation_options complete = *options;
    complete.instances = config->instances;
    complete.module_folder = config->modules;
    complete.remote_host = &config->remote_host;
    return generation_new(&complete, problems);
}
