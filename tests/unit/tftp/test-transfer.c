/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/transfer: whole transfers in made-up time, with loss, duplicates and odd clients.
 */
#include "tftp/transfer.h"

#include "codec/tftp.h"

#define MS INT64_C(1000)
#define S  INT64_C(1000000)

struct scene {
    struct transfer transfer;
    struct transfer_action action; /* the last one */
    int64_t now_us;
};

static struct transfer_setup setup_of(uint64_t size, unsigned block, unsigned window) {
    return (struct transfer_setup){.size = size,
                                   .block_size = block,
                                   .window_size = window,
                                   .oack = window > 1,
                                   .timeout_us = 1 * S,
                                   .give_up_us = 30 * S};
}

static void step(struct scene *scene, enum transfer_event_kind kind, uint16_t number) {
    struct transfer_event event = {.kind = kind, .number = number};
    scene->action = transfer_step(&scene->transfer, &event, scene->now_us);
}

static struct scene begin(struct transfer_setup setup) {
    struct scene scene = {.now_us = 7 * S};
    transfer_init(&scene.transfer, &setup, scene.now_us);
    step(&scene, TRANSFER_EVENT_START, 0);
    return scene;
}

/* An ACK `after_us` later. */
static void ack(struct scene *scene, uint16_t number, int64_t after_us) {
    scene->now_us += after_us;
    step(scene, TRANSFER_EVENT_ACK, number);
}

/* Lets time pass to the wake-up. */
static void wait_for_timer(struct scene *scene) {
    g_assert_cmpint(scene->transfer.wake_us, >, 0);
    scene->now_us = MAX(scene->now_us, scene->transfer.wake_us);
    step(scene, TRANSFER_EVENT_TIMER, 0);
}

#define assert_sends(scene, from, blocks)                                                          \
    do {                                                                                           \
        g_assert_cmpuint((scene)->action.first, ==, (from));                                       \
        g_assert_cmpuint((scene)->action.count, ==, (blocks));                                     \
    } while (0)
#define assert_silent(scene)                                                                       \
    do {                                                                                           \
        g_assert_cmpuint((scene)->action.count, ==, 0);                                            \
        g_assert_false((scene)->action.oack);                                                      \
    } while (0)

static void test_lock_step(void) {
    struct scene scene = begin(setup_of(1200, 512, 1));
    g_assert_false(scene.action.oack);
    assert_sends(&scene, 1, 1);
    ack(&scene, 1, 1 * MS);
    assert_sends(&scene, 2, 1);
    ack(&scene, 2, 1 * MS);
    assert_sends(&scene, 3, 1);
    g_assert_cmpuint(transfer_block_bytes(&scene.transfer, 2), ==, 512);
    g_assert_cmpuint(transfer_block_bytes(&scene.transfer, 3), ==, 1200 - 1024);
    g_assert_cmpuint(transfer_block_offset(&scene.transfer, 3), ==, 1024);
    ack(&scene, 3, 1 * MS);
    assert_silent(&scene);
    g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_COMPLETED);
    struct transfer_statistics statistics = transfer_statistics(&scene.transfer, scene.now_us);
    g_assert_cmpuint(statistics.bytes, ==, 1200);
    g_assert_cmpuint(statistics.blocks, ==, 3);
    g_assert_cmpuint(statistics.resent, ==, 0);
    g_assert_cmpint(statistics.duration_us, ==, 3 * MS);
    g_assert_true(statistics.acknowledged);
}

static void test_sizes_at_block_edges(void) {
    static const struct {
        uint64_t size;
        uint64_t blocks;
        unsigned last;
    } rows[] = {{0, 1, 0}, {1, 1, 1}, {511, 1, 511}, {512, 2, 0}, {513, 2, 1}, {1024, 3, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct scene scene = begin(setup_of(rows[i].size, 512, 1));
        g_assert_cmpuint(scene.transfer.blocks, ==, rows[i].blocks);
        g_assert_cmpuint(transfer_block_bytes(&scene.transfer, rows[i].blocks), ==, rows[i].last);
        for (uint64_t block = 1; block <= rows[i].blocks; block++) {
            g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_RUNNING);
            ack(&scene, (uint16_t) block, 1 * MS);
        }
        g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_COMPLETED);
    }
}

