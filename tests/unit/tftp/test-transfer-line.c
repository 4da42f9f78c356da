/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/transfer at the end of a long and lossy line, in made-up time: how long whole files take,
 * how long a client is ever kept waiting and how much is sent for it, over hundreds of transfers
 * with clients of three tempers.
 */
#include "tftp/transfer.h"

#include <stdlib.h>
#include <string.h>

#define MS            INT64_C(1000)
#define BLOCK         1468
#define FILE_BYTES    (256 * 1024)
#define CLIENT_TIMER  (1000 * MS)
#define PER_BLOCK_US  2 /* of a window on the line */
#define ROUNDS        100
#define IN_FLIGHT_MAX 4096

enum temper {
    PATIENT,    /* never answers a block it has, and reports a hole once */
    DUTIFUL,    /* acknowledges repeated blocks again, as RFC 1350 clients do */
    COMPLAINING /* acknowledges its last good block for each one out of turn, as EDK2 does */
};

struct line {
    double loss;       /* of each datagram, either way */
    double duplicated; /* of each datagram, either way; the second comes up to three trips later, a
                        * request up to one: the transfer has no means to know an older one */
    int64_t round_trip_us;
    unsigned window;
    enum temper temper;
};

enum what { DATA, OACK, ACK, REQUEST };

struct packet {
    int64_t due_us;
    enum what what;
    uint64_t block;
};

struct run {
    const struct line *line;
    GRand *random;
    struct transfer transfer;
    gboolean exists; /* the server has had the request */
    int64_t now_us;
    struct packet flying[IN_FLIGHT_MAX];
    unsigned n_flying;

    uint64_t have; /* the client's last block in order */
    unsigned in_window;
    gboolean hole_reported;
    gboolean answered; /* the client has heard of the server */
    int64_t client_sent_us;
    int64_t client_progress_us;
    int64_t longest_us; /* without progress */
    unsigned datagrams; /* the server's */
};

static void fly(struct run *run, enum what what, uint64_t block, int64_t extra_us) {
    const struct line *line = run->line;
    unsigned copies = g_rand_double(run->random) < line->duplicated ? 2 : 1;
    for (unsigned i = 0; i < copies; i++) {
        if (g_rand_double(run->random) < line->loss)
            continue;
        g_assert_cmpuint(run->n_flying, <, IN_FLIGHT_MAX);
        double trips = i == 0 ? 0 : g_rand_double(run->random) * (what == REQUEST ? 1 : 3);
        run->flying[run->n_flying++] = (struct packet){
            .due_us =
                run->now_us + extra_us + (int64_t) ((0.5 + trips) * (double) line->round_trip_us),
            .what = what,
            .block = block,
        };
    }
}

static void serve(struct run *run, enum transfer_event_kind kind, uint64_t block) {
    struct transfer_event event = {.kind = kind, .number = (uint16_t) block};
    struct transfer_action action = transfer_step(&run->transfer, &event, run->now_us);
    if (action.oack) {
        run->datagrams++;
        fly(run, OACK, 0, 0);
    }
    for (unsigned i = 0; i < action.count; i++, run->datagrams++)
        fly(run, DATA, action.first + i, (int64_t) i * PER_BLOCK_US);
}

static void serve_request(struct run *run) {
    if (run->exists) {
        serve(run, TRANSFER_EVENT_REQUEST, 0);
        return;
    }
    run->exists = TRUE;
    struct transfer_setup setup = {
        .size = FILE_BYTES,
        .block_size = BLOCK,
        .window_size = run->line->window,
        .oack = TRUE,
        .timeout_us = 1000 * MS,
        .give_up_us = 30000 * MS,
    };
    transfer_init(&run->transfer, &setup, run->now_us);
    serve(run, TRANSFER_EVENT_START, 0);
}

static void acknowledge(struct run *run) {
    run->in_window = 0;
    run->client_sent_us = run->now_us;
    fly(run, ACK, run->have, 0);
}

static void advance(struct run *run) {
    run->longest_us = MAX(run->longest_us, run->now_us - run->client_progress_us);
    run->client_progress_us = run->now_us;
}

