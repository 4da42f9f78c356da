/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What confines a provider's process: privileges, descriptors and limits. Files are in
 * provider/sandbox-files, system calls in provider/sandbox-calls.
 */
#include "provider/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "provider/sandbox-files.h"

#define DESCRIPTORS_MAX 256
#define MAPPED_EXTRA    (UINT64_C(1) << 30) /* address space beyond memory: libraries, files */

static bool fail(GError **ret_error, const char *what) {
    g_set_error(ret_error, G_FILE_ERROR, (gint) g_file_error_from_errno(errno),
                "the process cannot be confined: %s: %s", what, g_strerror(errno));
    return false;
}

/* ---- Privileges ------------------------------------------------------------------------------ */

static const struct passwd *find_user(const char *name) {
    if (name != NULL)
        return getpwnam(name);
    const struct passwd *user = getpwnam("boothost");
    return user != NULL ? user : getpwnam("nobody");
}

static bool become_user(const char *name, GError **ret_error) {
    const struct passwd *user = find_user(name);
    if (user == NULL || user->pw_uid == 0) {
        g_set_error(ret_error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
                    "there is no user '%s' without privileges to run a provider as: add it, or set "
                    "worker-user in [server]",
                    name != NULL ? name : "nobody");
        return false;
    }
    if (setgroups(0, NULL) != 0 || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
        setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
        return fail(ret_error, "setresuid");
    return true;
}

/* A daemon that is not root may have been given single ones, such as for port 67. */
static bool drop_capabilities(GError **ret_error) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &header, none) != 0)
        return fail(ret_error, "capset");
    return true;
}

static bool drop_privileges(const struct sandbox *sandbox, GError **ret_error) {
    bool is_root = geteuid() == 0;
    /* Fails where we may not: then there is nothing to take away either. */
    for (unsigned long capability = 0; is_root && capability <= CAP_LAST_CAP; capability++)
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (is_root && !become_user(sandbox->user, ret_error))
        return false;
    if (!drop_capabilities(ret_error))
        return false;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fail(ret_error, "no new privileges");
    return true;
}

/* ---- Limits ---------------------------------------------------------------------------------- */

static bool limit(__rlimit_resource_t what, uint64_t value, const char *name, GError **ret_error) {
    struct rlimit limits = {.rlim_cur = value, .rlim_max = value};
    return setrlimit(what, &limits) == 0 || fail(ret_error, name);
}

static bool set_limits(const struct sandbox *sandbox, GError **ret_error) {
    bool is_set = limit(RLIMIT_CORE, 0, "core", ret_error) &&
                  limit(RLIMIT_NOFILE, DESCRIPTORS_MAX, "descriptors", ret_error) &&
                  limit(RLIMIT_MEMLOCK, 0, "locked memory", ret_error);
#ifndef __SANITIZE_ADDRESS__
    /* AddressSanitizer maps terabytes that it never touches. */
    is_set = is_set && limit(RLIMIT_DATA, sandbox->memory, "memory", ret_error) &&
             limit(RLIMIT_AS, sandbox->memory + MAPPED_EXTRA, "address space", ret_error);
#endif
    /* The packet thread goes first when a provider computes without end. */
    setpriority(PRIO_PROCESS, 0, 5);
    return is_set;
}

/* ---- Descriptors ----------------------------------------------------------------------------- */

/* Standard input, output and error stay: nothing, nothing, and the daemon's log. */
static void close_others(const struct sandbox *sandbox) {
    int first = MIN(sandbox->socket, sandbox->file >= 0 ? sandbox->file : sandbox->socket);
    int last = MAX(sandbox->socket, sandbox->file);
    if (first > 3)
        close_range(3, (unsigned) first - 1, 0);
    if (last - first > 1)
        close_range((unsigned) first + 1, (unsigned) last - 1, 0);
    close_range((unsigned) last + 1, ~0U, 0);
}

bool sandbox_enter(const struct sandbox *sandbox, GError **ret_error) {
    close_others(sandbox);
    setsid();
    /* Files are opened for their rules while we may still reach them. */
    struct sandbox_files *files = sandbox_files_new(sandbox, ret_error);
    if (files == NULL)
        return false;
    bool is_entered = set_limits(sandbox, ret_error) && drop_privileges(sandbox, ret_error) &&
                      sandbox_files_enforce(files, ret_error);
    sandbox_files_free(files);
    return is_entered;
}