static void test_windows(void) {
    struct scene scene = begin(setup_of(10 * 512, 512, 4));
    g_assert_true(scene.action.oack);
    g_assert_cmpuint(scene.action.count, ==, 0);
    ack(&scene, 0, 1 * MS);
    assert_sends(&scene, 1, 4);
    ack(&scene, 4, 1 * MS);
    assert_sends(&scene, 5, 4);
    ack(&scene, 8, 1 * MS);
    assert_sends(&scene, 9, 3); /* the last one is empty */
    ack(&scene, 11, 1 * MS);
    g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_COMPLETED);
}

/* An ACK that also names the size of the next window, as msftwindow's do. */
static void ack_for(struct scene *scene, uint16_t number, uint8_t window, int64_t after_us) {
    scene->now_us += after_us;
    struct transfer_event event = {.kind = TRANSFER_EVENT_ACK, .number = number, .window = window};
    scene->action = transfer_step(&scene->transfer, &event, scene->now_us);
}

static void test_windows_of_the_clients_choice(void) {
    struct scene scene = begin(setup_of(1000 * 512, 512, 4));
    ack_for(&scene, 0, 4, 1 * MS);
    assert_sends(&scene, 1, 4);
    ack_for(&scene, 4, 64, 1 * MS);
    assert_sends(&scene, 5, 64);
    ack_for(&scene, 68, 255, 1 * MS);
    assert_sends(&scene, 69, 255);
    ack_for(&scene, 323, 2, 1 * MS);
    assert_sends(&scene, 324, 2);
    ack_for(&scene, 325, 0, 1 * MS); /* none named: as before */
    assert_sends(&scene, 326, 2);
    ack_for(&scene, 327, 1, 1 * MS);
    assert_sends(&scene, 328, 1);
    g_assert_cmpuint(transfer_statistics(&scene.transfer, scene.now_us).window_size, ==, 1);
}

static void test_window_shrinks_after_loss(void) {
    struct scene scene = begin(setup_of(1000 * 512, 512, 4));
    ack_for(&scene, 0, 64, 1 * MS);
    assert_sends(&scene, 1, 64);
    ack_for(&scene, 10, 8, 20 * MS); /* 11 was lost: back to it, in smaller steps */
    assert_sends(&scene, 11, 8);
    ack_for(&scene, 10, 2, 60 * MS); /* and lost again */
    assert_sends(&scene, 11, 2);
    ack_for(&scene, 64, 64, 1 * MS); /* late, of the first window: not under way any more */
    assert_silent(&scene);
    wait_for_timer(&scene);
    assert_sends(&scene, 11, 2);
    ack_for(&scene, 12, 4, 1 * MS);
    assert_sends(&scene, 13, 4);
}

static void test_hole_in_a_window(void) {
    struct scene scene = begin(setup_of(100 * 512, 512, 4));
    ack(&scene, 0, 1 * MS);
    ack(&scene, 2, 1 * MS); /* block 3 was lost */
    assert_sends(&scene, 3, 4);
    ack(&scene, 2, 0); /* EDK2 complains again for each block behind the hole */
    assert_silent(&scene);
    ack(&scene, 2, 100);
    assert_silent(&scene);
    ack(&scene, 6, 1 * MS);
    assert_sends(&scene, 7, 4);
    g_assert_cmpuint(scene.transfer.resent, ==, 2); /* 3 and 4; 5 and 6 were new */
}

