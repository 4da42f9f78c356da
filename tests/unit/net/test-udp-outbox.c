/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * net/udp-outbox: runs arrive as the datagrams they are made of, in order and from the right
 * address, whether the kernel cuts them or refuses to; and what cannot be read is told.
 */
#include "net/udp-outbox.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Two sockets on the loopback, and what went wrong between them. */
struct stage {
    struct udp_socket *from;
    struct udp_socket *to;
    struct udp_batch *batch;
    struct udp_outbox *outbox;
    struct udp_path path;
    struct udp_path *unread; /* the last one that was told as unread */
    const struct udp_datagram *got;
    unsigned n_got;
    unsigned next;
};

static void note_unread(struct udp_path *path, gpointer user) {
    ((struct stage *) user)->unread = path;
}

static struct address loopback(unsigned family) {
    struct address address = {.family = (uint8_t) family};
    if (family == 4)
        return address_from_ipv4((const uint8_t[]){127, 0, 0, 1}, 0);
    address.bytes[15] = 1;
    return address;
}

static struct udp_socket *open_at(struct address local) {
    struct udp_options options = {.local = local, .send_buffer = LIMIT_SEND_BUFFER};
    g_autoptr(GError) error = NULL;
    struct udp_socket *socket = udp_open(&options, &error);
    g_assert_no_error(error);
    return socket;
}

static struct stage *stage_new(unsigned family) {
    struct stage *stage = g_new0(struct stage, 1);
    stage->from = open_at((struct address){.family = (uint8_t) family});
    stage->to = open_at(loopback(family));
    stage->batch = udp_batch_new(65536);
    stage->outbox = udp_outbox_new(note_unread, stage);
    struct address peer = udp_local(stage->to);
    struct address local = loopback(family);
    udp_path_init(&stage->path, &peer, &local, 0);
    return stage;
}

static void stage_free(struct stage *stage) {
    udp_outbox_free(stage->outbox);
    udp_batch_free(stage->batch);
    udp_close(stage->from);
    udp_close(stage->to);
    g_free(stage);
}

/* The next datagram; NULL when none comes within a second. */
static const struct udp_datagram *next(struct stage *stage) {
    for (unsigned i = 0; i < 1000 && stage->next == stage->n_got; i++) {
        stage->next = 0;
        stage->n_got = udp_receive(stage->to, stage->batch, &stage->got);
        if (stage->n_got == 0)
            g_usleep(1000);
    }
    return stage->next < stage->n_got ? &stage->got[stage->next++] : NULL;
}

static void expect_nothing(struct stage *stage) {
    g_assert_cmpuint(stage->next, ==, stage->n_got);
    g_usleep(20000);
    g_assert_cmpuint(udp_receive(stage->to, stage->batch, &stage->got), ==, 0);
}

static uint8_t *pattern(size_t size) {
    uint8_t *bytes = g_malloc(size + 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t) (i * 31 + i / 509);
    return bytes;
}

/* Puts a run with headers 0, 1, 2 ... whose bodies are `bytes`. */
static void put(struct stage *stage, const uint8_t *bytes, unsigned count, size_t body,
                size_t last) {
    g_autofree uint32_t *headers = g_new(uint32_t, count);
    for (unsigned i = 0; i < count; i++)
        headers[i] = GUINT32_TO_BE(i);
    struct udp_run run = {.headers = (const uint8_t *) headers,
                          .bodies = bytes,
                          .count = count,
                          .body = body,
                          .last = last};
    udp_outbox_put(stage->outbox, stage->from, &stage->path, &run);
}

static void expect_run(struct stage *stage, const uint8_t *bytes, unsigned count, size_t body,
                       size_t last) {
    for (unsigned i = 0; i < count; i++) {
        const struct udp_datagram *got = next(stage);
        g_assert_nonnull(got);
        uint32_t header = GUINT32_TO_BE(i);
        g_assert_cmpuint(got->size, >=, UDP_HEADER_SIZE);
        g_assert_cmpmem(got->data, UDP_HEADER_SIZE, &header, sizeof(header));
        g_assert_cmpmem(got->data + UDP_HEADER_SIZE, got->size - UDP_HEADER_SIZE, bytes + i * body,
                        i + 1 < count ? body : last);
        g_assert_true(address_equal(&got->peer, &stage->path.local));
    }
}

