/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the parts of provider/remote share: remote.c (life of the process), remote-open.c (the
 * instance's slots), remote-call.c (calls and answers), remote-reader.c (content read on demand).
 */
#pragma once

#include "provider/instance.h"
#include "provider/peer.h"
#include "provider/remote-request.h"
#include "provider/remote.h"
#include "provider/supervisor.h"

#define REMOTE_OPEN_US    (15 * CLOCK_SECOND) /* an interpreter has to start, too */
#define REMOTE_GRACE_US   (1 * CLOCK_SECOND) /* after a missed deadline, before it counts as hung */
#define REMOTE_CPU_US     (10 * CLOCK_SECOND) /* of computing without an answer */
#define REMOTE_AT_ONCE    64
#define REMOTE_BYTES_MAX  (512 * 1024) /* of content in one message */
#define REMOTE_READ_PIECE (256 * 1024)

enum remote_phase {
    REMOTE_RUNNING,
    REMOTE_DYING,    /* killed or ended; the kernel has not said how yet */
    REMOTE_WAITING,  /* for the next start */
    REMOTE_STARTING, /* a thread starts it */
    REMOTE_CLOSED,
};

/* A call that the process has. */
struct held {
    struct call *call;
    uint64_t ticket;
    int64_t abandoned_us; /* 0: somebody waits for it */
};

/* A thread that waits for an answer; lives on its stack. */
struct waiter {
    bool is_done;
    GVariant *body; /* NULL: failed */
};

struct remote {
    gatomicrefcount refs;
    /* Fixed once it is open. */
    struct instance *instance;
    struct instance_config *config;
    char *program; /* as in struct remote_host, and the next one */
    char *user;
    GMainContext *context;
    GVariant *description; /* of Describe: owns the text of `table` */
    struct boot_host_provider table;
    struct boot_host_setting *schema;
    uint32_t at_once;
    enum remote_form form;
    char *module_path; /* as in struct remote_image, and the next two; NULL: a command */
    char *origin;
    char *hash;
    GPtrArray *grants; /* char *, what path settings name */
    bool is_check;
    GVariant *opening; /* parameters of Open */
    GSource *source;

    GRecMutex lock; /* of what follows; the packet thread only tries it */
    enum remote_phase phase;
    struct peer *peer;
    uint64_t life;    /* counts processes, so that nobody asks one for what another had */
    GHashTable *held; /* serial to struct held */
    uint64_t last_ticket;
    struct supervisor supervisor;
    int64_t cpu_next_us; /* when its use of the processor is looked at */
    int64_t cpu_used_ns; /* as it was the last time */
    uint64_t answers;    /* since then */
    int64_t restart_us;  /* REMOTE_WAITING */
    char *killed_why;    /* REMOTE_DYING: our reason, NULL: it ended by itself */
    gpointer socket_tag;
    gpointer watch_tag;
    gpointer complaint_tag;

    GQueue queue; /* struct call *, not sent yet; the packet thread's */

    GMutex waiters_lock;
    GCond waiters_changed;
    GHashTable *waiters; /* serial to struct waiter */

    GMutex status_lock;
    enum remote_phase shown_phase;
    pid_t shown_pid;
    uint32_t restarts;
    char *last_end;
};

/* remote.c */
char **remote_make_arguments(const struct remote *remote);
struct peer *remote_start_peer(struct remote *remote, GError **ret_error);
void remote_adopt(struct remote *remote, struct peer *peer); /* under the lock: it is running */
void remote_attach(struct remote *remote);
void remote_detach(struct remote *remote);
void remote_kill(struct remote *remote, const char *why); /* under the lock */
void remote_wake(struct remote *remote);                  /* the packet thread looks again */
void remote_log(uint32_t level, const char *text, void *remote);

/* remote-call.c; under the lock, on the packet thread unless said otherwise */
void remote_send_queue(struct remote *remote);
/* False: it makes no sense, *ret_why. */
bool remote_take_message(struct remote *remote, GDBusMessage *message, char **ret_why);
/* Fails what the process had, and, when `all`, what waits for it. */
void remote_fail_calls(struct remote *remote, bool all, const char *why);
/* Of calls that were abandoned, the time when the first one counts as hung; INT64_MAX: none. */
int64_t remote_next_hang(const struct remote *remote);
/* At the end: nobody waits for them any more. */
void remote_drop_calls(struct remote *remote);

/* remote-reader.c */
int32_t remote_give_reader(struct remote *remote, struct call *call, uint64_t number,
                           int64_t length);
/* Any thread: an answer that a waiter waits for. */
bool remote_wake_waiter(struct remote *remote, GDBusMessage *message);
void remote_fail_waiters(struct remote *remote);
