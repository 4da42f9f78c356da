/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which system calls a provider's process may make: a list of what computing, files, threads and
 * waiting need. All others fail with EPERM: no sockets unless granted, no processes, no tracing, no
 * mounts, no keys, no modules, no changes of the machine.
 */
#include "provider/sandbox.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/prctl.h>

/* A name that this machine or this libseccomp does not know is passed over. */
static const char *const always[] = {
    /* memory */
    "brk",
    "madvise",
    "mmap",
    "mmap2",
    "mprotect",
    "mremap",
    "msync",
    "munmap",
    "membarrier",
    "memfd_create",
    "mincore",
    /* files that are open, or that Landlock and their permissions let it open */
    "access",
    "chdir",
    "chmod",
    "close",
    "close_range",
    "copy_file_range",
    "creat",
    "dup",
    "dup2",
    "dup3",
    "faccessat",
    "faccessat2",
    "fadvise64",
    "fadvise64_64",
    "fallocate",
    "fchdir",
    "fchmod",
    "fchmodat",
    "fcntl",
    "fcntl64",
    "fdatasync",
    "flock",
    "fstat",
    "fstat64",
    "fstatat64",
    "fstatfs",
    "fstatfs64",
    "fsync",
    "ftruncate",
    "ftruncate64",
    "getcwd",
    "getdents",
    "getdents64",
    "link",
    "linkat",
    "_llseek",
    "lseek",
    "lstat",
    "lstat64",
    "mkdir",
    "mkdirat",
    "newfstatat",
    "open",
    "openat",
    "openat2",
    "pread64",
    "preadv",
    "preadv2",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "read",
    "readahead",
    "readlink",
    "readlinkat",
    "readv",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "sendfile",
    "sendfile64",
    "stat",
    "stat64",
    "statfs",
    "statfs64",
    "statx",
    "symlink",
    "symlinkat",
    "sync_file_range",
    "truncate",
    "truncate64",
    "umask",
    "unlink",
    "unlinkat",
    "utimensat",
    "write",
    "writev",
    /* waiting and time */
    "alarm",
    "clock_getres",
    "clock_gettime",
    "clock_gettime64",
    "clock_nanosleep",
    "clock_nanosleep_time64",
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_wait",
    "eventfd",
    "eventfd2",
    "gettimeofday",
    "inotify_add_watch",
    "inotify_init",
    "inotify_init1",
    "inotify_rm_watch",
    "nanosleep",
    "pause",
    "pipe",
    "pipe2",
    "poll",
    "ppoll",
    "ppoll_time64",
    "pselect6",
    "pselect6_time64",
    "select",
    "_newselect",
    "signalfd",
    "signalfd4",
    "splice",
    "tee",
    "time",
    "timer_create",
    "timer_delete",
    "timer_getoverrun",
    "timer_gettime",
    "timer_settime",
    "timerfd_create",
    "timerfd_gettime",
    "timerfd_settime",
    "times",
    /* threads and signals */
    "arch_prctl",
    "exit",
    "exit_group",
    "futex",
    "futex_time64",
    "futex_waitv",
    "get_robust_list",
    "get_thread_area",
    "gettid",
    "restart_syscall",
    "rseq",
    "rt_sigaction",
    "rt_sigpending",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigsuspend",
    "rt_sigtimedwait",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "sched_getaffinity",
    "sched_getattr",
    "sched_getparam",
    "sched_getscheduler",
    "sched_yield",
    "set_robust_list",
    "set_thread_area",
    "set_tid_address",
    "sigaltstack",
    "sigreturn",
    /* who and where it is */
    "capget",
    "getcpu",
    "getegid",
    "getegid32",
    "geteuid",
    "geteuid32",
    "getgid",
    "getgid32",
    "getgroups",
    "getgroups32",
    "getitimer",
    "getpgid",
    "getpgrp",
    "getpid",
    "getppid",
    "getpriority",
    "getrandom",
    "getresgid",
    "getresgid32",
    "getresuid",
    "getresuid32",
    "getrlimit",
    "getrusage",
    "getsid",
    "getuid",
    "getuid32",
    "setitimer",
    "sysinfo",
    "ugetrlimit",
    "uname",
    /* the socket it has */
    "getpeername",
    "getsockname",
    "getsockopt",
    "recv",
    "recvfrom",
    "recvmmsg",
    "recvmsg",
    "send",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "setsockopt",
    "shutdown",
    "socketpair",
};

