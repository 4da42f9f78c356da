/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The provider "menu" in the fake host.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <errno.h>
#include <string.h>

#include "boot-host-fake.h"

static struct boot_host_fake *make(const char *const *settings) {
    struct boot_host_fake *fake = boot_host_fake_new(boot_host_provider_entry_v1());
    for (size_t i = 0; settings[i] != NULL; i += 2)
        boot_host_fake_set(fake, settings[i], settings[i + 1]);
    return fake;
}

static const char *const usual[] = {
    "items",
    "debian; rescue; local",
    "default",
    "rescue",
    "text.debian",
    "Install Debian",
    "kernel.debian",
    "debian/linux",
    "initrd.debian",
    "debian/initrd.gz; extra one.gz",
    "args.debian",
    "auto=true host=${name:-none}",
    "text.rescue",
    "Rescue & repair",
    "file.rescue",
    "rescue.0",
    "file.rescue.x64-uefi",
    "rescue.efi",
    "text.local",
    "Boot from local disk",
    NULL,
};

static struct boot_host_fake *open_with(const char *const *settings, const char *key,
                                        const char *value) {
    struct boot_host_fake *fake = make(settings);
    if (key != NULL)
        boot_host_fake_set(fake, key, value);
    g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
    g_assert_null(boot_host_fake_line(fake, 0));
    return fake;
}

static void assert_item(struct boot_host_fake *fake, uint32_t index, uint32_t type,
                        const char *text) {
    const struct boot_host_menu_item *item = boot_host_fake_get_item(fake, index);
    g_assert_nonnull(item);
    g_assert_cmpuint(item->type, ==, type);
    g_assert_cmpstr(item->text, ==, text);
    g_assert_null(item->server);
}

static const char *get_script(struct boot_host_fake *fake, const char *name,
                              const char *architectures) {
    const struct boot_host_fake_request request = {.file = name, .architectures = architectures};
    size_t size = 0;
    g_assert_cmpint(boot_host_fake_content(fake, &request), ==, BOOT_HOST_REPLY);
    const char *script = boot_host_fake_get_bytes(fake, &size);
    g_assert_cmpuint(strlen(script), ==, size);
    return script;
}

static void assert_has(const char *text, const char *part) {
    if (strstr(text, part) == NULL)
        g_test_message("no \"%s\" in:\n%s", part, text);
    g_assert_nonnull(strstr(text, part));
}

static void test_bios_gets_a_menu_with_the_default_first(void) {
    struct boot_host_fake *fake = open_with(usual, NULL, NULL);
    const struct boot_host_fake_request request = {.architectures = "x86-bios"};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    const struct boot_host_menu *menu = boot_host_fake_get_menu(fake);
    g_assert_nonnull(menu);
    g_assert_cmpuint(menu->timeout_seconds, ==, 10);
    g_assert_cmpstr(menu->prompt, ==, "Press F8 for the boot menu");
    assert_item(fake, 0, 32769, "Rescue & repair");
    assert_item(fake, 1, BOOT_HOST_ITEM_LOCAL, "Boot from local disk");
    g_assert_null(boot_host_fake_get_item(fake, 2));
    boot_host_fake_free(fake);
}

static void test_the_choice_gets_its_file(void) {
    struct boot_host_fake *fake = open_with(usual, "firmware-menu", "all");
    struct boot_host_fake_request request = {.stage = BOOT_HOST_STAGE_BOOT_SERVER,
                                             .architectures = "x86-bios",
                                             .has_boot_item = 1,
                                             .boot_item = 32769};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_BOOT_FILE), ==, "rescue.0");
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_REASON), ==,
                    "the user, or the timeout, chose rescue");
    g_assert_null(boot_host_fake_get_menu(fake));
    request.architectures = "x64-uefi";
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_BOOT_FILE), ==, "rescue.efi");
    boot_host_fake_free(fake);
}