static void test_first_block_of_a_window_lost(void) {
    struct scene scene = begin(setup_of(100 * 512, 512, 4));
    ack(&scene, 0, 1 * MS);
    ack(&scene, 4, 1 * MS);
    assert_sends(&scene, 5, 4);
    ack(&scene, 4, MS / 2); /* sooner than any answer: a duplicate of the wire */
    assert_silent(&scene);
    ack(&scene, 4, MS / 2); /* 6 came, and 5 had not */
    assert_sends(&scene, 5, 4);
    ack(&scene, 4, 1 * MS); /* 7 and 8 of the first window say so, too */
    assert_silent(&scene);
    ack(&scene, 8, 1 * MS);
    assert_sends(&scene, 9, 4);
    ack(&scene, 8, 1 * MS); /* still the echo of all that */
    assert_silent(&scene);
    ack(&scene, 12, 1 * MS);
    ack(&scene, 12, 1 * MS); /* a window went through: reports are believed again */
    assert_sends(&scene, 13, 4);
}

static void test_echo_of_a_repeated_window(void) {
    /* Two copies of a window under way, and a client that acknowledges each block it did not wait
     * for: nothing that is under way goes out a third time. */
    struct scene scene = begin(setup_of(1000 * 512, 512, 16));
    ack(&scene, 0, 1 * MS);
    assert_sends(&scene, 1, 16);
    wait_for_timer(&scene);
    assert_sends(&scene, 1, 16);
    unsigned sent = 0;
    for (uint16_t block = 1; block <= 15; block++) {
        ack(&scene, block, 10);
        g_assert_cmpuint(scene.action.first, ==, 16 + block);
        sent += scene.action.count;
    }
    g_assert_cmpuint(sent, ==, 15);
    ack(&scene, 31, 1 * MS);
    assert_sends(&scene, 32, 16);
}

static void test_sorcerers_apprentice(void) {
    struct scene scene = begin(setup_of(100 * 512, 512, 1));
    unsigned sent = 1;
    for (uint16_t block = 1; block <= 100; block++) {
        ack(&scene, block, 2 * MS);
        sent += scene.action.count;
        ack(&scene, block, 1 * MS); /* each ACK comes twice */
        sent += scene.action.count;
        ack(&scene, (uint16_t) (block - 1), 0);
        sent += scene.action.count;
    }
    g_assert_cmpuint(sent, ==, 101);
}

static void test_slow_duplicates_on_a_long_line(void) {
    /* Round trip 60 ms; a duplicate comes 30 ms behind its original. */
    struct scene scene = begin(setup_of(50 * 512, 512, 1));
    unsigned sent = 1;
    for (uint16_t block = 1; block <= 50; block++) {
        ack(&scene, block, 30 * MS);
        sent += scene.action.count;
        if (block == 1)
            scene.now_us += 30 * MS;
        ack(&scene, block, 30 * MS);
        sent += scene.action.count;
    }
    g_assert_cmpuint(sent, <=, 53);
}

static void test_lost_data_is_repeated(void) {
    struct scene scene = begin(setup_of(10 * 512, 512, 1));
    ack(&scene, 1, 1 * MS);
    assert_sends(&scene, 2, 1);
    g_assert_cmpint(scene.action.wake_us - scene.now_us, ==, 21 * MS); /* a trip and 20 ms */
    wait_for_timer(&scene);
    assert_sends(&scene, 2, 1);
    g_assert_cmpint(scene.action.wake_us - scene.now_us, ==, 42 * MS);
    wait_for_timer(&scene);
    assert_sends(&scene, 2, 1);
    ack(&scene, 2, 1 * MS);
    assert_sends(&scene, 3, 1);
    g_assert_cmpint(scene.action.wake_us - scene.now_us, ==, 21 * MS);
    g_assert_cmpuint(scene.transfer.resent, ==, 2);
    g_assert_cmpuint(scene.transfer.timeouts, ==, 2);
}

static void test_timer_follows_the_round_trip(void) {
    struct scene scene = begin(setup_of(1000 * 512, 512, 1));
    for (uint16_t block = 1; block <= 100; block++)
        ack(&scene, block, 200 * MS);
    g_assert_cmpint(scene.transfer.smooth_us, >=, 199 * MS);
    g_assert_cmpint(scene.transfer.smooth_us, <=, 201 * MS);
    int64_t wait = scene.action.wake_us - scene.now_us;
    g_assert_cmpint(wait, >=, 200 * MS);
    g_assert_cmpint(wait, <=, 400 * MS);
}

