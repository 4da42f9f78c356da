/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which files a provider's process may reach: Landlock rules.
 */
#include "provider/sandbox-files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What later kernels added to <linux/landlock.h>, by the number of the interface. */
#define ACCESS_REFER     (UINT64_C(1) << 13) /* 2 */
#define ACCESS_TRUNCATE  (UINT64_C(1) << 14) /* 3 */
#define ACCESS_IOCTL_DEV (UINT64_C(1) << 15) /* 5 */
#define SCOPE_ALL        (UINT64_C(3))       /* 6: abstract sockets, signals */

#define ACCESS_OLDEST ((UINT64_C(1) << 13) - 1)
#define ACCESS_READ   (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_RUN    (ACCESS_READ | LANDLOCK_ACCESS_FS_EXECUTE)
/* Of those that make no sense for a file; the kernel refuses a rule that asks for them. */
#define ACCESS_FILE                                                                                \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |   \
     ACCESS_TRUNCATE | ACCESS_IOCTL_DEV)
#define ACCESS_WRITE                                                                               \
    (ACCESS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |                \
     LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |   \
     ACCESS_REFER | ACCESS_TRUNCATE)

/* As the newest kernel has it; older ones take the beginning. */
struct ruleset_attribute {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
};

struct sandbox_files {
    int ruleset; /* -1: this kernel has no Landlock */
    uint64_t handled;
};

/* What every program reads before it does anything. */
static const char *const base_paths[] = {
    "/usr",
    "/lib",
    "/lib64",
    "/lib32",
    "/libx32",
    "/bin",
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/etc/localtime",
    "/etc/locale.alias",
    "/etc/alternatives",
    "/etc/ssl/certs",
    "/etc/passwd",
    "/etc/group",
    "/etc/nsswitch.conf",
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
    "/proc/self",
    "/sys/devices/system/cpu",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/filesystems",
};
static const char *const network_paths[] = {
    "/etc/resolv.conf", "/etc/hosts",     "/etc/services",        "/etc/protocols",
    "/etc/gai.conf",    "/etc/host.conf", "/run/systemd/resolve", "/etc/ssl",
};
/* Interpreters of the administrator's own. */
static const char *const program_paths[] = {"/opt", "/etc/python3", "/etc/python3.11"};

static int create_ruleset(const struct ruleset_attribute *attribute, size_t size, uint32_t flags) {
    return (int) syscall(SYS_landlock_create_ruleset, attribute, size, flags);
}

static int interface_version(void) {
    return create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

bool sandbox_files_are_confined(void) {
    return interface_version() > 0;
}

/* The error of a path that is not there is not worth a word: neither is what it would grant. */
static void allow_descriptor(const struct sandbox_files *files, int descriptor, uint64_t access) {
    struct stat info;
    if (files->ruleset < 0 || descriptor < 0 || fstat(descriptor, &info) != 0)
        return;
    struct landlock_path_beneath_attr rule = {
        .allowed_access =
            access & files->handled & (S_ISDIR(info.st_mode) ? UINT64_MAX : ACCESS_FILE),
        .parent_fd = descriptor,
    };
    syscall(SYS_landlock_add_rule, files->ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

static void allow(const struct sandbox_files *files, const char *path, uint64_t access) {
    int descriptor = open(path, O_PATH | O_CLOEXEC);
    allow_descriptor(files, descriptor, access);
    if (descriptor >= 0)
        close(descriptor);
}

static void allow_all(const struct sandbox_files *files, const char *const *paths, gsize count,
                      uint64_t access) {
    for (gsize i = 0; i < count; i++)
        allow(files, paths[i], access);
}

static void allow_granted(const struct sandbox_files *files, char **paths, uint64_t access) {
    for (gsize i = 0; paths != NULL && paths[i] != NULL; i++)
        allow(files, paths[i], access);
}

static void add_rules(const struct sandbox_files *files, const struct sandbox *sandbox) {
    allow_all(files, base_paths, G_N_ELEMENTS(base_paths), ACCESS_RUN);
    allow(files, "/dev/null", ACCESS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE);
    if (sandbox->network)
        allow_all(files, network_paths, G_N_ELEMENTS(network_paths), ACCESS_READ);
    if (sandbox->is_program)
        allow_all(files, program_paths, G_N_ELEMENTS(program_paths), ACCESS_RUN);
    allow_descriptor(files, sandbox->file, ACCESS_RUN);
    allow_granted(files, sandbox->read_paths, ACCESS_RUN);
    allow_granted(files, sandbox->write_paths, ACCESS_WRITE);
}

struct sandbox_files *sandbox_files_new(const struct sandbox *sandbox, GError **ret_error) {
    int version = interface_version();
    struct sandbox_files *files = g_new0(struct sandbox_files, 1);
    files->ruleset = -1;
    if (version <= 0)
        return files;
    files->handled = ACCESS_OLDEST | (version >= 2 ? ACCESS_REFER : 0) |
                     (version >= 3 ? ACCESS_TRUNCATE : 0) | (version >= 5 ? ACCESS_IOCTL_DEV : 0);
    struct ruleset_attribute attribute = {.files = files->handled, .scopes = SCOPE_ALL};
    size_t size = version >= 6 ? sizeof(attribute) : sizeof(attribute.files);
    files->ruleset = create_ruleset(&attribute, size, 0);
    if (files->ruleset >= 0) {
        add_rules(files, sandbox);
        return files;
    }
    g_set_error(ret_error, G_FILE_ERROR, (gint) g_file_error_from_errno(errno),
                "the process cannot be confined: Landlock: %s", g_strerror(errno));
    g_free(files);
    return NULL;
}

bool sandbox_files_enforce(struct sandbox_files *files, GError **ret_error) {
    if (files->ruleset < 0 || syscall(SYS_landlock_restrict_self, files->ruleset, 0) == 0)
        return true;
    g_set_error(ret_error, G_FILE_ERROR, (gint) g_file_error_from_errno(errno),
                "the process cannot be confined: Landlock: %s", g_strerror(errno));
    return false;
}

void sandbox_files_free(struct sandbox_files *files) {
    if (files == NULL)
        return;
    if (files->ruleset >= 0)
        close(files->ruleset);
    g_free(files);
}
