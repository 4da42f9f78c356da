/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The provider "architecture" in the fake host.
 */
#include <glib.h>
#include <errno.h>
#include <string.h>

#include "boot-host-fake.h"

#define SECOND G_USEC_PER_SEC

static struct boot_host_fake *make(const char *const *settings) {
    struct boot_host_fake *fake = boot_host_fake_new(boot_host_provider_entry_v1());
    for (size_t i = 0; settings[i] != NULL; i += 2)
        boot_host_fake_set(fake, settings[i], settings[i + 1]);
    return fake;
}

static struct boot_host_fake *open_with(const char *const *settings) {
    struct boot_host_fake *fake = make(settings);
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    g_assert_null(boot_host_fake_line(fake, 0));
    return fake;
}

static const char *boot_file(struct boot_host_fake *fake) {
    return boot_host_fake_get(fake, BOOT_HOST_REPLY_BOOT_FILE);
}

static const char *reason(struct boot_host_fake *fake) {
    return boot_host_fake_get(fake, BOOT_HOST_REPLY_REASON);
}

static const char *const two[] = {"x86-bios",  "pxelinux.0",    "x64-uefi",  "ipxe.efi", "ipxe",
                                  "boot.ipxe", "ipxe.x86-bios", "bios.ipxe", NULL};

static void test_has_a_setting_for_every_architecture(void) {
    const struct boot_host_provider *provider = boot_host_provider_entry_v1();
    struct boot_host_fake *fake = boot_host_fake_new(provider);
    const struct boot_host *host = boot_host_fake_host(fake);
    uint32_t count = 0;
    for (const char *name = NULL; (name = host->architecture_name(host, count)) != NULL; count++)
        g_assert_cmpstr(provider->settings[count].name, ==, name);
    g_assert_cmpuint(count, >=, 41);
    g_assert_cmpstr(provider->settings[count].name, ==, "ipxe");
    boot_host_fake_free(fake);
}

static void test_gives_firmware_its_boot_file(void) {
    struct boot_host_fake *fake = open_with(two);
    struct boot_host_fake_request request = {.mac = "52:54:00:00:00:01",
                                             .architectures = "x64-uefi"};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(boot_file(fake), ==, "ipxe.efi");
    g_assert_cmpstr(reason(fake), ==, "by the setting x64-uefi");
    request.architectures = "x86-bios";
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(boot_file(fake), ==, "pxelinux.0");
    boot_host_fake_free(fake);
}

static void test_takes_the_best_architecture_that_is_set(void) {
    struct boot_host_fake *fake = open_with(two);
    const struct boot_host_fake_request request = {.architectures = "x64-uefi-http x64-uefi"};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(boot_file(fake), ==, "ipxe.efi");
    boot_host_fake_free(fake);
}

static void test_passes_what_it_does_not_know(void) {
    struct boot_host_fake *fake = open_with(two);
    struct boot_host_fake_request request = {.architectures = "raspberry-pi"};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_NOTE), ==,
                    "no boot file is set for raspberry-pi");
    request.architectures = NULL;
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_NOTE), ==,
                    "the client does not tell its architecture");
    boot_host_fake_free(fake);
}

static void test_gives_a_loader_the_next_stage(void) {
    struct boot_host_fake *fake = open_with(two);
    struct boot_host_fake_request request = {.architectures = "x64-uefi", .loader = "ipxe"};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(boot_file(fake), ==, "boot.ipxe");
    request.architectures = "x86-bios";
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(boot_file(fake), ==, "bios.ipxe");
    g_assert_cmpstr(reason(fake), ==, "by the setting ipxe.x86-bios");
    boot_host_fake_free(fake);
}

static void test_never_gives_a_loader_the_firmwares_file(void) {
    static const char *const settings[] = {"x64-uefi", "ipxe.efi", NULL};
    static const char *const loaders[] = {"ipxe", "grub", "wdsnbp"};
    struct boot_host_fake *fake = open_with(settings);
    for (size_t i = 0; i < G_N_ELEMENTS(loaders); i++) {
        const struct boot_host_fake_request request = {.architectures = "x64-uefi",
                                                       .loader = loaders[i]};
        g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_PASS);
        g_assert_null(boot_file(fake));
        g_assert_true(g_str_has_prefix(boot_host_fake_get(fake, BOOT_HOST_REPLY_NOTE), loaders[i]));
    }
    boot_host_fake_free(fake);
}