static void test_back_off_has_a_ceiling(void) {
    struct scene scene = begin(setup_of(10 * 512, 512, 1));
    ack(&scene, 1, 1 * MS);
    int64_t before = scene.now_us;
    int64_t longest = 0;
    unsigned repeats = 0;
    while (scene.transfer.outcome == TRANSFER_RUNNING) {
        longest = MAX(longest, scene.transfer.wake_us - scene.now_us);
        wait_for_timer(&scene);
        repeats += scene.action.count;
    }
    g_assert_cmpint(longest, ==, 1 * S);
    g_assert_cmpint(scene.now_us - before, ==, 30 * S);
    g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_TIMED_OUT);
    g_assert_cmpuint(repeats, >=, 30);
    g_assert_cmpuint(repeats, <=, 36);
    assert_silent(&scene);
}

static unsigned datagrams(const struct scene *scene) {
    return scene->action.count + (scene->action.oack ? 1 : 0);
}

static void test_little_before_the_first_ack(void) {
    struct scene data = begin(setup_of(1 << 20, 512, 1));
    struct scene oack = begin(setup_of(1 << 20, 1468, 32));
    unsigned sent[2] = {datagrams(&data), datagrams(&oack)};
    for (; data.transfer.outcome == TRANSFER_RUNNING; sent[0] += datagrams(&data))
        wait_for_timer(&data);
    for (; oack.transfer.outcome == TRANSFER_RUNNING; sent[1] += datagrams(&oack))
        wait_for_timer(&oack);
    g_assert_cmpuint(sent[0], ==, 1);
    g_assert_cmpuint(sent[1], ==, 1 + TRANSFER_OACK_REPEATS);
    g_assert_cmpint(data.transfer.outcome, ==, TRANSFER_TIMED_OUT);
    g_assert_cmpint(oack.transfer.outcome, ==, TRANSFER_TIMED_OUT);
}

static void test_lost_oack(void) {
    struct scene scene = begin(setup_of(1 << 20, 1468, 4));
    g_assert_cmpint(scene.action.wake_us - scene.now_us, ==, 200 * MS);
    wait_for_timer(&scene);
    g_assert_true(scene.action.oack);
    g_assert_cmpint(scene.action.wake_us - scene.now_us, ==, 400 * MS);
    ack(&scene, 0, 1 * MS); /* of the first or of the second? */
    assert_sends(&scene, 1, 4);
    g_assert_cmpint(scene.transfer.smooth_us, ==, 0);
    g_assert_cmpint(scene.action.wake_us - scene.now_us, ==, 400 * MS);
    ack(&scene, 4, 1 * MS);
    g_assert_cmpint(scene.transfer.smooth_us, ==, 1 * MS);
    g_assert_cmpint(scene.action.wake_us - scene.now_us, ==, 21 * MS);
}

static void test_request_comes_again(void) {
    struct transfer_setup setups[] = {setup_of(1 << 20, 1468, 32), setup_of(1 << 20, 512, 1)};
    for (size_t i = 0; i < G_N_ELEMENTS(setups); i++) {
        struct scene scene = begin(setups[i]);
        uint16_t first = setups[i].oack ? 0 : 1;
        scene.now_us += 100 * MS;
        step(&scene, TRANSFER_EVENT_REQUEST, 0); /* our answer was lost */
        g_assert_cmpuint(datagrams(&scene), ==, 1);
        ack(&scene, first, 1 * MS);
        assert_sends(&scene, first + 1U, setups[i].window_size);
        ack(&scene, (uint16_t) (first + setups[i].window_size), 1 * MS);
        scene.now_us += 2 * S;
        step(&scene, TRANSFER_EVENT_REQUEST, 0); /* the client has started again */
        assert_silent(&scene);
        g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_REPLACED);
    }
}