static void test_a_foreign_choice_passes(void) {
    static const uint32_t items[] = {0, 1, 32767, 32768, 32770, 32771, 65535};
    struct boot_host_fake *fake = open_with(usual, NULL, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(items); i++) {
        const struct boot_host_fake_request request = {.stage = BOOT_HOST_STAGE_BOOT_SERVER,
                                                       .architectures = "x86-bios",
                                                       .has_boot_item = 1,
                                                       .boot_item = items[i]};
        g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_PASS);
        g_assert_null(boot_host_fake_get(fake, BOOT_HOST_REPLY_BOOT_FILE));
    }
    boot_host_fake_free(fake);
}

static void test_who_gets_what(void) {
    static const struct {
        const char *firmware_menu;
        const char *ipxe_menu;
        const char *architectures;
        const char *loader;
        int32_t verdict;
        int menu;
        const char *file;
    } cases[] = {
        {"bios", "script", "x86-bios", "firmware", BOOT_HOST_REPLY, 1, NULL},
        {"bios", "script", "x64-uefi", "firmware", BOOT_HOST_PASS, 0, NULL},
        {"all", "script", "x64-uefi", "firmware", BOOT_HOST_REPLY, 1, NULL},
        {"none", "script", "x86-bios", "firmware", BOOT_HOST_PASS, 0, NULL},
        {"bios", "script", "x86-bios", "ipxe", BOOT_HOST_REPLY, 0, "boot.ipxe"},
        {"none", "script", "x64-uefi", "ipxe", BOOT_HOST_REPLY, 0, "boot.ipxe"},
        {"bios", "firmware", "x86-bios", "ipxe", BOOT_HOST_REPLY, 1, NULL},
        {"bios", "firmware", "x64-uefi", "ipxe", BOOT_HOST_PASS, 0, NULL},
        {"all", "none", "x86-bios", "ipxe", BOOT_HOST_PASS, 0, NULL},
        {"all", "script", "x86-bios", "grub", BOOT_HOST_PASS, 0, NULL},
        {"all", "script", "x86-bios", "wdsnbp", BOOT_HOST_PASS, 0, NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct boot_host_fake *fake = open_with(usual, "firmware-menu", cases[i].firmware_menu);
        boot_host_fake_close(fake);
        boot_host_fake_set(fake, "ipxe-menu", cases[i].ipxe_menu);
        g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
        const struct boot_host_fake_request request = {.architectures = cases[i].architectures,
                                                       .loader = cases[i].loader};
        g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, cases[i].verdict);
        g_assert_cmpint(boot_host_fake_get_menu(fake) != NULL, ==, cases[i].menu);
        g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_BOOT_FILE), ==, cases[i].file);
        boot_host_fake_free(fake);
    }
}

static void test_keeps_an_earlier_providers_choice(void) {
    struct boot_host_fake *fake = open_with(usual, NULL, NULL);
    const struct boot_host_fake_request request = {.architectures = "x86-bios",
                                                   .boot_file = "own.0"};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_PASS);
    g_assert_null(boot_host_fake_get_menu(fake));
    boot_host_fake_free(fake);
}

static void test_passes_when_no_entry_fits(void) {
    static const char *const settings[] = {"items", "local; arm", "file.arm.arm64-uefi", "a.efi",
                                           NULL};
    struct boot_host_fake *fake = open_with(settings, NULL, NULL);
    const struct boot_host_fake_request request = {.architectures = "x86-bios"};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_PASS);
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_NOTE), ==,
                    "no entry has a boot file for this client");
    boot_host_fake_free(fake);
}

static void test_leaves_out_what_option_43_cannot_hold(void) {
    static const char *const settings[] = {"items", "a; b; c", "file.a", "a.0", "file.b",
                                           "b.0",   "file.c",  "c.0",    NULL};
    g_autofree char *longest = g_strnfill(200, 'x');
    struct boot_host_fake *fake = open_with(settings, "text.b", longest);
    const struct boot_host_fake_request request = {.architectures = "x86-bios"};
    g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
    assert_item(fake, 0, 32768, "a");
    assert_item(fake, 1, 32770, "c");
    g_assert_cmpstr(boot_host_fake_get(fake, BOOT_HOST_REPLY_NOTE), ==,
                    "entry b is left out: option 43 is full");
    boot_host_fake_free(fake);
}

