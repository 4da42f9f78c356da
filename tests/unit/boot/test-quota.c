/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/quota: charged, refused by reason, released.
 */
#include "boot/quota.h"

#include "base/limits.h"
#include "boot/client-key.h"

typedef struct quota Quota;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Quota, quota_free)

static struct address at(const char *text) {
    struct address address = {0};
    g_assert_true(address_parse(text, &address));
    return address;
}

static struct client_key key_of(const char *name) {
    return (struct client_key){.has_mac = true, .mac = {2, 0, 0, 0, 0, (uint8_t) name[0]}};
}

static enum quota_status charge(struct quota *quota, const char *client,
                                const struct address *source) {
    struct client_key key = key_of(client);
    enum quota_status status = quota_check(quota, &key, source);
    if (status == QUOTA_OK)
        quota_hold(quota, &key, source);
    return status;
}

static void give_back(struct quota *quota, const char *client, const struct address *source) {
    struct client_key key = key_of(client);
    quota_release(quota, &key, source);
}

static void test_client(void) {
    const struct quota_limits limits = {10, 2, 10};
    g_autoptr(Quota) quota = quota_new(&limits);
    struct address source = at("10.0.0.1");
    g_assert_cmpint(charge(quota, "a", &source), ==, QUOTA_OK);
    g_assert_cmpint(charge(quota, "a", &source), ==, QUOTA_OK);
    g_assert_cmpint(charge(quota, "a", &source), ==, QUOTA_CLIENT);
    g_assert_cmpint(charge(quota, "b", &source), ==, QUOTA_OK);
    give_back(quota, "a", &source);
    g_assert_cmpint(charge(quota, "a", &source), ==, QUOTA_OK);
    g_assert_cmpuint(quota_held(quota), ==, 3);
}

static void test_source(void) {
    const struct quota_limits limits = {10, 10, 2};
    g_autoptr(Quota) quota = quota_new(&limits);
    struct address relay = at("10.0.0.1");
    struct address other = at("fd00::1");
    g_assert_cmpint(charge(quota, "a", &relay), ==, QUOTA_OK);
    g_assert_cmpint(charge(quota, "b", &relay), ==, QUOTA_OK);
    g_assert_cmpint(charge(quota, "c", &relay), ==, QUOTA_SOURCE);
    g_assert_cmpint(charge(quota, "c", &other), ==, QUOTA_OK);
    give_back(quota, "b", &relay);
    g_assert_cmpint(charge(quota, "c", &relay), ==, QUOTA_OK);
}

/* A whole segment of clients without a lease sends from 0.0.0.0. */
static void test_no_source(void) {
    const struct quota_limits limits = {10, 10, 1};
    g_autoptr(Quota) quota = quota_new(&limits);
    struct address nowhere = at("0.0.0.0");
    g_assert_cmpint(charge(quota, "a", &nowhere), ==, QUOTA_OK);
    g_assert_cmpint(charge(quota, "b", &nowhere), ==, QUOTA_OK);
    give_back(quota, "a", &nowhere);
    give_back(quota, "b", &nowhere);
    g_assert_cmpuint(quota_held(quota), ==, 0);
}

static void test_total(void) {
    const struct quota_limits limits = {1, 10, 10};
    g_autoptr(Quota) quota = quota_new(&limits);
    struct address source = at("10.0.0.1");
    g_assert_cmpint(charge(quota, "a", &source), ==, QUOTA_OK);
    g_assert_cmpint(charge(quota, "b", &source), ==, QUOTA_TOTAL);
    g_assert_cmpint(charge(quota, "c", &source), ==, QUOTA_TOTAL);
    g_assert_cmpuint(quota_count(quota, QUOTA_OK), ==, 1);
    g_assert_cmpuint(quota_count(quota, QUOTA_TOTAL), ==, 2);
    g_assert_cmpuint(quota_count(quota, QUOTA_CLIENT), ==, 0);
}

static void test_defaults(void) {
    struct quota_limits limits = quota_limits_parked();
    g_assert_cmpuint(limits.total, ==, LIMIT_PARKED);
    g_assert_cmpuint(limits.per_client, ==, LIMIT_PARKED_CLIENT);
    g_assert_cmpuint(limits.per_source, ==, LIMIT_PARKED_SOURCE);
    g_assert_cmpstr(quota_status_name(QUOTA_SOURCE), ==, "source");
    g_assert_cmpstr(quota_status_name((enum quota_status) 99), ==, "unknown");
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/boot/quota/caps-a-client", test_client);
    g_test_add_func("/boothost/boot/quota/caps-a-source", test_source);
    g_test_add_func("/boothost/boot/quota/counts-no-source-without-address", test_no_source);
    g_test_add_func("/boothost/boot/quota/caps-and-counts-them-all", test_total);
    g_test_add_func("/boothost/boot/quota/has-names-and-defaults", test_defaults);
    return g_test_run();
}