static void test_overtaken_request(void) {
    struct scene scene = begin(setup_of(1 << 20, 512, 1));
    ack(&scene, 1, 50 * MS);
    assert_sends(&scene, 2, 1);
    scene.now_us += 10 * MS;
    step(&scene, TRANSFER_EVENT_REQUEST, 0);
    assert_silent(&scene);
    ack(&scene, 2, 40 * MS);
    assert_sends(&scene, 3, 1);
}

static void test_long_line_without_a_sample(void) {
    /* Round trip 500 ms: the OACK is repeated in vain, and so might every block be. */
    struct scene scene = begin(setup_of(1000 * 512, 512, 4));
    unsigned sent = 0;
    wait_for_timer(&scene);
    ack(&scene, 0, 300 * MS);
    for (uint16_t last = 4; last <= 40; last += 4) {
        int64_t answer_us = scene.now_us + 500 * MS;
        for (; scene.transfer.wake_us < answer_us; sent += scene.action.count)
            wait_for_timer(&scene);
        ack(&scene, last, answer_us - scene.now_us);
    }
    g_assert_cmpuint(sent, <=, 8);
    g_assert_cmpint(scene.transfer.smooth_us, ==, 500 * MS);
}

static void test_invented_acks(void) {
    struct scene scene = begin(setup_of(100 * 512, 512, 4));
    static const uint16_t before[] = {1, 4, 99, 65535};
    for (size_t i = 0; i < G_N_ELEMENTS(before); i++) {
        ack(&scene, before[i], 1 * MS);
        assert_silent(&scene);
        g_assert_false(scene.transfer.verified);
    }
    ack(&scene, 0, 1 * MS);
    assert_sends(&scene, 1, 4);
    ack(&scene, 5, 1 * MS); /* not sent yet */
    assert_silent(&scene);
    ack(&scene, 65535, 1 * MS);
    assert_silent(&scene);
    g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_RUNNING);
}

static void check_rollover(unsigned rollover, unsigned window, uint64_t blocks) {
    struct transfer_setup setup = setup_of(blocks * 8 - 1, 8, window);
    setup.rollover = rollover;
    struct scene scene = begin(setup);
    uint64_t expected = 1;
    if (setup.oack)
        ack(&scene, 0, 100);
    while (scene.transfer.outcome == TRANSFER_RUNNING) {
        g_assert_cmpuint(scene.action.first, ==, expected);
        g_assert_cmpuint(scene.action.count, >, 0);
        uint64_t last = scene.action.first + scene.action.count - 1;
        uint16_t number =
            rollover == 0 ? (uint16_t) (last % 65536) : (uint16_t) ((last - 1) % 65535 + 1);
        g_assert_cmpuint(transfer_block_number(&scene.transfer, last), ==, number);
        expected = last + 1;
        ack(&scene, number, 100);
    }
    g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_COMPLETED);
    g_assert_cmpuint(scene.transfer.acknowledged, ==, blocks);
    g_assert_cmpuint(scene.transfer.resent, ==, 0);
}

static void test_block_numbers_roll_over(void) {
    check_rollover(0, 1, 140000);
    check_rollover(1, 1, 140000);
    check_rollover(0, 32, 140000);
    check_rollover(1, 7, 140000);
    check_rollover(0, 1, 65535);
    check_rollover(0, 1, 65536);
    check_rollover(0, 1, 65537);
    check_rollover(1, 1, 65536);
}

static void test_old_ack_after_the_roll(void) {
    struct transfer_setup setup = setup_of(70000 * 8, 8, 1);
    struct scene scene = begin(setup);
    for (uint64_t block = 1; block <= 65535; block++)
        ack(&scene, (uint16_t) block, 100);
    assert_sends(&scene, 65536, 1);
    ack(&scene, 65534, 100);
    assert_silent(&scene);
    ack(&scene, 0, 100); /* 65536 */
    assert_sends(&scene, 65537, 1);
    ack(&scene, 65535, 100);
    assert_silent(&scene);
}

