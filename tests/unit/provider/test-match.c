/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The match-* keys: networks, and what they let through.
 */
#include "provider/match.h"

#include "provider/problem.h"
#include "support/chain-bed.h"

static void assert_holds(const char *network, const char *address, bool expected) {
    struct match_network parsed;
    g_assert_true(match_parse_network(network, &parsed));
    g_test_message("%s in %s", address, network);
    g_assert_cmpint(match_network_holds(&parsed, address), ==, expected);
}

static void test_networks(void) {
    assert_holds("10.0.0.0/24", "10.0.0.255", true);
    assert_holds("10.0.0.0/24", "10.0.1.0", false);
    assert_holds("10.0.0.0/23", "10.0.1.0", true);
    assert_holds("10.0.0.77/24", "10.0.0.1", true);
    assert_holds("10.0.0.1", "10.0.0.1", true);
    assert_holds("10.0.0.1", "10.0.0.2", false);
    assert_holds("0.0.0.0/0", "203.0.113.9", true);
    assert_holds("0.0.0.0/0", "fd00::1", false);
    assert_holds("fd00::/8", "fd12::1", true);
    assert_holds("fd00::/8", "fe80::1", false);
    assert_holds("fd00::1/128", "fd00::1", true);
    assert_holds("10.0.0.0/8", "nonsense", false);
}

static void test_bad_networks(void) {
    static const char *const bad[] = {"",           "10.0.0.0/",   "10.0.0.0/33", "10.0.0.0/-1",
                                      "10.0.0.0/x", "10.0.0.0/ 8", "fd00::/129",  "eth0"};
    struct match_network network;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(match_parse_network(bad[i], &network));
}

/* Which key keeps the request of an x64 machine on "eth0" of 10.0.0.0/24 out. */
static const char *refuse(struct instance_config *config) {
    g_autoptr(GPtrArray) problems = problem_list_new();
    struct request *request = chain_bed_request("pxe/edk2-x64-discover");
    struct match *match = match_new(config, problems);
    g_assert_cmpuint(problems->len, ==, 0);
    const char *key = match_refuse(match, request);
    match_free(match);
    request_unref(request);
    instance_config_unref(config);
    return key;
}

static GStrv list(const char *items) {
    return g_strsplit(items, ";", -1);
}

static void test_no_keys(void) {
    g_assert_cmpstr(refuse(instance_config_new("a")), ==, NULL);
}

static void test_architecture(void) {
    struct instance_config *config = instance_config_new("a");
    config->match_architecture = list("x86-bios;x64-uefi");
    g_assert_cmpstr(refuse(config), ==, NULL);
    config = instance_config_new("a");
    config->match_architecture = list("x86-bios");
    g_assert_cmpstr(refuse(config), ==, "match-architecture");
}

static void test_network(void) {
    struct instance_config *config = instance_config_new("a");
    config->match_network = list("192.168.0.0/16;10.0.0.0/24");
    g_assert_cmpstr(refuse(config), ==, NULL);
    config = instance_config_new("a");
    config->match_network = list("192.168.0.0/16");
    g_assert_cmpstr(refuse(config), ==, "match-network");
}

static void test_interface(void) {
    struct instance_config *config = instance_config_new("a");
    config->match_interface = list("eth1;eth0");
    g_assert_cmpstr(refuse(config), ==, NULL);
    config = instance_config_new("a");
    config->match_interface = list("eth");
    g_assert_cmpstr(refuse(config), ==, "match-interface");
}

static void test_vendor_class(void) {
    struct instance_config *config = instance_config_new("a");
    config->match_vendor_class = list("HTTPClient;PXEClient:Arch:00007");
    g_assert_cmpstr(refuse(config), ==, NULL);
    config = instance_config_new("a");
    config->match_vendor_class = list("HTTPClient");
    g_assert_cmpstr(refuse(config), ==, "match-vendor-class");
}

static void test_problems(void) {
    g_autoptr(GPtrArray) problems = problem_list_new();
    struct instance_config *config = instance_config_new("a");
    config->where = g_strdup("x.conf:3");
    config->match_architecture = list("x64-uefi;x63-uefi");
    config->match_network = list("10.0.0.0/99");
    struct match *match = match_new(config, problems);
    g_assert_cmpuint(problems->len, ==, 2);
    const struct problem *problem = problems->pdata[0];
    g_assert_cmpstr(problem->where, ==, "x.conf:3");
    g_assert_cmpstr(problem->text, ==,
                    "[provider a] match-architecture: 'x63-uefi' is not an architecture, such as "
                    "x64-uefi or x86-bios");
    problem = problems->pdata[1];
    g_assert_cmpstr(
        problem->text, ==,
        "[provider a] match-network: '10.0.0.0/99' is not a network, such as 10.0.0.0/24 "
        "or fd00::/8");
    g_assert_true(problem_list_is_fatal(problems, 1));
    match_free(match);
    instance_config_unref(config);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/provider/match/networks-hold-addresses", test_networks);
    g_test_add_func("/boothost/provider/match/bad-networks-are-refused", test_bad_networks);
    g_test_add_func("/boothost/provider/match/no-keys-take-all", test_no_keys);
    g_test_add_func("/boothost/provider/match/architecture", test_architecture);
    g_test_add_func("/boothost/provider/match/network", test_network);
    g_test_add_func("/boothost/provider/match/interface", test_interface);
    g_test_add_func("/boothost/provider/match/vendor-class-by-prefix", test_vendor_class);
    g_test_add_func("/boothost/provider/match/problems-name-the-item", test_problems);
    return g_test_run();
}
