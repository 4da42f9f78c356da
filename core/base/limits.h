/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every cap in one table. What a client can make us hold, send or wait for is bounded here and
 * nowhere else; what an administrator may change is a default, named LIMIT_DEFAULT_.
 */
#pragma once

/* Packets. */
#define LIMIT_DATAGRAM 65536 /* bytes; the largest UDP payload */
#define LIMIT_DHCP_DATAGRAM                                                                        \
    4096               /* bytes of a DHCP packet we look at; EDK2 offers 1472, real ones have 548 */
#define LIMIT_BATCH 64 /* datagrams a recvmmsg takes at once */
#define LIMIT_BEHIND_US                                                                            \
    (INT64_C(100) * 1000) /* a socket that never runs dry for so long is behind */
/* A request that has waited longer is not looked at: its client asks anew, after 1 s on port 4011 and
 * after 4 s on 67 (PXE 2.1), and those behind it can still be answered in time. */
#define LIMIT_WAITED_US (INT64_C(800) * 1000)

#define LIMIT_REPLY_MIN     300  /* bytes; BOOTP's minimum, RFC 1542 section 2.1 */
#define LIMIT_REPLY_DEFAULT 548  /* bytes of UDP payload a client takes that sends no option 57 */
#define LIMIT_REPLY_MAX     1472 /* bytes; EDK2 ignores longer DHCP packets */
#define LIMIT_RECEIVE_BUFFER                                                                       \
    (4 * 1024 * 1024) /* bytes of socket buffer: a burst of 1024 requests fits */
#define LIMIT_SEND_BUFFER                                                                          \
    (8 * 1024 * 1024) /* bytes of socket buffer: the windows of 128 clients on their way fit */

#define LIMIT_THREADS 32 /* that answer on one port */

/* What clients may write into our log. */
#define LIMIT_LOG_LINES 200 /* a second; what is left out is counted and said */

/* One request and what providers may hang on it. */
#define LIMIT_FACTS         64   /* facts a reply may carry */
#define LIMIT_FACT_BYTES    1024 /* bytes of one fact's value, without the NUL */
#define LIMIT_FACT_NAME     64   /* bytes of a fact's name */
#define LIMIT_REASON_BYTES  256  /* bytes of a reason or note kept for the trace */
#define LIMIT_NOTES         16   /* notes of one provider call */
#define LIMIT_REPLY_OPTIONS 32   /* options providers may add to one reply */
#define LIMIT_MESSAGE_BYTES 200  /* bytes of a message for the user: it shares one option of 255 */
#define LIMIT_MENU_ITEMS    64   /* entries of one boot menu */
#define LIMIT_BOOT_FILE     512  /* bytes of a boot file name; 127 fit the packet's own field */
#define LIMIT_TRACE_ENTRIES 64   /* trace lines of one decision */

/* Clients. */
#define LIMIT_REQUEST_KEPT 768    /* bytes of a request's options we remember; EDK2 sends 110 */
#define LIMIT_SESSIONS     131072 /* clients remembered; the least recent goes first */
/* Bytes of all of them; beyond, those silent for longest keep their last decision alone. */
#define LIMIT_SESSION_BYTES (INT64_C(144) * 1024 * 1024)
#define LIMIT_SESSION_IDLE_US                                                                      \
    (INT64_C(3600) * 1000000) /* a client silent for so long is forgotten */
#define LIMIT_SESSION_DECISIONS                                                                    \
    4 /* traces kept of one client, as many as a chain-loaded boot has */
#define LIMIT_SESSION_TRANSFERS 8                       /* transfers kept of one client */
#define LIMIT_EXCHANGE_US       (INT64_C(60) * 1000000) /* one DISCOVER exchange, PXE 2.1 section 2.2.3 */
#define LIMIT_ATTEMPT_US        (INT64_C(600) * 1000000) /* a client back later than this starts anew */
#define LIMIT_SETTLED_US                                                                           \
    (INT64_C(10) * 1000000)       /* silence that means: it will not ask for the file */
#define LIMIT_PARKED         4096 /* requests waiting for providers, in all */
#define LIMIT_PARKED_CLIENT  4    /* of one client */
#define LIMIT_PARKED_SOURCE  256  /* of one source address (a relay serves many clients) */
#define LIMIT_INSTANCE_QUEUE 1024 /* calls waiting for one instance; then the oldest is shed */
#define LIMIT_INSTANCE_HELD  2048 /* calls it may have, with those that nobody waits for any more */

