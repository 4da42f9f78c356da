/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/multicast: whole groups in made-up time, with loss, deaths, latecomers and odd clients.
 */
#include "tftp/multicast.h"

#define MS       INT64_C(1000)
#define S        INT64_C(1000000)
#define LINE_US  INT64_C(100) /* a packet's way */
#define CLIENTS  64
#define BLOCK    512
#define LONGEST  (600 * S)
#define EVERYONE CLIENTS

/* A client as RFC 2090 describes it and atftp is: it keeps what it hears, and as the master it
 * asks for the first block it lacks. */
struct client {
    struct multicast_member member;
    gboolean alive;
    gboolean deaf; /* no multicast reaches it */
    gboolean has_oack;
    gboolean is_master;
    gboolean ended; /* the group said so */
    enum transfer_outcome outcome;
    gboolean *has; /* block numbers from 1 */
    uint64_t first_hole;
    int64_t timeout_us; /* when it repeats itself */
    unsigned oacks;     /* it got */
};

struct packet {
    int64_t arrives_us;
    int client; /* sender or receiver; EVERYONE: the group */
    enum { REQUEST, ACK, OACK_LISTENER, OACK_MASTER, DATA } kind;
    uint64_t number;
};

struct world {
    struct multicast_group group;
    struct pace pace;
    struct client clients[CLIENTS];
    int count;
    GQueue wire; /* struct packet, in the order of arrival */
    GRand *random;
    double loss;
    int64_t now_us;
    int64_t longest_gap_us; /* between two blocks */
    int64_t block_us;       /* the last one */
    unsigned oacks;
};

static struct world *world_new(uint64_t size, double loss) {
    struct world *world = g_new0(struct world, 1);
    struct multicast_setup setup = {.size = size,
                                    .block_size = BLOCK,
                                    .timeout_us = 1 * S,
                                    .give_up_us = 30 * S,
                                    .pace = &world->pace};
    multicast_group_init(&world->group, &setup);
    world->random = g_rand_new_with_seed(7);
    world->loss = loss;
    world->now_us = 5 * S;
    return world;
}

static void world_free(struct world *world) {
    g_queue_clear_full(&world->wire, g_free);
    for (int i = 0; i < world->count; i++)
        g_free(world->clients[i].has);
    g_rand_free(world->random);
    g_free(world);
}

static void put(struct world *world, int client, int kind, uint64_t number) {
    if (g_rand_double(world->random) < world->loss)
        return;
    struct packet *packet = g_new0(struct packet, 1);
    *packet = (struct packet){world->now_us + LINE_US, client, kind, number};
    g_queue_push_tail(&world->wire, packet);
}

static int index_of(const struct world *world, const struct multicast_member *member) {
    return (int) ((const struct client *) member - world->clients);
}

static void step(struct world *world, enum multicast_event_kind kind, int client, uint64_t number) {
    struct multicast_event event = {.kind = kind, .number = (uint16_t) number};
    if (kind != MULTICAST_EVENT_TIMER)
        event.member = &world->clients[client].member;
    struct multicast_action action = multicast_step(&world->group, &event, world->now_us);
    if (action.oack != NULL) {
        world->oacks++;
        world->clients[index_of(world, action.oack)].oacks++;
        put(world, index_of(world, action.oack),
            action.oack->told_master ? OACK_MASTER : OACK_LISTENER, 0);
    }
    if (action.block != 0) {
        g_assert_cmpuint(action.block, <=, world->group.blocks);
        if (world->block_us != 0)
            world->longest_gap_us = MAX(world->longest_gap_us, world->now_us - world->block_us);
        world->block_us = world->now_us;
        put(world, EVERYONE, DATA, action.block);
    }
    if (action.ended != NULL) {
        struct client *ended = &world->clients[index_of(world, action.ended)];
        g_assert_false(ended->ended);
        ended->ended = TRUE;
        ended->outcome = action.outcome;
    }
    g_assert_cmpint(action.wake_us == 0, ==, world->group.members.length == 0);
}

static int add_client(struct world *world) {
    int client = world->count++;
    world->clients[client] = (struct client){
        .alive = TRUE,
        .has = g_new0(gboolean, world->group.blocks + 2),
        .first_hole = 1,
        .timeout_us = world->now_us + 1 * S,
    };
    put(world, client, REQUEST, 0);
    return client;
}

static void send_ack(struct world *world, int index) {
    struct client *client = &world->clients[index];
    put(world, index, ACK, client->first_hole - 1);
    client->timeout_us = world->now_us + 1 * S;
    if (client->first_hole > world->group.blocks)
        client->alive = FALSE; /* it has all and boots */
}

