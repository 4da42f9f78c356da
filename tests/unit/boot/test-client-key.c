/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * boot/client-key: who is who.
 */
#include "boot/client-key.h"

#include "support/ask.h"

#define UUID "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10"

/* FALSE: the packet names nobody. */
static gboolean read_key(struct wire *wire, struct client_key *key) {
    g_autoptr(GBytes) bytes = wire_build(wire);
    gsize size = 0;
    const void *data = g_bytes_get_data(bytes, &size);
    struct dhcp_view view;
    g_assert_cmpint(dhcp_parse((struct span){data, size}, &view), ==, DHCP_OK);
    return client_key_read(&view, key);
}

static void test_sources(void) {
    static const struct {
        const char *chaddr;
        const char *option;
        gboolean has_mac;
        gboolean has_uuid;
    } rows[] = {
        {"52:54:00:00:00:01", "absent", TRUE, FALSE},
        {"52:54:00:00:00:01", UUID, TRUE, TRUE},
        {"00:00:00:00:00:00", UUID, FALSE, TRUE},
        {"01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10", "absent", FALSE, TRUE},
        {"52:54:00:00:00:01", "01:02", TRUE, FALSE},
        {"52:54:00:00:00:01", "01:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:01", TRUE, FALSE},
        {"52:54:00:00:00:01", "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00", TRUE, FALSE},
        {"52:54:00:01", "absent", FALSE, FALSE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Wire) wire = wire_new();
        struct client_key key = {0};
        g_autofree char *wrong = wire_set(wire, "chaddr", rows[i].chaddr);
        g_assert_null(wrong);
        wrong = wire_set(wire, "option.97", rows[i].option);
        g_assert_null(wrong);
        g_assert_cmpint(read_key(wire, &key), ==, rows[i].has_mac || rows[i].has_uuid);
        g_assert_cmpint(key.has_mac, ==, rows[i].has_mac);
        g_assert_cmpint(key.has_uuid, ==, rows[i].has_uuid);
    }
}

static void test_equality(void) {
    const struct client_key a = {.has_mac = true, .mac = {1}, .has_uuid = true, .uuid = {9}};
    const struct client_key a_later = {.has_mac = true, .mac = {1}};
    const struct client_key b = {.has_mac = true, .mac = {2}, .has_uuid = true, .uuid = {9}};
    const struct client_key bare = {.has_uuid = true, .uuid = {9}};
    const struct client_key other = {.has_uuid = true, .uuid = {8}};
    g_assert_true(client_key_equal(&a, &a_later));
    g_assert_cmpuint(client_key_hash(&a), ==, client_key_hash(&a_later));
    g_assert_false(client_key_equal(&a, &b));
    g_assert_false(client_key_equal(&a, &bare));
    g_assert_true(client_key_equal(&bare, &bare));
    g_assert_false(client_key_equal(&bare, &other));
    g_assert_cmpuint(client_key_hash(&bare), !=, client_key_hash(&other));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/boot/client-key/comes-from-mac-or-uuid", test_sources);
    g_test_add_func("/boothost/boot/client-key/macs-decide-over-shared-uuids", test_equality);
    return g_test_run();
}
