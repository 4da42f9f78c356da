/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tftp/server under caps on bandwidth: how long files take, who gets how much, and that a client
 * that has to wait is not taken for one that loses packets.
 */
#include "tftp/server.h"

#include "tftp-client.h"

#include <string.h>

#define KIB 1024

struct stage {
    struct tftp_server *server;
    GBytes *image;
    GMutex lock; /* over what follows */
    uint64_t resent;
    unsigned completed;
};

static void answer_open(gpointer user, struct tftp_open *open) {
    struct stage *stage = user;
    struct content *content = content_new_bytes(stage->image);
    tftp_open_complete(open, content, TFTP_REFUSAL_UNDEFINED, NULL);
    content_unref(content);
}

static void note_end(gpointer user, const struct tftp_report *report) {
    struct stage *stage = user;
    g_mutex_lock(&stage->lock);
    stage->completed += report->outcome == TRANSFER_COMPLETED;
    stage->resent += report->statistics.resent;
    g_mutex_unlock(&stage->lock);
}

static struct stage *stage_new(size_t size, const struct tftp_settings *settings) {
    struct address loopback = address_from_ipv4((const uint8_t[]){127, 0, 0, 1}, 0);
    struct stage *stage = g_new0(struct stage, 1);
    uint8_t *data = g_malloc(size);
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t) (i * 31 + i / 509);
    stage->image = g_bytes_new_take(data, size);
    g_mutex_init(&stage->lock);
    struct tftp_server_options options = {
        .settings = *settings,
        .callbacks = {.open = answer_open, .ended = note_end, .user = stage},
        .listen = &loopback,
        .n_listen = 1,
    };
    g_autoptr(GError) error = NULL;
    stage->server = tftp_server_new(&options, &error);
    g_assert_no_error(error);
    return stage;
}

static void stage_free(struct stage *stage) {
    tftp_server_free(stage->server);
    g_bytes_unref(stage->image);
    g_mutex_clear(&stage->lock);
    g_free(stage);
}

/* One client on a thread of its own. */
struct fetch {
    struct stage *stage;
    const char *host;
    const char *options;
    int64_t took_us;
};

static gpointer run_fetch(gpointer data) {
    struct fetch *fetch = data;
    struct tftp_client *client =
        tftp_client_new(fetch->host, tftp_server_port(fetch->stage->server));
    int64_t began_us = g_get_monotonic_time();
    g_autoptr(GByteArray) got = tftp_client_fetch(client, "image", fetch->options);
    fetch->took_us = g_get_monotonic_time() - began_us;
    gsize size = 0;
    const void *data_sent = g_bytes_get_data(fetch->stage->image, &size);
    g_assert_cmpmem(got->data, got->len, data_sent, size);
    tftp_client_free(client);
    return NULL;
}

static void run_fetches(struct fetch *fetches, unsigned count) {
    GThread *threads[16];
    for (unsigned i = 0; i < count; i++)
        threads[i] = g_thread_new("fetch", run_fetch, &fetches[i]);
    for (unsigned i = 0; i < count; i++)
        g_thread_join(threads[i]);
}

static void expect_calm(struct stage *stage, unsigned transfers) {
    for (unsigned i = 0; i < 1000; i++) {
        g_mutex_lock(&stage->lock);
        gboolean is_over = stage->completed == transfers;
        g_mutex_unlock(&stage->lock);
        if (is_over)
            break;
        g_usleep(5000);
    }
    g_mutex_lock(&stage->lock);
    g_assert_cmpuint(stage->completed, ==, transfers);
    /* A busy machine makes a client's answer late now and then; a storm would be hundreds. */
    g_assert_cmpuint(stage->resent, <=, 64);
    g_mutex_unlock(&stage->lock);
}

#define WINDOWS "blksize=1024 windowsize=16"

static void test_a_client_keeps_to_its_cap(void) {
    struct tftp_settings settings = {.client_rate = 512 * KIB};
    struct stage *stage = stage_new(256 * KIB, &settings);
    static const char *const options[] = {WINDOWS, "blksize=1024", ""};
    for (unsigned i = 0; i < G_N_ELEMENTS(options); i++) {
        struct fetch fetch = {.stage = stage, .host = "127.0.0.1", .options = options[i]};
        run_fetches(&fetch, 1);
        g_assert_cmpint(fetch.took_us, >, 450000);
    }
    expect_calm(stage, G_N_ELEMENTS(options));
    stage_free(stage);
}