static void take_block(struct run *run, uint64_t block) {
    enum temper temper = run->line->temper;
    run->answered = TRUE;
    if (block == run->have + 1) {
        run->have++;
        run->hole_reported = FALSE;
        advance(run);
        if (++run->in_window == run->line->window || run->have == run->transfer.blocks)
            acknowledge(run);
    } else if (temper == COMPLAINING || (temper == DUTIFUL && block == run->have)) {
        acknowledge(run);
    } else if (block > run->have && !run->hole_reported) {
        run->hole_reported = TRUE;
        acknowledge(run);
    }
}

static void take_oack(struct run *run) {
    if (run->answered && (run->line->temper == PATIENT || run->have > 0))
        return;
    run->answered = TRUE;
    advance(run);
    acknowledge(run);
}

static void ask(struct run *run) {
    run->client_sent_us = run->now_us;
    fly(run, REQUEST, 0, 0);
}

static void deliver(struct run *run, const struct packet *packet) {
    switch (packet->what) {
    case DATA:
        take_block(run, packet->block);
        break;
    case OACK:
        take_oack(run);
        break;
    case ACK:
        serve(run, TRANSFER_EVENT_ACK, packet->block);
        break;
    case REQUEST:
        serve_request(run);
        break;
    }
}

/* The first of what flies; NULL: nothing does. Equal times keep their order. */
static struct packet *first_packet(struct run *run) {
    struct packet *first = NULL;
    for (unsigned i = 0; i < run->n_flying; i++)
        if (first == NULL || run->flying[i].due_us < first->due_us)
            first = &run->flying[i];
    return first;
}

static gboolean client_is_done(const struct run *run) {
    return run->exists && run->have == run->transfer.blocks;
}

/* What comes next: a packet, the server's timer or the client's. */
static void happen(struct run *run) {
    struct packet *packet = first_packet(run);
    int64_t packet_us = packet != NULL ? packet->due_us : INT64_MAX;
    int64_t server_us = run->exists && run->transfer.outcome == TRANSFER_RUNNING
                            ? run->transfer.wake_us
                            : INT64_MAX;
    int64_t client_us = run->client_sent_us + CLIENT_TIMER;
    run->now_us = MAX(run->now_us, MIN(packet_us, MIN(server_us, client_us)));
    if (packet_us <= run->now_us) {
        struct packet copy = *packet;
        unsigned place = (unsigned) (packet - run->flying);
        memmove(packet, packet + 1, (--run->n_flying - place) * sizeof(*packet));
        deliver(run, &copy);
    } else if (server_us <= run->now_us) {
        serve(run, TRANSFER_EVENT_TIMER, 0);
    } else if (run->answered) {
        acknowledge(run);
    } else {
        ask(run);
    }
}

/* One whole transfer; how long it took. */
static int64_t fetch(const struct line *line, guint32 seed, struct run *run) {
    *run = (struct run){.line = line, .random = g_rand_new_with_seed(seed), .now_us = 1};
    run->client_progress_us = run->now_us;
    ask(run);
    while (!client_is_done(run)) {
        happen(run);
        g_assert_true(!run->exists || run->transfer.outcome == TRANSFER_RUNNING ||
                      run->transfer.outcome == TRANSFER_COMPLETED);
    }
    g_rand_free(run->random);
    return run->now_us;
}

static int compare_times(const void *a, const void *b) {
    int64_t one = *(const int64_t *) a;
    int64_t other = *(const int64_t *) b;
    return (one > other) - (one < other);
}

struct figures {
    int64_t ideal_us; /* without loss */
    int64_t p50_us;
    int64_t p99_us;
    int64_t longest_us;  /* that any client waited for the next block */
    double sent;         /* datagrams for each that was needed */
    double sent_at_most; /* the same of the worst transfer */
};

static struct figures measure(const struct line *line) {
    g_autofree struct run *run = g_new(struct run, 1);
    struct line clean = {.round_trip_us = line->round_trip_us, .window = line->window};
    struct figures figures = {.ideal_us = fetch(&clean, 1, run)};
    unsigned needed = run->datagrams;
    int64_t times[ROUNDS];
    double sent = 0;
    for (guint32 i = 0; i < ROUNDS; i++) {
        times[i] = fetch(line, i, run);
        figures.longest_us = MAX(figures.longest_us, run->longest_us);
        sent += run->datagrams;
        figures.sent_at_most = MAX(figures.sent_at_most, run->datagrams / (double) needed);
    }
    qsort(times, ROUNDS, sizeof(times[0]), compare_times);
    figures.p50_us = times[ROUNDS / 2];
    figures.p99_us = times[ROUNDS * 99 / 100];
    figures.sent = sent / ROUNDS / needed;
    g_test_message(
        "loss %.0f %% duplicates %.0f %% round trip %g ms window %2u temper %d: %7.1f ms "
        "ideal, p50 %7.1f, p99 %7.1f, longest wait %6.1f, sent %.2f, at most %.2f",
        line->loss * 100, line->duplicated * 100, (double) line->round_trip_us / 1000, line->window,
        (int) line->temper, (double) figures.ideal_us / 1000, (double) figures.p50_us / 1000,
        (double) figures.p99_us / 1000, (double) figures.longest_us / 1000, figures.sent,
        figures.sent_at_most);
    return figures;
}