static void test_size_probes(void) {
    struct transfer_setup setup = setup_of(1 << 20, 1468, 4);
    setup.size_told = TRUE;
    static const uint16_t codes[] = {TFTP_ERROR_UNDEFINED, TFTP_ERROR_OPTION_REFUSED};
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct scene scene = begin(setup);
        step(&scene, TRANSFER_EVENT_ERROR, codes[i]);
        g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_SIZE_PROBE);
        assert_silent(&scene);
    }
    struct scene later = begin(setup); /* after DATA 1 it is the same */
    ack(&later, 0, 1 * MS);
    step(&later, TRANSFER_EVENT_ERROR, TFTP_ERROR_UNDEFINED);
    g_assert_cmpint(later.transfer.outcome, ==, TRANSFER_SIZE_PROBE);
}

static void test_aborts(void) {
    struct transfer_setup setup = setup_of(1 << 20, 1468, 4);
    struct scene unasked = begin(setup); /* the size was not asked for */
    step(&unasked, TRANSFER_EVENT_ERROR, TFTP_ERROR_UNDEFINED);
    g_assert_cmpint(unasked.transfer.outcome, ==, TRANSFER_ABORTED);

    setup.size_told = TRUE;
    struct scene midway = begin(setup);
    ack(&midway, 0, 1 * MS);
    ack(&midway, 4, 1 * MS);
    step(&midway, TRANSFER_EVENT_ERROR, TFTP_ERROR_UNDEFINED);
    g_assert_cmpint(midway.transfer.outcome, ==, TRANSFER_ABORTED);

    struct scene full = begin(setup);
    step(&full, TRANSFER_EVENT_ERROR, TFTP_ERROR_DISK_FULL);
    g_assert_cmpint(full.transfer.outcome, ==, TRANSFER_ABORTED);
}

static void test_last_ack_never_comes(void) {
    struct scene scene = begin(setup_of(700, 512, 1));
    ack(&scene, 1, 1 * MS);
    assert_sends(&scene, 2, 1);
    int64_t before = scene.now_us;
    while (scene.transfer.outcome == TRANSFER_RUNNING)
        wait_for_timer(&scene);
    g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_COMPLETED);
    g_assert_cmpint(scene.now_us - before, ==, 5 * S);
    struct transfer_statistics statistics = transfer_statistics(&scene.transfer, scene.now_us);
    g_assert_false(statistics.acknowledged);
    g_assert_cmpuint(statistics.bytes, ==, 512);
}

static void test_nothing_after_the_end(void) {
    struct scene scene = begin(setup_of(100, 512, 1));
    ack(&scene, 1, 1 * MS);
    g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_COMPLETED);
    ack(&scene, 1, 50 * MS);
    assert_silent(&scene);
    step(&scene, TRANSFER_EVENT_TIMER, 0);
    assert_silent(&scene);
    step(&scene, TRANSFER_EVENT_ERROR, 0);
    g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_COMPLETED);
}

static void test_early_timer(void) {
    struct scene scene = begin(setup_of(10 * 512, 512, 1));
    ack(&scene, 1, 1 * MS);
    int64_t wake_us = scene.action.wake_us;
    step(&scene, TRANSFER_EVENT_TIMER, 0);
    assert_silent(&scene);
    g_assert_cmpint(scene.action.wake_us, ==, wake_us);
}