static void test_timeouts_of_firmware(void) {
    static const struct {
        const char *timeout;
        const char *wait;
        uint32_t seconds;
    } cases[] = {
        {"0s", "no", BOOT_HOST_MENU_ONCE},
        {"254s", "no", 254},
        {"5s", "yes", BOOT_HOST_MENU_WAIT},
        {"1h", "no", 254},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct boot_host_fake *fake = make(usual);
        const struct boot_host_fake_request request = {.architectures = "x86-bios"};
        boot_host_fake_set(fake, "timeout", cases[i].timeout);
        boot_host_fake_set(fake, "wait", cases[i].wait);
        g_assert_cmpint(boot_host_fake_open(fake, 0), ==, 0);
        g_assert_cmpint(boot_host_fake_said(fake, "warning: timeout"), ==, i == 3);
        g_assert_cmpint(boot_host_fake_decide(fake, &request), ==, BOOT_HOST_REPLY);
        g_assert_cmpuint(boot_host_fake_get_menu(fake)->timeout_seconds, ==, cases[i].seconds);
        boot_host_fake_free(fake);
    }
}

static void test_ipxe_gets_the_menu_as_a_script(void) {
    struct boot_host_fake *fake = open_with(usual, NULL, NULL);
    const char *script = get_script(fake, "boot.ipxe", "x64-uefi");
    g_assert_cmpstr(script, ==,
                    "#!ipxe\n"
                    "menu Network boot || goto boot-rescue\n"
                    "item debian Install Debian\n"
                    "item rescue Rescue & repair\n"
                    "item local Boot from local disk\n"
                    "choose --default rescue --timeout 10000 selected || goto leave\n"
                    "goto boot-${selected}\n"
                    "\n"
                    ":boot-debian\n"
                    "kernel tftp://10.0.0.1/debian/linux initrd=initrd0 initrd=initrd1 "
                    "auto=true host=none || goto failed\n"
                    "initrd --name initrd0 tftp://10.0.0.1/debian/initrd.gz || goto failed\n"
                    "initrd --name initrd1 tftp://10.0.0.1/extra%20one.gz || goto failed\n"
                    "boot || goto failed\n"
                    "goto leave\n"
                    "\n"
                    ":boot-rescue\n"
                    "chain tftp://10.0.0.1/rescue.efi || goto failed\n"
                    "goto leave\n"
                    "\n"
                    ":boot-local\n"
                    "goto leave\n"
                    "\n"
                    ":leave\n"
                    "iseq ${platform} efi || exit 0\n"
                    "exit 1\n"
                    "\n"
                    ":failed\n"
                    "echo This entry could not be booted\n"
                    "sleep 5\n"
                    "exit 1\n");
    assert_has(get_script(fake, "boot.ipxe", "x86-bios"), "chain tftp://10.0.0.1/rescue.0 ||");
    boot_host_fake_free(fake);
}

static void test_ipxe_timeouts(void) {
    struct boot_host_fake *fake = open_with(usual, "timeout", "0s");
    const char *script = get_script(fake, "boot.ipxe", "x64-uefi");
    assert_has(script, "#!ipxe\ngoto boot-rescue\n");
    g_assert_null(strstr(script, "choose"));
    boot_host_fake_free(fake);
    fake = open_with(usual, "wait", "yes");
    assert_has(get_script(fake, "boot.ipxe", "x64-uefi"), "choose --default rescue selected ||");
    boot_host_fake_free(fake);
}

