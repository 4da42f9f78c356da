/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Answers that servers really sent, and what we say of them.
 */
#include "cli/packet-facts.h"

#include "cli/facts.h"
#include "support/vector.h"

static GVariant *facts_of(const char *name) {
    g_autoptr(GBytes) vector = vector_load(name);
    struct span bytes = vector_span(vector);

    GVariant *facts = packet_facts_of(bytes.data, bytes.size);
    g_assert_nonnull(facts);
    return g_variant_ref_sink(facts);
}

static char *option_text(GVariant *facts, guint32 code) {
    g_autoptr(GVariant) options = facts_child(facts, "options");

    for (gsize i = 0; i < g_variant_n_children(options); i++) {
        g_autoptr(GVariant) option = g_variant_get_child_value(options, i);
        if (facts_number(option, "code", 0) == code)
            return g_strdup(facts_text(option, "text"));
    }
    return NULL;
}

static void assert_option(GVariant *facts, guint32 code, const char *expected) {
    g_autofree char *text = option_text(facts, code);
    g_assert_cmpstr(text, ==, expected);
}

static void test_direct_offer(void) {
    g_autoptr(GVariant) facts = facts_of("pxe/direct-offer");

    g_assert_cmpstr(facts_text(facts, "message"), ==, "OFFER");
    g_assert_cmpstr(facts_text(facts, "boot-file"), ==, "marker-x64.efi");
    g_assert_cmpstr(facts_text(facts, "next-server"), ==, "10.99.0.2");
    g_assert_cmpint(facts_number(facts, "size", 0), ==, 300);
    assert_option(facts, 43, "discovery-control=8");
    assert_option(facts, 54, "10.99.0.2");
    assert_option(facts, 60, "PXEClient");
}

static void test_menu_offer(void) {
    g_autoptr(GVariant) facts = facts_of("pxe/dnsmasq-bios-menu-offer");
    g_autofree char *text = option_text(facts, 43);

    g_assert_nonnull(text);
    g_assert_nonnull(g_strstr_len(text, -1, "32768 'Lab marker', 0 'Boot from local disk'"));
    g_assert_nonnull(g_strstr_len(text, -1, "prompt='Lab menu', 3 s"));
    g_assert_cmpstr(facts_text(facts, "boot-file"), ==, "");
}

static void test_http_offer(void) {
    g_autoptr(GVariant) facts = facts_of("pxe/dnsmasq-http-offer");

    g_assert_cmpstr(facts_text(facts, "boot-file"), ==, "http://10.99.0.2/marker-x64.efi");
}

/* Whatever a datagram holds, it is told without harm. */
static void test_every_vector(void) {
    static const char *const folders[] = {"dhcp", "pxe"};

    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_auto(GStrv) names = vector_list(folders[i], "");
        for (guint j = 0; names[j] != NULL; j++) {
            g_autoptr(GBytes) vector = vector_load(names[j]);
            struct span bytes = vector_span(vector);
            GVariant *facts = packet_facts_of(bytes.data, bytes.size);
            if (facts == NULL)
                continue;
            g_autoptr(GVariant) sunk = g_variant_ref_sink(facts);
            g_assert_true(g_variant_lookup(sunk, "options", "aa{sv}", NULL));
        }
    }
}

/* A menu that promises more than it holds: the whole entries are shown. */
static void test_menu_cut_short(void) {
    static const uint8_t vendor[] = {9, 8, 0, 1, 2, 'A', 'B', 0, 2, 9};
    const struct dhcp_header header = {.op = DHCP_OP_REPLY, .hlen = 6};
    uint8_t data[400];
    struct writer writer;

    writer_init(&writer, data, sizeof data);
    dhcp_start(&writer, &header, NULL, NULL);
    dhcp_option_put(&writer, 43, (struct span){vendor, sizeof vendor});
    g_assert_true(dhcp_finish(&writer, 300));
    g_autoptr(GVariant) facts = g_variant_ref_sink(packet_facts_of(data, writer.size));
    assert_option(facts, 43, "menu=1 'AB'");
}

static void test_no_dhcp(void) {
    g_assert_null(packet_facts_of("hello", 5));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/cli/packet-facts/direct-offer", test_direct_offer);
    g_test_add_func("/boothost/cli/packet-facts/menu-as-its-user-sees-it", test_menu_offer);
    g_test_add_func("/boothost/cli/packet-facts/boot-file-in-option-67", test_http_offer);
    g_test_add_func("/boothost/cli/packet-facts/every-sample-is-told", test_every_vector);
    g_test_add_func("/boothost/cli/packet-facts/menu-cut-short", test_menu_cut_short);
    g_test_add_func("/boothost/cli/packet-facts/noise-is-no-packet", test_no_dhcp);
    return g_test_run();
}