static void client_takes(struct world *world, int index, const struct packet *packet) {
    struct client *client = &world->clients[index];
    if (!client->alive || (packet->kind == DATA && (client->deaf || !client->has_oack)))
        return;
    if (packet->kind == DATA) {
        client->has[packet->number] = TRUE;
        while (client->has[client->first_hole])
            client->first_hole++;
    } else {
        client->has_oack = TRUE;
        client->is_master = packet->kind == OACK_MASTER;
    }
    if (client->is_master)
        send_ack(world, index);
}

static void deliver(struct world *world, const struct packet *packet) {
    if (packet->kind == REQUEST || packet->kind == ACK) {
        if (packet->kind == ACK && world->clients[packet->client].member.link.data == NULL)
            return; /* left long ago */
        step(world, packet->kind == ACK ? MULTICAST_EVENT_ACK : MULTICAST_EVENT_JOIN,
             packet->client, packet->number);
        return;
    }
    if (packet->client != EVERYONE) {
        client_takes(world, packet->client, packet);
        return;
    }
    for (int i = 0; i < world->count; i++)
        if (g_rand_double(world->random) >= world->loss)
            client_takes(world, i, packet);
}

/* Clients whose time is up say their last word again. */
static void client_timeouts(struct world *world) {
    for (int i = 0; i < world->count; i++) {
        struct client *client = &world->clients[i];
        if (!client->alive || world->now_us < client->timeout_us)
            continue;
        client->timeout_us = world->now_us + 1 * S;
        if (!client->has_oack)
            put(world, i, REQUEST, 0);
        else if (client->is_master)
            send_ack(world, i);
    }
}

/* Until nobody is left in the group, or `until` says so; made-up time passes. */
static void run(struct world *world, gboolean (*until)(const struct world *world)) {
    int64_t end_us = world->now_us + LONGEST;
    while (world->now_us < end_us && (until == NULL || !until(world))) {
        struct packet *packet = g_queue_peek_head(&world->wire);
        if (packet == NULL && world->group.members.length == 0)
            return;
        int64_t next_us = packet != NULL ? packet->arrives_us : INT64_MAX;
        if (world->group.members.length > 0)
            next_us = MIN(next_us, world->group.wake_us);
        world->now_us = MAX(world->now_us, MIN(next_us, world->now_us + 100 * MS));
        client_timeouts(world);
        if (packet != NULL && packet->arrives_us <= world->now_us) {
            g_queue_pop_head(&world->wire);
            deliver(world, packet);
            g_free(packet);
        } else if (world->group.members.length > 0 && world->now_us >= world->group.wake_us) {
            step(world, MULTICAST_EVENT_TIMER, 0, 0);
        }
    }
    g_assert_cmpint(world->now_us, <, end_us);
}

static void assert_all(const struct world *world, enum transfer_outcome outcome) {
    for (int i = 0; i < world->count; i++) {
        g_assert_true(world->clients[i].ended);
        g_assert_cmpint(world->clients[i].outcome, ==, outcome);
        if (outcome == TRANSFER_COMPLETED)
            g_assert_cmpuint(world->clients[i].first_hole, ==, world->group.blocks + 1);
    }
    g_assert_cmpuint(world->group.members.length, ==, 0);
}

static gboolean half_is_sent(const struct world *world) {
    return world->group.sent >= world->group.blocks / 2;
}

static void test_one_client(void) {
    static const uint64_t sizes[] = {0, 1, 511, 512, 513, 100 * 512};
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct world *world = world_new(sizes[i], 0);
        add_client(world);
        run(world, NULL);
        assert_all(world, TRANSFER_COMPLETED);
        g_assert_cmpuint(world->group.packets, ==, sizes[i] / 512 + 1);
        world_free(world);
    }
}

static void test_one_stream_for_all(void) {
    struct world *world = world_new(1000 * BLOCK, 0);
    for (int i = 0; i < 50; i++)
        add_client(world);
    run(world, NULL);
    assert_all(world, TRANSFER_COMPLETED);
    /* Some were still joining when the first blocks went out. */
    g_assert_cmpuint(world->group.packets, <, 1010);
    g_assert_cmpuint(world->group.resent, ==, 0);
    g_assert_cmpint(world->longest_gap_us, <, 5 * MS);
    world_free(world);
}