static void test_loss_of_everything_kinds(void) {
    /* One datagram in five is lost each way; every transfer comes through. */
    g_autoptr(GRand) random = g_rand_new_with_seed(20100);
    for (unsigned window = 1; window <= 32; window *= 2) {
        struct scene scene = begin(setup_of(300 * 512 + 7, 512, window));
        uint64_t have = 0; /* blocks the client has */
        if (window > 1)
            ack(&scene, 0, 1 * MS);
        while (scene.transfer.outcome == TRANSFER_RUNNING) {
            unsigned got = 0;
            for (unsigned i = 0; i < scene.action.count; i++) {
                gboolean lost = g_rand_int_range(random, 0, 5) == 0;
                got += lost ? 0 : 1;
                if (!lost && scene.action.first + i == have + 1)
                    have++;
            }
            if (got > 0 && g_rand_int_range(random, 0, 5) != 0)
                ack(&scene, (uint16_t) have, 1 * MS);
            else
                wait_for_timer(&scene);
        }
        g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_COMPLETED);
        g_assert_cmpuint(have, ==, 301);
    }
}

static void test_outcomes_have_names(void) {
    g_assert_cmpstr(transfer_outcome_name(TRANSFER_SIZE_PROBE), ==, "size-probe");
    g_assert_cmpstr(transfer_outcome_name(TRANSFER_FAILED), ==, "failed");
    g_assert_cmpstr(transfer_outcome_name((enum transfer_outcome) 99), ==, "unknown");
}

/* `blocks` of the window have gone `after_us` later. */
static void went(struct scene *scene, uint64_t blocks, int64_t after_us) {
    scene->now_us += after_us;
    uint64_t next = scene->transfer.acknowledged + 1 + blocks;
    g_assert_cmpint(transfer_went(&scene->transfer, next, scene->now_us), ==,
                    scene->transfer.wake_us);
}

static void test_window_that_has_to_wait(void) {
    struct scene scene = begin(setup_of(100 * 512, 512, 8));
    ack(&scene, 0, 5 * MS);
    assert_sends(&scene, 1, 8);
    went(&scene, 0, 0);
    /* No timer repeats what has not gone, and a client that asks for it is not told off. */
    scene.now_us += 3 * S;
    step(&scene, TRANSFER_EVENT_TIMER, 0);
    assert_silent(&scene);
    ack(&scene, 0, 1 * S);
    assert_silent(&scene);
    went(&scene, 8, 1 * S);
    g_assert_cmpint(scene.transfer.wake_us, >, scene.now_us);
    ack(&scene, 8, 5 * MS);
    assert_sends(&scene, 9, 8);
    g_assert_cmpuint(scene.transfer.resent, ==, 0);
    g_assert_cmpuint(scene.transfer.timeouts, ==, 0);
    /* The wait was ours: it is no round trip. */
    g_assert_cmpint(scene.transfer.smooth_us, <, 10 * MS);
}

static void test_window_that_goes_in_parts(void) {
    struct scene scene = begin(setup_of(100 * 512, 512, 8));
    ack(&scene, 0, 5 * MS);
    went(&scene, 3, 0);
    /* What has not gone cannot be acknowledged; what has, moves the window on. */
    ack(&scene, 5, 100 * MS);
    assert_silent(&scene);
    ack(&scene, 3, 1 * S);
    assert_sends(&scene, 4, 8);
    g_assert_cmpuint(scene.transfer.resent, ==, 0);
    /* Its first block was lost: the client asks for it while the rest waits. */
    went(&scene, 2, 0);
    ack(&scene, 3, 1 * S);
    assert_sends(&scene, 4, 8);
    g_assert_cmpuint(scene.transfer.resent, ==, 2);
    went(&scene, 8, 10 * MS);
    wait_for_timer(&scene);
    assert_sends(&scene, 4, 8);
}

static void test_our_delay_is_not_the_clients_silence(void) {
    struct transfer_setup setup = setup_of(100 * 512, 512, 4);
    struct scene scene = begin(setup);
    ack(&scene, 0, 5 * MS);
    went(&scene, 0, 0);
    went(&scene, 1, 100 * S);
    went(&scene, 4, 100 * S);
    /* Nor is it counted twice when the client gets on meanwhile. */
    ack(&scene, 4, 5 * MS);
    went(&scene, 2, 0);
    ack(&scene, 6, 100 * S);
    went(&scene, 4, 0);
    int64_t gone_us = scene.now_us;
    while (scene.transfer.outcome == TRANSFER_RUNNING)
        wait_for_timer(&scene);
    g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_TIMED_OUT);
    g_assert_cmpint(scene.now_us - gone_us, >=, setup.give_up_us - 1 * S);
    g_assert_cmpint(scene.now_us - gone_us, <=, setup.give_up_us);
}

