/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * wire: a length of bad cable between two interfaces. Frames that come in at one leave at the other
 * after a fixed delay; of the datagrams that go out at the far one, some are lost, by a seed, the
 * same for everyone. It stands in for netem where the kernel has none.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "measure.h"

#define FRAME_SIZE 1600
#define QUEUE      16384 /* frames under way in one direction */
#define BUFFER     (16 * 1024 * 1024)
#define PER_TURN   64 /* frames taken from one end before the other has its turn */

struct settings {
    const char *near;
    const char *far;
    int delay_us;
    double loss; /* per cent, towards the far end */
    int seed;
};

struct frame {
    int64_t due;
    size_t size;
    uint8_t bytes[FRAME_SIZE];
};

/* One direction: a ring, in order of `due`, since all frames take as long. */
struct lane {
    int from;
    int to;
    uint32_t loss; /* share of UINT32_MAX */
    struct frame *frames;
    size_t first;
    size_t count;
};

static int end_open(const char *interface) {
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int one = 1;
    int buffer = BUFFER;

    address.sll_ifindex = (int) if_nametoindex(interface);
    if (fd < 0 || address.sll_ifindex == 0) {
        return -1;
    }
    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
    return bind(fd, (struct sockaddr *) &address, sizeof address) < 0 ? -1 : fd;
}

static bool frame_is_lost(const struct lane *lane, const struct frame *frame, GRand *chance) {
    const struct ether_header *header = (const struct ether_header *) frame->bytes;

    /* Only datagrams: who answers to an address must be found by everyone. */
    return lane->loss > 0 && header->ether_type == htons(ETHERTYPE_IP) &&
           g_rand_int(chance) < lane->loss;
}

static void lane_take(struct lane *lane, int64_t delay, GRand *chance) {
    for (unsigned i = 0; i < PER_TURN && lane->count < QUEUE; i++) {
        struct frame *frame = &lane->frames[(lane->first + lane->count) % QUEUE];
        ssize_t size = recv(lane->from, frame->bytes, sizeof frame->bytes, 0);
        if (size <= 0) {
            return;
        }
        frame->size = (size_t) size;
        frame->due = measure_now() + delay;
        lane->count += !frame_is_lost(lane, frame, chance);
    }
}

static void lane_give(struct lane *lane) {
    for (int64_t now = measure_now(); lane->count > 0; lane->count--) {
        const struct frame *frame = &lane->frames[lane->first];
        if (frame->due > now) {
            return;
        }
        /* What the other side's queue refuses is lost, as on any wire. */
        send(lane->to, frame->bytes, frame->size, 0);
        lane->first = (lane->first + 1) % QUEUE;
    }
}

/* Until the next frame is due. */
static struct timespec lanes_wait(const struct lane lanes[2]) {
    int64_t wait = MEASURE_SECOND;
    int64_t now = measure_now();

    for (unsigned i = 0; i < 2; i++) {
        if (lanes[i].count > 0) {
            wait = MIN(wait, MAX(lanes[i].frames[lanes[i].first].due - now, 0));
        }
    }
    return (struct timespec){wait / MEASURE_SECOND, wait % MEASURE_SECOND};
}

/* Carries frames until a signal ends the process. */
static int wire_run(struct lane lanes[2], const struct settings *settings) {
    struct pollfd ends[2] = {{.fd = lanes[0].from, .events = POLLIN},
                             {.fd = lanes[1].from, .events = POLLIN}};
    g_autoptr(GRand) chance = g_rand_new_with_seed((guint32) settings->seed);
    int64_t delay = (int64_t) settings->delay_us * 1000;

    for (;;) {
        struct timespec wait = lanes_wait(lanes);
        if (ppoll(ends, 2, &wait, NULL) < 0 && errno != EINTR) {
            return measure_fail("wire: cannot wait");
        }
        for (unsigned i = 0; i < 2; i++) {
            lane_take(&lanes[i], delay, chance);
            lane_give(&lanes[i]);
        }
    }
}

static bool settings_parse(int argc, char **argv, struct settings *settings) {
    const GOptionEntry entries[] = {
        {"near", 0, 0, G_OPTION_ARG_STRING, &settings->near, "The server's end", "INTERFACE"},
        {"far", 0, 0, G_OPTION_ARG_STRING, &settings->far, "The clients' end", "INTERFACE"},
        {"delay", 0, 0, G_OPTION_ARG_INT, &settings->delay_us, "One way; default 0", "US"},
        {"loss", 0, 0, G_OPTION_ARG_DOUBLE, &settings->loss, "Towards the clients", "PERCENT"},
        {"seed", 0, 0, G_OPTION_ARG_INT, &settings->seed, "Default 1", "N"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new("- a length of bad cable");
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "wire: %s; see --help\n", error->message);
        return false;
    }
    if (settings->near == NULL || settings->far == NULL || settings->delay_us < 0 ||
        settings->loss < 0 || settings->loss > 100) {
        fprintf(stderr, "wire: --near or --far is missing, or a number is out of range\n");
        return false;
    }
    return true;
}

int main(int argc, char **argv) {
    static struct settings settings = {.seed = 1};

    if (!settings_parse(argc, argv, &settings)) {
        return 2;
    }
    int near = end_open(settings.near);
    int far = end_open(settings.far);
    if (near < 0 || far < 0) {
        return measure_fail("wire: cannot open an interface");
    }
    g_autofree struct frame *down = g_new0(struct frame, QUEUE);
    g_autofree struct frame *up = g_new0(struct frame, QUEUE);
    struct lane lanes[2] = {
        {near, far, (uint32_t) (settings.loss / 100 * UINT32_MAX), .frames = down},
        {far, near, .frames = up},
    };
    prctl(PR_SET_TIMERSLACK, 1);
    printf("ready\n");
    fflush(stdout);
    return wire_run(lanes, &settings);
}