static void test_late_joiner(void) {
    struct world *world = world_new(1000 * BLOCK, 0);
    add_client(world);
    add_client(world);
    run(world, half_is_sent);
    int late = add_client(world);
    run(world, NULL);
    assert_all(world, TRANSFER_COMPLETED);
    g_assert_cmpint(late, ==, 2);
    /* The rest it heard from the others' stream, the beginning was sent for it. */
    g_assert_cmpuint(world->group.packets, >, 1490);
    g_assert_cmpuint(world->group.packets, <, 1515);
    world_free(world);
}

static void test_two_late_joiners_share(void) {
    struct world *world = world_new(1000 * BLOCK, 0);
    add_client(world);
    run(world, half_is_sent);
    add_client(world);
    add_client(world);
    run(world, NULL);
    assert_all(world, TRANSFER_COMPLETED);
    g_assert_cmpuint(world->group.packets, <, 1515);
    world_free(world);
}

static void test_loss(void) {
    struct world *world = world_new(400 * BLOCK, 0.05);
    for (int i = 0; i < 20; i++)
        add_client(world);
    run(world, NULL);
    for (int i = 0; i < world->count; i++) {
        g_assert_cmpuint(world->clients[i].first_hole, ==, world->group.blocks + 1);
        g_assert_true(world->clients[i].ended);
        /* The last ACK may have been lost: then it seems to have died. */
        g_assert_true(world->clients[i].outcome == TRANSFER_COMPLETED ||
                      world->clients[i].outcome == TRANSFER_TIMED_OUT);
    }
    /* Each hole of each client costs one block at most, not a stream for each client. */
    g_assert_cmpuint(world->group.packets, <, 400 * 3);
    world_free(world);
}

static void test_master_dies(void) {
    struct world *world = world_new(1000 * BLOCK, 0);
    for (int i = 0; i < 5; i++)
        add_client(world);
    run(world, half_is_sent);
    int master = index_of(world, world->group.master);
    world->clients[master].alive = FALSE;
    run(world, NULL);
    for (int i = 0; i < world->count; i++) {
        g_assert_cmpint(world->clients[i].outcome, ==,
                        i == master ? TRANSFER_TIMED_OUT : TRANSFER_COMPLETED);
        g_assert_true(world->clients[i].ended);
    }
    /* Repeated to the dead one, but the stream goes on after two seconds. */
    g_assert_cmpint(world->longest_gap_us, <, 1100 * MS);
    g_assert_cmpuint(world->group.packets, <, 1020);
    world_free(world);
}

static gboolean last_has_all(const struct world *world) {
    return world->clients[world->count - 1].first_hole > world->group.blocks;
}

static void test_many_die(void) {
    struct world *world = world_new(1000 * BLOCK, 0);
    for (int i = 0; i < 40; i++)
        add_client(world);
    run(world, half_is_sent);
    int64_t died_us = world->now_us;
    for (int i = 0; i < 39; i++)
        world->clients[i].alive = FALSE;
    run(world, last_has_all);
    /* 38 dead ones stand before it. */
    g_assert_cmpint(world->now_us - died_us, <, 6 * S);
    run(world, NULL);
    g_assert_cmpint(world->clients[39].outcome, ==, TRANSFER_COMPLETED);
    world_free(world);
}

static void test_all_silent(void) {
    struct world *world = world_new(1000 * BLOCK, 0);
    for (int i = 0; i < 5; i++)
        add_client(world);
    run(world, half_is_sent);
    int64_t died_us = world->now_us;
    for (int i = 0; i < world->count; i++)
        world->clients[i].alive = FALSE;
    run(world, NULL);
    assert_all(world, TRANSFER_TIMED_OUT);
    g_assert_cmpint(world->now_us - died_us, <, 70 * S);
    world_free(world);
}

static void test_last_one_done(void) {
    struct world *world = world_new(10 * BLOCK, 0);
    add_client(world);
    run(world, NULL);
    struct multicast_event event = {.kind = MULTICAST_EVENT_TIMER};
    world->now_us += 1 * S;
    struct multicast_action action = multicast_step(&world->group, &event, world->now_us);
    g_assert_null(action.oack);
    g_assert_null(action.ended);
    g_assert_cmpuint(action.block, ==, 0);
    /* And somebody comes after all. */
    add_client(world);
    run(world, NULL);
    assert_all(world, TRANSFER_COMPLETED);
    world_free(world);
}

