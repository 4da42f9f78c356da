/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A process of one provider.
 */
#include "provider/child.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a provider's process may see of our environment: where things are and how people write. */
static const char *const passed_on[] = {
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "PYTHONPATH",
    "GI_TYPELIB_PATH",
    "LD_LIBRARY_PATH",
    "XDG_DATA_DIRS",
    "ASAN_OPTIONS",
    "UBSAN_OPTIONS",
    "G_DEBUG",
    NULL,
};

static GStrv make_environment(void) {
    g_autofree char *socket = g_strdup_printf("%d", CHILD_SOCKET);
    GStrv environment = g_environ_setenv(NULL, "BOOTHOST_PROVIDER_FD", socket, TRUE);
    for (gsize i = 0; passed_on[i] != NULL; i++) {
        const char *value = g_getenv(passed_on[i]);
        if (value != NULL)
            environment = g_environ_setenv(environment, passed_on[i], value, TRUE);
    }
    if (g_environ_getenv(environment, "PATH") == NULL)
        environment = g_environ_setenv(environment, "PATH", "/usr/local/bin:/usr/bin:/bin", TRUE);
    return environment;
}

static bool spawn(const char *const *argv, int socket, struct child *child, GError **ret_error) {
    g_auto(GStrv) environment = make_environment();
    /* All our descriptors are close-on-exec, so GLib need not fork: it can use posix_spawn. */
    GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN |
                        G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_CLOEXEC_PIPES;
    const int sources[] = {socket};
    const int targets[] = {CHILD_SOCKET};
    GPid pid = 0;
    if (!g_spawn_async_with_pipes_and_fds(NULL, argv, (const char *const *) environment, flags,
                                          NULL, NULL, -1, -1, -1, sources, targets, 1, &pid, NULL,
                                          NULL, &child->complaint, ret_error))
        return false;
    child->pid = pid;
    child->watch = (int) syscall(SYS_pidfd_open, pid, 0);
    if (child->watch >= 0)
        return true;
    g_set_error(ret_error, G_FILE_ERROR, (gint) g_file_error_from_errno(errno),
                "the kernel gives no descriptor for a process: %s", g_strerror(errno));
    return false;
}

bool child_start(const char *const *argv, struct child *ret_child, GError **ret_error) {
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
        g_set_error(ret_error, G_FILE_ERROR, (gint) g_file_error_from_errno(errno),
                    "no socket for it: %s", g_strerror(errno));
        return false;
    }
    struct child child = {.watch = -1, .complaint = -1, .socket = sockets[0]};
    bool started = spawn(argv, sockets[1], &child, ret_error);
    close(sockets[1]);
    if (!started) {
        child_clear(&child);
        return false;
    }
    g_unix_set_fd_nonblocking(child.complaint, TRUE, NULL);
    *ret_child = child;
    return true;
}

void child_kill(const struct child *child) {
    if (child->pid > 0)
        kill(child->pid, SIGKILL);
}

static char *describe_end(int status) {
    if (WIFSIGNALED(status))
        return g_strdup_printf("ended by signal %d (%s)", WTERMSIG(status),
                               g_strsignal(WTERMSIG(status)));
    return g_strdup_printf("ended with exit status %d", WEXITSTATUS(status));
}

char *child_reap(struct child *child) {
    int status = 0;
    if (child->pid <= 0)
        return g_strdup("ended");
    pid_t pid = waitpid(child->pid, &status, WNOHANG);
    if (pid == 0)
        return NULL;
    child->pid = 0;
    return pid > 0 ? describe_end(status) : g_strdup("ended");
}

static void close_one(int *descriptor) {
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

void child_clear(struct child *child) {
    if (child->pid > 0) {
        kill(child->pid, SIGKILL);
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    child->pid = 0;
    close_one(&child->watch);
    close_one(&child->socket);
    close_one(&child->complaint);
}