static void send_and_expect(struct stage *stage, unsigned count, size_t body, size_t last) {
    g_autofree uint8_t *bytes = pattern(count * body);
    put(stage, bytes, count, body, last);
    udp_outbox_flush(stage->outbox);
    expect_run(stage, bytes, count, body, last);
}

static void check_shapes(unsigned family) {
    struct stage *stage = stage_new(family);
    static const struct {
        unsigned count;
        size_t body, last;
    } shapes[] = {{1, 512, 512}, {1, 512, 0},      {2, 512, 0},      {4, 1468, 1468},
                  {64, 8, 3},    {65, 1468, 1467}, {256, 1468, 1},   {3, 30000, 5},
                  {2, 65464, 9}, {44, 1468, 1468}, {45, 1468, 1468}, {300, 8, 8}};
    for (unsigned i = 0; i < G_N_ELEMENTS(shapes); i++)
        send_and_expect(stage, shapes[i].count, shapes[i].body, shapes[i].last);
    g_assert_false(stage->path.one_by_one);
    expect_nothing(stage);
    stage_free(stage);
}

static void test_shapes(void) {
    check_shapes(4);
}

static void test_shapes_v6(void) {
    check_shapes(6);
}

static void check_learning(unsigned family) {
    struct stage *stage = stage_new(family);
    udp_path_learn(&stage->path); /* from loopback to loopback: that is the kernel's choice */
    g_assert_true(stage->path.implied);
    send_and_expect(stage, 10, 100, 50);
    udp_path_doubt(&stage->path);
    send_and_expect(stage, 10, 100, 50);
    udp_path_learn(&stage->path);
    g_assert_false(stage->path.implied);
    stage_free(stage);
}

static void test_learning(void) {
    check_learning(4);
}

static void test_learning_v6(void) {
    check_learning(6);
}

static void test_another_source(void) {
    /* Asked at another address than the one the kernel would take. */
    struct stage *stage = stage_new(4);
    struct address peer = udp_local(stage->to);
    struct address local = address_from_ipv4((const uint8_t[]){127, 0, 0, 42}, 0);
    udp_path_init(&stage->path, &peer, &local, 0);
    udp_path_learn(&stage->path);
    g_assert_false(stage->path.implied);
    send_and_expect(stage, 10, 100, 50);
    stage_free(stage);
}

static void test_many_waiting(void) {
    /* More messages, pieces and room than the outbox holds: what waits leaves by itself. */
    struct stage *stage = stage_new(4);
    for (uint32_t i = 0; i < 3000; i++) {
        uint32_t *room = udp_outbox_room(stage->outbox, 1000);
        *room = i;
        struct udp_run run = {.bodies = room, .count = 1, .last = 1000};
        udp_outbox_put(stage->outbox, stage->from, &stage->path, &run);
        if (i % 500 == 0)
            udp_outbox_flush(stage->outbox);
        if (i % 100 != 99)
            continue;
        udp_outbox_forget(stage->outbox, &stage->path);
        for (uint32_t j = i - 99; j <= i; j++) {
            const struct udp_datagram *got = next(stage);
            g_assert_nonnull(got);
            g_assert_cmpmem(got->data, sizeof(j), &j, sizeof(j));
        }
    }
    g_assert_cmpuint(stage->path.waiting, ==, 0);
    expect_nothing(stage);
    stage_free(stage);
}

static void test_other_socket(void) {
    struct stage *stage = stage_new(4);
    struct udp_socket *other = open_at(loopback(4));
    g_autofree uint8_t *bytes = pattern(100);
    put(stage, bytes, 2, 50, 50);
    struct udp_run run = {.bodies = "x", .count = 1, .last = 1};
    udp_outbox_put(stage->outbox, other, &stage->path, &run);
    udp_outbox_flush(stage->outbox);
    expect_run(stage, bytes, 2, 50, 50);
    const struct udp_datagram *got = next(stage);
    g_assert_nonnull(got);
    g_assert_cmpuint(got->peer.port, ==, udp_local(other).port);
    udp_close(other);
    stage_free(stage);
}

/* A network of our own, whose loopback is as narrow as a link may be. FALSE: not allowed here. */
static gboolean narrow_loopback(int mtu) {
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return FALSE;
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_LOOPBACK};
    gboolean good = ioctl(control, SIOCSIFFLAGS, &request) == 0;
    request.ifr_mtu = mtu;
    good = good && ioctl(control, SIOCSIFMTU, &request) == 0;
    close(control);
    return good;
}