static void test_invented_addresses(void) {
    struct world *world = world_new(100 * BLOCK, 0);
    for (int i = 0; i < 10; i++) {
        add_client(world);
        world->clients[i].alive = FALSE;
    }
    int real = add_client(world);
    run(world, NULL);
    g_assert_cmpint(world->clients[real].outcome, ==, TRANSFER_COMPLETED);
    for (int i = 0; i < 10; i++) {
        g_assert_cmpint(world->clients[i].outcome, ==, TRANSFER_TIMED_OUT);
        g_assert_cmpuint(world->clients[i].oacks, <=, 5);
    }
    g_assert_cmpuint(world->clients[0].oacks, ==, 1); /* nobody else wanted it then */
    g_assert_cmpuint(world->group.packets, ==, 101);
    world_free(world);
}

static void test_nothing_but_an_oack_unasked(void) {
    struct world *world = world_new(100 * BLOCK, 0);
    add_client(world);
    world->clients[0].alive = FALSE;
    run(world, NULL);
    assert_all(world, TRANSFER_TIMED_OUT);
    g_assert_cmpuint(world->oacks, ==, 1);
    g_assert_cmpuint(world->group.packets, ==, 0);
    world_free(world);
}

static void test_deaf_master(void) {
    struct world *world = world_new(500 * BLOCK, 0);
    add_client(world);
    world->clients[0].deaf = TRUE; /* a switch that passes no multicast to it */
    add_client(world);
    add_client(world);
    run(world, NULL);
    g_assert_cmpint(world->clients[0].outcome, ==, TRANSFER_TIMED_OUT);
    g_assert_cmpint(world->clients[1].outcome, ==, TRANSFER_COMPLETED);
    g_assert_cmpint(world->clients[2].outcome, ==, TRANSFER_COMPLETED);
    world_free(world);
}

static void test_duplicate_acks(void) {
    struct world *world = world_new(100 * BLOCK, 0);
    add_client(world);
    world->clients[0].alive = FALSE; /* its words are put in its mouth */
    world->loss = 1;
    step(world, MULTICAST_EVENT_JOIN, 0, 0);
    step(world, MULTICAST_EVENT_ACK, 0, 0);
    g_assert_cmpuint(world->group.sent, ==, 1);
    g_assert_cmpuint(world->group.packets, ==, 1);
    for (int i = 0; i < 10; i++)
        step(world, MULTICAST_EVENT_ACK, 0, 0);
    g_assert_cmpuint(world->group.packets, ==, 1);
    step(world, MULTICAST_EVENT_ACK, 0, 1);
    step(world, MULTICAST_EVENT_ACK, 0, 1);
    g_assert_cmpuint(world->group.packets, ==, 2);
    world->now_us += 50 * MS; /* not the wire's: the client asks again */
    step(world, MULTICAST_EVENT_ACK, 0, 1);
    g_assert_cmpuint(world->group.packets, ==, 3);
    step(world, MULTICAST_EVENT_ACK, 0, 200); /* of no block */
    g_assert_cmpuint(world->group.packets, ==, 3);
    world_free(world);
}

static void test_former_master_is_told(void) {
    struct world *world = world_new(100 * BLOCK, 0);
    add_client(world);
    add_client(world);
    world->loss = 1;
    step(world, MULTICAST_EVENT_JOIN, 0, 0);
    step(world, MULTICAST_EVENT_JOIN, 1, 0);
    step(world, MULTICAST_EVENT_ACK, 0, 0);
    g_assert_true(world->group.master == &world->clients[0].member);
    unsigned before = world->clients[0].oacks;
    while (world->group.master != NULL) {
        world->now_us = world->group.wake_us;
        step(world, MULTICAST_EVENT_TIMER, 0, 0);
    }
    step(world, MULTICAST_EVENT_ACK, 1, 0);
    g_assert_true(world->group.master == &world->clients[1].member);
    step(world, MULTICAST_EVENT_ACK, 0, 0); /* back, and none the wiser */
    g_assert_true(world->group.master == &world->clients[1].member);
    g_assert_cmpuint(world->clients[0].oacks, ==, before + 1);
    g_assert_false(world->clients[0].member.told_master);
    step(world, MULTICAST_EVENT_ACK, 0, 0); /* said once */
    g_assert_cmpuint(world->clients[0].oacks, ==, before + 1);
    world_free(world);
}

static void test_errors_and_repeated_requests(void) {
    struct world *world = world_new(100 * BLOCK, 0);
    add_client(world);
    add_client(world);
    world->loss = 1;
    step(world, MULTICAST_EVENT_JOIN, 0, 0);
    step(world, MULTICAST_EVENT_JOIN, 0, 0);
    g_assert_cmpuint(world->clients[0].oacks, ==, 2);
    g_assert_true(world->clients[0].member.told_master);
    step(world, MULTICAST_EVENT_JOIN, 1, 0);
    g_assert_false(world->clients[1].member.told_master);
    step(world, MULTICAST_EVENT_ACK, 0, 0);
    step(world, MULTICAST_EVENT_ERROR, 0, 0);
    g_assert_cmpint(world->clients[0].outcome, ==, TRANSFER_ABORTED);
    g_assert_true(world->clients[1].member.told_master); /* asked at once */
    step(world, MULTICAST_EVENT_ERROR, 1, 0);
    assert_all(world, TRANSFER_ABORTED);
    world_free(world);
}

