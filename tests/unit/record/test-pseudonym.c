/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * core/record/pseudonym.c: nothing of the machine is left, everything else is as it was.
 */
#include "record/pseudonym.h"

#include <glib.h>
#include <string.h>

#include "codec/dhcp.h"
#include "codec/identity.h"
#include "support/vector.h"

static const struct pseudonym_key key = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
static const struct pseudonym_key other_key = {{16, 1}};
static const uint8_t mac[] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
static const uint8_t uuid[] = {0x44, 0x45, 0x4c, 0x4c, 0x42, 0x00, 0x10, 0x35, 0x80,
                               0x52, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56}; /* ends in the MAC */

struct packet {
    uint8_t data[600];
    size_t size;
};

static void make_packet(struct packet *packet, const uint8_t *chaddr, const char *file) {
    struct dhcp_header header = {.op = 1, .htype = 1, .hlen = 6, .xid = 0x00123456};
    struct writer writer;
    uint8_t typed[17] = {0};

    memcpy(header.chaddr, chaddr, 6);
    writer_init(&writer, packet->data, sizeof packet->data);
    dhcp_start(&writer, &header, NULL, file);
    dhcp_option_put_u8(&writer, DHCP_OPTION_MESSAGE_TYPE, DHCP_MESSAGE_DISCOVER);
    dhcp_option_put_text(&writer, DHCP_OPTION_HOST_NAME, "nurse-7.ward");
    dhcp_option_put_text(&writer, DHCP_OPTION_VENDOR_CLASS, "PXEClient:Arch:00007:UNDI:003016");
    typed[0] = 1;
    memcpy(typed + 1, chaddr, 6);
    dhcp_option_put(&writer, DHCP_OPTION_CLIENT_ID, (struct span){typed, 7});
    typed[0] = 0;
    memcpy(typed + 1, uuid, 16);
    dhcp_option_put(&writer, DHCP_OPTION_CLIENT_UUID, (struct span){typed, 17});
    g_assert_true(dhcp_finish(&writer, 300));
    packet->size = writer.size;
}

static gboolean has(const struct packet *packet, const void *needle, size_t size) {
    return memmem(packet->data, packet->size, needle, size) != NULL;
}

static void view_of(const struct packet *packet, struct dhcp_view *view) {
    g_assert_cmpint(dhcp_parse((struct span){packet->data, packet->size}, view), ==, DHCP_OK);
}

static void test_nothing_of_the_machine_is_left(void) {
    struct packet packet;
    make_packet(&packet, mac, "cfg/01-52-54-00-12-34-56/525400123456/52:54:00:12:34:56");
    pseudonym_apply(&key, packet.data, packet.size);
    g_assert_false(has(&packet, mac + 3, 3));
    g_assert_false(has(&packet, uuid, 8));
    g_assert_false(has(&packet, "12-34-56", 8));
    g_assert_false(has(&packet, "123456", 6));
    g_assert_false(has(&packet, "12:34:56", 8));
    g_assert_false(has(&packet, "nurse", 5));
    g_assert_false(has(&packet, "ward", 4));
}

static void test_all_forms_name_the_same_new_machine(void) {
    struct packet packet;
    struct dhcp_view view;
    struct span client_id;
    char text[IDENTITY_MAC_TEXT_SIZE];
    make_packet(&packet, mac, "a/52:54:00:12:34:56");
    pseudonym_apply(&key, packet.data, packet.size);
    view_of(&packet, &view);
    identity_format_mac(view.header.chaddr, text);
    g_assert_true(dhcp_option_get(&view.options, DHCP_OPTION_CLIENT_ID, &client_id));
    g_assert_cmpmem(client_id.data + 1, 6, view.header.chaddr, 6);
    g_assert_cmpmem(view.file.data + 2, view.file.size - 2, text, strlen(text));
    /* xid was made of the MAC and still is. */
    g_assert_cmpmem(packet.data + 4, 4, view.header.chaddr + 2, 4);
}

static void test_the_maker_stays(void) {
    struct packet packet;
    struct dhcp_view view;
    make_packet(&packet, mac, NULL);
    pseudonym_apply(&key, packet.data, packet.size);
    view_of(&packet, &view);
    g_assert_cmpmem(view.header.chaddr, 3, mac, 3);
    g_assert_true(memcmp(view.header.chaddr + 3, mac + 3, 3) != 0);
}

