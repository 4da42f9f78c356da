/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Answers the boot server stage as it should, and does to a DISCOVER what the setting `fault` says:
 * everything that must cost nobody but its own clients when it has a process of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "animal.h"

struct faulty {
    const struct boot_host *host;
    const struct boot_host_config *config;
};

static const struct boot_host_setting settings[] = {
    {"fault", BOOT_HOST_TEXT, 0, "none", "What goes wrong"},
    {"file", BOOT_HOST_PATH, 0, NULL, "A file that it may read"},
    {"other", BOOT_HOST_TEXT, 0, NULL, "The path of a file that it may not read"},
};

static int wire(void) {
    const char *number = getenv("BOOTHOST_PROVIDER_FD");
    return number != NULL ? atoi(number) : -1;
}

static void put(const void *data, size_t size) {
    while (send(wire(), data, size, MSG_NOSIGNAL) > 0)
        if (size < 4096)
            break;
}

/* A little-endian method return whose body is said to have `size` bytes. */
static void put_header(uint32_t size) {
    unsigned char header[32] = {'l', 2, 1, 1};
    memcpy(header + 4, &size, sizeof(size));
    header[8] = 99;
    header[12] = 15;
    put(header, sizeof(header));
}

static void segv(void) {
    signal(SIGSEGV, SIG_DFL); /* a sanitizer would make an exit status of it */
    raise(SIGSEGV);
}

static void kill_self(void) {
    raise(SIGKILL);
}

static void leave(void) {
    _exit(3);
}

static void loop(void) {
    for (volatile unsigned count = 0;; count++)
        continue;
}

static void *compute(void *unused) {
    loop();
    return unused;
}

/* Answers, and computes on. */
static void spin(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, compute, NULL);
}

static void block(void) {
    sleep(10);
}

/* 10 GiB, and used. */
static void hog(void) {
    for (unsigned i = 0; i < 640; i++) {
        char *memory = malloc(16 << 20);
        if (memory == NULL)
            abort();
        memset(memory, 1, 16 << 20);
    }
}

static void garbage(void) {
    put("this is not what a provider says, and it never will be.......", 60);
    sleep(10);
}

static void half(void) {
    put_header(4096);
    sleep(10);
}

static void half_and_leave(void) {
    put_header(4096);
    _exit(0);
}

static void endless(void) {
    static char zeros[65536];
    put_header(100 << 20);
    put(zeros, sizeof(zeros));
    sleep(10);
}

static void two_megabytes(void) {
    put_header(2 << 20);
    sleep(10);
}

static const struct {
    const char *name;
    void (*run)(void);
} faults[] = {
    {"segv", segv},           {"kill", kill_self},
    {"exit", leave},          {"loop", loop},
    {"block", block},         {"hog", hog},
    {"garbage", garbage},     {"half", half},
    {"endless", endless},     {"half-and-exit", half_and_leave},
    {"large", two_megabytes}, {"spin", spin},
};

static int32_t open_faulty(const struct boot_host *host, const struct boot_host_config *config,
                           uint32_t flags, void **ret_instance) {
    struct faulty *faulty = calloc(1, sizeof(*faulty));
    if (faulty == NULL)
        return -ENOMEM;
    faulty->host = host;
    faulty->config = config;
    const char *fault = host->config_text(config, "fault");
    if (strcmp(fault, "exit-at-once") == 0)
        _exit(5);
    if (strcmp(fault, "refuse") == 0)
        host->config_error(config, "fault", 0, "is one that it refuses");
    *ret_instance = faulty;
    return 0;
}

static void close_faulty(void *instance) {
    free(instance);
}

static const char *can(int done) {
    return done >= 0 ? "yes" : "no";
}

/* What a confined process can do, as facts. */
static void look_around(const struct faulty *faulty, struct boot_host_reply *reply) {
    const struct boot_host *host = faulty->host;
    const char *file = host->config_text(faulty->config, "file");
    const char *other = host->config_text(faulty->config, "other");
    host->fact_set(reply, "reads-file", can(file != NULL ? open(file, O_RDONLY) : -1));
    host->fact_set(reply, "writes-file", can(file != NULL ? open(file, O_WRONLY) : -1));
    host->fact_set(reply, "reads-other", can(other != NULL ? open(other, O_RDONLY) : -1));
    host->fact_set(reply, "makes-socket", can(socket(AF_INET, SOCK_STREAM, 0)));
    host->fact_set(reply, "makes-process", can(fork()));
    host->fact_set(reply, "becomes-root", can(setuid(0)));
    host->fact_set(reply, "is-root", getuid() == 0 ? "yes" : "no");
    host->fact_set(reply, "runs-program", can(execl("/bin/true", "true", (char *) NULL)));
    struct boot_host_span content = {0};
    if (host->config_file(faulty->config, "file", &content) == 0 && content.size < 64) {
        char text[64] = {0};
        memcpy(text, content.data, content.size);
        host->fact_set(reply, "file", text);
    }
}

static int32_t decide_faulty(void *instance, const struct boot_host_request *request,
                             struct boot_host_reply *reply) {
    const struct faulty *faulty = instance;
    const char *fault = faulty->host->config_text(faulty->config, "fault");
    int64_t stage = 0;
    faulty->host->request_number(request, BOOT_HOST_REQUEST_STAGE_NUMBER, &stage);
    if (strcmp(fault, "none") == 0)
        look_around(faulty, reply);
    for (size_t i = 0; stage == BOOT_HOST_STAGE_DISCOVER && i < sizeof(faults) / sizeof(faults[0]);
         i++)
        if (strcmp(faults[i].name, fault) == 0)
            faults[i].run();
    faulty->host->reply_set(reply, BOOT_HOST_REPLY_BOOT_FILE, "faulty.efi");
    faulty->host->reply_set(reply, BOOT_HOST_REPLY_REASON, "it works");
    return BOOT_HOST_REPLY;
}

static const struct boot_host_provider faulty = {
    ANIMAL("faulty"),
    .setting_count = sizeof(settings) / sizeof(settings[0]),
    .setting_size = sizeof(settings[0]),
    .settings = settings,
    .open = open_faulty,
    .close = close_faulty,
    .decide = decide_faulty,
};

BOOT_HOST_PROVIDER(faulty);
