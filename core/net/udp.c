/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Opening, binding and adopting of UDP sockets, with errors that say what to do. The traffic is in
 * udp-traffic.c.
 */
#include "net/udp.h"

#include "net/sockaddr.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_INHERITED 3 /* the LISTEN_FDS protocol begins behind standard error */
#define MOST_INHERITED  64

G_DEFINE_QUARK(boothost_udp_error, udp_error)

struct udp_socket {
    int descriptor;
    struct address local;
    gboolean plain;
};

/* Who may own a port that we want. */
static const char *port_owner(uint16_t port) {
    switch (port) {
    case 67:
        return "another DHCP server (dnsmasq, ISC dhcpd, Kea, systemd-networkd) or boothostd";
    case 69:
        return "another TFTP server (tftpd-hpa, atftpd, dnsmasq) or boothostd";
    case 4011:
        return "another PXE boot server (dnsmasq in proxy mode) or boothostd";
    default:
        return "another program";
    }
}

static void set_bind_error(GError **error, const struct udp_options *options, int code) {
    char host[ADDRESS_TEXT_SIZE];
    address_text(&options->local, host);
    unsigned port = options->local.port;
    if (code == EADDRINUSE)
        g_set_error(error, UDP_ERROR, UDP_ERROR_IN_USE,
                    "UDP port %u on %s is taken, probably by %s; 'ss -ulpn sport = :%u' names it: "
                    "stop it, or keep this port out of our configuration",
                    port, host, port_owner(options->local.port), port);
    else if (code == EACCES || code == EPERM)
        g_set_error(error, UDP_ERROR, UDP_ERROR_PERMISSION,
                    "no right to bind UDP port %u on %s: run as root, or give the program the "
                    "capability CAP_NET_BIND_SERVICE",
                    port, host);
    else if (code == EADDRNOTAVAIL)
        g_set_error(error, UDP_ERROR, UDP_ERROR_ADDRESS,
                    "cannot bind UDP port %u: this machine has no address %s; 'ip address' shows "
                    "those it has",
                    port, host);
    else
        g_set_error(error, UDP_ERROR, UDP_ERROR_FAILED, "cannot bind UDP port %u on %s: %s", port,
                    host, g_strerror(code));
}

static void set_device_error(GError **error, const char *device, int code) {
    if (code == EPERM)
        g_set_error(error, UDP_ERROR, UDP_ERROR_PERMISSION,
                    "no right to bind a socket to interface '%s': run as root, or give the program "
                    "the capability CAP_NET_RAW",
                    device);
    else if (code == ENODEV)
        g_set_error(error, UDP_ERROR, UDP_ERROR_ADDRESS,
                    "there is no interface '%s'; 'ip link' lists those there are", device);
    else
        g_set_error(error, UDP_ERROR, UDP_ERROR_FAILED,
                    "cannot bind a socket to interface '%s': %s", device, g_strerror(code));
}

static int set_flag(int descriptor, int level, int option, int value) {
    return setsockopt(descriptor, level, option, &value, sizeof(value));
}

/* Without CAP_NET_ADMIN the kernel keeps us below net.core.rmem_max and wmem_max, which we then
 * take. */
static void set_buffers(int descriptor, const struct udp_options *options) {
    int receive = options->receive_buffer > 0 ? options->receive_buffer : LIMIT_RECEIVE_BUFFER;
    if (set_flag(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, receive) != 0)
        set_flag(descriptor, SOL_SOCKET, SO_RCVBUF, receive);
    int send = options->send_buffer;
    if (send > 0 && set_flag(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, send) != 0)
        set_flag(descriptor, SOL_SOCKET, SO_SNDBUF, send);
}

/* Options that hold for opened and for inherited sockets. */
static gboolean prepare(int descriptor, const struct udp_options *options, int family) {
    set_buffers(descriptor, options);
    if (options->broadcast && set_flag(descriptor, SOL_SOCKET, SO_BROADCAST, 1) != 0)
        return FALSE;
    if (options->ttl > 0 && family == AF_INET &&
        set_flag(descriptor, IPPROTO_IP, IP_MULTICAST_TTL, (int) options->ttl) != 0)
        return FALSE;
    int tells = options->plain ? 0 : 1;
    if (family == AF_INET6)
        return set_flag(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, tells) == 0 &&
               set_flag(descriptor, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT) == 0;
    /* ROMs without an IP stack worth the name drop packets that carry DF when a router wants
     * to fragment, and never hear of the ICMP message. */
    return set_flag(descriptor, IPPROTO_IP, IP_PKTINFO, tells) == 0 &&
           set_flag(descriptor, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT) == 0;
}

static struct address bound_address(int descriptor) {
    union sockaddr_any bound = {0};
    socklen_t length = sizeof(bound);
    if (getsockname(descriptor, &bound.any, &length) != 0)
        return (struct address){0};
    return sockaddr_to_address(&bound.any);
}

static struct udp_socket *socket_new(int descriptor, const struct udp_options *options) {
    struct udp_socket *socket = g_new0(struct udp_socket, 1);
    socket->descriptor = descriptor;
    socket->plain = options->plain;
    socket->local = bound_address(descriptor);
    return socket;
}