static void test_fills_in_facts(void) {
    static const char *const settings[] = {"x64-uefi", "${group:-all}/${image}/shim.efi", NULL};
    static const char *const facts[] = {"image", "debian", NULL};
    struct boot_host_fake *fake = open_with(settings);
    struct boot_host_fake_request request = {.architectures = "x64-uefi", .facts = facts};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(boot_file(fake), ==, "all/debian/shim.efi");
    request.facts = NULL;
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, -ENOENT);
    g_assert_null(boot_file(fake));
    g_assert_true(boot_host_fake_said(fake, "warning: x64-uefi = ${group:-all}/${image}/shim.efi"));
    boot_host_fake_free(fake);
}

static void test_keeps_an_earlier_providers_choice(void) {
    struct boot_host_fake *fake = open_with(two);
    const struct boot_host_fake_request request = {.architectures = "x64-uefi",
                                                   .boot_file = "special.efi"};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(boot_file(fake), ==, "special.efi");
    boot_host_fake_free(fake);
}

static void test_stops_a_loop(void) {
    struct boot_host_fake *fake = open_with(two);
    struct boot_host_fake_request request = {.mac = "52:54:00:00:00:01",
                                             .architectures = "x64-uefi"};
    for (int i = 0; i < 5; i++) {
        g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
        boot_host_fake_advance(fake, 4 * SECOND);
    }
    g_assert_null(boot_host_fake_line(fake, 0));
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_ABORT);
    g_assert_null(boot_file(fake));
    g_assert_true(g_str_has_prefix(
        reason(fake), "loop: 52:54:00:00:00:01 was given ipxe.efi 5 times within 60 s"));
    g_assert_true(boot_host_fake_said(fake, "warning: loop: 52:54:00:00:00:01"));
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_ABORT);
    g_assert_null(boot_host_fake_line(fake, 1));
    request.mac = "52:54:00:00:00:02";
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    request.mac = "52:54:00:00:00:01";
    request.loader = "ipxe";
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    request.loader = NULL;
    boot_host_fake_advance(fake, 40 * SECOND);
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    boot_host_fake_free(fake);
}

static void test_stops_a_loop_of_an_earlier_providers_file(void) {
    static const char *const settings[] = {"loop-count",  "2",    "loop-window", "10s",
                                           "loop-action", "drop", NULL};
    struct boot_host_fake *fake = open_with(settings);
    const struct boot_host_fake_request request = {.uuid = "00112233-4455-6677-8899-aabbccddeeff",
                                                   .boot_file = "ipxe.efi"};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_DROP);
    boot_host_fake_free(fake);
}

/* EDK2 asks at 0, 4, 12 and 28 s, and then four times on port 4011: one boot, not eight. */
static void test_asking_again_is_no_loop(void) {
    struct boot_host_fake *fake = open_with(two);
    for (int boot = 0; boot < 5; boot++) {
        struct boot_host_fake_request request = {.mac = "52:54:00:00:00:01",
                                                 .architectures = "x64-uefi"};
        for (request.attempt = 1; request.attempt <= 4; request.attempt++)
            g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
        request.attempt = 1;
        request.stage = BOOT_HOST_STAGE_BOOT_SERVER;
        for (int i = 0; i < 4; i++)
            g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    }
    boot_host_fake_free(fake);
}

static void test_a_loop_may_be_allowed(void) {
    static const char *const settings[] = {"x64-uefi", "a.efi", "loop-count", "0", NULL};
    struct boot_host_fake *fake = open_with(settings);
    const struct boot_host_fake_request request = {.mac = "52:54:00:00:00:01",
                                                   .architectures = "x64-uefi"};
    for (int i = 0; i < 100; i++)
        g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    boot_host_fake_free(fake);
}