/* What a fact holds may come from the client; it must stay text. */
static void test_ipxe_texts_cannot_become_commands(void) {
    static const char *const settings[] = {
        "items",       "evil",    "text.evil", "${name}",   "title", "${name}",
        "kernel.evil", "${name}", "args.evil", "a ${name}", NULL,
    };
    static const char *const facts[] = {
        "name", "x\n:boot-evil ${net0/mac} && shell || # ; #comment $${a} y", NULL};
    struct boot_host_fake *fake = open_with(settings, NULL, NULL);
    const struct boot_host_fake_request request = {.file = "boot.ipxe", .facts = facts};
    size_t size = 0;
    g_assert_cmpint(boot_host_fake_content(fake, &request), ==, BOOT_HOST_REPLY);
    const char *script = boot_host_fake_get_bytes(fake, &size);
    assert_has(script, "\nmenu x :boot-evil $(net0/mac} '&& shell '|| '# '; '#comment $$(a} y ||");
    assert_has(script,
               "\nitem evil x :boot-evil $(net0/mac} '&& shell '|| '# '; '#comment $$(a} y\n");
    assert_has(script, "\nkernel tftp://10.0.0.1/x%0A%3Aboot-evil%20%24%7Bnet0/mac%7D%20%26%26");
    assert_has(script, " a x :boot-evil $(net0/mac} '&& shell '|| '# '; '#comment $$(a} y || goto");
    boot_host_fake_free(fake);
}

static void test_ipxe_urls(void) {
    static const char *const settings[] = {
        "items",    "web; six", "file.web", "https://boot.example:8443/a b.efi?x=${mac}&y=%20#z",
        "file.six", "/six.efi", NULL,
    };
    struct boot_host_fake *fake = open_with(settings, NULL, NULL);
    const struct boot_host_fake_request request = {
        .file = "boot.ipxe", .mac = "52:54:00:00:00:01", .server = "fd00::1"};
    size_t size = 0;
    g_assert_cmpint(boot_host_fake_content(fake, &request), ==, BOOT_HOST_REPLY);
    const char *script = boot_host_fake_get_bytes(fake, &size);
    assert_has(script, "chain https://boot.example:8443/a%20b.efi?x=52:54:00:00:00:01&y=%20#z ||");
    assert_has(script, "chain tftp://[fd00::1]/six.efi ||");
    boot_host_fake_free(fake);
}

static void test_leaves_out_entries_that_miss_a_fact(void) {
    struct boot_host_fake *fake = open_with(usual, "kernel.debian", "${image}/linux");
    const char *script = get_script(fake, "boot.ipxe", "x64-uefi");
    g_assert_null(strstr(script, "debian"));
    assert_has(script, "item rescue");
    g_assert_true(boot_host_fake_said(fake, "warning: entry debian: \"${image}/linux\" names a"));
    g_assert_null(strstr(get_script(fake, "grub/grub.cfg", "x64-uefi"), "Install"));
    boot_host_fake_free(fake);
}

static void test_tells_when_no_entry_is_left(void) {
    static const char *const settings[] = {"items", "arm", "file.arm.arm64-uefi", "a.efi", NULL};
    struct boot_host_fake *fake = open_with(settings, NULL, NULL);
    assert_has(get_script(fake, "boot.ipxe", "x64-uefi"),
               "#!ipxe\necho No entry of the menu is for this machine\n\n:leave\n");
    g_assert_cmpstr(get_script(fake, "grub/grub.cfg", "x64-uefi"), ==, "set timeout=10\n");
    boot_host_fake_free(fake);
}

