/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What clients may make us hold.
 */
#include "boot/quota.h"

#include "base/limits.h"

struct quota {
    struct quota_limits limits;
    uint32_t held;
    uint64_t counts[QUOTA_STATUS_COUNT];
    GHashTable *clients; /* char * to a count */
    GHashTable *sources; /* char * to a count */
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

struct quota *quota_new(const struct quota_limits *limits) {
    struct quota *quota = g_new0(struct quota, 1);
    quota->limits = *limits;
    quota->clients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    quota->sources = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return quota;
}

void quota_free(struct quota *quota) {
    if (quota == NULL)
        return;
    g_hash_table_unref(quota->clients);
    g_hash_table_unref(quota->sources);
    g_free(quota);
}

static uint32_t held_by(GHashTable *table, const char *name) {
    return GPOINTER_TO_UINT(g_hash_table_lookup(table, name));
}

/* A count of 0 leaves no trace, so that the tables never hold more than what is charged. */
static void set_held(GHashTable *table, const char *name, uint32_t count) {
    if (count == 0)
        g_hash_table_remove(table, name);
    else
        g_hash_table_insert(table, g_strdup(name), GUINT_TO_POINTER(count));
}

static enum quota_status check(const struct quota *quota, const char *client, const char *source) {
    if (quota->held >= quota->limits.total)
        return QUOTA_TOTAL;
    if (held_by(quota->clients, client) >= quota->limits.per_client)
        return QUOTA_CLIENT;
    if (source != NULL && held_by(quota->sources, source) >= quota->limits.per_source)
        return QUOTA_SOURCE;
    return QUOTA_OK;
}

static const char *source_name(const struct address *source, char buffer[ADDRESS_TEXT_SIZE]) {
    return address_is_unspecified(source) ? NULL : address_text(source, buffer);
}

enum quota_status quota_charge(struct quota *quota, const char *client,
                               const struct address *source) {
    char buffer[ADDRESS_TEXT_SIZE];
    const char *name = source_name(source, buffer);
    enum quota_status status = check(quota, client, name);
    quota->counts[status]++;
    if (status != QUOTA_OK)
        return status;
    quota->held++;
    set_held(quota->clients, client, held_by(quota->clients, client) + 1);
    if (name != NULL)
        set_held(quota->sources, name, held_by(quota->sources, name) + 1);
    return QUOTA_OK;
}

void quota_release(struct quota *quota, const char *client, const struct address *source) {
    char buffer[ADDRESS_TEXT_SIZE];
    const char *name = source_name(source, buffer);
    uint32_t of_client = held_by(quota->clients, client);
    g_return_if_fail(of_client > 0);
    quota->held--;
    set_held(quota->clients, client, of_client - 1);
    if (name != NULL && held_by(quota->sources, name) > 0)
        set_held(quota->sources, name, held_by(quota->sources, name) - 1);
}

uint32_t quota_held(const struct quota *quota) {
    return quota->held;
}

uint64_t quota_count(const struct quota *quota, enum quota_status status) {
    return (unsigned) status < QUOTA_STATUS_COUNT ? quota->counts[status] : 0;
}