static void test_remembers_loops_over_a_swap(void) {
    struct boot_host_fake *fake = open_with(two);
    const struct boot_host_fake_request request = {.mac = "52:54:00:00:00:01",
                                                   .architectures = "x64-uefi"};
    for (int i = 0; i < 5; i++)
        g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpint(boot_host_fake_swap(fake), ==, 0);
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_ABORT);
    boot_host_fake_free(fake);
}

/* A flood of other clients takes at most the places of its own sets. */
static void test_a_loop_is_found_in_a_crowd(void) {
    struct boot_host_fake *fake = open_with(two);
    const struct boot_host_fake_request request = {.mac = "52:54:00:00:00:01",
                                                   .architectures = "x64-uefi"};
    int32_t verdict = BOOT_HOST_REPLY;
    for (unsigned boot = 0; boot < 6; boot++) {
        verdict = boot_host_fake_decide(fake, &request);
        for (unsigned i = 0; i < 1000; i++) {
            char mac[18];
            g_snprintf(mac, sizeof mac, "52:54:%02x:%02x:%02x:02", boot, i >> 8, i & 0xff);
            const struct boot_host_fake_request other = {.mac = mac, .architectures = "x64-uefi"};
            boot_host_fake_advance(fake, 1);
            g_assert_cmpint(boot_host_fake_decide(fake, &other), ==, BOOT_HOST_REPLY);
        }
    }
    g_assert_cmpint(verdict, ==, BOOT_HOST_ABORT);
    boot_host_fake_free(fake);
}

static void test_refuses_wrong_settings(void) {
    static const struct {
        const char *settings[3];
        const char *line;
    } cases[] = {
        {{"ipxe.x64", "a.ipxe"}, "error: ipxe.x64: the part behind the dot is no known architect"},
        {{"loop-action", "reboot"}, "error: loop-action: must be abort or drop"},
        {{"loop-count", "-1"}, "error: loop-count: must be from 0 to 1000"},
        {{"loop-window", "10ms"}, "error: loop-window: must be one second or more"},
        {{"x64-efi", "a.efi"}, "error: x64-efi: the provider has no such setting"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct boot_host_fake *fake = make(cases[i].settings);
        g_assert_cmpint(boot_host_fake_open(fake, 0), ==, -EINVAL);
        g_assert_true(boot_host_fake_said(fake, cases[i].line));
        boot_host_fake_free(fake);
    }
}

static void test_warns_of_a_path_for_http_boot(void) {
    static const char *const settings[] = {"x64-uefi-http", "boot.efi", NULL};
    struct boot_host_fake *fake = make(settings);
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    g_assert_true(boot_host_fake_said(fake, "warning: x64-uefi-http: firmware that boots by HTTP"));
    boot_host_fake_free(fake);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/providers/architecture/" name, function)
    ADD("has-a-setting-for-every-architecture", test_has_a_setting_for_every_architecture);
    ADD("gives-firmware-its-boot-file", test_gives_firmware_its_boot_file);
    ADD("takes-the-best-architecture-that-is-set", test_takes_the_best_architecture_that_is_set);
    ADD("passes-what-it-does-not-know", test_passes_what_it_does_not_know);
    ADD("gives-a-loader-the-next-stage", test_gives_a_loader_the_next_stage);
    ADD("never-gives-a-loader-the-firmwares-file", test_never_gives_a_loader_the_firmwares_file);
    ADD("fills-in-facts", test_fills_in_facts);
    ADD("keeps-an-earlier-providers-choice", test_keeps_an_earlier_providers_choice);
    ADD("stops-a-loop", test_stops_a_loop);
    ADD("stops-a-loop-of-an-earlier-providers-file",
        test_stops_a_loop_of_an_earlier_providers_file);
    ADD("asking-again-is-no-loop", test_asking_again_is_no_loop);
    ADD("a-loop-may-be-allowed", test_a_loop_may_be_allowed);
    ADD("remembers-loops-over-a-swap", test_remembers_loops_over_a_swap);
    ADD("a-loop-is-found-in-a-crowd", test_a_loop_is_found_in_a_crowd);
    ADD("refuses-wrong-settings", test_refuses_wrong_settings);
    ADD("warns-of-a-path-for-http-boot", test_warns_of_a_path_for_http_boot);
    return g_test_run();
}
