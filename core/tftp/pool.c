/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Several TFTP servers on one port.
 */
#include "tftp/pool.h"

#include "codec/tftp.h"
#include "net/udp.h"

struct tftp_pool {
    unsigned count;
    struct tftp_server *servers[LIMIT_THREADS];
    gint running[LIMIT_THREADS]; /* transfers of each */
};

static gboolean claim(const struct address *listen, unsigned n_listen, GError **error) {
    for (unsigned i = 0; i < n_listen; i++) {
        if (!udp_claim(&listen[i], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean open_servers(struct tftp_pool *pool, const struct tftp_server_options *options,
                             const struct tftp_callbacks *callbacks, GError **error) {
    struct tftp_server_options each = *options;
    struct address first = {0};
    for (unsigned i = 0; i < pool->count; i++) {
        each.callbacks = callbacks[i];
        each.share =
            (struct tftp_share){.running = pool->running, .count = pool->count, .place = i};
        pool->servers[i] = tftp_server_new(&each, error);
        if (pool->servers[i] == NULL)
            return FALSE;
        /* Where the kernel has chosen the port, the others follow the first one. */
        first = each.n_listen > 0 ? each.listen[0] : first;
        first.port = tftp_pool_port(pool);
        if (each.n_listen == 1)
            each.listen = &first;
    }
    return TRUE;
}

struct tftp_pool *tftp_pool_new(const struct tftp_server_options *options,
                                const struct tftp_callbacks *callbacks, unsigned count,
                                GError **error) {
    static const struct address everywhere = {.family = 4, .port = TFTP_PORT};
    struct tftp_server_options all = *options;
    if (all.n_listen == 0) {
        all.listen = &everywhere;
        all.n_listen = 1;
    }
    struct tftp_pool *pool = g_new0(struct tftp_pool, 1);
    pool->count = all.n_inherited > 0 ? 1 : CLAMP(count, 1, LIMIT_THREADS);
    gboolean good = pool->count == 1 || claim(all.listen, all.n_listen, error);
    if (good && open_servers(pool, &all, callbacks, error))
        return pool;
    tftp_pool_free(pool);
    return NULL;
}

void tftp_pool_free(struct tftp_pool *pool) {
    if (pool == NULL)
        return;
    for (unsigned i = 0; i < pool->count; i++)
        tftp_server_free(pool->servers[i]);
    g_free(pool);
}

unsigned tftp_pool_count(const struct tftp_pool *pool) {
    return pool->count;
}

uint16_t tftp_pool_port(const struct tftp_pool *pool) {
    return tftp_server_port(pool->servers[0]);
}

void tftp_pool_configure(struct tftp_pool *pool, const struct tftp_settings *settings,
                         struct content_root *root, struct interfaces *interfaces) {
    for (unsigned i = 0; i < pool->count; i++)
        tftp_server_configure(pool->servers[i], settings, root, interfaces);
}

void tftp_pool_counters(struct tftp_pool *pool, uint64_t ret_counters[TFTP_COUNTERS],
                        unsigned *ret_running) {
    tftp_server_counters(pool->servers[0], ret_counters, ret_running);
    for (unsigned i = 1; i < pool->count; i++) {
        uint64_t counters[TFTP_COUNTERS];
        unsigned running = 0;
        tftp_server_counters(pool->servers[i], counters, &running);
        for (unsigned j = 0; j < TFTP_COUNTERS; j++)
            ret_counters[j] += counters[j];
        if (ret_running != NULL)
            *ret_running += running;
    }
}

/* Each server lists up to an equal part, so that one of them does not hide the others. */
void tftp_pool_running(struct tftp_pool *pool, unsigned most,
                       void (*visit)(const struct tftp_report *report, gpointer user),
                       gpointer user) {
    for (unsigned i = 0; i < pool->count; i++)
        tftp_server_running(pool->servers[i], most / pool->count, visit, user);
}