static void test_size_found_on_the_way(void) {
    static const uint64_t sizes[] = {4096, 4097, 8 * 512};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct scene scene = begin(setup_of(TRANSFER_SIZE_UNKNOWN, 512, 16));
        ack(&scene, 0, 5 * MS);
        assert_sends(&scene, 1, 16);
        went(&scene, 8, 0);
        g_assert_cmpuint(transfer_statistics(&scene.transfer, scene.now_us).size, ==, 0);
        transfer_set_size(&scene.transfer, sizes[i]);
        g_assert_cmpuint(transfer_block_bytes(&scene.transfer, 9), ==, sizes[i] - 4096);
        went(&scene, 9, 0);
        ack(&scene, 9, 5 * MS);
        g_assert_cmpint(scene.transfer.outcome, ==, TRANSFER_COMPLETED);
        g_assert_cmpuint(transfer_statistics(&scene.transfer, scene.now_us).bytes, ==, sizes[i]);
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/transfer/" name, function)
    ADD("lock-step", test_lock_step);
    ADD("sizes-at-block-edges", test_sizes_at_block_edges);
    ADD("windows", test_windows);
    ADD("windows-of-the-clients-choice", test_windows_of_the_clients_choice);
    ADD("a-variable-window-shrinks-after-loss", test_window_shrinks_after_loss);
    ADD("a-hole-restarts-the-window-once", test_hole_in_a_window);
    ADD("a-lost-first-block-is-repeated", test_first_block_of_a_window_lost);
    ADD("the-echo-of-a-repeated-window-stays-small", test_echo_of_a_repeated_window);
    ADD("duplicate-acks-never-double-the-traffic", test_sorcerers_apprentice);
    ADD("slow-duplicates-do-not-double-it-either", test_slow_duplicates_on_a_long_line);
    ADD("lost-data-is-repeated-soon", test_lost_data_is_repeated);
    ADD("the-timer-follows-the-round-trip", test_timer_follows_the_round_trip);
    ADD("back-off-has-a-ceiling-and-an-end", test_back_off_has_a_ceiling);
    ADD("little-goes-out-before-the-first-ack", test_little_before_the_first_ack);
    ADD("a-lost-oack-is-repeated", test_lost_oack);
    ADD("a-request-that-comes-again", test_request_comes_again);
    ADD("a-request-that-was-overtaken-does-nothing", test_overtaken_request);
    ADD("a-long-line-is-measured-in-the-end", test_long_line_without_a_sample);
    ADD("invented-acks-do-nothing", test_invented_acks);
    ADD("block-numbers-roll-over", test_block_numbers_roll_over);
    ADD("old-acks-after-the-roll-do-nothing", test_old_ack_after_the_roll);
    ADD("a-size-probe-is-no-failure", test_size_probes);
    ADD("an-error-of-the-client-is-an-abort", test_aborts);
    ADD("the-last-ack-may-never-come", test_last_ack_never_comes);
    ADD("nothing-happens-after-the-end", test_nothing_after_the_end);
    ADD("an-early-timer-is-harmless", test_early_timer);
    ADD("heavy-loss-only-takes-longer", test_loss_of_everything_kinds);
    ADD("outcomes-have-names", test_outcomes_have_names);
    ADD("a-window-that-has-to-wait-is-no-loss", test_window_that_has_to_wait);
    ADD("a-window-may-go-in-parts", test_window_that_goes_in_parts);
    ADD("our-delay-is-not-the-clients-silence", test_our_delay_is_not_the_clients_silence);
    ADD("the-size-may-be-found-on-the-way", test_size_found_on_the_way);
    return g_test_run();
}