static void for_all_lines(double loss, double duplicated,
                          void (*check)(const struct line *line, const struct figures *figures)) {
    static const int64_t trips_us[] = {100, 20 * MS, 100 * MS};
    static const unsigned windows[] = {1, 4, 16, 32};
    for (size_t i = 0; i < G_N_ELEMENTS(trips_us); i++)
        for (size_t j = 0; j < G_N_ELEMENTS(windows); j++)
            for (enum temper temper = PATIENT; temper <= COMPLAINING; temper++) {
                struct line line = {.loss = loss,
                                    .duplicated = duplicated,
                                    .round_trip_us = trips_us[i],
                                    .window = windows[j],
                                    .temper = temper};
                struct figures figures = measure(&line);
                check(&line, &figures);
            }
}

/* A loss costs a round trip or two and the server's spare time, unless the client's own packets are
 * lost before the server knows of it or when the client does not repeat itself: that costs its timer.
 */
static void check_loss(const struct line *line, const struct figures *figures) {
    gboolean unlucky = line->temper == PATIENT && line->loss > 0.01;
    int64_t timers_us = (unlucky ? 4 : 2) * CLIENT_TIMER;
    g_assert_cmpint(figures->longest_us, <=, timers_us + 4 * line->round_trip_us + 500 * MS);
    g_assert_cmpfloat(figures->sent_at_most, <=, line->loss > 0.01 ? 5.0 : 2.6);
    if (line->temper == PATIENT)
        return;
    double losses = 2 * line->loss * (double) figures->ideal_us / (double) line->round_trip_us;
    losses *= line->window;
    int64_t each_us = 2 * line->round_trip_us + 30 * MS;
    g_assert_cmpint(figures->p50_us, <=,
                    figures->ideal_us + (int64_t) ((losses + 1) * (double) each_us));
    g_assert_cmpint(figures->p99_us, <=, 2 * figures->p50_us + 3 * CLIENT_TIMER);
}

static void test_one_percent(void) {
    for_all_lines(0.01, 0, check_loss);
}

static void test_five_percent(void) {
    for_all_lines(0.05, 0, check_loss);
}

/* Nothing is lost, so nothing need be sent twice; what the echoes cost stays small. */
static void check_duplicates(const struct line *line, const struct figures *figures) {
    gboolean few = line->duplicated < 0.5;
    g_assert_cmpint(figures->p99_us, <=, figures->ideal_us + figures->ideal_us / 2 + 100 * MS);
    g_assert_cmpfloat(figures->sent, <=, few ? 1.7 : 2.7);
    g_assert_cmpfloat(figures->sent_at_most, <=, few ? 2.5 : 3.5);
}

static void test_few_duplicates(void) {
    for_all_lines(0, 0.05, check_duplicates);
}

static void test_everything_twice(void) {
    for_all_lines(0, 1, check_duplicates);
}

/* All at once, as a bad radio link has it. */
static void check_both(const struct line *line, const struct figures *figures) {
    g_assert_cmpint(figures->longest_us, <=, 4 * CLIENT_TIMER + 4 * line->round_trip_us + 500 * MS);
    g_assert_cmpfloat(figures->sent_at_most, <=, 6.0);
}

static void test_loss_and_duplicates(void) {
    for_all_lines(0.05, 0.05, check_both);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/transfer-line/" name, function)
    ADD("one-in-a-hundred-lost", test_one_percent);
    ADD("one-in-twenty-lost", test_five_percent);
    ADD("a-few-duplicates", test_few_duplicates);
    ADD("everything-twice", test_everything_twice);
    ADD("losses-and-duplicates", test_loss_and_duplicates);
    return g_test_run();
}