static const char *const with_network[] = {"accept", "accept4", "bind", "connect", "listen"};

struct filter {
    scmp_filter_ctx context;
    int error; /* the first one */
};

static void allow(struct filter *filter, const char *name) {
    int number = seccomp_syscall_resolve_name(name);
    if (filter->error != 0 || number == __NR_SCMP_ERROR || number < 0)
        return;
    filter->error = seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, number, 0);
}

static void allow_when(struct filter *filter, int number, struct scmp_arg_cmp condition) {
    if (filter->error == 0 && number >= 0)
        filter->error = seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, number, 1, condition);
}

static void allow_all(struct filter *filter, const char *const *names, gsize count) {
    for (gsize i = 0; i < count; i++)
        allow(filter, names[i]);
}

/* Threads, but no processes. clone3 keeps its flags in memory, where no filter can look: without it
 * the C library falls back to clone. */
static void allow_threads(struct filter *filter) {
    allow_when(filter, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    if (filter->error == 0)
        filter->error =
            seccomp_rule_add(filter->context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

/* abort and raise, and nobody else's processes. */
static void allow_own_signals(struct filter *filter) {
    scmp_datum_t own = (scmp_datum_t) getpid();
    allow_when(filter, SCMP_SYS(kill), SCMP_A0(SCMP_CMP_EQ, own));
    allow_when(filter, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, own));
    allow_when(filter, SCMP_SYS(rt_sigqueueinfo), SCMP_A0(SCMP_CMP_EQ, own));
}

/* Names of threads; "am I traced" and the like; dumpable is what debuggers and abort ask for. */
static void allow_names(struct filter *filter) {
    static const unsigned options[] = {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_SET_VMA,
                                       PR_CAPBSET_READ};
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
        allow_when(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, options[i]));
    /* Limits may be read: its own, and without new ones. */
    if (filter->error == 0)
        filter->error = seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2,
                                         SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_EQ, 0));
    /* "Is this a terminal?", how much can be read, and close-on-exec. */
    static const unsigned long questions[] = {0x5401 /* TCGETS */, 0x541B /* FIONREAD */,
                                              0x5451 /* FIOCLEX */, 0x5450 /* FIONCLEX */,
                                              0x5421 /* FIONBIO */};
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++)
        allow_when(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, questions[i]));
}

/* No AF_UNIX: where the process runs as the daemon's user, the control socket would take it for the
 * daemon. AF_NETLINK is how the resolver learns which addresses this machine has. */
static void allow_network(struct filter *filter) {
    static const int families[] = {AF_INET, AF_INET6, AF_NETLINK};
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
        allow_when(filter, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t) families[i]));
    allow_all(filter, with_network, G_N_ELEMENTS(with_network));
}

bool sandbox_filter_calls(const struct sandbox *sandbox, GError **ret_error) {
    struct filter filter = {.context = seccomp_init(SCMP_ACT_ERRNO(EPERM))};
    if (filter.context == NULL)
        filter.error = -ENOMEM;
    else
        allow_all(&filter, always, G_N_ELEMENTS(always));
    allow_threads(&filter);
    allow_own_signals(&filter);
    allow_names(&filter);
    if (sandbox->network)
        allow_network(&filter);
    if (sandbox->is_program)
        allow(&filter, "execve");
    if (filter.error == 0)
        filter.error = seccomp_load(filter.context);
    if (filter.context != NULL)
        seccomp_release(filter.context);
    if (filter.error == 0)
        return true;
    g_set_error(ret_error, G_FILE_ERROR, (gint) g_file_error_from_errno(-filter.error),
                "the process cannot be confined: system calls: %s", g_strerror(-filter.error));
    return false;
}
