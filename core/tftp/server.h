/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The TFTP read server: one thread that owns port 69 and every running transfer.
 *
 * A read request is checked here (caps, name, options), then its content is asked from the owner by
 * the `open` callback and answered, at once or later and from any thread, by tftp_open_complete().
 * Write requests are refused: "this server is read-only".
 */
#pragma once

#include "base/address.h"
#include "net/interfaces.h"
#include "tftp/content.h"
#include "tftp/options.h"
#include "tftp/path.h"
#include "tftp/transfer.h"

#include <glib.h>

/* One read request that waits for its content. Owned by whoever holds it, which must end in
 * exactly one tftp_open_complete() or tftp_open_serve(). The fields below stay as they are until
 * then. */
struct tftp_open {
    struct address client; /* who asks; the port is the transfer's */
    struct address server; /* our address it was sent to; the answer comes from there */
    unsigned interface;    /* index of the interface it arrived on */
    const char *name;      /* canonical relative path, see tftp/path.h */
    const char *wire_name; /* as the client spelled it; foreign bytes, quote before use */
    int64_t arrived_us;    /* monotonic */
    gboolean wants_size;   /* the client asks how many bytes there are */
    gboolean wants_all;    /* the content is converted: it must all be there, no feed */
    uint64_t mark;         /* the owner's, 0 at first: comes back in the report */
};

/* RFC 1350 section 5 error codes that an owner may answer with. */
enum tftp_refusal {
    TFTP_REFUSAL_UNDEFINED = 0,
    TFTP_REFUSAL_NOT_FOUND = 1,
    TFTP_REFUSAL_ACCESS = 2,
    TFTP_REFUSAL_BUSY = 0xffff, /* no ERROR but silence, counted: the client asks again */
};

/* Ends the wait: `content` (the server takes its own reference) is sent; or NULL, and the client
 * gets ERROR `refusal` with `message` (one short ASCII line; NULL: the code's usual text). Frees
 * `open`. A client that has gone meanwhile or asked anew is a counted no-op. Any thread, also from
 * within the `open` callback, also after tftp_server_free(). */
void tftp_open_complete(struct tftp_open *open, struct content *content, enum tftp_refusal refusal,
                        const char *message);

/* Ends the wait the other way: the server looks below its root for the first of `names` that is
 * there (canonical, NULL-terminated, at most TFTP_OPEN_NAMES; NULL: open->name alone), on its own
 * thread, and answers with ERROR 1 or 2 by itself when there is none. Otherwise as above. */
#define TFTP_OPEN_NAMES 4
void tftp_open_serve(struct tftp_open *open, const char *const *names);

/* How one request ended, or how a running one stands. Lent for the call. */
struct tftp_report {
    struct address client;
    struct address server;
    unsigned interface;
    const char *name; /* canonical path; "" when the name itself was refused */
    const char *wire_name;
    enum transfer_outcome outcome; /* TRANSFER_RUNNING in a list of running ones */
    const char *message;           /* what the ERROR packet said, ours or the client's; or "" */
    uint64_t mark;                 /* what the owner wrote into struct tftp_open */
    struct transfer_statistics statistics;
};

/* All are called on the transfer thread, in batches, without any lock of the server's; none may
 * block, since all transfers wait meanwhile. */
struct tftp_callbacks {
    /* Before and after each batch of the others. May be NULL. */
    void (*enter)(gpointer user);
    void (*leave)(gpointer user);
    /* Asks for content. NULL: the served root alone answers, on the transfer thread. */
    void (*open)(gpointer user, struct tftp_open *open);
    /* One call per request that came as far as having a name, size probes and refusals included.
     * May be NULL. */
    void (*ended)(gpointer user, const struct tftp_report *report);
    gpointer user; /* must outlive the server and every open one */
};

