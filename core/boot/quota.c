/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What clients may make us hold.
 */
#include "boot/quota.h"

#include "base/limits.h"
#include "boot/client-key.h"

struct quota {
    struct quota_limits limits;
    uint32_t held;
    uint64_t counts[QUOTA_STATUS_COUNT];
    GHashTable *clients; /* struct client_key to a count */
    GHashTable *sources; /* struct address to a count */
};

const char *quota_status_name(enum quota_status status) {
    static const char *const names[QUOTA_STATUS_COUNT] = {
        [QUOTA_OK] = "ok",
        [QUOTA_TOTAL] = "total",
        [QUOTA_CLIENT] = "client",
        [QUOTA_SOURCE] = "source",
    };
    return (unsigned) status < QUOTA_STATUS_COUNT ? names[status] : "unknown";
}

struct quota_limits quota_limits_parked(void) {
    return (struct quota_limits){.total = LIMIT_PARKED,
                                 .per_client = LIMIT_PARKED_CLIENT,
                                 .per_source = LIMIT_PARKED_SOURCE};
}

static guint client_hash(gconstpointer key) {
    return client_key_hash(key);
}

static gboolean client_equal(gconstpointer left, gconstpointer right) {
    return client_key_equal(left, right);
}

static guint source_hash(gconstpointer source) {
    return address_hash(source);
}

static gboolean source_equal(gconstpointer left, gconstpointer right) {
    return address_equal(left, right);
}

struct quota *quota_new(const struct quota_limits *limits) {
    struct quota *quota = g_new0(struct quota, 1);
    quota->limits = *limits;
    quota->clients = g_hash_table_new_full(client_hash, client_equal, g_free, NULL);
    quota->sources = g_hash_table_new_full(source_hash, source_equal, g_free, NULL);
    return quota;
}

void quota_free(struct quota *quota) {
    if (quota == NULL)
        return;
    g_hash_table_unref(quota->clients);
    g_hash_table_unref(quota->sources);
    g_free(quota);
}

static uint32_t held_by(GHashTable *table, gconstpointer key) {
    return GPOINTER_TO_UINT(g_hash_table_lookup(table, key));
}

/* A count of 0 leaves no trace, so that the tables never hold more than what is charged. */
static void set_held(GHashTable *table, gconstpointer key, size_t size, uint32_t count) {
    if (count == 0)
        g_hash_table_remove(table, key);
    else
        g_hash_table_insert(table, g_memdup2(key, size), GUINT_TO_POINTER(count));
}

/* While nobody holds anything, which is so as long as providers answer at once, nobody is asked. */
static enum quota_status find_status(const struct quota *quota, const struct client_key *client,
                                     const struct address *source) {
    if (quota->held >= quota->limits.total)
        return QUOTA_TOTAL;
    if (quota->held == 0)
        return QUOTA_OK;
    if (held_by(quota->clients, client) >= quota->limits.per_client)
        return QUOTA_CLIENT;
    if (!address_is_unspecified(source) &&
        held_by(quota->sources, source) >= quota->limits.per_source)
        return QUOTA_SOURCE;
    return QUOTA_OK;
}

enum quota_status quota_check(struct quota *quota, const struct client_key *client,
                              const struct address *source) {
    enum quota_status status = find_status(quota, client, source);
    quota->counts[status]++;
    return status;
}

void quota_hold(struct quota *quota, const struct client_key *client,
                const struct address *source) {
    quota->held++;
    set_held(quota->clients, client, sizeof(*client), held_by(quota->clients, client) + 1);
    if (!address_is_unspecified(source))
        set_held(quota->sources, source, sizeof(*source), held_by(quota->sources, source) + 1);
}

void quota_release(struct quota *quota, const struct client_key *client,
                   const struct address *source) {
    uint32_t of_client = held_by(quota->clients, client);
    g_return_if_fail(of_client > 0);
    quota->held--;
    set_held(quota->clients, client, sizeof(*client), of_client - 1);
    uint32_t of_source = held_by(quota->sources, source);
    if (of_source > 0)
        set_held(quota->sources, source, sizeof(*source), of_source - 1);
}

uint32_t quota_held(const struct quota *quota) {
    return quota->held;
}

uint64_t quota_count(const struct quota *quota, enum quota_status status) {
    return (unsigned) status < QUOTA_STATUS_COUNT ? quota->counts[status] : 0;
}