static void test_grub_gets_the_menu_as_its_configuration(void) {
    struct boot_host_fake *fake = open_with(usual, NULL, NULL);
    const char *script = get_script(fake, "grub/grub.cfg", "x64-uefi");
    const char *local = strstr(script, "menuentry 'Boot from local disk' --id 'local' {\n");
    g_assert_nonnull(local);
    assert_has(local, "  exit\n}\n");
    g_autofree char *others = g_strndup(script, (gsize) (local - script));
    g_assert_cmpstr(others, ==,
                    "set default='rescue'\n"
                    "set timeout=10\n"
                    "menuentry 'Install Debian' --id 'debian' {\n"
                    "  linux '(tftp,10.0.0.1)/debian/linux' 'auto=true' 'host=none'\n"
                    "  initrd '(tftp,10.0.0.1)/debian/initrd.gz' '(tftp,10.0.0.1)/extra one.gz'\n"
                    "}\n"
                    "menuentry 'Rescue & repair' --id 'rescue' {\n"
                    "  set file='(tftp,10.0.0.1)/rescue.efi'\n"
                    "  if [ \"${grub_platform}\" = \"efi\" ]; then\n"
                    "    chainloader \"${file}\"\n"
                    "  else\n"
                    "    pxechainloader \"${file}\"\n"
                    "  fi\n"
                    "}\n");
    boot_host_fake_free(fake);
}

static void test_grub_texts_cannot_become_commands(void) {
    static const char *const settings[] = {
        "items",     "evil",        "text.evil", "${name}", "kernel.evil", "http://h/${name}",
        "args.evil", "a ${name} b", "wait",      "yes",     NULL,
    };
    static const char *const facts[] = {"name", "it's $(x) `y` \"z\" ; } reboot\n{", NULL};
    struct boot_host_fake *fake = open_with(settings, NULL, NULL);
    const struct boot_host_fake_request request = {.file = "grub/grub.cfg", .facts = facts};
    size_t size = 0;
    g_assert_cmpint(boot_host_fake_content(fake, &request), ==, BOOT_HOST_REPLY);
    g_assert_cmpstr(boot_host_fake_get_bytes(fake, &size), ==,
                    "set default='evil'\n"
                    "set timeout=-1\n"
                    "menuentry 'it'\\''s $(x) `y` \"z\" ; } reboot {' --id 'evil' {\n"
                    "  linux '(http,h)/it'\\''s $(x) `y` \"z\" ; } reboot {' 'a' 'it'\\''s' '$(x)'"
                    " '`y`' '\"z\"' ';' '}' 'reboot' '{' 'b'\n"
                    "}\n");
    boot_host_fake_free(fake);
}

/* GRUB's own parser agrees. */
static void test_grub_accepts_the_configuration(void) {
    g_autofree char *checker = g_find_program_in_path("grub-script-check");
    if (checker == NULL) {
        g_test_skip("grub-script-check is not installed");
        return;
    }
    struct boot_host_fake *fake = open_with(usual, "text.rescue", "it's {a} $(b) \"c\" ; fi");
    g_autofree char *path = NULL;
    int file = g_file_open_tmp("boothost-grub-XXXXXX", &path, NULL);
    g_assert_true(g_close(file, NULL));
    g_assert_true(
        g_file_set_contents(path, get_script(fake, "grub/grub.cfg", "x64-uefi"), -1, NULL));
    char *arguments[] = {checker, path, NULL};
    int status = -1;
    g_assert_true(g_spawn_sync(NULL, arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL,
                               &status, NULL));
    g_assert_true(g_spawn_check_wait_status(status, NULL));
    g_assert_cmpint(g_remove(path), ==, 0);
    boot_host_fake_free(fake);
}

static void test_other_files_are_not_its_own(void) {
    static const char *const names[] = {"pxelinux.0", "boot.ipxe2", "grub.cfg", "x/boot.ipxe"};
    struct boot_host_fake *fake = open_with(usual, NULL, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const struct boot_host_fake_request request = {.file = names[i]};
        g_assert_cmpint(boot_host_fake_content(fake, &request), ==, BOOT_HOST_PASS);
    }
    boot_host_fake_free(fake);
    fake = open_with(usual, "grub-config", "");
    const struct boot_host_fake_request request = {.file = "grub/grub.cfg"};
    g_assert_cmpint(boot_host_fake_content(fake, &request), ==, BOOT_HOST_PASS);
    boot_host_fake_free(fake);
}

