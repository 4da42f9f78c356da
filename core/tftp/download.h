/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One client's request from its arrival to its end, and the table of all of them with its caps.
 *
 * A download is known by the client's address and port and by which of our data sockets serves it.
 * The sockets are shared by all transfers: there are LIMIT_TRANSFERS_CLIENT of them, so that one
 * client port can have that many transfers, each from another port of ours as RFC 1350 wants it,
 * and so that a ROM that always asks from the same port never takes a late packet of its last
 * transfer for one of the next.
 */
#pragma once

#include "base/limits.h"
#include "net/udp-outbox.h"
#include "tftp/content.h"
#include "tftp/options.h"
#include "tftp/pace.h"
#include "tftp/server.h"
#include "tftp/timers.h"
#include "tftp/transfer.h"

#define DOWNLOAD_SOCKETS LIMIT_TRANSFERS_CLIENT
#define DOWNLOAD_RECENT  1024 /* ended downloads whose late packets are known as such */

/* What the table finds a client's downloads by. */
struct download_key {
    uint32_t hash; /* the table's */
    struct address client;
};

/* One address, whatever its ports: how many downloads it has, and its share of the line. */
struct source {
    uint32_t hash; /* the table's */
    struct address address;
    guint count;
    struct pace pace;
};

/* Where a download stands that waits for its turn under a cap on bandwidth. */
struct turn {
    unsigned blocks;    /* it waits to send; 0: it does not wait */
    int64_t due_us;     /* when they may go, or the next cap is asked */
    gboolean is_shared; /* its own cap was passed, the one of all is next */
};

struct download {
    /* What every packet touches, in as few cache lines as there can be. */
    struct timer timer; /* first member: the timer is the download */
    struct download_key key;
    unsigned socket;          /* position of the data socket */
    struct download *sibling; /* another one of the same client address and port */
    struct content *content;  /* NULL while it is waited for */
    gboolean is_unverified;
    gboolean unread;          /* the kernel could not read what was to be sent */
    uint64_t prefetched;      /* bytes of the content that the disk was asked for ahead of time */
    struct transfer transfer; /* once there is content */
    struct udp_path path;     /* from our address to the client */
    struct turn turn;

    struct source *source; /* the table's */
    uint64_t id;           /* never given twice */
    struct address server; /* our address, the source of all answers */
    unsigned interface;    /* it arrived on */
    struct tftp_agreement agreement;
    struct tftp_settings settings; /* as they were when the request came */
    int64_t arrived_us;
    GList link;    /* in the table's queue until the client has proved itself; after the end in the
                 * server's queue of what its owner is to be told */
    uint64_t mark; /* the owner's, see struct tftp_open */
    enum transfer_outcome outcome;
    int64_t ended_us;      /* 0: it runs */
    char *message;         /* of the end; NULL: none */
    const char *name;      /* canonical; lies in `names` */
    const char *wire_name; /* lies there, too */
    char names[];
};

struct download *download_new(const struct tftp_open *open, unsigned socket);
void download_free(struct download *download);

/* It is over and its content was let go; what is to be said of it stays. `message` is copied. */
void download_end(struct download *download, enum transfer_outcome outcome, const char *message,
                  int64_t now_us);

/* What is known of it, for reports; points into `download`. */
struct tftp_report download_report(const struct download *download, int64_t now_us);

struct download_table;

struct download_table *download_table_new(void);
/* The table must be empty. */
void download_table_free(struct download_table *table);

unsigned download_table_count(const struct download_table *table);

enum download_room {
    DOWNLOAD_ROOM,
    DOWNLOAD_ROOM_TOTAL,  /* `most` downloads already */
    DOWNLOAD_ROOM_SOURCE, /* LIMIT_TRANSFERS_SOURCE of this address */
    DOWNLOAD_ROOM_CLIENT, /* every data socket serves this address and port */
};

/* Whether one more fits, and on which data socket. */
enum download_room download_table_room(const struct download_table *table,
                                       const struct address *client, unsigned most,
                                       unsigned *ret_socket);

/* The table owns it from now on, until download_table_remove() gives it back. */
void download_table_add(struct download_table *table, struct download *download);
void download_table_remove(struct download_table *table, struct download *download);

/* The client has answered: it is not the first to go any more when room is short. */
void download_table_verified(struct download_table *table, struct download *download);

/* Which one goes when room is short: the oldest that has not answered; NULL when all have. */
struct download *download_table_oldest(const struct download_table *table);

struct download *download_table_find(const struct download_table *table,
                                     const struct address *client, unsigned socket);
struct download *download_table_find_name(const struct download_table *table,
                                          const struct address *client, const char *name);
/* Any download, to end them all; NULL when empty. */
struct download *download_table_any(const struct download_table *table);

void download_table_foreach(const struct download_table *table,
                            gboolean (*visit)(struct download *download, gpointer user),
                            gpointer user);

/* Whether this client had a download on this socket not long ago. */
gboolean download_table_is_recent(const struct download_table *table, const struct address *client,
                                  unsigned socket);