static void check_narrow(unsigned family) {
    if (!narrow_loopback(1400)) {
        g_test_skip("no right to make a network namespace");
        return;
    }
    struct stage *stage = stage_new(family);
    send_and_expect(stage, 8, 1300, 1300);
    g_assert_false(stage->path.one_by_one);
    send_and_expect(stage, 64, 1468, 100); /* each goes in two fragments */
    g_assert_true(stage->path.one_by_one);
    send_and_expect(stage, 64, 1468, 100);
    expect_nothing(stage);
    stage_free(stage);
}

static void test_narrow(void) {
    check_narrow(4);
}

static void test_narrow_v6(void) {
    check_narrow(6);
}

static void test_nobody_there(void) {
    /* One peer that cannot be reached does not keep the others' packets. */
    struct stage *stage = stage_new(4);
    struct address nowhere = address_from_ipv4((const uint8_t[]){255, 255, 255, 255}, 9);
    struct udp_path bad;
    udp_path_init(&bad, &nowhere, &(struct address){0}, 0);
    g_autofree uint8_t *bytes = pattern(100);
    uint8_t headers[2][UDP_HEADER_SIZE] = {{0}};
    struct udp_run run = {
        .headers = headers[0], .bodies = bytes, .count = 2, .body = 50, .last = 50};
    udp_outbox_put(stage->outbox, stage->from, &bad, &run);
    put(stage, bytes, 2, 50, 50);
    udp_outbox_flush(stage->outbox);
    expect_run(stage, bytes, 2, 50, 50);
    stage_free(stage);
}

/* A file of two pages of which the second was cut off after it was mapped. */
static uint8_t *map_cut_file(size_t page) {
    g_autofree char *path = NULL;
    int file = g_file_open_tmp("boothost-outbox-XXXXXX", &path, NULL);
    g_assert_cmpint(unlink(path), ==, 0);
    g_assert_cmpint(ftruncate(file, (off_t) (2 * page)), ==, 0);
    uint8_t *mapping = mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, file, 0);
    g_assert_true(mapping != MAP_FAILED);
    g_assert_cmpint(ftruncate(file, (off_t) page), ==, 0);
    close(file);
    return mapping;
}

static void test_unread(void) {
    struct stage *stage = stage_new(4);
    size_t page = (size_t) sysconf(_SC_PAGESIZE);
    uint8_t *mapping = map_cut_file(page);
    struct udp_path cut = stage->path;
    uint8_t headers[4][UDP_HEADER_SIZE] = {{0}};
    struct udp_run run = {.headers = headers[0],
                          .bodies = mapping + page - 1000,
                          .count = 4,
                          .body = 512,
                          .last = 512};
    g_autofree uint8_t *bytes = pattern(100);
    put(stage, bytes, 2, 50, 50);
    udp_outbox_put(stage->outbox, stage->from, &cut, &run);
    put(stage, bytes, 2, 50, 50);
    udp_outbox_flush(stage->outbox);
    g_assert_true(stage->unread == &cut);
    g_assert_cmpuint(cut.waiting, ==, 0);
    expect_run(stage, bytes, 2, 50, 50);
    expect_run(stage, bytes, 2, 50, 50);
    expect_nothing(stage);

    stage->unread = NULL; /* the same one by one: those before the cut are good */
    cut.one_by_one = TRUE;
    udp_outbox_put(stage->outbox, stage->from, &cut, &run);
    udp_outbox_flush(stage->outbox);
    g_assert_true(stage->unread == &cut);
    g_assert_nonnull(next(stage));
    munmap(mapping, 2 * page);
    stage_free(stage);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/net/udp-outbox/" name, function)
    ADD("runs-of-all-shapes-arrive", test_shapes);
    ADD("runs-of-all-shapes-arrive-over-ipv6", test_shapes_v6);
    ADD("a-source-address-that-goes-without-saying", test_learning);
    ADD("a-source-address-that-goes-without-saying-over-ipv6", test_learning_v6);
    ADD("a-source-address-that-does-not", test_another_source);
    ADD("more-than-it-holds-leaves-by-itself", test_many_waiting);
    ADD("what-waits-for-one-socket-goes-before-another's", test_other_socket);
    ADD("one-refused-peer-does-not-stop-the-others", test_nobody_there);
    ADD("what-cannot-be-read-is-told", test_unread);
    ADD("a-path-too-narrow-for-segments", test_narrow);
    ADD("a-path-too-narrow-for-segments-over-ipv6", test_narrow_v6);
    return g_test_run();
}
