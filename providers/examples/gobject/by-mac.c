/* SPDX-License-Identifier: MIT
 *
 * The Python example once more in C, as a program over libboothost: machines whose MAC address
 * begins with `prefix` boot `boot-file`.
 */
#include <boothost.h>
#include <string.h>

struct _ByMac {
    BootHostProvider parent_instance;
};

#define BY_TYPE_MAC (by_mac_get_type())
G_DECLARE_FINAL_TYPE(ByMac, by_mac, BY, MAC, BootHostProvider)
G_DEFINE_FINAL_TYPE(ByMac, by_mac, BOOT_HOST_TYPE_PROVIDER)

static BootHostVerdict decide(BootHostProvider *provider, BootHostRequest *request,
                              BootHostReply *reply, GError **error) {
    const char *prefix = boot_host_provider_get_setting(provider, "prefix");
    const char *mac = boot_host_request_get_mac(request);
    if (mac == NULL || g_ascii_strncasecmp(mac, prefix, strlen(prefix)) != 0)
        return BOOT_HOST_VERDICT_PASS;
    g_autofree char *reason = g_strconcat("its MAC address begins with ", prefix, NULL);
    boot_host_reply_set_boot_file(reply, boot_host_provider_get_setting(provider, "boot-file"));
    boot_host_reply_set_reason(reply, reason);
    return BOOT_HOST_VERDICT_REPLY;
}

static void by_mac_class_init(ByMacClass *class) {
    BOOT_HOST_PROVIDER_OBJECT_CLASS(class)->decide = decide;
}

static void by_mac_init(ByMac *self) {
    BootHostProvider *provider = BOOT_HOST_PROVIDER_OBJECT(self);
    boot_host_provider_add_setting(provider, "prefix", BOOT_HOST_SETTING_TYPE_TEXT,
                                   BOOT_HOST_SETTING_FLAGS_REQUIRED, NULL,
                                   "How the MAC address begins: 52:54:00");
    boot_host_provider_add_setting(provider, "boot-file", BOOT_HOST_SETTING_TYPE_TEXT,
                                   BOOT_HOST_SETTING_FLAGS_REQUIRED, NULL,
                                   "What these machines boot");
}

int main(int argc, char **argv) {
    g_autoptr(BootHostProvider) provider =
        g_object_new(BY_TYPE_MAC, "name", "by-mac", "version", "1.0", "summary",
                     "Boot file by the first bytes of the MAC", NULL);
    return boot_host_provider_run(provider, argc, argv);
}