/* Providers. */
#define LIMIT_CHAIN  64  /* providers of one chain */
#define LIMIT_CANARY 256 /* requests kept for trying a new chain, a few KiB each */
#define LIMIT_DEFAULT_DEADLINE_US                                                                  \
    (INT64_C(1000) * 1000) /* a decision; EDK2 waits 4 s, iPXE about 3 */

#define LIMIT_MEMORY_MIN     (INT64_C(16) * 1024 * 1024) /* of a provider's own process, bytes */
#define LIMIT_MEMORY_MAX     (INT64_C(64) * 1024 * 1024 * 1024)
#define LIMIT_DEFAULT_MEMORY (UINT64_C(256) * 1024 * 1024) /* of a provider's own process */

/* TFTP. */
#define LIMIT_TRANSFERS 8192 /* at once */
#define LIMIT_TRANSFERS_SOURCE                                                                     \
    2048 /* of one source address; a NAT or a relay may hide many clients */
#define LIMIT_TRANSFERS_CLIENT 16    /* of one client address and port: ROMs keep their port */
#define LIMIT_TFTP_REQUEST     512   /* bytes of an RRQ, RFC 2347 */
#define LIMIT_TFTP_BLOCK_MAX   65464 /* RFC 2348 */
#define LIMIT_TFTP_BLOCK_MIN   8
#define LIMIT_TFTP_WINDOW_MAX  256 /* blocks in flight we ever allow, RFC 7440 allows 65535 */
#define LIMIT_TFTP_RATE_MIN                                                                        \
    (64 * 1024) /* bytes a second; less would keep clients waiting longer than they repeat */
#define LIMIT_TFTP_RATE_MAX (INT64_C(100) * 1024 * 1024 * 1024)
#define LIMIT_OPENS         4096 /* file requests that wait for providers, in all */
#define LIMIT_FEEDS         256  /* contents of providers that are sent while they are made */
#define LIMIT_FEED_BYTES    (256 * 1024) /* of each in memory */
#define LIMIT_FEED_STALL_US                                                                        \
    (INT64_C(60) * 1000000)        /* without a byte of its reader that is being waited for */
#define LIMIT_FOLDER_SCAN    16384 /* entries of one folder compared without regard to case */
#define LIMIT_NETASCII_BYTES (1024 * 1024)      /* of a file converted to netascii, in memory */
#define LIMIT_NETASCII       64                 /* such transfers at once */
#define LIMIT_CONTENT_BYTES  (64 * 1024 * 1024) /* bytes a provider may give at once */
#define LIMIT_CONTENT_IDLE   32                 /* files kept open that nobody fetches */
#define LIMIT_CONTENT_IDLE_US                                                                      \
    (INT64_C(5) * 1000000) /* and for how long: a folder may be unmounted after that */

#define LIMIT_MULTICAST_GROUPS 64 /* files sent to groups at once, MTFTP's among them */
#define LIMIT_MULTICAST_MEMBERS                                                                    \
    1024 /* of one group, a few hundred bytes each; who comes later is served alone */
#define LIMIT_MULTICAST_TOTAL 4096 /* of all groups */
#define LIMIT_MULTICAST_RANGE 4096 /* addresses of a configured range that are used */
#define LIMIT_MULTICAST_RATE  (INT64_C(10) * 1024 * 1024 * 1024) /* bytes a second */

/* The recording of requests. */
#define LIMIT_RECORD_BUFFER                                                                        \
    (4 * 1024 * 1024)           /* bytes waiting for the disk; beyond, packets are left out */
#define LIMIT_RECORD_FILES 1000 /* files of one recording */
#define LIMIT_RECORD_SIZE  (INT64_C(64) * 1024 * 1024 * 1024) /* bytes of one file */
#define LIMIT_RECORD_RETRY_US                                                                      \
    (INT64_C(5) * 1000000) /* between two tries to open a file that failed */

/* The control socket. */
#define LIMIT_CONTROL_CALLERS 64   /* connections at once */
#define LIMIT_CONTROL_CALLS   64   /* calls of one connection that wait for their answers */
#define LIMIT_CONTROL_UNSENT  1024 /* messages a connection has not read; then events are dropped */