static void test_everything_else_stays(void) {
    struct packet before, after;
    struct dhcp_view view;
    struct span class;
    make_packet(&before, mac, NULL);
    after = before;
    pseudonym_apply(&key, after.data, after.size);
    view_of(&after, &view);
    g_assert_true(dhcp_option_get(&view.options, DHCP_OPTION_VENDOR_CLASS, &class));
    g_assert_true(span_starts_with(class, "PXEClient:Arch:00007:UNDI:003016"));
    g_assert_cmpint(view.message_type, ==, DHCP_MESSAGE_DISCOVER);
    g_assert_cmpmem(after.data, 4, before.data, 4);
}

static void test_one_key_one_name_another_key_another(void) {
    struct packet first, again, other;
    make_packet(&first, mac, NULL);
    again = first;
    other = first;
    pseudonym_apply(&key, first.data, first.size);
    pseudonym_apply(&key, again.data, again.size);
    pseudonym_apply(&other_key, other.data, other.size);
    g_assert_cmpmem(first.data, first.size, again.data, again.size);
    g_assert_true(memcmp(first.data, other.data, first.size) != 0);
}

/* All machines of one maker, as far as patience goes: no two become one. */
static void test_two_machines_never_become_one(void) {
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (unsigned i = 0; i < 3000; i++) {
        uint8_t one[] = {0x00, 0x50, 0x56, (uint8_t) (i >> 8), (uint8_t) i, 0x17};
        struct packet packet;
        struct dhcp_view view;
        make_packet(&packet, one, NULL);
        pseudonym_apply(&key, packet.data, packet.size);
        view_of(&packet, &view);
        const uint8_t *to = view.header.chaddr + 3;
        guint number = (guint) to[0] << 16 | (guint) to[1] << 8 | to[2];
        g_assert_true(g_hash_table_add(seen, GUINT_TO_POINTER(number + 1)));
    }
}

static void test_a_uuid_that_names_no_machine_stays(void) {
    struct packet packet;
    struct dhcp_view view;
    struct span value;
    make_packet(&packet, mac, NULL);
    uint8_t *at = memmem(packet.data, packet.size, uuid, sizeof uuid);
    memset(at, 0xff, sizeof uuid);
    pseudonym_apply(&key, packet.data, packet.size);
    view_of(&packet, &view);
    g_assert_true(dhcp_option_get(&view.options, DHCP_OPTION_CLIENT_UUID, &value));
    g_assert_true(identity_is_bad_uuid(value.data + 1));
}

static void test_real_packets_stay_packets(void) {
    g_auto(GStrv) names = vector_list("pxe", "");
    for (guint i = 0; names[i] != NULL; i++) {
        g_autoptr(GBytes) bytes = vector_load(names[i]);
        struct span span = vector_span(bytes);
        g_autofree uint8_t *copy = g_memdup2(span.data, span.size);
        struct dhcp_view before, after;
        enum dhcp_status status = dhcp_parse(span, &before);
        pseudonym_apply(&key, copy, span.size);
        if (status != DHCP_OK)
            continue;
        g_assert_cmpint(dhcp_parse((struct span){copy, span.size}, &after), ==, DHCP_OK);
        g_assert_cmpint(before.message_type, ==, after.message_type);
        size_t entry = sizeof before.options.entries[0];
        g_assert_cmpmem(before.options.entries, before.options.entry_count * entry,
                        after.options.entries, after.options.entry_count * entry);
    }
}

static void test_what_is_no_packet_is_blanked(void) {
    uint8_t noise[] = "52:54:00:12:34:56 was here";
    static const uint8_t zeros[sizeof noise];
    pseudonym_apply(&key, noise, sizeof noise);
    g_assert_cmpmem(noise, sizeof noise, zeros, sizeof zeros);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(words, test) g_test_add_func("/boothost/record/pseudonym/" words, test)
    ADD("nothing-of-the-machine-is-left", test_nothing_of_the_machine_is_left);
    ADD("all-forms-name-the-same-new-machine", test_all_forms_name_the_same_new_machine);
    ADD("the-maker-stays", test_the_maker_stays);
    ADD("everything-else-stays", test_everything_else_stays);
    ADD("one-key-one-name-another-key-another", test_one_key_one_name_another_key_another);
    ADD("two-machines-never-become-one", test_two_machines_never_become_one);
    ADD("a-uuid-that-names-no-machine-stays", test_a_uuid_that_names_no_machine_stays);
    ADD("real-packets-stay-packets", test_real_packets_stay_packets);
    ADD("what-is-no-packet-is-blanked", test_what_is_no_packet_is_blanked);
    return g_test_run();
}