static void test_listener_ends_by_itself(void) {
    struct world *world = world_new(10 * BLOCK, 0);
    add_client(world);
    add_client(world);
    world->loss = 1;
    step(world, MULTICAST_EVENT_JOIN, 0, 0);
    step(world, MULTICAST_EVENT_JOIN, 1, 0);
    step(world, MULTICAST_EVENT_ACK, 0, 0);
    step(world, MULTICAST_EVENT_ACK, 1, 0); /* it confirms the OACK */
    g_assert_cmpuint(world->group.packets, ==, 1);
    step(world, MULTICAST_EVENT_ACK, 1, 11);
    g_assert_true(world->clients[1].ended);
    g_assert_cmpint(world->clients[1].outcome, ==, TRANSFER_COMPLETED);
    g_assert_true(world->group.master == &world->clients[0].member);
    world_free(world);
}

static void test_last_ack_never_comes(void) {
    struct world *world = world_new(10 * BLOCK, 1);
    add_client(world);
    step(world, MULTICAST_EVENT_JOIN, 0, 0);
    for (uint64_t i = 0; i <= 10; i++)
        step(world, MULTICAST_EVENT_ACK, 0, i);
    run(world, NULL);
    g_assert_true(world->clients[0].ended);
    g_assert_cmpint(world->clients[0].outcome, ==, TRANSFER_COMPLETED);
    world_free(world);
}

static void test_rate(void) {
    struct world *world = world_new(1000 * BLOCK, 0);
    world->pace.bytes_per_second = 100 * 1024;
    int64_t began_us = world->now_us;
    for (int i = 0; i < 3; i++)
        add_client(world);
    run(world, NULL);
    assert_all(world, TRANSFER_COMPLETED);
    g_assert_cmpint(world->now_us - began_us, >=, 4900 * MS);
    g_assert_cmpint(world->now_us - began_us, <, 5400 * MS);
    world_free(world);
}

static void test_pace(void) {
    struct pace pace = {0};
    g_assert_cmpint(pace_reserve(&pace, 1000, 5 * S), ==, 5 * S);
    pace.bytes_per_second = 1000000;
    g_assert_cmpint(pace_reserve(&pace, 10000, 5 * S), ==, 5 * S);
    g_assert_cmpint(pace_reserve(&pace, 10000, 5 * S), ==, 5 * S + 6 * MS);
    g_assert_cmpint(pace_reserve(&pace, 10000, 5 * S), ==, 5 * S + 16 * MS);
    g_assert_cmpint(pace_reserve(&pace, 10000, 9 * S), ==, 9 * S); /* nothing is saved up */
    g_assert_cmpint(pace_reserve(&pace, 10000, 9 * S), ==, 9 * S + 6 * MS);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/multicast/" name, function)
    ADD("one-client", test_one_client);
    ADD("one-stream-for-all", test_one_stream_for_all);
    ADD("a-late-joiner-fetches-what-it-missed", test_late_joiner);
    ADD("late-joiners-share-it", test_two_late_joiners_share);
    ADD("loss-costs-the-lost-blocks", test_loss);
    ADD("a-dead-master-has-an-heir", test_master_dies);
    ADD("many-dead-do-not-hold-up-the-living", test_many_die);
    ADD("a-group-of-the-dead-ends", test_all_silent);
    ADD("the-last-one-ends-the-group", test_last_one_done);
    ADD("invented-addresses-hold-up-nobody", test_invented_addresses);
    ADD("nothing-but-one-oack-unasked", test_nothing_but_an_oack_unasked);
    ADD("who-hears-nothing-is-left-out", test_deaf_master);
    ADD("duplicate-acks-never-double-the-traffic", test_duplicate_acks);
    ADD("a-former-master-is-told", test_former_master_is_told);
    ADD("errors-and-repeated-requests", test_errors_and_repeated_requests);
    ADD("a-listener-may-end-by-itself", test_listener_ends_by_itself);
    ADD("the-last-ack-may-never-come", test_last_ack_never_comes);
    ADD("the-rate-holds", test_rate);
    ADD("pace", test_pace);
    return g_test_run();
}
