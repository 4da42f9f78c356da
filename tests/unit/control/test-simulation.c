/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A packet through a real chain of made-up providers, from the control request to its facts.
 */
#include "control/simulation.h"

#include <string.h>

#include "control/control.h"
#include "support/actor.h"
#include "support/chain-bed.h"
#include "support/vector.h"

struct outcome {
    GVariant *facts;
};

static void simulated(GVariant *facts, gpointer user) {
    struct outcome *outcome = user;
    outcome->facts = g_variant_ref(facts);
}

static gboolean is_done(void *user) {
    struct outcome *outcome = user;
    return outcome->facts != NULL;
}

static GVariant *request_of(const char *name, uint16_t port) {
    g_autoptr(GBytes) vector = vector_load(name);
    struct span bytes = vector_span(vector);
    GVariantBuilder request;

    g_variant_builder_init(&request, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(
        &request, "{sv}", "packet",
        g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes.data, bytes.size, 1));
    g_variant_builder_add(&request, "{sv}", "port", g_variant_new_uint16(port));
    g_variant_builder_add(&request, "{sv}", "interface", g_variant_new_string("eth0"));
    g_variant_builder_add(&request, "{sv}", "server", g_variant_new_string("10.99.0.2"));
    return g_variant_ref_sink(g_variant_builder_end(&request));
}

static GVariant *simulate(struct chain_bed *bed, const char *name, uint16_t port) {
    g_autoptr(GVariant) request = request_of(name, port);
    struct answer_policy policy = {0};
    struct outcome outcome = {0};
    g_autoptr(GError) error = NULL;

    chain_bed_open_clean(bed);
    g_assert_true(simulation_run(bed->generation, &policy, request, simulated, &outcome, &error));
    g_assert_no_error(error);
    chain_bed_run_until(is_done, &outcome);
    return outcome.facts;
}

static void assert_text(GVariant *facts, const char *key, const char *expected) {
    const char *text = NULL;

    g_variant_lookup(facts, key, "&s", &text);
    g_assert_cmpstr(text, ==, expected);
}

static struct chain_bed *bed_new(const struct boot_host_provider *table, const char *verdict) {
    struct chain_bed *bed = chain_bed_new(NULL);

    chain_bed_add_table(bed, table);
    chain_bed_add(bed, "one", table->name, "verdict", verdict, "boot-file", "loader.efi", "reason",
                  "because", NULL);
    return bed;
}

static void test_reply(gconstpointer table) {
    struct chain_bed *bed = bed_new(table, "1");
    g_autoptr(GVariant) facts = simulate(bed, "pxe/edk2-x64-discover", 67);
    g_autoptr(GVariant) packet = g_variant_lookup_value(facts, "packet", G_VARIANT_TYPE("ay"));

    assert_text(facts, "verdict", "reply");
    assert_text(facts, "provider", "one");
    assert_text(facts, "boot-file", "loader.efi");
    assert_text(facts, "destination", "255.255.255.255:68 (broadcast)");
    assert_text(facts, "silence", NULL);
    g_assert_nonnull(packet);
    g_assert_cmpuint(g_variant_n_children(packet), >=, 300);
    chain_bed_free(bed);
}

static void test_drop(void) {
    struct chain_bed *bed = bed_new(&actor_inline, "2");
    g_autoptr(GVariant) facts = simulate(bed, "pxe/edk2-x64-discover", 67);

    assert_text(facts, "verdict", "drop");
    assert_text(facts, "silence", "'one' said drop: because");
    g_assert_false(g_variant_lookup(facts, "packet", "ay", NULL));
    chain_bed_free(bed);
}

static void test_ordinary_host(void) {
    struct chain_bed *bed = bed_new(&actor_inline, "1");
    g_autoptr(GVariant) facts = simulate(bed, "dhcp/dhclient-discover", 67);
    g_autoptr(GVariant) trace = g_variant_lookup_value(facts, "trace", NULL);

    assert_text(facts, "verdict", "ignored");
    assert_text(facts, "silence", "not-pxe");
    g_assert_cmpuint(g_variant_n_children(trace), ==, 0);
    chain_bed_free(bed);
}

static void test_boot_server(void) {
    struct chain_bed *bed = bed_new(&actor_inline, "1");
    g_autoptr(GVariant) facts = simulate(bed, "pxe/edk2-x64-boot-server", 4011);

    assert_text(facts, "stage", "boot-server");
    assert_text(facts, "boot-file", "loader.efi");
    chain_bed_free(bed);
}

static void assert_refused(GVariant *request, const char *part) {
    g_autoptr(GVariant) sunk = g_variant_ref_sink(request);
    struct chain_bed *bed = bed_new(&actor_inline, "1");
    struct answer_policy policy = {0};
    g_autoptr(GError) error = NULL;

    chain_bed_open_clean(bed);
    g_assert_false(simulation_run(bed->generation, &policy, sunk, simulated, NULL, &error));
    g_assert_error(error, CONTROL_ERROR, CONTROL_ERROR_INVALID);
    g_assert_nonnull(strstr(error->message, part));
    chain_bed_free(bed);
}

static void test_invalid(void) {
    assert_refused(g_variant_new_parsed("@a{sv} {}"), "no 'packet'");
    assert_refused(g_variant_new_parsed("{'packet': <[byte 1, 2, 3]>}"), "truncated");
    assert_refused(g_variant_new_parsed("{'packet': <[byte 1]>, 'server': <'nowhere'>}"),
                   "'nowhere' is no address");
    assert_refused(g_variant_new_parsed("{'packet': <'text'>}"), "no 'packet'");
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/boothost/control/simulation/reply-of-an-inline-provider", &actor_inline,
                         test_reply);
    g_test_add_data_func("/boothost/control/simulation/reply-of-a-provider-on-a-thread",
                         &actor_worker, test_reply);
    g_test_add_func("/boothost/control/simulation/silence-has-a-reason", test_drop);
    g_test_add_func("/boothost/control/simulation/an-ordinary-host-is-ignored", test_ordinary_host);
    g_test_add_func("/boothost/control/simulation/boot-server-stage", test_boot_server);
    g_test_add_func("/boothost/control/simulation/senseless-requests-are-refused", test_invalid);
    return g_test_run();
}