static void test_refuses_wrong_settings(void) {
    static const struct {
        const char *settings[7];
        const char *line;
    } cases[] = {
        {{"timeout", "5s"}, "error: items: the setting is required"},
        {{"items", " ; "}, "error: items: the menu has no entry"},
        {{"items", "A b"}, "error: items: names are 1 to 32 lower-case"},
        {{"items", "local; local"}, "error: items: an entry is listed twice"},
        {{"items", "a"}, "error: items: the entry \"a\" boots nothing; write file.a or kernel.a"},
        {{"items", "local", "file.local", "x"}, "error: items: the entry \"local\" leaves network"},
        {{"items", "a", "file.a", "x", "args.a", "y"}, "error: items: the entry \"a\" has args or"},
        {{"items", "a", "kernel.a", "x", "args.a", "y && z"}, "error: args.a: iPXE cannot pass"},
        {{"items", "local", "text.b", "x"}, "error: text.b: no entry of this name is listed"},
        {{"items", "a", "file.a.x64", "x"}, "error: file.a.x64: only file.NAME.ARCHITECTURE"},
        {{"items", "a", "file.a", "x", "text.a.x64-uefi", "y"}, "error: text.a.x64-uefi: only"},
        {{"items", "local", "default", "a"}, "error: default: no entry of this name"},
        {{"items", "local", "prompt", ""}, "error: prompt: must not be empty"},
        {{"items", "local", "timeout", "2h"}, "error: timeout: must be from 0s to 1h"},
        {{"items", "local", "firmware-menu", "yes"}, "error: firmware-menu: must be bios, all or"},
        {{"items", "local", "ipxe-menu", "yes"}, "error: ipxe-menu: must be script, firmware or"},
        {{"items", "local", "ipxe-script", ""}, "error: ipxe-script: must name a file"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct boot_host_fake *fake = make(cases[i].settings);
        g_assert_cmpint(boot_host_fake_open(fake, BOOT_HOST_OPEN_CHECK), ==, -EINVAL);
        if (!boot_host_fake_said(fake, cases[i].line))
            g_test_message("\"%s\" instead of \"%s\"", boot_host_fake_line(fake, 0), cases[i].line);
        g_assert_true(boot_host_fake_said(fake, cases[i].line));
        boot_host_fake_free(fake);
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/boothost/providers/menu/" name, function)
    ADD("bios-gets-a-menu-with-the-default-first", test_bios_gets_a_menu_with_the_default_first);
    ADD("the-choice-gets-its-file", test_the_choice_gets_its_file);
    ADD("a-foreign-choice-passes", test_a_foreign_choice_passes);
    ADD("who-gets-what", test_who_gets_what);
    ADD("keeps-an-earlier-providers-choice", test_keeps_an_earlier_providers_choice);
    ADD("passes-when-no-entry-fits", test_passes_when_no_entry_fits);
    ADD("leaves-out-what-option-43-cannot-hold", test_leaves_out_what_option_43_cannot_hold);
    ADD("timeouts-of-firmware", test_timeouts_of_firmware);
    ADD("ipxe-gets-the-menu-as-a-script", test_ipxe_gets_the_menu_as_a_script);
    ADD("ipxe-timeouts", test_ipxe_timeouts);
    ADD("ipxe-texts-cannot-become-commands", test_ipxe_texts_cannot_become_commands);
    ADD("ipxe-urls", test_ipxe_urls);
    ADD("leaves-out-entries-that-miss-a-fact", test_leaves_out_entries_that_miss_a_fact);
    ADD("tells-when-no-entry-is-left", test_tells_when_no_entry_is_left);
    ADD("grub-gets-the-menu-as-its-configuration", test_grub_gets_the_menu_as_its_configuration);
    ADD("grub-texts-cannot-become-commands", test_grub_texts_cannot_become_commands);
    ADD("grub-accepts-the-configuration", test_grub_accepts_the_configuration);
    ADD("other-files-are-not-its-own", test_other_files_are_not_its_own);
    ADD("refuses-wrong-settings", test_refuses_wrong_settings);
    return g_test_run();
}
