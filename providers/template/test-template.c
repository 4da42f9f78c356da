/* SPDX-License-Identifier: MIT
 *
 * The provider "template" in the fake host: the pattern for a test of your own.
 */
#include <glib.h>
#include <errno.h>

#include "boot-host-fake.h"

static void test_gives_everyone_the_file(void) {
    struct boot_host_fake *fake = boot_host_fake_new(boot_host_provider_entry_v1());
    boot_host_fake_set(fake, "boot-file", "mine.efi");
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    const struct boot_host_fake_request request = {.mac = "52:54:00:12:34:56"};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_BOOT_FILE), ==, "mine.efi");
    boot_host_fake_free(fake);
}

static void test_needs_the_setting(void) {
    struct boot_host_fake *fake = boot_host_fake_new(boot_host_provider_entry_v1());
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, -EINVAL);
    g_assert_cmpstr(boot_host_fake_line(fake, 0), ==, "error: boot-file: the setting is required");
    boot_host_fake_free(fake);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/boothost/providers/template/gives-everyone-the-file",
                    test_gives_everyone_the_file);
    g_test_add_func("/boothost/providers/template/needs-the-setting", test_needs_the_setting);
    return g_test_run();
}