/* Why datagrams led to no transfer. Counts since the start. */
enum tftp_counter {
    TFTP_COUNTER_REQUESTS, /* read requests, well-formed */
    TFTP_COUNTER_COMPLETED,
    TFTP_COUNTER_SIZE_PROBES, /* the client wanted the size only: no failure */
    TFTP_COUNTER_ABORTED,     /* by the client */
    TFTP_COUNTER_TIMED_OUT,
    TFTP_COUNTER_REFUSED,       /* not found, no access, bad name, by a provider */
    TFTP_COUNTER_FAILED,        /* the content failed while it was sent, or the server stopped */
    TFTP_COUNTER_REPLACED,      /* the client asked anew for the same file */
    TFTP_COUNTER_REPEATED,      /* requests that were sent twice: no other transfer comes of them */
    TFTP_COUNTER_WRITE_REFUSED, /* write requests */
    TFTP_COUNTER_MALFORMED,     /* no TFTP, or no request on the request port */
    TFTP_COUNTER_MODE_REFUSED,  /* neither octet nor netascii: ERROR 4 */
    TFTP_COUNTER_LIMIT_TOTAL,   /* dropped, or an unanswered older one was: too many at once */
    TFTP_COUNTER_LIMIT_SOURCE,  /* dropped: too many of one source address */
    TFTP_COUNTER_LIMIT_CLIENT,  /* dropped: too many of one client address and port */
    TFTP_COUNTER_FOREIGN,       /* ERROR 5: a datagram of no transfer */
    TFTP_COUNTER_LATE,          /* the content came after its client had gone */
    TFTP_COUNTER_BYTES,         /* payload bytes of acknowledged blocks */
    TFTP_COUNTERS
};

/* Name for status output, such as "size-probes". */
const char *tftp_counter_name(enum tftp_counter counter);

struct multicast_server;

/* What a server has in common with others on its port, see tftp/pool.h. */
struct tftp_share {
    gint *running; /* how many transfers each has; atomic, each writes its own. NULL: it is alone */
    unsigned count; /* of servers */
    unsigned place; /* this one's */
};

struct tftp_server_options {
    struct tftp_settings settings;
    struct content_root *root;     /* the served folder; NULL: none. A reference is taken */
    struct interfaces *interfaces; /* whose MTU caps blocks; NULL: unknown. A reference is taken */
    struct tftp_callbacks callbacks;
    struct multicast_server *multicast; /* where files go that are sent to many clients at once;
                                         * outlives the server. NULL: nowhere */
    const struct address *listen; /* addresses of one family to bind, with their port (0: any) */
    unsigned n_listen;            /* 0: 0.0.0.0 port 69 */
    const int *inherited;         /* bound sockets handed over; taken over, on failure too */
    unsigned n_inherited;         /* when not 0, `listen` is not used */
    struct tftp_share share;
};

struct tftp_server;

/* Binds and starts the transfer thread. Main thread. The error says what to do. */
struct tftp_server *tftp_server_new(const struct tftp_server_options *options, GError **error);

/* Stops the thread: running transfers end with ERROR 0 "server stops", and their `ended` is called.
 * No callback comes after it returns. */
void tftp_server_free(struct tftp_server *server);

/* Port that was bound first. */
uint16_t tftp_server_port(const struct tftp_server *server);

/* What holds for requests from now on; `root` and `interfaces` as in the options. Any thread. */
void tftp_server_configure(struct tftp_server *server, const struct tftp_settings *settings,
                           struct content_root *root, struct interfaces *interfaces);

/* Any thread. `ret_running` (may be NULL) is the number of transfers at the moment. */
void tftp_server_counters(struct tftp_server *server, uint64_t ret_counters[TFTP_COUNTERS],
                          unsigned *ret_running);

/* Calls `visit` for up to `most` running transfers, under the server's lock: copy, do not call back
 * into the server. Any thread. */
void tftp_server_running(struct tftp_server *server, unsigned most,
                         void (*visit)(const struct tftp_report *report, gpointer user),
                         gpointer user);