/* All steps on a fresh descriptor, which stays the caller's. */
static gboolean configure_and_bind(int descriptor, const struct udp_options *options,
                                   GError **error) {
    union sockaddr_any local;
    socklen_t length = sockaddr_from_address(&options->local, &local);
    if (options->shared)
        set_flag(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
    if (options->sharded)
        set_flag(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
    if (options->device != NULL && setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE,
                                              options->device, strlen(options->device) + 1) != 0) {
        set_device_error(error, options->device, errno);
        return FALSE;
    }
    if (!prepare(descriptor, options, local.any.sa_family)) {
        g_set_error(error, UDP_ERROR, UDP_ERROR_FAILED, "cannot set up a UDP socket: %s",
                    g_strerror(errno));
        return FALSE;
    }
    if (bind(descriptor, &local.any, length) != 0) {
        set_bind_error(error, options, errno);
        return FALSE;
    }
    return TRUE;
}

struct udp_socket *udp_open(const struct udp_options *options, GError **error) {
    int family = options->local.family == 6 ? AF_INET6 : AF_INET;
    int descriptor = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
        g_set_error(error, UDP_ERROR, UDP_ERROR_FAILED, "cannot open a UDP socket: %s",
                    g_strerror(errno));
        return NULL;
    }
    if (!configure_and_bind(descriptor, options, error)) {
        close(descriptor);
        return NULL;
    }
    return socket_new(descriptor, options);
}

gboolean udp_claim(const struct address *local, GError **error) {
    struct udp_options options = {.local = *local};
    struct udp_socket *socket = udp_open(&options, error);
    udp_close(socket);
    return socket != NULL;
}

gboolean udp_deal(struct udp_socket *socket, unsigned offset, unsigned count, GError **error) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset), /* past the end: returns 0 */
        BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, count),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    struct sock_fprog program = {.len = G_N_ELEMENTS(code), .filter = code};
    if (setsockopt(socket->descriptor, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
                   sizeof(program)) == 0)
        return TRUE;
    g_set_error(error, UDP_ERROR, UDP_ERROR_FAILED,
                "the kernel cannot share UDP port %u out to %u threads: %s; set threads = 1",
                socket->local.port, count, g_strerror(errno));
    return FALSE;
}

static gboolean is_udp(int descriptor) {
    int protocol = 0;
    socklen_t length = sizeof(protocol);
    return getsockopt(descriptor, SOL_SOCKET, SO_PROTOCOL, &protocol, &length) == 0 &&
           protocol == IPPROTO_UDP;
}

struct udp_socket *udp_adopt(int descriptor, const struct udp_options *options, GError **error) {
    struct address local = is_udp(descriptor) ? bound_address(descriptor) : (struct address){0};
    if (local.family == 0 || local.port == 0) {
        g_set_error(error, UDP_ERROR, UDP_ERROR_INHERITED,
                    "descriptor %d, handed over by the service manager, is no bound UDP socket; "
                    "check ListenDatagram= in its socket unit",
                    descriptor);
        return NULL;
    }
    int family = local.family == 6 ? AF_INET6 : AF_INET;
    if (!prepare(descriptor, options, family) ||
        fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) != 0 ||
        fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
        g_set_error(error, UDP_ERROR, UDP_ERROR_FAILED, "cannot set up the inherited socket %d: %s",
                    descriptor, g_strerror(errno));
        return NULL;
    }
    return socket_new(descriptor, options);
}

/* How many descriptors the service manager passed to this very process. */
static int inherited_count(void) {
    const char *process = g_getenv("LISTEN_PID");
    const char *count = g_getenv("LISTEN_FDS");
    if (process == NULL || count == NULL || strtol(process, NULL, 10) != (long) getpid())
        return 0;
    return (int) CLAMP(strtol(count, NULL, 10), 0, MOST_INHERITED);
}

int udp_inherited(uint16_t port) {
    int end = FIRST_INHERITED + inherited_count();
    for (int descriptor = FIRST_INHERITED; descriptor < end; descriptor++) {
        if (is_udp(descriptor) && bound_address(descriptor).port == port)
            return descriptor;
    }
    return -1;
}

void udp_close(struct udp_socket *socket) {
    if (socket == NULL)
        return;
    close(socket->descriptor);
    g_free(socket);
}

int udp_descriptor(const struct udp_socket *socket) {
    return socket->descriptor;
}

struct address udp_local(const struct udp_socket *socket) {
    return socket->local;
}

uint32_t udp_drops(const struct udp_socket *socket) {
    uint32_t facts[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof(facts);
    getsockopt(socket->descriptor, SOL_SOCKET, SO_MEMINFO, facts, &length);
    return facts[SK_MEMINFO_DROPS];
}

gboolean udp_is_plain(const struct udp_socket *socket) {
    return socket->plain;
}

int udp_receive_buffer(const struct udp_socket *socket) {
    int bytes = 0;
    socklen_t length = sizeof(bytes);
    getsockopt(socket->descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, &length);
    return bytes;
}