static void test_a_clients_transfers_share_its_cap(void) {
    struct tftp_settings settings = {.client_rate = 512 * KIB};
    struct stage *stage = stage_new(64 * KIB, &settings);
    struct fetch fetches[4];
    for (unsigned i = 0; i < G_N_ELEMENTS(fetches); i++)
        fetches[i] = (struct fetch){stage, "127.0.0.1", WINDOWS, 0};
    int64_t began_us = g_get_monotonic_time();
    run_fetches(fetches, G_N_ELEMENTS(fetches));
    g_assert_cmpint(g_get_monotonic_time() - began_us, >, 450000);
    expect_calm(stage, G_N_ELEMENTS(fetches));
    stage_free(stage);
}

static void test_other_clients_have_their_own(void) {
    struct tftp_settings settings = {.client_rate = 256 * KIB};
    struct stage *stage = stage_new(128 * KIB, &settings);
    static const char *const hosts[] = {"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"};
    struct fetch fetches[G_N_ELEMENTS(hosts)];
    for (unsigned i = 0; i < G_N_ELEMENTS(hosts); i++)
        fetches[i] = (struct fetch){stage, hosts[i], WINDOWS, 0};
    int64_t began_us = g_get_monotonic_time();
    run_fetches(fetches, G_N_ELEMENTS(fetches));
    int64_t took_us = g_get_monotonic_time() - began_us;
    g_assert_cmpint(took_us, >, 450000);
    g_assert_cmpint(took_us, <, 1800000); /* one after the other they would take 2 s */
    stage_free(stage);
}

static void test_all_share_the_total(void) {
    /* Whatever they ask for, they have the same part of the line: none ends long before another. */
    struct tftp_settings settings = {.total_rate = 1024 * KIB};
    struct stage *stage = stage_new(256 * KIB, &settings);
    struct fetch fetches[] = {
        {stage, "127.0.0.1", "blksize=1024 windowsize=32", 0},
        {stage, "127.0.0.2", "blksize=1024 windowsize=16", 0},
        {stage, "127.0.0.3", "blksize=1468 windowsize=16", 0},
        {stage, "127.0.0.4", "blksize=512 windowsize=32", 0},
    };
    int64_t began_us = g_get_monotonic_time();
    run_fetches(fetches, G_N_ELEMENTS(fetches));
    g_assert_cmpint(g_get_monotonic_time() - began_us, >, 900000);
    for (unsigned i = 0; i < G_N_ELEMENTS(fetches); i++)
        g_assert_cmpint(fetches[i].took_us, >, 600000);
    expect_calm(stage, G_N_ELEMENTS(fetches));
    stage_free(stage);
}

static gpointer lift_cap(gpointer data) {
    struct tftp_settings none = {0};
    g_usleep(200000);
    tftp_server_configure(data, &none, NULL, NULL);
    return NULL;
}

static void test_a_cap_may_change_meanwhile(void) {
    struct tftp_settings settings = {.client_rate = 64 * KIB};
    struct stage *stage = stage_new(1024 * KIB, &settings);
    GThread *lifter = g_thread_new("lift", lift_cap, stage->server);
    struct fetch fetch = {.stage = stage, .host = "127.0.0.1", .options = WINDOWS};
    run_fetches(&fetch, 1);
    g_thread_join(lifter);
    g_assert_cmpint(fetch.took_us, >, 200000);
    g_assert_cmpint(fetch.took_us, <, 8000000); /* it would have been 16 s */
    stage_free(stage);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/tftp/server-pace/" name, function)
    ADD("a-client-keeps-to-its-cap", test_a_client_keeps_to_its_cap);
    ADD("a-clients-transfers-share-its-cap", test_a_clients_transfers_share_its_cap);
    ADD("other-clients-have-their-own", test_other_clients_have_their_own);
    ADD("all-share-the-total", test_all_share_the_total);
    ADD("a-cap-may-change-meanwhile", test_a_cap_may_change_meanwhile);
    return g_test_run();
}
